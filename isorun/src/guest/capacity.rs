//! What is left of the engine's pool, and the instances whose calls wait until there is a place for one more store.
//!
//! It knows neither what a store is nor what waits, so that it can be modelled without an engine.
//!
//! # Who gets a place
//!
//! Of an instance only the call whose turn it is waits here, and the instance goes to the end of the line for its next call. So places go
//! round among instances, however many calls each of them has. The first in the line is not overtaken by those that need less, with two
//! exceptions. It steps aside while the stores that stay leave too little for it, since no call that ends would help it. And a call that is
//! *nested*, because it is made by a guest which itself may hold a place until it has the answer, passes those for whom what is left is too
//! little; so do the calls of the same instance that are before it.
//!
//! # Why calls that hold places and wait for more do not wait for each other
//!
//! A store that is dropped when its call ends is made only if there is room besides for everything that may run below that call at a time;
//! and a store that stays is made only if enough is left for those calls. So whichever of the running calls got its place last, there has
//! been room for all below it since then: it can go on to its end, gives back what it had, and then the same is true of the one before.
//!
//! Where there can never be so much room, the call begins when no other store is there that goes, and is *alone*: until it ends, besides those
//! below it only such calls begin as need nothing below. A nested call that then finds no place is told so, since nobody would give one back.
//! What guests call by way of a system is not foreseen; such a call waits until its deadline at the longest.
//!
//! # Invariants
//!
//! * What is left, and what the places hold that exist, is all that there is.
//! * A place is given back after the store that was made in it has been freed.
//! * Whenever the lock is free, nobody waits who could have a place by these rules.
//! * Under the lock no waker is cloned, dropped or woken.
//! * Under the lock nothing is done that takes longer because many wait, with two exceptions: when a store that stays is dropped, those that
//!   stood aside are looked at again, and where the first in the line finds too little, the nested ones are looked at. Both are one entry
//!   for each instance.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};
use std::task::{Context, Waker};

use crate::limits::places::{Places, PlacesInUse, Shortage};
use crate::panics::woken;
use crate::sync::{Mutex, MutexGuard};

/// The engine's pool of one runtime.
pub(crate) struct Capacity {
    total: Places,
    line: Mutex<Line>,
}

/// What is needed to make a store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Need {
    /// What the store takes.
    pub(crate) takes: Places,
    /// The most that those stores take at a time which may have to be made for a call that runs in this one.
    pub(crate) below: Places,
    /// The most that one of those takes.
    pub(crate) largest: Places,
    /// Whether the store stays when its call has ended.
    pub(crate) stays: bool,
}

/// A place for a store. Dropping it gives the place back, so it has to be dropped after the store.
pub(crate) struct Place {
    capacity: Arc<Capacity>,
    takes: Places,
    held: Held,
}

/// How a place is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    /// By a store that stays.
    Stays,
    /// By a store that goes, and whose call needs no other place.
    Leaf,
    /// By a store that goes, and whose call may need others.
    Above,
    /// By one for which there can never be all the room that its call may need.
    Alone,
}

/// What the first waiting call of an instance asks for.
#[derive(Clone, Copy)]
pub(crate) struct Want {
    pub(crate) need: Need,
    /// Whether a nested call waits, this one or one behind it.
    pub(crate) presses: bool,
    /// Whether the call is to be told that it would wait in vain.
    pub(crate) gives_up: bool,
}

/// An instance's place in the line. Dropping it leaves the line, and gives back the place that had come for it.
pub(crate) struct Ticket {
    capacity: Arc<Capacity>,
    number: u64,
}

/// What there is for a call that needs a place.
pub(crate) enum Answer {
    Place(Place),
    /// Nothing at present.
    Wait,
    /// Nothing as long as those stores exist that stay.
    Never(Vec<Shortage>),
}

#[derive(Default)]
struct Line {
    left: Places,
    /// What stores hold that stay when their calls have ended.
    kept: Places,
    /// How many of the other stores need nothing below them, how many may, and the most that one of these has needed since there were none.
    leaves: u32,
    above: u32,
    reserve: Places,
    /// Whether a call is alone.
    alone: bool,
    waiting: BTreeMap<u64, Waiting>,
    /// Who is in the line, those of them that are nested, and who stands aside.
    line: BTreeSet<u64>,
    nested: BTreeSet<u64>,
    aside: BTreeSet<u64>,
    last_number: u64,
}

struct Waiting {
    want: Want,
    /// Its place has come.
    granted: Option<Held>,
    /// `None` once it is woken, until it asks again.
    waker: Option<Waker>,
}

impl Capacity {
    pub(crate) fn new(total: Places) -> Arc<Capacity> {
        Arc::new(Capacity { total, line: Mutex::new(Line { left: total, ..Line::default() }) })
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        // Nothing panics between two states of the line, so it is whole even if the lock is poisoned.
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How much of it is used.
    pub(crate) fn in_use(&self) -> PlacesInUse {
        let line = self.line();
        PlacesInUse { used: self.total.minus(line.left), total: self.total, waiting: line.waiting.len() }
    }

    /// Takes a place if there is one now, also where others wait for more than is left.
    pub(crate) fn take(self: &Arc<Self>, need: Need) -> Result<Place, Vec<Shortage>> {
        let mut line = self.line();
        match line.fits(&need, false, self.total) {
            Some(held) => {
                line.give(&need, held);
                Ok(Place { capacity: self.clone(), takes: need.takes, held })
            }
            None => Err(line.short(&need, self.total)),
        }
    }

    /// Why there is no place as long as those stores exist that stay; `None` if there will be one.
    pub(crate) fn never(&self, need: &Need) -> Option<Vec<Shortage>> {
        let line = self.line();
        line.in_vain(need, self.total).then(|| need.takes.short(line.left, self.total))
    }

    /// Takes the place that has come for an instance, or one that is there. If there is none, and a waker is given, the instance waits with it
    /// from now on. Whoever was woken by this, and what has to be dropped, is put into `after`.
    pub(crate) fn ask(
        self: &Arc<Self>,
        ticket: &mut Option<Ticket>,
        want: Want,
        waker: Option<Waker>,
        after: &mut After,
    ) -> Answer {
        let mut line = self.line();
        let number = match ticket {
            Some(ticket) => ticket.number,
            None => line.join(want),
        };
        line.update(number, want);
        line.pass(self.total, &mut after.wakes);
        if let Some(Waiting { want, granted: Some(held), .. }) = line.waiting.get(&number) {
            let place = Place { capacity: self.clone(), takes: want.need.takes, held: *held };
            line.remove(number, &mut after.drops);
            after.spent.extend(ticket.take());
            return Answer::Place(place);
        }
        if want.gives_up && line.aside.contains(&number) {
            let short = want.need.takes.short(line.left, self.total);
            if ticket.is_none() {
                line.remove(number, &mut after.drops);
            }
            return Answer::Never(short);
        }
        match (waker, line.waiting.get_mut(&number)) {
            (Some(waker), Some(waiting)) => {
                after.drops.extend(waiting.waker.replace(waker));
                ticket.get_or_insert_with(|| Ticket { capacity: self.clone(), number });
            }
            (waker, _) => {
                after.drops.extend(waker);
                // Who only looks was the last in the line, so that nobody was behind it.
                if ticket.is_none() {
                    line.remove(number, &mut after.drops);
                }
            }
        }
        Answer::Wait
    }
}

/// What is done when no lock is held any more: wakers that are woken, and things that are dropped.
#[derive(Default)]
#[must_use = "to be done where no lock is held"]
pub(crate) struct After {
    wakes: Vec<Waker>,
    drops: Vec<Waker>,
    spent: Vec<Ticket>,
}

impl After {
    pub(crate) fn wake(&mut self, wakers: impl IntoIterator<Item = Waker>) {
        self.wakes.extend(wakers);
    }

    pub(crate) fn finish(self) {
        drop(self.drops);
        drop(self.spent);
        self.wakes.into_iter().for_each(woken);
    }
}

impl Ticket {
    /// Whether it waits with a waker that wakes this task.
    pub(crate) fn wakes(&self, task: &Context<'_>) -> bool {
        let line = self.capacity.line();
        let waker = line.waiting.get(&self.number).and_then(|waiting| waiting.waker.as_ref());
        waker.is_some_and(|waker| waker.will_wake(task.waker()))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut after = After::default();
        let mut line = self.capacity.line();
        if let Some(waiting) = line.remove(self.number, &mut after.drops) {
            if let Some(held) = waiting.granted {
                line.give_back(waiting.want.need.takes, held);
            }
            line.pass(self.capacity.total, &mut after.wakes);
        }
        drop(line);
        after.finish();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut after = After::default();
        let mut line = self.capacity.line();
        line.give_back(self.takes, self.held);
        line.pass(self.capacity.total, &mut after.wakes);
        drop(line);
        after.finish();
    }
}

impl Line {
    /// Whether there is a place now, and how it would be held.
    fn fits(&self, need: &Need, presses: bool, total: Places) -> Option<Held> {
        let leaf = need.below == Places::default();
        let (held, fits) = match need.stays {
            // A nested call may take what is kept for it.
            true if presses => (Held::Stays, true),
            true => (Held::Stays, need.takes.plus(self.reserve.where_some(need.takes)).fit(self.left)),
            false if leaf => (Held::Leaf, true),
            false if self.alone => (Held::Above, presses),
            false if self.is_too_much(need, total) => (Held::Alone, self.above + self.leaves == 0),
            false => (Held::Above, need.takes.plus(need.below).fit(self.left)),
        };
        Some(held).filter(|_| fits && need.takes.fit(self.left))
    }

    /// Whether there can never be room for the store and all below it.
    fn is_too_much(&self, need: &Need, total: Places) -> bool {
        !need.takes.plus(need.below).fit(total.minus(self.kept))
    }

    /// Whether there can be a place, if all calls end.
    fn can_fit(&self, need: &Need, total: Places) -> bool {
        need.takes.fit(total.minus(self.kept))
    }

    /// Whether a nested call that finds no place now waits in vain.
    fn in_vain(&self, need: &Need, total: Places) -> bool {
        let too_much = self.alone || self.is_too_much(need, total);
        !self.can_fit(need, total) || (too_much && self.leaves == 0 && self.fits(need, true, total).is_none())
    }

    /// What there is too little of now.
    fn short(&self, need: &Need, total: Places) -> Vec<Shortage> {
        match need.stays {
            true => need.takes.short(self.left.minus(self.reserve.where_some(need.takes)), total),
            false => need.takes.plus(need.below).short(self.left, total),
        }
    }

    fn give(&mut self, need: &Need, held: Held) {
        self.left = self.left.minus(need.takes);
        match held {
            Held::Stays => self.kept = self.kept.plus(need.takes),
            Held::Leaf => self.leaves += 1,
            Held::Above => {
                self.above += 1;
                self.reserve = self.reserve.larger(need.below);
            }
            Held::Alone => self.alone = true,
        }
    }

    fn give_back(&mut self, takes: Places, held: Held) {
        self.left = self.left.plus(takes);
        match held {
            Held::Stays => {
                self.kept = self.kept.minus(takes);
                self.line.append(&mut self.aside);
                let presses = |number: &&u64| self.waiting.get(*number).is_some_and(|waiting| waiting.want.presses);
                self.nested = self.line.iter().filter(presses).copied().collect();
            }
            Held::Leaf => self.leaves -= 1,
            Held::Above => {
                self.above -= 1;
                if self.above == 0 {
                    self.reserve = Places::default();
                }
            }
            Held::Alone => self.alone = false,
        }
    }

    /// Gives an instance its number, which is behind all others.
    fn join(&mut self, want: Want) -> u64 {
        self.last_number += 1;
        self.waiting.insert(self.last_number, Waiting { want, granted: None, waker: None });
        self.last_number
    }

    /// Another call is the first of its instance, or the same one asks again.
    fn update(&mut self, number: u64, want: Want) {
        let Some(waiting) = self.waiting.get_mut(&number).filter(|waiting| waiting.granted.is_none()) else { return };
        waiting.want = want;
        self.aside.remove(&number);
        self.line.insert(number);
        match want.presses {
            true => self.nested.insert(number),
            false => self.nested.remove(&number),
        };
    }

    fn remove(&mut self, number: u64, drops: &mut Vec<Waker>) -> Option<Waiting> {
        for numbers in [&mut self.line, &mut self.nested, &mut self.aside] {
            numbers.remove(&number);
        }
        let mut waiting = self.waiting.remove(&number)?;
        drops.extend(waiting.waker.take());
        Some(waiting)
    }

    /// Gives places to those whose turn it is, as long as there are some.
    fn pass(&mut self, total: Places, wakes: &mut Vec<Waker>) {
        while let Some(&first) = self.line.first() {
            if !self.serve(first, total, wakes) {
                break;
            }
        }
        // Most often no store is left at all, and nobody has to be looked at.
        if (self.left.stores > 0 || self.alone) && !self.nested.is_empty() {
            for number in self.nested.iter().copied().collect::<Vec<_>>() {
                self.serve(number, total, wakes);
            }
        }
    }

    /// Gives a place to one that is in the line, or lets it step aside. `false` if it stays where it is.
    fn serve(&mut self, number: u64, total: Places, wakes: &mut Vec<Waker>) -> bool {
        let Some(waiting) = self.waiting.get(&number) else { return self.line.remove(&number) };
        let Want { need, presses, gives_up } = waiting.want;
        let granted = self.fits(&need, presses, total);
        let in_vain = granted.is_none() && presses && self.in_vain(&need, total);
        if granted.is_none() && self.can_fit(&need, total) && !(gives_up && in_vain) {
            // A nested call waits in vain behind this one, which is to tell it.
            if in_vain && let Some(waiting) = self.waiting.get_mut(&number) {
                wakes.extend(waiting.waker.take());
            }
            return false;
        }
        self.line.remove(&number);
        self.nested.remove(&number);
        match granted {
            Some(held) => self.give(&need, held),
            None => {
                self.aside.insert(number);
            }
        }
        if let Some(waiting) = self.waiting.get_mut(&number) {
            waiting.granted = granted;
            wakes.extend(waiting.waker.take_if(|_| granted.is_some() || gives_up));
        }
        true
    }
}

#[cfg(all(test, isorun_loom))]
mod models;
