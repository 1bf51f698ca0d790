//! What WIT is read from, and with which features.

use std::path::{Path, PathBuf};

/// WIT to read: a text, or files, with the features whose items are included.
///
/// A `&str` or a `String` is a text, and a `&Path` or a `PathBuf` names files.
///
/// ```
/// use isorun::Interface;
/// use isorun::wit::Source;
///
/// let text = "package my:kv; interface kv { get: func(); @unstable(feature = expiry) expire: func(); }";
/// assert_eq!(Interface::from_wit(text)?[0].functions().len(), 1);
/// assert_eq!(Interface::from_wit(Source::text(text).features(["expiry"]))?[0].functions().len(), 2);
/// # Ok::<(), isorun::wit::WitError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a source is read by `Interface::from_wit` or `Runtime::register_wit`"]
pub struct Source {
    pub(super) origin: Origin,
    pub(super) features: Vec<String>,
}

#[derive(Clone, Debug)]
pub(super) enum Origin {
    Text(String),
    Path(PathBuf),
}

impl Source {
    /// A text. It must be complete: packages that it refers to must be nested in it.
    pub fn text(text: impl Into<String>) -> Source {
        Source { origin: Origin::Text(text.into()), features: Vec::new() }
    }

    /// A `.wit` file, or a folder of them that is a package. A relative path begins at the working directory.
    ///
    /// The rules are those of [`macro@crate::interface`]: packages that are used are looked for in `deps/` beside the files, and a file that
    /// does not resolve by itself is read with the others of its folder. Where there are no files, as on `wasm32-unknown-unknown`, reading
    /// fails.
    pub fn path(path: impl Into<PathBuf>) -> Source {
        Source { origin: Origin::Path(path.into()), features: Vec::new() }
    }

    /// Includes the items behind `@unstable(feature = name)` for each of these names, beside those that were given before. Items behind
    /// other features are left out. A feature that nothing is behind has no effect.
    pub fn features<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Source {
        self.features.extend(names.into_iter().map(Into::into));
        self
    }
}

impl From<&str> for Source {
    fn from(text: &str) -> Source {
        Source::text(text)
    }
}

impl From<String> for Source {
    fn from(text: String) -> Source {
        Source::text(text)
    }
}

impl From<&String> for Source {
    fn from(text: &String) -> Source {
        Source::text(text)
    }
}

impl From<&Path> for Source {
    fn from(path: &Path) -> Source {
        Source::path(path)
    }
}

impl From<PathBuf> for Source {
    fn from(path: PathBuf) -> Source {
        Source::path(path)
    }
}
