//! Timers for deadlines, which are kept and used again.
//!
//! Most timers are armed by calls that wait for their turn, and hardly any of them fires: the deadline is seconds away, the turn some
//! microseconds. Arming a timer takes a lock of the executor, and so does disarming it. Therefore a timer stays armed when a call no longer
//! needs it, and the next call that waits on the same thread takes it over. It may fire too early for that call, and is armed again then.

use std::cell::RefCell;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::{Handle, Id};
use tokio::time::{Instant, Sleep};

/// Wakes a task at a certain moment, and possibly once before that.
#[derive(Debug)]
pub(crate) struct Timer(Option<Armed>);

#[derive(Debug)]
struct Armed {
    sleep: Pin<Box<Sleep>>,
    /// The tokio runtime that fires it.
    runtime: Id,
}

/// How many timers a thread keeps. There is a limit because each of them holds the waker, and so the memory, of the task that used it last.
const MOST_KEPT: usize = 32;

thread_local! {
    static KEPT: RefCell<Vec<Armed>> = const { RefCell::new(Vec::new()) };
}

impl Timer {
    /// A timer that fires at this moment at the latest; `None` outside of a tokio runtime.
    pub(crate) fn new(at: Instant) -> Option<Timer> {
        let runtime = Handle::try_current().ok()?.id();
        let armed =
            kept(runtime, at).unwrap_or_else(|| Armed { sleep: Box::pin(tokio::time::sleep_until(at)), runtime });
        Some(Timer(Some(armed)))
    }

    /// Whether the moment has come. If it has not, the task is woken when it does.
    pub(crate) fn has_fired(&mut self, at: Instant, task: &mut Context<'_>) -> bool {
        let Some(Armed { sleep, .. }) = &mut self.0 else { return false };
        match sleep.as_mut().poll(task) {
            // It fired for an earlier call's deadline.
            Poll::Ready(()) if sleep.deadline() < at => {
                sleep.as_mut().reset(at);
                sleep.as_mut().poll(task).is_ready()
            }
            poll => poll.is_ready(),
        }
    }
}

/// A kept timer of this tokio runtime that fires at the moment or before it. A later one would wake the task too late.
fn kept(runtime: Id, at: Instant) -> Option<Armed> {
    let found = KEPT.try_with(|kept| {
        let mut kept = kept.borrow_mut();
        match kept.last() {
            // The thread works for another tokio runtime now, and the timers of the old one are useless here.
            Some(last) if last.runtime != runtime => (None, std::mem::take(&mut *kept)),
            Some(last) if last.sleep.deadline() <= at => (kept.pop(), Vec::new()),
            _ => (None, Vec::new()),
        }
    });
    // Dropping a timer runs tokio's code, so those of the old runtime are dropped here, where `KEPT` is not borrowed.
    let (timer, _of_another) = found.ok()?;
    timer
}

impl Drop for Timer {
    fn drop(&mut self) {
        let Some(armed) = self.0.take() else { return };
        // On a thread that is ending, `KEPT` is gone and the timer is just dropped. A timer that finds no room is dropped after the borrow.
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

    /// Waits until a timer for the end of the span has fired.
    async fn wait(span: Duration) {
        let at = Instant::now() + span;
        let mut timer = Timer::new(at).unwrap();
        poll_fn(|task| if timer.has_fired(at, task) { Poll::Ready(()) } else { Poll::Pending }).await;
        assert!(Instant::now() >= at);
    }

    /// Arms a timer and drops it before it fires.
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
