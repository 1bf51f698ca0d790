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
