#[isorun::interface("wit/all-gated.wit", interface = "admin")]
pub mod admin {}

fn main() {}
