//! Why a remote call has no value.

use std::fmt;
use std::sync::Arc;

use crate::text::{printable, printable_line};

/// Why a call through a remote has no value.
///
/// The variants tell a caller above all whether the other side may have run the function, and so whether it is safe to try again.
///
/// What the other side says is a peer's word. The message shows its first line, made safe for a terminal and cut; the field has all of it.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// The transport failed before it sent the message, so the function has not run.
    #[error(
        "the call of `{}` was not sent: {}\n  help: the other side has not run, trying again is safe",
        printable(function),
        printable_line(message)
    )]
    NotSent {
        /// The function.
        function: Arc<str>,
        /// The transport's message.
        message: Arc<str>,
    },
    /// The transport failed after it sent the message, so the function may have run.
    #[error(
        "the call of `{}` was lost after it was sent: {}\n  help: the other side may have run; repeat only what may be done twice",
        printable(function),
        printable_line(message)
    )]
    Lost {
        /// The function.
        function: Arc<str>,
        /// The transport's message.
        message: Arc<str>,
    },
    /// The function was not run: the other side says so, or the call was refused before it was sent.
    #[error("the call of `{}` was refused: {}\n  help: {}", printable(function), told(function, *status, message), refused(*status))]
    Refused {
        /// The function.
        function: Arc<str>,
        /// The status of its reply.
        status: Status,
        /// The message in its reply.
        message: Arc<str>,
    },
    /// The other side ran the function, and the call failed there.
    #[error("`{}` failed on the other side: {}\n  help: {}", printable(function), told(function, *status, message), failed(*status))]
    Failed {
        /// The function.
        function: Arc<str>,
        /// The status of its reply.
        status: Status,
        /// The message in its reply.
        message: Arc<str>,
    },
    /// The bytes that came back are not a reply to this call.
    #[error(
        "the answer to `{}` is not a reply to this call: {}\n  help: the transport mixes messages up, or the other side speaks another wire version",
        printable(function),
        printable_line(message)
    )]
    BadReply {
        /// The function.
        function: Arc<str>,
        /// What is wrong with it.
        message: Arc<str>,
    },
}

/// What the other side says of a call, or its status if it says nothing. Its help is for its own side, so one line is enough; and the
/// function is not named again.
fn told(function: &str, status: Status, message: &str) -> String {
    let line = message.lines().next().unwrap_or_default().trim();
    match line.is_empty() {
        true => status.to_string(),
        false => printable_line(&line.replacen(&format!(" in `{function}`"), "", 1)),
    }
}

/// What to do about a call that was refused with this status.
fn refused(status: Status) -> &'static str {
    match status {
        Status::Busy | Status::HopLimit | Status::Refused => {
            "it has not run; try again when the other side can serve it, or look at its wiring"
        }
        Status::OutOfBudget => "it has not run; give it more time with `.timeout(..)`, and more fuel with `.fuel(..)`",
        Status::UnknownTarget => "it has not run; get a new token from the other side",
        Status::UnknownInterface | Status::UnknownFunction | Status::SignatureMismatch => {
            "it has not run; build both sides from the same edition of the interface"
        }
        Status::TooLarge => "it has not run; pass less at a time, or raise `max_message` on both sides",
        Status::Malformed | Status::WireVersion => "it has not run; run the same version of isorun on both sides",
        _ => "it has not run, trying again is safe",
    }
}

/// What to do about a call that failed on the other side with this status.
fn failed(status: Status) -> &'static str {
    match status {
        Status::OutOfBudget => {
            "grant the call more, of which the other side gives no more than its own `budget`, or ask for less at a time; what was done is done"
        }
        _ => "it may have done a part of its work; the other side knows more",
    }
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
    /// The call's budget ran out.
    OutOfBudget = 2,
    /// The other side does not serve the call: the instance is poisoned, is retiring or was removed, for example.
    Refused = 3,
    /// The instance is busy, or waits itself for the end of this call.
    Busy = 4,
    /// Nothing is exported under this token.
    UnknownTarget = 5,
    /// The export is of another interface.
    UnknownInterface = 6,
    /// The other side's interface has no such function.
    UnknownFunction = 7,
    /// The other side's function has another signature.
    SignatureMismatch = 8,
    /// The message or its body breaks a rule.
    Malformed = 9,
    /// The message is of a version that the other side does not speak.
    WireVersion = 10,
    /// The message is larger than the other side accepts.
    TooLarge = 11,
    /// The call was cancelled.
    Cancelled = 12,
    /// The same call was made before, and its answer is no longer kept.
    Duplicate = 13,
    /// The call has crossed too many borders between runtimes.
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

    /// The status of this number; `None` if there is none.
    pub(crate) fn from_byte(byte: u8) -> Option<Status> {
        Status::ALL.get(usize::from(byte)).copied()
    }

    /// Whether this status promises that no guest code has run, so that trying again is safe.
    #[must_use]
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
