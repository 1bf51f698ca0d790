//! The stores of an app's instance, and whose turn it is to run in one.
//!
//! The pool knows neither what a store is (`S`) nor what one is made from (`M`), so that it can be modelled without an engine.
//!
//! # Invariants
//!
//! * A store is at rest here or with one call. A call gives its permit back whatever happens.
//! * Calls are served in the order of their arrival: nobody takes a permit while somebody waits, except the first who waits.
//! * Whoever stops waiting passes on the wake-up that was meant for it.
//! * Only the first who waits asks for a place for a new store. While it waits for one, a store that comes to rest serves it just as well.
//! * The instance has a ticket for a place only while somebody waits.
//! * Under the lock no store, no cause and no waker is dropped, no waker is cloned and nobody is woken: all of that runs code that is not ours.
//! * Nothing that a call does under the lock takes longer because many others wait; only the end of the instance looks at all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, Waker};

use super::capacity::{After, Answer, Capacity, Need, Place, Ticket, Want};
use super::policy::{Policy, Recent, Restart, Reuse};
use crate::clock::Instant;
use crate::error::call::CallError;
use crate::limits::places::Shortage;
use crate::panics::woken;
use crate::provider::counters::Counters;
use crate::sync::{Mutex, MutexGuard};

/// The stores of one instance, and the calls that wait for one.
pub(crate) struct StorePool<S, M> {
    queue: Mutex<Queue<S, M>>,
    policy: Policy,
    /// Where the places for stores come from.
    capacity: Arc<Capacity>,
    /// How many permits there are if each call has a store of its own.
    most_stores: u32,
}

struct Queue<S, M> {
    admission: Admission,
    /// The fault that poisoned the instance.
    poison: Option<Arc<CallError>>,
    /// What a store is made from where there is none; nothing is left of it when the instance is removed.
    model: Option<M>,
    /// Stores at rest, the one that was used last on top. Each stands for a permit.
    rest: Vec<S>,
    /// Permits without a store.
    empty: u32,
    running: u32,
    /// Who waits, by number, so that the first is the one that came first. Whoever was woken has no waker until it is polled again.
    waiting: BTreeMap<u64, Option<Waker>>,
    last_number: u64,
    /// Those of them who are calls that guests make.
    nested: BTreeSet<u64>,
    /// The instance's place in the line of those that want a place for a store.
    ticket: Option<Ticket>,
    /// Who waits until the instance is idle.
    watcher: Option<Waker>,
    recent: Recent,
    counters: Counters,
}

/// Which calls are let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Admission {
    Open,
    /// All wait.
    Suspended,
    /// All wait, and there are only those that came since: the instance is about to be removed.
    Closing,
    /// Those that came before go on, others are turned away.
    Retiring,
    Removed,
}

/// What stores are made from.
pub(crate) trait Model: Clone {
    /// What it takes to make one.
    fn need(&self) -> Need;

    /// Whether none is made of it, because calls go on elsewhere.
    fn is_elsewhere(&self) -> bool {
        false
    }
}

/// What a call gets when its turn comes: the permit to run, with a store if there is one, or else with a place for it. Who is sent elsewhere has
/// no permit to give back.
pub(crate) enum Permit<S, M> {
    Store(S),
    Empty(M, Place),
    Elsewhere(M),
}

/// What there is for the first who waits.
enum Turn<S, M> {
    Permit(Permit<S, M>),
    /// There are as many stores as there may be.
    Wait,
    /// There is no place for another store.
    WaitForPlace,
    /// There will be none.
    NoPlace(Vec<Shortage>),
}

/// Why a call gets no permit.
pub(crate) enum Refused {
    Busy {
        waiting: usize,
    },
    /// There is no place for a store, and none will come as long as those stores exist that stay.
    NoPlace(Vec<Shortage>),
    Poisoned(Arc<CallError>),
    Retiring,
    Removed,
}

/// How the pool looks from outside.
pub(crate) enum Condition {
    Idle,
    Running,
    Poisoned(Arc<CallError>),
    Suspended,
    Retiring,
    Removed,
}

impl<S, M: Model> StorePool<S, M> {
    /// A pool of stores that are made from `model`, of which the first is there already.
    pub(crate) fn new(model: M, first: Option<S>, policy: Policy, capacity: Arc<Capacity>) -> StorePool<S, M> {
        let most_stores = capacity.in_use().total.stores;
        let mut queue = Queue {
            admission: Admission::Open,
            poison: None,
            model: Some(model),
            rest: Vec::new(),
            empty: 0,
            running: 0,
            waiting: BTreeMap::new(),
            last_number: 0,
            nested: BTreeSet::new(),
            ticket: None,
            watcher: None,
            recent: Recent::default(),
            counters: Counters::default(),
        };
        queue.fill(policy.reuse, most_stores, first);
        StorePool { queue: Mutex::new(queue), policy, capacity, most_stores }
    }

    fn queue(&self) -> MutexGuard<'_, Queue<S, M>> {
        // Nothing panics between two states of the queue, so it is whole even if the lock is poisoned.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a store that is at rest, if no call waits for it and calls are let in.
    #[inline]
    pub(crate) fn try_take(&self) -> Option<S> {
        let mut queue = self.queue();
        if !queue.waiting.is_empty() || !queue.serves(false) {
            return None;
        }
        let store = queue.rest.pop();
        queue.running += u32::from(store.is_some());
        store
    }

    /// Takes a store that is at rest while nobody is let in.
    pub(crate) fn take_held(&self) -> Option<S> {
        let mut queue = self.queue();
        let store = if queue.admission == Admission::Suspended { queue.rest.pop() } else { None };
        queue.running += u32::from(store.is_some());
        store
    }

    /// Whether a store is at rest.
    pub(crate) fn has_rest(&self) -> bool {
        !self.queue().rest.is_empty()
    }

    /// The fault that has poisoned the instance.
    pub(crate) fn poison(&self) -> Option<Arc<CallError>> {
        self.queue().poison.clone()
    }

    /// Takes a permit when it is this call's turn, and there is a store or a place for one. A call that a guest makes is `nested`. Dropping the
    /// future gives the turn up.
    pub(crate) fn take(&self, nested: bool) -> Take<'_, S, M> {
        Take { pool: self, nested, number: None }
    }

    /// Whether calls wait because there is no place for a store.
    pub(crate) fn wants_a_place(&self) -> bool {
        self.queue().ticket.is_some()
    }

    /// Gives the permit back of a call that could not begin.
    pub(crate) fn put(&self, store: Option<S>) {
        // A store that no call will use again is dropped before its permit is free, so that its memory is there for the next.
        let store = store.filter(|_| self.policy.reuse != Reuse::Fresh);
        self.give_back(store, None);
    }

    /// Gives the permit back at the end of a call that used so much fuel.
    pub(crate) fn end(&self, store: S, fuel: u64) {
        let store = Some(store).filter(|_| self.policy.reuse != Reuse::Fresh);
        self.give_back(store, Some(fuel));
    }

    #[inline]
    fn give_back(&self, store: Option<S>, fuel: Option<u64>) {
        let mut queue = self.queue();
        queue.running -= 1;
        match fuel {
            Some(fuel) => {
                queue.counters.calls += 1;
                queue.counters.fuel = queue.counters.fuel.saturating_add(fuel);
            }
            None => queue.counters.refused += 1,
        }
        let unfit = match store {
            Some(store) if queue.poison.is_none() => {
                queue.rest.push(store);
                None
            }
            store => {
                queue.empty += 1;
                store
            }
        };
        if queue.waiting.is_empty() && queue.watcher.is_none() {
            drop(queue);
            drop(unfit);
            return;
        }
        let (next, idle) = (queue.next(), queue.take_watcher());
        drop(queue);
        drop(unfit);
        wake(next);
        wake(idle);
    }

    /// Gives the permit back of a call that has lost its store to `cause`, which counts against the restart policy if it is `the_apps` own.
    pub(crate) fn fault(&self, cause: Arc<CallError>, the_apps: bool, fuel: u64) {
        let now = Instant::now();
        let mut queue = self.queue();
        queue.running -= 1;
        queue.empty += 1;
        queue.counters.calls += 1;
        queue.counters.failures += 1;
        queue.counters.fuel = queue.counters.fuel.saturating_add(fuel);
        let before = queue.counters.last_fault.replace(cause.clone());
        let (mut unfit, mut refused) = (Vec::new(), Vec::new());
        if self.policy.reuse != Reuse::Fresh {
            if queue.starts_anew(self.policy.restart, the_apps, now) {
                queue.counters.restarts += 1;
            } else if queue.poison.is_none() {
                queue.poison = Some(cause);
                unfit = std::mem::take(&mut queue.rest);
                queue.empty += unfit.len() as u32;
                refused = queue.all_if_refused();
            }
        }
        let (next, idle) = (queue.next(), queue.take_watcher());
        drop(queue);
        drop((unfit, before));
        wake(refused);
        wake(next);
        wake(idle);
    }

    /// Keeps all calls waiting until the answer is dropped. `None` if that is so already, or if the instance retires or is removed.
    pub(crate) fn suspend(&self) -> Option<Closed<'_, S, M>> {
        self.close(Admission::Suspended, |_| true)
    }

    /// As [`suspend`](StorePool::suspend), for an instance that is about to be removed, and only if no call runs or waits.
    pub(crate) fn close_if_idle(&self) -> Option<Closed<'_, S, M>> {
        self.close(Admission::Closing, |queue| queue.running == 0 && queue.waiting.is_empty())
    }

    /// Turns new calls away until the answer is dropped.
    pub(crate) fn retire(&self) -> Option<Closed<'_, S, M>> {
        self.close(Admission::Retiring, |_| true)
    }

    fn close(&self, admission: Admission, may: impl FnOnce(&Queue<S, M>) -> bool) -> Option<Closed<'_, S, M>> {
        let mut queue = self.queue();
        if queue.admission != Admission::Open || !may(&queue) {
            return None;
        }
        queue.admission = admission;
        // Nobody is let in, so a place that came now would be of no use, and a new model may need another.
        let ticket = if queue.is_suspended() { queue.ticket.take() } else { None };
        drop(queue);
        drop(ticket);
        Some(Closed { pool: self })
    }

    /// Takes out all that the pool holds, when its instance is dropped.
    #[must_use = "to be dropped where no lock is held"]
    pub(crate) fn take_all(&self) -> Old<S, M> {
        let mut queue = self.queue();
        Old(queue.model.take(), std::mem::take(&mut queue.rest), queue.poison.take())
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// How many faults the restart policy forgives within its span; `None` if there is no restart.
    pub(crate) fn forgiven_faults(&self) -> Option<u32> {
        match self.policy.restart {
            Restart::Never => None,
            Restart::Limited { max, .. } => Some(max),
        }
    }

    /// What a store is made from; `None` if the instance is removed.
    pub(crate) fn model(&self) -> Option<M> {
        self.queue().model.clone()
    }

    /// What was counted so far.
    pub(crate) fn counters(&self) -> Counters {
        let queue = self.queue();
        let stores = queue.rest.len() as u32 + queue.running;
        Counters { running: queue.running, waiting: queue.waiting.len(), stores, ..queue.counters.clone() }
    }

    pub(crate) fn condition(&self) -> Condition {
        let queue = self.queue();
        match (queue.admission, &queue.poison) {
            (Admission::Removed, _) => Condition::Removed,
            (Admission::Suspended, _) => Condition::Suspended,
            (Admission::Retiring, _) => Condition::Retiring,
            // Its removal may yet be refused, and then it has been nothing but idle.
            (Admission::Open | Admission::Closing, Some(cause)) => Condition::Poisoned(cause.clone()),
            (Admission::Open | Admission::Closing, None) if queue.running > 0 => Condition::Running,
            (Admission::Open | Admission::Closing, None) => Condition::Idle,
        }
    }
}

impl<S, M: Model> Queue<S, M> {
    /// Makes as many permits as the policy says.
    fn fill(&mut self, reuse: Reuse, most_stores: u32, first: Option<S>) {
        let permits = match reuse {
            Reuse::Serial => 1,
            Reuse::Pool(stores) => stores.get(),
            Reuse::Fresh => most_stores,
        };
        self.rest = Vec::from_iter(first);
        self.empty = permits.saturating_sub(self.rest.len() as u32);
    }

    /// Whether a call is let in that came just now, or before if it is known.
    fn serves(&self, known: bool) -> bool {
        let open = self.admission == Admission::Open || (self.admission == Admission::Retiring && known);
        self.poison.is_none() && open
    }

    /// Whether the policy lets the app start anew after a fault.
    fn starts_anew(&mut self, policy: Restart, the_apps: bool, now: Instant) -> bool {
        match policy {
            Restart::Never => false,
            Restart::Limited { .. } if !the_apps => true,
            Restart::Limited { .. } => self.recent.allows(policy, now),
        }
    }

    /// Why a call that cannot run now may not wait either; `None` if it may. It is `known` if it waits already.
    fn refusal(&self, known: bool, most: usize) -> Option<Refused> {
        match (self.admission, &self.poison) {
            (Admission::Removed, _) => Some(Refused::Removed),
            (Admission::Open | Admission::Retiring, Some(cause)) => Some(Refused::Poisoned(cause.clone())),
            (Admission::Retiring, None) if !known => Some(Refused::Retiring),
            _ if !known && self.waiting.len() >= most => Some(Refused::Busy { waiting: self.waiting.len() }),
            _ => None,
        }
    }

    /// Takes a permit for the first who waits. With a waker it gets into the line for a place, if there is none.
    fn permit(
        &mut self,
        (capacity, nested): (&Arc<Capacity>, bool),
        waker: Option<Waker>,
        after: &mut After,
    ) -> Turn<S, M> {
        let permit = match (self.rest.pop(), &self.model) {
            (Some(store), _) => Permit::Store(store),
            (None, Some(model)) if model.is_elsewhere() => return Turn::Permit(Permit::Elsewhere(model.clone())),
            (None, Some(model)) if self.empty > 0 => {
                let need = model.need();
                // A pool that has a store, which will come to rest, can do without another.
                let needy = !need.stays || self.running == 0;
                let presses = needy && (nested || !self.nested.is_empty());
                let want = Want { need, presses, gives_up: needy && nested };
                match capacity.ask(&mut self.ticket, want, waker, after) {
                    Answer::Place(place) => {
                        self.empty -= 1;
                        Permit::Empty(model.clone(), place)
                    }
                    Answer::Wait => {
                        // While this one may wait, the nested ones behind it would wait in vain, and are woken to see that.
                        if presses && !nested && capacity.never(&need).is_some() {
                            let waiting = &mut self.waiting;
                            after.wake(self.nested.iter().filter_map(|number| waiting.get_mut(number)?.take()));
                        }
                        return Turn::WaitForPlace;
                    }
                    Answer::Never(short) => return Turn::NoPlace(short),
                }
            }
            _ => return Turn::Wait,
        };
        self.running += 1;
        Turn::Permit(permit)
    }

    /// Whether the call of this number waits with a waker that wakes this task.
    fn wakes(&self, mine: u64, task: &Context<'_>) -> bool {
        let waker = self.waiting.get(&mine).and_then(Option::as_ref);
        waker.is_some_and(|waker| waker.will_wake(task.waker()))
    }

    /// Puts a call into the line, at its end if it has no number yet. Returns the waker that it had there.
    #[must_use = "to be dropped where no lock is held"]
    fn join(&mut self, number: &mut Option<u64>, nested: bool, waker: Waker) -> Option<Waker> {
        let mine = *number.get_or_insert_with(|| {
            self.last_number += 1;
            if nested {
                self.nested.insert(self.last_number);
            }
            self.last_number
        });
        self.waiting.insert(mine, Some(waker)).flatten()
    }

    /// The waker of the first who waits for a place, which is to ask again because the first nested call has come behind it.
    fn pressed(&mut self, nested: bool, known: bool) -> Option<Waker> {
        let presses = nested && !known && self.nested.is_empty() && self.ticket.is_some();
        self.waiting.first_entry().filter(|_| presses).and_then(|mut first| first.get_mut().take())
    }

    /// Why a nested call would wait in vain for a place, behind another that waits for one.
    fn in_vain(&self, capacity: &Capacity) -> Option<Refused> {
        let need = self.model.as_ref().filter(|_| self.ticket.is_some() && self.running == 0)?.need();
        capacity.never(&need).map(Refused::NoPlace)
    }

    /// Whether all calls wait, whatever there is for them.
    fn is_suspended(&self) -> bool {
        matches!(self.admission, Admission::Suspended | Admission::Closing)
    }

    /// The waker of the first who waits, if there is a permit for it and it was not woken before.
    fn next(&mut self) -> Option<Waker> {
        let some = !self.is_suspended() && (self.empty > 0 || !self.rest.is_empty());
        self.waiting.first_entry().filter(|_| some).and_then(|mut first| first.get_mut().take())
    }

    /// The wakers of all who wait, if nobody is let in any more.
    fn all_if_refused(&mut self) -> Vec<Waker> {
        let refused = self.admission == Admission::Removed || (!self.is_suspended() && self.poison.is_some());
        if refused { self.waiting.values_mut().filter_map(Option::take).collect() } else { Vec::new() }
    }

    fn is_idle(&self) -> bool {
        self.running == 0 && (self.is_suspended() || self.waiting.is_empty())
    }

    /// Who waited for the instance to be idle, if it is.
    fn take_watcher(&mut self) -> Option<Waker> {
        if self.is_idle() { self.watcher.take() } else { None }
    }
}

/// Wakes with no lock held: what a waker does is its executor's affair.
fn wake(wakers: impl IntoIterator<Item = Waker>) {
    wakers.into_iter().for_each(woken);
}

/// Waits for a permit.
pub(crate) struct Take<'a, S, M: Model> {
    pool: &'a StorePool<S, M>,
    /// Whether a guest makes the call.
    nested: bool,
    /// The number of this call while it waits.
    number: Option<u64>,
}

impl<S, M: Model> Future for Take<'_, S, M> {
    type Output = Result<Permit<S, M>, Refused>;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        // Who comes just now has found no store at rest, and will most likely wait.
        let mut waker = this.number.is_none().then(|| task.waker().clone());
        let mut for_place = None;
        loop {
            let mut after = After::default();
            let mut queue = this.pool.queue();
            let known = this.number.is_some();
            let first = queue.waiting.first_key_value().map(|(number, _)| *number) == this.number;
            let asks = (&this.pool.capacity, this.nested);
            let serves = first && queue.serves(known);
            let mut turn = if serves { queue.permit(asks, None, &mut after) } else { Turn::Wait };
            let (wakes, refused) =
                (this.number.is_some_and(|mine| queue.wakes(mine, task)), queue.refusal(known, this.pool.policy.queue));
            if let Turn::WaitForPlace = turn
                && refused.is_none()
                && !(wakes && queue.ticket.as_ref().is_some_and(|ticket| ticket.wakes(task)))
            {
                // A waker is made where the queue is not locked, and then the call looks once more.
                let (Some(_), Some(_)) = (&waker, &for_place) else {
                    drop(queue);
                    after.finish();
                    waker = waker.or_else(|| Some(task.waker().clone()));
                    for_place = for_place.or_else(|| Some(task.waker().clone()));
                    continue;
                };
                // A place may have come since it was asked for.
                turn = queue.permit(asks, for_place.take(), &mut after);
            }
            let refused = match turn {
                Turn::Permit(permit) => {
                    let left = this.leave(&mut queue);
                    drop(queue);
                    after.finish();
                    left.finish();
                    return Poll::Ready(Ok(permit));
                }
                Turn::NoPlace(short) => Some(Refused::NoPlace(short)),
                Turn::Wait if this.nested => refused.or_else(|| queue.in_vain(&this.pool.capacity)),
                Turn::Wait | Turn::WaitForPlace => refused,
            };
            if let Some(refused) = refused {
                queue.counters.refused += 1;
                drop(queue);
                after.finish();
                return Poll::Ready(Err(refused));
            }
            if wakes && waker.is_none() {
                drop(queue);
                after.finish();
                return Poll::Pending;
            }
            // Its turn may come while the waker is made.
            let Some(waker) = waker.take() else {
                drop(queue);
                after.finish();
                waker = Some(task.waker().clone());
                continue;
            };
            // What is before it in the line passes with it.
            let pressed = if first { None } else { queue.pressed(this.nested, known) };
            let old = queue.join(&mut this.number, this.nested, waker);
            drop(queue);
            after.finish();
            drop(old);
            wake(pressed);
            return Poll::Pending;
        }
    }
}

/// What a call leaves behind that left the line: its waker, the ticket that nobody needs any more, and whose turn it is now.
#[must_use = "to be done where no lock is held"]
struct Left {
    mine: Option<Waker>,
    ticket: Option<Ticket>,
    next: Option<Waker>,
}

impl Left {
    fn finish(self) {
        drop(self.mine);
        drop(self.ticket);
        wake(self.next);
    }
}

impl<S, M: Model> Take<'_, S, M> {
    /// Leaves the line, if the call was in it.
    fn leave(&mut self, queue: &mut Queue<S, M>) -> Left {
        let Some(number) = self.number.take() else { return Left { mine: None, ticket: None, next: None } };
        let mine = queue.waiting.remove(&number).flatten();
        queue.nested.remove(&number);
        let ticket = if queue.waiting.is_empty() { queue.ticket.take() } else { None };
        Left { mine, ticket, next: queue.next() }
    }
}

impl<S, M: Model> Drop for Take<'_, S, M> {
    fn drop(&mut self) {
        if self.number.is_none() {
            return;
        }
        let mut queue = self.pool.queue();
        let left = self.leave(&mut queue);
        let idle = queue.take_watcher();
        drop(queue);
        left.finish();
        wake(idle);
    }
}

/// A pool that is suspended or retires. Dropping it opens the pool again.
pub(crate) struct Closed<'a, S, M: Model> {
    pool: &'a StorePool<S, M>,
}

/// What was in a pool before: what stores were made from, the stores, and the fault that poisoned it.
#[expect(dead_code, reason = "only its drop matters, and where it takes place")]
pub(crate) struct Old<S, M>(Option<M>, Vec<S>, Option<Arc<CallError>>);

/// Waits until the pool is idle; dropping it leaves no waker behind.
struct Idle<'a, S, M: Model> {
    pool: &'a StorePool<S, M>,
}

impl<S, M: Model> Future for Idle<'_, S, M> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<()> {
        let waker = Some(task.waker().clone());
        let mut queue = self.pool.queue();
        let is_idle = queue.is_idle();
        let old = if is_idle { waker } else { std::mem::replace(&mut queue.watcher, waker) };
        drop(queue);
        drop(old);
        if is_idle { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl<S, M: Model> Drop for Idle<'_, S, M> {
    fn drop(&mut self) {
        let watcher = self.pool.queue().watcher.take();
        drop(watcher);
    }
}

impl<S, M: Model> Closed<'_, S, M> {
    /// Waits until no call runs, nor waits if the instance retires. It borrows the pool mutably because only one task can wait.
    pub(crate) async fn idle(&mut self) {
        Idle { pool: self.pool }.await;
    }

    /// Puts another model, and a store made from it, into the pool, in which no call runs: see [`idle`](Closed::idle). Gives what was
    /// there before.
    #[must_use = "to be dropped where no lock is held"]
    pub(crate) fn swap(&self, model: M, first: Option<S>) -> Old<S, M> {
        let mut queue = self.pool.queue();
        let old = Old(queue.model.replace(model), std::mem::take(&mut queue.rest), queue.poison.take());
        queue.recent = Recent::default();
        queue.fill(self.pool.policy.reuse, self.pool.most_stores, first);
        old
    }

    /// Drops all that is in the pool. From now on every call is refused, because the instance is removed.
    pub(crate) fn remove(self) {
        let mut queue = self.pool.queue();
        queue.admission = Admission::Removed;
        let old = (queue.model.take(), std::mem::take(&mut queue.rest));
        queue.empty = 0;
        let refused = queue.all_if_refused();
        drop(queue);
        drop(old);
        wake(refused);
    }
}

impl<S, M: Model> Drop for Closed<'_, S, M> {
    fn drop(&mut self) {
        let mut queue = self.pool.queue();
        if queue.admission != Admission::Removed {
            queue.admission = Admission::Open;
        }
        let refused = queue.all_if_refused();
        let next = queue.next();
        drop(queue);
        wake(refused);
        wake(next);
    }
}

#[cfg(all(test, isorun_loom))]
mod models;
