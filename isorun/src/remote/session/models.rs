//! Models of one session: loom runs each of them once for every order in which its threads can meet at a lock, as far as [`check`] bounds
//! them, and reports a thread that waits forever as a deadlock. Run them with `.ci/models`.
//!
//! What is modelled: a call that is answered or dropped while a duplicate joins it or a cancel arrives. Each waker takes the lock of the table
//! when it is woken or dropped, so that to do either under the lock is a deadlock.
//!
//! What is not modelled: more threads and more switches between them than [`check`] names; wakers that lock something when they are cloned.
//! Bounds are no matter of threads: tests show them.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll, Wake, Waker};

use loom::thread;

use super::*;

/// A model in all orders with at most three switches between threads where none was forced.
fn check(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

struct Locking {
    sessions: Arc<Sessions>,
    inner: Waker,
}

impl Wake for Locking {
    fn wake(self: Arc<Self>) {
        self.sessions.usage();
        self.inner.wake_by_ref();
    }
}

impl Drop for Locking {
    fn drop(&mut self) {
        self.sessions.usage();
    }
}

fn locking(sessions: &Arc<Sessions>, inner: &Waker) -> Waker {
    Waker::from(Arc::new(Locking { sessions: sessions.clone(), inner: inner.clone() }))
}

fn block_on<F: Future>(sessions: &Arc<Sessions>, future: F) -> F::Output {
    let mut future = pin!(future);
    loom::future::block_on(poll_fn(|task| {
        future.as_mut().poll(&mut Context::from_waker(&locking(sessions, task.waker())))
    }))
}

/// A session with a call that runs.
fn running() -> (Arc<Sessions>, Running) {
    let sessions = Arc::new(Sessions::new(Limits::default(), 1));
    let Arrival::First(running) = arrive(&sessions) else { panic!("it is the first") };
    (sessions, running)
}

fn arrive(sessions: &Arc<Sessions>) -> Arrival {
    sessions.arrive(&None, 1, 1, 7, 1, false)
}

#[test]
fn whoever_joins_while_the_call_is_answered_gets_the_answer() {
    check(|| {
        let (sessions, running) = running();
        let duplicate = sessions.clone();
        let duplicate = thread::spawn(move || match arrive(&duplicate) {
            Arrival::Again(joined) => block_on(&duplicate, joined),
            Arrival::Answered(reply) => Some(reply),
            _ => None,
        });
        running.answer(b"seven");
        assert_eq!(duplicate.join().unwrap().as_deref(), Some(&b"seven"[..]));
        assert_eq!(sessions.usage().running, 0);
    });
}

#[test]
fn whoever_joins_while_the_call_is_dropped_is_told_that_it_is_gone() {
    check(|| {
        let (sessions, running) = running();
        let duplicate = sessions.clone();
        let duplicate = thread::spawn(move || match arrive(&duplicate) {
            Arrival::Again(joined) => block_on(&duplicate, joined).is_none(),
            Arrival::Gone => true,
            _ => false,
        });
        drop(running);
        assert!(duplicate.join().unwrap());
        assert_eq!(sessions.usage().running, 0);
    });
}

#[test]
fn whoever_stops_waiting_leaves_no_waker() {
    check(|| {
        let (sessions, running) = running();
        let duplicate = sessions.clone();
        let duplicate = thread::spawn(move || {
            if let Arrival::Again(joined) = arrive(&duplicate) {
                let waker = locking(&duplicate, Waker::noop());
                let _ = pin!(joined).poll(&mut Context::from_waker(&waker));
            }
        });
        running.answer(b"seven");
        duplicate.join().unwrap();
        assert_eq!(Arc::strong_count(&sessions), 1, "a waker is kept");
    });
}

#[test]
fn a_cancel_wakes_the_call_that_waits_for_it() {
    check(|| {
        let (sessions, running) = running();
        let canceller = sessions.clone();
        let canceller = thread::spawn(move || canceller.cancel(&None, 1, 1));
        block_on(&sessions, running.cancelled());
        running.answer(b"stopped");
        canceller.join().unwrap();
        assert_eq!(sessions.usage().running, 0);
    });
}

#[test]
fn a_cancel_that_meets_the_answer_changes_nothing() {
    check(|| {
        let (sessions, running) = running();
        let canceller = sessions.clone();
        let canceller = thread::spawn(move || canceller.cancel(&None, 1, 1));
        {
            let mut cancelled = pin!(running.cancelled());
            let waker = locking(&sessions, Waker::noop());
            let _: Poll<()> = cancelled.as_mut().poll(&mut Context::from_waker(&waker));
        }
        running.answer(b"seven");
        canceller.join().unwrap();
        assert!(matches!(arrive(&sessions), Arrival::Answered(reply) if *reply == *b"seven"));
        assert_eq!(Arc::strong_count(&sessions), 1, "a waker is kept");
    });
}
