//! A remote call without a value.

use std::sync::Arc;

use crate::remote::Status;

/// Why a call through a remote has no value. What a caller must know is whether the work may have been done.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// The transport failed before the message was on its way: the callee has not run.
    #[error(
        "the call of `{function}` was not sent: {message}\n  help: the other side has not run, trying again is safe"
    )]
    NotSent {
        /// The function.
        function: Arc<str>,
        /// The transport's words.
        message: Arc<str>,
    },
    /// The transport failed after that: the callee may have run.
    #[error(
        "the call of `{function}` was sent and its answer lost: {message}\n  help: the other side may have run; repeat only what may be done twice"
    )]
    MaybeRan {
        /// The function.
        function: Arc<str>,
        /// The transport's words.
        message: Arc<str>,
    },
    /// The other side answered that it did not run the call.
    #[error("the other side refused `{function}`: {status}: {message}")]
    Refused {
        /// The function.
        function: Arc<str>,
        /// The status of its reply.
        status: Status,
        /// Its words.
        message: Arc<str>,
    },
    /// The other side ran the call and it failed there.
    #[error("`{function}` failed on the other side: {status}: {message}")]
    Failed {
        /// The function.
        function: Arc<str>,
        /// The status of its reply.
        status: Status,
        /// Its words.
        message: Arc<str>,
    },
    /// What came back is no reply to this call.
    #[error(
        "what came back for `{function}` is no reply to it: {message}\n  help: the transport mixes messages up, or the other side speaks another wire version"
    )]
    BadReply {
        /// The function.
        function: Arc<str>,
        /// What is wrong with it.
        message: Arc<str>,
    },
}
