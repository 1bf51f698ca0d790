//! The end of what a caller grants, where it is not the end of the call: it can be paused there, or go on without its caller.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::Waker;

use super::account::Account;
use super::chain::{Chain, Extent, Link};
use super::deadline::Deadline;
use super::limit::{Exhausted, Scope};
use crate::panics::woken;

/// The end of what a caller grants.
#[derive(Debug)]
pub(crate) struct Bound {
    /// What was granted.
    granted: Account,
    kind: Kind,
    /// Bytes by which memories may grow beyond what was granted at first.
    memory: AtomicU64,
    /// What ran out, for whoever polls the call.
    told: Mutex<Option<Told>>,
    /// The tasks that wait here for whoever was told.
    waiting: Mutex<Vec<Waker>>,
    /// Units that are taken of what was granted for the whole of a call elsewhere, of which nobody knows yet how many it uses.
    lent: AtomicU64,
}

/// What has run out, and where that was met.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) exhausted: Exhausted,
    /// The instance and its function, if that is not the one which was called.
    pub(crate) at: Option<(Arc<str>, Arc<str>)>,
}

#[derive(Debug)]
enum Kind {
    /// The call is paused until more is granted.
    Pauses,
    /// Whoever makes the call blocks a thread until it ends, so that nobody above can be told anything.
    Blocks,
    /// The call can go on without its caller, up to a ceiling.
    Finishes { ceiling: Account, begun: AtomicBool, cut: AtomicBool, end: OnceLock<Deadline> },
}

impl Bound {
    /// The bound of a call that is paused there.
    pub(crate) fn pauses(granted: Account) -> Bound {
        Bound::new(granted, Kind::Pauses)
    }

    /// The bound of a call that goes on without its caller, up to a ceiling.
    pub(crate) fn finishes(granted: Account, ceiling: Account) -> Bound {
        let (begun, cut, end) = (AtomicBool::new(false), AtomicBool::new(false), OnceLock::new());
        Bound::new(granted, Kind::Finishes { ceiling, begun, cut, end })
    }

    /// What is called by blocking a thread.
    pub(crate) fn blocks() -> Bound {
        Bound::new(Account::new(Scope::Call), Kind::Blocks)
    }

    fn new(granted: Account, kind: Kind) -> Bound {
        let (memory, lent) = (AtomicU64::new(0), AtomicU64::new(0));
        Bound { granted, kind, memory, told: Mutex::default(), waiting: Mutex::default(), lent }
    }

    /// The account that pays at this place.
    pub(crate) fn account(&self) -> &Account {
        match &self.kind {
            Kind::Finishes { ceiling, .. } if self.is_cut() => ceiling,
            _ => &self.granted,
        }
    }

    /// Whether a call is paused here, until more is granted.
    pub(crate) fn pauses_calls(&self) -> bool {
        matches!(self.kind, Kind::Pauses)
    }

    /// Whether the call goes on without its caller.
    pub(crate) fn is_cut(&self) -> bool {
        matches!(&self.kind, Kind::Finishes { cut, .. } if cut.load(Ordering::Acquire))
    }

    /// Notes that the call runs.
    pub(crate) fn begin(&self) {
        if let Kind::Finishes { begun, .. } = &self.kind {
            begun.store(true, Ordering::Relaxed);
        }
    }

    /// Whether it has, if it can go on without its caller.
    pub(crate) fn has_begun(&self) -> bool {
        matches!(&self.kind, Kind::Finishes { begun, .. } if begun.load(Ordering::Relaxed))
    }

    fn can_be_cut(&self) -> bool {
        self.has_begun() && !self.is_cut()
    }

    /// Lets the call go on without its caller, from now on: what it has taken of its accounts must be settled before.
    pub(crate) fn cut(&self) {
        if let Kind::Finishes { cut, .. } = &self.kind {
            cut.store(true, Ordering::Release);
        }
    }

    /// Lets memories grow by so many bytes more.
    pub(crate) fn add_memory(&self, bytes: u64) {
        let add = |memory: u64| Some(memory.saturating_add(bytes));
        let _ = self.memory.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    /// Sets when the call ends that goes on without its caller.
    pub(crate) fn end_at(&self, deadline: Deadline) {
        if let Kind::Finishes { end, .. } = &self.kind {
            let _ = end.set(deadline);
        }
    }

    /// When the call ends, if it goes on without its caller.
    #[inline]
    pub(crate) fn end(&self) -> Option<Deadline> {
        match &self.kind {
            Kind::Finishes { end, .. } => end.get().copied(),
            Kind::Pauses | Kind::Blocks => None,
        }
    }

    /// Lets the call go on without its caller, which has too little for it. It is told so when the call next gives way.
    pub(crate) fn cut_for(&self, exhausted: Exhausted) {
        self.tell(Told { exhausted, at: None });
        self.cut();
    }

    /// Says what has run out.
    pub(crate) fn tell(&self, told: Told) {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = Some(told);
    }

    /// Lets a task wait for whoever was told.
    pub(crate) fn wait(&self, task: Waker) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(task);
    }

    /// Lets those look again that wait here.
    pub(crate) fn wake(&self) {
        let waiting = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        waiting.into_iter().for_each(woken);
    }

    /// Units of the grant that were used, as far as is known.
    pub(crate) fn used(&self) -> u64 {
        self.granted.given_and_used().1.saturating_sub(self.lent.load(Ordering::Relaxed))
    }

    /// Notes that so many units are taken for the whole of a call elsewhere, or are no more.
    fn lend(&self, units: u64, taken: bool) {
        match taken {
            true => self.lent.fetch_add(units, Ordering::Relaxed),
            false => self.lent.fetch_sub(units, Ordering::Relaxed),
        };
    }

    /// What was granted, also if the call goes on without it.
    pub(crate) fn granted(&self) -> &Account {
        &self.granted
    }

    /// What has run out since this was last asked.
    pub(crate) fn take_told(&self) -> Option<Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Chain {
    /// The call for which the store at the beginning of the list was given runs now, and may go on without its caller from now on.
    #[inline]
    pub(crate) fn begins(&self) {
        if let Some(Link::Bound(bound)) = self.before().map(Chain::link) {
            bound.begin();
        }
    }

    /// Notes at each end of a grant over this extent what is taken for the whole of a call elsewhere, or is no more.
    pub(crate) fn lend(&self, extent: Extent, units: u64, taken: bool) {
        for chain in self.links_over(extent) {
            if let Link::Bound(bound) = chain.link() {
                bound.lend(units, taken);
            }
        }
    }

    /// Takes bytes by which memories may grow from what was granted since the call began; all of them or none.
    pub(crate) fn take_memory(&self, bytes: u64) -> u64 {
        let taken = self.links().any(|chain| match chain.link() {
            Link::Bound(bound) => {
                let take = |memory: u64| memory.checked_sub(bytes);
                bound.memory.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
            }
            Link::Instance(_) => false,
        });
        if taken { bytes } else { 0 }
    }

    /// Who is to be told that the account at this place of the list has run out; `None` if the call has to end.
    ///
    /// That is the caller who can grant more, if there is one above. If not, it is the last below that place which can go on without those
    /// above.
    pub(crate) fn told_of(&self, place: usize) -> Option<&Bound> {
        let bounds = || {
            let bounds = self.links().enumerate().filter_map(|(place, chain)| match chain.link() {
                Link::Bound(bound) => Some((place, &**bound)),
                Link::Instance(_) => None,
            });
            bounds.take_while(|(_, bound)| !matches!(bound.kind, Kind::Blocks))
        };
        let grants_more = bounds().find(|(at, bound)| *at >= place && matches!(bound.kind, Kind::Pauses));
        let goes_on = || bounds().filter(|(at, bound)| *at <= place && bound.can_be_cut()).last();
        grants_more.or_else(goes_on).map(|(_, bound)| bound)
    }
}
