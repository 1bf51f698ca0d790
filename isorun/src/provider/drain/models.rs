//! Models of the drain: loom runs each of them once for every order in which its threads can meet at the lock, as far as [`check`] bounds
//! them, and reports a thread that waits forever as a deadlock. Run them with `.ci/models`.
//!
//! What is modelled: calls that come and end while somebody waits for the last of them. Each waker takes the drain's lock, so that to wake or to
//! drop it under the lock is a deadlock.
//!
//! What is not modelled: more than two calls at once; more switches between threads than [`check`] names; wakers that lock something when they
//! are cloned.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Wake};

use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;

use super::*;

/// A model in all orders with at most three switches between threads where none was forced.
fn check(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

#[derive(Default)]
struct Shared {
    drain: Drain,
    /// Calls that were let in and have not begun to leave.
    inside: AtomicUsize,
}

impl Shared {
    /// A whole call. Answers whether it was let in.
    fn call(&self) -> bool {
        let Some(running) = self.drain.enter() else { return false };
        self.inside.fetch_add(1, Ordering::SeqCst);
        self.inside.fetch_sub(1, Ordering::SeqCst);
        drop(running);
        true
    }

    fn block_on<F: Future>(self: &Arc<Self>, future: F) -> F::Output {
        let mut future = pin!(future);
        loom::future::block_on(poll_fn(|task| {
            let waker = Waker::from(Arc::new(Locking { shared: self.clone(), inner: task.waker().clone() }));
            future.as_mut().poll(&mut Context::from_waker(&waker))
        }))
    }
}

struct Locking {
    shared: Arc<Shared>,
    inner: Waker,
}

impl Wake for Locking {
    fn wake(self: Arc<Self>) {
        self.shared.drain.is_draining();
        self.inner.wake_by_ref();
    }
}

impl Drop for Locking {
    fn drop(&mut self) {
        self.shared.drain.is_draining();
    }
}

#[test]
fn idle_when_nobody_is_inside_and_nobody_enters_before_the_end() {
    check(|| {
        let shared = Arc::new(Shared::default());
        let calls = [(); 2].map(|()| {
            let shared = shared.clone();
            thread::spawn(move || shared.call())
        });
        let mut draining = shared.drain.begin().expect("nobody else drains");
        assert!(shared.drain.begin().is_none());
        assert!(!shared.call(), "a call was let in while it drains");
        shared.block_on(draining.idle());
        assert_eq!(shared.inside.load(Ordering::SeqCst), 0);
        assert_eq!(shared.drain.calls().running, 0);
        drop(draining);
        assert!(shared.call());
        for call in calls {
            call.join().unwrap();
        }
        assert_eq!(shared.drain.calls().running, 0);
    });
}

#[test]
fn the_last_to_leave_wakes_who_waits() {
    check(|| {
        let shared = Arc::new(Shared::default());
        let first = shared.drain.enter().expect("open");
        let mut draining = shared.drain.begin().expect("nobody else drains");
        {
            let mut given_up = pin!(draining.idle());
            assert!(given_up.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        assert!(shared.drain.calls().waiting.is_none(), "whoever gave up is still there");
        drop(draining);
        let second = shared.clone();
        let second = thread::spawn(move || second.call());
        let waits = shared.clone();
        let waits = thread::spawn(move || {
            let mut draining = waits.drain.begin().expect("nobody else drains");
            waits.block_on(draining.idle());
            assert_eq!(waits.inside.load(Ordering::SeqCst), 0);
            assert_eq!(waits.drain.calls().running, 0);
        });
        drop(first);
        second.join().unwrap();
        waits.join().unwrap();
    });
}
