#[isorun::interface("wit/small.wit", interfaces = "small")]
pub mod small {}

fn main() {}
