struct Disk;

#[isorun::system("wit/small.wit")]
impl small::Small for Disk {
    fn read(&self, _: &str) {}

    fn entries(&self, _: &str, _: bool) -> Vec<small::Entry> {
        Vec::new()
    }

    fn touch(&self, _: &str) {}
}

fn main() {}
