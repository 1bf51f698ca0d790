//! Who is inside a system or remote: calls of host code do not queue, but what retires waits for them.
//!
//! Calls that guests make of a system go by without it. Whoever is wired to an instance keeps it from being retired in the first place.

use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

/// The door of one instance of host code.
#[derive(Debug, Default)]
pub(crate) struct Door {
    inside: Mutex<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    calls: u32,
    closed: bool,
    /// Whoever waits until nobody is inside.
    waiting: Option<Waker>,
}

impl Door {
    /// Lets a call in; `None` if no more are let in.
    pub(crate) fn enter(&self) -> Option<Visit<'_>> {
        let mut inside = self.inside();
        if inside.closed {
            return None;
        }
        inside.calls += 1;
        Some(Visit { door: self })
    }

    /// Lets nobody in until the answer is dropped; `None` if it is closed already.
    pub(crate) fn close(&self) -> Option<Shut<'_>> {
        let mut inside = self.inside();
        if inside.closed {
            return None;
        }
        inside.closed = true;
        Some(Shut { door: self })
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.inside().closed
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        // Nothing panics under the lock.
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that is inside.
pub(crate) struct Visit<'a> {
    door: &'a Door,
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        let mut inside = self.door.inside();
        inside.calls -= 1;
        let waker = if inside.calls == 0 { inside.waiting.take() } else { None };
        drop(inside);
        // Outside the lock: what a waker does is its executor's affair.
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// A closed door. Dropping it opens it again.
pub(crate) struct Shut<'a> {
    door: &'a Door,
}

impl Shut<'_> {
    /// Waits until nobody is inside.
    pub(crate) async fn quiet(&self) {
        poll_fn(|task| {
            let mut inside = self.door.inside();
            if inside.calls == 0 {
                return Poll::Ready(());
            }
            let old = inside.waiting.replace(task.waker().clone());
            drop(inside);
            drop(old);
            Poll::Pending
        })
        .await;
    }
}

impl Drop for Shut<'_> {
    fn drop(&mut self) {
        self.door.inside().closed = false;
    }
}
