//! A call that is served by whoever polls for frames, where there is no runtime that could be given a task.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Wake, Waker};

use super::Shared;
use crate::panics::woken;

/// A served call, and a waker of its own, so that only those that can go on are polled.
pub(super) struct Local {
    link: Weak<Shared>,
    work: Mutex<Work>,
    /// Whether it stands with those that are to be polled.
    is_ready: AtomicBool,
}

enum Work {
    Idle(Pin<Box<dyn Future<Output = ()> + Send>>),
    /// It is being polled; and whether it was to be polled meanwhile.
    Polled {
        again: bool,
    },
    Ended,
}

impl Local {
    /// A call that stands with those that are to be polled.
    pub(super) fn new(link: Weak<Shared>, work: impl Future<Output = ()> + Send + 'static) -> Arc<Local> {
        Arc::new(Local { link, work: Mutex::new(Work::Idle(Box::pin(work))), is_ready: AtomicBool::new(true) })
    }

    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn poll(self: Arc<Self>) {
        let mut idle = {
            let mut work = self.work();
            self.is_ready.store(false, Ordering::Release);
            match mem::replace(&mut *work, Work::Polled { again: false }) {
                Work::Idle(idle) => idle,
                Work::Polled { .. } => {
                    *work = Work::Polled { again: true };
                    return;
                }
                Work::Ended => {
                    *work = Work::Ended;
                    return;
                }
            }
        };
        let waker = Waker::from(self.clone());
        let poll = idle.as_mut().poll(&mut Context::from_waker(&waker));
        let mut work = self.work();
        let again = matches!(*work, Work::Polled { again: true });
        match *work {
            Work::Polled { .. } if poll.is_pending() => *work = Work::Idle(idle),
            _ => {
                *work = Work::Ended;
                drop(work);
                // Somebody's code, which is not to run under the lock.
                return drop(idle);
            }
        }
        drop(work);
        if again {
            waker.wake();
        }
    }

    pub(super) fn stop(&self) {
        let work = mem::replace(&mut *self.work(), Work::Ended);
        drop(work);
    }
}

impl Wake for Local {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.is_ready.swap(true, Ordering::AcqRel) {
            return;
        }
        let Some(link) = self.link.upgrade() else { return };
        let mut state = link.state();
        if state.ended.is_none() {
            state.ready.push_back(self.clone());
        }
        let sender = state.sender();
        drop(state);
        sender.into_iter().for_each(woken);
    }
}
