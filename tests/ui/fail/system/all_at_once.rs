struct Disk;

#[isorun::system("wit/small.wit")]
impl small::Small for Disk {
    fn entries(&mut self, folder: u8, all: bool) -> String {
        String::new()
    }

    fn tuoch(&mut self, path: &str) {}

    fn compact(&self) {}
}

fn main() {}
