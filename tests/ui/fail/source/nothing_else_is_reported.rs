#[isorun::interface("wit/smal.wit")]
pub mod small {}

struct Disk;

#[isorun::system]
impl small::Small for Disk {
    fn read(&self, path: &str) -> Vec<u8> {
        path.into()
    }
}

fn call(_: &small::Caller, _: impl small::Small) {}

fn main() {}
