#[isorun::interface("wit/several.wit")]
pub mod several {}

fn main() {}
