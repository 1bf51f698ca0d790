//! What an instance keeps from one call to the next, how many calls it serves at once, and who waits.

use std::time::Duration;

use isorun::instance::InstanceState;
use isorun::limits::Limit;
use isorun::{CallError, Instance, InstantiateError, Reuse, Runtime};
use isorun_tests::{
    Gate, Starts, Ticker, add, again, apps, caller_of, guests, misbehave, poll_once, relay, runtime, runtime_of, start,
    starter,
};

/// A runtime in which a guest gives the thread away soon.
fn sliced() -> Runtime {
    runtime_of(Runtime::builder().yield_every(Duration::ZERO))
}

/// A misbehaving guest that is reused like this.
async fn misbehaving(runtime: &Runtime, reuse: Reuse) -> (Instance, misbehave::Caller) {
    let app = add(runtime, "misbehave", apps::MISBEHAVE).await;
    let instance = runtime.instantiate(&app).reuse(reuse).await.unwrap();
    let caller = caller_of(&instance);
    (instance, caller)
}

/// A relay that is reused like this, each of whose calls of `tick-many(1)` waits in the gate.
async fn gated(runtime: &Runtime, reuse: Reuse) -> (Instance, relay::Caller, Gate) {
    let gate = Gate::new();
    let calc = start(runtime, "calc", apps::CALC, &[]).await;
    let system = runtime.provide(gate.clone());
    let app = add(runtime, "relay", apps::RELAY).await;
    let relay = runtime.instantiate(&app).with(&calc).with(&system).reuse(reuse).await.unwrap();
    let caller = relay.caller::<relay::Interface>().unwrap();
    (relay, caller, gate)
}

#[tokio::test]
async fn a_serial_instance_keeps_what_one_caller_wrote_for_the_next() {
    let runtime = runtime();
    let (instance, first) = misbehaving(&runtime, Reuse::Serial).await;
    let second = caller_of(&instance);
    assert_eq!(first.count().await.unwrap(), 1);
    assert_eq!(second.count().await.unwrap(), 2);
    assert_eq!(instance.call("count", "()").await.unwrap(), "3");
}

#[tokio::test]
async fn a_serial_instance_serves_its_callers_in_the_order_of_their_arrival() {
    let runtime = sliced();
    let (_, guest) = misbehaving(&runtime, Reuse::Serial).await;
    let mut running = guest.spin_for(100_000);
    assert!(poll_once(&mut running).is_pending());
    let (mut first, mut second, mut third) = (guest.count(), guest.count(), guest.count());
    for waiting in [&mut first, &mut second, &mut third] {
        assert!(poll_once(waiting).is_pending());
    }
    // Whoever is polled first now is not the one whose turn it is.
    let (third, second, first, running) = tokio::join!(third, second, first, running);
    assert_eq!((first.unwrap(), second.unwrap(), third.unwrap()), (1, 2, 3));
    assert_eq!(running.unwrap(), 100_000);
}

#[tokio::test]
async fn a_serial_instance_lets_one_call_in_at_a_time() {
    let runtime = runtime();
    let (instance, relay, gate) = gated(&runtime, Reuse::Serial).await;
    let (mut first, mut second) = (relay.tick_many(1), relay.tick_many(1));
    assert!(poll_once(&mut first).is_pending() && poll_once(&mut second).is_pending());
    assert_eq!(gate.inside(), 1);
    let counters = instance.counters();
    assert_eq!((counters.running, counters.waiting, counters.stores), (1, 1, 1));
    gate.open(2);
    assert_eq!((first.await.unwrap(), second.await.unwrap()), (1, 1));
}

#[tokio::test]
async fn a_fresh_instance_keeps_nothing() {
    let runtime = runtime();
    let (instance, guest) = misbehaving(&runtime, Reuse::Fresh).await;
    for _ in 0..3 {
        assert_eq!(guest.count().await.unwrap(), 1);
    }
    assert_eq!(instance.counters().stores, 0);
}

#[tokio::test]
async fn calls_of_a_fresh_instance_run_side_by_side() {
    let runtime = runtime();
    let (instance, relay, gate) = gated(&runtime, Reuse::Fresh).await;
    let (mut first, mut second) = (relay.tick_many(1), relay.tick_many(1));
    assert!(poll_once(&mut first).is_pending() && poll_once(&mut second).is_pending());
    assert_eq!(gate.inside(), 2);
    assert_eq!(instance.counters().running, 2);
    gate.open(2);
    assert_eq!((first.await.unwrap(), second.await.unwrap()), (1, 1));
}

#[tokio::test]
async fn a_fault_in_a_fresh_call_harms_no_other() {
    let runtime = sliced();
    let (instance, guest) = misbehaving(&runtime, Reuse::Fresh).await;
    let mut running = guest.spin_for(100_000);
    assert!(poll_once(&mut running).is_pending());
    assert!(matches!(guest.trap().await, Err(CallError::Trap { .. })));
    assert!(guest.spin().fuel(1_000_000).await.unwrap_err().is_out_of_budget());
    let mut dropped = guest.spin();
    assert!(poll_once(&mut dropped).is_pending());
    drop(dropped);
    assert_eq!(running.await.unwrap(), 100_000);
    assert!(matches!(instance.state(), InstanceState::Idle));
    assert_eq!(guest.count().await.unwrap(), 1);
    let counters = instance.counters();
    assert_eq!((counters.calls, counters.failures, counters.restarts), (5, 3, 0));
    assert!(matches!(counters.last_fault.as_deref(), Some(CallError::Cancelled { .. })));
}

/// An app that counts to ten thousand while it starts, and does nothing in `go`.
fn slow_to_start() -> Vec<u8> {
    guests::parse(
        r#"(component
            (core module $slow
                (func $start (local i32)
                    (loop
                        (local.set 0 (i32.add (local.get 0) (i32.const 1)))
                        (br_if 0 (i32.lt_u (local.get 0) (i32.const 1000000)))))
                (start $start)
                (func (export "go")))
            (core instance $slow (instantiate $slow))
            (func (export "go") (canon lift (core func $slow "go"))))"#,
    )
}

#[tokio::test]
async fn the_fuel_that_a_fresh_app_takes_to_start_is_the_calls() {
    let runtime = runtime();
    let app = add(&runtime, "slow", &slow_to_start()).await;
    let (serial, fresh) =
        (again(&runtime, &app, &[]).await, runtime.instantiate(&app).reuse(Reuse::Fresh).await.unwrap());
    let (result, receipt) = serial.call("go", "()").receipt().await;
    result.unwrap();
    assert!(receipt.fuel < 100, "{receipt}");
    let (result, receipt) = fresh.call("go", "()").receipt().await;
    result.unwrap();
    assert!(receipt.fuel > 30_000, "{receipt}");
    let needed = receipt.fuel;
    assert_eq!(fresh.counters().fuel, needed);

    assert_eq!(fresh.call("go", "()").fuel(needed).receipt().await.1.fuel, needed);
    let error = fresh.call("go", "()").fuel(needed / 2).await.unwrap_err();
    let CallError::OutOfBudget { limit: Limit::Fuel, function, .. } = &error else { panic!("{error}") };
    assert_eq!(&**function, "start");
    fresh.call("go", "()").await.unwrap();
}

#[tokio::test]
async fn a_fresh_app_that_uses_up_its_fuel_to_start_is_charged_for_it() {
    let runtime = runtime();
    let app = add(&runtime, "slow", &slow_to_start()).await;
    let fresh = runtime.instantiate(&app).reuse(Reuse::Fresh).await.unwrap();
    let (result, receipt) = fresh.call("go", "()").fuel(20_000).receipt().await;
    assert!(result.unwrap_err().is_out_of_budget());
    assert_eq!(receipt.fuel, 20_000);
    assert_eq!(fresh.counters().fuel, 20_000);
}

#[tokio::test]
async fn a_fresh_call_that_finds_no_place_waits_until_an_instance_is_gone() {
    let runtime = runtime_of(Runtime::builder().max_stores(1));
    let (fresh, guest) = misbehaving(&runtime, Reuse::Fresh).await;
    let holder = start(&runtime, "holder", apps::CALC, &[]).await;
    let mut waits = guest.count();
    assert!(poll_once(&mut waits).is_pending());
    assert!(matches!(fresh.state(), InstanceState::Idle));
    assert_eq!((fresh.counters().waiting, fresh.counters().refused), (1, 0));
    runtime.remove(&holder).unwrap();
    assert_eq!(waits.await.unwrap(), 1);
}

#[tokio::test]
async fn a_guest_whose_fresh_provider_finds_no_place_is_told_why() {
    let runtime = runtime_of(Runtime::builder().max_stores(2));
    let calc = add(&runtime, "calc", apps::CALC).await;
    let calc = runtime.instantiate(&calc).reuse(Reuse::Fresh).await.unwrap();
    let ticker = runtime.provide(Ticker);
    let relay = start(&runtime, "relay", apps::RELAY, &[&calc, &ticker]).await;
    start(&runtime, "holder", apps::MISBEHAVE, &[]).await;
    let error = relay.call("add", "(1, 2)").await.unwrap_err();
    let CallError::ProviderDown { instance, cause, .. } = &error else { panic!("{error}") };
    assert_eq!(&**instance, "relay");
    assert!(matches!(&**cause, CallError::NoCapacity { instance, .. } if &**instance == "calc"), "{cause}");
    let message = cause.to_string();
    let expected = "no room left for a store of `calc`: it needs 1 store, and 0 of 2 are left";
    assert!(message.starts_with(expected) && message.contains("`max_stores`"), "{message}");
    assert_eq!(calc.counters().refused, 1);
    assert!(matches!(calc.state(), InstanceState::Idle));
}

#[tokio::test]
async fn fresh_calls_beyond_the_places_of_the_runtime_wait() {
    let runtime = runtime_of(Runtime::builder().max_stores(2).yield_every(Duration::ZERO));
    let (instance, guest) = misbehaving(&runtime, Reuse::Fresh).await;
    let mut calls = [guest.spin_for(100_000), guest.spin_for(100_000), guest.spin_for(100_000)];
    for call in &mut calls {
        assert!(poll_once(call).is_pending());
    }
    let counters = instance.counters();
    assert_eq!((counters.running, counters.waiting), (2, 1));
    for call in calls {
        assert_eq!(call.await.unwrap(), 100_000);
    }
}

#[tokio::test]
async fn a_pool_serves_so_many_calls_at_once_and_the_next_one_waits() {
    let runtime = runtime();
    let (instance, relay, gate) = gated(&runtime, Reuse::pool(2)).await;
    let (mut first, mut second, mut third) = (relay.tick_many(1), relay.tick_many(1), relay.tick_many(1));
    for call in [&mut first, &mut second, &mut third] {
        assert!(poll_once(call).is_pending());
    }
    assert_eq!(gate.inside(), 2);
    let counters = instance.counters();
    assert_eq!((counters.running, counters.waiting, counters.stores), (2, 1, 2));
    gate.open(1);
    assert_eq!(first.await.unwrap(), 1);
    assert!(poll_once(&mut third).is_pending());
    assert_eq!(gate.inside(), 2);
    gate.open(2);
    assert_eq!((second.await.unwrap(), third.await.unwrap()), (1, 1));
    assert_eq!(instance.counters().stores, 2);
}

#[tokio::test]
async fn a_store_of_a_pool_that_is_at_rest_serves_the_next_call() {
    let runtime = sliced();
    let (instance, guest) = misbehaving(&runtime, Reuse::pool(2)).await;
    assert_eq!(instance.counters().stores, 1);
    assert_eq!((guest.count().await.unwrap(), guest.count().await.unwrap()), (1, 2));
    assert_eq!(instance.counters().stores, 1);
    // The one that has counted is busy, so another is made.
    let mut running = guest.spin_for(100_000);
    assert!(poll_once(&mut running).is_pending());
    assert_eq!((guest.count().await.unwrap(), guest.count().await.unwrap()), (1, 2));
    running.await.unwrap();
    assert_eq!(instance.counters().stores, 2);
    assert_eq!(guest.count().await.unwrap(), 3);
}

#[tokio::test]
async fn a_pool_of_none_is_one_of_one() {
    assert_eq!(Reuse::pool(0), Reuse::pool(1));
    let runtime = runtime();
    let (_, guest) = misbehaving(&runtime, Reuse::pool(0)).await;
    assert_eq!(guest.count().await.unwrap(), 1);
}

#[tokio::test]
async fn a_store_of_a_pool_that_does_not_start_ends_its_call_and_counts_as_a_fault() {
    let runtime = runtime();
    let starts = Starts::new(1);
    let system = runtime.provide(starts.clone());
    let app = add(&runtime, "starter", &starter()).await;
    let pool = runtime.instantiate(&app).with(&system).reuse(Reuse::pool(2)).await.unwrap();
    let mut first = pool.call("go", "()");
    assert!(poll_once(&mut first).is_pending());
    let error = pool.call("go", "()").await.unwrap_err();
    let CallError::ProviderDown { function, cause, .. } = &error else { panic!("{error}") };
    assert_eq!(&**function, "start");
    assert_eq!(cause.to_string(), "no more starts");
    assert_eq!(pool.counters().failures, 1);
    // What ran goes on, and is the last to do so.
    starts.gate().open(1);
    assert_eq!(first.await.unwrap(), "2");
    assert!(matches!(pool.call("go", "()").await, Err(CallError::Poisoned { .. })));
}

#[tokio::test]
async fn a_pool_whose_next_store_finds_no_place_goes_on_with_those_it_has() {
    let runtime = runtime_of(Runtime::builder().max_stores(1).yield_every(Duration::ZERO));
    let (pool, guest) = misbehaving(&runtime, Reuse::pool(2)).await;
    let mut running = guest.spin_for(100_000);
    assert!(poll_once(&mut running).is_pending());
    let mut waits = guest.count();
    assert!(poll_once(&mut waits).is_pending());
    assert_eq!(running.await.unwrap(), 100_000);
    assert_eq!(waits.await.unwrap(), 1);
    assert_eq!(pool.counters().stores, 1);
    assert!(matches!(pool.state(), InstanceState::Idle));
}

#[tokio::test]
async fn an_app_that_does_not_start_is_no_instance_however_it_is_reused() {
    let runtime = runtime();
    let system = runtime.provide(Starts::new(0));
    let app = add(&runtime, "starter", &starter()).await;
    for reuse in [Reuse::Serial, Reuse::Fresh, Reuse::pool(3)] {
        let error = runtime.instantiate(&app).with(&system).reuse(reuse).await.unwrap_err();
        assert!(matches!(error, InstantiateError::Start { .. }), "{error}");
    }
    assert_eq!(runtime.graph().nodes.len(), 1);
}

#[tokio::test]
async fn a_full_line_turns_calls_away_and_says_how_long_it_is() {
    let runtime = sliced();
    let app = add(&runtime, "misbehave", apps::MISBEHAVE).await;
    let instance = runtime.instantiate(&app).queue(2).await.unwrap();
    let guest = caller_of(&instance);
    let (mut running, mut one, mut two) = (guest.spin_for(100_000), guest.count(), guest.count());
    assert!(poll_once(&mut running).is_pending());
    assert!(poll_once(&mut one).is_pending() && poll_once(&mut two).is_pending());
    let error = guest.count().await.unwrap_err();
    assert!(matches!(error, CallError::Busy { waiting: 2, .. }), "{error}");
    assert!(error.to_string().starts_with("`misbehave` is busy: 2 calls wait for it already\n  help: "), "{error}");
    assert_eq!(instance.counters().refused, 1);
    running.await.unwrap();
    assert_eq!((one.await.unwrap(), two.await.unwrap()), (1, 2));
}

#[tokio::test]
async fn where_nobody_may_wait_a_second_call_is_turned_away_and_a_first_is_not() {
    let runtime = sliced();
    let app = add(&runtime, "misbehave", apps::MISBEHAVE).await;
    let guest = caller_of(&runtime.instantiate(&app).queue(0).await.unwrap());
    assert_eq!(guest.count().await.unwrap(), 1);
    let mut running = guest.spin_for(100_000);
    assert!(poll_once(&mut running).is_pending());
    assert!(matches!(guest.count().await, Err(CallError::Busy { waiting: 0, .. })));
    running.await.unwrap();
    assert_eq!(guest.count().await.unwrap(), 2);
}

#[tokio::test]
async fn the_runtime_says_how_many_may_wait_if_the_instance_does_not() {
    let runtime = runtime_of(Runtime::builder().yield_every(Duration::ZERO).max_queue(0));
    let (_, guest) = misbehaving(&runtime, Reuse::Serial).await;
    let mut running = guest.spin();
    assert!(poll_once(&mut running).is_pending());
    assert!(matches!(guest.count().await, Err(CallError::Busy { waiting: 0, .. })));
}

#[tokio::test]
async fn a_guest_whose_provider_is_busy_is_told_so() {
    let runtime = runtime();
    runtime.register_wit("package acme:chain; interface one { f: func(n: u32) -> u32; }").unwrap();
    let gate = Gate::new();
    let system = runtime.provide(gate.clone());
    let below = add(&runtime, "below", &through_the_gate()).await;
    let below = runtime.instantiate(&below).with(&system).queue(0).await.unwrap();
    let above = add(&runtime, "above", &guests::step("acme:chain/one", "acme:chain/two", 1)).await;
    let above = runtime.instantiate(&above).with(&below).reuse(Reuse::Fresh).await.unwrap();
    let mut first = above.call("f", "(1)");
    assert!(poll_once(&mut first).is_pending());
    let error = above.call("f", "(1)").await.unwrap_err();
    let CallError::ProviderDown { instance, cause, .. } = &error else { panic!("{error}") };
    assert_eq!(&**instance, "above");
    assert!(matches!(&**cause, CallError::Busy { instance, waiting: 0 } if &**instance == "below"), "{cause}");
    gate.open(1);
    assert_eq!(first.await.unwrap(), "3");
}

/// `acme:chain/one`, whose `f` goes through the host.
fn through_the_gate() -> Vec<u8> {
    guests::parse(
        r#"(component
            (import "test:bench/host@0.1.0" (instance $host (export "tick" (func (param "n" u64) (result u64)))))
            (core func $tick (canon lower (func $host "tick")))
            (core module $code
                (import "host" "tick" (func $tick (param i64) (result i64)))
                (func (export "f") (param i32) (result i32)
                    (i32.wrap_i64 (call $tick (i64.extend_i32_u (local.get 0))))))
            (core instance $code (instantiate $code (with "host" (instance (export "tick" (func $tick))))))
            (func $f (param "n" u32) (result u32) (canon lift (core func $code "f")))
            (instance $one (export "f" (func $f)))
            (export "acme:chain/one" (instance $one)))"#,
    )
}

#[tokio::test]
async fn waiting_for_a_place_counts_against_the_deadline_and_gives_the_place_in_the_line_up() {
    let runtime = runtime();
    for (name, reuse) in [("serial", Reuse::Serial), ("pool", Reuse::pool(1))] {
        let gate = Gate::new();
        let system = runtime.provide(gate.clone());
        let calc = start(&runtime, &format!("calc for {name}"), apps::CALC, &[]).await;
        let app = add(&runtime, name, apps::RELAY).await;
        let relay = runtime.instantiate(&app).with(&calc).with(&system).reuse(reuse).await.unwrap();
        let mut running = relay.call("tick-many", "(1)");
        assert!(poll_once(&mut running).is_pending());
        let error = relay.call("add", "(1, 2)").timeout(Duration::from_millis(5)).await.unwrap_err();
        assert_eq!(error.out_of_budget(), Some(Limit::Time), "{name}: {error}");
        assert_eq!(relay.counters().waiting, 0, "{name}");
        gate.open(1);
        assert_eq!(running.await.unwrap(), "1");
        assert_eq!(relay.call("add", "(1, 2)").await.unwrap(), "3");
    }
}

#[tokio::test]
async fn a_place_in_the_line_that_is_given_up_is_there_for_another() {
    let runtime = sliced();
    let app = add(&runtime, "misbehave", apps::MISBEHAVE).await;
    let instance = runtime.instantiate(&app).queue(1).await.unwrap();
    let guest = caller_of(&instance);
    let (mut running, mut gone) = (guest.spin_for(100_000), guest.count());
    assert!(poll_once(&mut running).is_pending() && poll_once(&mut gone).is_pending());
    drop(gone);
    let mut other = guest.count();
    assert!(poll_once(&mut other).is_pending());
    let (other, running) = tokio::join!(other, running);
    assert_eq!((other.unwrap(), running.unwrap()), (1, 100_000));
}

#[tokio::test]
async fn whoever_was_called_up_and_is_gone_passes_its_turn_on() {
    let runtime = sliced();
    let (_, guest) = misbehaving(&runtime, Reuse::Serial).await;
    let (mut running, mut first) = (guest.spin_for(100_000), guest.count());
    assert!(poll_once(&mut running).is_pending() && poll_once(&mut first).is_pending());
    let second = tokio::spawn({
        let guest = guest.clone();
        async move { guest.count().await }
    });
    tokio::task::yield_now().await;
    // The first is called up when this one ends, and never comes.
    running.await.unwrap();
    drop(first);
    assert_eq!(second.await.unwrap().unwrap(), 1);
}

#[tokio::test]
async fn a_start_that_is_given_up_is_paid_for() {
    let runtime = sliced();
    let app = add(&runtime, "slow", &slow_to_start()).await;
    let fresh = runtime.instantiate(&app).reuse(Reuse::Fresh).await.unwrap();
    let cx = isorun::Cx::root(isorun::Budget::default());
    let before = cx.fuel();
    let mut dropped = fresh.call("go", "()").within(&cx);
    assert!(poll_once(&mut dropped).is_pending());
    drop(dropped);
    assert!(before - cx.fuel() >= 10_000, "{}", before - cx.fuel());
    assert_eq!(fresh.counters().running, 0);
}
