//! Models of a tenant's ceiling of calls: loom runs each of them once for every order in which its threads can meet, as far as [`check`] bounds
//! them, and reports a thread that waits forever as a deadlock. Run them with `.ci/models`.
//!
//! What is modelled: calls that come in at once, wait, leave and give up, and a ceiling that is raised meanwhile. Each waker takes the lock of
//! the line when it is woken or dropped, so that to do either under the lock is a deadlock.
//!
//! What is not modelled: more threads and more switches between them than [`check`] names. The order of arrival is no matter of threads; tests of
//! the whole library show it.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Wake;

use loom::thread;

use super::*;

/// A model in all orders with at most three switches between threads where none was forced.
fn check(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

/// A ceiling, and how many calls are below it as they see it themselves.
struct Tenant {
    admission: Admission,
    inside: AtomicU64,
}

impl Tenant {
    fn new(most: u64) -> Arc<Tenant> {
        Arc::new(Tenant { admission: Admission::new(most, 9), inside: AtomicU64::new(0) })
    }
}

struct Locking {
    tenant: Arc<Tenant>,
    inner: Waker,
}

impl Wake for Locking {
    fn wake(self: Arc<Self>) {
        self.tenant.admission.waiting();
        self.inner.wake_by_ref();
    }
}

impl Drop for Locking {
    fn drop(&mut self) {
        self.tenant.admission.waiting();
    }
}

fn locking(tenant: &Arc<Tenant>, inner: &Waker) -> Waker {
    Waker::from(Arc::new(Locking { tenant: tenant.clone(), inner: inner.clone() }))
}

/// Comes in, waiting if it must.
fn enter(tenant: &Arc<Tenant>) {
    if !tenant.admission.try_enter() {
        let mut entering = pin!(tenant.admission.enter());
        let entered = loom::future::block_on(poll_fn(|task| {
            entering.as_mut().poll(&mut Context::from_waker(&locking(tenant, task.waker())))
        }));
        assert!(entered.is_ok(), "the line is long enough");
    }
}

/// Comes in and leaves. No more than `most` are ever in.
fn call(tenant: &Arc<Tenant>, most: u64) {
    enter(tenant);
    assert!(tenant.inside.fetch_add(1, Ordering::Relaxed) < most, "more are in than may be");
    tenant.inside.fetch_sub(1, Ordering::Relaxed);
    tenant.admission.leave();
}

fn assert_nobody_is_left(tenant: &Tenant) {
    assert_eq!(tenant.admission.calls.load(Ordering::Relaxed), 0);
    assert!(tenant.admission.line().waiting.is_empty());
}

#[test]
fn no_more_calls_are_in_than_may_be_and_each_has_its_turn() {
    check(|| {
        let tenant = Tenant::new(1);
        let others = [(); 2].map(|()| {
            let tenant = tenant.clone();
            thread::spawn(move || call(&tenant, 1))
        });
        call(&tenant, 1);
        others.into_iter().for_each(|other| other.join().unwrap());
        assert_nobody_is_left(&tenant);
    });
}

#[test]
fn who_gives_up_passes_its_turn_on() {
    check(|| {
        let tenant = Tenant::new(1);
        enter(&tenant);
        let gives_up = thread::spawn({
            let tenant = tenant.clone();
            move || {
                let mut entering = pin!(tenant.admission.enter());
                // Given up at the first look: perhaps it waits, and perhaps it has come in.
                let waker = locking(&tenant, Waker::noop());
                if entering.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
                    tenant.admission.leave();
                }
            }
        });
        let waits = thread::spawn({
            let tenant = tenant.clone();
            move || call(&tenant, 1)
        });
        tenant.admission.leave();
        gives_up.join().unwrap();
        waits.join().unwrap();
        assert_nobody_is_left(&tenant);
    });
}

#[test]
fn a_ceiling_that_is_raised_lets_in_who_waits() {
    check(|| {
        let tenant = Tenant::new(0);
        let others = [(); 2].map(|()| {
            let tenant = tenant.clone();
            thread::spawn(move || call(&tenant, 2))
        });
        tenant.admission.set_most(2);
        others.into_iter().for_each(|other| other.join().unwrap());
        assert_nobody_is_left(&tenant);
    });
}

#[test]
fn a_ceiling_that_is_lowered_keeps_nobody_waiting_for_ever() {
    check(|| {
        let tenant = Tenant::new(2);
        let other = thread::spawn({
            let tenant = tenant.clone();
            move || call(&tenant, 2)
        });
        enter(&tenant);
        tenant.admission.set_most(1);
        tenant.admission.leave();
        call(&tenant, 2);
        other.join().unwrap();
        assert_nobody_is_left(&tenant);
    });
}
