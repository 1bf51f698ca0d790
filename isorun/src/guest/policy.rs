//! How many stores an instance has, and what happens after one is lost.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::time::Duration;

use crate::clock::Instant;
use crate::error::call::CallError;
use crate::limits::budget::Budget;
use crate::limits::cx::Cx;
use crate::limits::limit::{Amount, Limit, Scope};
#[cfg(feature = "engine")]
use crate::provider::finish::Ceiling;

/// What is kept of an app's instance from one call to the next.
///
/// With each of them, a call that comes back to an instance which waits for that call's result is refused with
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
    /// Calls run in parallel, as many as the runtime has [places](crate::RuntimeBuilder::max_stores) for stores; the others wait. Where an
    /// instance of this kind calls others of this kind, a call begins only when there is room for those below it too, so that calls which
    /// have a place do not wait for each other. Each call pays for the fuel that the app needs to start.
    Fresh,
    /// At most this many stores, of which any idle one serves the next call. Calls run in parallel, and an app cannot know which of the
    /// memories it will find in a call. For apps that keep nothing but caches.
    ///
    /// One store is made together with the instance, the others when they are needed and the runtime has a place.
    Pool(NonZeroU32),
}

impl Reuse {
    /// A [`Pool`](Reuse::Pool) of this many stores, but at least one.
    pub fn pool(stores: u32) -> Reuse {
        Reuse::Pool(NonZeroU32::new(stores).unwrap_or(NonZeroU32::MIN))
    }
}

/// What happens to an instance after a fault: after a call that ended by a trap, a panic of the host or an exhausted budget, or that was
/// dropped while it ran.
///
/// The store of such a call is lost in any case. A [`Fresh`](Reuse::Fresh) instance loses nothing by that and needs no policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Restart {
    /// The instance is poisoned: every later call fails, and its error holds the cause.
    #[default]
    Never,
    /// The next call restarts the app, behind the same handle and with the same wiring. What the app kept in its memory is lost; calls
    /// that waited for their turn go on.
    ///
    /// More than `max` faults within the span `within` poison the instance, since an app that fails again and again would only be restarted
    /// for nothing. Faults that say nothing about the app are not counted: those of its providers, those of a caller who dropped the call, or who
    /// granted less than the runtime's default [`Budget`](crate::Budget) of what ran out, and time that was over when the call had spent
    /// some of it elsewhere. So no caller's small budgets poison an instance that it shares with
    /// others; [`min_fuel`](crate::runtime::Instantiate::min_fuel) keeps them from costing it its memory.
    Limited {
        /// How many faults there may be within the span. At most 4096 faults are remembered, so a larger number means no limit.
        max: u32,
        /// The span in which faults are counted, up to the present one.
        within: Duration,
    },
}

/// The least that a call must bring along, so that a caller who grants too little cannot cost an instance its store.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Floor {
    /// Units of fuel.
    pub(crate) fuel: u64,
    pub(crate) time: Duration,
}

impl Floor {
    /// Whether the call brings less, be it granted less or be less left in an account on the way. A call that is granted no fuel always does.
    #[inline]
    pub(crate) fn is_above(&self, cx: &Cx) -> bool {
        let too_little = self.fuel > 0 && cx.fuel() < self.fuel;
        cx.granted_fuel() == 0 || too_little || (!self.time.is_zero() && cx.time_left() < self.time)
    }

    /// What the call brings, and what it should.
    #[cold]
    pub(crate) fn of(&self, cx: &Cx) -> (Amount, Amount) {
        match cx.fuel() < self.fuel {
            true => (Amount::Fuel(cx.fuel()), Amount::Fuel(self.fuel)),
            false => (Amount::Time(cx.time_left()), Amount::Time(self.time)),
        }
    }
}

/// What becomes of a call that runs when its caller gives it up: by dropping it, or because its fuel or time is over.
///
/// A call that is stopped in the middle costs its store, so that callers of a shared instance can cost each other what it keeps in memory. There it is
/// better to let the call go on to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GiveUp {
    /// The guest is stopped, and its store is lost.
    Cancel,
    /// The caller is told at once, and the call goes on to its end without it, on the account of the instance. The instance's next call
    /// has to wait for that.
    ///
    /// The call becomes a task of the tokio runtime that was current at its beginning; where there is none, it is cancelled. Its parameters are copied, which a call
    /// that is cancelled needs not. Its caller's fuel is looked at between quanta, of some 100 000 units, so that it may be exceeded by one.
    /// [`Cx::deadline`](crate::Cx::deadline) is later by `time` than that of its caller.
    Finish {
        /// Units of fuel that it may use after that.
        fuel: u64,
        /// Time that it may take after that.
        time: Duration,
    },
}

/// The policies of an instance: for its stores, for faults, for calls that wait, and for what they bring.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy {
    pub(crate) floor: Floor,
    pub(crate) reuse: Reuse,
    pub(crate) restart: Restart,
    #[cfg(feature = "engine")]
    pub(crate) ceiling: Option<Ceiling>,
    /// How many calls may wait for their turn.
    pub(crate) queue: usize,
}

/// How many faults are remembered.
const MOST_REMEMBERED: usize = 4096;

/// The faults that a [`Restart`] policy still remembers.
#[derive(Debug, Default)]
pub(crate) struct Recent(VecDeque<Instant>);

impl Recent {
    /// Notes a fault. Returns whether the policy allows a restart after it.
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

/// Whether a fault counts against the app; `false` if its caller gave up or granted too little, or if a provider is to blame. `had_all_time` if
/// the call had not used any of its time before the app began with it, in a line or elsewhere.
pub(crate) fn is_the_apps(fault: &CallError, defaults: &Budget, instance_memory: u64, had_all_time: bool) -> bool {
    match fault {
        CallError::Cancelled { .. } | CallError::ProviderDown { .. } | CallError::Remote(_) => false,
        // What an instance is given as long as it lives is up to the host, and what a tenant has is used by others too.
        CallError::OutOfBudget { limit: Limit::Fuel, scope: Scope::Instance(_), .. }
        | CallError::OutOfBudget { scope: Scope::Tenant(_), .. } => false,
        CallError::OutOfBudget { limit, amount, .. } => match (limit, *amount) {
            (Limit::Fuel, Amount::Fuel(fuel)) => fuel >= defaults.fuel,
            (Limit::Time, Amount::Time(span)) => had_all_time && span >= defaults.time,
            (Limit::Memory, Amount::Bytes(bytes)) => bytes >= defaults.memory.min(instance_memory),
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
