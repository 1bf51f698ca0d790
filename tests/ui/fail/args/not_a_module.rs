#[isorun::interface("wit/small.wit")]
pub struct Small;

fn main() {}
