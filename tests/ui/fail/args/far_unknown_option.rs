#[isorun::interface("wit/small.wit", remote)]
pub mod small {}

fn main() {}
