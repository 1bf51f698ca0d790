#[isorun::interface("wit/gated.wit", features("fast-lane", "fast-lan3"))]
pub mod gated {}

fn main() {}
