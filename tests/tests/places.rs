//! What stores take of the engine is shared: who waits for a place, who gets it, and who is told that there is none.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use isorun::error::{RemoveError, ReplaceError};
use isorun::instance::InstanceState;
use isorun::limits::Limit;
use isorun::{CallError, Cx, Instance, InstantiateError, Restart, Reuse, Runtime};
use isorun_tests::{Gate, add, again, apps, caller_of, guests, host, poll_once, runtime_of, start};

fn of_stores(stores: u32) -> Runtime {
    runtime_of(Runtime::builder().yield_every(Duration::ZERO).max_stores(stores))
}

/// Notes who calls, in this order, and holds every caller back until it is opened.
#[derive(Clone)]
struct Door {
    gate: Gate,
    came: Arc<Mutex<Vec<String>>>,
}

impl Door {
    fn new() -> Door {
        Door { gate: Gate::new(), came: Arc::default() }
    }

    fn came(&self) -> Vec<String> {
        self.came.lock().unwrap().clone()
    }
}

#[isorun::system]
impl host::Host for Door {
    async fn tick(&self, cx: &Cx, n: u64) -> u64 {
        self.came.lock().unwrap().push(cx.caller().unwrap().to_string());
        self.gate.pass(n).await
    }
}

/// An app with so many memories, whose `go` goes through the door.
fn through_the_door(memories: usize) -> Vec<u8> {
    let more = "(core instance (instantiate $memory))".repeat(memories);
    guests::parse(&format!(
        r#"(component
            (import "test:bench/host@0.1.0" (instance $host (export "tick" (func (param "n" u64) (result u64)))))
            (core func $tick (canon lower (func $host "tick")))
            (core module $memory (memory 1))
            (core module $code
                (import "host" "tick" (func $tick (param i64) (result i64)))
                (func (export "go") (drop (call $tick (i64.const 1))))
                (func (export "trap") unreachable))
            {more}
            (core instance $code (instantiate $code (with "host" (instance (export "tick" (func $tick))))))
            (func (export "go") (canon lift (core func $code "go")))
            (func (export "trap") (canon lift (core func $code "trap"))))"#
    ))
}

/// An instance of this name, each of whose calls goes through the door.
async fn behind(runtime: &Runtime, name: &str, memories: usize, door: &Door, reuse: Reuse) -> Instance {
    let app = add(runtime, name, &through_the_door(memories)).await;
    let system = runtime.provide(door.clone());
    runtime.instantiate(&app).with(&system).reuse(reuse).await.unwrap_or_else(|error| panic!("{error}"))
}

/// A call that owns its handle.
type Owned = Pin<Box<dyn Future<Output = Result<String, CallError>> + Send>>;

fn owned(instance: &Instance, function: &'static str, arguments: String) -> Owned {
    let instance = instance.clone();
    Box::pin(async move { instance.call(function, &arguments).await })
}

/// A call that has begun: it waits behind the door, or for a place.
fn begun(instance: &Instance) -> Owned {
    let mut call = owned(instance, "go", "()".into());
    assert!(poll_once(&mut call).is_pending());
    call
}

fn stores_in_use(runtime: &Runtime) -> u32 {
    runtime.places().used.stores
}

#[tokio::test]
async fn fresh_calls_wait_until_there_is_a_place() {
    let runtime = of_stores(4);
    let _serial = start(&runtime, "serial", apps::CALC, &[]).await;
    let app = add(&runtime, "misbehave", apps::MISBEHAVE).await;
    let fresh = runtime.instantiate(&app).reuse(Reuse::Fresh).await.unwrap();
    let guest = caller_of(&fresh);
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let guest = guest.clone();
            tokio::spawn(async move { guest.spin_for(10_000).await })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap(), 10_000);
    }
    assert_eq!((fresh.counters().calls, fresh.counters().refused), (20, 0));
    assert_eq!(stores_in_use(&runtime), 1);
}

#[tokio::test]
async fn a_flood_of_calls_of_one_instance_delays_a_call_of_another_by_one_turn() {
    let (runtime, door) = (of_stores(2), Door::new());
    let _stays = start(&runtime, "stays", apps::CALC, &[]).await;
    let flood = behind(&runtime, "flood", 1, &door, Reuse::Fresh).await;
    let honest = behind(&runtime, "honest", 1, &door, Reuse::Fresh).await;
    let mut calls = Vec::new();
    for _ in 0..1000 {
        calls.push(begun(&flood));
        // A task of tokio's may only do so much before it gives way.
        tokio::task::yield_now().await;
    }
    calls.push(begun(&honest));
    assert_eq!(flood.counters().waiting, 999);
    door.gate.open(calls.len());
    // Whoever is polled first is not the one whose turn it is.
    for call in all(calls).await {
        call.unwrap();
    }
    let came = door.came();
    assert_eq!(came.iter().position(|name| name == "honest"), Some(2), "behind the one that ran, and one that waited");
    assert_eq!(came.len(), 1001);
    assert_eq!(stores_in_use(&runtime), 1);
}

/// Waits for all, each in a task of its own, of which the last begins.
async fn all(calls: Vec<Owned>) -> Vec<Result<String, CallError>> {
    let tasks: Vec<_> = calls.into_iter().rev().map(tokio::spawn).collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results
}

#[tokio::test]
async fn who_needs_much_is_not_overtaken_by_who_needs_little() {
    let (runtime, door) = (of_stores(2), Door::new());
    let small = behind(&runtime, "small", 1, &door, Reuse::Fresh).await;
    // Two stores have four memories between them.
    let large = behind(&runtime, "large", 4, &door, Reuse::Fresh).await;
    let running = begun(&small);
    let waits = begun(&large);
    let later = behind_app(&runtime, "small", &door).await;
    let later = begun(&later);
    door.gate.open(3);
    for call in all(vec![running, waits, later]).await {
        call.unwrap();
    }
    assert_eq!(door.came(), ["small", "large", "later"]);
}

/// Another instance of an app, named `later`.
async fn behind_app(runtime: &Runtime, app: &str, door: &Door) -> Instance {
    let app = runtime.app(app).unwrap();
    let system = runtime.provide(door.clone());
    runtime.instantiate(&app).with(&system).name("later").reuse(Reuse::Fresh).await.unwrap()
}

#[tokio::test]
async fn who_needs_more_than_the_stores_that_stay_leave_keeps_nobody_waiting() {
    let (runtime, door) = (of_stores(2), Door::new());
    let small = behind(&runtime, "small", 1, &door, Reuse::Fresh).await;
    let large = behind(&runtime, "large", 4, &door, Reuse::Fresh).await;
    let stays = behind(&runtime, "stays", 1, &door, Reuse::Serial).await;
    let mut waits = begun(&large);
    assert_eq!(runtime.places().waiting, 1);
    door.gate.open(2);
    small.call("go", "()").await.unwrap();
    small.call("go", "()").await.unwrap();
    assert!(poll_once(&mut waits).is_pending());
    runtime.remove(&stays).unwrap();
    door.gate.open(1);
    waits.await.unwrap();
    assert_eq!(door.came(), ["small", "small", "large"]);
}

#[tokio::test]
async fn a_call_that_may_not_wait_for_its_turn_may_not_wait_for_a_place() {
    let (runtime, door) = (of_stores(1), Door::new());
    let app = add(&runtime, "app", &through_the_door(1)).await;
    let system = runtime.provide(door.clone());
    let make = |queue| runtime.instantiate(&app).with(&system).reuse(Reuse::Fresh).queue(queue);
    let (other, none, one) = (make(9).await.unwrap(), make(0).await.unwrap(), make(1).await.unwrap());
    let running = begun(&other);
    assert!(matches!(none.call("go", "()").await, Err(CallError::Busy { waiting: 0, .. })));
    let waits = begun(&one);
    assert!(matches!(one.call("go", "()").await, Err(CallError::Busy { waiting: 1, .. })));
    assert_eq!((one.counters().waiting, one.counters().running, one.counters().stores), (1, 0, 0));
    drop(waits);
    assert_eq!((one.counters().waiting, runtime.places().waiting), (0, 0));
    drop(running);
    door.gate.open(1);
    none.call("go", "()").await.unwrap();
}

#[tokio::test]
async fn a_call_that_finds_no_place_until_its_deadline_says_so() {
    let (runtime, door) = (of_stores(1), Door::new());
    let fresh = behind(&runtime, "fresh", 1, &door, Reuse::Fresh).await;
    let other = behind(&runtime, "other", 1, &door, Reuse::Fresh).await;
    let running = begun(&other);
    let error = fresh.call("go", "()").timeout(Duration::from_millis(5)).await.unwrap_err();
    assert_eq!(error.out_of_budget(), Some(Limit::Time));
    let CallError::OutOfBudget { waits_for, .. } = &error else { panic!("{error}") };
    assert_eq!(waits_for.as_deref(), Some("the places of the runtime"));
    let message = error.to_string();
    assert!(
        message.starts_with("out of time: there was no place for a store within 5ms in which `go` of `fresh`"),
        "{message}"
    );
    assert!(message.contains("raise `max_stores`"), "{message}");
    drop(running);
    door.gate.open(1);
    fresh.call("go", "()").await.unwrap();
}

#[tokio::test]
async fn whoever_was_called_up_and_is_gone_leaves_its_place_to_the_next() {
    let (runtime, door) = (of_stores(1), Door::new());
    let fresh = behind(&runtime, "fresh", 1, &door, Reuse::Fresh).await;
    let other = behind(&runtime, "other", 1, &door, Reuse::Fresh).await;
    let running = begun(&fresh);
    let (gone, second, third) = (begun(&fresh), begun(&fresh), begun(&other));
    // The place has come for the first, which never takes it.
    drop(running);
    drop(gone);
    door.gate.open(2);
    let calls = all(vec![second, third]).await;
    assert!(calls.iter().all(Result::is_ok));
    assert_eq!(stores_in_use(&runtime), 0);
    assert_eq!(runtime.places().waiting, 0);
}

#[tokio::test]
async fn a_serial_instance_whose_place_was_taken_waits_for_another() {
    let (runtime, door) = (of_stores(1), Door::new());
    let fresh = behind(&runtime, "fresh", 1, &door, Reuse::Fresh).await;
    let app = runtime.app("fresh").unwrap();
    let restart = Restart::Limited { max: 3, within: Duration::MAX };
    let serial =
        runtime.instantiate(&app).with(&runtime.provide(door.clone())).name("serial").restart(restart).await.unwrap();
    serial.call("trap", "()").await.unwrap_err();
    let running = begun(&fresh);
    let waits = begun(&serial);
    assert_eq!((serial.counters().waiting, fresh.counters().running), (1, 1));
    door.gate.open(2);
    for call in all(vec![running, waits]).await {
        call.unwrap();
    }
    assert_eq!(door.came(), ["fresh", "serial"]);
    // It has its place again, and keeps it.
    assert_eq!(stores_in_use(&runtime), 1);
}

#[tokio::test]
async fn a_store_of_a_pool_that_comes_to_rest_serves_who_waits_for_a_place() {
    let (runtime, door) = (of_stores(1), Door::new());
    let pool = behind(&runtime, "pool", 1, &door, Reuse::pool(3)).await;
    let (first, second) = (begun(&pool), begun(&pool));
    assert_eq!((pool.counters().running, pool.counters().waiting), (1, 1));
    door.gate.open(2);
    for call in all(vec![first, second]).await {
        call.unwrap();
    }
    assert_eq!((pool.counters().stores, runtime.places().waiting), (1, 0));
}

#[tokio::test]
async fn an_instance_whose_calls_wait_for_a_place_is_in_use_and_retires_after_them() {
    let (runtime, door) = (of_stores(1), Door::new());
    let fresh = behind(&runtime, "fresh", 1, &door, Reuse::Fresh).await;
    let other = behind(&runtime, "other", 1, &door, Reuse::Fresh).await;
    let running = begun(&other);
    let waits = begun(&fresh);
    assert!(matches!(runtime.remove(&fresh), Err(RemoveError::InUse { .. })));
    let retiring = tokio::spawn({
        let (runtime, fresh) = (runtime.clone(), fresh.clone());
        async move { runtime.retire(&fresh).await }
    });
    while !matches!(fresh.state(), InstanceState::Retiring) {
        tokio::task::yield_now().await;
    }
    assert!(matches!(fresh.call("go", "()").await, Err(CallError::Retiring { .. })));
    door.gate.open(2);
    for call in all(vec![running, waits]).await {
        call.unwrap();
    }
    retiring.await.unwrap().unwrap();
    assert_eq!((stores_in_use(&runtime), runtime.places().waiting), (0, 0));
}

#[tokio::test]
async fn an_instance_whose_calls_wait_for_a_place_goes_on_if_it_cannot_be_replaced_and_serves_them_if_it_can() {
    let (runtime, door) = (of_stores(2), Door::new());
    let fresh = behind(&runtime, "fresh", 1, &door, Reuse::Fresh).await;
    let large = behind(&runtime, "large", 4, &door, Reuse::Fresh).await;
    let running = begun(&large);
    let waits = begun(&fresh);
    let next = add(&runtime, "next", &through_the_door(2)).await;
    let error = runtime.replace(&fresh, &next).await.unwrap_err();
    let ReplaceError::Instantiate(InstantiateError::NoCapacity { app, short }) = &error else { panic!("{error}") };
    assert_eq!(
        (app.as_str(), short[0].what, short[0].needed, short[0].left, short[0].total),
        ("next", "memories", 2, 0, 4)
    );
    // While it is being replaced it waits for nothing that belongs to the old app.
    let mut replacing = tokio::spawn(runtime.replace(&fresh, &next).into_future());
    drop(running);
    let replaced = (&mut replacing).await.unwrap();
    door.gate.open(1);
    waits.await.unwrap();
    assert_eq!(door.came(), ["large", "fresh"]);
    assert_eq!((stores_in_use(&runtime), runtime.places().waiting), (0, 0));
    replaced.unwrap();
}

#[tokio::test]
async fn who_waits_for_a_place_is_told_when_its_instance_is_poisoned() {
    let (runtime, door) = (of_stores(1), Door::new());
    let pool = behind(&runtime, "pool", 1, &door, Reuse::pool(3)).await;
    let (running, waits) = (begun(&pool), begun(&pool));
    assert_eq!(runtime.places().waiting, 1);
    // A call that is given up costs its store, and this instance is not started anew.
    drop(running);
    assert!(matches!(waits.await, Err(CallError::Poisoned { .. })));
    assert_eq!((stores_in_use(&runtime), runtime.places().waiting), (0, 0));
}

/// `chain` instances, each of which calls the next, that are reused like this. The first comes last.
async fn chain(runtime: &Runtime, reuse: &[Reuse]) -> Instance {
    let name = |index: usize| format!("acme:chain/step{index}");
    let interfaces: String =
        (0..=reuse.len()).map(|i| format!("interface step{i} {{ f: func(n: u32) -> u32; }} ")).collect();
    runtime.register_wit(format!("package acme:chain; {interfaces}")).unwrap();
    let bottom = guests::provider(&name(0), &[("f", "(param \"n\" u32) (result u32)", "(local.get 0)")]);
    let bottom = add(runtime, "bottom", &bottom).await;
    let mut below = runtime.instantiate(&bottom).reuse(Reuse::Fresh).await.unwrap();
    for (index, reuse) in reuse.iter().enumerate() {
        let app = add(runtime, &format!("step {index}"), &guests::step(&name(index), &name(index + 1), 1)).await;
        below = runtime.instantiate(&app).with(&below).reuse(*reuse).await.unwrap();
    }
    below
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn calls_that_hold_places_do_not_wait_for_each_other() {
    for (stores, reuse) in [
        (2, &[Reuse::Fresh][..]),
        (4, &[Reuse::Fresh]),
        (3, &[Reuse::Fresh, Reuse::Fresh]),
        (4, &[Reuse::Fresh, Reuse::Fresh]),
        (4, &[Reuse::Serial, Reuse::Fresh]),
        (4, &[Reuse::Fresh, Reuse::Serial, Reuse::Fresh]),
        (4, &[Reuse::pool(2), Reuse::Fresh]),
    ] {
        let runtime = of_stores(stores);
        let first = chain(&runtime, reuse).await;
        let bottom = runtime.instance("bottom").unwrap();
        let mut calls = Vec::new();
        for n in 0..40 {
            calls.push((n + reuse.len(), owned(&first, "f", format!("({n})"))));
            calls.push((n, owned(&bottom, "f", format!("({n})"))));
        }
        let tasks: Vec<_> = calls.into_iter().map(|(n, call)| (n, tokio::spawn(call))).collect();
        for (n, task) in tasks {
            let result = task.await.unwrap();
            assert_eq!(result.unwrap_or_else(|error| panic!("{stores} {reuse:?}: {error:#}")), n.to_string());
        }
    }
}

/// A chain that needs all that there is, or more, is served alone, or told at once; and nobody hangs because of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_chain_for_which_there_is_never_room_is_told_so() {
    let steps = [Reuse::Fresh; 4];
    for (stores, room) in [(5, true), (4, false), (1, false)] {
        let runtime = of_stores(stores);
        let first = chain(&runtime, &steps).await;
        let bottom = runtime.instance("bottom").unwrap();
        let calls: Vec<_> = (0..20).map(|_| tokio::spawn(owned(&first, "f", "(1)".into()))).collect();
        let others: Vec<_> = (0..20).map(|_| tokio::spawn(owned(&bottom, "f", "(1)".into()))).collect();
        for other in others {
            assert_eq!(other.await.unwrap().unwrap(), "1");
        }
        for call in calls {
            match call.await.unwrap() {
                Ok(value) => assert_eq!((room, value.as_str()), (true, "5")),
                Err(error) => {
                    assert!(!room && matches!(error.root_cause(), CallError::NoCapacity { .. }), "{stores}: {error:#}");
                }
            }
        }
        assert_eq!((stores_in_use(&runtime), runtime.places().waiting), (0, 0));
    }
}

#[tokio::test]
async fn an_instance_that_finds_no_place_is_told_everything_that_is_short() {
    let (runtime, door) = (of_stores(2), Door::new());
    let large = add(&runtime, "large", &through_the_door(4)).await;
    let system = runtime.provide(door);
    let one = runtime.instantiate(&large).with(&system).await.unwrap();
    let error = runtime.instantiate(&large).with(&system).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "no room left for an instance of `large`: it needs 4 memories, and 0 of 4 are left\n  \
         help: remove instances, or raise `max_stores` in the runtime's builder"
    );
    runtime.remove(&one).unwrap();
    runtime.instantiate(&large).with(&system).await.unwrap();
}

#[tokio::test]
async fn an_instance_that_calls_others_needs_room_for_them_too() {
    let (runtime, door) = (of_stores(2), Door::new());
    chain(&runtime, &[Reuse::Fresh]).await;
    let leaf = behind(&runtime, "leaf", 1, &door, Reuse::Fresh).await;
    let running = begun(&leaf);
    let bottom = runtime.instance("bottom").unwrap();
    let again = || runtime.instantiate(&runtime.app("step 0").unwrap()).with(&bottom).reuse(Reuse::Fresh);
    let error = again().await.unwrap_err();
    let expected = "no room left for an instance of `step 0`: it needs 2 stores, and 1 of 2 are left";
    assert!(error.to_string().starts_with(expected), "{error}");
    drop(running);
    again().await.unwrap();
}

#[tokio::test]
async fn what_is_taken_can_be_seen_and_is_given_back() {
    let (runtime, door) = (of_stores(2), Door::new());
    let places = runtime.places();
    assert_eq!((places.used.to_string().as_str(), places.total.stores, places.total.memories), ("nothing", 2, 4));
    let app = behind(&runtime, "app", 3, &door, Reuse::Serial).await;
    let used = runtime.places().used;
    assert_eq!((used.stores, used.memories, used.tables), (1, 3, 0));
    assert!(used.core_instances > 0);
    runtime.remove(&app).unwrap();
    assert_eq!(runtime.places(), places);
}

/// An interpreter's component is made of some forty core instances, which share one memory and two tables.
#[tokio::test]
async fn a_runtime_has_room_for_as_many_interpreters_as_stores() {
    let runtime = of_stores(20);
    let parts = "(core instance (instantiate $part (with \"main\" (instance $main))))".repeat(39);
    let python = guests::parse(&format!(
        r#"(component
            (core module $main (memory (export "memory") 1) (table (export "table") 10 funcref) (table 1 funcref))
            (core module $part (import "main" "memory" (memory 1)) (import "main" "table" (table 1 funcref)))
            (core instance $main (instantiate $main)) {parts})"#
    ));
    let app = add(&runtime, "python", &python).await;
    for _ in 0..20 {
        again(&runtime, &app, &[]).await;
    }
    assert_eq!(stores_in_use(&runtime), 20);
}
