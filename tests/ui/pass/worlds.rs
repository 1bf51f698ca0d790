//! Parts of a world: what it names, what is written in it, and the functions at its root.

use isorun::{Runtime, StaticInterface};

#[isorun::interface("wit/worlds", world = "app", imports)]
pub mod primary {}

#[isorun::interface("wit/worlds", world = "app", interface = "primary", exports)]
pub mod status {}

#[isorun::interface("wit/worlds", world = "app")]
pub mod clip {}

#[isorun::interface("wit/worlds", world = "app", imports)]
pub mod app {}

#[isorun::interface("wit/worlds", world = "app", exports)]
pub mod main_ {}

#[isorun::interface("wit/worlds", world = "one-way", interface = "clip")]
pub mod copier {}

#[isorun::interface("wit/worlds", world = "app", interface = "test:worlds/kv")]
pub mod store {}

struct Host;

#[isorun::system]
impl clip::Clip for Host {
    fn paste(&self, as_format: clip::Format) -> String {
        format!("{as_format:?}")
    }
}

#[isorun::system]
impl app::App for Host {
    fn log(&self, level: app::Level, line: &str) {
        println!("{level:?} {line}");
    }
}

#[isorun::system]
impl main_::App for Host {
    fn run(&self) -> u32 {
        7
    }
    fn stop(&self) {}
}

#[isorun::system("wit/worlds", world = "one-way")]
impl one::OneWay for Host {
    fn print(&self, line: &str) {
        println!("{line}");
    }
}

#[isorun::system]
impl status::Primary for Host {
    fn ready(&self) -> bool {
        true
    }
}

fn name<I: StaticInterface>() -> String {
    I::interface().name().to_string()
}

fn main() {
    assert_eq!(name::<primary::Interface>(), "test:worlds/kv@1.0.0");
    assert_eq!(name::<store::Interface>(), "test:worlds/kv@1.0.0");
    assert_eq!(name::<status::Interface>(), "primary");
    assert_eq!(name::<clip::Interface>(), "clip");
    assert_eq!(name::<copier::Interface>(), "clip");
    assert_eq!(name::<app::Interface>(), "$root");
    assert_eq!(name::<main_::Interface>(), "$root");
    assert_eq!(app::Interface::interface().functions().len(), 1);
    assert_eq!(main_::Interface::interface().functions().len(), 2);
    let runtime = Runtime::new().expect("defaults");
    runtime.provide::<clip::Interface>(Host);
    runtime.provide::<app::Interface>(Host);
}
