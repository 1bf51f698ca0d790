#[isorun::interface(interface = "small", "wit/small.wit")]
pub mod small {}

fn main() {}
