//! Why an instance has no caller for an interface, why a handle is not narrowed, and why something is not removed.

use crate::text::{indent, list};

/// Why an instance has no caller for an interface.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The instance does not export the interface.
    #[error(
        "`{instance}` does not export `{interface}`\n  it exports: {}\n  help: use an instance that does",
        list(exports)
    )]
    NotExported {
        /// The instance.
        instance: String,
        /// The interface.
        interface: String,
        /// What it exports instead.
        exports: Vec<String>,
    },
    /// The instance exports an interface of that name whose functions differ.
    #[error(
        "`{instance}` exports another edition of `{interface}`\n{}\n  help: versions of one track must agree, so one side was built from an edited WIT; rebuild it",
        indent(differences)
    )]
    Differs {
        /// The instance.
        instance: String,
        /// The interface.
        interface: String,
        /// Every difference, with both signatures.
        differences: Vec<String>,
    },
    /// The instance exports the interface under several names, and none of them is the interface's own.
    #[error(
        "`{instance}` exports `{interface}` as {}\n  help: use a handle of one of them: `instance.only([\"{}\"])`",
        list(exports),
        exports.first().map_or("", String::as_str)
    )]
    Ambiguous {
        /// The instance.
        instance: String,
        /// The interface.
        interface: String,
        /// The names under which the instance exports it.
        exports: Vec<String>,
    },
    /// The instance exports it, but the handle was narrowed to other functions.
    #[error(
        "this handle of `{instance}` does not reach all of `{interface}`\n  out of reach: {}\n  help: it was narrowed with `only`; include those functions too, or call the ones that it reaches by name",
        list(functions)
    )]
    Narrowed {
        /// The instance.
        instance: String,
        /// The interface.
        interface: String,
        /// The functions that the handle does not reach.
        functions: Vec<String>,
    },
    /// The instance was removed.
    #[error("`{instance}` was removed\n  help: instantiate again and use the new handle")]
    Removed {
        /// The instance.
        instance: String,
    },
    /// The instance belongs to another runtime; only that one can export it.
    #[error("`{instance}` belongs to another runtime\n  help: export it there")]
    Foreign {
        /// The instance.
        instance: String,
    },
}

/// Why a handle was not narrowed: some of the names mean no function that it reaches, or several.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "cannot narrow `{instance}`\n{}\n  it has: {}\n  help: write `namespace:package/interface#function`, or any end of it that is unique",
    indent(problems),
    list(available)
)]
#[non_exhaustive]
pub struct NarrowError {
    /// The instance.
    pub instance: String,
    /// Each name that was given, and what is wrong with it.
    pub problems: Vec<String>,
    /// The functions that the handle reaches.
    pub available: Vec<String>,
}

/// Why an app or an instance was not removed. It is as it was before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RemoveError {
    /// Instances or exports depend on it.
    #[error("`{name}` is in use by {}\n  help: remove those first", list(by))]
    InUse {
        /// What was to be removed.
        name: String,
        /// Everything that depends on it. The message names the first ten.
        by: Vec<String>,
    },
    /// It was removed before.
    #[error("`{name}` was removed before\n  help: a handle does not outlive `remove`; drop it")]
    Removed {
        /// What was to be removed.
        name: String,
    },
    /// It is being replaced or retired.
    #[error("`{name}` is being replaced or retired\n  help: wait for that to end")]
    InProgress {
        /// What was to be removed.
        name: String,
    },
    /// It belongs to another runtime.
    #[error("`{name}` belongs to another runtime\n  help: remove it there")]
    Foreign {
        /// What was to be removed.
        name: String,
    },
}
