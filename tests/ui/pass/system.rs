//! Sync and async, owned and borrowed, with and without `cx`, WIT types and outcomes of them.
#![deny(warnings, missing_docs, unreachable_pub)]

struct Disk;

#[isorun::system("wit/small.wit")]
impl small::Small for Disk {
    async fn read(&self, cx: &isorun::Cx, path: String) -> Result<Vec<u8>, small::Error> {
        let _ = cx;
        std::future::ready(Ok(path.into_bytes())).await
    }

    fn entries(&self, folder: &str, all: bool) -> isorun::Result<Vec<small::Entry>> {
        Ok(if all { vec![small::Entry { name: folder.to_owned(), size: 0 }] } else { Vec::new() })
    }

    fn touch(&self, _: &isorun::Cx, mut path: String) {
        path.clear();
    }
}

fn is_a_system<I: isorun::StaticInterface>(_: &impl isorun::System<I>) {}

fn main() {
    is_a_system::<small::Interface>(&Disk);
}
