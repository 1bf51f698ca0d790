//! Counters of calls, one for each wire from an instance to a provider and one for the host's calls.

use std::sync::atomic::{AtomicU64, Ordering};

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
    /// Counts the calls of one store, of which only one runs at a time.
    pub(crate) fn serial() -> CallCounts {
        CallCounts { serial: true, ..CallCounts::default() }
    }

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

    /// Adds the numbers of other counts, which are about to be dropped.
    pub(crate) fn absorb(&self, other: &CallCounts) {
        let (calls, failures) = other.read();
        self.calls.fetch_add(calls, Ordering::Relaxed);
        self.failures.fetch_add(failures, Ordering::Relaxed);
    }
}
