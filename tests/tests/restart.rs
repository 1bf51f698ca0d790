//! What becomes of an instance whose call ended badly: poisoned, or started anew behind the same token.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use isorun::instance::InstanceState;
use isorun::limits::Limit;
use isorun::{Budget, CallError, Cx, Instance, Restart, Reuse, Runtime};
use isorun_tests::{
    Gate, Starts, Ticker, add, again, apps, caller_of, guests, host, misbehave, misbehaving, poll_once, relay, runtime,
    runtime_of, start, starter,
};

/// As often as it takes.
const ALWAYS: Restart = Restart::Limited { max: u32::MAX, within: Duration::from_secs(1) };

/// So many times, however long that takes.
fn at_most(max: u32) -> Restart {
    Restart::Limited { max, within: Duration::from_secs(24 * 60 * 60) }
}

async fn restarting(runtime: &Runtime, restart: Restart) -> (Instance, misbehave::Caller) {
    let app = add(runtime, "misbehave", apps::MISBEHAVE).await;
    let instance = runtime.instantiate(&app).restart(restart).await.unwrap();
    let caller = caller_of(&instance);
    (instance, caller)
}

#[tokio::test]
async fn an_instance_that_is_never_restarted_tells_everybody_who_waits_and_comes() {
    let (_runtime, instance, guest) = misbehaving().await;
    let mut running = guest.spin();
    assert!(poll_once(&mut running).is_pending());
    let (mut one, mut two) = (guest.count(), guest.count());
    assert!(poll_once(&mut one).is_pending() && poll_once(&mut two).is_pending());
    drop(running);
    let (one, two) = tokio::join!(one, two);
    for told in [one, two, guest.count().await] {
        let CallError::Poisoned { instance, cause, .. } = told.unwrap_err() else { panic!("they are told") };
        assert_eq!(&*instance, "misbehave");
        assert!(matches!(*cause, CallError::Cancelled { .. }));
    }
    let counters = instance.counters();
    assert_eq!((counters.calls, counters.failures, counters.refused, counters.restarts), (1, 1, 3, 0));
    assert!(matches!(counters.last_fault.as_deref(), Some(CallError::Cancelled { .. })));
}

const CHAIN: &str =
    "package acme:chain; interface one { f: func(n: u32) -> u32; } interface two { f: func(n: u32) -> u32; }";

/// `acme:chain/one`: it gives back what it is given, and traps when that is 13.
fn afraid_of_13() -> Vec<u8> {
    let body = "(if (i32.eq (local.get 0) (i32.const 13)) (then unreachable)) (local.get 0)";
    guests::provider("acme:chain/one", &[("f", r#"(param "n" u32) (result u32)"#, body)])
}

/// `acme:chain/three` on `two` on `one`.
async fn chain(runtime: &Runtime) -> [Instance; 3] {
    runtime.register_wit(CHAIN).unwrap();
    let bottom = start(runtime, "bottom", &afraid_of_13(), &[]).await;
    let middle = guests::step("acme:chain/one", "acme:chain/two", 10);
    let middle = start(runtime, "middle", &middle, &[&bottom]).await;
    let top = guests::step("acme:chain/two", "acme:chain/three", 100);
    let top = start(runtime, "top", &top, &[&middle]).await;
    [bottom, middle, top]
}

#[tokio::test]
async fn whoever_calls_through_dead_providers_is_told_all_of_them() {
    let runtime = runtime();
    let [bottom, middle, top] = chain(&runtime).await;
    assert_eq!(top.call("f", "(1)").await.unwrap(), "111");
    bottom.call("f", "(13)").await.unwrap_err();

    let error = top.call("f", "(1)").await.unwrap_err();
    let CallError::ProviderDown { instance, cause, .. } = &error else { panic!("{error}") };
    assert_eq!(&**instance, "top");
    let CallError::ProviderDown { instance, cause, .. } = &**cause else { panic!("{error}") };
    assert_eq!(&**instance, "middle");
    let CallError::Poisoned { instance, cause, .. } = &**cause else { panic!("{error}") };
    assert_eq!(&**instance, "bottom");
    assert!(matches!(&**cause, CallError::Trap { .. }), "{error}");

    // Whoever was on the way is dead now as well, and says why.
    let error = top.call("f", "(1)").await.unwrap_err();
    assert_eq!(
        format!("{error:#}").lines().next().unwrap(),
        "`top` is poisoned: `top` stopped in `acme:chain/three#f` because its provider `middle` failed: \
         `middle` stopped in `acme:chain/two#f` because its provider `bottom` failed: \
         `bottom` is poisoned: `bottom` trapped in `acme:chain/one#f`: wasm trap: wasm `unreachable` instruction executed"
    );
    assert!(matches!(middle.state(), InstanceState::Poisoned(_)));
}

/// The ways in which a call ends badly in the guest alone.
#[tokio::test]
async fn after_every_kind_of_end_the_app_starts_anew_behind_its_token() {
    let runtime = runtime_of(Runtime::builder().yield_every(Duration::ZERO));
    let (instance, guest) = restarting(&runtime, at_most(10)).await;
    let kinds = ["trap", "out of fuel", "out of memory", "out of time", "cancelled"];
    for (faults, kind) in (1..).zip(kinds) {
        assert_eq!(guest.count().await.unwrap(), 1, "before {kind}");
        assert_eq!(guest.count().await.unwrap(), 2, "before {kind}");
        let ended = match kind {
            "trap" => guest.trap().await.unwrap_err().kind(),
            "out of fuel" => guest.spin().fuel(100_000).await.unwrap_err().kind(),
            "out of memory" => guest.grow(1 << 30).memory(1 << 20).await.unwrap_err().kind(),
            "out of time" => guest.spin().fuel(u64::MAX).timeout(Duration::from_millis(5)).await.unwrap_err().kind(),
            _ => {
                let mut call = guest.spin();
                assert!(poll_once(&mut call).is_pending());
                "cancelled"
            }
        };
        assert_eq!(ended, kind);
        assert!(matches!(instance.state(), InstanceState::Idle), "after {kind}");
        let counters = instance.counters();
        assert_eq!((counters.failures, counters.restarts), (faults, faults), "after {kind}");
        assert_eq!(counters.last_fault.unwrap().kind(), kind);
        assert_eq!(counters.stores, 0, "after {kind}");
    }
    assert_eq!(guest.count().await.unwrap(), 1);
    assert_eq!(instance.counters().calls, 16);
}

/// Panics at 13.
struct Superstitious;

#[isorun::system]
impl host::Host for Superstitious {
    fn tick(&self, n: u64) -> u64 {
        assert!(n != 13, "the thirteenth tick");
        n + 1
    }
}

#[tokio::test]
async fn an_app_that_starts_anew_has_the_wiring_that_it_had() {
    let runtime = runtime();
    let calc = start(&runtime, "calc", apps::CALC, &[]).await;
    let system = runtime.provide(Superstitious);
    let app = add(&runtime, "relay", apps::RELAY).await;
    let relay = runtime.instantiate(&app).with(&calc).with(&system).restart(at_most(1)).await.unwrap();
    let caller = relay.caller::<relay::Interface>().unwrap();
    let before = runtime.graph().to_string();
    assert!(matches!(caller.tick_many(14).await, Err(CallError::HostPanic { .. })));
    assert_eq!(caller.tick_many(3).await.unwrap(), 3);
    assert_eq!(caller.add(1, 2).await.unwrap(), 3);
    assert_eq!(runtime.graph().to_string(), before);
    assert!(matches!(relay.counters().last_fault.as_deref(), Some(CallError::HostPanic { .. })));
}

#[tokio::test]
async fn a_guest_whose_provider_died_and_starts_anew_is_served_again() {
    let runtime = runtime();
    let calc = add(&runtime, "calc", apps::CALC).await;
    let calc = runtime.instantiate(&calc).restart(ALWAYS).await.unwrap();
    let relay = add(&runtime, "relay", apps::RELAY).await;
    let relay = runtime.instantiate(&relay).with(&calc).with(&runtime.provide(Ticker)).await.unwrap();
    calc.call("add", "(1, 2)").fuel(1).await.unwrap_err();
    assert_eq!(relay.call("add", "(1, 2)").await.unwrap(), "3");
}

#[tokio::test]
async fn calls_that_wait_for_an_app_that_starts_anew_are_not_lost() {
    let runtime = runtime_of(Runtime::builder().yield_every(Duration::ZERO));
    let (_, guest) = restarting(&runtime, at_most(1)).await;
    let (mut running, mut one, mut two) = (guest.spin(), guest.count(), guest.count());
    assert!(poll_once(&mut running).is_pending());
    assert!(poll_once(&mut one).is_pending() && poll_once(&mut two).is_pending());
    drop(running);
    let (two, one) = tokio::join!(two, one);
    assert_eq!((one.unwrap(), two.unwrap()), (1, 2));
}

#[tokio::test]
async fn too_many_faults_within_the_span_poison_after_all() {
    let budget = Budget { fuel: 1_000_000, ..Budget::default() };
    let runtime = runtime_of(Runtime::builder().yield_every(Duration::ZERO).budget(budget));
    let (instance, guest) = restarting(&runtime, at_most(2)).await;
    guest.trap().await.unwrap_err();
    guest.spin().await.unwrap_err();
    assert_eq!(guest.count().await.unwrap(), 1);
    let (mut last, mut waiting) = (guest.spin(), guest.count());
    assert!(poll_once(&mut last).is_pending() && poll_once(&mut waiting).is_pending());
    let (last, waiting) = tokio::join!(last, waiting);
    assert_eq!(last.unwrap_err().out_of_budget(), Some(Limit::Fuel));
    let CallError::Poisoned { cause, .. } = waiting.unwrap_err() else { panic!("it goes on") };
    assert_eq!(cause.out_of_budget(), Some(Limit::Fuel));
    assert!(matches!(instance.state(), InstanceState::Poisoned(_)));
    assert_eq!(instance.counters().restarts, 2);
}

/// Whoever shares an instance could else end it for the others.
#[tokio::test]
async fn faults_that_callers_make_with_small_budgets_or_by_giving_up_do_not_count() {
    let runtime = runtime_of(Runtime::builder().yield_every(Duration::ZERO));
    let (instance, guest) = restarting(&runtime, at_most(0)).await;
    for _ in 0..3 {
        assert_eq!(guest.spin().fuel(20_000).await.unwrap_err().out_of_budget(), Some(Limit::Fuel));
        let late = guest.spin().timeout(Duration::from_millis(1)).await.unwrap_err();
        assert_eq!(late.out_of_budget(), Some(Limit::Time));
        assert_eq!(guest.grow(4 << 20).memory(0).await.unwrap_err().out_of_budget(), Some(Limit::Memory));
        let mut given_up = guest.spin();
        assert!(poll_once(&mut given_up).is_pending());
        drop(given_up);
        assert_eq!(guest.count().await.unwrap(), 1);
    }
    assert_eq!(instance.counters().restarts, 12);
    guest.trap().await.unwrap_err();
    assert!(matches!(guest.count().await, Err(CallError::Poisoned { .. })));
}

/// A budget that ends deep down ends everything above, which tells nothing of those apps either.
#[tokio::test]
async fn nor_do_those_that_they_make_far_below() {
    let runtime = runtime();
    runtime.register_wit(CHAIN).unwrap();
    let app = add(&runtime, "bottom", &afraid_of_13()).await;
    let bottom = runtime.instantiate(&app).restart(at_most(0)).await.unwrap();
    let app = add(&runtime, "top", &guests::step("acme:chain/one", "acme:chain/two", 10)).await;
    let top = runtime.instantiate(&app).with(&bottom).restart(at_most(0)).await.unwrap();
    let enough = top.call("f", "(1)").receipt().await.1.fuel;
    for fuel in 1..enough {
        // The last instructions of a function run on credit.
        if let Err(error) = top.call("f", "(1)").fuel(fuel).await {
            assert_eq!(error.out_of_budget(), Some(Limit::Fuel));
        }
    }
    assert!(top.counters().restarts > 0 && bottom.counters().restarts > 0);
    assert_eq!(top.call("f", "(1)").await.unwrap(), "11");
    top.call("f", "(13)").await.unwrap_err();
    // What its provider has done is no fault of the one above.
    assert!(matches!(bottom.call("f", "(1)").await, Err(CallError::Poisoned { .. })));
    let error = top.call("f", "(1)").await.unwrap_err();
    assert!(
        matches!(&error, CallError::ProviderDown { cause, .. } if matches!(**cause, CallError::Poisoned { .. })),
        "{error}"
    );
}

#[tokio::test]
async fn faults_that_are_long_past_do_not_count() {
    let runtime = runtime();
    let (_, guest) = restarting(&runtime, Restart::Limited { max: 1, within: Duration::from_nanos(1) }).await;
    for _ in 0..10 {
        guest.trap().await.unwrap_err();
    }
    assert_eq!(guest.count().await.unwrap(), 1);
}

#[tokio::test]
async fn a_fault_in_a_pool_costs_one_store_and_the_others_keep_theirs() {
    let runtime = runtime_of(Runtime::builder().yield_every(Duration::ZERO));
    let app = add(&runtime, "misbehave", apps::MISBEHAVE).await;
    let pool = runtime.instantiate(&app).reuse(Reuse::pool(2)).restart(ALWAYS).await.unwrap();
    let guest = caller_of(&pool);
    assert_eq!((guest.count().await.unwrap(), guest.count().await.unwrap()), (1, 2));
    // The second store is made while the first one is busy, and lost.
    let mut running = guest.spin_for(100_000);
    assert!(poll_once(&mut running).is_pending());
    guest.trap().await.unwrap_err();
    assert_eq!(running.await.unwrap(), 100_000);
    assert_eq!(guest.count().await.unwrap(), 3);
}

#[tokio::test]
async fn a_poisoned_pool_gives_all_its_memory_back() {
    let runtime = runtime_of(Runtime::builder().yield_every(Duration::ZERO).max_stores(2));
    let app = add(&runtime, "misbehave", apps::MISBEHAVE).await;
    let pool = runtime.instantiate(&app).reuse(Reuse::pool(2)).await.unwrap();
    let guest = caller_of(&pool);
    let mut running = guest.spin_for(100_000);
    assert!(poll_once(&mut running).is_pending());
    guest.trap().await.unwrap_err();
    // What runs goes on to its end, and leaves nothing.
    assert_eq!(running.await.unwrap(), 100_000);
    assert!(matches!(guest.count().await, Err(CallError::Poisoned { .. })));
    assert_eq!(pool.counters().stores, 0);
    again(&runtime, &app, &[]).await;
    again(&runtime, &app, &[]).await;
}

#[tokio::test]
async fn an_app_that_does_not_start_anew_for_its_provider_says_so_and_that_is_no_fault_of_its_own() {
    let runtime = runtime();
    let starts = Starts::new(1);
    let system = runtime.provide(starts.clone());
    let app = add(&runtime, "starter", &starter()).await;
    let instance = runtime.instantiate(&app).with(&system).restart(at_most(1)).await.unwrap();
    instance.call("trap", "()").await.unwrap_err();
    // The largest budgets are none that could overflow what is counted.
    for _ in 0..2 {
        let error = instance.call("go", "()").fuel(u64::MAX).await.unwrap_err();
        let CallError::ProviderDown { instance, function, cause, .. } = &error else { panic!("{error}") };
        assert_eq!((&**instance, &**function), ("starter", "start"));
        assert_eq!(cause.to_string(), "no more starts");
    }
    let counters = instance.counters();
    assert_eq!((counters.failures, counters.restarts), (3, 3));
    assert_eq!(counters.last_fault.unwrap().kind(), "provider down");

    starts.allow(1);
    starts.gate().open(1);
    assert_eq!(instance.call("go", "()").await.unwrap(), "2");
    instance.call("trap", "()").await.unwrap_err();
    assert!(matches!(instance.state(), InstanceState::Poisoned(_)));
}

#[tokio::test]
async fn a_start_that_is_given_up_on_is_no_fault_and_the_next_call_tries_again() {
    let runtime = runtime();
    let gate = Gate::new();
    gate.open(1);
    let system = runtime.provide(gate.clone());
    let app = add(&runtime, "starter", &starter()).await;
    let instance = runtime.instantiate(&app).with(&system).restart(at_most(1)).await.unwrap();
    instance.call("trap", "()").await.unwrap_err();
    let mut starting = instance.call("go", "()");
    assert!(poll_once(&mut starting).is_pending());
    assert_eq!(gate.inside(), 1);
    drop(starting);
    assert_eq!(gate.inside(), 0);
    gate.open(2);
    assert_eq!(instance.call("go", "()").await.unwrap(), "2");
    assert_eq!(instance.counters().failures, 1);
}

/// An app that never comes to its end when it starts would else take all the time of every call, for ever.
#[tokio::test]
async fn a_start_that_takes_all_the_time_of_its_call_is_a_fault() {
    let budget = Budget { time: Duration::from_millis(300), ..Budget::default() };
    let runtime = runtime_of(Runtime::builder().budget(budget));
    let gate = Gate::new();
    gate.open(1);
    let system = runtime.provide(gate.clone());
    let app = add(&runtime, "starter", &starter()).await;
    let instance = runtime.instantiate(&app).with(&system).restart(at_most(2)).await.unwrap();
    instance.call("trap", "()").await.unwrap_err();
    for faults in [2, 3] {
        let error = instance.call("go", "()").await.unwrap_err();
        assert_eq!(error.out_of_budget(), Some(Limit::Time));
        assert_eq!((gate.inside(), instance.counters().failures), (0, faults));
    }
    let error = instance.call("go", "()").await.unwrap_err();
    let CallError::Poisoned { cause, .. } = &error else { panic!("{error}") };
    assert!(cause.to_string().starts_with("out of time: `starter` was stopped in `start`"), "{cause}");
}

/// Calls whom it is told to, once it is told, on behalf of who calls it.
struct Back(Arc<OnceLock<Instance>>);

#[isorun::system]
impl host::Host for Back {
    async fn tick(&self, cx: &Cx, _n: u64) -> isorun::Result<u64> {
        let Some(above) = self.0.get() else { return Ok(0) };
        above.call("f", "(1)").within(cx).await.map(|_| 0)
    }
}

#[tokio::test]
async fn an_app_that_calls_its_caller_back_while_it_starts_is_told_so_and_nobody_waits() {
    let runtime = runtime();
    runtime.register_wit(CHAIN).unwrap();
    let below = guests::parse(
        r#"(component
            (import "test:bench/host@0.1.0" (instance $host (export "tick" (func (param "n" u64) (result u64)))))
            (core func $tick (canon lower (func $host "tick")))
            (core module $code
                (import "host" "tick" (func $tick (param i64) (result i64)))
                (func $start (drop (call $tick (i64.const 0))))
                (start $start)
                (func (export "f") (param i32) (result i32)
                    (if (i32.eq (local.get 0) (i32.const 13)) (then unreachable))
                    (local.get 0)))
            (core instance $code (instantiate $code (with "host" (instance (export "tick" (func $tick))))))
            (func $f (param "n" u32) (result u32) (canon lift (core func $code "f")))
            (instance $one (export "f" (func $f)))
            (export "acme:chain/one" (instance $one)))"#,
    );
    let back = Arc::default();
    let system = runtime.provide(Back(Arc::clone(&back)));
    let below = add(&runtime, "below", &below).await;
    let below = runtime.instantiate(&below).with(&system).restart(ALWAYS).await.unwrap();
    let above = start(&runtime, "above", &guests::step("acme:chain/one", "acme:chain/two", 1), &[&below]).await;
    back.set(above.clone()).unwrap();
    below.call("f", "(13)").await.unwrap_err();
    let error = above.call("f", "(1)").await.unwrap_err();
    let mut cause = &error;
    while let CallError::ProviderDown { cause: next, .. } = cause {
        cause = next;
    }
    assert!(matches!(cause, CallError::ReEntered { instance, .. } if &**instance == "above"), "{error}");
}

/// How many callers there are, and how many calls each of them makes; every tenth of those traps.
const CALLERS: u32 = 64;
const CALLS: u32 = 30;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_dies_under_load_comes_back_and_only_the_calls_in_it_are_lost() {
    let runtime = runtime();
    let (instance, guest) = restarting(&runtime, ALWAYS).await;
    let app = add(&runtime, "neighbour", apps::MISBEHAVE).await;
    let neighbour = caller_of(&again(&runtime, &app, &[]).await);
    let sum = Arc::new(AtomicU64::new(0));
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let (guest, neighbour, sum) = (guest.clone(), neighbour.clone(), sum.clone());
            tokio::spawn(async move {
                for call in 0..CALLS {
                    if call % 10 == caller % 10 {
                        assert!(matches!(guest.trap().await, Err(CallError::Trap { .. })));
                        neighbour.count().await.unwrap();
                    } else {
                        sum.fetch_add(guest.add(caller, call).await.unwrap().into(), Ordering::Relaxed);
                    }
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    let expected = (0..CALLERS).flat_map(|caller| (0..CALLS).map(move |call| (caller, call)));
    let expected = expected.filter(|(caller, call)| call % 10 != caller % 10);
    assert_eq!(sum.load(Ordering::Relaxed), expected.map(|(caller, call)| u64::from(caller + call)).sum::<u64>());
    let (all, traps) = (u64::from(CALLERS * CALLS), u64::from(CALLERS * CALLS / 10));
    let counters = instance.counters();
    assert_eq!((counters.calls, counters.failures, counters.restarts), (all, traps, traps));
    assert_eq!((counters.running, counters.waiting, counters.refused), (0, 0, 0));
    assert_eq!(neighbour.count().await.unwrap(), traps + 1);
}

/// The same behind apps, one of which is called anew each time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guests_whose_provider_dies_under_load_lose_no_other_call() {
    let runtime = runtime();
    runtime.register_wit(CHAIN).unwrap();
    let fresh = |name: &'static str, app: Vec<u8>, on: Instance| {
        let runtime = runtime.clone();
        async move {
            let app = add(&runtime, name, &app).await;
            runtime.instantiate(&app).with(&on).reuse(Reuse::Fresh).restart(ALWAYS).await.unwrap()
        }
    };
    let provider = add(&runtime, "provider", &afraid_of_13()).await;
    let provider = runtime.instantiate(&provider).restart(ALWAYS).await.unwrap();
    let near = fresh("near", guests::step("acme:chain/one", "acme:chain/two", 10), provider.clone()).await;
    let far = fresh("far", guests::step("acme:chain/two", "acme:chain/three", 100), near).await;
    let callers: Vec<_> = (0..32u32)
        .map(|_| {
            let far = far.clone();
            tokio::spawn(async move {
                for n in 0..20 {
                    let result = far.call("f", &format!("({n})")).await;
                    match n {
                        13 => assert!(matches!(result, Err(CallError::ProviderDown { .. })), "{result:?}"),
                        _ => assert_eq!(result.unwrap(), (n + 110).to_string()),
                    }
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    let counters = provider.counters();
    assert_eq!((counters.calls, counters.failures, counters.restarts), (640, 32, 32));
}
