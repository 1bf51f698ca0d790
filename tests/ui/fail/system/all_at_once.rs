struct Disk;

#[isorun::system("wit/small.wit")]
impl small::Small for Disk {
    fn entries(&mut self, _: u8, _: bool) -> String {
        String::new()
    }

    fn tuoch(&mut self, _: &str) {}

    fn compact(&self) {}
}

fn main() {}
