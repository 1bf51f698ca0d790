#[isorun::interface("wit/case.wit")]
pub mod case {}

fn main() {}
