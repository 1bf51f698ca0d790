#[isorun::interface("wit/keyword.wit")]
pub mod keyword {}

fn main() {}
