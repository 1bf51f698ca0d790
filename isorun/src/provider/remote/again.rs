//! When a message is sent again.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use crate::bug::{Bug, is_planted};
use crate::error::call::CallError;
use crate::error::remote::{RemoteError, Status};
use crate::limits::deadline::Deadline;

/// How a call is made once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    /// As the same call: it is not to run twice.
    Same,
    /// As another call: this one has had its answer, and would have no other. The other side has not run it, or it may run twice.
    Anew,
}

/// The first wait, and the longest without a hint of the other side.
const FIRST: Duration = Duration::from_millis(4);
const LONGEST: Duration = Duration::from_secs(1);

impl Again {
    /// Whether, and how, a call may be made once more that has ended so, with an answer or without one, and when the other side wants that.
    pub(super) fn after(error: &CallError, idempotent: bool, is_answered: bool) -> Option<(Again, Option<Duration>)> {
        match error {
            CallError::Remote(RemoteError::NotSent { .. }) => Some((Again::Same, None)),
            // The other side keeps what it has answered, also that it has lost the call itself.
            CallError::Remote(RemoteError::Lost { .. }) if idempotent && is_answered => Some((Again::Anew, None)),
            CallError::Remote(RemoteError::Lost { .. } | RemoteError::BadReply { .. }) if idempotent => {
                Some((Again::Same, None))
            }
            // It was stopped there when the connection broke over which it had come, or its answer was too large to be kept.
            CallError::Remote(
                RemoteError::Failed { status: Status::Duplicate | Status::Cancelled, .. }
                | RemoteError::Refused { status: Status::Cancelled, .. },
            ) if idempotent => Some((Again::Anew, None)),
            CallError::Remote(RemoteError::Lost { .. }) if is_planted(Bug::RepeatsWhatWasLost) => {
                Some((Again::Anew, None))
            }
            // Those that wait for nobody's end come to nothing a second time, too.
            CallError::Remote(RemoteError::Refused { status: Status::Busy | Status::Refused, failure, .. })
                if failure.retry_after.is_some() =>
            {
                Some((Again::Anew, failure.retry_after))
            }
            _ => None,
        }
    }
}

/// How long to wait before a call is made once more that was made so many times: at least as long as the other side says, twice as long each time, and not
/// as long as others that were refused at the same time.
pub(super) fn wait_before(times: u32, hint: Option<Duration>, session: u64, call: u64) -> Duration {
    let wait = FIRST.saturating_mul(1 << times.min(16)).min(LONGEST);
    let spread = session.wrapping_add(call).wrapping_add(u64::from(times)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56;
    let wait = wait / 2 + wait * spread as u32 / 512;
    hint.map_or(wait, |hint| hint.min(LONGEST).saturating_add(wait))
}

/// Waits so long, or not at all if that is beyond `end`; then `false`.
pub(super) async fn wait(span: Duration, end: Option<Deadline>) -> bool {
    let Some(moment) = Deadline::after(span) else { return false };
    if end.is_some_and(|end| end.at <= moment.at) {
        return false;
    }
    let mut timer = None;
    poll_fn(|task| if moment.poll_passed(&mut timer, task) { Poll::Ready(()) } else { Poll::Pending }).await;
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::remote::Failure;

    #[test]
    fn what_was_answered_is_never_sent_as_the_same_call_again() {
        let ended = |status, ran| {
            let failure = Failure::of("for a test");
            CallError::from(RemoteError::of_reply("f".into(), status, ran, failure))
        };
        let lost = || CallError::from(RemoteError::Lost { function: "f".into(), message: "gone".into() });
        let after =
            |error: CallError, idempotent, answered| Again::after(&error, idempotent, answered).map(|(how, _)| how);
        assert_eq!(after(lost(), true, false), Some(Again::Same));
        assert_eq!(after(lost(), true, true), Some(Again::Anew));
        assert_eq!(after(ended(Status::Duplicate, true), true, true), Some(Again::Anew));
        assert_eq!(after(ended(Status::Cancelled, true), true, true), Some(Again::Anew));
        assert_eq!(after(ended(Status::Cancelled, false), true, true), Some(Again::Anew));
        for error in [lost(), ended(Status::Duplicate, true), ended(Status::Cancelled, true)] {
            assert_eq!(after(error, false, true), None);
        }
    }

    #[test]
    fn waits_grow_and_differ() {
        let waits: Vec<_> = (0..10).map(|times| wait_before(times, None, 7, 1)).collect();
        assert!(waits.windows(2).all(|pair| pair[0] < pair[1] || pair[1] >= LONGEST / 2), "{waits:?}");
        assert!(waits.iter().all(|wait| *wait <= LONGEST), "{waits:?}");
        assert_ne!(wait_before(3, None, 7, 1), wait_before(3, None, 7, 2));
        let hint = Duration::from_millis(50);
        assert!(wait_before(0, Some(hint), 7, 1) >= hint);
    }
}
