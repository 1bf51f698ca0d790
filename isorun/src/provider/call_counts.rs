//! Counters of calls, one for each wire from an instance to a provider and one for the host's calls.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The calls that went one way: from an instance to one of its providers, or from the host to a system or remote.
#[derive(Debug, Default)]
pub(crate) struct CallCounts {
    calls: AtomicU64,
    failures: AtomicU64,
    /// Whether at most one call at a time is counted here. Then a plain load and store count correctly, and cost less than an atomic addition.
    serial: bool,
}

/// A running call, which is counted at its end. If this is dropped before, by the caller or by a panic, the call counts as failed.
pub(crate) struct Counting<'a> {
    counts: &'a CallCounts,
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
        self.counts.add(&self.counts.calls);
        if self.failed {
            self.counts.add(&self.counts.failures);
        }
    }
}

impl CallCounts {
    /// Relaxed, since no other memory is published by these numbers.
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
        Counting { counts: self, failed: true }
    }

    /// Calls, and those of them that failed.
    pub(crate) fn read(&self) -> (u64, u64) {
        (self.calls.load(Ordering::Relaxed), self.failures.load(Ordering::Relaxed))
    }

    /// Adds the numbers of other counts, which nobody will count on.
    fn absorb(&self, other: &CallCounts) {
        let (calls, failures) = other.read();
        self.calls.fetch_add(calls, Ordering::Relaxed);
        self.failures.fetch_add(failures, Ordering::Relaxed);
    }
}

/// All calls of one provider: those of the host, and those that came by each wire. A wire's numbers stay when it is gone, so that the sum
/// never gets smaller.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Of the host, and of wires that are gone.
    own: CallCounts,
    wires: Mutex<Wires>,
}

#[derive(Debug, Default)]
struct Wires {
    last: u64,
    counts: BTreeMap<u64, Arc<CallCounts>>,
}

impl Tally {
    /// A call of the host begins.
    pub(crate) fn begin(&self) -> Counting<'_> {
        self.own.begin()
    }

    /// Counts what comes by a new wire, of which one call at a time runs if it is `serial`. Also gives the number by which it
    /// [leaves](Tally::leave).
    #[cfg(feature = "engine")]
    pub(super) fn join(&self, serial: bool) -> (u64, Arc<CallCounts>) {
        let counts = Arc::new(CallCounts { serial, ..CallCounts::default() });
        let mut wires = self.wires();
        wires.last += 1;
        let number = wires.last;
        wires.counts.insert(number, counts.clone());
        (number, counts)
    }

    /// The wire of this number is gone.
    pub(super) fn leave(&self, number: u64) {
        let mut wires = self.wires();
        // Under the lock, so that nobody reads its numbers twice or not at all.
        if let Some(counts) = wires.counts.remove(&number) {
            self.own.absorb(&counts);
        }
    }

    /// Calls, and those of them that failed.
    pub(crate) fn read(&self) -> (u64, u64) {
        let wires = self.wires();
        let all = wires.counts.values().map(|counts| counts.read()).chain([self.own.read()]);
        all.fold((0, 0), |sum, counts| (sum.0 + counts.0, sum.1 + counts.1))
    }

    fn wires(&self) -> MutexGuard<'_, Wires> {
        // Nothing panics under the lock.
        self.wires.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
