#[isorun::interface("wit/many-flags.wit")]
pub mod many_flags {}

fn main() {}
