//! The validator's words, with help that fits them.

use crate::error::inspect::InspectError;

/// The error for a message of the validator about a component, with help that fits the message.
pub(crate) fn invalid(message: String) -> InspectError {
    // The validator's message names a feature that is switched off; anything else that it refuses means that the file is damaged.
    let says = |words: &[&str]| words.iter().any(|words| message.contains(words));
    let help = if says(&["async feature", "error-context"]) {
        "isorun runs no `async`, `stream`, `future` or `error-context`; build the app against an interface without them"
    } else if says(&["not enabled", "are disallowed", "are disabled"]) {
        "isorun is built without this wasm proposal; build the app without it (C++: `-fno-exceptions`)"
    } else {
        "the file is damaged or cut off; build or send it again"
    };
    InspectError::Invalid { message, help: help.into() }
}
