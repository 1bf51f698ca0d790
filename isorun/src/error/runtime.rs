//! Why a runtime is not made, and why an interface is not registered.

use std::path::PathBuf;

use crate::interface::Interface;
use crate::text::{MOST_NAMED, indent, printable, printable_line};
use crate::wit::WitError;

/// Why the runtime could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuntimeError {
    /// wasmtime refused the engine's settings on this machine.
    #[error(
        "cannot make the engine: {}\n  help: lower `max_stores`: the runtime reserves address space for that many stores",
        printable_line(.0)
    )]
    Engine(String),
    /// The operating system gave no random bytes for the runtime's secret.
    #[error(
        "the operating system gave no random bytes: {}\n  help: give the builder a `secret`, or run where the operating system has random bytes",
        printable_line(.0)
    )]
    Random(String),
    /// This process was started to compile for another one, and makes a runtime that would start such processes in turn.
    #[error(
        "this process was started as a compile worker, and makes a runtime instead\n  help: call `isorun::compile_worker()` first in `main`"
    )]
    IsWorker,
    /// Other users can read or write the files that the code cache must be able to trust. Nothing in the folder was changed.
    #[error("other users may read or write `{}`, {found}\n  help: {help}", printable_line(&path.to_string_lossy()))]
    CodeCacheExposed {
        /// The folder, or the secret in it.
        path: PathBuf,
        /// Who may read or write it.
        found: String,
        /// What to do about it.
        help: String,
    },
    /// The folder of the code cache cannot be used.
    #[error(
        "cannot keep compiled code in `{}`: {}\n  help: {help}",
        printable_line(&path.to_string_lossy()), printable_line(message)
    )]
    CodeCache {
        /// The folder, or the secret in it.
        path: PathBuf,
        /// The operating system's message.
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
    /// Interfaces of these names are registered with other functions.
    #[error("{}\n  help: an interface that was changed needs a new version; give it one", conflicts(.0))]
    Conflict(Vec<Conflict>),
}

/// An interface that is registered with other functions.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Conflict {
    /// The interface's name.
    pub interface: String,
    /// Every difference, with both signatures.
    pub differences: Vec<String>,
}

impl Conflict {
    /// What is wrong with an interface that differs from the one which is registered. The differences were found from the registered one.
    pub(crate) fn new(new: &Interface, differences: Vec<String>) -> Conflict {
        let sides = |text: String| {
            text.replacen("\n  one    ", "\n  registered  ", 1).replacen("\n  other  ", "\n  new         ", 1)
        };
        let differences = differences.into_iter().map(sides).collect();
        Conflict { interface: new.name().to_string(), differences }
    }
}

fn conflicts(all: &[Conflict]) -> String {
    let shown = all.iter().take(MOST_NAMED).map(|Conflict { interface, differences }| {
        format!("`{}` is registered already, with other functions\n{}", printable(interface), indent(differences))
    });
    let more = (all.len() > MOST_NAMED).then(|| format!("and {} more interfaces", all.len() - MOST_NAMED));
    shown.chain(more).collect::<Vec<_>>().join("\n")
}
