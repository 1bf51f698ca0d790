//! Methods behind `#[cfg(..)]`: alternatives of one function, of different signatures.
#![deny(warnings, missing_docs, unreachable_pub)]

/// The stores.
#[isorun::interface("wit/several.wit")]
pub mod store {}

struct System;

#[isorun::system]
impl store::Store for System {
    #[cfg(all())]
    fn get(&self, key: &str) -> Option<String> {
        Some(key.to_owned())
    }

    #[cfg(any())]
    async fn get(&self, _: &isorun::Cx, key: String) -> isorun::Result<Option<String>> {
        Ok(no_such_function(key))
    }
}

fn is_a_store(_: &impl isorun::System<store::Interface>) {}

fn main() {
    is_a_store(&System);
}
