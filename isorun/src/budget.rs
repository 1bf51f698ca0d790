//! What a call may use, what an instance may hold, and what was used.
//!
//! A call's budget covers the whole tree of calls below it: each nested call starts with what is left and is charged to the
//! call that made it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use wasmtime::ResourceLimiter;

use crate::error::{Amount, Resource};

/// What one call may use, with everything that is called because of it.
///
/// The defaults of a runtime are set in its [builder](crate::RuntimeBuilder); a call narrows or widens them with
/// [`Call::fuel`](crate::Call::fuel) and its neighbours. A call made [within](crate::Call::within) another never gets more than
/// that one has left.
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
    pub(crate) time: Option<Duration>,
    pub(crate) memory: Option<u64>,
    /// Borders that may still be crossed, if the call came over one.
    pub(crate) hops: Option<u16>,
}

/// What a call used. Nested calls are included, on other machines too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Receipt {
    /// Units of fuel.
    pub fuel: u64,
    /// Time from the start of the call to its end, waiting included.
    pub time: Duration,
    /// Bytes by which memories and tables of the called instances grew.
    pub memory: u64,
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} fuel, {:?}, {} bytes grown", self.fuel, self.time, self.memory)
    }
}

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

/// When a call ends, and the span that was granted, for messages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    pub(crate) at: Instant,
    pub(crate) span: Duration,
}

impl Deadline {
    /// `None` if the clock cannot hold the moment.
    pub(crate) fn after(span: Duration) -> Option<Deadline> {
        Instant::now().checked_add(span).map(|at| Deadline { at, span })
    }
}

impl Deadline {
    pub(crate) fn has_passed(&self) -> bool {
        Instant::now() >= self.at
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
    pub(crate) fn of_guest(chain: Option<Arc<Chain>>, fuel: u64, frame: &Frame, memory: u64) -> Cx {
        Cx::new(chain, (fuel, memory), frame.deadline, frame.hops)
    }

    /// The context of a call that is made within no other.
    pub(crate) fn first(defaults: &Budget, grant: &Grant) -> Cx {
        let granted = (grant.fuel.unwrap_or(defaults.fuel), grant.memory.unwrap_or(defaults.memory));
        let deadline = Deadline::after(grant.time.unwrap_or(defaults.time));
        Cx::new(None, granted, deadline, grant.hops.unwrap_or(MAX_HOPS).min(MAX_HOPS))
    }

    /// The context of a call that is made within this one: the smallest limit wins.
    pub(crate) fn child(&self, grant: &Grant) -> Cx {
        let smaller = |left: u64, own: Option<u64>| own.map_or(left, |own| own.min(left));
        let granted = (smaller(self.fuel(), grant.fuel), smaller(self.memory(), grant.memory));
        // A nested call without a time of its own needs no look at the clock.
        let own = grant.time.and_then(Deadline::after);
        let deadline = own.into_iter().chain(self.deadline).min_by_key(|deadline| deadline.at);
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

/// What the store of a running call knows of its budget, beside the fuel that wasmtime counts.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) deadline: Option<Deadline>,
    pub(crate) hops: u16,
}

impl Frame {
    /// That of a component that starts.
    pub(crate) fn first(deadline: Option<Deadline>) -> Frame {
        Frame { deadline, hops: MAX_HOPS }
    }
}

/// Watches the memories and tables of one instance.
#[derive(Debug)]
pub(crate) struct Meter {
    /// Bytes held.
    held: u64,
    /// Bytes that may be held.
    limit: u64,
    /// Bytes by which the running call may still grow what is held.
    growth: u64,
    /// What the running call was granted at its start.
    granted: u64,
    /// Whether the instance is starting: what its memories and tables begin with is no growth.
    starting: bool,
}

/// A table's element is a pointer in the host.
const TABLE_ELEMENT: u64 = 8;

impl Meter {
    /// A meter for an instance that is about to start: its first memories count against `limit` only, and may then grow by `growth`.
    pub(crate) fn new(limit: u64, growth: u64) -> Meter {
        Meter { held: 0, limit, growth, granted: growth, starting: true }
    }

    /// Begins a call that may grow what is held by `growth` bytes.
    pub(crate) fn grant(&mut self, growth: u64) {
        (self.growth, self.granted, self.starting) = (growth, growth, false);
    }

    /// Bytes by which the running call may still grow what is held.
    pub(crate) fn left(&self) -> u64 {
        self.growth
    }

    /// Takes what a nested call used.
    pub(crate) fn set_left(&mut self, left: u64) {
        self.growth = self.growth.min(left);
    }

    /// Bytes that the running call has used.
    pub(crate) fn used(&self) -> u64 {
        self.granted - self.growth
    }

    fn grow(&mut self, from: usize, bytes: u64) -> wasmtime::Result<bool> {
        let held = self.held.saturating_add(bytes);
        let growth = if self.starting && from == 0 { 0 } else { bytes };
        if held > self.limit {
            return Err(Exhausted { resource: Resource::Memory, limit: Amount::Bytes(self.limit) }.into());
        }
        if growth > self.growth {
            return Err(Exhausted { resource: Resource::Memory, limit: Amount::Bytes(self.granted) }.into());
        }
        self.growth -= growth;
        self.held = held;
        // If the machine cannot give them after all they stay counted: too strict, and only where there is no memory left.
        Ok(true)
    }
}

impl ResourceLimiter for Meter {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        // Growing past the memory's own maximum fails in the guest, as wasm says; it is no matter of budgets.
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        self.grow(current, desired.saturating_sub(current) as u64)
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        self.grow(current, (desired.saturating_sub(current) as u64).saturating_mul(TABLE_ELEMENT))
    }
}

/// A budget that ran out inside a store; on its way out it becomes a [`CallError`](crate::CallError).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exhausted {
    pub(crate) resource: Resource,
    pub(crate) limit: Amount,
}

impl std::error::Error for Exhausted {}

impl fmt::Display for Exhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "out of {}, the limit is {}", self.resource, self.limit)
    }
}
