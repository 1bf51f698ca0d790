//! Why an instance is not replaced.

use std::fmt;

use super::wiring::{InstantiateError, WiringProblem};
use crate::text::{MOST_NAMED, indent, printable, printable_line};

/// Why an instance was not replaced. The instance is as it was before.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplaceError {
    /// An instance that is wired to this one, or an export of it, uses functions that the new one does not have.
    #[error(
        "cannot replace `{}` by `{}`: what uses it would break\n{}\n  help: give the new {} what they use, or remove them first",
        printable(instance),
        printable(by),
        lines(breaks, *is_app),
        kind(*is_app)
    )]
    Breaks {
        /// The instance.
        instance: String,
        /// The new app, or the instance that was to take its place.
        by: String,
        /// Whether it is an app.
        is_app: bool,
        /// Everything that would break.
        breaks: Vec<Break>,
    },
    /// The instance that was to take its place cannot: it is gone, belongs to another runtime, or depends on this one.
    #[error(
        "cannot replace `{}` by `{}`\n{}",
        printable(instance),
        printable(by),
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    )]
    By {
        /// The instance.
        instance: String,
        /// The one that was to take its place.
        by: String,
        /// Everything that is wrong with it.
        problems: Vec<WiringProblem>,
    },
    /// The new app does not fit its wiring, or failed while it started.
    #[error(transparent)]
    Instantiate(#[from] InstantiateError),
    /// The factory of the system that was to take its place has panicked.
    #[error(
        "cannot replace `{}` by `{}`: its factory panicked: {}\n  help: correct the closure that was given to `provide_per_consumer`",
        printable(instance),
        printable(by),
        printable_line(message)
    )]
    Factory {
        /// The instance.
        instance: String,
        /// The system.
        by: String,
        /// The message of the panic.
        message: String,
    },
    /// Only an app's instance can be replaced, and one that has replaced an app's: a system or remote has no app.
    #[error(
        "`{}` is not the instance of an app\n  help: only those can be replaced; wire a new handle instead",
        printable(instance)
    )]
    NotAnApp {
        /// The instance.
        instance: String,
    },
    /// Another call of `replace`, `relocate`, `retire` or `remove` is at work on it.
    #[error("`{}` is being replaced, moved or retired already\n  help: wait for that to end", printable(instance))]
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
fn lines(breaks: &[Break], is_app: bool) -> String {
    let line = |broken: &Break| match broken.differences[..] {
        [] => format!("{broken}\n    the new {} does not export it", kind(is_app)),
        _ => format!("{broken}\n{}", indent(&broken.differences)),
    };
    let mut lines: Vec<String> = breaks.iter().take(MOST_NAMED).map(line).collect();
    if breaks.len() > MOST_NAMED {
        lines.push(format!("  and {} more", breaks.len() - MOST_NAMED));
    }
    lines.join("\n")
}

fn kind(is_app: bool) -> &'static str {
    if is_app { "app" } else { "instance" }
}

/// Something that a replacement would break. It displays as the interface and its user.
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
        write!(f, "  {}, used by {}", printable(&self.interface), printable(&self.by))
    }
}
