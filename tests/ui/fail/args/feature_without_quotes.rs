#[isorun::interface("wit/small.wit", features(fast))]
pub mod small {}

fn main() {}
