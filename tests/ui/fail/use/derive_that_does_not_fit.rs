#[isorun::interface("wit/values.wit", derives(Copy))]
pub mod values {}

fn main() {}
