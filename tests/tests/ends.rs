//! What becomes of runs, of calls that finish, and of who pays for them, where things come together: systems that poll only what was woken,
//! remotes, methods that cannot wait, transfers, and hosts that hold everything.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use isorun::call::Step;
use isorun::instance::InstanceState;
use isorun::limits::{Limit, Scope};
use isorun::{Budget, CallError, Cx, GiveUp, Instance, Reuse, Runtime, TransportError};
use isorun_tests::{
    add, again, apps, caller_of, guests, host, in_short_slices, misbehave, poll_once, relay, runtime, start,
    with_turns_of_another, worker,
};
use tokio::sync::Semaphore;

const FINISH: GiveUp = GiveUp::Finish { fuel: 100_000_000, time: Duration::from_secs(60) };

const LONG: Duration = Duration::from_secs(60);

async fn working(runtime: &Runtime, give_up: GiveUp) -> Instance {
    let app = add(runtime, "worker", &worker()).await;
    runtime.instantiate(&app).on_give_up(give_up).await.unwrap()
}

/// Polls a future only when it was woken, as tasks and `FuturesUnordered` do.
struct OnWake<F> {
    future: Pin<Box<F>>,
    flag: Arc<Flag>,
}

#[derive(Default)]
struct Flag {
    woken: AtomicBool,
    outer: Mutex<Option<Waker>>,
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.woken.store(true, Ordering::SeqCst);
        let outer = self.outer.lock().unwrap().take();
        outer.into_iter().for_each(Waker::wake);
    }
}

impl<F: Future> OnWake<F> {
    fn new(future: F) -> OnWake<F> {
        let flag = Arc::new(Flag { woken: AtomicBool::new(true), ..Flag::default() });
        OnWake { future: Box::pin(future), flag }
    }
}

impl<F: Future> Future for OnWake<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<F::Output> {
        *self.flag.outer.lock().unwrap() = Some(task.waker().clone());
        if !self.flag.woken.swap(false, Ordering::SeqCst) {
            return Poll::Pending;
        }
        let waker = Waker::from(self.flag.clone());
        self.future.as_mut().poll(&mut Context::from_waker(&waker))
    }
}

/// A system that calls an app, and looks at it only when it is woken.
struct Unordered(misbehave::Caller);

#[isorun::system]
impl host::Host for Unordered {
    async fn tick(&self, cx: &Cx, _n: u64) -> isorun::Result<u64> {
        OnWake::new(async { self.0.spin_for(2_000_000).within(cx).await }).await
    }
}

async fn unordered(runtime: &Runtime, give_up: GiveUp) -> Instance {
    let calc = start(runtime, "calc", apps::CALC, &[]).await;
    let spinner = caller_of(&start(runtime, "misbehave", apps::MISBEHAVE, &[]).await);
    let system = runtime.provide(Unordered(spinner));
    let app = add(runtime, "relay", apps::RELAY).await;
    runtime.instantiate(&app).with(&calc).with(&system).on_give_up(give_up).await.unwrap()
}

#[tokio::test]
async fn a_run_goes_on_below_what_polls_only_what_was_woken() {
    let runtime = runtime();
    let relay = unordered(&runtime, GiveUp::Cancel).await;
    let relay = relay.caller::<relay::Interface>().unwrap();
    let mut run = relay.tick_many(1).fuel(1_000_000).timeout(LONG).pausable();
    let step = run.next().await;
    assert!(matches!(step, Ok(Step::Paused { .. })), "{step:?}");
    run.grant_fuel(1 << 40);
    let step = tokio::time::timeout(LONG / 2, run.next()).await.unwrap();
    assert!(matches!(step, Ok(Step::Done(_))), "{step:?}");
}

#[tokio::test]
async fn a_call_finishes_below_what_polls_only_what_was_woken() {
    let runtime = runtime();
    let relay = unordered(&runtime, FINISH).await;
    let caller = relay.caller::<relay::Interface>().unwrap();
    let error = caller.tick_many(1).fuel(1_000_000).await.unwrap_err();
    assert!(matches!(error, CallError::OutOfBudget { goes_on: true, .. }), "{error}");
    assert_eq!(caller.add(1, 2).timeout(LONG / 2).await.unwrap(), 3);
    assert_eq!(relay.counters().failures, 0);
}

/// A system that waits for an app, which it looks at only when it is woken, beside something that goes on meanwhile.
struct Beside(misbehave::Caller);

#[isorun::system]
impl host::Host for Beside {
    async fn tick(&self, cx: &Cx, _n: u64) -> isorun::Result<u64> {
        let spins = OnWake::new(async { self.0.spin_for(30_000_000).within(cx).await });
        let sleeps = async {
            for _ in 0..100 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::join!(spins, sleeps).0
    }
}

/// What goes on beside it does not make the time run of a call that the host holds.
#[tokio::test]
async fn time_stands_still_for_a_system_too_that_does_something_else_meanwhile() {
    let runtime = in_short_slices();
    let calc = start(&runtime, "calc", apps::CALC, &[]).await;
    let misbehave = start(&runtime, "misbehave", apps::MISBEHAVE, &[]).await;
    let system = runtime.provide(Beside(caller_of(&misbehave)));
    let relay = start(&runtime, "relay", apps::RELAY, &[&calc, &system]).await;
    let relay = relay.caller::<relay::Interface>().unwrap();
    let mut call = relay.tick_many(1).timeout(Duration::from_millis(500));
    assert!(poll_once(&mut call).is_pending());
    misbehave.pause();
    assert!(tokio::time::timeout(Duration::from_millis(700), &mut call).await.is_err());
    misbehave.resume();
    let ended = call.await;
    assert!(misbehave.counters().failures == 0, "{ended:?}");
}

/// A sync method that could make calls, and makes none.
struct Light;

#[isorun::system]
impl host::Host for Light {
    fn tick(&self, cx: &Cx, n: u64) -> isorun::Result<u64> {
        assert!(cx.fuel() > 0);
        Ok(n + 1)
    }
}

async fn light(runtime: &Runtime) -> (Instance, relay::Caller) {
    let calc = start(runtime, "calc", apps::CALC, &[]).await;
    let relay = start(runtime, "relay", apps::RELAY, &[&calc, &runtime.provide(Light)]).await;
    let caller = relay.caller::<relay::Interface>().unwrap();
    (relay, caller)
}

#[tokio::test]
async fn a_guest_that_calls_a_sync_method_with_a_context_gives_way() {
    let runtime = runtime();
    let (_, caller) = light(&runtime).await;
    let mut run = caller.tick_many(200_000).fuel(20_000).timeout(LONG).pausable();
    let step = run.next().await;
    assert!(matches!(step, Ok(Step::Paused { used: ..=40_000, .. })), "{step:?}");
    run.grant_fuel(1 << 40);
    let (step, turns) = with_turns_of_another(run.next()).await;
    assert_eq!(step.unwrap(), Step::Done(200_000));
    assert!(turns > 0);
}

/// What a remote is lent comes back to those that it was taken of, though they have gone.
#[tokio::test]
async fn what_a_remote_was_lent_is_given_back_to_a_caller_that_has_hung_up() {
    let (far, near) = (runtime(), runtime());
    let wit = "package acme:chain; interface one { f: func(n: u32) -> u32; } interface two { f: func(n: u32) -> u32; } \
               interface three { f: func(n: u32) -> u32; }";
    let one = far.register_wit(wit).unwrap()[0].clone();
    let provider = guests::provider("acme:chain/one", &[("f", r#"(param "n" u32) (result u32)"#, "(local.get 0)")]);
    let provider = again(&far, &add(&far, "one", &provider).await, &[]).await;
    let token = far.export_interface(&provider, &one).unwrap();
    near.register_wit(wit).unwrap();
    let gate = Arc::new(Semaphore::new(0));
    let (waits, serves) = (gate.clone(), far.clone());
    let remote = near.import_interface(&one, token, move |message: Vec<u8>| {
        let (waits, serves) = (waits.clone(), serves.clone());
        async move {
            waits.acquire().await.unwrap().forget();
            serves.serve(&message).await.ok_or_else(|| TransportError::Lost("it has no answer".into()))
        }
    });
    let finishing = add(&near, "finishing", &guests::step("acme:chain/one", "acme:chain/two", 1)).await;
    let finishing = near.instantiate(&finishing).with(&remote).on_give_up(FINISH).await.unwrap();
    let acme = near.tenant("acme").fuel(10_000_000).build().unwrap();
    let caller = add(&near, "caller", &guests::step("acme:chain/two", "acme:chain/three", 1)).await;
    let caller = near.instantiate(&caller).with(&finishing).tenant(&acme).reuse(Reuse::Fresh).await.unwrap();
    let mut call = caller.call("f", "(1)").timeout(LONG);
    assert!(poll_once(&mut call).is_pending());
    let lent = 10_000_000 - acme.fuel().unwrap();
    assert!((1_000_000..=5_010_000).contains(&lent), "half at most: {lent}");
    drop(call);
    gate.add_permits(1);
    while finishing.counters().running > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!((finishing.counters().failures, acme.fuel_debt()), (0, 0));
    assert!(acme.fuel() > Some(9_990_000), "{:?}", acme.fuel());
}

/// Sends bytes of its memory on to a system.
fn sender() -> Vec<u8> {
    guests::parse(
        r#"(component
            (import "acme:chain/zero" (instance $below (export "g" (func (param "l" (list u8)) (result u32)))))
            (core module $mem (memory (export "memory") 200))
            (core instance $mem (instantiate $mem))
            (core func $g (canon lower (func $below "g") (memory (core memory $mem "memory"))))
            (core module $code (import "below" "g" (func $g (param i32 i32) (result i32)))
                (func (export "f") (param i32) (result i32) (call $g (i32.const 0) (local.get 0))))
            (core instance $code (instantiate $code (with "below" (instance (export "g" (func $g))))))
            (func $up (param "n" u32) (result u32) (canon lift (core func $code "f")))
            (instance $up (export "f" (func $up)))
            (export "acme:chain/one" (instance $up)))"#,
    )
}

/// Takes bytes, and gives their number.
fn sink() -> Vec<u8> {
    guests::parse(
        r#"(component
            (core module $code (memory (export "memory") 200)
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
                (func (export "g") (param i32 i32) (result i32) (local.get 1)))
            (core instance $code (instantiate $code))
            (func $g (param "l" (list u8)) (result u32)
                (canon lift (core func $code "g") (memory (core memory $code "memory")) (realloc (core func $code "realloc"))))
            (instance $out (export "g" (func $g)))
            (export "acme:chain/zero" (instance $out)))"#,
    )
}

/// A caller who cannot pay for a transfer is told so, and who finishes pays for it.
#[tokio::test]
async fn a_transfer_puts_no_callers_account_into_debt() {
    let runtime = runtime();
    let wit = "package acme:chain; interface zero { g: func(l: list<u8>) -> u32; } interface one { f: func(n: u32) -> u32; } \
               interface two { f: func(n: u32) -> u32; }";
    runtime.register_wit(wit).unwrap();
    let zero = again(&runtime, &add(&runtime, "zero", &sink()).await, &[]).await;
    let (one, two) = (add(&runtime, "one", &sender()).await, guests::step("acme:chain/one", "acme:chain/two", 1));
    let two = add(&runtime, "two", &two).await;
    for (name, give_up) in [("cancels", GiveUp::Cancel), ("finishes", FINISH)] {
        let one = runtime.instantiate(&one).with(&zero).on_give_up(give_up).await.unwrap();
        let tenant = runtime.tenant(name).fuel(20_000).build().unwrap();
        let two = runtime.instantiate(&two).with(&one).tenant(&tenant).await.unwrap();
        let ended = two.call("f", "(8000000)").await;
        while one.counters().running > 0 {
            tokio::task::yield_now().await;
        }
        assert!(tenant.fuel_debt() < 1_000, "{name}: {} {ended:?}", tenant.fuel_debt());
    }
}

#[tokio::test]
async fn a_run_that_was_granted_nothing_is_dropped_before_it_runs() {
    let runtime = runtime();
    let worker = working(&runtime, FINISH).await;
    let mut run = worker.call("work", "(1000000)").fuel(0).pausable();
    assert!(matches!(run.next().await, Ok(Step::Paused { used: 0, which: Limit::Fuel, whose: Scope::Call })));
    drop(run);
    assert_eq!(worker.call("count", "()").timeout(LONG).await.unwrap(), "0");
    assert_eq!(worker.counters().failures, 0);
}

#[tokio::test]
async fn what_is_granted_without_end_has_none() {
    let runtime = runtime();
    let worker = working(&runtime, GiveUp::Cancel).await;
    let mut run = worker.call("work", "(4000000)").timeout(Duration::ZERO).pausable();
    run.grant_time(Duration::MAX);
    assert_eq!(run.next().await.unwrap(), Step::Done("1".into()));
    let mut run = worker.call("work", "(4000000)").fuel(1_000_000).timeout(Duration::ZERO).pausable();
    assert!(matches!(run.next().await, Ok(Step::Paused { which: Limit::Time, .. })));
    run.grant(Budget { fuel: u64::MAX, time: Duration::MAX, memory: u64::MAX });
    run.grant(Budget { fuel: u64::MAX, time: Duration::MAX, memory: u64::MAX });
    let before = worker.counters().fuel;
    assert_eq!(run.next().await.unwrap(), Step::Done("2".into()));
    assert_eq!(run.used(), worker.counters().fuel - before);
}

/// The time that a call has without its caller begins when that has gone, and does not run while the host holds it.
#[tokio::test]
async fn a_pause_takes_nothing_of_the_time_to_finish() {
    let runtime = in_short_slices();
    let finish = GiveUp::Finish { fuel: 1 << 50, time: Duration::from_millis(500) };
    let worker = working(&runtime, finish).await;
    let mut call = worker.call("work", "(30000000)").timeout(LONG);
    assert!(poll_once(&mut call).is_pending());
    worker.pause();
    assert!(tokio::time::timeout(Duration::from_millis(700), &mut call).await.is_err());
    drop(call);
    tokio::time::sleep(Duration::from_millis(700)).await;
    worker.resume();
    assert_eq!(worker.call("count", "()").timeout(LONG).await.unwrap(), "1");
    assert_eq!(worker.counters().failures, 0);
}

/// Who waits for the end of a pause is told that there is nothing to wait for.
#[tokio::test]
async fn callers_that_wait_for_a_pause_are_told_when_the_instance_is_removed() {
    let runtime = runtime();
    let worker = working(&runtime, GiveUp::Cancel).await;
    worker.pause();
    let waits = worker.clone();
    let call = tokio::spawn(async move { waits.call("work", "(1)").await });
    tokio::task::yield_now().await;
    runtime.remove(&worker).unwrap();
    assert!(matches!(call.await.unwrap(), Err(CallError::Removed { .. })));
    assert!(matches!(worker.state(), InstanceState::Removed));
}

/// Who asks a run again and again lets those go on who have what it needs.
#[tokio::test]
async fn a_run_that_is_asked_without_a_grant_starves_nobody() {
    let runtime = runtime();
    let worker = working(&runtime, GiveUp::Cancel).await;
    worker.set_fuel(10_000);
    let gives = worker.clone();
    let mut run = worker.call("work", "(100000)").timeout(LONG).pausable();
    tokio::spawn(async move { gives.add_fuel(1 << 40) });
    for _ in 0..100_000 {
        if let Step::Done(value) = run.next().await.unwrap() {
            assert_eq!(value, "1");
            return;
        }
    }
    panic!("the task that adds fuel never ran");
}
