#[isorun::interface("wit/worlds", world = "app", interface = "clyp")]
pub mod app {}

#[isorun::interface("wit/worlds", world = "app", interface = "clip", exports)]
pub mod clip {}

#[isorun::interface("wit/worlds", world = "quiet")]
pub mod quiet {}

fn main() {}
