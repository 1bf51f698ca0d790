//! What an instance does not provide, and what is not removed or replaced.

use std::fmt;

use super::{InstantiateError, indent, list};

/// Why an instance has no caller for an interface.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProvideError {
    /// The instance does not provide the interface.
    #[error(
        "`{instance}` does not provide `{interface}`\n  it provides: {}\n  help: ask an instance that does",
        list(provides)
    )]
    NotProvided {
        /// The instance.
        instance: String,
        /// The interface.
        interface: String,
        /// What it provides instead.
        provides: Vec<String>,
    },
    /// It provides an interface of that name whose functions differ.
    #[error(
        "`{instance}` provides another edition of `{interface}`\n{}\n  help: versions of one track must agree, so one side was built from an edited WIT; rebuild it",
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
    /// The instance provides it, but the token was narrowed to other functions.
    #[error(
        "this token of `{instance}` does not reach all of `{interface}`\n  beyond it: {}\n  help: it was narrowed with `only`; ask for those functions too, or call what it reaches by name",
        list(functions)
    )]
    Narrowed {
        /// The instance.
        instance: String,
        /// The interface.
        interface: String,
        /// The functions that the token does not reach.
        functions: Vec<String>,
    },
    /// The instance was removed.
    #[error("`{instance}` was removed\n  help: instantiate again and use the new token")]
    Removed {
        /// The instance.
        instance: String,
    },
    /// The instance belongs to another runtime, which is the one to export it.
    #[error("`{instance}` belongs to another runtime\n  help: export it there")]
    Foreign {
        /// The instance.
        instance: String,
    },
}

/// Why a token was not narrowed: names that mean no function of it, or several.
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
    /// The functions that the token reaches.
    pub available: Vec<String>,
}

/// Why an instance was not replaced. It is as it was before.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplaceError {
    /// What is wired to the instance, or an export of it, needs what the new app does not have.
    #[error(
        "cannot replace `{instance}` by `{app}`: what uses it would break\n{}\n  help: give the new app what they use, or remove them first",
        breaks.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    )]
    Breaks {
        /// The instance.
        instance: String,
        /// The new app.
        app: String,
        /// Everything that would break.
        breaks: Vec<Break>,
    },
    /// The new app does not fit what it was wired with, or did not start.
    #[error(transparent)]
    Instantiate(#[from] InstantiateError),
    /// Only an app's instance can be replaced: a system or remote has no app.
    #[error("`{instance}` is no app's instance\n  help: only those can be replaced; wire a new token instead")]
    NotAnApp {
        /// The instance.
        instance: String,
    },
    /// It is being replaced, retired or removed by somebody else.
    #[error("`{instance}` is being replaced or retired already\n  help: wait for that to end")]
    InProgress {
        /// The instance.
        instance: String,
    },
    /// It is gone.
    #[error("`{instance}` was removed\n  help: instantiate the new app instead")]
    Removed {
        /// The instance.
        instance: String,
    },
    /// It belongs to another runtime.
    #[error("`{instance}` belongs to another runtime\n  help: replace it there")]
    Foreign {
        /// The instance.
        instance: String,
    },
}

/// Something that a replacement would break.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Break {
    /// Who uses it: an instance's name, or an export.
    pub by: String,
    /// The interface.
    pub interface: String,
    /// Every function that is not there as it was, with both signatures; empty if the whole interface is missing.
    pub differences: Vec<String>,
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  {}, used by {}", self.interface, self.by)?;
        match self.differences[..] {
            [] => write!(f, "\n    the new app does not provide it"),
            _ => write!(f, "\n{}", indent(&self.differences)),
        }
    }
}

/// Why something was not removed. It is as it was before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RemoveError {
    /// Something depends on it.
    #[error("`{name}` is in use by {}\n  help: remove those first", list(by))]
    InUse {
        /// What was to be removed.
        name: String,
        /// What depends on it.
        by: Vec<String>,
    },
    /// It is gone already.
    #[error("`{name}` was removed before\n  help: a token does not outlive `remove`; drop it")]
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
