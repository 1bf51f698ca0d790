#[isorun::interface("Cargo.toml")]
pub mod small {}

fn main() {}
