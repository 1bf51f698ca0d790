//! How many calls come into a tenant at a time, and which wait.
//!
//! # Invariants
//!
//! * A call that finds room while nobody waits comes in by one atomic step, and leaves by another.
//! * Calls that wait come in in the order of their arrival: while there is a line, whoever comes joins it.
//! * Whoever stops waiting passes on the wake-up that was meant for it.
//! * No waker is cloned, woken or dropped under the lock.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::PoisonError;
use std::task::{Context, Poll, Waker};

use crate::panics::woken;
use crate::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use crate::sync::{Mutex, MutexGuard};

/// The calls that are in a tenant, and the line before it.
pub(crate) struct Admission {
    /// How many calls are in, times [`ONE`], and [`LINE`].
    calls: AtomicU64,
    /// How many may be.
    most: AtomicU64,
    /// How many may wait.
    most_waiting: AtomicUsize,
    line: Mutex<Line>,
}

/// Set while calls wait, so that whoever comes or leaves looks at them.
const LINE: u64 = 1;
const ONE: u64 = 2;

/// As many calls as anybody can make.
pub(crate) const NO_LIMIT: u64 = u64::MAX;

#[derive(Default)]
struct Line {
    /// Who waits, by number, so that the first is the one that came first. Whoever was woken has no waker until it is polled again.
    waiting: BTreeMap<u64, Option<Waker>>,
    last_number: u64,
}

/// The line is as long as it may be, which is so many calls.
#[derive(Debug)]
pub(crate) struct Full(pub(crate) usize);

impl Admission {
    pub(crate) fn new(most: u64, most_waiting: usize) -> Admission {
        Admission {
            calls: AtomicU64::new(0),
            most: AtomicU64::new(most),
            most_waiting: AtomicUsize::new(most_waiting),
            line: Mutex::new(Line::default()),
        }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        // Nothing panics between two states of the line, so it is whole even if the lock is poisoned.
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a call in, if there is room and nobody waits.
    #[inline]
    pub(crate) fn try_enter(&self) -> bool {
        self.take(LINE)
    }

    /// Takes a place, if there is one and none of these bits is set.
    #[inline]
    fn take(&self, unless: u64) -> bool {
        let most = self.most.load(Ordering::Relaxed);
        let mut calls = self.calls.load(Ordering::Relaxed);
        while calls & unless == 0 && calls / ONE < most {
            match self.calls.compare_exchange_weak(calls, calls + ONE, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(now) => calls = now,
            }
        }
        false
    }

    /// Lets a call in when it is its turn. Dropping the future gives the turn up.
    pub(crate) fn enter(&self) -> Entering<'_> {
        Entering { admission: self, number: None }
    }

    /// A call leaves that was let in.
    #[inline]
    pub(crate) fn leave(&self) {
        if self.calls.fetch_sub(ONE, Ordering::AcqRel) & LINE != 0 {
            self.wake_next();
        }
    }

    #[cold]
    fn wake_next(&self) {
        let next = self.next(&mut self.line());
        next.into_iter().for_each(woken);
    }

    /// The waker of the first who waits, if there is room for it and it was not woken before.
    fn next(&self, line: &mut Line) -> Option<Waker> {
        let room = self.running() < self.most.load(Ordering::Relaxed);
        line.waiting.first_entry().filter(|_| room).and_then(|mut first| first.get_mut().take())
    }

    /// How many calls are in.
    pub(crate) fn running(&self) -> u64 {
        self.calls.load(Ordering::Relaxed) / ONE
    }

    /// How many wait.
    pub(crate) fn waiting(&self) -> usize {
        self.line().waiting.len()
    }

    /// How many may be in at a time.
    pub(crate) fn most(&self) -> u64 {
        self.most.load(Ordering::Relaxed)
    }

    /// How many may wait.
    pub(crate) fn most_waiting(&self) -> usize {
        self.most_waiting.load(Ordering::Relaxed)
    }

    /// Sets how many may be in at a time. Those that are in stay.
    pub(crate) fn set_most(&self, most: u64) {
        self.most.store(most, Ordering::Relaxed);
        self.wake_next();
    }

    /// Sets how many may wait. Those that wait stay.
    pub(crate) fn set_most_waiting(&self, most: usize) {
        self.most_waiting.store(most, Ordering::Relaxed);
    }
}

/// Waits until a call may come in.
pub(crate) struct Entering<'a> {
    admission: &'a Admission,
    /// The number of the call while it waits.
    number: Option<u64>,
}

impl Entering<'_> {
    /// Leaves the line, if the call was in it. Gives its waker, and that of the next whose turn has come.
    #[must_use = "to be dropped, and woken, where no lock is held"]
    fn leave(&mut self, line: &mut Line) -> (Option<Waker>, Option<Waker>) {
        let mine = self.number.take().and_then(|number| line.waiting.remove(&number).flatten());
        if line.waiting.is_empty() {
            self.admission.calls.fetch_and(!LINE, Ordering::AcqRel);
        }
        (mine, self.admission.next(line))
    }
}

impl Future for Entering<'_> {
    type Output = Result<(), Full>;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Result<(), Full>> {
        let (this, waker) = (self.get_mut(), task.waker().clone());
        let admission = this.admission;
        let mut line = admission.line();
        // Whoever leaves from here on sees that there is a line. What left before is seen here.
        admission.calls.fetch_or(LINE, Ordering::AcqRel);
        let first = line.waiting.first_key_value().map(|(number, _)| *number) == this.number;
        let most_waiting = admission.most_waiting();
        let ended = match this.number {
            _ if first && admission.take(0) => Some(Ok(())),
            None if line.waiting.len() >= most_waiting => Some(Err(Full(most_waiting))),
            _ => None,
        };
        if let Some(ended) = ended {
            let (mine, next) = this.leave(&mut line);
            drop(line);
            drop((mine, waker));
            next.into_iter().for_each(woken);
            return Poll::Ready(ended);
        }
        let number = *this.number.get_or_insert_with(|| {
            line.last_number += 1;
            line.last_number
        });
        let old = line.waiting.insert(number, Some(waker)).flatten();
        drop(line);
        drop(old);
        Poll::Pending
    }
}

impl Drop for Entering<'_> {
    fn drop(&mut self) {
        if self.number.is_some() {
            let mut line = self.admission.line();
            let (mine, next) = self.leave(&mut line);
            drop(line);
            drop(mine);
            next.into_iter().for_each(woken);
        }
    }
}

impl fmt::Debug for Admission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admission")
            .field("running", &self.running())
            .field("most", &self.most())
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, isorun_loom))]
mod models;
