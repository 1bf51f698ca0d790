//! A WIT file as it was read: the attribute reads it, and generated code carries it on to `#[isorun::system]`.

/// One WIT file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WitFile {
    /// Relative to the crate, with `/`, as diagnostics and docs show it.
    pub(crate) path: String,
    pub(crate) text: String,
    /// The files of one group are one package. Group 0 is the package that the attribute names; the others are those of `deps/`.
    pub(crate) group: usize,
}
