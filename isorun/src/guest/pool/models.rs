//! Models of the pool: loom runs each of them once for every order in which its threads can meet at a lock, as far as [`check`] bounds them,
//! and reports a thread that waits forever as a deadlock.
//!
//! Run them with `.ci/models`. They need no engine, because the pool does not know what a store is.
//!
//! What is modelled: permits and places that come back whatever becomes of a call, wake-ups that are passed on, the order of arrival, and closing the pool
//! against calls that come, wait and end. Every store and every waker here takes the pool's lock when it is dropped or woken, so that each
//! model also ends in a deadlock where the pool drops a store or a waker, or wakes somebody, under its lock.
//!
//! What is not modelled: more threads and more switches between them than [`check`] names; the executor and the timers (those are
//! kept for each thread, and shared by none); wakers that lock something when they are cloned, which a waker made of an `Arc` cannot.
//! That a store is with one call at a time needs no model: `S` is not `Clone`. What a model counts are the calls that run at once.

use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Weak;
use std::task::Wake;

use super::*;
use crate::guest::policy::Floor;
use crate::limits::places::Places;

type Pool = StorePool<Store, App>;
type Taking = Pin<Box<dyn Future<Output = Result<Permit<Store, App>, Refused>> + Send>>;

/// A model in all orders with at most three switches between threads where none was forced.
fn check(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

/// What a store is made from.
#[derive(Clone)]
struct App;

impl Model for App {
    fn need(&self) -> Need {
        Need { takes: stores(1), ..Need::default() }
    }
}

fn stores(stores: u32) -> Places {
    Places { stores, ..Places::default() }
}

/// A store that takes the lock of its pool when it is dropped. What it is made in goes after it.
struct Store(Weak<Shared>, #[expect(dead_code, reason = "only its drop matters")] Option<Place>);

impl Drop for Store {
    fn drop(&mut self) {
        if let Some(shared) = self.0.upgrade() {
            shared.pool.counters();
        }
    }
}

/// A pool, and what its calls do, seen from outside.
struct Shared {
    pool: Pool,
    permits: u32,
    /// Calls that hold a permit.
    running: AtomicUsize,
    /// Who was served, in this order.
    served: loom::sync::Mutex<Vec<&'static str>>,
}

impl Shared {
    fn new(permits: u32, restart: Restart) -> Arc<Shared> {
        Shared::with(Reuse::pool(permits), permits, restart, Capacity::new(stores(permits)))
    }

    fn with(reuse: Reuse, permits: u32, restart: Restart, capacity: Arc<Capacity>) -> Arc<Shared> {
        let policy = Policy { floor: Floor::default(), reuse, restart, queue: 8 };
        let pool = StorePool::new(App, None, policy, capacity);
        let (running, served) = (AtomicUsize::new(0), loom::sync::Mutex::new(Vec::new()));
        Arc::new(Shared { pool, permits, running, served })
    }

    fn taking(self: &Arc<Self>) -> Taking {
        let shared = self.clone();
        Box::pin(async move { shared.pool.take(false).await })
    }

    /// A call that is in the line already.
    fn waiting(self: &Arc<Self>) -> Taking {
        let mut taking = self.taking();
        let waker = Waker::from(Arc::new(Locking { shared: self.clone(), inner: Waker::noop().clone() }));
        assert!(taking.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        taking
    }

    /// Waits with a waker that takes the lock of the pool when it is used.
    fn block_on<F: Future>(self: &Arc<Self>, future: F) -> F::Output {
        let mut future = pin!(future);
        loom::future::block_on(poll_fn(|task| {
            let waker = Waker::from(Arc::new(Locking { shared: self.clone(), inner: task.waker().clone() }));
            future.as_mut().poll(&mut Context::from_waker(&waker))
        }))
    }

    /// Waits for a permit, and notes that the call runs.
    fn begin(self: &Arc<Self>, name: &'static str, taking: Taking) -> Result<Store, Refused> {
        let permit = self.block_on(taking)?;
        Ok(self.began(
            name,
            match permit {
                Permit::Store(store) => store,
                Permit::Empty(App, place) => Store(Arc::downgrade(self), Some(place)),
                Permit::Elsewhere(App) => unreachable!("the app is here"),
            },
        ))
    }

    fn began(&self, name: &'static str, store: Store) -> Store {
        let before = self.running.fetch_add(1, Ordering::SeqCst);
        assert!(before < self.permits as usize, "more calls run than there are permits");
        self.served.lock().unwrap().push(name);
        store
    }

    fn end(&self, store: Store) {
        self.running.fetch_sub(1, Ordering::SeqCst);
        self.pool.end(store, 1);
    }

    /// A call that lost its store, as `guest::turn` does it: the store goes first.
    fn fault(&self, store: Store) {
        self.running.fetch_sub(1, Ordering::SeqCst);
        drop(store);
        let instance = "app".into();
        self.pool.fault(Arc::new(CallError::Retiring { instance }), true, 1);
    }

    /// A whole call. Answers whether it ran.
    fn call(self: &Arc<Self>, name: &'static str, taking: Taking) -> bool {
        let store = self.begin(name, taking);
        store.map(|store| self.end(store)).is_ok()
    }

    fn spawn<T: 'static>(self: &Arc<Self>, run: impl FnOnce(&Arc<Shared>) -> T + 'static) -> thread::JoinHandle<T> {
        let shared = self.clone();
        thread::spawn(move || run(&shared))
    }

    /// Nobody runs or waits, and every permit is there.
    fn assert_at_rest(&self) {
        let queue = self.pool.queue();
        assert_eq!((queue.running, queue.waiting.len()), (0, 0));
        assert_eq!(queue.empty + queue.rest.len() as u32, self.permits, "a permit is lost, or there is one too many");
    }
}

struct Locking {
    shared: Arc<Shared>,
    inner: Waker,
}

impl Wake for Locking {
    fn wake(self: Arc<Self>) {
        self.shared.pool.counters();
        self.inner.wake_by_ref();
    }
}

impl Drop for Locking {
    fn drop(&mut self) {
        self.shared.pool.counters();
    }
}

fn restarts() -> Restart {
    Restart::Limited { max: 100, within: std::time::Duration::MAX }
}

#[test]
fn every_permit_comes_back() {
    for permits in [1, 2] {
        check(move || {
            let shared = Shared::new(permits, restarts());
            let ends = shared.spawn(|shared| shared.call("ends", shared.taking()));
            let faults = shared.spawn(|shared| {
                let store = shared.begin("faults", shared.taking()).ok().expect("a permit");
                shared.fault(store);
            });
            // Given up at the first poll: perhaps it waits, and perhaps it has a permit, which it puts back.
            let mut given_up = shared.taking();
            match given_up.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(Ok(_)) => shared.pool.put(None),
                Poll::Ready(Err(_)) => panic!("refused"),
                Poll::Pending => drop(given_up),
            }
            assert!(ends.join().unwrap());
            faults.join().unwrap();
            shared.assert_at_rest();
        });
    }
}

#[test]
fn who_gives_up_passes_the_wake_up_on() {
    check(|| {
        let shared = Shared::new(1, restarts());
        let running = shared.begin("running", shared.taking()).ok().expect("a permit");
        let (first, second) = (shared.waiting(), shared.waiting());
        let second = shared.spawn(|shared| shared.call("second", second));
        let first = shared.spawn(|_| drop(first));
        shared.end(running);
        first.join().unwrap();
        assert!(second.join().unwrap());
        shared.assert_at_rest();
    });
}

#[test]
fn who_gives_up_after_it_was_woken_passes_the_wake_up_on() {
    check(|| {
        let shared = Shared::new(1, restarts());
        let running = shared.begin("running", shared.taking()).ok().expect("a permit");
        let (first, mut second, third) = (shared.waiting(), shared.waiting(), shared.waiting());
        // Its turn comes, and it is polled with another waker before it goes.
        shared.end(running);
        let first = shared.spawn(|_| drop(first));
        match second.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(_)) => shared.pool.put(None),
            Poll::Ready(Err(_)) => panic!("refused"),
            Poll::Pending => {}
        }
        let third = shared.spawn(|shared| shared.call("third", third));
        drop(second);
        first.join().unwrap();
        assert!(third.join().unwrap());
        shared.assert_at_rest();
    });
}

#[test]
fn who_gives_up_waiting_for_the_end_is_woken_no_more() {
    check(|| {
        let shared = Shared::new(1, restarts());
        let running = shared.begin("running", shared.taking()).ok().expect("a permit");
        let mut closed = shared.pool.retire().expect("open");
        let ends = shared.spawn(|shared| shared.end(running));
        {
            let mut given_up = pin!(closed.idle());
            let _ = given_up.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        }
        assert!(shared.pool.queue().watcher.is_none());
        shared.block_on(closed.idle());
        ends.join().unwrap();
        drop(closed);
        shared.assert_at_rest();
    });
}

#[test]
fn two_free_permits_wake_two() {
    check(|| {
        let shared = Shared::new(2, restarts());
        let running = [(); 2].map(|()| shared.begin("running", shared.taking()).ok().expect("a permit"));
        let (first, second) = (shared.waiting(), shared.waiting());
        // The first keeps its permit until the second has run: the second must not depend on it.
        let second = shared.spawn(|shared| shared.call("second", second));
        let first = shared.spawn(|shared| shared.begin("first", first).ok().expect("a permit"));
        running.into_iter().for_each(|store| shared.end(store));
        assert!(second.join().unwrap());
        shared.end(first.join().unwrap());
        shared.assert_at_rest();
    });
}

#[test]
fn nobody_overtakes_who_waits() {
    check(|| {
        let shared = Shared::new(1, restarts());
        let running = shared.begin("running", shared.taking()).ok().expect("a permit");
        let first = shared.waiting();
        let first = shared.spawn(|shared| shared.call("first", first));
        let later = shared.spawn(|shared| match shared.pool.try_take() {
            Some(store) => {
                let store = shared.began("later", store);
                shared.end(store);
                true
            }
            None => shared.call("later", shared.taking()),
        });
        shared.end(running);
        assert!(first.join().unwrap() && later.join().unwrap());
        assert_eq!(*shared.served.lock().unwrap(), ["running", "first", "later"]);
        shared.assert_at_rest();
    });
}

#[test]
fn suspended_is_idle_when_nobody_runs_and_all_go_on_afterwards() {
    check(|| {
        let shared = Shared::new(1, restarts());
        let running = shared.begin("running", shared.taking()).ok().expect("a permit");
        let waits = shared.waiting();
        let ends = shared.spawn(|shared| shared.end(running));
        let waits = shared.spawn(|shared| shared.call("waits", waits));
        let mut closed = shared.pool.suspend().expect("open");
        shared.block_on(closed.idle());
        assert_eq!(shared.running.load(Ordering::SeqCst), 0);
        let before = closed.swap(App, Some(Store(Arc::downgrade(&shared), None)));
        drop(before);
        assert_eq!(shared.running.load(Ordering::SeqCst), 0, "a call began while the pool was suspended");
        drop(closed);
        assert!(waits.join().unwrap());
        ends.join().unwrap();
        shared.assert_at_rest();
    });
}

#[test]
fn retiring_is_idle_when_nobody_runs_or_waits() {
    check(|| {
        let shared = Shared::new(1, restarts());
        let running = shared.begin("running", shared.taking()).ok().expect("a permit");
        let (waits, gives_up) = (shared.waiting(), shared.waiting());
        let mut closed = shared.pool.retire().expect("open");
        assert!(matches!(shared.block_on(shared.taking()), Err(Refused::Retiring)));
        let waits = shared.spawn(|shared| shared.call("waits", waits));
        let others = shared.spawn(|shared| {
            shared.end(running);
            drop(gives_up);
        });
        shared.block_on(closed.idle());
        shared.assert_at_rest();
        closed.remove();
        assert!(matches!(shared.block_on(shared.taking()), Err(Refused::Removed)));
        // Who came before it retired has run.
        assert!(waits.join().unwrap());
        others.join().unwrap();
    });
}

#[test]
fn calls_that_come_while_it_retires_run_or_are_told() {
    check(|| {
        let shared = Shared::new(1, restarts());
        let comes = shared.spawn(|shared| match shared.begin("comes", shared.taking()) {
            Ok(store) => shared.end(store),
            Err(refused) => assert!(matches!(refused, Refused::Retiring | Refused::Removed)),
        });
        let mut closed = shared.pool.retire().expect("open");
        shared.block_on(closed.idle());
        assert_eq!(shared.running.load(Ordering::SeqCst), 0);
        closed.remove();
        comes.join().unwrap();
        assert_eq!(shared.pool.counters().running, 0);
    });
}

#[test]
fn who_waits_is_told_that_the_instance_is_removed() {
    check(|| {
        let shared = Shared::new(1, restarts());
        let mut closed = shared.pool.suspend().expect("open");
        let (first, second) = (shared.waiting(), shared.waiting());
        let told = |taking: Taking| {
            shared.spawn(|shared| assert!(matches!(shared.begin("told", taking), Err(Refused::Removed))))
        };
        let (first, second) = (told(first), told(second));
        shared.block_on(closed.idle());
        closed.remove();
        first.join().unwrap();
        second.join().unwrap();
    });
}

#[test]
fn who_waits_is_told_that_the_instance_is_poisoned() {
    check(|| {
        let shared = Shared::new(1, Restart::Never);
        let running = shared.begin("running", shared.taking()).ok().expect("a permit");
        let (first, second) = (shared.waiting(), shared.waiting());
        let told = |taking: Taking| {
            shared.spawn(|shared| assert!(matches!(shared.begin("told", taking), Err(Refused::Poisoned(_)))))
        };
        let (first, second) = (told(first), told(second));
        shared.fault(running);
        first.join().unwrap();
        second.join().unwrap();
        shared.assert_at_rest();
    });
}

#[test]
fn stores_at_rest_are_dropped_outside_the_lock() {
    check(|| {
        let shared = Shared::new(2, Restart::Never);
        let [one, two] = [(); 2].map(|()| shared.begin("running", shared.taking()).ok().expect("a permit"));
        let third = shared.waiting();
        let third = shared.spawn(|shared| {
            shared.call("third", third);
        });
        // One is put to rest, unless the fault was first: then it is unfit. The fault throws away the one at rest.
        let ends = shared.spawn(|shared| shared.end(one));
        shared.fault(two);
        ends.join().unwrap();
        third.join().unwrap();
        shared.assert_at_rest();
        assert_eq!(shared.pool.counters().stores, 0);
    });
}

/// An instance in a runtime of one place, and that place, which another instance has.
fn crowded(reuse: Reuse) -> (Arc<Shared>, Place) {
    let capacity = Capacity::new(stores(1));
    let held = capacity.take(App.need()).ok().expect("a place");
    (Shared::with(reuse, 1, restarts(), capacity), held)
}

impl Shared {
    /// Nobody runs or waits, and no place is taken.
    fn assert_empty(&self) {
        let queue = self.pool.queue();
        assert_eq!((queue.running, queue.waiting.len()), (0, 0));
        assert!(queue.ticket.is_none());
        let in_use = self.pool.capacity.in_use();
        assert_eq!((in_use.used, in_use.waiting), (Places::default(), 0));
    }
}

#[test]
fn who_waits_for_a_place_gets_it_and_the_next_one_after_it() {
    check(|| {
        let (shared, held) = crowded(Reuse::Fresh);
        let (first, second) = (shared.waiting(), shared.waiting());
        let first = shared.spawn(|shared| shared.call("first", first));
        let second = shared.spawn(|shared| shared.call("second", second));
        drop(held);
        assert!(first.join().unwrap() && second.join().unwrap());
        assert_eq!(*shared.served.lock().unwrap(), ["first", "second"]);
        shared.assert_empty();
    });
}

#[test]
fn who_gives_up_waiting_for_a_place_leaves_it_to_the_next() {
    check(|| {
        let (shared, held) = crowded(Reuse::Fresh);
        let (first, second) = (shared.waiting(), shared.waiting());
        let second = shared.spawn(|shared| shared.call("second", second));
        let first = shared.spawn(|_| drop(first));
        drop(held);
        first.join().unwrap();
        assert!(second.join().unwrap());
        shared.assert_empty();
    });
}

#[test]
fn an_instance_that_is_suspended_waits_for_no_place() {
    check(|| {
        let (shared, held) = crowded(Reuse::Fresh);
        let waits = shared.waiting();
        let waits = shared.spawn(|shared| shared.call("waits", waits));
        let gone = shared.spawn(move |_| drop(held));
        let mut closed = shared.pool.suspend().expect("open");
        shared.block_on(closed.idle());
        let place = shared.pool.queue().ticket.is_some();
        assert!(!place, "a place is kept that nobody can use");
        drop(closed);
        gone.join().unwrap();
        assert!(waits.join().unwrap());
        shared.assert_empty();
    });
}

#[test]
fn a_store_that_comes_to_rest_serves_who_waits_for_a_place() {
    check(|| {
        let capacity = Capacity::new(stores(1));
        let shared = Shared::with(Reuse::pool(2), 1, restarts(), capacity);
        let running = shared.begin("running", shared.taking()).ok().expect("a permit");
        let waits = shared.waiting();
        assert!(shared.pool.wants_a_place());
        let waits = shared.spawn(|shared| shared.call("waits", waits));
        shared.end(running);
        assert!(waits.join().unwrap());
        let queue = shared.pool.queue();
        assert_eq!((queue.rest.len(), queue.ticket.is_none()), (1, true));
    });
}
