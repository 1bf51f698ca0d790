#[isorun::interface("wit/split/list.wit", interface = "list-all", with("test:split/type" = crate::types))]
pub mod list {}

fn main() {}
