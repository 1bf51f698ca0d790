#[isorun::interface("wit/small.wit")]
pub mod small;

fn main() {}
