//! The line of calls that have used up a slice of time: one of them runs at a time on each thread.
//!
//! If all of them were woken together, a hundred guests that compute would keep everything else of a thread waiting for a hundred slices.
//! So a call that goes on after a slice takes its turn behind those that did so before, and what is not in the line (timers, sockets, fresh
//! calls) goes on between any two turns.
//!
//! # Invariants
//!
//! * At most one call has the turn of a line, unless it was not polled for a while: then whoever looks first takes the turn over, so that a
//!   future that somebody holds and does not poll keeps nobody waiting for ever.
//! * Whoever has the turn passes it on to the one that has waited longest, of those that have used up a slice and of those that have only begun in
//!   turn, whatever becomes of the call.
//! * No waker is cloned, woken or dropped under the lock.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::clock::{Instant, Timer};
use crate::panics::woken;

/// How long a call may have the turn without passing it on. Slices are far shorter.
const LEASE: Duration = Duration::from_millis(50);

thread_local! {
    /// The line of the calls that used up their slices on this thread.
    static LINE: Arc<Line> = Arc::default();
}

#[derive(Default)]
struct Line(Mutex<Queue>);

#[derive(Default)]
struct Queue {
    last_number: u64,
    /// Who has the turn, and since when.
    holder: Option<(u64, Instant)>,
    /// Who waits, by number, so that the first has waited longest: those that have used up a slice, and those that have only begun.
    long: BTreeMap<u64, Waker>,
    fresh: BTreeMap<u64, Waker>,
    /// Whether the turn goes to one that has used up a slice next.
    long_is_next: bool,
}

impl Queue {
    fn of(&mut self, long: bool) -> &mut BTreeMap<u64, Waker> {
        if long { &mut self.long } else { &mut self.fresh }
    }

    /// The next, of either kind in turn, so that many of one do not keep a few of the other waiting.
    fn next(&mut self) -> Option<(u64, Waker)> {
        self.long_is_next = !self.long_is_next;
        let long = self.long_is_next;
        let first = self.of(!long).pop_first();
        first.or_else(|| self.of(long).pop_first())
    }
}

impl Line {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        // Nothing panics under the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the turn to the next, if the call of this number has it; the call leaves the line in any case.
    fn leave(&self, number: u64, long: bool) {
        let mut queue = self.queue();
        let mine = queue.of(long).remove(&number);
        let mut next = None;
        if queue.holder.is_some_and(|(holder, _)| holder == number) {
            let first = queue.next();
            queue.holder = first.as_ref().map(|(number, _)| (*number, Instant::now()));
            next = first.map(|(_, waker)| waker);
        }
        drop(queue);
        drop(mine);
        if let Some(next) = next {
            woken(next);
        }
    }
}

/// A call's place in a line, and then its turn. Dropping it passes the turn on.
pub(super) struct Turn {
    line: Arc<Line>,
    /// `None` until it is polled.
    number: Option<u64>,
    /// Whether the call has used up a slice.
    long: bool,
    /// Wakes the call to see whether who has the turn still uses it.
    lease: Option<Timer>,
}

impl Turn {
    /// A place at the end of this thread's line. On a thread that is ending, it is a line of its own.
    pub(super) fn new(long: bool) -> Turn {
        let line = LINE.try_with(Arc::clone).unwrap_or_default();
        Turn { line, number: None, long, lease: None }
    }

    /// Waits for the turn.
    pub(super) fn poll(&mut self, task: &mut Context<'_>) -> Poll<()> {
        let (waker, now) = (task.waker().clone(), Instant::now());
        let mut queue = self.line.queue();
        let number = *self.number.get_or_insert_with(|| {
            queue.last_number += 1;
            queue.last_number
        });
        let free = match queue.holder {
            None => true,
            Some((holder, since)) => holder == number || now.saturating_duration_since(since) >= LEASE,
        };
        let before = if free {
            queue.holder = Some((number, now));
            let before = queue.of(self.long).remove(&number);
            drop(queue);
            drop(waker);
            before
        } else {
            let before = queue.of(self.long).insert(number, waker);
            drop(queue);
            before
        };
        drop(before);
        if free {
            self.lease = None;
            return Poll::Ready(());
        }
        let look_again = now + LEASE;
        if self.lease.is_none() {
            self.lease = Timer::new(look_again);
        }
        if self.lease.as_mut().is_some_and(|lease| lease.has_fired(look_again, task)) {
            task.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            self.line.leave(number, self.long);
        }
    }
}
