#[isorun::interface("wit/uses-resource.wit")]
pub mod uses_resource {}

fn main() {}
