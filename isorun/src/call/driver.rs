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
use crate::give_way::{Inside, begin_round, begin_step, have_spent, spend};
use crate::limits::deadline::Deadline;
use crate::limits::held::holding;

/// Polls one piece of work until it ends or its deadline passes.
pub(crate) struct Driver {
    /// When the work is to be stopped.
    pub(crate) end: Option<Deadline>,
    /// What is known of work that has not ended at its first poll. Most work does, so it is kept out of the way.
    longer: Option<Box<Longer>>,
}

#[derive(Default)]
struct Longer {
    timer: Option<Timer>,
    /// Since when the host holds the work, whose time does not run meanwhile.
    held: Option<Instant>,
    /// Time that the work has run since it last gave way.
    used: Duration,
    /// The signal whose waker the work has, while it waits.
    own: Option<Own>,
    /// Lets everything else of the thread run once, when a slice is used up.
    round: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    /// Set where the work has to wait for a turn after that: to whether it has itself used up a slice, or comes after others that have.
    queues_up: Option<bool>,
    /// The place in the line of those that have, and the turn to go on.
    turn: Option<Turn>,
}

impl Driver {
    pub(crate) fn new(end: Option<Deadline>) -> Driver {
        Driver { end, longer: None }
    }

    /// Whether the work has no time left, and is not held by the host meanwhile.
    pub(crate) fn is_late(&self) -> bool {
        let held = self.longer.as_ref().is_some_and(|longer| longer.held.is_some());
        !held && self.end.is_some_and(|end| end.has_passed())
    }

    /// Polls the work, inside of a call or not: gives its value, or its deadline if that has passed. Work that is not the outermost of
    /// the thread is polled once, the outermost for a `slice`.
    #[inline]
    pub(crate) fn poll<T>(
        &mut self,
        inside: &Inside,
        slice: Duration,
        task: &mut Context<'_>,
        mut work: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<Result<T, Deadline>> {
        if self.longer.is_some() || !inside.is_outermost() {
            return self.poll_again(inside, slice, task, work);
        }
        let own = Own::first();
        begin_step();
        let (polled, held) = holding(|| work(&mut Context::from_waker(&own.waker)));
        // Most work ends here.
        if let Poll::Ready(value) = polled {
            own.keep();
            return Poll::Ready(Ok(value));
        }
        let longer = self.longer.insert(Box::default());
        longer.is_held(held, &mut self.end);
        let ended = longer.go_on(&mut self.end, slice, (own, None), task, work);
        self.ended(ended)
    }

    /// Polls work that has not ended at its first poll, or that is not the outermost.
    fn poll_again<T>(
        &mut self,
        inside: &Inside,
        slice: Duration,
        task: &mut Context<'_>,
        mut work: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<Result<T, Deadline>> {
        if !inside.is_outermost() {
            begin_step();
            let (polled, held) = holding(|| work(task));
            if let Poll::Ready(value) = polled {
                return self.ended(Poll::Ready(Ok(value)));
            }
            let longer = self.longer.get_or_insert_default();
            longer.is_held(held, &mut self.end);
            let ended = longer.wait(self.end, task);
            return self.ended(ended);
        }
        let longer = self.longer.get_or_insert_default();
        if longer.come_back(slice, task).is_pending() {
            let ended = longer.wait(self.end, task);
            return self.ended(ended);
        }
        // Work that comes back is timed from here. One that is new need not read the clock.
        let looked = longer.turn.is_some().then(Instant::now);
        let own = longer.own.take().unwrap_or_else(Own::new);
        own.signal.begin();
        begin_step();
        let (polled, held) = holding(|| work(&mut Context::from_waker(&own.waker)));
        longer.is_held(held, &mut self.end);
        let ended = match polled {
            Poll::Ready(value) => Poll::Ready(Ok(value)),
            Poll::Pending => longer.go_on(&mut self.end, slice, (own, looked), task, work),
        };
        self.ended(ended)
    }

    /// Work that has ended keeps no turn from others, however long the caller holds it.
    fn ended<T>(&mut self, ended: Poll<T>) -> Poll<T> {
        if ended.is_ready() {
            self.longer = None;
        }
        ended
    }
}

impl Longer {
    /// Goes on with work that has just been polled, whose slice was `looked` at before or not.
    fn go_on<T>(
        &mut self,
        end: &mut Option<Deadline>,
        slice: Duration,
        (own, mut looked): (Own, Option<Instant>),
        task: &mut Context<'_>,
        mut work: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<Result<T, Deadline>> {
        loop {
            if !own.signal.was_woken() && own.signal.wait(task.waker()) {
                // It waits for something, and others of the line need not wait with it.
                self.own = Some(own);
                self.turn = None;
                return self.wait(*end, task);
            }
            let now = Instant::now();
            if let Some(end) = end.filter(|end| self.held.is_none() && now >= end.at) {
                return Poll::Ready(Err(end));
            }
            let before = looked.replace(now);
            let ran = before.map_or(Duration::ZERO, |before| now.saturating_duration_since(before));
            self.used += ran;
            spend(ran);
            // A clock that a test has stopped measures nothing. There each quantum is a slice, so that one run is like the next.
            if self.used >= slice || before == looked {
                (self.own, self.used) = (Some(own), Duration::ZERO);
                self.queues_up = Some(true);
                self.let_others_run(task);
                return self.wait(*end, task);
            }
            // The calls before it have used up the slice of the thread. It has begun, so it has its place in every line.
            if before.is_none() && have_spent(slice) {
                (self.own, self.queues_up) = (Some(own), Some(false));
                self.let_others_run(task);
                return self.wait(*end, task);
            }
            begin_step();
            let (polled, held) = holding(|| work(&mut Context::from_waker(&own.waker)));
            self.is_held(held, end);
            if let Poll::Ready(value) = polled {
                own.keep();
                return Poll::Ready(Ok(value));
            }
        }
    }

    /// Lets everything else of the thread run once.
    fn let_others_run(&mut self, task: &mut Context<'_>) {
        let mut round: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(tokio::task::yield_now());
        if round.as_mut().poll(task).is_pending() {
            self.round = Some(round);
        } else {
            task.waker().wake_by_ref();
        }
    }

    /// Whether the work may go on: if it had used up a slice, everything else has run once, and it is its turn.
    fn come_back(&mut self, slice: Duration, task: &mut Context<'_>) -> Poll<()> {
        if let Some(round) = &mut self.round {
            ready!(round.as_mut().poll(task));
            self.round = None;
            begin_round();
        }
        if let Some(long) = self.queues_up.take() {
            // The turn that it had goes to the next, and the work waits behind all others.
            self.turn = None;
            self.turn = Some(Turn::new(long));
        }
        if let Some(turn) = &mut self.turn {
            ready!(turn.poll(task));
        }
        if self.turn.is_some() && have_spent(slice) {
            // Turns that were short, one after the other, have used up the slice of the thread together.
            self.let_others_run(task);
            return Poll::Pending;
        }
        Poll::Ready(())
    }

    /// Notes what was said in a poll of whether the host holds the work. When it lets it go on, the deadline is so much later.
    fn is_held(&mut self, said: Option<bool>, end: &mut Option<Deadline>) {
        match (said, self.held) {
            (Some(true), None) => self.held = Some(Instant::now()),
            (Some(false), Some(since)) => {
                *end = end.map(|end| end.later_by(since.elapsed()));
                (self.held, self.timer) = (None, None);
            }
            _ => {}
        }
    }

    /// Looks whether the deadline has passed, and arms its timer if it has not.
    fn wait<T>(&mut self, end: Option<Deadline>, task: &mut Context<'_>) -> Poll<Result<T, Deadline>> {
        match end.filter(|_| self.held.is_none()) {
            Some(deadline) if deadline.poll_passed(&mut self.timer, task) => Poll::Ready(Err(deadline)),
            _ => Poll::Pending,
        }
    }
}
