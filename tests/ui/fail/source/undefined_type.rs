#[isorun::interface("wit/undefined.wit")]
pub mod undefined {}

fn main() {}
