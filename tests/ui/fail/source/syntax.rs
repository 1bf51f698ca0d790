#[isorun::interface("wit/broken.wit")]
pub mod broken {}

fn main() {}
