#[isorun::interface("wit/worlds", interface = "app")]
pub mod app {}

fn main() {}
