#[isorun::interface("wit/small.wit", interface = "small", interface = "other")]
pub mod small {}

fn main() {}
