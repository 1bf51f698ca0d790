#[isorun::interface("wit/worlds", world = "app")]
pub mod primary {}

#[isorun::interface("wit/worlds", world = "app")]
pub mod app {}

fn main() {}
