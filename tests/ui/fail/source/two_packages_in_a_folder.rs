#[isorun::interface("wit/two-packages")]
pub mod a {}

fn main() {}
