#[isorun::interface("wit/smal.wit")]
pub mod small {}

fn main() {}
