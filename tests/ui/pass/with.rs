//! Two modules share the types of a third one, by all kinds of paths.
#![deny(warnings, missing_docs, unreachable_pub)]

/// Shared types.
#[isorun::interface("wit/split/types.wit")]
pub mod types {}

/// From the root of the crate.
#[isorun::interface("wit/split/list.wit", with("test:split/types" = crate::types))]
pub mod list {}

/// As they are called here.
#[isorun::interface("wit/split/list.wit", with("test:split/types@0.1.0" = types))]
pub mod again {}

/// From a module further in.
pub mod inner {
    /// From the one above.
    #[isorun::interface("wit/split/list.wit", with("test:split/types" = super::types))]
    pub mod list {}
}

struct System;

#[isorun::system]
impl list::ListAll for System {
    fn all(&self) -> Vec<types::Entry> {
        Vec::new()
    }
}

fn main() {
    let entry: types::Entry = list::Entry { name: String::new() };
    let entry: again::Entry = entry;
    let _: inner::list::Entry = entry;
}
