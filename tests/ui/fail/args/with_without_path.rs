#[isorun::interface("wit/small.wit", with("test:small/types"))]
pub mod small {}

fn main() {}
