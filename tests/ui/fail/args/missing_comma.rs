#[isorun::interface("wit/small.wit" interface = "small")]
pub mod small {}

fn main() {}
