#[isorun::interface("wit/several.wit", interface = "test:several/stor")]
pub mod store {}

fn main() {}
