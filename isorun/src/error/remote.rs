//! A remote call without a value.

use std::fmt;
use std::sync::Arc;

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

/// How a remote call ended, as its reply says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum Status {
    /// The body is the value.
    Ok = 0,
    /// The guest, or the host behind it, was stopped.
    Trap = 1,
    /// The budget ran out.
    OutOfBudget = 2,
    /// The other side does not want to.
    Refused = 3,
    /// The other side is busy, or is being called back by its own callee.
    Busy = 4,
    /// Nothing is exported under this token.
    UnknownTarget = 5,
    /// The export is of another interface.
    UnknownInterface = 6,
    /// The interface has no such function there.
    UnknownFunction = 7,
    /// The function has another type there.
    SignatureMismatch = 8,
    /// The message or its body breaks a rule.
    Malformed = 9,
    /// The message is of a version that the other side does not speak.
    WireVersion = 10,
    /// The message is larger than the other side accepts.
    TooLarge = 11,
    /// The call was cancelled.
    Cancelled = 12,
    /// The same call was made before and its answer is gone.
    Duplicate = 13,
    /// The call has crossed too many borders.
    HopLimit = 14,
}

impl Status {
    const ALL: [Status; 15] = [
        Status::Ok,
        Status::Trap,
        Status::OutOfBudget,
        Status::Refused,
        Status::Busy,
        Status::UnknownTarget,
        Status::UnknownInterface,
        Status::UnknownFunction,
        Status::SignatureMismatch,
        Status::Malformed,
        Status::WireVersion,
        Status::TooLarge,
        Status::Cancelled,
        Status::Duplicate,
        Status::HopLimit,
    ];

    pub(crate) fn from_byte(byte: u8) -> Option<Status> {
        Status::ALL.get(usize::from(byte)).copied()
    }

    /// Whether this status promises that no guest code has run, so that trying again is safe.
    pub fn did_not_run(self) -> bool {
        !matches!(self, Status::Ok | Status::Trap | Status::OutOfBudget | Status::Cancelled | Status::Duplicate)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Status::Ok => "ok",
            Status::Trap => "trap",
            Status::OutOfBudget => "out of budget",
            Status::Refused => "refused",
            Status::Busy => "busy",
            Status::UnknownTarget => "unknown target",
            Status::UnknownInterface => "unknown interface",
            Status::UnknownFunction => "unknown function",
            Status::SignatureMismatch => "signature mismatch",
            Status::Malformed => "malformed",
            Status::WireVersion => "wire version",
            Status::TooLarge => "too large",
            Status::Cancelled => "cancelled",
            Status::Duplicate => "duplicate",
            Status::HopLimit => "hop limit",
        })
    }
}
