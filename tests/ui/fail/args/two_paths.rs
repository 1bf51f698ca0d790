#[isorun::interface("wit/small.wit", "wit/several.wit")]
pub mod small {}

fn main() {}
