//! Why bytes cannot be inspected.

use crate::limits::app::{Exceeded, lines};
use crate::text::printable_line;

/// Why bytes are not a component that can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// The bytes are not a wasm component.
    #[error("not a component: {}\n  help: {help}", printable_line(found))]
    NotAComponent {
        /// What the bytes are instead.
        found: String,
        /// What to do about it.
        help: String,
    },
    /// The bytes begin like a component, but the rest is not valid.
    #[error("not a valid component: {}\n  help: {help}", printable_line(message))]
    Invalid {
        /// The validator's message, with the offset in the bytes.
        message: String,
        /// What to do about it.
        help: String,
    },
    /// The component means more than is read of a stranger's bytes: it exceeds the defaults of [`AppLimits`](crate::limits::AppLimits).
    #[error("the component means more than an app may:\n{}", lines(exceeded))]
    TooMuch {
        /// Every limit that it exceeds.
        exceeded: Vec<Exceeded>,
    },
}
