//! Guests run in slices of time: whatever they do, timers fire, other tasks run, and fresh calls are served between them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use isorun::limits::Limit;
use isorun::{Instance, Runtime};
use isorun_tests::{guests, poll_once, runtime, start};

/// An app whose `run` does this without end, and whose `quick` does nothing.
async fn endless(runtime: &Runtime, name: &str, body: &str) -> Instance {
    let app = guests::parse(&format!(
        r#"(component
            (core module $code (memory 1) (table 1 funcref)
                (func (export "run") (loop {body} (br 0)))
                (func (export "quick")))
            (core instance $code (instantiate $code))
            (func (export "run") (canon lift (core func $code "run")))
            (func (export "quick") (canon lift (core func $code "quick"))))"#
    ));
    start(runtime, name, &app, &[]).await
}

/// A task that sleeps for a millisecond again and again, and counts.
fn sleeper() -> (tokio::task::JoinHandle<()>, Arc<AtomicU64>) {
    let turns = Arc::new(AtomicU64::new(0));
    let counted = turns.clone();
    let task = tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_millis(1)).await;
            counted.fetch_add(1, Ordering::Relaxed);
        }
    });
    (task, turns)
}

/// Some instructions take a hundred times as long as others, and none of them must keep the thread for a hundred slices.
#[tokio::test(flavor = "current_thread")]
async fn timers_fire_beside_a_guest_whatever_it_does() {
    let runtime = runtime();
    for (n, body) in [
        "",
        "(drop (memory.grow (i32.const 0)))",
        "(drop (table.grow (ref.null func) (i32.const 0)))",
        "(memory.fill (i32.const 0) (i32.const 0) (i32.const 65536))",
    ]
    .into_iter()
    .enumerate()
    {
        let guest = endless(&runtime, &format!("guest {n}"), body).await;
        let (task, turns) = sleeper();
        let error = guest.call("run", "()").timeout(Duration::from_millis(300)).await.unwrap_err();
        task.abort();
        assert_eq!(error.out_of_budget(), Some(Limit::Time), "{error}");
        let turns = turns.load(Ordering::Relaxed);
        assert!(turns >= 20, "{turns} turns beside {body:?}");
    }
}

/// Those that have used up a slice take turns, so that a fresh call waits for one slice and not for all of them.
#[tokio::test(flavor = "current_thread")]
async fn fresh_calls_go_between_many_guests_that_compute() {
    let runtime = runtime();
    let mut spinning = Vec::new();
    for n in 0..30 {
        let guest = endless(&runtime, &format!("spins {n}"), "").await;
        spinning.push(tokio::spawn(async move { guest.call("run", "()").timeout(Duration::from_millis(600)).await }));
    }
    let honest = endless(&runtime, "honest", "").await;
    let mut served = 0;
    while !spinning.iter().all(|task| task.is_finished()) {
        honest.call("quick", "()").await.unwrap();
        served += 1;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    for task in spinning {
        assert_eq!(task.await.unwrap().unwrap_err().out_of_budget(), Some(Limit::Time));
    }
    // Behind thirty slices it would have been served some twenty times.
    assert!(served >= 60, "{served}");
}

/// A program may hold a call and not poll it for as long as it likes.
#[tokio::test(flavor = "current_thread")]
async fn a_call_that_is_not_polled_keeps_no_turn_for_ever() {
    let runtime = runtime();
    let (held, other) = (endless(&runtime, "held", "").await, endless(&runtime, "other", "").await);
    let mut held = held.call("run", "()");
    // Until it has come back from a slice, and has the turn.
    for _ in 0..5 {
        assert!(poll_once(&mut held).is_pending());
        tokio::task::yield_now().await;
    }
    let (result, receipt) = other.call("run", "()").timeout(Duration::from_millis(500)).receipt().await;
    assert_eq!(result.unwrap_err().out_of_budget(), Some(Limit::Time));
    let one_slice = other_of_one_slice(&runtime).await;
    assert!(receipt.fuel > 5 * one_slice, "{receipt}, and {one_slice} in a slice");
}

/// The fuel that a guest uses in a slice or two.
async fn other_of_one_slice(runtime: &Runtime) -> u64 {
    let guest = endless(runtime, "measured", "").await;
    let (_, receipt) = guest.call("run", "()").timeout(Duration::from_millis(2)).receipt().await;
    receipt.fuel
}

#[isorun::interface("src/sink.wit")]
mod sink {}

struct Sink;

#[isorun::system]
impl sink::Sink for Sink {
    fn text(&self, _: &str) {}
    fn texts(&self, _: Vec<String>) {}
    fn octets(&self, _: Vec<u8>) {}
    fn pairs(&self, _: Vec<(u8, bool)>) {}
    async fn later_text(&self, _: String) {}
    async fn later_texts(&self, _: Vec<String>) {}
    async fn later_octets(&self, _: Vec<u8>) {}
    fn give(&self, n: u32) -> Vec<u8> {
        vec![0; n as usize]
    }
}

/// An app whose `run` passes so many elements to a function of the sink: once, or without end.
async fn pourer(runtime: &Runtime, function: &str, ty: &str, elements: u32, without_end: bool) -> Instance {
    let again = if without_end { "(br 0)" } else { "" };
    let app = guests::parse(&format!(
        r#"(component
            (import "test:sink/sink@0.1.0" (instance $sink (export "{function}" (func (param "v" {ty})))))
            (core module $memory (memory (export "memory") 260))
            (core instance $memory (instantiate $memory))
            (core func $take (canon lower (func $sink "{function}") (memory (core memory $memory "memory"))))
            (core module $code (import "" "take" (func $take (param i32 i32)))
                (func (export "run") (loop (call $take (i32.const 0) (i32.const {elements})) {again})))
            (core instance $code (instantiate $code (with "" (instance (export "take" (func $take))))))
            (func (export "run") (canon lift (core func $code "run"))))"#
    ));
    let sink = runtime.provide(Sink);
    start(runtime, function, &app, &[&sink]).await
}

const FUNCTIONS: [(&str, &str, u32); 7] = [
    ("text", "string", 1 << 16),
    ("texts", "(list string)", 5_000),
    ("octets", "(list u8)", 1 << 16),
    ("pairs", "(list (tuple u8 bool))", 20_000),
    ("later-text", "string", 1 << 16),
    ("later-texts", "(list string)", 5_000),
    ("later-octets", "(list u8)", 1 << 16),
];

fn with_sink() -> Runtime {
    let runtime = runtime();
    runtime.register::<sink::Interface>().unwrap();
    runtime
}

#[tokio::test(flavor = "current_thread")]
async fn timers_fire_and_deadlines_hold_whatever_a_guest_passes_to_systems() {
    let runtime = with_sink();
    for (function, ty, elements) in FUNCTIONS {
        let guest = pourer(&runtime, function, ty, elements, true).await;
        let (task, turns) = sleeper();
        let error = guest.call("run", "()").timeout(Duration::from_millis(300)).await.unwrap_err();
        task.abort();
        assert_eq!(error.out_of_budget(), Some(Limit::Time), "{function}: {error}");
        // In an unoptimised build one transfer takes many times as long as it should, and other tests run beside this one.
        let turns = turns.load(Ordering::Relaxed);
        assert!(turns >= 3, "{function}: {turns} turns");
    }
}

/// What is passed is paid for, so that fuel ends it too.
#[tokio::test]
async fn bytes_and_elements_cost_fuel() {
    let runtime = with_sink();
    for (function, ty, elements) in FUNCTIONS {
        let guest = pourer(&runtime, function, ty, elements, false).await;
        let (result, receipt) = guest.call("run", "()").receipt().await;
        result.unwrap();
        let bytes = u64::from(elements) * if ty == "(list string)" || ty.contains("tuple") { 2 } else { 1 };
        assert!(receipt.fuel >= 4 * bytes, "{function}: {receipt}");
        let error = guest.call("run", "()").fuel(receipt.fuel / 2).await.unwrap_err();
        assert_eq!(error.out_of_budget(), Some(Limit::Fuel), "{function}: {error}");
    }
}

/// One transfer has an end of its own, which counts elements as well as bytes.
#[tokio::test]
async fn one_transfer_is_bounded() {
    let runtime = with_sink();
    for (function, ty, elements) in [
        ("octets", "(list u8)", 9 << 20),
        ("text", "string", 9 << 20),
        ("texts", "(list string)", 1 << 20),
        ("pairs", "(list (tuple u8 bool))", 1 << 20),
    ] {
        let guest = pourer(&runtime, function, ty, elements, false).await;
        let error = guest.call("run", "()").await.unwrap_err();
        assert_eq!(error.out_of_budget(), Some(Limit::Message), "{function}: {error}");
    }
}

/// What a system gives back costs what it weighs, and is bounded too.
#[tokio::test]
async fn results_of_systems_are_paid_for_and_bounded() {
    let runtime = with_sink();
    let app = guests::parse(
        r#"(component
            (import "test:sink/sink@0.1.0" (instance $sink (export "give" (func (param "n" u32) (result (list u8))))))
            (core module $memory (memory (export "memory") 300)
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
            (core instance $memory (instantiate $memory))
            (core func $give (canon lower (func $sink "give") (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
            (core module $code (import "" "give" (func $give (param i32 i32)))
                (func (export "run") (param i32) (call $give (local.get 0) (i32.const 0))))
            (core instance $code (instantiate $code (with "" (instance (export "give" (func $give))))))
            (func (export "run") (param "n" u32) (canon lift (core func $code "run"))))"#,
    );
    let guest = start(&runtime, "asks", &app, &[&runtime.provide(Sink)]).await;
    let few = guest.call("run", "(0)").receipt().await.1.fuel;
    let many = guest.call("run", "(1000000)").receipt().await.1.fuel;
    assert_eq!(many - few, 4 * 1_000_000);
    let error = guest.call("run", "(10000000)").await.unwrap_err();
    assert_eq!(error.out_of_budget(), Some(Limit::Message), "{error}");
}

/// The image of an absent value has room for the largest that could be there, so that is what it costs.
#[tokio::test]
async fn what_is_absent_costs_the_room_that_it_takes() {
    const OPTIONS: &str = r#"(memory (core memory $code "memory")) (realloc (core func $code "realloc"))"#;
    const MEMORY: &str = r#"(memory (export "memory") 480)
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))"#;
    for (bytes, is_too_much) in [(1000, false), (1_000_000, false), (30_000_000, true)] {
        let types = format!("(type $long (list u8 {bytes})) (type $v (option $long))");
        let provider = guests::parse(&format!(
            r#"(component {types}
                (core module $code {MEMORY} (func (export "take") (param i32)))
                (core instance $code (instantiate $code))
                (func $take (param "v" $v) (canon lift (core func $code "take") {OPTIONS}))
                (instance $sink (export "take" (func $take)))
                (export "test:plain/sink" (instance $sink)))"#
        ));
        let guest = guests::parse(&format!(
            r#"(component {types}
                (import "test:plain/sink" (instance $sink (export "take" (func (param "v" $v)))))
                (core module $memory {MEMORY})
                (core instance $code (instantiate $memory))
                (core func $take (canon lower (func $sink "take") {OPTIONS}))
                (core module $run (import "" "take" (func $take (param i32)))
                    (func (export "run") (call $take (i32.const 0))))
                (core instance $run (instantiate $run (with "" (instance (export "take" (func $take))))))
                (func (export "run") (canon lift (core func $run "run"))))"#
        ));
        let runtime = runtime();
        runtime
            .register_wit(format!("package test:plain; interface sink {{ take: func(v: option<list<u8, {bytes}>>); }}"))
            .unwrap();
        let provider = start(&runtime, "provider", &provider, &[]).await;
        let guest = start(&runtime, "guest", &guest, &[&provider]).await;
        let (result, receipt) = guest.call("run", "()").receipt().await;
        match is_too_much {
            true => assert_eq!(result.unwrap_err().out_of_budget(), Some(Limit::Message)),
            false => assert!(result.is_ok() && receipt.fuel >= 4 * bytes, "{receipt}"),
        }
    }
}

/// Many calls that are short each keep nobody waiting longer than one that is long.
#[tokio::test(flavor = "current_thread")]
async fn timers_fire_between_calls_that_are_shorter_than_a_slice() {
    let runtime = runtime();
    let (task, turns) = sleeper();
    let mut tasks = Vec::new();
    for n in 0..20 {
        let guest = endless(&runtime, &format!("guest {n}"), "").await;
        let restart = isorun::Restart::Limited { max: u32::MAX, within: Duration::from_secs(1) };
        let app = runtime.app(&format!("guest {n}")).unwrap();
        let guest = runtime.instantiate(&app).restart(restart).await.unwrap_or(guest);
        tasks.push(tokio::spawn(async move {
            for _ in 0..100 {
                guest.call("run", "()").fuel(2_000_000).await.unwrap_err();
            }
        }));
    }
    turns.store(0, Ordering::Relaxed);
    for task in tasks {
        task.await.unwrap();
    }
    task.abort();
    let turns = turns.load(Ordering::Relaxed);
    assert!(turns >= 20, "{turns} turns");
}
