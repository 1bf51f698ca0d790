//! The context of a call: who calls, and what is left of the budget.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use super::border::{Border, MAX_TRAIL};
use super::bound::Bound;
use super::budget::{Budget, Grant};
use super::chain::{Chain, Link, Payer};
use super::deadline::Deadline;
use super::tenancy::Tenancy;
use super::tracer::Place;
use crate::clock::Instant;
#[cfg(feature = "engine")]
use crate::error::call::CallError;

/// The context of a call: who calls, and what is left of the budget.
///
/// A system's method may take `cx: &Cx` as its first argument. A call that the method makes with it, by
/// [`Call::within`](crate::Call::within) or by a method of a generated host trait, runs under the same budget and is charged to it.
///
/// Each call gets what is left when it starts, and is charged when it ends. So several calls that run at the same time with one `Cx` may
/// together use more than is left. What goes to a peer is taken off while the call runs, because its end may never be told: a call of a remote
/// gets half of what is left, unless it is granted something with [`Call::fuel`](crate::Call::fuel) or [`Call::memory`](crate::Call::memory).
#[derive(Debug)]
pub struct Cx {
    chain: Option<Arc<Chain>>,
    fuel: AtomicU64,
    memory: AtomicU64,
    /// The fuel and the memory that the call started with.
    granted: (u64, u64),
    deadline: Option<Deadline>,
    /// What the chain says of how long the host has held it, in nanoseconds, when the deadline was set: what comes after that is added to it. It wraps
    /// around where there is no chain, and the call itself is held.
    held: AtomicU64,
    /// What the call, or the one that it is a part of, has brought along from a peer.
    border: Option<Arc<Border>>,
    /// Where the call is in a trace, if somebody has asked for one.
    place: Option<Place>,
    /// How many times a message of a remote was sent again.
    retries: AtomicU32,
    /// Whether the function may run more than once.
    idempotent: bool,
    /// Whether all that is left was taken off the parent for this call alone.
    is_apart: bool,
}

/// How many instances may wait for one call at most, each for the next, and how many calls one thread may be inside of. What grows with the depth of a
/// call, such as errors, the stack and the search for a caller, is bounded by it.
pub(crate) const MAX_DEPTH: u16 = 64;

/// More fuel than any call uses, for one that is bounded by accounts.
pub(crate) const UNBOUNDED: u64 = u64::MAX >> 1;

/// How many borders between runtimes a call may cross before it is refused, so that a loop through remotes ends.
pub(crate) const MAX_HOPS: u16 = 16;

impl Cx {
    /// A context without a caller, for host code that calls the methods of a host trait directly, as tests do.
    #[must_use]
    pub fn root(budget: Budget) -> Cx {
        Cx::new(None, (budget.fuel, budget.memory), Deadline::after(budget.time), None, None)
    }

    /// The context of a call with these callers, and so much fuel and memory.
    #[inline]
    pub(crate) fn new(
        chain: Option<Arc<Chain>>,
        granted: (u64, u64),
        deadline: Option<Deadline>,
        border: Option<Arc<Border>>,
        place: Option<Place>,
    ) -> Cx {
        let held = AtomicU64::new(chain.as_ref().map_or(0, |chain| chain.held()));
        Cx {
            chain,
            fuel: AtomicU64::new(granted.0),
            memory: AtomicU64::new(granted.1),
            granted,
            deadline,
            held,
            border,
            place,
            retries: AtomicU32::new(0),
            idempotent: false,
            is_apart: false,
        }
    }

    /// The context of a call that is not made within another.
    pub(crate) fn first(defaults: &Budget, grant: &Grant) -> Cx {
        let granted = (grant.fuel.unwrap_or(defaults.fuel), grant.memory.unwrap_or(defaults.memory));
        let deadline = if grant.sets_an_end() { grant.end() } else { Deadline::after(defaults.time) };
        let cx = Cx::new(None, granted, deadline, grant.border.clone(), None);
        Cx { idempotent: grant.idempotent, ..cx }
    }

    /// The context of a call that is made within this one: the smallest limit wins.
    pub(crate) fn child(&self, grant: &Grant) -> Cx {
        let smaller = |left: u64, own: Option<u64>| own.map_or(left, |own| own.min(left));
        let granted = (smaller(self.granted_fuel(), grant.fuel), smaller(self.memory(), grant.memory));
        // A nested call that sets no time of its own does not read the clock, which would cost more than the rest.
        let deadline = grant.end().into_iter().chain(self.end()).min_by_key(|deadline| deadline.at);
        let place = self.place.as_ref().map(|place| place.child(0));
        let cx = Cx::new(self.chain.clone(), granted, deadline, self.border.clone(), place);
        Cx { idempotent: grant.idempotent, ..cx }
    }

    /// The context of a call that is made within this one and whose end may never be told. It gets what it is granted, or else half of what is left, and
    /// that is taken off until it comes [back](Cx::gives_back): two calls at the same time are not granted the same units.
    pub(crate) fn apart(&self, grant: &Grant) -> Cx {
        let mut cx = self.child(grant);
        let take = |left: &AtomicU64, own: Option<u64>| {
            let part = |left: u64| own.unwrap_or(left - left / 2).min(left);
            let before = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| Some(left - part(left)));
            part(before.unwrap_or_else(|left| left))
        };
        cx.granted = (take(&self.fuel, grant.fuel), take(&self.memory, grant.memory));
        (*cx.fuel.get_mut(), *cx.memory.get_mut()) = cx.granted;
        cx.is_apart = true;
        cx
    }

    /// Gives this context, in which the call was made, what the call has not used.
    pub(crate) fn gives_back(&self, call: &Cx) {
        let (fuel, memory) = call.used();
        match call.is_apart {
            true => {
                self.fuel.fetch_add(call.granted.0 - fuel, Ordering::Relaxed);
                self.memory.fetch_add(call.granted.1 - memory, Ordering::Relaxed);
            }
            false => self.charge(fuel, memory),
        }
        self.note_retries(call.retries());
    }

    /// The name of the instance whose call this is; `None` if the host calls.
    pub fn caller(&self) -> Option<&str> {
        self.chain.as_deref()?.instances().next().map(|payer| &*payer.name)
    }

    /// The name of the peer that has made the call, or the one that this is a part of; `None` if no peer has, or one without a
    /// [name](crate::remote::Peer::named).
    pub fn peer(&self) -> Option<&str> {
        self.border.as_deref()?.peer.as_deref()
    }

    /// Whether a peer has made the call, or the one that this is a part of.
    pub fn is_from_peer(&self) -> bool {
        self.border.is_some()
    }

    /// The [epoch](crate::Instance::epoch) of the instance whose call this is; 0 if the host calls.
    ///
    /// A system that notes the highest epoch it has seen of an instance's name, and refuses lower ones, takes no more writes of one that has been moved
    /// and does not know it.
    pub fn epoch(&self) -> u64 {
        let caller = self.chain.as_deref().and_then(|chain| chain.instances().next());
        caller.map_or(0, |payer| payer.epoch.load(Ordering::Relaxed))
    }

    /// Units of fuel that are left: the smallest of what is left of the grants and of the accounts on the way to here.
    pub fn fuel(&self) -> u64 {
        let granted = self.granted_fuel();
        self.chain
            .as_ref()
            .filter(|chain| !chain.is_free())
            .map_or(granted, |chain| granted.min(chain.smallest_balance()))
    }

    /// Units of fuel that are left of what was granted.
    #[inline]
    pub(crate) fn granted_fuel(&self) -> u64 {
        self.fuel.load(Ordering::Relaxed)
    }

    /// Bytes by which memories below this call may still grow.
    pub fn memory(&self) -> u64 {
        self.memory.load(Ordering::Relaxed)
    }

    /// The moment at which the call is stopped; `None` if there is none, because the clock cannot represent it.
    pub fn deadline(&self) -> Option<Instant> {
        self.end().map(|deadline| deadline.at)
    }

    /// Gives the call at most this span from now. The deadline at its end, if that is earlier than the one that the call had.
    #[cfg(feature = "engine")]
    pub(crate) fn limit_to(&mut self, span: Duration) -> Option<Deadline> {
        let end = Deadline::after(span)?;
        if self.end().is_some_and(|before| before.at <= end.at) {
            return None;
        }
        self.deadline = Some(end);
        *self.held.get_mut() = self.chain.as_ref().map_or(0, |chain| chain.held());
        Some(end)
    }

    /// How long the call may still run.
    #[cfg(any(feature = "engine", isorun_loom))]
    pub(crate) fn time_left(&self) -> Duration {
        self.end().map_or(Duration::MAX, |deadline| deadline.at.saturating_duration_since(Instant::now()))
    }

    /// The deadline. While the host holds a call, it moves on.
    #[inline]
    pub(crate) fn end(&self) -> Option<Deadline> {
        let now = self.chain.as_ref().map_or(0, |chain| chain.held());
        let moves =
            now != self.held.load(Ordering::Relaxed) || self.chain.as_ref().is_some_and(|chain| chain.is_bound());
        if moves { self.moved_end(now) } else { self.deadline }
    }

    #[cold]
    fn moved_end(&self, held: u64) -> Option<Deadline> {
        let held = Duration::from_nanos(held.wrapping_sub(self.held.load(Ordering::Relaxed)));
        let end = self.deadline.map(|deadline| deadline.later_by(held));
        let alone = self.chain.as_ref().and_then(|chain| match chain.link() {
            Link::Bound(bound) => bound.end(),
            Link::Instance(_) => None,
        });
        end.into_iter().chain(alone).min_by_key(|deadline| deadline.at)
    }

    /// Notes that the host has held the call, and so all that waits for it.
    #[cfg(feature = "engine")]
    pub(crate) fn was_held(&self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        match &self.chain {
            Some(chain) => chain.was_held(time),
            None => self.held.store(self.held.load(Ordering::Relaxed).wrapping_sub(nanos), Ordering::Relaxed),
        }
    }

    /// The fuel and the memory that were used so far.
    pub(crate) fn used(&self) -> (u64, u64) {
        (self.granted.0 - self.granted_fuel(), self.granted.1 - self.memory())
    }

    /// The instances that wait for this call.
    pub(crate) fn chain(&self) -> &Option<Arc<Chain>> {
        &self.chain
    }

    /// Whether the instance waits for this call and so cannot serve it. Names are compared by address: each instance has its own.
    pub(crate) fn is_awaited_by(&self, instance: &Payer) -> bool {
        self.chain.as_ref().is_some_and(|chain| chain.instances().any(|payer| Arc::ptr_eq(&payer.name, &instance.name)))
            || self.border.as_ref().is_some_and(|border| border.trail.contains(&instance.mark))
    }

    /// The marks of all instances that wait for this call, here and elsewhere, for a message; `None` if there are more than one may hold.
    pub(crate) fn trail(&self) -> Option<Vec<u64>> {
        let mut trail = self.border.as_ref().map_or_else(Vec::new, |border| border.trail.clone());
        if let Some(chain) = &self.chain {
            trail.extend(chain.instances().map(|payer| payer.mark));
        }
        (trail.len() <= MAX_TRAIL).then_some(trail)
    }

    /// Whether as many instances wait for this call already.
    #[inline]
    pub(crate) fn is_deep(&self, depth: u16) -> bool {
        self.chain.as_ref().is_some_and(|chain| chain.length() >= depth)
    }

    /// Whether an instance of this tenant makes the call.
    #[inline]
    pub(crate) fn is_made_in(&self, tenancy: &Arc<Tenancy>) -> bool {
        let caller = self.chain.as_deref().and_then(|chain| chain.instances().next());
        caller.and_then(|caller| caller.tenant.as_ref()).is_some_and(|other| Arc::ptr_eq(other, tenancy))
    }

    /// Whether an instance makes the call, and not the host.
    #[inline]
    pub(crate) fn is_nested(&self) -> bool {
        self.chain.as_ref().is_some_and(|chain| chain.length() > 0)
    }

    /// The context of a call that can go on when this one has ended, for so long: what is left here is an account at the end of its chain.
    #[cfg(feature = "engine")]
    pub(crate) fn finishing(&self, bound: &Arc<Bound>, time: Duration) -> Cx {
        let place = self.place.as_ref().map(Place::apart);
        // It has all of its caller's time, and then its own.
        let end = self.end().and_then(|end| end.with_more(time));
        let mut cx = Cx::new(self.chain.clone(), (UNBOUNDED, self.memory()), end, self.border.clone(), place);
        cx.bind(bound);
        cx
    }

    /// Takes the deadline away, for a call whose end is not that of its first time.
    pub(crate) fn without_end(&mut self) {
        self.deadline = None;
    }

    /// Puts the end of a grant between the call and those that wait for it.
    pub(crate) fn bind(&mut self, bound: &Arc<Bound>) {
        self.deadline = self.end();
        self.chain = Some(Chain::bound(bound, &self.chain));
        *self.held.get_mut() = 0;
    }

    /// Whether an error is about what this call uses, too.
    #[cfg(feature = "engine")]
    #[cold]
    pub(crate) fn concerns(&self, error: &CallError) -> bool {
        match error {
            // What a peer says of its budget, or of ours, is no reason to stop those that wait here while they have something left.
            CallError::Remote(_) => self.is_used_up(),
            _ => self.chain.as_ref().is_none_or(|chain| chain.concerns(error)),
        }
    }

    /// Whether nothing is left of something that was granted.
    #[cfg(feature = "engine")]
    fn is_used_up(&self) -> bool {
        self.granted_fuel() == 0 || self.end().is_some_and(|end| end.has_passed())
    }

    /// How many more borders the call may cross.
    pub(crate) fn hops(&self) -> u16 {
        self.border.as_ref().map_or(MAX_HOPS, |border| border.hops.min(MAX_HOPS))
    }

    /// What the call has brought along from a peer.
    #[inline]
    pub(crate) fn border(&self) -> &Option<Arc<Border>> {
        &self.border
    }

    /// A provider begins with the call.
    #[inline]
    pub(crate) fn enter(&self) {
        if let Some(border) = &self.border {
            border.enter();
        }
    }

    /// Whether the function may run more than once.
    pub(crate) fn is_idempotent(&self) -> bool {
        self.idempotent
    }

    /// Whether what is left may be granted to a peer in full: nobody else here has a claim on it.
    pub(crate) fn is_for_one(&self) -> bool {
        self.is_apart || !self.is_nested()
    }

    /// How many times messages of the call were sent again.
    pub(crate) fn retries(&self) -> u32 {
        self.retries.load(Ordering::Relaxed)
    }

    pub(crate) fn note_retries(&self, more: u32) {
        if more > 0 {
            self.retries.fetch_add(more, Ordering::Relaxed);
        }
    }

    /// Where the call is in a trace, if somebody has asked for one.
    #[inline]
    pub(crate) fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// Has the call traced by itself, from this place on.
    #[cold]
    pub(crate) fn trace_from(&mut self, first: &Place) {
        if let Some(outer) = self.place.replace(first.clone()) {
            first.is_also(outer);
        }
    }

    /// Takes the list of waiting instances out of the context, for the guest that made the call and makes the next one with the same list.
    #[inline]
    pub(crate) fn take_chain(&mut self) -> Option<Arc<Chain>> {
        self.chain.take()
    }

    /// Subtracts what the call itself used.
    ///
    /// Only the code that runs a call charges the call's context this way, so nothing is lost between the load and the store.
    #[inline]
    pub(crate) fn settle(&self, fuel: u64, memory: u64) {
        let take = |left: &AtomicU64, used: u64| {
            left.store(left.load(Ordering::Relaxed).saturating_sub(used), Ordering::Relaxed)
        };
        take(&self.fuel, fuel);
        take(&self.memory, memory);
    }

    /// Subtracts what a nested call used.
    pub(crate) fn charge(&self, fuel: u64, memory: u64) {
        let take = |left: &AtomicU64, used: u64| {
            // Several nested calls may end at the same time, and together they may have used more than is left.
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
