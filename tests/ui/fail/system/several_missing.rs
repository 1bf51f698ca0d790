struct Disk;

#[isorun::system("wit/small.wit")]
impl small::Small for Disk {
    fn entries(&self, folder: &str, all: bool) -> Vec<small::Entry> {
        Vec::new()
    }
}

fn main() {}
