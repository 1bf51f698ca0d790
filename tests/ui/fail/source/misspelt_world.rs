#[isorun::interface("wit/worlds", world = "ap")]
pub mod app {}

#[isorun::interface("wit/several.wit", world = "app")]
pub mod store {}

fn main() {}
