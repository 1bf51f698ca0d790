//! Calls on executors of every kind: without timers, another one, one that is gone, none at all.

use std::future::{Future, IntoFuture};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use isorun::limits::Limit;
use isorun::{Instance, Restart, Runtime};
use isorun_tests::{Gate, apps, host, misbehave, poll_once, runtime_of};

const SOON: Duration = Duration::from_millis(200);

/// tokio without a time driver.
fn timeless() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().unwrap()
}

/// tokio with one.
fn timed() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap()
}

/// The smallest executor that there can be.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}

/// A guest that spins on request, and a gate that stays closed.
async fn instances() -> [Instance; 2] {
    let runtime = runtime_of(Runtime::builder().yield_every(Duration::ZERO).max_stores(10));
    let app = runtime.add_app("misbehave", apps::MISBEHAVE).await.unwrap();
    let restart = Restart::Limited { max: 100, within: Duration::from_secs(1) };
    let guest = runtime.instantiate(&app).restart(restart).await.unwrap();
    [guest, runtime.provide(Gate::new())]
}

/// Calls that compute, that wait for a system, and that wait for their turn end at their deadline.
async fn assert_deadlines_hold(instances: [Instance; 2]) {
    let [guest, gate] = instances;
    let guest = guest.caller::<misbehave::Interface>().unwrap();
    let started = Instant::now();
    let spins = guest.spin().fuel(u64::MAX).timeout(SOON).await.unwrap_err();
    assert_eq!(spins.out_of_budget(), Some(Limit::Time), "{spins}");
    let waits = gate.call("tick", "(1)").timeout(SOON).await.unwrap_err();
    assert_eq!(waits.out_of_budget(), Some(Limit::Time), "{waits}");
    let mut running = guest.spin().fuel(u64::MAX);
    assert!(poll_once(&mut running).is_pending());
    let queues = guest.count().timeout(SOON).await.unwrap_err();
    assert_eq!(queues.out_of_budget(), Some(Limit::Time), "{queues}");
    assert!(started.elapsed() >= 3 * SOON);
}

#[test]
fn deadlines_hold_without_a_time_driver() {
    timeless().block_on(async { assert_deadlines_hold(instances().await).await });
}

#[test]
fn deadlines_hold_outside_of_tokio() {
    block_on(async { assert_deadlines_hold(instances().await).await });
}

#[test]
fn deadlines_hold_on_many_threads() {
    let executor = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    executor.block_on(async { tokio::spawn(async { assert_deadlines_hold(instances().await).await }).await.unwrap() });
}

/// A call may be polled here and there, also where a runtime is gone or shutting down.
#[test]
fn a_call_goes_on_where_it_is_polled() {
    let first = timed();
    let [guest, gate] = first.block_on(instances());
    let guest = guest.caller::<misbehave::Interface>().unwrap();
    let (mut spins, mut waits) = (guest.spin().fuel(u64::MAX).timeout(SOON), gate.call("tick", "(1)").timeout(SOON));
    first.block_on(async { assert!(poll_once(&mut spins).is_pending() && poll_once(&mut waits).is_pending()) });
    let handle = first.handle().clone();
    first.shutdown_background();
    {
        let _gone = handle.enter();
        assert!(poll_once(&mut spins).is_pending() && poll_once(&mut waits).is_pending());
    }
    timeless().block_on(async { assert!(poll_once(&mut waits).is_pending()) });
    assert_eq!(timed().block_on(spins).unwrap_err().out_of_budget(), Some(Limit::Time));
    assert_eq!(block_on(waits).unwrap_err().out_of_budget(), Some(Limit::Time));
}

/// An app is added without threads to compile it on, or is refused with what to do, and then it can be added elsewhere.
#[test]
fn an_app_is_added_wherever_it_is_polled() {
    let runtime = runtime_of(Runtime::builder().max_stores(2));
    block_on(runtime.add_app("outside", apps::CALC).into_future()).unwrap();
    timeless().block_on(runtime.add_app("timeless", apps::CALC).into_future()).unwrap();
    let gone = timed();
    let handle = gone.handle().clone();
    drop(gone);
    let _gone = handle.enter();
    let message = block_on(runtime.add_app("late", apps::CALC).into_future()).unwrap_err().to_string();
    assert!(message.ends_with("in a tokio runtime that is not shutting down, or in none"), "{message}");
    drop(_gone);
    block_on(runtime.add_app("late", apps::CALC).into_future()).unwrap();
}

/// A handle that lies in a thread-local is used while its thread ends, when tokio's and isorun's own are gone.
#[test]
fn a_thread_that_ends_makes_its_last_call() {
    struct Last(Option<(Instance, Arc<Mutex<Option<bool>>>)>);
    impl Drop for Last {
        fn drop(&mut self) {
            let Some((instance, called)) = self.0.take() else { return };
            let result = block_on(instance.call("count", "()").timeout(Duration::from_secs(5)));
            *called.lock().unwrap() = Some(result.is_ok());
        }
    }
    thread_local! {
        static LAST: std::cell::RefCell<Last> = const { std::cell::RefCell::new(Last(None)) };
    }
    let [guest, _] = block_on(instances());
    let called = Arc::new(Mutex::new(None));
    let last = (guest.clone(), called.clone());
    thread::spawn(move || {
        LAST.with_borrow_mut(|slot| slot.0 = Some(last));
        // After it, so that these go first.
        timed().block_on(guest.call("count", "()").timeout(Duration::from_secs(5))).unwrap();
    })
    .join()
    .unwrap();
    assert_eq!(*called.lock().unwrap(), Some(true));
}

/// A factory may do what other host code may, and nothing of isorun is locked meanwhile.
#[test]
fn a_factory_may_call_what_it_makes_and_is_told() {
    struct Value;
    #[isorun::system]
    impl host::Host for Value {
        fn tick(&self, n: u64) -> u64 {
            n
        }
    }
    let runtime = Runtime::builder().max_stores(1).build().unwrap();
    let itself: Arc<Mutex<Option<Instance>>> = Arc::default();
    let (inside, told) = (itself.clone(), Arc::new(Mutex::new(None)));
    let tell = told.clone();
    let system = runtime.provide_per_consumer(move |_| {
        let itself = inside.lock().unwrap().clone().unwrap();
        // Looking at it, at the runtime's graph, and calling it.
        itself.counters();
        let error = block_on(itself.call("tick", "(1)").timeout(Duration::from_secs(5))).unwrap_err();
        *tell.lock().unwrap() = Some(error.to_string());
        Value
    });
    *itself.lock().unwrap() = Some(system.clone());
    assert_eq!(block_on(system.call("tick", "(7)")).unwrap(), "7");
    let told = told.lock().unwrap().take().unwrap();
    assert!(
        told.starts_with("the factory of `Value` has called `Value` before there was a value to call\n  help: "),
        "{told}"
    );
}

/// A waker that asks isorun about the instance whenever it is cloned, woken or dropped, as an executor's own code might.
struct Asking {
    instance: Instance,
    asked: AtomicU32,
}

fn ask(asking: &Asking) {
    asking.instance.counters();
    asking.instance.state();
    asking.asked.fetch_add(1, Ordering::Relaxed);
}

/// What is in the waker: its clones are boxes of their own, so that each clone and each drop can be seen.
struct Asks(Arc<Asking>);

impl Wake for Asks {
    fn wake(self: Arc<Self>) {
        ask(&self.0);
    }
}

impl Drop for Asks {
    fn drop(&mut self) {
        ask(&self.0);
    }
}

#[test]
fn no_waker_is_woken_or_dropped_where_an_instance_is_locked() {
    let [guest, gate] = block_on(instances());
    for instance in [guest, gate] {
        let asking = Arc::new(Asking { instance: instance.clone(), asked: AtomicU32::new(0) });
        let new = || Waker::from(Arc::new(Asks(asking.clone())));
        let waiting = |name: &'static str| {
            let mut call = match name {
                "spin" => Box::pin(instance.call("spin", "()").fuel(u64::MAX)),
                _ => Box::pin(instance.call(name, if name == "tick" { "(1)" } else { "()" })),
            };
            assert!(call.as_mut().poll(&mut Context::from_waker(&new())).is_pending());
            call
        };
        let names = if instance.name() == "misbehave" { ["spin", "count", "count"] } else { ["tick"; 3] };
        let mut calls = names.map(waiting);
        // A new waker takes the place of the old one, which is dropped.
        for call in &mut calls[1..] {
            assert!(call.as_mut().poll(&mut Context::from_waker(&new())).is_pending());
        }
        let [first, second, third] = calls;
        drop(second);
        drop(first);
        drop(third);
        assert!(asking.asked.load(Ordering::Relaxed) >= 5);
    }
}

/// So many callers that give up at once cost their number and not its square.
#[test]
fn callers_that_give_up_at_once_cost_their_number() {
    const CALLERS: usize = 80_000;
    block_on(async {
        let runtime = runtime_of(Runtime::builder().max_queue(CALLERS).max_stores(2).yield_every(Duration::ZERO));
        let app = runtime.add_app("misbehave", apps::MISBEHAVE).await.unwrap();
        let instance = runtime.instantiate(&app).await.unwrap();
        let guest = instance.caller::<misbehave::Interface>().unwrap();
        let mut running = guest.spin();
        assert!(poll_once(&mut running).is_pending());
        let mut calls: Vec<_> = (0..CALLERS).map(|_| guest.count()).collect();
        for call in &mut calls {
            assert!(Pin::new(call).poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        assert_eq!(instance.counters().waiting, CALLERS);
        // The last that came goes first, which is the longest way for whoever walks along the line.
        let started = Instant::now();
        calls.into_iter().rev().for_each(drop);
        assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
        assert_eq!(instance.counters().waiting, 0);
    });
}
