//! The stores of an app's instance, and whose turn it is to run in one.
//!
//! The pool knows neither what a store is (`S`) nor what one is made from (`M`), so that it can be modelled without an engine.
//!
//! # Invariants
//!
//! * A store is at rest here or with one call. A call gives its permit back whatever happens.
//! * Calls are served in the order of their arrival: nobody takes a permit while somebody waits, except the first who waits.
//! * Whoever stops waiting passes on the wake-up that was meant for it.
//! * Under the lock no store is dropped and nobody is woken: both run code that is not ours.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, Waker};

use super::policy::{Policy, Recent, Restart, Reuse};
use crate::clock::Instant;
use crate::error::call::CallError;
use crate::provider::counters::Counters;
use crate::sync::{Mutex, MutexGuard};

/// The stores of one instance, and the calls that wait for one.
pub(crate) struct StorePool<S, M> {
    queue: Mutex<Queue<S, M>>,
    policy: Policy,
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
    waiting: VecDeque<(u64, Waker)>,
    last_number: u64,
    /// Those who wait until the instance is idle.
    watchers: Vec<Waker>,
    recent: Recent,
    counters: Counters,
}

/// Which calls are let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Admission {
    Open,
    /// All wait.
    Suspended,
    /// Those that came before go on, others are turned away.
    Retiring,
    Removed,
}

/// What a call gets when its turn comes: the permit to run, with a store if there is one.
pub(crate) enum Permit<S, M> {
    Store(S),
    Empty(M),
}

/// Why a call gets no permit.
pub(crate) enum Refused {
    Busy { waiting: usize },
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

impl<S, M: Clone> StorePool<S, M> {
    /// A pool of stores that are made from `model`, of which the first is there already.
    pub(crate) fn new(model: M, first: Option<S>, policy: Policy, most_stores: u32) -> StorePool<S, M> {
        let mut queue = Queue {
            admission: Admission::Open,
            poison: None,
            model: Some(model),
            rest: Vec::new(),
            empty: 0,
            running: 0,
            waiting: VecDeque::new(),
            last_number: 0,
            watchers: Vec::new(),
            recent: Recent::default(),
            counters: Counters::default(),
        };
        queue.fill(policy.reuse, most_stores, first);
        StorePool { queue: Mutex::new(queue), policy, most_stores }
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

    /// Takes a permit when it is this call's turn. Dropping the future gives the turn up.
    pub(crate) fn take(&self) -> Take<'_, S, M> {
        Take { pool: self, number: None }
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
        if queue.waiting.is_empty() && queue.watchers.is_empty() {
            drop(queue);
            drop(unfit);
            return;
        }
        let (next, idle) = (queue.next(), queue.take_watchers());
        drop(queue);
        drop(unfit);
        wake(next);
        wake(idle);
    }

    /// Gives the permit back of a call that has lost its store to `cause`, which counts against the restart policy if it is `the_apps` own.
    pub(crate) fn fault(&self, cause: Arc<CallError>, the_apps: bool, fuel: u64) {
        let mut queue = self.queue();
        queue.running -= 1;
        queue.empty += 1;
        queue.counters.calls += 1;
        queue.counters.failures += 1;
        queue.counters.fuel = queue.counters.fuel.saturating_add(fuel);
        queue.counters.last_fault = Some(cause.clone());
        let (mut unfit, mut refused) = (Vec::new(), VecDeque::new());
        if self.policy.reuse != Reuse::Fresh {
            if queue.starts_anew(self.policy.restart, the_apps) {
                queue.counters.restarts += 1;
            } else if queue.poison.is_none() {
                queue.poison = Some(cause);
                unfit = std::mem::take(&mut queue.rest);
                queue.empty += unfit.len() as u32;
                refused = queue.all_if_refused();
            }
        }
        let (next, idle) = (queue.next(), queue.take_watchers());
        drop(queue);
        drop(unfit);
        wake(refused);
        wake(next);
        wake(idle);
    }

    /// Keeps all calls waiting until the answer is dropped. `None` if that is so already, or if the instance retires or is removed.
    pub(crate) fn suspend(&self) -> Option<Closed<'_, S, M>> {
        self.close(Admission::Suspended, |_| true)
    }

    /// As [`suspend`](StorePool::suspend), but only if no call runs or waits.
    pub(crate) fn suspend_if_idle(&self) -> Option<Closed<'_, S, M>> {
        self.close(Admission::Suspended, |queue| queue.running == 0 && queue.waiting.is_empty())
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
        Some(Closed { pool: self })
    }

    pub(crate) fn reuse(&self) -> Reuse {
        self.policy.reuse
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
            (Admission::Open, Some(cause)) => Condition::Poisoned(cause.clone()),
            (Admission::Open, None) if queue.running > 0 => Condition::Running,
            (Admission::Open, None) => Condition::Idle,
        }
    }
}

impl<S, M: Clone> Queue<S, M> {
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
    fn starts_anew(&mut self, policy: Restart, the_apps: bool) -> bool {
        match policy {
            Restart::Never => false,
            Restart::Limited { .. } if !the_apps => true,
            Restart::Limited { .. } => self.recent.allows(policy, Instant::now()),
        }
    }

    fn permit(&mut self) -> Option<Permit<S, M>> {
        let permit = match self.rest.pop() {
            Some(store) => Permit::Store(store),
            None => {
                let model = self.model.clone().filter(|_| self.empty > 0)?;
                self.empty -= 1;
                Permit::Empty(model)
            }
        };
        self.running += 1;
        Some(permit)
    }

    /// The first who waits, if there is a permit for it.
    fn next(&self) -> Option<Waker> {
        let some = self.admission != Admission::Suspended && (self.empty > 0 || !self.rest.is_empty());
        self.waiting.front().filter(|_| some).map(|(_, waker)| waker.clone())
    }

    /// Everybody who waits, if nobody is let in any more.
    fn all_if_refused(&self) -> VecDeque<Waker> {
        let refused =
            self.admission == Admission::Removed || (self.admission != Admission::Suspended && self.poison.is_some());
        self.waiting.iter().filter(|_| refused).map(|(_, waker)| waker.clone()).collect()
    }

    fn is_idle(&self) -> bool {
        self.running == 0 && (self.admission == Admission::Suspended || self.waiting.is_empty())
    }

    /// Those who waited for the instance to be idle, if it is.
    fn take_watchers(&mut self) -> Vec<Waker> {
        if self.is_idle() { std::mem::take(&mut self.watchers) } else { Vec::new() }
    }
}

/// Wakes with no lock held: what a waker does is its executor's affair.
fn wake(wakers: impl IntoIterator<Item = Waker>) {
    wakers.into_iter().for_each(Waker::wake);
}

/// Waits for a permit.
pub(crate) struct Take<'a, S, M: Clone> {
    pool: &'a StorePool<S, M>,
    /// The number of this call while it waits.
    number: Option<u64>,
}

impl<S, M: Clone> Future for Take<'_, S, M> {
    type Output = Result<Permit<S, M>, Refused>;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let mut queue = this.pool.queue();
        let first = queue.waiting.front().map(|(number, _)| *number) == this.number;
        if first
            && queue.serves(this.number.is_some())
            && let Some(permit) = queue.permit()
        {
            let next = this.number.take().and_then(|_| {
                queue.waiting.pop_front();
                queue.next()
            });
            drop(queue);
            wake(next);
            return Poll::Ready(Ok(permit));
        }
        this.wait(queue, task)
    }
}

impl<S, M: Clone> Take<'_, S, M> {
    /// A call that does not run at once is refused, or waits.
    fn wait(
        &mut self,
        mut queue: MutexGuard<'_, Queue<S, M>>,
        task: &mut Context<'_>,
    ) -> Poll<Result<Permit<S, M>, Refused>> {
        let full = self.number.is_none() && queue.waiting.len() >= self.pool.policy.queue;
        let refused = match (queue.admission, &queue.poison) {
            (Admission::Removed, _) => Some(Refused::Removed),
            (Admission::Open | Admission::Retiring, Some(cause)) => Some(Refused::Poisoned(cause.clone())),
            (Admission::Retiring, None) if self.number.is_none() => Some(Refused::Retiring),
            _ if full => Some(Refused::Busy { waiting: queue.waiting.len() }),
            _ => None,
        };
        if let Some(refused) = refused {
            queue.counters.refused += 1;
            return Poll::Ready(Err(refused));
        }
        match self.number {
            Some(mine) => {
                if let Some((_, waker)) = queue.waiting.iter_mut().find(|(number, _)| *number == mine) {
                    waker.clone_from(task.waker());
                }
            }
            None => {
                queue.last_number += 1;
                self.number = Some(queue.last_number);
                let entry = (queue.last_number, task.waker().clone());
                queue.waiting.push_back(entry);
            }
        }
        Poll::Pending
    }
}

impl<S, M: Clone> Drop for Take<'_, S, M> {
    fn drop(&mut self) {
        let Some(mine) = self.number else { return };
        let mut queue = self.pool.queue();
        queue.waiting.retain(|(number, _)| *number != mine);
        let (next, idle) = (queue.next(), queue.take_watchers());
        drop(queue);
        wake(next);
        wake(idle);
    }
}

/// A pool that is suspended or retires. Dropping it opens the pool again.
pub(crate) struct Closed<'a, S, M: Clone> {
    pool: &'a StorePool<S, M>,
}

impl<S, M: Clone> Closed<'_, S, M> {
    /// Waits until no call runs, nor waits if the instance retires.
    pub(crate) async fn idle(&self) {
        poll_fn(|task| {
            let mut queue = self.pool.queue();
            if queue.is_idle() {
                return Poll::Ready(());
            }
            if !queue.watchers.iter().any(|waker| waker.will_wake(task.waker())) {
                queue.watchers.push(task.waker().clone());
            }
            Poll::Pending
        })
        .await;
    }

    /// Puts another model, and a store made from it, into the pool, in which no call runs: see [`idle`](Closed::idle). Gives what was
    /// there before.
    #[must_use = "to be dropped where no lock is held"]
    pub(crate) fn swap(&self, model: M, first: Option<S>) -> (Option<M>, Vec<S>) {
        let mut queue = self.pool.queue();
        let old = (queue.model.replace(model), std::mem::take(&mut queue.rest));
        queue.poison = None;
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

impl<S, M: Clone> Drop for Closed<'_, S, M> {
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
