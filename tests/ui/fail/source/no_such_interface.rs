#[isorun::interface("wit/several.wit", interface = "elsewhere")]
pub mod store {}

fn main() {}
