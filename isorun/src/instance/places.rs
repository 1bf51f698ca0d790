//! Where the calls of an app's instance run, and whose turn it is.
//!
//! # Invariants
//!
//! * A store is at rest here or with one call. A call gives its place back whatever happens.
//! * Calls are served in the order of their arrival: nobody takes a place while somebody waits, except the first who waits.
//! * Whoever stops waiting passes on the wake-up that was meant for it.
//! * Under the lock no store is dropped and nobody is woken: what that does is not ours to know.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use super::counters::Counters;
use super::policy::{Recent, Restart, Reuse, is_the_apps};
use super::prototype::{Live, Prototype};
use crate::error::CallError;

/// The places of one instance.
pub(crate) struct Places {
    line: Mutex<Line>,
    reuse: Reuse,
    restart: Restart,
    /// How many calls may wait.
    bound: usize,
}

struct Line {
    gate: Gate,
    /// What made the instance unfit for further calls.
    poison: Option<Arc<CallError>>,
    /// What a store is made from in a place that has none; nothing is left of it when the instance is removed.
    prototype: Option<Arc<Prototype>>,
    /// Stores at rest, the one that was used last on top.
    #[expect(clippy::vec_box, reason = "a store moves out and in with each call, as a pointer")]
    rest: Vec<Box<Live>>,
    /// Places without a store.
    empty: u32,
    running: u32,
    waiting: VecDeque<(u64, Waker)>,
    last: u64,
    /// Those who wait until the instance is quiet.
    watchers: Vec<Waker>,
    recent: Recent,
    counters: Counters,
}

/// Who may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gate {
    Open,
    /// Everybody waits.
    Held,
    /// Those who came before go on, others are turned away.
    Retiring,
    Removed,
}

/// What a call gets when its turn comes.
pub(crate) enum Place {
    Store(Box<Live>),
    Empty(Arc<Prototype>),
}

/// Why a call gets no place.
pub(crate) enum Refused {
    Busy { waiting: usize },
    Poisoned(Arc<CallError>),
    Retiring,
    Removed,
}

/// Where the places are, for who looks from outside.
pub(crate) enum Condition {
    Idle,
    Running,
    Poisoned(Arc<CallError>),
    Held,
    Retiring,
    Removed,
}

impl Places {
    /// Places for an instance of the prototype, of which one store is there already.
    pub(crate) fn new(
        prototype: Arc<Prototype>,
        first: Option<Box<Live>>,
        reuse: Reuse,
        restart: Restart,
        bound: usize,
    ) -> Places {
        let mut line = Line {
            gate: Gate::Open,
            poison: None,
            prototype: Some(prototype),
            rest: Vec::new(),
            empty: 0,
            running: 0,
            waiting: VecDeque::new(),
            last: 0,
            watchers: Vec::new(),
            recent: Recent::default(),
            counters: Counters::default(),
        };
        line.fill(reuse, first);
        Places { line: Mutex::new(line), reuse, restart, bound }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        // Nothing panics between two states of the line, so it is whole even if the lock is poisoned.
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a store that is at rest, if nobody waits for it and calls are let in.
    #[inline]
    pub(crate) fn try_take(&self) -> Option<Box<Live>> {
        let mut line = self.line();
        if !line.waiting.is_empty() || !line.serves(false) {
            return None;
        }
        let store = line.rest.pop();
        line.running += u32::from(store.is_some());
        store
    }

    /// Takes a place when it is this call's turn. Dropping the future gives the turn up.
    pub(crate) fn take(&self) -> Take<'_> {
        Take { places: self, number: None }
    }

    /// Gives a place back that a call got and could not begin in.
    pub(crate) fn put(&self, store: Option<Box<Live>>) {
        // A store that nobody will use again goes before the place is free, so that its memory is there for the next.
        let store = store.filter(|_| self.reuse != Reuse::Fresh);
        self.give_back(store, None);
    }

    /// Gives a place back at the end of a call that used so much fuel.
    pub(crate) fn end(&self, store: Box<Live>, fuel: u64) {
        let store = Some(store).filter(|_| self.reuse != Reuse::Fresh);
        self.give_back(store, Some(fuel));
    }

    #[inline]
    fn give_back(&self, store: Option<Box<Live>>, fuel: Option<u64>) {
        let mut line = self.line();
        line.running -= 1;
        match fuel {
            Some(fuel) => {
                line.counters.calls += 1;
                line.counters.fuel = line.counters.fuel.saturating_add(fuel);
            }
            None => line.counters.refused += 1,
        }
        let unfit = match store {
            Some(store) if line.poison.is_none() => {
                line.rest.push(store);
                None
            }
            store => {
                line.empty += 1;
                store
            }
        };
        if line.waiting.is_empty() && line.watchers.is_empty() {
            drop(line);
            drop(unfit);
            return;
        }
        let (next, quiet) = (line.next(), line.quiet());
        drop(line);
        drop(unfit);
        wake(next);
        wake(quiet);
    }

    /// Gives a place back whose store a call has lost, as the cause says.
    pub(crate) fn fault(&self, cause: Arc<CallError>, fuel: u64) {
        let mut line = self.line();
        line.running -= 1;
        line.empty += 1;
        line.counters.calls += 1;
        line.counters.failures += 1;
        line.counters.fuel = line.counters.fuel.saturating_add(fuel);
        line.counters.last_fault = Some(cause.clone());
        let (mut unfit, mut told) = (Vec::new(), VecDeque::new());
        if self.reuse != Reuse::Fresh {
            if line.starts_anew(self.restart, &cause) {
                line.counters.restarts += 1;
            } else if line.poison.is_none() {
                line.poison = Some(cause);
                unfit = std::mem::take(&mut line.rest);
                line.empty += unfit.len() as u32;
                told = line.all_if_refused();
            }
        }
        let (next, quiet) = (line.next(), line.quiet());
        drop(line);
        drop(unfit);
        wake(told);
        wake(next);
        wake(quiet);
    }

    /// Keeps everybody waiting until the hold ends. Nothing if somebody else holds it, it retires or is removed.
    pub(crate) fn hold(&self) -> Option<Hold<'_>> {
        self.close(Gate::Held, |_| true)
    }

    /// The same, if no call runs or waits.
    pub(crate) fn hold_if_quiet(&self) -> Option<Hold<'_>> {
        self.close(Gate::Held, |line| line.running == 0 && line.waiting.is_empty())
    }

    /// Turns newcomers away until the hold ends.
    pub(crate) fn retire(&self) -> Option<Hold<'_>> {
        self.close(Gate::Retiring, |_| true)
    }

    fn close(&self, gate: Gate, may: impl FnOnce(&Line) -> bool) -> Option<Hold<'_>> {
        let mut line = self.line();
        if line.gate != Gate::Open || !may(&line) {
            return None;
        }
        line.gate = gate;
        Some(Hold { places: self })
    }

    pub(crate) fn reuse(&self) -> Reuse {
        self.reuse
    }

    /// What a store is made from; `None` if the instance is removed.
    pub(crate) fn prototype(&self) -> Option<Arc<Prototype>> {
        self.line().prototype.clone()
    }

    /// What was counted so far.
    pub(crate) fn counters(&self) -> Counters {
        let line = self.line();
        let stores = line.rest.len() as u32 + line.running;
        Counters { running: line.running, waiting: line.waiting.len(), stores, ..line.counters.clone() }
    }

    pub(crate) fn condition(&self) -> Condition {
        let line = self.line();
        match (line.gate, &line.poison) {
            (Gate::Removed, _) => Condition::Removed,
            (Gate::Held, _) => Condition::Held,
            (Gate::Retiring, _) => Condition::Retiring,
            (Gate::Open, Some(cause)) => Condition::Poisoned(cause.clone()),
            (Gate::Open, None) if line.running > 0 => Condition::Running,
            (Gate::Open, None) => Condition::Idle,
        }
    }
}

impl Line {
    /// Puts as many places there as the policy says.
    fn fill(&mut self, reuse: Reuse, first: Option<Box<Live>>) {
        let places = match reuse {
            Reuse::Serial => 1,
            Reuse::Pool(stores) => stores.get(),
            Reuse::Fresh => self.prototype.as_ref().map_or(0, |prototype| prototype.limits().stores),
        };
        self.rest = Vec::from_iter(first);
        self.empty = places.saturating_sub(self.rest.len() as u32);
    }

    /// Whether a call is let in that came just now, or before if it is known.
    fn serves(&self, known: bool) -> bool {
        self.poison.is_none() && (self.gate == Gate::Open || (self.gate == Gate::Retiring && known))
    }

    /// Whether the policy lets the app start anew after a fault.
    fn starts_anew(&mut self, policy: Restart, fault: &CallError) -> bool {
        let counts = self.prototype.as_ref().is_none_or(|prototype| is_the_apps(fault, prototype.limits()));
        match policy {
            Restart::Never => false,
            Restart::Always { .. } if !counts => true,
            Restart::Always { .. } => self.recent.allows(policy, Instant::now()),
        }
    }

    fn place(&mut self) -> Option<Place> {
        let place = match self.rest.pop() {
            Some(store) => Place::Store(store),
            None => {
                let prototype = self.prototype.clone().filter(|_| self.empty > 0)?;
                self.empty -= 1;
                Place::Empty(prototype)
            }
        };
        self.running += 1;
        Some(place)
    }

    /// The first who waits, if there is something for it.
    fn next(&self) -> Option<Waker> {
        let something = self.gate != Gate::Held && (self.empty > 0 || !self.rest.is_empty());
        self.waiting.front().filter(|_| something).map(|(_, waker)| waker.clone())
    }

    /// Everybody who waits, if nobody is let in any more.
    fn all_if_refused(&self) -> VecDeque<Waker> {
        let refused = self.gate == Gate::Removed || (self.gate != Gate::Held && self.poison.is_some());
        self.waiting.iter().filter(|_| refused).map(|(_, waker)| waker.clone()).collect()
    }

    fn is_quiet(&self) -> bool {
        self.running == 0 && (self.gate == Gate::Held || self.waiting.is_empty())
    }

    /// Those who waited for the instance to be quiet, if it is.
    fn quiet(&mut self) -> Vec<Waker> {
        if self.is_quiet() { std::mem::take(&mut self.watchers) } else { Vec::new() }
    }
}

/// Wakes with no lock held: what a waker does is its executor's affair.
fn wake(wakers: impl IntoIterator<Item = Waker>) {
    wakers.into_iter().for_each(Waker::wake);
}

/// Waits for a place.
pub(crate) struct Take<'a> {
    places: &'a Places,
    /// The number of this call while it is in the line.
    number: Option<u64>,
}

impl Future for Take<'_> {
    type Output = Result<Place, Refused>;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let mut line = this.places.line();
        let first = line.waiting.front().map(|(number, _)| *number) == this.number;
        if first
            && line.serves(this.number.is_some())
            && let Some(place) = line.place()
        {
            let next = this.number.take().and_then(|_| {
                line.waiting.pop_front();
                line.next()
            });
            drop(line);
            wake(next);
            return Poll::Ready(Ok(place));
        }
        this.wait(line, task)
    }
}

impl Take<'_> {
    /// A call that does not run at once is refused, or joins the line.
    fn wait(&mut self, mut line: MutexGuard<'_, Line>, task: &mut Context<'_>) -> Poll<Result<Place, Refused>> {
        let full = self.number.is_none() && line.waiting.len() >= self.places.bound;
        let refused = match (line.gate, &line.poison) {
            (Gate::Removed, _) => Some(Refused::Removed),
            (Gate::Open | Gate::Retiring, Some(cause)) => Some(Refused::Poisoned(cause.clone())),
            (Gate::Retiring, None) if self.number.is_none() => Some(Refused::Retiring),
            _ if full => Some(Refused::Busy { waiting: line.waiting.len() }),
            _ => None,
        };
        if let Some(refused) = refused {
            line.counters.refused += 1;
            return Poll::Ready(Err(refused));
        }
        match self.number {
            Some(mine) => {
                if let Some((_, waker)) = line.waiting.iter_mut().find(|(number, _)| *number == mine) {
                    waker.clone_from(task.waker());
                }
            }
            None => {
                line.last += 1;
                self.number = Some(line.last);
                let place = (line.last, task.waker().clone());
                line.waiting.push_back(place);
            }
        }
        Poll::Pending
    }
}

impl Drop for Take<'_> {
    fn drop(&mut self) {
        let Some(mine) = self.number else { return };
        let mut line = self.places.line();
        line.waiting.retain(|(number, _)| *number != mine);
        let (next, quiet) = (line.next(), line.quiet());
        drop(line);
        wake(next);
        wake(quiet);
    }
}

/// Closed places. Dropping it opens them again.
pub(crate) struct Hold<'a> {
    places: &'a Places,
}

impl Hold<'_> {
    /// Waits until no call runs, nor waits if the instance retires.
    pub(crate) async fn quiet(&self) {
        poll_fn(|task| {
            let mut line = self.places.line();
            if line.is_quiet() {
                return Poll::Ready(());
            }
            if !line.watchers.iter().any(|waker| waker.will_wake(task.waker())) {
                line.watchers.push(task.waker().clone());
            }
            Poll::Pending
        })
        .await;
    }

    /// Puts another prototype, and a store made from it, into the places, in which nobody runs: see [`quiet`](Hold::quiet). Gives what was
    /// there before.
    #[must_use = "to be dropped where no lock is held"]
    pub(crate) fn swap(&self, prototype: Arc<Prototype>, first: Option<Box<Live>>) -> impl Sized + use<> {
        let mut line = self.places.line();
        let old = (line.prototype.replace(prototype), std::mem::take(&mut line.rest));
        line.poison = None;
        line.recent = Recent::default();
        line.fill(self.places.reuse, first);
        old
    }

    /// Leaves nothing: every call is told that the instance is gone.
    pub(crate) fn remove(self) {
        let mut line = self.places.line();
        line.gate = Gate::Removed;
        let old = (line.prototype.take(), std::mem::take(&mut line.rest));
        line.empty = 0;
        let told = line.all_if_refused();
        drop(line);
        drop(old);
        wake(told);
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        let mut line = self.places.line();
        if line.gate != Gate::Removed {
            line.gate = Gate::Open;
        }
        let told = line.all_if_refused();
        let next = line.next();
        drop(line);
        wake(told);
        wake(next);
    }
}
