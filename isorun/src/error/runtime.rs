//! A runtime that is not made, an interface that is not registered.

use std::path::PathBuf;

use crate::text::indent;
use crate::wit::WitError;

/// Why the runtime could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuntimeError {
    /// wasmtime refused the engine's settings on this machine.
    #[error("cannot make the engine: {0}\n  help: lower `max_stores`: address space is reserved for all of them")]
    Engine(String),
    /// The operating system gave no random bytes for the runtime's secrets.
    #[error("the operating system gave no random bytes: {0}")]
    Random(String),
    /// Others can read or write what the code cache must be able to trust. What is in it has not been touched.
    #[error("others may read or write `{}`, {found}\n  help: {help}", path.display())]
    CodeCacheExposed {
        /// The folder, or the secret in it.
        path: PathBuf,
        /// Who may do what with it.
        found: String,
        /// What to do about it.
        help: String,
    },
    /// The folder of the code cache cannot be used.
    #[error("cannot keep compiled code in `{}`: {message}\n  help: {help}", path.display())]
    CodeCache {
        /// The folder, or the secret in it.
        path: PathBuf,
        /// The system's words.
        message: String,
        /// What to do about it.
        help: String,
    },
}

/// Why an interface was not registered.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// The WIT text has mistakes.
    #[error(transparent)]
    Wit(#[from] WitError),
    /// An interface of this name is registered with other functions.
    #[error(
        "`{interface}` is registered already, with other functions\n{}\n  help: two editions of one version cannot be told apart; give the changed one a new version",
        indent(differences)
    )]
    Conflict {
        /// The interface's name.
        interface: String,
        /// Every difference, with both signatures.
        differences: Vec<String>,
    },
}
