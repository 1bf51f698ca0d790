#[isorun::system("wit/small.wit")]
struct Disk;

fn main() {}
