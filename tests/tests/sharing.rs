//! What two apps share is what both were wired with, as much of it as they were given, and nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use isorun::error::WiringProblem;
use isorun::instance::InstanceState;
use isorun::{CallError, ExportError, Instance, InstantiateError, Restart, Reuse, Runtime};
use isorun_tests::{
    Bench, Ticker, add, again, apps, bench, compute, guests, host, link_to, names_of, relay, runtime, start,
};

/// A counter in an app's memory, and one that hands it on.
const WIT: &str =
    "package acme:count; interface counter { next: func(n: u32) -> u32; } interface user { f: func(n: u32) -> u32; }";

fn counter() -> Vec<u8> {
    let body = "(global.set $cell (i32.add (global.get $cell) (local.get 0))) (global.get $cell)";
    guests::provider("acme:count/counter", &[("next", r#"(param "n" u32) (result u32)"#, body)])
}

fn user() -> Vec<u8> {
    guests::parse(
        r#"(component
            (import "acme:count/counter" (instance $counter (export "next" (func (param "n" u32) (result u32)))))
            (alias export $counter "next" (func $next))
            (core func $next (canon lower (func $next)))
            (func $f (param "n" u32) (result u32) (canon lift (core func $next)))
            (instance $user (export "f" (func $f)))
            (export "acme:count/user" (instance $user)))"#,
    )
}

async fn next(user: &Instance) -> u32 {
    user.call("f", "(1)").await.unwrap().parse().unwrap()
}

#[tokio::test]
async fn who_has_the_same_token_shares_and_who_has_another_does_not() {
    let runtime = runtime();
    runtime.register_wit(WIT).unwrap();
    let counters = add(&runtime, "counter", &counter()).await;
    let (shared, own) = (again(&runtime, &counters, &[]).await, again(&runtime, &counters, &[]).await);
    let users = add(&runtime, "user", &user()).await;
    let (one, two) = (again(&runtime, &users, &[&shared]).await, again(&runtime, &users, &[&shared.clone()]).await);
    let alone = again(&runtime, &users, &[&own]).await;
    assert_eq!((next(&one).await, next(&two).await, next(&one).await), (1, 2, 3));
    assert_eq!(next(&alone).await, 1);
    assert!(shared == shared.clone() && shared != own);
}

/// Says for whom it was made and how often it was called, as one number: the first letter of the consumer's name, and the count.
struct Tenant {
    letter: u64,
    calls: AtomicU64,
}

#[isorun::system]
impl host::Host for Tenant {
    fn tick(&self, _n: u64) -> u64 {
        self.letter * 1000 + self.calls.fetch_add(1, Ordering::SeqCst) + 1
    }
}

/// A system per consumer, and how many values of it were made.
fn tenants(runtime: &Runtime) -> (Instance, Arc<AtomicU64>) {
    let made = Arc::new(AtomicU64::new(0));
    let counting = made.clone();
    let system = runtime.provide_per_consumer(move |consumer| {
        counting.fetch_add(1, Ordering::SeqCst);
        assert_eq!(consumer.instance().is_some(), consumer.app().is_some());
        let letter = consumer.instance().and_then(|name| name.bytes().next()).map_or(0, |first| first - b'a' + 1);
        Tenant { letter: letter.into(), calls: AtomicU64::new(0) }
    });
    (system, made)
}

#[tokio::test]
async fn each_consumer_has_a_value_of_its_own_and_the_host_one() {
    let Bench { runtime, calc, .. } = bench().await;
    let (tenants, made) = tenants(&runtime);
    assert_eq!(made.load(Ordering::SeqCst), 0);
    let app = add(&runtime, "relays", apps::RELAY).await;
    let named = |name: &'static str| runtime.instantiate(&app).name(name).with(&calc).with(&tenants).into_future();
    let (a, b) = (named("a").await.unwrap(), named("b").await.unwrap());
    for calls in 1..4 {
        assert_eq!(a.call("tick-many", "(1)").await.unwrap(), (1000 + calls).to_string());
        assert_eq!(b.call("tick-many", "(1)").await.unwrap(), (2000 + calls).to_string());
        assert_eq!(tenants.call("tick", "(0)").await.unwrap(), calls.to_string());
    }
    // An export is a consumer too.
    let there = self::runtime();
    let far = there.import::<host::Interface>(runtime.export::<host::Interface>(&tenants).unwrap(), link_to(&runtime));
    assert_eq!(far.call("tick", "(0)").await.unwrap(), "1");
    assert_eq!(tenants.call("tick", "(0)").await.unwrap(), "4");
    assert_eq!(made.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn all_stores_of_a_consumer_have_the_same_value() {
    let Bench { runtime, calc, .. } = bench().await;
    let (tenants, made) = tenants(&runtime);
    let app = add(&runtime, "relays", apps::RELAY).await;
    let restart = Restart::Limited { max: 9, within: Duration::from_secs(3600) };
    for (number, reuse) in (1..).zip([Reuse::Serial, Reuse::Fresh, Reuse::pool(2)]) {
        let instance = runtime.instantiate(&app).name("c").with(&calc).with(&tenants).reuse(reuse).restart(restart);
        let instance = instance.await.unwrap();
        for calls in 1..3 {
            assert_eq!(instance.call("tick-many", "(1)").await.unwrap(), (3000 + calls).to_string(), "{reuse:?}");
        }
        instance.call("tick-many", "(1)").fuel(1).await.unwrap_err();
        assert_eq!(instance.call("tick-many", "(1)").await.unwrap(), "3003", "{reuse:?}");
        assert_eq!(made.load(Ordering::SeqCst), number);
        runtime.remove(&instance).unwrap();
    }
}

/// An app that imports the host in two editions, both of which one token serves.
#[tokio::test]
async fn a_consumer_with_two_imports_of_one_token_has_one_value() {
    let runtime = runtime();
    let (tenants, made) = tenants(&runtime);
    let both = guests::parse(
        r#"(component
            (import "test:bench/host@0.1.0" (instance $first (export "tick" (func (param "n" u64) (result u64)))))
            (import "test:bench/host@0.1.1" (instance $second (export "tick" (func (param "n" u64) (result u64)))))
            (core func $first (canon lower (func $first "tick")))
            (core func $second (canon lower (func $second "tick")))
            (func (export "first") (param "n" u64) (result u64) (canon lift (core func $first)))
            (func (export "second") (param "n" u64) (result u64) (canon lift (core func $second))))"#,
    );
    let both = start(&runtime, "both", &both, &[&tenants]).await;
    assert_eq!(both.call("first", "(0)").await.unwrap(), "2001");
    assert_eq!(both.call("second", "(0)").await.unwrap(), "2002");
    assert_eq!(made.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_factory_that_panics_is_an_error_of_the_wiring_and_nothing_else() {
    let Bench { runtime, calc, .. } = bench().await;
    let well = Arc::new(AtomicBool::new(false));
    let asked = well.clone();
    let system = runtime.provide_per_consumer(move |_| {
        assert!(asked.load(Ordering::SeqCst), "no tenants today");
        Ticker
    });
    let app = add(&runtime, "relays", apps::RELAY).await;
    let error = runtime.instantiate(&app).with(&calc).with(&system).await.unwrap_err();
    let InstantiateError::Start { app: name, cause } = &error else { panic!("{error}") };
    assert_eq!(name, "relays");
    assert!(matches!(cause, CallError::HostPanic { message, .. } if &**message == "no tenants today"), "{error}");
    let error = system.call("tick", "(0)").await.unwrap_err();
    assert!(matches!(&error, CallError::HostPanic { message, .. } if &**message == "no tenants today"), "{error}");
    well.store(true, Ordering::SeqCst);
    assert_eq!(system.call("tick", "(0)").await.unwrap(), "1");
    let relay = again(&runtime, &app, &[&calc, &system]).await;
    assert_eq!(relay.call("tick-many", "(2)").await.unwrap(), "2");
}

/// An app that imports these functions of `compute`, and adds up what it is given if it may.
fn computing(functions: &[&str]) -> Vec<u8> {
    let ty = |name: &str| match name {
        "add" => r#"(export "add" (func (param "a" u32) (param "b" u32) (result u32)))"#,
        _ => r#"(export "echo" (func (param "data" (list u8)) (result (list u8))))"#,
    };
    guests::parse(&format!(
        r#"(component
            (import "test:bench/compute@0.1.0" (instance $compute {}))
            (alias export $compute "add" (func $add))
            (core func $add (canon lower (func $add)))
            (func (export "sum") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $add))))"#,
        functions.iter().map(|name| ty(name)).collect::<String>()
    ))
}

#[tokio::test]
async fn a_part_of_an_instance_gives_its_functions_and_no_others() {
    let Bench { runtime, calc, .. } = bench().await;
    let part = calc.only(["add"]).unwrap();
    assert_eq!(part.name(), "calc");
    assert_eq!(part.call("add", "(1, 2)").await.unwrap(), "3");
    let error = part.call("echo", "([1])").await.unwrap_err();
    let CallError::UnknownFunction { available, .. } = &error else { panic!("{error}") };
    assert_eq!(available[..], ["test:bench/compute@0.1.0#add"]);

    let error = part.caller::<compute::Interface>().unwrap_err();
    let ExportError::Narrowed { functions, .. } = &error else { panic!("{error}") };
    assert_eq!(functions[..], ["echo", "sum-points", "join"]);
    assert!(matches!(runtime.export::<compute::Interface>(&part), Err(ExportError::Narrowed { .. })));

    let more = add(&runtime, "more", &computing(&["add", "echo"])).await;
    let error = runtime.instantiate(&more).with(&part).await.unwrap_err();
    let InstantiateError::Wiring(report) = &error else { panic!("{error}") };
    let [WiringProblem::Narrowed { import, instance, functions }] = report.problems() else { panic!("{error}") };
    assert_eq!((import.as_str(), instance.as_str()), ("test:bench/compute@0.1.0", "calc"));
    assert_eq!(functions[..], ["echo"]);

    let less = start(&runtime, "less", &computing(&["add"]), &[&part]).await;
    assert_eq!(less.call("sum", "(1, 2)").await.unwrap(), "3");
    // It is one instance, however much of it somebody reaches.
    let edge = runtime.graph().edges.into_iter().find(|edge| edge.from == "less").unwrap();
    assert_eq!((edge.to.as_str(), edge.calls), ("calc", 1));
    assert!(runtime.remove(&part).unwrap_err().to_string().contains("`relay`, `less`"));
}

#[tokio::test]
async fn a_part_of_a_system_or_remote_serves_guests_too() {
    let Bench { runtime, calc, .. } = bench().await;
    let ticker = runtime.provide(Ticker).only(["tick"]).unwrap();
    let relay = start(&runtime, "second", apps::RELAY, &[&calc, &ticker]).await;
    assert_eq!(relay.call("tick-many", "(2)").await.unwrap(), "2");
    assert_eq!(ticker.caller::<host::Interface>().unwrap().tick(1).await.unwrap(), 2);

    let here = self::runtime();
    let far =
        here.import::<compute::Interface>(runtime.export::<compute::Interface>(&calc).unwrap(), link_to(&runtime));
    let part = far.only(["add"]).unwrap();
    let less = start(&here, "less", &computing(&["add"]), &[&part]).await;
    assert_eq!(less.call("sum", "(1, 2)").await.unwrap(), "3");
    assert!(matches!(part.call("join", "([])").await, Err(CallError::UnknownFunction { .. })));
}

#[tokio::test]
async fn a_part_is_exported_as_what_it_is() {
    let Bench { runtime, calc, .. } = bench().await;
    let part = calc.only(["add"]).unwrap();
    let text = "package test:bench@0.1.0; interface compute { add: func(a: u32, b: u32) -> u32; }";
    let interface = &isorun::Interface::from_wit(text).unwrap()[0];
    let token = runtime.export_interface(&part, interface).unwrap();
    let far = self::runtime().import_interface(interface, token, link_to(&runtime));
    assert_eq!(far.call("add", "(1, 2)").await.unwrap(), "3");
}

#[tokio::test]
async fn every_name_that_means_no_function_or_several_is_reported() {
    let runtime = runtime();
    let two = guests::parse(
        r#"(component
            (core module $code (func (export "f")))
            (core instance $code (instantiate $code))
            (func $f (canon lift (core func $code "f")))
            (instance $both (export "f" (func $f)) (export "g" (func $f)))
            (export "acme:a/one@1.0.0" (instance $both))
            (export "acme:a/two@1.0.0" (instance $both)))"#,
    );
    let two = start(&runtime, "two", &two, &[]).await;
    let error = two.only(["f", "one#g", "h", "ne#f"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot narrow `two`
    f: 2 functions end like that
    h: no such function
    ne#f: no such function
  it has: `acme:a/one@1.0.0#f`, `acme:a/one@1.0.0#g`, `acme:a/two@1.0.0#f`, `acme:a/two@1.0.0#g`
  help: write `namespace:package/interface#function`, or any end of it that is unique"
    );
    assert_eq!(error.problems.len(), 3);
    let part = two.only(["one#f", "acme:a/two#g"]).unwrap();
    assert_eq!(names_of(&part.exports()), ["acme:a/one@1.0.0", "acme:a/two@1.0.0"]);
    part.call("f", "()").await.unwrap();
}

#[tokio::test]
async fn a_part_is_narrowed_further_and_never_widened() {
    let Bench { calc, .. } = bench().await;
    let part = calc.only(["add", "join"]).unwrap();
    let smaller = part.only(["join"]).unwrap();
    assert_eq!(smaller.call("join", r#"(["a", "b"])"#).await.unwrap(), r#""ab""#);
    assert!(smaller.only(["add"]).is_err());
    assert!(part.only(["echo"]).unwrap_err().to_string().contains("echo: no such function"));
    let none = part.only([]).unwrap();
    assert_eq!(names_of(&none.exports()), [""; 0]);
    assert!(matches!(none.call("add", "(1, 2)").await, Err(CallError::UnknownFunction { .. })));
}

#[tokio::test]
async fn tokens_are_equal_if_they_reach_the_same() {
    let Bench { calc, relay, .. } = bench().await;
    let part = calc.only(["add", "join"]).unwrap();
    assert!(part == calc.only(["join", "add"]).unwrap());
    assert!(part == part.only(["join", "compute#add"]).unwrap());
    assert!(part != calc.only(["add"]).unwrap());
    assert!(part != relay);
    // A part is not the whole, even if nothing is missing in it now.
    let all = calc.only(["add", "echo", "sum-points", "join"]).unwrap();
    assert_ne!(all, calc);
    assert_ne!(calc, all);
}

#[tokio::test]
async fn the_graph_marks_everything_that_two_or_more_reach() {
    let Bench { runtime, calc, .. } = bench().await;
    let ticker = runtime.provide(Ticker);
    let part = calc.only(["add"]).unwrap();
    let shared = || -> Vec<String> {
        runtime.graph().nodes.into_iter().filter(|node| node.shared).map(|node| node.name).collect()
    };
    assert_eq!(shared(), [""; 0]);
    // Not all of it is reached by the second one, and it is shared all the same.
    let less = start(&runtime, "less", &computing(&["add"]), &[&part]).await;
    assert_eq!(shared(), ["calc"]);
    let app = add(&runtime, "relays", apps::RELAY).await;
    let (one, _two) = (again(&runtime, &app, &[&calc, &ticker]).await, again(&runtime, &app, &[&calc, &ticker]).await);
    assert_eq!(shared(), ["calc", "Ticker-2"]);
    runtime.remove(&one).unwrap();
    assert_eq!(shared(), ["calc"]);
    runtime.remove(&less).unwrap();
    assert_eq!(shared(), ["calc"]);
}

#[tokio::test]
async fn what_is_below_something_shared_is_shared_too() {
    let Bench { runtime, relay, .. } = bench().await;
    let text = "package acme:ask; interface ask { f: func(); }";
    runtime.register_wit(text).unwrap();
    let shared = || -> Vec<String> {
        runtime.graph().nodes.into_iter().filter(|node| node.shared).map(|node| node.name).collect()
    };
    let asks = guests::parse(
        r#"(component (import "test:bench/relay@0.1.0" (instance
            (export "tick-many" (func (param "times" u32) (result u64))))))"#,
    );
    let app = add(&runtime, "asks", &asks).await;
    let _one = again(&runtime, &app, &[&relay]).await;
    assert_eq!(shared(), [""; 0], "one way down is no sharing, however long it is");
    let two = again(&runtime, &app, &[&relay]).await;
    assert_eq!(shared(), ["calc", "Ticker", "relay"]);
    runtime.remove(&two).unwrap();
    assert_eq!(shared(), [""; 0]);
}

/// `top` asks `left` and `right`, which both ask one counter.
async fn diamond(runtime: &Runtime) -> (Instance, Instance) {
    let text = "package acme:count; interface counter { next: func(n: u32) -> u32; }
        interface left { f: func(n: u32) -> u32; } interface right { f: func(n: u32) -> u32; }";
    runtime.register_wit(text).unwrap();
    let counter = start(runtime, "counter", &counter(), &[]).await;
    let side = |name: &str| {
        guests::parse(&format!(
            r#"(component
                (import "acme:count/counter" (instance $counter (export "next" (func (param "n" u32) (result u32)))))
                (alias export $counter "next" (func $next))
                (core func $next (canon lower (func $next)))
                (func $f (param "n" u32) (result u32) (canon lift (core func $next)))
                (instance $side (export "f" (func $f)))
                (export "acme:count/{name}" (instance $side)))"#
        ))
    };
    let left = start(runtime, "left", &side("left"), &[&counter]).await;
    let right = start(runtime, "right", &side("right"), &[&counter]).await;
    let top = guests::parse(
        r#"(component
            (import "acme:count/left" (instance $left (export "f" (func (param "n" u32) (result u32)))))
            (import "acme:count/right" (instance $right (export "f" (func (param "n" u32) (result u32)))))
            (core func $left (canon lower (func $left "f")))
            (core func $right (canon lower (func $right "f")))
            (core module $code
                (import "sides" "left" (func $left (param i32) (result i32)))
                (import "sides" "right" (func $right (param i32) (result i32)))
                (func (export "both") (param i32) (result i32)
                    (i32.sub (call $right (local.get 0)) (call $left (local.get 0)))))
            (core instance $code (instantiate $code
                (with "sides" (instance (export "left" (func $left)) (export "right" (func $right))))))
            (func (export "both") (param "n" u32) (result s32) (canon lift (core func $code "both"))))"#,
    );
    let top = add(runtime, "top", &top).await;
    (counter, runtime.instantiate(&top).with(&left).with(&right).reuse(Reuse::pool(4)).await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_callers_of_a_diamond_lose_nothing_at_its_bottom() {
    let runtime = runtime();
    let (counter, top) = diamond(&runtime).await;
    let callers: Vec<_> = (1..=1000u64)
        .map(|n| {
            let top = top.clone();
            tokio::spawn(async move {
                // The left side is asked after the right one, so it is further on.
                let difference: i64 = top
                    .call("both", &format!("({n})"))
                    .timeout(Duration::from_secs(60))
                    .await
                    .unwrap()
                    .parse()
                    .unwrap();
                assert!(difference <= -(n as i64), "{difference} for {n}");
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    // Both sides add each number once.
    assert_eq!(counter.call("next", "(0)").await.unwrap(), (1000 * 1001).to_string());
    let graph = runtime.graph();
    assert!(graph.edges.iter().all(|edge| (edge.calls, edge.failures) == (1000, 0)), "{graph:?}");
    assert_eq!(counter.counters().calls, 2001);
}

/// Five apps, each on the one below.
async fn chain(runtime: &Runtime) -> Vec<Instance> {
    let interfaces: String =
        (0..5).map(|number| format!("interface i{number} {{ f: func(n: u32) -> u32; }}")).collect();
    runtime.register_wit(format!("package acme:chain; {interfaces}")).unwrap();
    let body = "(if (i32.eqz (local.get 0)) (then unreachable)) (local.get 0)";
    let bottom = guests::provider("acme:chain/i0", &[("f", r#"(param "n" u32) (result u32)"#, body)]);
    let mut chain = vec![start(runtime, "a0", &bottom, &[]).await];
    for number in 1..5 {
        let step =
            guests::step(&format!("acme:chain/i{}", number - 1), &format!("acme:chain/i{number}"), 10u32.pow(number));
        chain.push(start(runtime, &format!("a{number}"), &step, &[&chain[chain.len() - 1]]).await);
    }
    chain
}

#[tokio::test]
async fn a_chain_of_apps_gives_the_value_of_its_end_or_says_where_it_broke() {
    let runtime = runtime();
    let chain = chain(&runtime).await;
    assert_eq!(chain[4].call("f", "(1)").await.unwrap(), "11111");
    let error = chain[4].call("f", "(0)").await.unwrap_err();
    let (mut at, mut names) = (&error, Vec::new());
    while let CallError::ProviderDown { instance, cause, .. } = at {
        names.push(instance.to_string());
        at = cause;
    }
    assert_eq!(names, ["a4", "a3", "a2", "a1"]);
    assert!(matches!(at, CallError::Trap { instance, .. } if &**instance == "a0"), "{error}");
    let line = format!("{error:#}");
    let order: Vec<_> = ["`a4`", "`a3`", "`a2`", "`a1`", "`a0`"].iter().map(|name| line.find(name).unwrap()).collect();
    assert!(order.is_sorted(), "{line}");
    assert!(chain.iter().all(|one| matches!(one.state(), InstanceState::Poisoned(_))));
    assert!(runtime.graph().edges.iter().all(|edge| (edge.calls, edge.failures) == (2, 1)));
}

#[tokio::test]
async fn two_runtimes_in_one_process_do_not_know_of_each_other() {
    let (one, two) = (bench().await, bench().await);
    assert_eq!((one.relay.name(), two.relay.name()), ("relay", "relay"));
    assert!(one.relay != two.relay);
    one.calc.call("add", "(1, 2)").fuel(1).await.unwrap_err();
    assert_eq!(two.relay.call("add", "(1, 2)").await.unwrap(), "3");
    let error = two.runtime.instantiate(&add(&two.runtime, "again", apps::RELAY).await).with(&one.calc).await;
    let Err(InstantiateError::Wiring(report)) = &error else { panic!("{error:?}") };
    assert!(report.problems().contains(&WiringProblem::Foreign { instance: "calc".into() }), "{report}");
    drop(one);
    assert_eq!(two.relay.call("add", "(1, 2)").await.unwrap(), "3");
}

#[test]
fn a_runtime_for_each_thread_works_beside_the_others() {
    let threads: Vec<_> = (0..4u32)
        .map(|thread| {
            std::thread::spawn(move || {
                let executor = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
                executor.block_on(async move {
                    let Bench { calc, relay, .. } = bench().await;
                    let caller = relay.caller::<relay::Interface>().unwrap();
                    for n in 0..100 {
                        assert_eq!(caller.add(thread, n).await.unwrap(), thread + n);
                    }
                    calc.counters().calls
                })
            })
        })
        .collect();
    assert!(threads.into_iter().all(|thread| thread.join().unwrap() == 100));
}

/// Which of its imports are of types alone and have a name of their own makes no difference to where an app's calls go.
#[tokio::test]
async fn an_import_of_types_that_is_given_an_instance_moves_no_other() {
    let runtime = runtime();
    let wit = "package acme:moved; interface one { f: func() -> u32; } interface two { g: func(n: u64) -> u64; }";
    runtime.register_wit(wit).unwrap();
    let provider = guests::parse(
        r#"(component
            (type $t u32)
            (instance $types (export "t" (type $t)))
            (core module $code
                (func (export "f") (result i32) (i32.const 1))
                (func (export "g") (param i64) (result i64) (i64.const 2)))
            (core instance $code (instantiate $code))
            (func $f (result u32) (canon lift (core func $code "f")))
            (func $g (param "n" u64) (result u64) (canon lift (core func $code "g")))
            (instance $one (export "f" (func $f)))
            (instance $two (export "g" (func $g)))
            (export "acme:moved/before" (instance $types))
            (export "acme:moved/one" (instance $one))
            (export "acme:moved/two" (instance $two))
            (export "acme:moved/behind" (instance $types)))"#,
    );
    let user = guests::parse(
        r#"(component
            (type $t u32)
            (import "acme:moved/before" (instance (alias outer 1 $t (type $u)) (export "t" (type (eq $u)))))
            (import "acme:moved/one" (instance $one (export "f" (func (result u32)))))
            (import "acme:moved/two" (instance (export "g" (func (param "n" u64) (result u64)))))
            (import "acme:moved/behind" (instance (alias outer 1 $t (type $u)) (export "t" (type (eq $u)))))
            (alias export $one "f" (func $f))
            (core func $f (canon lower (func $f)))
            (func $run (result u32) (canon lift (core func $f)))
            (export "run" (func $run)))"#,
    );
    let provider = start(&runtime, "provider", &provider, &[]).await;
    let user = add(&runtime, "user", &user).await;
    for types in ["acme:moved/before", "acme:moved/behind"] {
        let user = runtime.instantiate(&user).with(&provider).with_named(types, &provider).await.unwrap();
        assert_eq!(user.call("run", "()").await.unwrap(), "1");
    }
}
