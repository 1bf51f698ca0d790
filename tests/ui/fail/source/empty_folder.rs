#[isorun::interface("wit/empty")]
pub mod small {}

fn main() {}
