//! An instance that is not replaced.

use std::fmt;

use super::wiring::InstantiateError;
use crate::text::indent;

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
    #[error("`{instance}` is no app's instance\n  help: only those can be replaced; wire a new handle instead")]
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
            [] => write!(f, "\n    the new app does not export it"),
            _ => write!(f, "\n{}", indent(&self.differences)),
        }
    }
}
