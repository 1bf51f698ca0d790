//! The calls of each session of each peer that ran here lately, so that one that arrives twice runs once.
//!
//! A session is a random number that a caller chose; it numbers its calls from 1. A call first runs, and a duplicate joins it: both get the
//! same bytes. Then its answer is kept, until the caller says that the call is settled, or until there is too much: then it is only
//! remembered that the call ran.
//!
//! # Invariants
//!
//! * As long as a session is kept, each of its calls runs at most once. It is kept while one of its calls runs.
//! * A call below the floor of its session never begins, and the floor never falls.
//! * No peer can have more than [`Limits`] say, and none more than half of what there is for all.
//! * No operation takes longer than the logarithm of what is remembered, but for what it forgets, which was paid for when it came.
//! * Under the lock no waker is cloned, dropped or woken. At most one lock is held.

mod joined;
mod limits;
mod list;
mod running;
mod table;

use std::hash::Hasher;
use std::sync::{Arc, PoisonError};

use foldhash::SharedSeed;
use foldhash::quality::FoldHasher;

pub(crate) use joined::Joined;
pub(crate) use limits::Limits;
pub(crate) use running::Running;
#[cfg(any(test, feature = "testing"))]
pub(crate) use table::Usage;
pub(crate) use table::{Arriving, Refused};

use crate::clock::Instant;
use crate::panics::woken;
use crate::sync::{Mutex, MutexGuard};
use table::{Found, Table};

/// The sessions of all peers of one runtime.
pub(crate) struct Sessions {
    table: Mutex<Table>,
    /// Bytes of the largest answer that is kept.
    largest: usize,
    /// Makes digests that nobody outside can foresee.
    seed: SharedSeed,
}

/// What becomes of a call that arrived.
pub(crate) enum Arrival {
    /// It is to be run.
    First(Running),
    /// It runs already.
    Again(Joined),
    /// It ran, and this is its answer.
    Answered(Arc<[u8]>),
    /// It ran or may have run, and its answer is not kept.
    Gone,
    /// Another call had this number.
    Differs,
    /// It was cancelled before it came.
    Cancelled,
    /// There are too many sessions, or calls that run. Nothing was noted, and the call does not run.
    Full,
}

impl Sessions {
    /// No sessions yet. The seed is random.
    pub(crate) fn new(limits: Limits, seed: u64) -> Sessions {
        let limits = limits.consistent();
        let largest = limits.largest;
        Sessions { table: Mutex::new(Table::new(limits)), largest, seed: SharedSeed::from_u64(seed) }
    }

    /// What tells a duplicate from another call of the same number.
    pub(crate) fn digest(&self, target: &[u8; 16], function: u32, body: &[u8]) -> u64 {
        let mut hasher = FoldHasher::with_seed(u64::from(function), &self.seed);
        hasher.write_u128(u128::from_le_bytes(*target));
        hasher.write(body);
        hasher.finish()
    }

    #[cfg(test)]
    fn arrive(
        self: &Arc<Self>,
        peer: &Option<Arc<str>>,
        session: u64,
        call: u64,
        digest: u64,
        settled_below: u64,
        retry: bool,
    ) -> Arrival {
        self.arrive_at(Instant::now(), peer, Arriving { session, call, digest, settled_below, retry })
    }

    /// Lets a call of a session in that came `now`, and whose number is not 0. All below `settled_below` are forgotten. A call is a `retry` if it
    /// was sent before.
    pub(crate) fn arrive_at(self: &Arc<Self>, now: Instant, peer: &Option<Arc<str>>, arriving: Arriving) -> Arrival {
        let found = self.table().arrive(peer, arriving, now);
        match found {
            Found::First(key) => Arrival::First(Running::new(self.clone(), key)),
            Found::Again(joined) => Arrival::Again(joined),
            Found::Answered(reply) => Arrival::Answered(reply),
            Found::Gone => Arrival::Gone,
            Found::Differs => Arrival::Differs,
            Found::Cancelled => Arrival::Cancelled,
            Found::Full => Arrival::Full,
        }
    }

    /// Cancels a call that runs, or one that is yet to come in a session that is known. Otherwise nothing happens.
    pub(crate) fn cancel(&self, peer: &Option<Arc<str>>, session: u64, call: u64) {
        let waker = self.table().cancel(peer, session, call, Instant::now());
        if let Some(waker) = waker {
            woken(waker);
        }
    }

    /// Notes that a call is refused, unless it has come before. It is a `retry` if it was sent before.
    pub(crate) fn refuse(&self, peer: &Option<Arc<str>>, session: u64, call: u64, retry: bool) -> Refused {
        match session {
            0 => Refused::Noted,
            _ => self.table().refuse(peer, (session, call), retry, Instant::now()),
        }
    }

    /// Whether there is such a session.
    pub(crate) fn is_known(&self, peer: &Option<Arc<str>>, session: u64) -> bool {
        self.table().find(peer, session).is_some()
    }

    /// How much is held now.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn usage(&self) -> Usage {
        self.table().usage()
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // Nothing panics between two states of the table.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(all(test, isorun_loom))]
mod models;
#[cfg(all(test, not(isorun_loom)))]
mod property;
#[cfg(all(test, not(isorun_loom)))]
mod tests;
