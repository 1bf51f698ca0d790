//! Why an instance was not moved to another runtime.

use std::sync::Arc;

use super::call::CallError;
use super::instance::ExportError;
use super::recipe::{RebuildError, RecipeError};
use super::replace::ReplaceError;
use crate::text::{printable, printable_line};

/// Why an instance was not moved. It goes on where it is, with the state that it had, and calls that waited go on there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MoveError {
    /// It is in no state to be moved, or what was made elsewhere cannot take its place.
    #[error(transparent)]
    Replace(#[from] ReplaceError),
    /// It keeps its memory from one call to the next, and its app does not export `isorun:state/snapshot`, so that what it keeps would be lost.
    #[error(
        "`{}` keeps a state that cannot be moved, because its app does not export `isorun:state/snapshot`\n  help: export that, or say that the state may be lost with `.losing_state()`",
        printable(instance)
    )]
    NoSnapshot {
        /// The instance.
        instance: String,
    },
    /// It has lost its memory by a fault, and is not restarted.
    #[error("`{}` is poisoned ({})\n  help: replace its app, which starts it anew", printable(instance), cause.root_cause().kind())]
    Poisoned {
        /// The instance.
        instance: String,
        /// The fault.
        #[source]
        cause: Arc<CallError>,
    },
    /// It has no recipe.
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    /// `save` has failed. If it did so by a trap, the instance has lost its memory, as by any other call that traps.
    #[error("`{}` was not saved ({})\n  help: see what its app does in `save`", printable(instance), cause.root_cause().kind())]
    Save {
        /// The instance.
        instance: String,
        /// What has happened.
        #[source]
        cause: CallError,
    },
    /// `save` has returned an error.
    #[error("`{}` was not saved: its app says: {}\n  help: try again later", printable(instance), printable_line(why))]
    SaveRefused {
        /// The instance.
        instance: String,
        /// What its app says.
        why: String,
    },
    /// The destination has not made it.
    #[error(
        "`{}` was not made at its destination: {}\n  help: see what is wrong there",
        printable(instance),
        printable_line(why)
    )]
    Destination {
        /// The instance.
        instance: String,
        /// What the destination says.
        why: String,
    },
    /// The destination has given another number of tokens than the instance has exports.
    #[error(
        "the destination of `{}` gave {found} tokens, and it has {wanted} exports\n  help: give those that `receive_move` returns, in their order",
        printable(instance)
    )]
    Tokens {
        /// The instance.
        instance: String,
        /// How many exports it has.
        wanted: usize,
        /// How many tokens were given.
        found: usize,
    },
    /// It was made at its destination, and cannot be called there.
    #[error(
        "`{}` cannot be called at its destination ({})\n  help: look at the transport",
        printable(instance),
        cause.root_cause().kind()
    )]
    Unreachable {
        /// The instance.
        instance: String,
        /// What a call has ended with.
        #[source]
        cause: CallError,
    },
}

/// Why an instance that was to be moved here was not made. Nothing of it is left.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiveError {
    /// It was not made.
    #[error(transparent)]
    Rebuild(#[from] RebuildError),
    /// There is a state, and its app does not export `isorun:state/snapshot`.
    #[error(
        "`{}` came with a state that it cannot load\n  help: leave the state out, or take an app that exports `isorun:state/snapshot`",
        printable(instance)
    )]
    NoSnapshot {
        /// The instance.
        instance: String,
    },
    /// `load` has failed.
    #[error("`{}` has not loaded its state ({})\n  help: see what its app does in `load`", printable(instance), cause.root_cause().kind())]
    Load {
        /// The instance.
        instance: String,
        /// What has happened.
        #[source]
        cause: CallError,
    },
    /// `load` has returned an error.
    #[error(
        "`{}` has not loaded its state: its app says: {}\n  help: see whether the state is of this app",
        printable(instance),
        printable_line(why)
    )]
    LoadRefused {
        /// The instance.
        instance: String,
        /// What its app says.
        why: String,
    },
    /// It has no export of a name that the recipe has.
    #[error(transparent)]
    Export(#[from] ExportError),
}
