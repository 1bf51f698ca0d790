//! Models of the engine's pool: loom runs each of them once for every order in which its threads can meet at the lock, as far as [`check`]
//! bounds them, and reports a thread that waits forever as a deadlock. Run them with `.ci/models`.
//!
//! What is modelled: places that come and go while instances wait for one, ask again and give up. Each waker takes the lock of the pool when it
//! is woken or dropped, so that to do either under the lock is a deadlock.
//!
//! What is not modelled: more threads and more switches between them than [`check`] names; wakers that lock something when they are cloned. Who
//! gets a place before whom is no matter of threads; tests of the whole library show it.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Poll, Wake};

use loom::thread;

use super::*;

/// A model in all orders with at most three switches between threads where none was forced.
fn check(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

fn places(stores: u32) -> Places {
    Places { stores, ..Places::default() }
}

fn need(stores: u32) -> Need {
    Need { takes: places(stores), ..Need::default() }
}

/// An instance that waits for a place. Dropping it gives up.
struct Wants {
    capacity: Arc<Capacity>,
    ticket: Option<Ticket>,
    need: Need,
}

impl Future for Wants {
    type Output = Place;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Place> {
        let this = self.get_mut();
        let (waker, mut after) = (task.waker().clone(), After::default());
        let want = Want { need: this.need, presses: false, gives_up: false };
        let answer = this.capacity.ask(&mut this.ticket, want, Some(waker), &mut after);
        after.finish();
        match answer {
            Answer::Place(place) => Poll::Ready(place),
            Answer::Wait | Answer::Never(_) => Poll::Pending,
        }
    }
}

fn wants(capacity: &Arc<Capacity>, need: Need) -> Wants {
    Wants { capacity: capacity.clone(), ticket: None, need }
}

/// One that is in the line already.
fn waiting(capacity: &Arc<Capacity>, need: Need) -> Wants {
    let mut wants = wants(capacity, need);
    let waker = Waker::from(Arc::new(Locking { capacity: capacity.clone(), inner: Waker::noop().clone() }));
    assert!(Pin::new(&mut wants).poll(&mut Context::from_waker(&waker)).is_pending());
    wants
}

fn wait(wants: Wants) -> Place {
    let capacity = wants.capacity.clone();
    let mut wants = pin!(wants);
    loom::future::block_on(poll_fn(|task| {
        let waker = Waker::from(Arc::new(Locking { capacity: capacity.clone(), inner: task.waker().clone() }));
        wants.as_mut().poll(&mut Context::from_waker(&waker))
    }))
}

struct Locking {
    capacity: Arc<Capacity>,
    inner: Waker,
}

impl Wake for Locking {
    fn wake(self: Arc<Self>) {
        self.capacity.in_use();
        self.inner.wake_by_ref();
    }
}

impl Drop for Locking {
    fn drop(&mut self) {
        self.capacity.in_use();
    }
}

fn assert_all_is_back(capacity: &Capacity) {
    let line = capacity.line();
    assert_eq!((line.left, line.kept, line.reserve), (capacity.total, Places::default(), Places::default()));
    assert!(line.waiting.is_empty() && line.line.is_empty() && line.aside.is_empty() && line.nested.is_empty());
}

#[test]
fn every_place_comes_back() {
    check(|| {
        let capacity = Capacity::new(places(1));
        let one = thread::spawn({
            let capacity = capacity.clone();
            move || drop(wait(wants(&capacity, need(1))))
        });
        let two = thread::spawn({
            let capacity = capacity.clone();
            move || {
                let mut wants = wants(&capacity, need(1));
                // Given up at the first look: perhaps it waits, and perhaps its place has come.
                let _ = Pin::new(&mut wants).poll(&mut Context::from_waker(Waker::noop()));
            }
        });
        drop(capacity.take(need(1)));
        one.join().unwrap();
        two.join().unwrap();
        assert_all_is_back(&capacity);
    });
}

#[test]
fn who_gives_up_passes_its_place_on() {
    check(|| {
        let capacity = Capacity::new(places(1));
        let held = capacity.take(need(1)).ok().expect("a place");
        let (first, second) = (waiting(&capacity, need(1)), waiting(&capacity, need(1)));
        let second = thread::spawn(move || drop(wait(second)));
        let first = thread::spawn(move || drop(first));
        drop(held);
        first.join().unwrap();
        second.join().unwrap();
        assert_all_is_back(&capacity);
    });
}

#[test]
fn one_large_place_that_comes_back_serves_several() {
    check(|| {
        let capacity = Capacity::new(places(2));
        let held = capacity.take(need(2)).ok().expect("a place");
        let (first, second) = (waiting(&capacity, need(1)), waiting(&capacity, need(1)));
        // The first keeps its place until the second has had its own.
        let second = thread::spawn(move || drop(wait(second)));
        let first = thread::spawn(move || wait(first));
        drop(held);
        second.join().unwrap();
        drop(first.join().unwrap());
        assert_all_is_back(&capacity);
    });
}

#[test]
fn who_stands_aside_is_called_when_a_store_that_stays_is_gone() {
    check(|| {
        let capacity = Capacity::new(places(2));
        let stays = capacity.take(Need { stays: true, ..need(1) }).ok().expect("a place");
        // It needs both places, and is passed by one that does not.
        let large = waiting(&capacity, need(2));
        let large = thread::spawn(move || drop(wait(large)));
        let small = thread::spawn({
            let capacity = capacity.clone();
            move || drop(wait(wants(&capacity, need(1))))
        });
        small.join().unwrap();
        drop(stays);
        large.join().unwrap();
        assert_all_is_back(&capacity);
    });
}
