//! What a call that is traced notes of itself and of the calls below it.
//!
//! A call that is not traced has no [`Place`], and looks no further than that.
//!
//! # Invariants
//!
//! * The calls are kept in the order in which they began, so each is behind the one that made it.
//! * A call that there was no room for is counted at the one above it that was kept, once, and so is its fuel, which includes that of the calls that
//!   it made.
//! * Nothing but the notes themselves is touched under the lock.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::trace::{Outcome, Trace};

/// The most calls that are kept. A guest can make millions.
const MOST: usize = 10_000;

/// How deep the tree is at most: twice as deep as calls can be that go through isorun one after the other, an app and a system by turns. A tree is
/// walked, and dropped, by recursion.
const DEEPEST: u16 = 256;

/// The notes on one traced call.
struct Tracer(Mutex<Option<Notes>>);

/// `None` once they were taken: what has not ended by then is noted no more.
struct Notes {
    kept: Vec<Kept>,
    /// The names of functions, so that there is one text of each and not of each call.
    functions: HashSet<Arc<str>>,
    /// Where the call is in the notes on another, within which it is made.
    outer: Option<Place>,
}

struct Kept {
    /// Without the calls below it.
    call: Trace,
    /// The index of the call that made it; its own, if it is the first.
    above: usize,
    /// How many calls are above it.
    depth: u16,
    /// The index of the last call that it made, if that was kept.
    last: Option<usize>,
}

/// The place of one call among those that are traced together. It is as small as can be where there is none, since every call has room for one.
#[derive(Clone)]
pub(crate) struct Place(Arc<At>);

struct At {
    tracer: Arc<Tracer>,
    at: Spot,
}

#[derive(Clone, Copy, Debug)]
enum Spot {
    /// The call is kept at this index.
    Kept(usize),
    /// It is not, and is counted at this index.
    Omitted(usize),
    /// The same, and it was made by one that is counted there too, of whose fuel its own is a part.
    Below(usize),
}

impl Tracer {
    fn with<T>(&self, note: impl FnOnce(&mut Notes) -> T) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut().map(note)
    }
}

impl Notes {
    /// Begins a call that the one at this spot makes.
    fn begin(&mut self, above: Spot) -> Spot {
        let index = self.kept.len();
        let at = match above {
            Spot::Kept(above) if index < MOST && self.kept[above].depth < DEEPEST => Spot::Kept(above),
            Spot::Kept(above) => Spot::Omitted(above),
            Spot::Omitted(above) | Spot::Below(above) => Spot::Below(above),
        };
        match at {
            Spot::Kept(above) => {
                let Kept { depth, last, .. } = &mut self.kept[above];
                *last = Some(index);
                let depth = *depth + 1;
                self.kept.push(Kept { call: Trace::default(), above, depth, last: None });
                Spot::Kept(index)
            }
            Spot::Omitted(above) | Spot::Below(above) => {
                let above = &mut self.kept[above];
                above.last = None;
                above.call.omitted.calls += 1;
                at
            }
        }
    }

    fn charge_omitted(&mut self, at: Spot, fuel: u64) {
        if let Spot::Omitted(above) = at {
            let omitted = &mut self.kept[above].call.omitted;
            omitted.fuel = omitted.fuel.saturating_add(fuel);
        }
    }

    /// Takes over a call that was traced by itself, and those below it.
    fn adopt(&mut self, first: Spot, calls: &[Kept]) {
        let mut spots = Vec::with_capacity(calls.len());
        for (index, Kept { call, above, .. }) in calls.iter().enumerate() {
            let at = if index == 0 { first } else { self.begin(spots[*above]) };
            spots.push(at);
            match at {
                Spot::Kept(at) => self.kept[at].call = call.clone(),
                Spot::Omitted(above) | Spot::Below(above) => {
                    self.kept[above].call.omitted.calls += call.omitted.calls;
                    self.charge_omitted(at, call.fuel);
                }
            }
        }
    }
}

impl Place {
    fn new(tracer: Arc<Tracer>, at: Spot) -> Place {
        Place(Arc::new(At { tracer, at }))
    }

    /// The place of a call that is to be traced, and with which the notes begin.
    pub(crate) fn first() -> Place {
        let kept = vec![Kept { call: Trace::default(), above: 0, depth: 0, last: None }];
        let notes = Notes { kept, functions: HashSet::new(), outer: None };
        Place::new(Arc::new(Tracer(Mutex::new(Some(notes)))), Spot::Kept(0))
    }

    /// The first call is also noted elsewhere, because it is made within another that is traced.
    #[cold]
    pub(crate) fn is_also(&self, outer: Place) {
        self.0.tracer.with(|notes| notes.outer = Some(outer));
    }

    /// A place for the same call, the notes on which are taken over here when they end.
    #[cold]
    pub(crate) fn apart(&self) -> Place {
        let (apart, mut known) = (Place::first(), Trace::default());
        self.note(|call| known = call.clone());
        apart.note(|call| *call = known);
        apart.is_also(self.clone());
        apart
    }

    /// Begins a call that the one at this place makes, with parameters of so many bytes.
    #[cold]
    pub(crate) fn child(&self, params: u64) -> Place {
        // When the notes were taken, no spot means anything any more.
        let at = self.0.tracer.with(|notes| notes.begin(self.0.at)).unwrap_or(self.0.at);
        let child = Place::new(self.0.tracer.clone(), at);
        child.takes(params);
        child
    }

    /// Changes the notes on the call, if there are any.
    fn note(&self, change: impl FnOnce(&mut Trace)) {
        if let Spot::Kept(at) = self.0.at {
            self.0.tracer.with(|notes| notes.kept.get_mut(at).map(|kept| change(&mut kept.call)));
        }
    }

    /// Says what is called.
    #[cold]
    pub(crate) fn is_of(&self, instance: &Arc<str>, app: &Option<Arc<str>>, function: &Arc<str>, is_remote: bool) {
        let Spot::Kept(at) = self.0.at else { return };
        self.0.tracer.with(|notes| {
            let function = notes.functions.get(function).cloned().unwrap_or_else(|| {
                notes.functions.insert(function.clone());
                function.clone()
            });
            let call = &mut notes.kept[at].call;
            (call.instance, call.app, call.function) = (instance.clone(), app.clone(), function);
            call.claimed = is_remote;
        });
    }

    /// The parameters have so many bytes.
    #[cold]
    pub(crate) fn takes(&self, params: u64) {
        self.note(|call| call.params = params);
    }

    /// The result has so many bytes.
    #[cold]
    pub(crate) fn gives(&self, result: u64) {
        self.note(|call| match call.outcome {
            // What the guest is told of a failure is not a result.
            Outcome::Failed(_) => {}
            Outcome::Ok | Outcome::Unfinished => call.result = result,
        });
    }

    /// The last call that was made from here has passed so many bytes there and back.
    #[cold]
    pub(crate) fn last_passed(&self, params: u64, result: u64) {
        let Spot::Kept(at) = self.0.at else { return };
        self.0.tracer.with(|notes| {
            if let Some(last) = notes.kept[at].last {
                let call = &mut notes.kept[last].call;
                (call.params, call.result) = (params, result);
            }
        });
    }

    /// The call has used so much. This is said once of each call.
    #[cold]
    pub(crate) fn used(&self, (fuel, memory): (u64, u64), time: Duration) {
        self.note(|call| (call.fuel, call.memory, call.time) = (fuel, memory, time));
        self.0.tracer.with(|notes| notes.charge_omitted(self.0.at, fuel));
    }

    /// The call has ended, for a reason of this kind if it has no value.
    #[cold]
    pub(crate) fn ended(&self, kind: Option<&'static str>) {
        self.note(|call| call.outcome = kind.map_or(Outcome::Ok, Outcome::Failed));
    }

    /// The call was dropped, if it had not ended before.
    #[cold]
    pub(crate) fn dropped(&self) {
        self.note(|call| {
            if call.outcome == Outcome::Unfinished {
                call.outcome = Outcome::Failed("cancelled");
            }
        });
    }

    /// Ends the notes.
    fn take(&self) -> Vec<Kept> {
        let notes = self.0.tracer.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Notes { kept, outer, .. }) = notes else { return Vec::new() };
        if let Some(At { tracer, at }) = outer.as_ref().map(|place| &*place.0) {
            tracer.with(|notes| notes.adopt(*at, &kept));
        }
        kept
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.at.fmt(f)
    }
}

/// The notes on a traced call as its caller holds them, which end when this is dropped.
#[derive(Debug)]
pub(crate) struct Traced(pub(crate) Place);

impl Traced {
    /// The tree of what was noted.
    pub(crate) fn tree(&self) -> Trace {
        let mut kept = self.0.take();
        while let Some(Kept { mut call, above, .. }) = kept.pop() {
            call.calls.reverse();
            match kept.get_mut(above) {
                Some(above) => above.call.calls.push(call),
                None => return call,
            }
        }
        Trace::default()
    }
}

impl Drop for Traced {
    fn drop(&mut self) {
        // What goes on without its caller, and stores that were called, have the place, and nobody reads what they
        // would note.
        drop(self.0.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ends a call that has used so much.
    fn end(place: &Place, fuel: u64) {
        place.used((fuel, 0), Duration::ZERO);
        place.ended(None);
    }

    /// What is right for every tree: what all calls used themselves, and what was omitted, is what the first used.
    fn fuel_of(tree: &Trace) -> u64 {
        let sum: u64 = tree.all().map(|call| call.own_fuel() + call.omitted.fuel).sum();
        assert_eq!(sum, tree.fuel);
        sum
    }

    #[test]
    fn calls_that_are_too_deep_are_omitted_with_their_fuel() {
        let first = Traced(Place::first());
        let mut places = vec![first.0.clone()];
        for depth in 0..299 {
            places.push(places[depth].child(0));
        }
        places.iter().rev().zip(1..).for_each(|(place, fuel)| end(place, fuel));
        let tree = first.tree();
        let last = tree.all().last().unwrap();
        assert_eq!((tree.all().count(), last.omitted.calls, last.omitted.fuel), (257, 43, 43));
        assert_eq!(fuel_of(&tree), 300);
    }

    #[test]
    fn a_trace_within_one_that_is_full_is_whole_and_counted_there() {
        let outer = Traced(Place::first());
        for _ in 0..MOST - 3 {
            end(&outer.0.child(0), 1);
        }
        let trace_inner = |calls: usize| {
            let inner = Traced(Place::first());
            inner.0.is_also(outer.0.child(0));
            for _ in 0..calls {
                let call = inner.0.child(0);
                end(&call.child(0), 2);
                end(&call, 5);
            }
            end(&inner.0, 5 * calls as u64);
            inner.tree()
        };
        // Of the first there is room for itself and one more; the second has none.
        let trees = [trace_inner(2), trace_inner(1)];
        end(&outer.0, MOST as u64 - 3 + 15);
        let tree = outer.tree();
        assert_eq!(trees.each_ref().map(|tree| tree.all().count()), [5, 3]);
        assert_eq!(trees.each_ref().map(fuel_of), [10, 5]);
        assert_eq!(tree.all().count(), MOST);
        assert_eq!((tree.omitted.calls, tree.omitted.fuel), (3, 5));
        let first = tree.calls.last().unwrap();
        assert_eq!((first.calls.len(), first.omitted.calls, first.omitted.fuel), (1, 2, 5));
        assert_eq!((first.calls[0].omitted.calls, first.calls[0].omitted.fuel), (1, 2));
        assert_eq!(fuel_of(&tree), MOST as u64 + 12);
    }

    #[test]
    fn what_ends_after_the_first_call_is_unfinished_and_changes_nothing() {
        let first = Traced(Place::first());
        let late = first.0.child(7);
        end(&first.0, 3);
        let tree = first.tree();
        end(&late, 1);
        end(&late.child(0).child(0), 1);
        assert_eq!((tree.calls.len(), tree.calls[0].outcome, tree.calls[0].params), (1, Outcome::Unfinished, 7));
        assert_eq!(first.tree(), Trace::default());
    }
}
