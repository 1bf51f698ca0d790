//! What one call may use.

use std::sync::Arc;
use std::time::Duration;

use super::border::Border;
use super::deadline::Deadline;
use crate::clock::Instant;

/// What one call may use, together with everything that is called because of it.
///
/// A runtime's [builder](crate::RuntimeBuilder) sets the default, and a call sets its own values with [`Call::fuel`](crate::Call::fuel) and
/// its neighbours, smaller or larger than the default. A call made [within](crate::Call::within) another never gets more than that one has
/// left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Units of fuel: about one per executed wasm instruction, and eight for each byte that is passed. What a unit is in time depends on the
    /// code: a thousand million are 30 ms of compiled C, and 12 s of loads that no cache holds. See `docs/budgets.md`.
    pub fuel: u64,
    /// Time from the start of the call to its end, waiting included.
    pub time: Duration,
    /// Bytes by which the memories and tables of the called instances may grow.
    pub memory: u64,
}

impl Budget {
    /// Nothing: for the least of what a call must bring, of which only a part is said.
    ///
    /// ```
    /// use isorun::Budget;
    ///
    /// let least = Budget { fuel: 100_000, ..Budget::ZERO };
    /// assert!(least.time.is_zero());
    /// ```
    pub const ZERO: Budget = Budget { fuel: 0, time: Duration::ZERO, memory: 0 };
}

impl Default for Budget {
    /// One hundred thousand million units of fuel, five seconds, 64 MiB.
    ///
    /// So much fuel is about three seconds of the densest code, and more than five of most: it ends what runs away, and leaves the end of what
    /// is only slow to the time.
    fn default() -> Budget {
        Budget { fuel: 100_000_000_000, time: Duration::from_secs(5), memory: 64 << 20 }
    }
}

/// The parts of a budget that one call sets for itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grant {
    pub(crate) fuel: Option<u64>,
    pub(crate) timeout: Option<Duration>,
    /// From when on the timeout counts, if not from the beginning of the call.
    pub(crate) since: Option<Instant>,
    pub(crate) deadline: Option<Instant>,
    pub(crate) memory: Option<u64>,
    /// What the call brought along, if it came from a peer.
    pub(crate) border: Option<Arc<Border>>,
    /// Whether the function may run more than once.
    pub(crate) idempotent: bool,
}

impl Grant {
    /// When the call is to end by what it sets for itself: the earlier of both, if it sets both. `None` if it sets neither, and for a span
    /// that the clock cannot add, such as one of centuries.
    #[inline]
    pub(crate) fn end(&self) -> Option<Deadline> {
        let after = |span| self.since.map_or_else(|| Deadline::after(span), |since| Deadline::of(since, span));
        match (self.timeout, self.deadline) {
            (None, None) => None,
            (Some(span), None) => after(span),
            (None, Some(moment)) => Some(Deadline::at(moment)),
            (Some(span), Some(moment)) => {
                let moment = Deadline::at(moment);
                Some(after(span).filter(|span| span.at < moment.at).unwrap_or(moment))
            }
        }
    }

    /// Whether the call sets an end for itself, and so does not want that of the defaults.
    #[inline]
    pub(crate) fn sets_an_end(&self) -> bool {
        self.timeout.is_some() || self.deadline.is_some()
    }
}
