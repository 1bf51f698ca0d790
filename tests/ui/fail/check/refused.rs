#[isorun::interface("wit/refused.wit")]
pub mod refused {}

fn main() {}
