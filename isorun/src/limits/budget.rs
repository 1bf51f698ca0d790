//! What one call may use.

use std::time::Duration;

use super::deadline::Deadline;
use crate::clock::Instant;

/// What one call may use, together with everything that is called because of it.
///
/// A runtime's [builder](crate::RuntimeBuilder) sets the default, and a call sets its own values with [`Call::fuel`](crate::Call::fuel) and
/// its neighbours, smaller or larger than the default. A call made [within](crate::Call::within) another never gets more than that one has
/// left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Units of fuel: about one per executed wasm instruction; a million are about 20 µs of a tight loop.
    pub fuel: u64,
    /// Time from the start of the call to its end, waiting included.
    pub time: Duration,
    /// Bytes by which the memories and tables of the called instances may grow.
    pub memory: u64,
}

impl Default for Budget {
    /// One thousand million units of fuel, five seconds, 64 MiB.
    fn default() -> Budget {
        Budget { fuel: 1_000_000_000, time: Duration::from_secs(5), memory: 64 << 20 }
    }
}

/// The parts of a budget that one call sets for itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Grant {
    pub(crate) fuel: Option<u64>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) deadline: Option<Instant>,
    pub(crate) memory: Option<u64>,
    /// How many more borders between runtimes the call may cross; set if it came from another runtime.
    pub(crate) hops: Option<u16>,
}

impl Grant {
    /// The deadline that the call sets for itself: the earlier one, if it sets both a timeout and a deadline.
    ///
    /// `None` if it sets neither, and also if the clock cannot represent the moment, as with a timeout of centuries.
    pub(crate) fn end(&self) -> Option<Deadline> {
        let (span, moment) = (self.timeout.and_then(Deadline::after), self.deadline.map(Deadline::at));
        span.into_iter().chain(moment).min_by_key(|deadline| deadline.at)
    }
}
