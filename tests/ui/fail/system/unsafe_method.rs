struct Disk;

#[isorun::system("wit/small.wit")]
impl small::Small for Disk {
    fn read(&self, path: &str) -> Result<Vec<u8>, small::Error> {
        Ok(path.into())
    }

    fn entries(&self, _: &str, _: bool) -> Vec<small::Entry> {
        Vec::new()
    }

    unsafe fn touch(&self, _: &str) {}
}

fn main() {}
