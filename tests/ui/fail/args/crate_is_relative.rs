#[isorun::interface("wit/small.wit", crate = super::isorun)]
pub mod small {}

fn main() {}
