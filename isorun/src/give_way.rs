//! How work gives the thread away between two of its steps, and who decides that.
//!
//! A call is polled where its caller polls. So where one system calls the next, each stands on the stack of the one before: the outermost of
//! them decides when others run, and a chain of them that somebody made long enough would overflow that stack, so it is bounded.

use std::cell::Cell;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::task::Poll;
use std::time::Duration;

thread_local! {
    /// How many calls this thread is inside of.
    static INSIDE: Cell<u16> = const { Cell::new(0) };
    /// How many steps of work were begun on this thread.
    static STEPS: Cell<u64> = const { Cell::new(0) };
}

thread_local! {
    /// Time that the calls of this thread have run, as far as it was measured, since everything else was last let run.
    static SPENT: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// Notes that a call of this thread has run for so long.
pub(crate) fn spend(time: Duration) {
    SPENT.set(SPENT.get().saturating_add(time));
}

/// Whether the calls of this thread together have run for so long, and for a millisecond at least, since everything else was last let run. So
/// many calls, each of them shorter than that, keep nobody waiting longer than one long call does.
#[inline]
pub(crate) fn have_spent(slice: Duration) -> bool {
    SPENT.get() >= slice.max(SHARED)
}

/// What short calls may run together, however short a slice is: a call that begins later than it is polled costs more than it is worth.
const SHARED: Duration = Duration::from_millis(1);

/// Notes that everything else of this thread was let run.
pub(crate) fn begin_round() {
    SPENT.set(Duration::ZERO);
}

/// Notes that a driver polls its work once more.
#[inline]
pub(crate) fn begin_step() {
    STEPS.set(STEPS.get().wrapping_add(1));
}

/// A number that is another one in each step. Work that goes on in the same step has not given way meanwhile.
#[cfg(feature = "engine")]
#[inline]
pub(crate) fn step() -> u64 {
    STEPS.get()
}

/// A call that is being polled, until this is dropped.
pub(crate) struct Inside(PhantomData<*const ()>);

impl Inside {
    /// `None` if the thread is inside of so many calls already.
    #[inline]
    pub(crate) fn enter(most: u16) -> Option<Inside> {
        let before = INSIDE.get();
        if before >= most {
            return None;
        }
        INSIDE.set(before + 1);
        Some(Inside(PhantomData))
    }

    /// Whether the thread is inside of no other call.
    #[inline]
    pub(crate) fn is_outermost(&self) -> bool {
        INSIDE.get() == 1
    }
}

impl Drop for Inside {
    #[inline]
    fn drop(&mut self) {
        INSIDE.set(INSIDE.get().saturating_sub(1));
    }
}

/// Ends a step. Within a call, its driver goes on at once or lets others run; elsewhere others run now.
pub(crate) async fn give_way() {
    if INSIDE.get() == 0 {
        return tokio::task::yield_now().await;
    }
    let mut given = false;
    poll_fn(|task| {
        if std::mem::replace(&mut given, true) {
            return Poll::Ready(());
        }
        task.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}
