//! A file, a folder, a file of a folder, dependencies, no path at all, features.
#![deny(warnings, missing_docs, unreachable_pub)]

/// A file.
#[isorun::interface("wit/small.wit")]
pub mod anything {}
/// A file, by the name of the module.
#[isorun::interface]
pub mod small {}
/// A file of a package of several.
#[isorun::interface("wit/split/list.wit", interface = "list-all")]
pub mod part {}
/// A folder.
#[isorun::interface("wit/split", interface = "test:split/list-all")]
pub mod whole {}
/// A folder with dependencies.
#[isorun::interface("wit/with-deps")]
pub mod with_deps {}
/// A file with dependencies beside it.
#[isorun::interface("wit/with-deps/main.wit")]
pub mod beside {}
/// An interface of a dependency.
#[isorun::interface("wit/with-deps", interface = "test:shared/types")]
pub mod dependency {}
/// What is not stable.
#[isorun::interface("wit/gated.wit", features("fast-lane"))]
pub mod gated {}

async fn call(fast: &gated::Caller) -> isorun::Result<u8> {
    fast.get_fast().await
}

fn main() {
    let _ = call;
}
