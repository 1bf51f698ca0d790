//! Drives a call's work: polls it quantum by quantum for a slice of time, then lets everything else of the thread run.
//!
//! A guest returns here at the end of each quantum of fuel (see `store/quantum.rs`), which takes some microseconds. While its slice lasts it is
//! polled again at once. Then the call gives way as `tokio::task::yield_now` does, which lets timers and sockets be looked at, and goes on
//! when it is its turn among those that have used up a slice (see `turns`). In other executors it gives way by waking its task.
//!
//! Of a tree of calls the outermost decides. A call that is made within the poll of another, by a system, is polled by that one's driver.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use super::signal::Own;
use super::turns::Turn;
use crate::clock::{Instant, Timer};
use crate::give_way::Driven;
use crate::limits::deadline::Deadline;

/// Polls one piece of work until it ends or its deadline passes.
pub(crate) struct Driver {
    /// When the work is to be stopped.
    pub(crate) end: Option<Deadline>,
    timer: Option<Timer>,
    slice: Duration,
    /// Time that the work has run since it last gave way.
    used: Duration,
    /// The signal that the work has the waker of, while it waits.
    own: Option<Own>,
    /// Where the call is, once it has used up a slice. Few calls do.
    away: Option<Box<Away>>,
}

/// A call that has used up a slice.
#[derive(Default)]
struct Away {
    /// Lets everything else of the thread run once.
    round: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    turn: Option<Turn>,
}

impl Driver {
    pub(crate) fn new(end: Option<Deadline>, slice: Duration) -> Driver {
        Driver { end, timer: None, slice, used: Duration::ZERO, own: None, away: None }
    }

    /// Polls the work: its value, or its deadline if that has passed. Work that is not the `outermost` of the thread is polled once.
    #[inline]
    pub(crate) fn poll<T>(
        &mut self,
        outermost: bool,
        task: &mut Context<'_>,
        work: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<Result<T, Deadline>> {
        let ended = self.poll_on(outermost, task, work);
        if ended.is_ready() {
            // The caller may hold what has ended, which keeps no turn from others.
            self.away = None;
        }
        ended
    }

    #[inline]
    fn poll_on<T>(
        &mut self,
        outermost: bool,
        task: &mut Context<'_>,
        mut work: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<Result<T, Deadline>> {
        if !outermost {
            return match work(task) {
                Poll::Ready(value) => Poll::Ready(Ok(value)),
                Poll::Pending => self.wait(task),
            };
        }
        if self.away.is_some() && self.come_back(task).is_pending() {
            return self.wait(task);
        }
        // A call that comes back is timed from here. One that is new need not read the clock, since most end within their first quantum.
        let looked = self.away.is_some().then(Instant::now);
        let own = match self.own.take() {
            Some(own) => {
                own.signal.begin();
                own
            }
            None => Own::first(),
        };
        let _driven = Driven::begin();
        // Most calls end here.
        if let Poll::Ready(value) = work(&mut Context::from_waker(&own.waker)) {
            own.keep();
            return Poll::Ready(Ok(value));
        }
        self.go_on(own, looked, task, work)
    }

    /// Goes on with work that has been polled once.
    fn go_on<T>(
        &mut self,
        own: Own,
        mut looked: Option<Instant>,
        task: &mut Context<'_>,
        mut work: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<Result<T, Deadline>> {
        loop {
            if !own.signal.was_woken() && own.signal.wait(task.waker()) {
                // It waits for something, and others of the line need not wait with it.
                self.own = Some(own);
                self.away = None;
                return self.wait(task);
            }
            let now = Instant::now();
            if let Some(end) = self.end.filter(|end| now >= end.at) {
                return Poll::Ready(Err(end));
            }
            let before = looked.replace(now);
            self.used += before.map_or(Duration::ZERO, |before| now.saturating_duration_since(before));
            // A clock that a test has stopped measures nothing. There each quantum is a slice, so that one run is like the next.
            if self.used >= self.slice || before == looked {
                self.own = Some(own);
                self.give_way(task);
                return self.wait(task);
            }
            if let Poll::Ready(value) = work(&mut Context::from_waker(&own.waker)) {
                own.keep();
                return Poll::Ready(Ok(value));
            }
        }
    }

    /// Lets everything else of the thread run once.
    fn give_way(&mut self, task: &mut Context<'_>) {
        self.used = Duration::ZERO;
        let mut round = Box::pin(tokio::task::yield_now()) as Pin<Box<dyn Future<Output = ()> + Send>>;
        let waits = round.as_mut().poll(task).is_pending();
        self.away.get_or_insert_default().round = Some(round).filter(|_| waits);
        if !waits {
            task.waker().wake_by_ref();
        }
    }

    /// Whether the call may go on: everything else has run once, and it is its turn.
    fn come_back(&mut self, task: &mut Context<'_>) -> Poll<()> {
        let Some(away) = &mut self.away else { return Poll::Ready(()) };
        if let Some(round) = &mut away.round {
            ready!(round.as_mut().poll(task));
            away.round = None;
            // The turn that it had goes to the next, and the call waits behind all others.
            away.turn = None;
            away.turn = Some(Turn::new());
        }
        match &mut away.turn {
            Some(turn) => turn.poll(task),
            None => Poll::Ready(()),
        }
    }

    /// Looks whether the deadline has passed, and arms its timer if it has not.
    fn wait<T>(&mut self, task: &mut Context<'_>) -> Poll<Result<T, Deadline>> {
        match self.end {
            Some(deadline) if deadline.poll_passed(&mut self.timer, task) => Poll::Ready(Err(deadline)),
            _ => Poll::Pending,
        }
    }
}
