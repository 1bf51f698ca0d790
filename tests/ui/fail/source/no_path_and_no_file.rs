#[isorun::interface()]
pub mod nothing {}

fn main() {}
