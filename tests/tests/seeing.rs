//! What a runtime tells of its calls: counters, pictures, an observer, spans.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use isorun::observe::CallEnded;
use isorun::remote::Revoke;
use isorun::{CallError, Cx, Instance, Reuse, Runtime, RuntimeBuilder};
use isorun_tests::{
    Bench, Gate, Ticker, add, again, apps, bench, caller_of, compute, host, link_to, poll_once, relay, runtime,
    runtime_of, start,
};

/// Calls and failures of the edge between two instances.
fn edge(runtime: &Runtime, from: &str, to: &str) -> (u64, u64) {
    let edge = runtime.graph().edges.into_iter().find(|edge| edge.from == from && edge.to == to).unwrap();
    (edge.calls, edge.failures)
}

/// Calls and failures of an instance.
fn counted(instance: &Instance) -> (u64, u64) {
    let counters = instance.counters();
    (counters.calls, counters.failures)
}

#[tokio::test]
async fn every_call_is_counted_where_it_ends_and_on_the_way_there() {
    let Bench { runtime, calc, .. } = bench().await;
    let ticker = runtime.provide(Ticker);
    let relay = start(&runtime, "second", apps::RELAY, &[&calc, &ticker]).await;
    let caller = relay.caller::<relay::Interface>().unwrap();
    let mut fuel = 0;
    for n in 0..3 {
        let (sum, receipt) = caller.add(n, 1).receipt().await;
        assert_eq!(sum.unwrap(), n + 1);
        fuel += receipt.fuel;
    }
    fuel += caller.tick_many(5).receipt().await.1.fuel;
    calc.call("add", "(1, 2)").await.unwrap();
    ticker.call("tick", "(1)").await.unwrap();
    ticker.caller::<host::Interface>().unwrap().tick(1).await.unwrap();

    assert_eq!(edge(&runtime, "second", "calc"), (3, 0));
    assert_eq!(edge(&runtime, "second", ticker.name()), (5, 0));
    assert_eq!(edge(&runtime, "relay", "calc"), (0, 0));
    assert_eq!((counted(&relay), counted(&calc), counted(&ticker)), ((4, 0), (4, 0), (7, 0)));
    assert_eq!(relay.counters().fuel, fuel);
    assert!(calc.counters().fuel > 0 && calc.counters().fuel < fuel);
    assert_eq!(ticker.counters().fuel, 0);
    let node = runtime.graph().nodes.into_iter().find(|node| node.name == "second").unwrap();
    assert_eq!((node.counters.calls, node.counters.stores), (4, 1));
}

#[tokio::test]
async fn failures_are_counted_whatever_they_were() {
    let runtime = runtime();
    let calc = start(&runtime, "calc", apps::CALC, &[]).await;
    let moody = runtime.provide(Moody(Gate::new()));
    let app = add(&runtime, "relay", apps::RELAY).await;
    let restart = isorun::Restart::Limited { max: 100, within: std::time::Duration::from_secs(3600) };
    let relay = runtime.instantiate(&app).with(&calc).with(&moody).restart(restart).await.unwrap();
    let caller = relay.caller::<relay::Interface>().unwrap();
    // It goes up to 3, refuses there, or panics at 5, or waits for ever at 7.
    assert_eq!(caller.tick_many(3).await.unwrap(), 3);
    assert_eq!(edge(&runtime, "relay", "Moody"), (3, 0));
    assert!(matches!(caller.tick_many(4).await, Err(CallError::ProviderDown { .. })));
    assert_eq!(edge(&runtime, "relay", "Moody"), (7, 1));
    assert_eq!((counted(&relay), counted(&moody)), ((2, 1), (7, 1)));
    for n in [3, 5] {
        moody.call("tick", &format!("({n})")).await.unwrap_err();
    }
    assert_eq!(counted(&moody), (9, 3));
}

/// Counts on, but refuses at 3, panics at 5, and waits in its gate at 7.
struct Moody(Gate);

#[isorun::system]
impl host::Host for Moody {
    async fn tick(&self, n: u64) -> isorun::Result<u64> {
        match n {
            3 => Err(CallError::system("enough")),
            5 => panic!("far too much"),
            7 => Ok(self.0.pass(n).await),
            n => Ok(n + 1),
        }
    }
}

/// Starts its numbers where it is told.
struct StartsAt(u64, Gate);

#[isorun::system]
impl host::Host for StartsAt {
    async fn tick(&self, cx: &Cx, _n: u64) -> isorun::Result<u64> {
        host::Host::tick(&Moody(self.1.clone()), cx, self.0).await
    }
}

/// The same, without ever waiting.
struct Now;

#[isorun::system]
impl host::Host for Now {
    fn tick(&self, _n: u64) -> u64 {
        panic!("far too much")
    }
}

#[tokio::test]
async fn a_panic_and_a_call_that_was_dropped_are_counted_too() {
    let runtime = runtime();
    let calc = start(&runtime, "calc", apps::CALC, &[]).await;
    let app = add(&runtime, "relay", apps::RELAY).await;
    let fresh = |name: &'static str, system: Instance| {
        let instantiate = runtime.instantiate(&app).name(name).with(&calc).with(&system).reuse(Reuse::Fresh);
        async move { (instantiate.await.unwrap(), system) }
    };
    for (name, system) in [("panics", runtime.provide(StartsAt(5, Gate::new()))), ("panics now", runtime.provide(Now))]
    {
        let (relay, system) = fresh(name, system).await;
        let error = relay.call("tick-many", "(1)").await.unwrap_err();
        assert!(matches!(error, CallError::HostPanic { .. }), "{error}");
        assert_eq!(edge(&runtime, name, system.name()), (1, 1), "{name}");
        system.call("tick", "(0)").await.unwrap_err();
        assert_eq!(counted(&system), (2, 2), "{name}");
    }
    let gate = Gate::new();
    let (relay, system) = fresh("waits", runtime.provide(StartsAt(7, gate.clone()))).await;
    let (mut far, mut near) = (relay.call("tick-many", "(1)"), system.call("tick", "(0)"));
    assert!(poll_once(&mut far).is_pending() && poll_once(&mut near).is_pending());
    assert_eq!((gate.inside(), counted(&system)), (2, (0, 0)));
    drop((far, near));
    assert_eq!(edge(&runtime, "waits", system.name()), (1, 1));
    assert_eq!((counted(&system), counted(&relay)), ((2, 2), (1, 1)));

    // The same on the way to an app.
    let below = runtime.instantiate(&app).name("below").with(&calc).with(&system).await.unwrap();
    let above = isorun_tests::guests::parse(
        r#"(component
            (import "test:bench/relay@0.1.0" (instance $relay
                (export "tick-many" (func (param "times" u32) (result u64)))))
            (alias export $relay "tick-many" (func $f))
            (core func $f (canon lower (func $f)))
            (func (export "wait") (param "times" u32) (result u64) (canon lift (core func $f))))"#,
    );
    let above = start(&runtime, "above", &above, &[&below]).await;
    let mut call = above.call("wait", "(1)");
    assert!(poll_once(&mut call).is_pending());
    drop(call);
    assert_eq!(edge(&runtime, "above", "below"), (1, 1));
}

#[tokio::test]
async fn a_provider_keeps_what_was_counted_for_consumers_that_are_gone() {
    let Bench { runtime, calc, .. } = bench().await;
    let ticker = runtime.provide(Ticker);
    let app = add(&runtime, "relays", apps::RELAY).await;
    let (one, two) = (again(&runtime, &app, &[&calc, &ticker]).await, again(&runtime, &app, &[&calc, &ticker]).await);
    one.call("tick-many", "(2)").await.unwrap();
    two.call("tick-many", "(3)").await.unwrap();
    one.call("add", "(1, 2)").await.unwrap();
    assert_eq!((counted(&ticker), counted(&calc)), ((5, 0), (1, 0)));
    runtime.remove(&one).unwrap();
    assert_eq!((counted(&ticker), counted(&calc)), ((5, 0), (1, 0)));
    runtime.replace(&two, &app).await.unwrap();
    two.call("tick-many", "(4)").await.unwrap();
    assert_eq!((counted(&ticker), edge(&runtime, two.name(), ticker.name())), ((9, 0), (4, 0)));
    runtime.retire(&two).await.unwrap();
    assert_eq!(counted(&ticker), (9, 0));
    runtime.remove(&ticker).unwrap();
    assert_eq!(counted(&ticker), (9, 0));
}

#[tokio::test]
async fn calls_of_a_remote_are_counted_on_both_sides() {
    let there = bench().await;
    let here = runtime();
    let token = there.runtime.export::<compute::Interface>(&there.calc).unwrap();
    let far = here.import::<compute::Interface>(token, link_to(&there.runtime));
    let relay = start(&here, "relay", apps::RELAY, &[&far, &here.provide(Ticker)]).await;
    relay.call("add", "(1, 2)").await.unwrap();
    far.call("add", "(1, 2)").await.unwrap();
    there.runtime.revoke(&token, Revoke::New).await;
    far.call("add", "(1, 2)").await.unwrap_err();
    assert_eq!((counted(&far), counted(&there.calc)), ((3, 1), (2, 0)));
    assert_eq!(edge(&here, "relay", far.name()), (1, 0));
}

#[tokio::test]
async fn the_pictures_say_what_was_counted() {
    let Bench { runtime, calc, relay } = bench().await;
    for n in 0..3 {
        relay.call("add", &format!("({n}, 1)")).await.unwrap();
    }
    calc.call("add", "(1, 2)").fuel(1).await.unwrap_err();
    let graph = runtime.graph();
    assert_eq!(
        graph.dot(),
        r#"digraph isorun {
  rankdir = LR;
  "calc" [label = "calc\napp calc\npoisoned\n4 calls, 1 failed", shape = box];
  "Ticker" [label = "Ticker\nsystem", shape = ellipse];
  "relay" [label = "relay\napp relay\n3 calls", shape = box];
  "relay" -> "calc" [label = "test:bench/compute@0.1.0\n3 calls"];
  "relay" -> "Ticker" [label = "test:bench/host@0.1.0"];
}
"#
    );
    assert_eq!(
        graph.mermaid(),
        r#"flowchart LR
  n0["calc<br/>app calc<br/>poisoned<br/>4 calls, 1 failed"]
  n1(["Ticker<br/>system"])
  n2["relay<br/>app relay<br/>3 calls"]
  n2 -->|"test:bench/compute@0.1.0<br/>3 calls"| n0
  n2 -->|"test:bench/host@0.1.0"| n1
"#
    );
}

/// What an observer was told, a line for each call: `caller -> instance (app) interface#function: end`.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<(String, u64)>>>);

impl Told {
    fn observing(&self) -> RuntimeBuilder {
        let told = self.0.clone();
        Runtime::builder().yield_every(Duration::ZERO).observer(move |call: &CallEnded<'_>| {
            let line = format!(
                "{} -> {} ({}) {}#{}: {}",
                call.caller.unwrap_or("host"),
                call.instance,
                call.app.unwrap_or("none"),
                call.interface.unwrap_or("root"),
                call.function,
                call.error.map_or("ok", CallError::kind)
            );
            assert!(call.time < std::time::Duration::from_secs(60));
            told.lock().unwrap().push((line, call.fuel));
        })
    }

    /// What was told since the last time.
    fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().drain(..).map(|(line, _)| line).collect()
    }

    fn fuel(&self) -> Vec<u64> {
        self.0.lock().unwrap().drain(..).map(|(_, fuel)| fuel).collect()
    }
}

/// A relay of an app of another name than its own, seen by an observer.
async fn observed() -> (Told, Runtime, Instance, Instance, Instance) {
    let told = Told::default();
    let runtime = runtime_of(told.observing());
    let calc = start(&runtime, "calc", apps::CALC, &[]).await;
    let ticker = runtime.provide(Ticker);
    let app = add(&runtime, "relay app", apps::RELAY).await;
    let relay = runtime.instantiate(&app).name("relay").with(&calc).with(&ticker).await.unwrap();
    (told, runtime, calc, ticker, relay)
}

#[tokio::test]
async fn an_observer_is_told_of_each_call_and_the_inner_ones_first() {
    let (told, _runtime, _, ticker, relay) = observed().await;
    let caller = relay.caller::<relay::Interface>().unwrap();
    assert_eq!(told.lines(), [""; 0]);
    caller.add(1, 2).await.unwrap();
    assert_eq!(
        told.lines(),
        [
            "relay -> calc (calc) test:bench/compute@0.1.0#add: ok",
            "host -> relay (relay app) test:bench/relay@0.1.0#add: ok",
        ]
    );
    relay.call("tick-many", "(2)").await.unwrap();
    ticker.call("tick", "(1)").await.unwrap();
    assert_eq!(
        told.lines(),
        [
            "relay -> Ticker (none) test:bench/host@0.1.0#tick: ok",
            "relay -> Ticker (none) test:bench/host@0.1.0#tick: ok",
            "host -> relay (relay app) test:bench/relay@0.1.0#tick-many: ok",
            "host -> Ticker (none) test:bench/host@0.1.0#tick: ok",
        ]
    );
}

#[tokio::test]
async fn an_observer_is_told_the_fuel_of_a_call_and_all_below() {
    let (told, _runtime, _, _, relay) = observed().await;
    let caller = relay.caller::<relay::Interface>().unwrap();
    caller.add(1, 2).await.unwrap();
    told.fuel();
    let (_, receipt) = caller.add(1, 2).receipt().await;
    let fuel = told.fuel();
    assert_eq!(fuel[1], receipt.fuel);
    assert!(fuel[0] > 0 && fuel[0] < fuel[1], "{fuel:?}");
}

#[tokio::test]
async fn an_observer_is_told_how_a_call_ended_badly() {
    let told = Told::default();
    let runtime = runtime_of(told.observing());
    let instance = start(&runtime, "misbehave", apps::MISBEHAVE, &[]).await;
    let guest = caller_of(&instance);
    let mut dropped = guest.spin();
    assert!(poll_once(&mut dropped).is_pending());
    let mut gone = guest.count();
    assert!(poll_once(&mut gone).is_pending());
    drop(gone);
    drop(dropped);
    guest.count().await.unwrap_err();
    let app = add(&runtime, "other", apps::MISBEHAVE).await;
    caller_of(&again(&runtime, &app, &[]).await).trap().await.unwrap_err();
    caller_of(&again(&runtime, &app, &[]).await).spin().fuel(1000).await.unwrap_err();
    runtime.remove(&instance).unwrap();
    guest.count().await.unwrap_err();
    let function = |name: &str, end: &str| format!("test:misbehave/misbehave@0.1.0#{name}: {end}");
    assert_eq!(
        told.lines(),
        [
            format!("host -> misbehave (misbehave) {}", function("count", "cancelled")),
            format!("host -> misbehave (misbehave) {}", function("spin", "cancelled")),
            format!("host -> misbehave (misbehave) {}", function("count", "poisoned")),
            format!("host -> other (other) {}", function("trap", "trap")),
            format!("host -> other-2 (other) {}", function("spin", "out of fuel")),
            format!("host -> misbehave (none) {}", function("count", "removed")),
        ]
    );
}

#[tokio::test]
async fn an_observer_is_told_of_a_panic_as_what_it_is() {
    let told = Told::default();
    let runtime = runtime_of(told.observing());
    let calc = start(&runtime, "calc", apps::CALC, &[]).await;
    let app = add(&runtime, "relay", apps::RELAY).await;
    for system in [runtime.provide(StartsAt(5, Gate::new())), runtime.provide(Now)] {
        let relay = again(&runtime, &app, &[&calc, &system]).await;
        relay.call("tick-many", "(1)").await.unwrap_err();
        system.call("tick", "(1)").await.unwrap_err();
        let (relay, system) = (relay.name(), system.name());
        assert_eq!(
            told.lines(),
            [
                format!("{relay} -> {system} (none) test:bench/host@0.1.0#tick: host panic"),
                format!("host -> {relay} (relay) test:bench/relay@0.1.0#tick-many: host panic"),
                format!("host -> {system} (none) test:bench/host@0.1.0#tick: host panic"),
            ]
        );
    }
}

#[tokio::test]
async fn observers_on_both_sides_of_a_transport_are_told_each_their_own() {
    let (far_told, there, calc, ..) = observed().await;
    let near_told = Told::default();
    let here = runtime_of(near_told.observing());
    let far = here.import::<compute::Interface>(there.export::<compute::Interface>(&calc).unwrap(), link_to(&there));
    let relay = start(&here, "near", apps::RELAY, &[&far, &here.provide(Ticker)]).await;
    relay.call("add", "(1, 2)").await.unwrap();
    assert_eq!(
        near_told.lines(),
        [
            "near -> remote compute (none) test:bench/compute@0.1.0#add: ok",
            "host -> near (near) test:bench/relay@0.1.0#add: ok",
        ]
    );
    assert_eq!(far_told.lines(), ["host -> calc (calc) test:bench/compute@0.1.0#add: ok"]);
}

/// A span as a subscriber of `tracing` sees it.
#[derive(Clone, Debug, Default)]
struct Seen {
    target: String,
    level: String,
    parent: Option<usize>,
    fields: BTreeMap<&'static str, String>,
    closed: bool,
}

/// Keeps every span of isorun. Made for one thread.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<(Vec<Seen>, Vec<usize>)>>);

impl Spans {
    fn all(&self) -> Vec<Seen> {
        self.0.lock().unwrap().0.clone()
    }
}

impl tracing::Subscriber for Spans {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.is_span() && metadata.target().starts_with("isorun")
    }

    fn new_span(&self, span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        let mut spans = self.0.lock().unwrap();
        let mut seen = Seen {
            target: span.metadata().target().into(),
            level: span.metadata().level().to_string(),
            parent: spans.1.last().copied(),
            ..Seen::default()
        };
        span.record(&mut Fields(&mut seen.fields));
        spans.0.push(seen);
        tracing::span::Id::from_u64(spans.0.len() as u64)
    }

    fn record(&self, span: &tracing::span::Id, values: &tracing::span::Record<'_>) {
        let mut spans = self.0.lock().unwrap();
        values.record(&mut Fields(&mut spans.0[span.into_u64() as usize - 1].fields));
    }

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, _: &tracing::Event<'_>) {}

    fn enter(&self, span: &tracing::span::Id) {
        self.0.lock().unwrap().1.push(span.into_u64() as usize - 1);
    }

    fn exit(&self, span: &tracing::span::Id) {
        assert_eq!(self.0.lock().unwrap().1.pop(), Some(span.into_u64() as usize - 1));
    }

    fn try_close(&self, span: tracing::span::Id) -> bool {
        // Clones of a span are dropped while it is polled; its own comes last.
        self.0.lock().unwrap().0[span.into_u64() as usize - 1].closed = true;
        true
    }
}

struct Fields<'a>(&'a mut BTreeMap<&'static str, String>);

impl tracing::field::Visit for Fields<'_> {
    fn record_str(&mut self, field: &tracing::field::Field, value: &str) {
        self.0.insert(field.name(), value.into());
    }

    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

fn text<'a>(span: &'a Seen, field: &str) -> &'a str {
    span.fields.get(field).map_or("", String::as_str)
}

#[tokio::test(flavor = "current_thread")]
async fn each_call_is_a_span_within_that_of_its_caller() {
    let Bench { runtime: _runtime, relay, .. } = bench().await;
    let caller = relay.caller::<relay::Interface>().unwrap();
    caller.add(1, 2).await.unwrap();
    let spans = Spans::default();
    let receipt = {
        let _guard = tracing::subscriber::set_default(spans.clone());
        caller.add(1, 2).receipt().await.1
    };
    let all = spans.all();
    let [outer, inner] = &all[..] else { panic!("{all:?}") };
    for span in [outer, inner] {
        assert_eq!((span.target.as_str(), span.level.as_str()), ("isorun::call", "DEBUG"));
        assert_eq!((text(span, "outcome"), text(span, "function")), ("ok", "add"));
        assert!(text(span, "time_us").parse::<u64>().is_ok(), "{span:?}");
        assert!(span.closed);
    }
    assert_eq!((outer.parent, inner.parent), (None, Some(0)));
    assert_eq!((text(outer, "app"), text(outer, "instance")), ("relay", "relay"));
    assert_eq!((text(inner, "app"), text(inner, "instance"), text(inner, "caller")), ("calc", "calc", "relay"));
    assert_eq!(text(outer, "interface"), "test:bench/relay@0.1.0");
    assert_eq!(text(inner, "interface"), "test:bench/compute@0.1.0");
    assert_eq!(text(outer, "fuel"), receipt.fuel.to_string());
    assert!(!outer.fields.contains_key("caller"), "{outer:?}");
}

#[tokio::test(flavor = "current_thread")]
async fn spans_of_calls_that_wait_do_not_mix() {
    let runtime = runtime();
    let calc = start(&runtime, "calc", apps::CALC, &[]).await;
    let gate = Gate::new();
    let app = add(&runtime, "relay", apps::RELAY).await;
    let system = runtime.provide(gate.clone());
    let relay = runtime.instantiate(&app).with(&calc).with(&system).reuse(Reuse::Fresh).await.unwrap();
    let spans = Spans::default();
    let _guard = tracing::subscriber::set_default(spans.clone());
    let (mut one, mut two) = (relay.call("tick-many", "(2)"), relay.call("tick-many", "(1)"));
    assert!(poll_once(&mut one).is_pending() && poll_once(&mut two).is_pending());
    gate.open(1);
    assert!(poll_once(&mut one).is_pending());
    drop(two);
    gate.open(1);
    assert_eq!(one.await.unwrap(), "2");
    let all: Vec<_> = spans
        .all()
        .iter()
        .map(|span| (text(span, "function").to_string(), span.parent, text(span, "outcome").to_string()))
        .collect();
    let expected = [
        ("tick-many", None, "ok"),
        ("tick", Some(0), "ok"),
        ("tick-many", None, "cancelled"),
        ("tick", Some(2), "cancelled"),
        ("tick", Some(0), "ok"),
    ];
    assert_eq!(all, expected.map(|(function, parent, end)| (function.to_string(), parent, end.to_string())));
}

#[tokio::test]
async fn a_call_that_is_dropped_is_told_with_what_it_used_and_after_those_below_it() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let notes = told.clone();
    let observer = move |call: &CallEnded<'_>| {
        let what = call.error.map_or(("ok", None), |error| (error.kind(), error.out_of_budget()));
        notes.lock().unwrap().push((call.instance.to_string(), what, call.fuel));
    };
    let runtime = runtime_of(Runtime::builder().observer(observer));
    let misbehave = start(&runtime, "misbehave", apps::MISBEHAVE, &[]).await;
    let spin = caller_of(&misbehave);
    let (_, receipt) = spin.spin().timeout(std::time::Duration::from_millis(20)).receipt().await;
    let late = ("out of time", Some(isorun::limits::Limit::Time));
    assert!(receipt.fuel > 0);
    assert_eq!(std::mem::take(&mut *told.lock().unwrap()), [("misbehave".to_string(), late, receipt.fuel)]);

    let calc = start(&runtime, "calc", apps::CALC, &[]).await;
    let gate = runtime.provide(Gate::new());
    let relay = start(&runtime, "relay", apps::RELAY, &[&calc, &gate]).await;
    let mut dropped = relay.call("tick-many", "(1)");
    assert!(poll_once(&mut dropped).is_pending());
    drop(dropped);
    let told: Vec<_> = told.lock().unwrap().iter().map(|(instance, what, _)| (instance.clone(), *what)).collect();
    assert_eq!(told, [("Gate", ("cancelled", None)), ("relay", ("cancelled", None))].map(|(n, w)| (n.to_string(), w)));
}

#[tokio::test]
async fn a_panic_of_an_observer_ends_no_call() {
    let runtime = runtime_of(Runtime::builder().observer(|_: &CallEnded<'_>| panic!("no room for metrics")));
    let calc = start(&runtime, "calc", apps::CALC, &[]).await;
    let ticker = runtime.provide(Ticker);
    let relay = start(&runtime, "relay", apps::RELAY, &[&calc, &ticker]).await;
    assert_eq!(relay.call("add", "(1, 2)").await.unwrap(), "3");
    assert_eq!(relay.call("tick-many", "(3)").await.unwrap(), "3");
    assert_eq!(counted(&relay), (2, 0));
}

/// Has an app work for it in a sync method.
struct Nested(compute::Caller);

#[isorun::system]
impl host::Host for Nested {
    fn tick(&self, cx: &Cx, n: u64) -> isorun::Result<u64> {
        match poll_once(&mut self.0.add(n as u32, 1).within(cx)) {
            Poll::Ready(sum) => sum.map(u64::from),
            Poll::Pending => Err(CallError::system("the app is busy")),
        }
    }
}

#[tokio::test]
async fn the_fuel_of_a_sync_method_includes_that_of_its_calls() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = seen.clone();
    let observer = move |call: &CallEnded<'_>| noted.lock().unwrap().push((call.instance.to_string(), call.fuel));
    let runtime = runtime_of(Runtime::builder().observer(observer));
    let calc = start(&runtime, "calc", apps::CALC, &[]).await;
    let nested = runtime.provide(Nested(calc.caller::<compute::Interface>().unwrap()));
    let relay = start(&runtime, "relay", apps::RELAY, &[&calc, &nested]).await;
    relay.caller::<relay::Interface>().unwrap().tick_many(1).await.unwrap();
    let seen = seen.lock().unwrap();
    let fuel = |name: &str| seen.iter().find(|(instance, _)| instance == name).map(|(_, fuel)| *fuel);
    assert!(fuel("calc") > Some(0));
    assert_eq!(fuel("Nested"), fuel("calc"));
}
