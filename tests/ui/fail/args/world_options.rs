#[isorun::interface("wit/worlds", imports)]
pub mod alone {}

#[isorun::interface("wit/worlds", world = "app", imports, exports)]
pub mod both {}

#[isorun::interface("wit/worlds", world = app)]
pub mod unquoted {}

fn main() {}
