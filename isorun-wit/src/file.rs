//! A WIT file as it was read.

/// One WIT file, or a text that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitFile {
    /// As mistakes and docs show it, with `/` on every system; empty for a text that is no file.
    pub path: String,
    /// What is in it.
    pub text: String,
    /// The files of one group are one package. Group 0 is the package that is meant; the others are those of `deps/`.
    pub group: usize,
}

impl WitFile {
    /// A text that is no file, and a package by itself.
    pub fn of_text(text: impl Into<String>) -> WitFile {
        WitFile { path: String::new(), text: text.into(), group: 0 }
    }
}
