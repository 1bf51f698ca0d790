#[isorun::interface("wit/no-interface")]
pub mod app {}

fn main() {}
