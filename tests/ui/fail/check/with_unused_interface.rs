#[isorun::interface("wit/with-deps", interface = "main", with("test:main/main" = crate::types))]
pub mod list {}

fn main() {}
