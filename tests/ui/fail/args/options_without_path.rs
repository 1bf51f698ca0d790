#[isorun::interface("wit/small.wit")]
pub mod small {}

struct Disk;

#[isorun::system(derives(Eq))]
impl small::Small for Disk {}

fn main() {}
