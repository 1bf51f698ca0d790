//! Bytes that cannot be inspected.

/// Why bytes are not a component that can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// The bytes are no wasm component.
    #[error("not a component: {found}\n  help: {help}")]
    NotAComponent {
        /// What the bytes are instead.
        found: String,
        /// What to do about it.
        help: String,
    },
    /// The bytes start like a component and do not go on like one.
    #[error("not a valid component: {message}\n  help: {help}")]
    Invalid {
        /// The validator's words, with the offset of the bytes.
        message: String,
        /// What to do about it.
        help: String,
    },
}

impl InspectError {
    /// What a validator says, with the help that fits.
    pub(crate) fn invalid(message: String) -> InspectError {
        // The validator names what is switched off; everything else that it refuses is damage.
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
}
