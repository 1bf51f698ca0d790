#[isorun::interface("wit/small.wit", remote, feature("x"))]
pub mod small {}

fn main() {}
