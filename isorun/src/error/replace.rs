//! Why an instance's app is not replaced.

use std::fmt;

use super::wiring::InstantiateError;
use crate::text::{MOST_NAMED, indent, printable};

/// Why an instance's app was not replaced. The instance is as it was before.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplaceError {
    /// An instance that is wired to this one, or an export of it, uses functions that the new app does not have.
    #[error(
        "cannot replace `{}` by `{}`: what uses it would break\n{}\n  help: give the new app what they use, or remove them first",
        printable(instance),
        printable(app),
        lines(breaks)
    )]
    Breaks {
        /// The instance.
        instance: String,
        /// The new app.
        app: String,
        /// Everything that would break.
        breaks: Vec<Break>,
    },
    /// The new app does not fit its wiring, or failed while it started.
    #[error(transparent)]
    Instantiate(#[from] InstantiateError),
    /// Only an app's instance can be replaced: a system or remote has no app.
    #[error(
        "`{}` is not the instance of an app\n  help: only those can be replaced; wire a new handle instead",
        printable(instance)
    )]
    NotAnApp {
        /// The instance.
        instance: String,
    },
    /// Another call of `replace`, `retire` or `remove` is at work on it.
    #[error("`{}` is being replaced or retired already\n  help: wait for that to end", printable(instance))]
    InProgress {
        /// The instance.
        instance: String,
    },
    /// It was removed.
    #[error("`{}` was removed\n  help: instantiate the new app instead", printable(instance))]
    Removed {
        /// The instance.
        instance: String,
    },
    /// It belongs to another runtime.
    #[error("`{}` belongs to another runtime\n  help: replace it there", printable(instance))]
    Foreign {
        /// The instance.
        instance: String,
    },
}

/// The first ten breaks, then how many more there are.
fn lines(breaks: &[Break]) -> String {
    let mut lines: Vec<String> = breaks.iter().take(MOST_NAMED).map(ToString::to_string).collect();
    if breaks.len() > MOST_NAMED {
        lines.push(format!("  and {} more", breaks.len() - MOST_NAMED));
    }
    lines.join("\n")
}

/// Something that a replacement would break.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Break {
    /// What uses the interface: an instance's name, or an export.
    pub by: String,
    /// The interface.
    pub interface: String,
    /// Every function that is missing or has changed, with both signatures; empty if the whole interface is missing.
    pub differences: Vec<String>,
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  {}, used by {}", printable(&self.interface), printable(&self.by))?;
        match self.differences[..] {
            [] => write!(f, "\n    the new app does not export it"),
            _ => write!(f, "\n{}", indent(&self.differences)),
        }
    }
}
