//! How many stores an instance has, and what becomes of one that is lost.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::time::Duration;

use crate::clock::Instant;
use crate::error::call::CallError;
use crate::limits::budget::Budget;
use crate::limits::limit::{Amount, Limit};

/// What is kept of an app's instance from one call to the next.
///
/// Whatever it is, a call that comes back to an instance that waits for it is refused with
/// [`ReEntered`](crate::CallError::ReEntered): with one store it would wait for itself, and with several, two instances that call each other
/// would use up one store after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reuse {
    /// One store: its memory lives on, and calls take turns in the order of their arrival. A write by one caller is seen by the next.
    #[default]
    Serial,
    /// A new store for each call, dropped at its end: nothing is kept and nothing is shared between calls. For handlers of requests.
    ///
    /// Calls run in parallel, as many as the runtime has room for stores; the fuel that the app takes to start is the call's.
    Fresh,
    /// So many stores, of which any that is at rest serves the next call: calls run in parallel, and an app that keeps something in
    /// its memory will find one of several memories. For apps that keep nothing but caches.
    ///
    /// One store is made with the instance, the others when they are needed.
    Pool(NonZeroU32),
}

impl Reuse {
    /// [`Pool`](Reuse::Pool) of `stores`, one at least.
    pub fn pool(stores: u32) -> Reuse {
        Reuse::Pool(NonZeroU32::new(stores).unwrap_or(NonZeroU32::MIN))
    }
}

/// What becomes of an instance whose call ended badly: by a trap, a panic of the host, an exhausted budget, or because it was dropped.
///
/// The store of such a call is lost in any case. A [`Fresh`](Reuse::Fresh) instance loses nothing by that and needs no policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Restart {
    /// It is poisoned: every later call fails with the cause.
    #[default]
    Never,
    /// The next call starts the app anew, behind the same handle and with the same wiring. What it kept in its memory is lost; calls
    /// that waited go on.
    ///
    /// More than `max` faults within `within` poison it after all, since an app that fails again and again does nothing else. Not counted
    /// are faults that tell nothing about the app: its caller gave the call up, or gave it less than half of the runtime's default
    /// [`Budget`](crate::Budget) of what ran out. So one caller's small budgets do not end an instance that it shares with others.
    Limited {
        /// How many faults there may be within the span. No account is kept of more than 4096: a larger number is no limit.
        max: u32,
        /// The span that is looked back over.
        within: Duration,
    },
}

/// What an instance does with its stores and its callers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy {
    pub(crate) reuse: Reuse,
    pub(crate) restart: Restart,
    /// How many calls may wait.
    pub(crate) queue: usize,
}

/// How many faults are remembered.
const MOST_REMEMBERED: usize = 4096;

/// The faults that a [`Restart`] policy still remembers.
#[derive(Debug, Default)]
pub(crate) struct Recent(VecDeque<Instant>);

impl Recent {
    /// Notes a fault; whether the policy lets the app start anew after it.
    pub(crate) fn allows(&mut self, policy: Restart, now: Instant) -> bool {
        let Restart::Limited { max, within } = policy else { return false };
        while self.0.front().is_some_and(|fault| now.duration_since(*fault) > within) {
            self.0.pop_front();
        }
        if self.0.len() >= max as usize {
            return false;
        }
        if self.0.len() < MOST_REMEMBERED {
            self.0.push_back(now);
        }
        true
    }
}

/// Whether a fault tells something about the app, and not about the caller who gave up or granted too little.
pub(crate) fn is_the_apps(fault: &CallError, defaults: &Budget, instance_memory: u64) -> bool {
    // The app may have stopped because of one below it.
    let root = std::iter::successors(Some(fault), |fault| match fault {
        CallError::ProviderDown { cause, .. } => Some(cause),
        _ => None,
    });
    match root.last() {
        Some(CallError::Cancelled { .. }) => false,
        Some(CallError::OutOfBudget { limit, amount, .. }) => match (limit, *amount) {
            (Limit::Fuel, Amount::Fuel(fuel)) => fuel >= defaults.fuel / 2,
            (Limit::Time, Amount::Time(span)) => span >= defaults.time / 2,
            (Limit::Memory, Amount::Bytes(bytes)) => bytes >= defaults.memory.min(instance_memory) / 2,
            _ => true,
        },
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_forgotten_after_their_span() {
        let policy = Restart::Limited { max: 2, within: Duration::from_secs(10) };
        let (mut recent, start) = (Recent::default(), Instant::now());
        let mut at = |second| recent.allows(policy, start + Duration::from_secs(second));
        assert!(at(0) && at(1) && !at(2) && !at(10));
        assert!(at(11) && at(12) && !at(13));
    }

    #[test]
    fn without_a_limit_memory_has_one() {
        let (mut recent, now) = (Recent::default(), Instant::now());
        let policy = Restart::Limited { max: u32::MAX, within: Duration::MAX };
        assert!((0..10_000).all(|_| recent.allows(policy, now)));
        assert_eq!(recent.0.len(), MOST_REMEMBERED);
    }

    #[test]
    fn never_and_none_allow_nothing() {
        let now = Instant::now();
        assert!(!Recent::default().allows(Restart::Never, now));
        assert!(!Recent::default().allows(Restart::Limited { max: 0, within: Duration::MAX }, now));
    }
}
