struct Disk;

#[isorun::system("wit/small.wit")]
impl small::Small for Disk {
    fn read(&self, path: &str) -> Result<Vec<u8>, small::Error> {
        Ok(path.into())
    }

    fn entries(&self, folder: &str, all: bool) -> Vec<small::Entry> {
        Vec::new()
    }

    fn touch(&self, cx: isorun::Cx, path: &str) {}
}

fn main() {}
