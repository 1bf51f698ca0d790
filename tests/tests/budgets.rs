//! What a call uses is counted, and what is below it is counted with it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use isorun::limits::{Amount, Limit};
use isorun::{Budget, CallError, Cx, InstantiateError, Runtime};
use isorun_tests::compute::Compute;
use isorun_tests::{
    Bench, Ticker, add, apps, bench, caller_of, compute, guests, host, link_to, misbehave, misbehaving, poll_once,
    relay, runtime, runtime_of, start, starter,
};

/// A guest whose first call is over: that one also does what every Rust program does before `main`.
async fn initialised() -> (Runtime, misbehave::Caller) {
    let (runtime, _, guest) = misbehaving().await;
    guest.count().await.unwrap();
    (runtime, guest)
}

/// The same for `calc` and `relay`.
async fn initialised_bench() -> (Runtime, compute::Caller, relay::Caller) {
    let Bench { runtime, calc, relay } = bench().await;
    let (calc, relay) = (calc.caller::<compute::Interface>().unwrap(), relay.caller::<relay::Interface>().unwrap());
    assert_eq!(relay.add(1, 2).await.unwrap(), 3);
    (runtime, calc, relay)
}

#[tokio::test]
async fn equal_calls_use_equal_fuel() {
    let (_one, one) = initialised().await;
    let (_other, other) = initialised().await;
    let mut used = Vec::new();
    for guest in [&one, &other, &one] {
        let (result, receipt) = guest.spin_for(1000).receipt().await;
        assert_eq!(result.unwrap(), 1000);
        used.push(receipt.fuel);
    }
    assert!(used[0] >= 1000 && used.iter().all(|fuel| *fuel == used[0]), "{used:?}");
}

#[tokio::test]
async fn fuel_grows_with_the_work_and_with_nothing_else() {
    let (_runtime, guest) = initialised().await;
    let mut used = Vec::new();
    for iterations in [1000, 2000, 3000] {
        used.push(guest.spin_for(iterations).receipt().await.1.fuel);
    }
    assert_eq!(used[1] - used[0], used[2] - used[1]);
}

#[tokio::test]
async fn a_call_with_just_the_fuel_that_it_needs_ends_well() {
    let (_runtime, guest) = initialised().await;
    let needed = guest.spin_for(1000).receipt().await.1.fuel;
    assert_eq!(guest.spin_for(1000).fuel(needed).await.unwrap(), 1000);
    let error = guest.spin_for(1000).fuel(needed / 2).await.unwrap_err();
    assert_eq!(error.out_of_budget(), Some(Limit::Fuel));
}

#[tokio::test]
async fn a_receipt_tells_how_long_a_call_took_waiting_included() {
    let Bench { runtime, calc, .. } = bench().await;
    let slow = runtime.provide(Slow(Duration::from_millis(5)));
    let relay = start(&runtime, "waiting", apps::RELAY, &[&calc, &slow]).await;
    let relay = relay.caller::<relay::Interface>().unwrap();
    let (result, receipt) = relay.tick_many(2).receipt().await;
    assert_eq!(result.unwrap(), 2);
    assert!(receipt.time >= Duration::from_millis(10), "{receipt}");
}

/// Counts on, after a while.
struct Slow(Duration);

#[isorun::system]
impl host::Host for Slow {
    async fn tick(&self, n: u64) -> u64 {
        tokio::time::sleep(self.0).await;
        n + 1
    }
}

#[tokio::test]
async fn a_receipt_covers_the_apps_below() {
    let (_runtime, calc, relay) = initialised_bench().await;
    let points = vec![compute::Point { x: 1, y: 2 }; 1000];
    let (few, many) = (&points[..500], &points[..]);
    let alone = calc.sum_points(many).receipt().await.1.fuel - calc.sum_points(few).receipt().await.1.fuel;
    let below = relay.sum_points(many).receipt().await.1.fuel - relay.sum_points(few).receipt().await.1.fuel;
    // `relay` does not look at the points, so all that grows with them is the work of `calc`, and that of passing 8 bytes for each point out of
    // one app and into the other, of which each costs four units.
    assert!(alone >= 500, "{alone}");
    assert_eq!(below, alone + 500 * 8 * 2 * 4);
}

#[tokio::test]
async fn memory_that_an_app_below_takes_is_in_the_receipt() {
    let relay = bench().await.relay.caller::<relay::Interface>().unwrap();
    let (result, receipt) = relay.echo(&vec![1; 1 << 20]).receipt().await;
    assert_eq!(result.unwrap().len(), 1 << 20);
    // Both had to make room for the data.
    assert!(receipt.memory >= 2 << 20, "{receipt}");
}

#[tokio::test]
async fn a_receipt_covers_the_apps_below_also_if_the_call_is_late() {
    let runtime = runtime();
    runtime.register_wit("package acme:chain; interface one { f: func(n: u32) -> u32; }").unwrap();
    let body = "(drop (memory.grow (i32.const 1))) (loop $on (br $on)) (i32.const 0)";
    let endless = guests::parse(&format!(
        r#"(component
            (core module $code (memory 1) (func (export "f") (param i32) (result i32) {body}))
            (core instance $code (instantiate $code))
            (func $f (param "n" u32) (result u32) (canon lift (core func $code "f")))
            (instance $out (export "f" (func $f)))
            (export "acme:chain/one" (instance $out)))"#
    ));
    let endless = start(&runtime, "endless", &endless, &[]).await;
    let middle = guests::step("acme:chain/one", "acme:chain/one", 1);
    let middle = start(&runtime, "middle", &middle, &[&endless]).await;
    let balance = 1 << 40;
    for instance in [&middle, &endless] {
        instance.set_fuel(balance);
    }
    let (result, receipt) = middle.call("f", "(1)").timeout(Duration::from_millis(20)).receipt().await;
    assert_eq!(result.unwrap_err().out_of_budget(), Some(Limit::Time));
    assert!(receipt.fuel > 100_000, "{receipt}");
    assert_eq!(receipt.memory, 64 << 10, "{receipt}");
    assert_eq!(middle.counters().fuel, receipt.fuel);
    assert_eq!(middle.fuel(), Some(balance - receipt.fuel));
    assert!(endless.fuel() > middle.fuel() && endless.fuel() < Some(balance - 100_000));
}

#[tokio::test]
async fn fuel_that_runs_out_in_an_app_below_names_that_app() {
    let (_runtime, calc, relay) = initialised_bench().await;
    let points = vec![compute::Point { x: 1, y: 2 }; 100_000];
    calc.sum_points(&points).await.unwrap();
    let both = relay.sum_points(&points).receipt().await.1.fuel;
    // At the end `calc` adds up the points, each of which takes several instructions.
    let error = relay.sum_points(&points).fuel(both - 100_000).await.unwrap_err();
    let CallError::OutOfBudget { limit: which, instance, function, .. } = &error else { panic!("{error}") };
    assert_eq!((*which, &**instance), (Limit::Fuel, "calc"));
    assert_eq!(&**function, "test:bench/compute@0.1.0#sum-points");
}

#[tokio::test]
async fn memory_that_runs_out_in_an_app_below_names_that_app() {
    let relay = bench().await.relay.caller::<relay::Interface>().unwrap();
    let error = relay.echo(&vec![1; 1 << 20]).memory(3 << 19).await.unwrap_err();
    let CallError::OutOfBudget { limit: which, instance, amount: Amount::Bytes(limit), .. } = &error else {
        panic!("{error}")
    };
    assert_eq!((*which, &**instance), (Limit::Memory, "calc"));
    assert!(*limit < 1 << 20, "{error}");
}

/// Has an app do what it is asked for, under the budget of whoever asks.
struct Delegate(compute::Caller);

#[isorun::system]
impl host::Host for Delegate {
    async fn tick(&self, cx: &Cx, n: u64) -> isorun::Result<u64> {
        let sum = self.0.add(u32::try_from(n).unwrap_or(0), 1).within(cx).await?;
        Ok(sum.into())
    }
}

#[tokio::test]
async fn a_call_that_a_system_makes_is_charged_to_its_caller() {
    let (runtime, calc, relay) = initialised_bench().await;
    let delegate = runtime.provide(Delegate(calc.clone()));
    let delegating = start(&runtime, "delegating", apps::RELAY, &[calc.instance(), &delegate]).await;
    let delegating = delegating.caller::<relay::Interface>().unwrap();
    assert_eq!(delegating.add(1, 2).await.unwrap(), 3);

    let one = calc.add(1, 1).receipt().await.1.fuel;
    let (plain, delegated) = (relay.tick_many(3).receipt().await, delegating.tick_many(3).receipt().await);

    assert_eq!((plain.0.unwrap(), delegated.0.unwrap()), (3, 3));
    assert_eq!(delegated.1.fuel, plain.1.fuel + 3 * one);
}

/// The same in a method that answers at once: it drives the call to its end itself.
struct Driver(compute::Caller);

#[isorun::system]
impl host::Host for Driver {
    fn tick(&self, cx: &Cx, n: u64) -> isorun::Result<u64> {
        let mut call = self.0.add(u32::try_from(n).unwrap_or(0), 1).within(cx);
        loop {
            if let std::task::Poll::Ready(sum) = poll_once(&mut call) {
                return Ok(sum?.into());
            }
        }
    }
}

#[tokio::test]
async fn a_call_that_a_sync_method_makes_is_charged_to_its_caller() {
    let (runtime, calc, relay) = initialised_bench().await;
    let driver = runtime.provide(Driver(calc.clone()));
    let driven = start(&runtime, "driven", apps::RELAY, &[calc.instance(), &driver]).await;
    let driven = driven.caller::<relay::Interface>().unwrap();
    assert_eq!(driven.add(1, 2).await.unwrap(), 3);
    let one = calc.add(1, 1).receipt().await.1.fuel;
    let (plain, charged) = (relay.tick_many(3).receipt().await, driven.tick_many(3).receipt().await);
    assert_eq!((plain.0.unwrap(), charged.0.unwrap()), (3, 3));
    assert_eq!(charged.1.fuel, plain.1.fuel + 3 * one);
}

/// Has an app loop for ever, and asks for more than its own caller has.
struct Greedy(misbehave::Caller);

#[isorun::system]
impl host::Host for Greedy {
    async fn tick(&self, cx: &Cx, _n: u64) -> isorun::Result<u64> {
        let spin = self.0.spin().within(cx).fuel(u64::MAX).timeout(Duration::from_secs(3600));
        spin.await.map(|()| 0)
    }
}

#[tokio::test]
async fn a_call_within_another_never_gets_more_than_that_one_has_left() {
    let Bench { runtime, calc, .. } = bench().await;
    let guest = start(&runtime, "misbehave", apps::MISBEHAVE, &[]).await;
    let greedy = runtime.provide(Greedy(caller_of(&guest)));
    let relay = start(&runtime, "greedy", apps::RELAY, &[&calc, &greedy]).await;
    let relay = relay.caller::<relay::Interface>().unwrap();

    let (result, receipt) = relay.tick_many(1).fuel(1_000_000).receipt().await;

    let error = result.unwrap_err();
    let CallError::OutOfBudget { instance, amount: Amount::Fuel(limit), .. } = &error else { panic!("{error}") };
    assert_eq!(&**instance, "misbehave");
    assert!(*limit < 1_000_000, "{error}");
    assert_eq!(receipt.fuel, 1_000_000);
}

/// Lets an app loop for a little while and makes the best of it.
struct Patient(misbehave::Caller);

#[isorun::system]
impl host::Host for Patient {
    async fn tick(&self, cx: &Cx, n: u64) -> u64 {
        let spin = self.0.spin().within(cx).fuel(10_000).await;
        if spin.is_err_and(|error| error.out_of_budget() == Some(Limit::Fuel)) { n + 1 } else { n }
    }
}

#[tokio::test]
async fn a_call_within_another_may_be_given_less_and_its_end_is_not_the_end_of_both() {
    let Bench { runtime, calc, .. } = bench().await;
    let guest = start(&runtime, "misbehave", apps::MISBEHAVE, &[]).await;
    let patient = runtime.provide(Patient(caller_of(&guest)));
    let relay = start(&runtime, "patient", apps::RELAY, &[&calc, &patient]).await;
    let relay = relay.caller::<relay::Interface>().unwrap();
    let (result, receipt) = relay.tick_many(1).receipt().await;
    assert_eq!(result.unwrap(), 1);
    assert!((10_000..20_000).contains(&receipt.fuel), "{receipt}");
    assert_eq!(relay.add(1, 2).await.unwrap(), 3);
}

/// Has an app loop, and changes its mind after a while.
struct Fickle(misbehave::Caller);

#[isorun::system]
impl host::Host for Fickle {
    async fn tick(&self, cx: &Cx, n: u64) -> u64 {
        let mut spin = self.0.spin().within(cx);
        assert!(poll_once(&mut spin).is_pending());
        drop(spin);
        n + 1
    }
}

#[tokio::test]
async fn a_call_within_another_that_is_dropped_is_charged_too() {
    let runtime = runtime_of(Runtime::builder().yield_every(Duration::ZERO));
    let calc = start(&runtime, "calc", apps::CALC, &[]).await;
    let guest = start(&runtime, "misbehave", apps::MISBEHAVE, &[]).await;
    let fickle = runtime.provide(Fickle(caller_of(&guest)));
    let relay = start(&runtime, "relay", apps::RELAY, &[&calc, &fickle]).await;
    let relay = relay.caller::<relay::Interface>().unwrap();
    let (result, receipt) = relay.tick_many(1).receipt().await;
    assert_eq!(result.unwrap(), 1);
    assert!(receipt.fuel >= 10_000, "{receipt}");
}

/// Has two apps work at the same time.
struct Both(compute::Caller, misbehave::Caller);

#[isorun::system]
impl host::Host for Both {
    async fn tick(&self, cx: &Cx, _n: u64) -> isorun::Result<u64> {
        let (sum, count) = tokio::join!(self.0.add(1, 2).within(cx), self.1.spin_for(1000).within(cx));
        Ok(u64::from(sum?) + count?)
    }
}

#[tokio::test]
async fn calls_that_are_made_at_the_same_time_are_all_charged() {
    let (runtime, calc, relay) = initialised_bench().await;
    let guest = caller_of(&start(&runtime, "misbehave", apps::MISBEHAVE, &[]).await);
    guest.count().await.unwrap();
    let apart = calc.add(1, 2).receipt().await.1.fuel
        + guest.spin_for(1000).receipt().await.1.fuel
        + relay.tick_many(1).receipt().await.1.fuel;

    let both = runtime.provide(Both(calc.clone(), guest));
    let relay = start(&runtime, "both", apps::RELAY, &[calc.instance(), &both]).await;
    let relay = relay.caller::<relay::Interface>().unwrap();
    relay.add(1, 2).await.unwrap();
    let (result, receipt) = relay.tick_many(1).receipt().await;

    assert_eq!(result.unwrap(), 1003);
    assert_eq!(receipt.fuel, apart);
}

#[tokio::test]
async fn a_call_within_one_whose_time_is_up_does_not_run() {
    let (_runtime, _, guest) = misbehaving().await;
    let cx = Cx::root(Budget { time: Duration::ZERO, ..Budget::default() });
    let error = guest.count().within(&cx).await.unwrap_err();
    assert_eq!(error.out_of_budget(), Some(Limit::Time));
    assert_eq!(guest.count().await.unwrap(), 1);
}

#[tokio::test]
async fn a_call_through_the_host_trait_is_charged_to_its_context() {
    let (_runtime, calc, _) = initialised_bench().await;
    let one = calc.add(1, 1).receipt().await.1.fuel;
    let cx = Cx::root(Budget { fuel: 1000, ..Budget::default() });
    assert_eq!(Compute::add(&calc, &cx, 1, 2).await.unwrap(), 3);
    assert_eq!(Compute::add(&calc, &cx, 1, 2).await.unwrap(), 3);
    assert_eq!(cx.fuel(), 1000 - 2 * one);
}

/// Calls the app that calls it, and that waits for it.
struct Circular(Arc<OnceLock<relay::Caller>>);

#[isorun::system]
impl host::Host for Circular {
    async fn tick(&self, cx: &Cx, _n: u64) -> isorun::Result<u64> {
        let Some(caller) = self.0.get() else { return Ok(0) };
        caller.add(1, 2).within(cx).await.map(u64::from)
    }
}

#[tokio::test]
async fn an_app_that_a_system_calls_back_is_told_that_it_waits_for_this_very_call() {
    let Bench { runtime, calc, .. } = bench().await;
    let target = Arc::default();
    let circular = runtime.provide(Circular(Arc::clone(&target)));
    let relay = start(&runtime, "circular", apps::RELAY, &[&calc, &circular]).await;
    let relay = relay.caller::<relay::Interface>().unwrap();
    target.set(relay.clone()).unwrap();
    let error = relay.tick_many(1).await.unwrap_err();
    let CallError::ProviderDown { cause, .. } = &error else { panic!("{error}") };
    assert!(matches!(**cause, CallError::ReEntered { .. }), "{error}");
    assert!(cause.to_string().contains("called back while `circular` waits"), "{error}");
    assert_eq!(calc.call("add", "(1, 2)").await.unwrap(), "3");
}

/// Never answers.
struct Silent;

#[isorun::system]
impl host::Host for Silent {
    async fn tick(&self, _n: u64) -> u64 {
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_system_that_never_answers_is_left_at_the_deadline() {
    let Bench { runtime, calc, .. } = bench().await;
    let silent = runtime.provide(Silent);
    let relay = start(&runtime, "waiting", apps::RELAY, &[&calc, &silent]).await;
    let relay = relay.caller::<relay::Interface>().unwrap();
    let error = relay.tick_many(1).timeout(Duration::from_millis(10)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "out of time: `waiting` was stopped in `test:bench/relay@0.1.0#tick-many` at its limit of 10ms, while it waited for its provider `Silent`
  help: give the call more time with `.timeout(..)` or a later `.deadline(..)`, or raise the `budget` in the runtime's builder"
    );
    let direct = silent.caller::<host::Interface>().unwrap();
    let error = direct.tick(1).timeout(Duration::from_millis(10)).await.unwrap_err();
    assert_eq!(error.out_of_budget(), Some(Limit::Time));
}

/// Tells what its caller has left.
struct Meter;

#[isorun::system]
impl host::Host for Meter {
    fn tick(&self, cx: &Cx, _n: u64) -> u64 {
        cx.fuel()
    }
}

#[tokio::test]
async fn a_system_sees_what_its_caller_has_left() {
    let Bench { runtime, calc, .. } = bench().await;
    let meter = runtime.provide(Meter);
    let relay = start(&runtime, "metered", apps::RELAY, &[&calc, &meter]).await;
    let relay = relay.caller::<relay::Interface>().unwrap();
    let (left, receipt) = relay.tick_many(1).fuel(1_000_000).receipt().await;
    let left = left.unwrap();
    assert!(left < 1_000_000 && left >= 1_000_000 - receipt.fuel, "{left} were left, {receipt}");
    assert_eq!(meter.call("tick", "(0)").fuel(77).await.unwrap(), "77");
}

#[tokio::test]
async fn the_largest_budgets_are_budgets_too() {
    let (_runtime, _, relay) = initialised_bench().await;
    let usual = relay.add(1, 2).receipt().await.1;
    let (sum, receipt) = relay.add(1, 2).fuel(u64::MAX).memory(u64::MAX).timeout(Duration::MAX).receipt().await;
    assert_eq!(sum.unwrap(), 3);
    assert_eq!((receipt.fuel, receipt.memory), (usual.fuel, usual.memory));
}

#[tokio::test]
async fn a_system_costs_no_fuel() {
    let runtime = runtime();
    let ticker = runtime.provide(Ticker).caller::<host::Interface>().unwrap();
    let (n, receipt) = ticker.tick(1).fuel(1).memory(0).receipt().await;
    assert_eq!((n.unwrap(), receipt.fuel, receipt.memory), (2, 0, 0));
}

/// Counts how often it is called.
#[derive(Clone, Default)]
struct Counts(Arc<AtomicU64>);

#[isorun::system]
impl host::Host for Counts {
    fn tick(&self, n: u64) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed);
        n
    }
}

/// With no time or no fuel nothing is done, whoever provides, and whoever says so: the call, the runtime's default, or the call above it.
#[tokio::test]
async fn no_time_or_no_fuel_lets_nothing_run_whoever_provides() {
    let (counts, usual) = (Counts::default(), Budget::default());
    let nothing = [Budget { time: Duration::ZERO, ..usual }, Budget { fuel: 0, ..usual }];
    for (budget, limit) in nothing.into_iter().zip([Limit::Time, Limit::Fuel]) {
        let (plenty, none) = (runtime(), runtime_of(Runtime::builder().budget(budget).max_stores(2)));
        let calc = start(&plenty, "calc", apps::CALC, &[]).await;
        let system = plenty.provide(counts.clone());
        let guest = start(&plenty, "relay", apps::RELAY, &[&calc, &system]).await;
        let token = plenty.export::<host::Interface>(&system).unwrap();
        let remote = plenty.import::<host::Interface>(token, link_to(&plenty));
        let (poor_system, poor_remote) =
            (none.provide(counts.clone()), none.import::<host::Interface>(token, link_to(&plenty)));
        let cx = Cx::root(budget);
        let mut calls = vec![poor_system.call("tick", "(1)"), poor_remote.call("tick", "(1)")];
        for (instance, function) in [(&system, "tick"), (&remote, "tick"), (&guest, "tick-many")] {
            calls.push(instance.call(function, "(1)").within(&cx));
            calls.push(match limit {
                Limit::Time => instance.call(function, "(1)").timeout(Duration::ZERO),
                _ => instance.call(function, "(1)").fuel(0),
            });
        }
        for call in calls {
            let error = call.await.unwrap_err();
            assert_eq!(error.out_of_budget(), Some(limit), "{error}");
        }
        assert_eq!(counts.0.load(Ordering::Relaxed), 0);
        assert_eq!(guest.call("tick-many", "(1)").await.unwrap(), "0", "it is well");
        assert_eq!(counts.0.load(Ordering::Relaxed), 1);
        counts.0.store(0, Ordering::Relaxed);

        // What calls the host as it starts does not start.
        let system = none.provide(counts.clone());
        let starts = add(&none, "starts", &starter()).await;
        let error = none.instantiate(&starts).with(&system).await.unwrap_err();
        let InstantiateError::Start { cause, .. } = &error else { panic!("{error}") };
        assert_eq!(cause.out_of_budget(), Some(limit), "{error}");
        assert_eq!(counts.0.load(Ordering::Relaxed), 0);
    }
}

/// A call that is late before it begins does not run, so that nothing is lost by it.
#[tokio::test]
async fn a_deadline_that_has_passed_lets_nothing_run() {
    let Bench { runtime: _runtime, calc, relay } = bench().await;
    let past = std::time::Instant::now() - Duration::from_millis(1);
    let caller = relay.caller::<relay::Interface>().unwrap();
    for call in [caller.tick_many(2000).deadline(past), caller.tick_many(2000).timeout(Duration::ZERO)] {
        let error = call.await.unwrap_err();
        assert_eq!(error.out_of_budget(), Some(Limit::Time), "{error}");
    }
    assert!(calc.call("add", "(1, 2)").deadline(past).await.is_err());
    assert_eq!((relay.counters().calls, calc.counters().calls), (0, 0));
    assert_eq!(caller.tick_many(2).await.unwrap(), 2);
}
