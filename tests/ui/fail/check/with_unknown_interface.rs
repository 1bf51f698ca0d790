#[isorun::interface("wit/split/list.wit", with("test:split/type" = crate::types))]
pub mod list {}

fn main() {}
