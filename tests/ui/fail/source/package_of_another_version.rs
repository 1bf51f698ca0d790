#[isorun::interface("wit/deps-missing")]
pub mod main_ {}

fn main() {}
