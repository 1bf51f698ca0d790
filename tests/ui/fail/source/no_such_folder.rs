#[isorun::interface("elsewhere/x.wit")]
pub mod small {}

fn main() {}
