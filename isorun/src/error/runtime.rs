//! A runtime that is not made, an interface that is not registered.

use super::indent;
use crate::interface::WitError;

/// Why the runtime could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuntimeError {
    /// wasmtime refused the engine's settings on this machine.
    #[error(
        "cannot make the engine: {0}\n  help: lower `max_instances` or `max_memory`: the pool reserves address space for all of them"
    )]
    Engine(String),
    /// The operating system gave no random bytes for the runtime's secrets.
    #[error("the operating system gave no random bytes: {0}")]
    Random(String),
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
