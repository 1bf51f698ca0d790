//! Why a remote call has no value.

mod failure;
mod status;

use std::fmt::{self, Write};
use std::sync::Arc;

pub use failure::Failure;
pub use status::Status;

use crate::image::Rule;
use crate::limits::limit::Limit;
use crate::text::{printable, printable_line};

/// Why a call through a remote has no value.
///
/// The variants tell a caller above all whether the other side may have run the function, and so whether it is safe to try again.
///
/// What the other side says is a peer's word. The message shows it made safe for a terminal and cut, and says whose word it is; the fields have
/// it as it came, of a text up to 4 KiB.
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
    #[error(
        "the call of `{}` was refused: {}\n  help: {}{}",
        printable(function),
        Told(*status, failure),
        refused(*status, failure),
        Again(failure)
    )]
    Refused {
        /// The function.
        function: Arc<str>,
        /// The status of its reply.
        status: Status,
        /// Why, as far as the other side tells.
        failure: Arc<Failure>,
    },
    /// The other side ran the function, or may have, and the call failed there.
    #[error(
        "`{}` failed on the other side: {}\n  help: {}{}",
        printable(function),
        Told(*status, failure),
        failed(*status),
        Again(failure)
    )]
    Failed {
        /// The function.
        function: Arc<str>,
        /// The status of its reply.
        status: Status,
        /// Why, as far as the other side tells.
        failure: Arc<Failure>,
    },
    /// The bytes that came back are not a reply to this call.
    #[error(
        "the answer to `{}` is not a reply to this call: {}\n  help: the other side may have run, so repeat only what may be done twice; the transport mixes messages up, or the other side breaks the rules of the wire",
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

impl RemoteError {
    /// The error for a reply whose status is not [`Status::Ok`].
    pub(crate) fn of_reply(function: Arc<str>, status: Status, ran: bool, failure: Failure) -> RemoteError {
        let failure = Arc::new(failure);
        match ran {
            true => RemoteError::Failed { function, status, failure },
            false => RemoteError::Refused { function, status, failure },
        }
    }
}

/// The kind of a call that grants less than the policy of its export asks for.
pub(crate) const BELOW_FLOOR: &str = "below floor";

/// What happened, in words made here of a status and the numbers of its record; then what the other side says itself, marked as such.
struct Told<'a>(Status, &'a Failure);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Told(status, failure) = *self;
        match (status, failure.amounts()) {
            (Status::Refused, Some((_, amount, used))) if failure.kind == BELOW_FLOOR => {
                write!(f, "{BELOW_FLOOR}: the call grants {amount}, and the export takes none with less than {used}")?;
            }
            (Status::TooLarge, Some((Limit::Message, amount, used))) => {
                write!(f, "{status}: it takes {used}, and the limit is {amount}")?;
            }
            (_, Some((limit @ Limit::Message, amount, used))) => {
                write!(f, "out of {limit}: it takes {used}, and the limit is {amount}")?;
            }
            (_, Some((limit, amount, used))) => {
                write!(f, "out of {limit}: the limit is {amount}, and it has used {used}")?
            }
            (Status::Malformed, None) if failure.rule.is_some() => {
                let rule = failure.rule.as_deref().unwrap_or_default();
                match Rule::ALL.into_iter().find(|known| known.name() == rule) {
                    Some(known) => write!(f, "{status}: {} at byte {}", known.message(), failure.offset)?,
                    None => write!(f, "{status}: {} at byte {}", printable(rule), failure.offset)?,
                }
            }
            _ => status_and_kind(status, &failure.kind, f)?,
        }
        // A signature is long, and what differs is seen when one stands under the other.
        for (whose, signature) in [("here: ", &failure.caller_signature), ("there:", &failure.callee_signature)] {
            if !signature.is_empty() {
                write!(f, "\n  {whose} {}", printable_line(signature))?;
            }
        }
        match failure.detail.lines().next().map(str::trim) {
            None | Some("") => Ok(()),
            Some(line) => write!(f, "\n  the other side says: {}", printable_line(line)),
        }
    }
}

/// The status, and the kind if that says more.
fn status_and_kind(status: Status, kind: &str, f: &mut impl Write) -> fmt::Result {
    let known = status.to_string();
    match status {
        _ if kind.is_empty() || kind == known => f.write_str(&known),
        // Nearly everything is refused for a reason that has a name of its own.
        Status::Refused => f.write_str(&printable(kind)),
        _ => write!(f, "{known} ({})", printable(kind)),
    }
}

/// When to try again, if the other side says so, as the end of a sentence.
struct Again<'a>(&'a Failure);

impl fmt::Display for Again<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.retry_after {
            Some(span) => write!(f, "; it asks to be called again after {span:?}"),
            None => Ok(()),
        }
    }
}

/// What to do about a call that was refused with this status.
fn refused(status: Status, failure: &Failure) -> &'static str {
    match status {
        Status::Refused if failure.kind == BELOW_FLOOR => {
            "it has not run; grant the call more with `.fuel(..)`, `.timeout(..)` or `.memory(..)`"
        }
        Status::HopLimit => {
            "it has not run; it has crossed too many borders between runtimes, look for a loop of remotes"
        }
        Status::Busy | Status::Refused => {
            "it has not run; try again when the other side can serve it, or look at its wiring"
        }
        Status::OutOfBudget => "it has not run; give it more time with `.timeout(..)`, and more fuel with `.fuel(..)`",
        Status::UnknownTarget => "it has not run; get a new token from the other side",
        Status::UnknownFunction => {
            "it has not run; build both sides from the same edition of the interface, or ask for an export that serves the function"
        }
        Status::UnknownInterface | Status::SignatureMismatch => {
            "it has not run; build both sides from the same edition of the interface"
        }
        Status::TooLarge => "it has not run; pass less at a time, or raise `max_message` on both sides",
        Status::Malformed | Status::WireVersion => "it has not run; run the same version of isorun on both sides",
        Status::WrongEpoch => "it has not run; what it calls has another owner now, find out which",
        Status::UnknownHandle => "it has not run; get a new handle of the resource from the other side",
        _ => "it has not run, trying again is safe",
    }
}

/// What to do about a call that failed on the other side with this status.
fn failed(status: Status) -> &'static str {
    match status {
        Status::OutOfBudget => {
            "grant the call more, of which the other side gives no more than the cap of its export, or ask for less at a time; what was done is done"
        }
        Status::Lost | Status::Duplicate => "it may have run; repeat only what may be done twice",
        _ => "it may have done a part of its work; the other side knows more",
    }
}

#[cfg(test)]
mod tests;
