//! The waker that a call's work is polled with.
//!
//! wasmtime wakes its task at the end of each quantum. If that were the caller's own task, its executor would poll it again and again, and
//! look at nothing else. So the work gets a waker of its own, which tells the driver whether it was woken while it was polled, and passes
//! later wakes on.
//!
//! # Invariants
//!
//! * A wake is never lost: it is either seen by the driver before it returns, or passed on to the task.
//! * The task is woken only for what happens after its poll, or while that ends.
//! * No waker is cloned, woken or dropped under the lock.

use std::cell::Cell;
use std::sync::{Arc, PoisonError};
use std::task::{Wake, Waker};

use crate::panics::woken;
use crate::sync::Mutex;
use crate::sync::atomic::{AtomicU8, Ordering};

/// Tells a driver that its work was woken.
pub(super) struct Signal {
    state: AtomicU8,
    /// The task to wake, while the work waits.
    task: Mutex<Option<Waker>>,
}

/// The work is being polled, or is about to be: wakes are kept.
const POLLED: u8 = 0;
/// It was woken.
const WOKEN: u8 = 1;
/// It waits: the next wake goes to the task.
const WAITING: u8 = 2;

impl Signal {
    pub(super) fn new() -> Signal {
        Signal { state: AtomicU8::new(POLLED), task: Mutex::new(None) }
    }

    /// Begins a poll. From now on wakes are kept.
    pub(super) fn begin(&self) {
        if self.state.swap(POLLED, Ordering::AcqRel) == WAITING {
            drop(self.take());
        }
    }

    /// Whether there was a wake since the last poll began; another poll begins now.
    #[inline]
    pub(super) fn was_woken(&self) -> bool {
        self.state.swap(POLLED, Ordering::AcqRel) == WOKEN
    }

    /// Lets the next wake go to the task. Returns whether the work waits; if it was woken meanwhile, another poll begins now.
    pub(super) fn wait(&self, task: &Waker) -> bool {
        let task = Some(task.clone());
        let before = std::mem::replace(&mut *self.lock(), task);
        drop(before);
        let waits = self.state.compare_exchange(POLLED, WAITING, Ordering::AcqRel, Ordering::Acquire).is_ok();
        if !waits {
            self.state.store(POLLED, Ordering::Release);
            drop(self.take());
        }
        waits
    }

    fn take(&self) -> Option<Waker> {
        self.lock().take()
    }

    fn lock(&self) -> crate::sync::MutexGuard<'_, Option<Waker>> {
        // Nothing panics under the lock.
        self.task.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.state.swap(WOKEN, Ordering::AcqRel) == WAITING
            && let Some(task) = self.take()
        {
            woken(task);
        }
    }
}

/// A signal, and the same as a waker.
pub(super) struct Own {
    pub(super) signal: Arc<Signal>,
    pub(super) waker: Waker,
}

thread_local! {
    /// The signal of the last call on this thread that ended without waiting. Most calls do, so that few need one made for them.
    static KEPT: Cell<Option<Own>> = const { Cell::new(None) };
}

impl Own {
    /// A signal for a call that is polled for the first time.
    #[inline]
    pub(super) fn first() -> Own {
        KEPT.try_with(Cell::take).ok().flatten().unwrap_or_else(Own::new)
    }

    #[cold]
    pub(super) fn new() -> Own {
        let signal = Arc::new(Signal::new());
        Own { waker: Waker::from(signal.clone()), signal }
    }

    /// Keeps it for the next call. What still holds its waker can wake that call once too often, which does no harm.
    #[inline]
    pub(super) fn keep(self) {
        // What woke it in its last poll is no wake for the next call.
        self.signal.state.store(POLLED, Ordering::Relaxed);
        // On a thread that is ending there is no next call.
        let _ = KEPT.try_with(|kept| kept.set(Some(self)));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[derive(Default)]
    struct Task(AtomicUsize);

    impl Wake for Task {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn a_wake_is_kept_while_the_work_is_polled_and_passed_on_while_it_waits() {
        let (own, task) = (Own::new(), Arc::<Task>::default());
        let waker = Waker::from(task.clone());
        own.signal.begin();
        own.waker.wake_by_ref();
        assert!(own.signal.was_woken() && !own.signal.was_woken());
        assert!(own.signal.wait(&waker));
        assert_eq!(task.0.load(Ordering::Relaxed), 0);
        own.waker.wake_by_ref();
        own.waker.wake_by_ref();
        assert_eq!(task.0.load(Ordering::Relaxed), 1);
        own.signal.begin();
        own.waker.wake_by_ref();
        assert!(!own.signal.wait(&waker), "it was woken before");
        assert!(own.signal.wait(&waker));
        own.signal.begin();
        assert_eq!((task.0.load(Ordering::Relaxed), Arc::strong_count(&task)), (1, 2), "a waker is kept");
    }
}

#[cfg(all(test, isorun_loom))]
mod models {
    use loom::thread;

    use super::*;

    /// A driver that polls until its work is done, and sleeps only when its signal lets it.
    #[test]
    fn no_wake_is_lost() {
        loom::model(|| {
            let signal = Arc::new(Signal::new());
            let done = Arc::new(AtomicU8::new(0));
            let (waker, work) = (Waker::from(signal.clone()), done.clone());
            let worker = thread::spawn(move || {
                work.store(1, Ordering::Release);
                waker.wake();
            });
            loom::future::block_on(std::future::poll_fn(|task| {
                signal.begin();
                loop {
                    if done.load(Ordering::Acquire) == 1 {
                        return std::task::Poll::Ready(());
                    }
                    if !signal.was_woken() && signal.wait(task.waker()) {
                        return std::task::Poll::Pending;
                    }
                }
            }));
            worker.join().unwrap();
        });
    }
}
