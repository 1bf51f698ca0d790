//! The context of a call: who calls, and what is left of the budget.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::budget::{Budget, Grant};
use super::deadline::Deadline;
use crate::clock::Instant;

/// The context of a call: who calls, and what is left of the budget.
///
/// A system's method may take `cx: &Cx` as its first argument. Calls it makes with it ([`Call::within`](crate::Call::within), or the
/// methods of a generated host trait) run under the same budget and are charged to it.
///
/// Calls made at the same time with one `Cx` each start with what is left at their start, and each is charged at its end.
#[derive(Debug)]
pub struct Cx {
    chain: Option<Arc<Chain>>,
    fuel: AtomicU64,
    memory: AtomicU64,
    /// Fuel and memory at the start.
    granted: (u64, u64),
    deadline: Option<Deadline>,
    hops: u16,
}

/// The instances that wait for a call, the nearest first.
#[derive(Debug)]
pub(crate) struct Chain {
    instance: Arc<str>,
    before: Option<Arc<Chain>>,
}

impl Chain {
    /// One more instance that waits.
    pub(crate) fn longer(instance: &Arc<str>, before: &Option<Arc<Chain>>) -> Arc<Chain> {
        Arc::new(Chain { instance: instance.clone(), before: before.clone() })
    }

    /// Whether exactly these wait before the first of this one.
    #[inline]
    pub(crate) fn follows(&self, before: &Option<Arc<Chain>>) -> bool {
        match (&self.before, before) {
            (None, None) => true,
            (Some(mine), Some(before)) => Arc::ptr_eq(mine, before),
            _ => false,
        }
    }
}

/// How many borders between runtimes a call may cross before it is refused, so that a loop through remotes ends.
pub(crate) const MAX_HOPS: u16 = 16;

impl Cx {
    /// A context with no caller: for host code that calls a system's trait methods directly, such as tests.
    pub fn root(budget: Budget) -> Cx {
        Cx::new(None, (budget.fuel, budget.memory), Deadline::after(budget.time), MAX_HOPS)
    }

    fn new(chain: Option<Arc<Chain>>, granted: (u64, u64), deadline: Option<Deadline>, hops: u16) -> Cx {
        Cx { chain, fuel: AtomicU64::new(granted.0), memory: AtomicU64::new(granted.1), granted, deadline, hops }
    }

    #[inline]
    pub(crate) fn of_guest(
        chain: Option<Arc<Chain>>,
        granted: (u64, u64),
        deadline: Option<Deadline>,
        hops: u16,
    ) -> Cx {
        Cx::new(chain, granted, deadline, hops)
    }

    /// The context of a call that is made within no other.
    pub(crate) fn first(defaults: &Budget, grant: &Grant) -> Cx {
        let granted = (grant.fuel.unwrap_or(defaults.fuel), grant.memory.unwrap_or(defaults.memory));
        let deadline = match grant.end() {
            Some(deadline) => Some(deadline),
            None => Deadline::after(defaults.time),
        };
        Cx::new(None, granted, deadline, grant.hops.unwrap_or(MAX_HOPS).min(MAX_HOPS))
    }

    /// The context of a call that is made within this one: the smallest limit wins.
    pub(crate) fn child(&self, grant: &Grant) -> Cx {
        let smaller = |left: u64, own: Option<u64>| own.map_or(left, |own| own.min(left));
        let granted = (smaller(self.fuel(), grant.fuel), smaller(self.memory(), grant.memory));
        // A nested call without a time of its own needs no look at the clock.
        let deadline = grant.end().into_iter().chain(self.deadline).min_by_key(|deadline| deadline.at);
        Cx::new(self.chain.clone(), granted, deadline, self.hops)
    }

    /// The name of the instance whose call this is; `None` if the host calls.
    pub fn caller(&self) -> Option<&str> {
        self.chain.as_deref().map(|chain| &*chain.instance)
    }

    /// Units of fuel that are left.
    pub fn fuel(&self) -> u64 {
        self.fuel.load(Ordering::Relaxed)
    }

    /// Bytes by which memories below this call may still grow.
    pub fn memory(&self) -> u64 {
        self.memory.load(Ordering::Relaxed)
    }

    /// The moment at which the call ends; `None` if the clock cannot hold it.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline.map(|deadline| deadline.at)
    }

    pub(crate) fn end(&self) -> Option<Deadline> {
        self.deadline
    }

    /// Fuel and memory that were used so far.
    pub(crate) fn used(&self) -> (u64, u64) {
        (self.granted.0 - self.fuel(), self.granted.1 - self.memory())
    }

    /// The instances that wait for this call.
    pub(crate) fn chain(&self) -> &Option<Arc<Chain>> {
        &self.chain
    }

    /// Whether the instance of this very name waits for this call, so that it cannot serve it.
    pub(crate) fn is_awaited_by(&self, instance: &Arc<str>) -> bool {
        let waiting = std::iter::successors(self.chain.as_ref(), |chain| chain.before.as_ref());
        waiting.into_iter().any(|chain| Arc::ptr_eq(&chain.instance, instance))
    }

    pub(crate) fn hops(&self) -> u16 {
        self.hops
    }

    /// The instances that waited for the call, at its end.
    #[inline]
    pub(crate) fn take_chain(&mut self) -> Option<Arc<Chain>> {
        self.chain.take()
    }

    /// Takes what the call itself used off what is left. Whoever runs a call is the only one to charge its context, so nothing is lost
    /// between reading and writing.
    #[inline]
    pub(crate) fn settle(&self, fuel: u64, memory: u64) {
        let take = |left: &AtomicU64, used: u64| {
            left.store(left.load(Ordering::Relaxed).saturating_sub(used), Ordering::Relaxed)
        };
        take(&self.fuel, fuel);
        take(&self.memory, memory);
    }

    /// Takes what a nested call used off what is left.
    pub(crate) fn charge(&self, fuel: u64, memory: u64) {
        let take = |left: &AtomicU64, used: u64| {
            // Two nested calls may end at once; what is left never falls below zero.
            let _ = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| Some(left.saturating_sub(used)));
        };
        if fuel > 0 {
            take(&self.fuel, fuel);
        }
        if memory > 0 {
            take(&self.memory, memory);
        }
    }
}
