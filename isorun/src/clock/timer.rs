//! Timers for deadlines, used again.
//!
//! Most timers are armed by calls that wait for their turn, and hardly one of them fires: a deadline is seconds away, a turn some microseconds.
//! To arm a timer and to disarm it takes a lock of the executor each. So one that is done with stays armed, and serves the next call that waits
//! in its thread: there it fires too early, if at all, and is armed anew.

use std::cell::RefCell;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::{Handle, Id};
use tokio::time::{Instant, Sleep};

/// Wakes a task at a moment, and perhaps before.
#[derive(Debug)]
pub(crate) struct Timer(Option<Armed>);

#[derive(Debug)]
struct Armed {
    sleep: Pin<Box<Sleep>>,
    /// The tokio runtime by whose clock it fires.
    runtime: Id,
}

/// How many timers a thread keeps. Each keeps the memory of the task that used it last, too.
const MOST_KEPT: usize = 32;

thread_local! {
    static KEPT: RefCell<Vec<Armed>> = const { RefCell::new(Vec::new()) };
}

impl Timer {
    /// A timer for this moment; `None` outside of a tokio runtime.
    pub(crate) fn new(at: Instant) -> Option<Timer> {
        let runtime = Handle::try_current().ok()?.id();
        let armed =
            kept(runtime, at).unwrap_or_else(|| Armed { sleep: Box::pin(tokio::time::sleep_until(at)), runtime });
        Some(Timer(Some(armed)))
    }

    /// Whether the moment has come. If not, the task is woken when it has.
    pub(crate) fn has_fired(&mut self, at: Instant, task: &mut Context<'_>) -> bool {
        let Some(Armed { sleep, .. }) = &mut self.0 else { return false };
        match sleep.as_mut().poll(task) {
            // It was armed for an earlier call.
            Poll::Ready(()) if sleep.deadline() < at => {
                sleep.as_mut().reset(at);
                sleep.as_mut().poll(task).is_ready()
            }
            poll => poll.is_ready(),
        }
    }
}

/// A timer of this runtime that fires at the moment or before.
fn kept(runtime: Id, at: Instant) -> Option<Armed> {
    let found = KEPT.try_with(|kept| {
        let mut kept = kept.borrow_mut();
        match kept.last() {
            // The thread has gone over to another runtime, and the timers of the old one are of no use.
            Some(last) if last.runtime != runtime => (None, std::mem::take(&mut *kept)),
            Some(last) if last.sleep.deadline() <= at => (kept.pop(), Vec::new()),
            _ => (None, Vec::new()),
        }
    });
    // What a timer does when it goes is tokio's affair, so the others go out here.
    let (timer, _of_another) = found.ok()?;
    timer
}

impl Drop for Timer {
    fn drop(&mut self) {
        let Some(armed) = self.0.take() else { return };
        // Where the thread ends, the timer goes; and none goes while they are borrowed.
        let _one_too_many = KEPT.try_with(|kept| {
            let mut kept = kept.borrow_mut();
            if kept.len() < MOST_KEPT {
                kept.push(armed);
                None
            } else {
                Some(armed)
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::time::Duration;

    use super::*;

    fn executor() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap()
    }

    fn kept_now() -> usize {
        KEPT.with_borrow(Vec::len)
    }

    /// Waits until a timer has fired.
    async fn wait(span: Duration) {
        let at = Instant::now() + span;
        let mut timer = Timer::new(at).unwrap();
        poll_fn(|task| if timer.has_fired(at, task) { Poll::Ready(()) } else { Poll::Pending }).await;
        assert!(Instant::now() >= at);
    }

    /// Arms a timer and is done with it.
    async fn arm(span: Duration) {
        let at = Instant::now() + span;
        let mut timer = Timer::new(at).unwrap();
        assert!(!poll_fn(|task| Poll::Ready(timer.has_fired(at, task))).await);
    }

    #[test]
    fn one_that_is_armed_for_an_earlier_call_serves_a_later_one() {
        executor().block_on(async {
            arm(Duration::from_millis(20)).await;
            assert_eq!(kept_now(), 1);
            wait(Duration::from_millis(50)).await;
            // It has fired, and can be armed again.
            wait(Duration::from_millis(5)).await;
            assert_eq!(kept_now(), 1);
        });
    }

    #[test]
    fn one_that_would_fire_too_late_serves_nobody() {
        executor().block_on(async {
            arm(Duration::from_secs(1000)).await;
            wait(Duration::from_millis(5)).await;
            assert_eq!(kept_now(), 2);
        });
    }

    #[test]
    fn those_of_a_runtime_that_is_gone_are_not_used() {
        executor().block_on(arm(Duration::from_millis(1)));
        executor().block_on(async {
            wait(Duration::from_millis(5)).await;
            assert_eq!(kept_now(), 1);
        });
        assert!(Timer::new(Instant::now()).is_none());
    }

    #[test]
    fn a_thread_keeps_only_some() {
        executor().block_on(async {
            let timers: Vec<_> = (0..2 * MOST_KEPT).map(|_| Timer::new(Instant::now()).unwrap()).collect();
            drop(timers);
            assert_eq!(kept_now(), MOST_KEPT);
        });
    }
}
