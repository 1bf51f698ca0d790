#[isorun::interface(1)]
pub mod small {}

fn main() {}
