//! Waiting for the answer of a call that came before.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::panics::woken;
use crate::sync::{Mutex, MutexGuard};

/// Gives the answer of the call that runs; `None` if it ended without one. Dropping it does not cancel the call.
pub(crate) struct Joined {
    outcome: Arc<Outcome>,
    /// The number under which its waker is kept.
    number: Option<u64>,
}

/// What those that joined a call wait for.
pub(super) struct Outcome {
    state: Mutex<State>,
}

struct State {
    /// How the call ended, once it has.
    end: Option<Option<Arc<[u8]>>>,
    wakers: BTreeMap<u64, Waker>,
    last_number: u64,
}

impl Outcome {
    pub(super) fn new() -> Arc<Outcome> {
        Arc::new(Outcome { state: Mutex::new(State { end: None, wakers: BTreeMap::new(), last_number: 0 }) })
    }

    pub(super) fn join(self: &Arc<Self>) -> Joined {
        Joined { outcome: self.clone(), number: None }
    }

    /// Tells all who joined.
    pub(super) fn end(&self, reply: Option<Arc<[u8]>>) {
        let mut state = self.state();
        state.end = Some(reply);
        let wakers = std::mem::take(&mut state.wakers);
        drop(state);
        wakers.into_values().for_each(woken);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Future for Joined {
    type Output = Option<Arc<[u8]>>;

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Arc<[u8]>>> {
        // Wakers are made and dropped outside the lock, as they are woken: all of that runs their executor's code.
        let waker = task.waker().clone();
        let this = &mut *self;
        let mut state = this.outcome.state();
        if let Some(end) = state.end.clone() {
            drop(state);
            return Poll::Ready(end);
        }
        let number = *this.number.get_or_insert_with(|| {
            state.last_number += 1;
            state.last_number
        });
        let before = state.wakers.insert(number, waker);
        drop(state);
        drop(before);
        Poll::Pending
    }
}

impl Drop for Joined {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            let waker = self.outcome.state().wakers.remove(&number);
            drop(waker);
        }
    }
}
