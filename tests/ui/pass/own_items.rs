//! The module keeps what the user writes into it, and isorun may be somewhere else.
#![deny(warnings, missing_docs, unreachable_pub)]

/// Where isorun is.
pub mod vendored {
    pub use isorun;
}

/// Entries.
#[isorun::interface("wit/small.wit", crate = crate::vendored::isorun)]
pub mod small {
    use std::fmt;

    impl fmt::Display for Entry {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(&self.name)
        }
    }
}

fn main() {
    assert_eq!(small::Entry { name: "a".to_owned(), size: 1 }.to_string(), "a");
}
