//! What an instance has done so far.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::CallError;

/// What an instance has done since it was made. Numbers of one moment; they only grow, except where it says "now".
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Counters {
    /// Calls that have ended, well or badly.
    pub calls: u64,
    /// Those of them that ended badly: without a value.
    pub failures: u64,
    /// Calls that did not begin: the line was full, the instance was poisoned, retiring or gone, there was no place for a store, or the
    /// app that is there now does not have the function.
    pub refused: u64,
    /// How often it was started anew after a fault.
    pub restarts: u64,
    /// What made its last fault, if there was one.
    pub last_fault: Option<Arc<CallError>>,
    /// Units of fuel that its calls used, nested calls included. 0 for systems and remotes, which are not metered here.
    pub fuel: u64,
    /// Calls that run now. 0 for systems and remotes, which do not queue.
    pub running: u32,
    /// Calls that wait now for their turn.
    pub waiting: usize,
    /// Stores that there are now.
    pub stores: u32,
}

/// The calls that went one way: from an instance to one of its providers, or from the host to a system or remote.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    calls: AtomicU64,
    failures: AtomicU64,
    /// Whether only one call at a time is counted here, so that nothing is lost between reading and writing.
    serial: bool,
}

/// A call on its way, counted at its end. One that is dropped before, by its caller or by a panic, has failed.
pub(crate) struct Counting<'a> {
    tally: &'a Tally,
    failed: bool,
}

impl Counting<'_> {
    /// The call has ended.
    #[inline]
    pub(crate) fn end(mut self, failed: bool) {
        self.failed = failed;
    }
}

impl Drop for Counting<'_> {
    #[inline]
    fn drop(&mut self) {
        self.tally.add(&self.tally.calls);
        if self.failed {
            self.tally.add(&self.tally.failures);
        }
    }
}

impl Tally {
    /// A tally of the calls of one store.
    pub(crate) fn serial() -> Tally {
        Tally { serial: true, ..Tally::default() }
    }

    /// Nothing else is read by way of these numbers, so no order is needed.
    #[inline]
    fn add(&self, number: &AtomicU64) {
        if self.serial {
            number.store(number.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        } else {
            number.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A call begins.
    #[inline]
    pub(crate) fn begin(&self) -> Counting<'_> {
        Counting { tally: self, failed: true }
    }

    /// Calls, and those of them that failed.
    pub(crate) fn read(&self) -> (u64, u64) {
        (self.calls.load(Ordering::Relaxed), self.failures.load(Ordering::Relaxed))
    }

    /// Takes over what another has counted that is about to go.
    pub(crate) fn absorb(&self, other: &Tally) {
        let (calls, failures) = other.read();
        self.calls.fetch_add(calls, Ordering::Relaxed);
        self.failures.fetch_add(failures, Ordering::Relaxed);
    }
}
