//! Waiting until the calls of host code have ended: they do not queue, but an instance that retires waits for them.
//!
//! Calls that guests make of a system go by without it: while a guest is wired to an instance, it cannot be retired in the first place.

use std::future::Future;
use std::pin::Pin;
use std::sync::PoisonError;
use std::task::{Context, Poll, Waker};

use crate::panics::woken;
use crate::sync::{Mutex, MutexGuard};

/// The running calls of one system or remote.
#[derive(Debug, Default)]
pub(crate) struct Drain {
    calls: Mutex<Calls>,
}

#[derive(Debug, Default)]
struct Calls {
    running: u32,
    draining: bool,
    /// Whoever waits until no call runs.
    waiting: Option<Waker>,
}

impl Drain {
    /// Lets a call in; `None` if no more are let in.
    pub(crate) fn enter(&self) -> Option<Running<'_>> {
        let mut calls = self.calls();
        if calls.draining {
            return None;
        }
        calls.running += 1;
        Some(Running { drain: self })
    }

    /// Turns new calls away until the answer is dropped; `None` if that is so already.
    pub(crate) fn begin(&self) -> Option<Draining<'_>> {
        let mut calls = self.calls();
        if calls.draining {
            return None;
        }
        calls.draining = true;
        Some(Draining { drain: self })
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.calls().draining
    }

    fn calls(&self) -> MutexGuard<'_, Calls> {
        // Nothing panics under the lock.
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that runs.
pub(crate) struct Running<'a> {
    drain: &'a Drain,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut calls = self.drain.calls();
        calls.running -= 1;
        let waker = if calls.running == 0 { calls.waiting.take() } else { None };
        drop(calls);
        // Outside the lock: what a waker does is its executor's affair.
        if let Some(waker) = waker {
            woken(waker);
        }
    }
}

/// New calls are turned away. Dropping it lets them in again.
pub(crate) struct Draining<'a> {
    drain: &'a Drain,
}

impl Draining<'_> {
    /// Waits until no call runs. It borrows the drain mutably because only one task can wait.
    pub(crate) async fn idle(&mut self) {
        Idle { drain: self.drain }.await;
    }
}

/// Waits until no call runs; dropping it leaves no waker behind.
struct Idle<'a> {
    drain: &'a Drain,
}

impl Future for Idle<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<()> {
        // Wakers are made and dropped outside the lock, as they are woken: all of that runs their executor's code.
        let waker = Some(task.waker().clone());
        let mut calls = self.drain.calls();
        let is_idle = calls.running == 0;
        let old = if is_idle { waker } else { std::mem::replace(&mut calls.waiting, waker) };
        drop(calls);
        drop(old);
        if is_idle { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Drop for Idle<'_> {
    fn drop(&mut self) {
        let waiting = self.drain.calls().waiting.take();
        drop(waiting);
    }
}

impl Drop for Draining<'_> {
    fn drop(&mut self) {
        self.drain.calls().draining = false;
    }
}

#[cfg(all(test, isorun_loom))]
mod models;
