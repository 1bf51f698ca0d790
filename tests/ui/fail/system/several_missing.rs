struct Disk;

#[isorun::system("wit/small.wit")]
impl small::Small for Disk {
    fn entries(&self, _: &str, _: bool) -> Vec<small::Entry> {
        Vec::new()
    }
}

fn main() {}
