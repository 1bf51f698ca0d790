//! How a remote call ended.

use std::fmt;

/// How a remote call ended, as its reply says.
///
/// Whether the function has run is told apart from this, by a flag of the reply: a budget may run out before a function begins, or in the
/// middle of it.
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
    /// The same call was made before, or may have been, and its answer is not kept.
    Duplicate = 13,
    /// The call has crossed too many borders between runtimes.
    HopLimit = 14,
    /// The call is meant for another owner of what it calls than the other side is.
    WrongEpoch = 15,
    /// A handle of a resource that the call passes is not known on the other side.
    UnknownHandle = 16,
    /// The other side only passed the call on, and lost it: what is behind it may have run it.
    Lost = 17,
}

impl Status {
    const ALL: [Status; 18] = [
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
        Status::WrongEpoch,
        Status::UnknownHandle,
        Status::Lost,
    ];

    /// The status of this number; `None` if there is none.
    pub(crate) fn from_byte(byte: u8) -> Option<Status> {
        Status::ALL.get(usize::from(byte)).copied()
    }

    /// Whether this status by itself promises that the function has not run, so that trying again is safe. With the others it depends on the
    /// call: [`RemoteError::Refused`](super::RemoteError::Refused) means that it has not.
    #[must_use]
    pub fn did_not_run(self) -> bool {
        !matches!(self, Status::Ok | Status::Trap | Status::OutOfBudget | Status::Cancelled) && !self.may_have_run()
    }

    /// Whether this status by itself means that the function has run, or that nobody knows.
    pub(crate) fn may_have_run(self) -> bool {
        matches!(self, Status::Ok | Status::Duplicate | Status::Lost)
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
            Status::WrongEpoch => "wrong epoch",
            Status::UnknownHandle => "unknown handle",
            Status::Lost => "lost",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_its_own_number() {
        for (index, status) in Status::ALL.into_iter().enumerate() {
            assert_eq!(status as usize, index);
            assert_eq!(Status::from_byte(index as u8), Some(status));
            assert!(!(status.did_not_run() && status.may_have_run()), "{status}");
        }
        assert_eq!(Status::from_byte(18), None);
        let promised = Status::ALL.into_iter().filter(|status| status.did_not_run()).map(|status| status as u8);
        assert_eq!(promised.collect::<Vec<_>>(), [3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 15, 16]);
    }
}
