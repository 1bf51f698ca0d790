#[isorun::interface("wit/small.wit")]
pub mod small {}

struct Disk;

#[isorun::system]
impl small::Small for Disk {
    fn read(&self, path: &str) -> Result<Vec<u8>, small::Error> {
        Ok(path.into())
    }

    fn entries(&self, _: &str, _: u8) -> Vec<small::Entry> {
        Vec::new()
    }
}

fn main() {}
