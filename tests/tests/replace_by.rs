//! An instance that is replaced by another one: its calls go on there, behind the same handle.

use std::future::IntoFuture;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use isorun::error::WiringProblem;
use isorun::graph::NodeKind;
use isorun::instance::InstanceState;
use isorun::{CallError, GiveUp, RemoveError, ReplaceError, Runtime};
use isorun_tests::shop::{front, newer, shop_in, without_stock};
use isorun_tests::{Gate, Ticker, add, again, apps, link_to, poll_once, runtime, start};

/// The shop as a system.
struct Stall(AtomicU32);

#[isorun::system("src/stall.wit")]
impl shop::Shop for Stall {
    fn price(&self, n: u32) -> u32 {
        self.0.fetch_add(1, Ordering::Relaxed);
        n + 1000
    }

    fn stock(&self, n: u32) -> u32 {
        n + 2000
    }
}

fn stall() -> Stall {
    Stall(AtomicU32::new(0))
}

#[tokio::test]
async fn what_uses_an_instance_goes_on_at_a_guest_a_system_and_a_remote_that_take_its_place() {
    let (runtime, app, shop) = shop_in(runtime()).await;
    let prices = start(&runtime, "prices", &front("price"), &[&shop]).await;
    let interface = runtime.interfaces().into_iter().find(|known| known.name().interface() == "shop").unwrap();
    let token = runtime.export_interface(&shop, &interface).unwrap();
    let far = Runtime::new().unwrap().import_interface(&interface, token, link_to(&runtime));
    let both = async |n: &str| {
        let (near, far) = (prices.call("f", "(1)").await.unwrap(), far.call("price", "(1)").await.unwrap());
        assert_eq!((near.as_str(), far.as_str()), (n, n));
        assert_eq!(shop.call("price", "(1)").await.unwrap(), n);
    };
    both("2").await;

    let guest = start(&runtime, "newer", &newer(), &[]).await;
    runtime.replace(&shop, &guest).await.unwrap();
    both("102").await;
    assert!(matches!(shop.state(), InstanceState::Forwarding));
    assert_eq!((shop.counters().stores, shop.memory_held()), (0, 0));

    let system = runtime.provide(stall());
    runtime.replace(&shop, &system).await.unwrap();
    both("1001").await;
    runtime.remove(&guest).unwrap();

    let there = runtime_with_stall();
    let token = there.1;
    let remote = runtime.import_interface(&interface, token, link_to(&there.0));
    runtime.replace(&shop, &remote).await.unwrap();
    both("1001").await;
    runtime.remove(&system).unwrap();

    // It can be undone.
    runtime.replace(&shop, &app).await.unwrap();
    both("2").await;
    assert!(matches!(shop.state(), InstanceState::Idle));
    runtime.remove(&remote).unwrap();
}

fn runtime_with_stall() -> (Runtime, isorun::Token) {
    let there = Runtime::new().unwrap();
    let stall = there.provide(stall());
    let token = there.export::<shop::Interface>(&stall).unwrap();
    (there, token)
}

#[tokio::test]
async fn the_graph_shows_a_forwarder_and_it_goes_with_its_last_user() {
    let (runtime, app, shop) = shop_in(runtime()).await;
    let prices = start(&runtime, "prices", &front("price"), &[&shop]).await;
    let system = runtime.provide(stall());
    runtime.replace(&shop, &system).await.unwrap();
    assert_eq!(prices.call("f", "(1)").await.unwrap(), "1001");
    let graph = runtime.graph();
    assert_eq!(graph.nodes.iter().find(|node| node.name == "shop").unwrap().kind, NodeKind::Forwarder);
    let edge = graph.edges.iter().find(|edge| edge.from == "shop").unwrap();
    assert_eq!(
        (edge.to.as_str(), edge.import.as_str(), edge.calls, edge.failures),
        ("Stall", "acme:shop/shop@1.0.0", 1, 0)
    );
    assert!(
        graph.to_string().contains("shop (forwarder) exports acme:shop/shop@1.0.0\n  acme:shop/shop@1.0.0 -> Stall"),
        "{graph}"
    );
    assert!(graph.dot().contains("\"shop\" -> \"Stall\""), "{}", graph.dot());

    // Its app is free, and what it forwards to is in use.
    runtime.remove_app(&app).unwrap();
    let error = runtime.remove(&system).unwrap_err();
    assert!(matches!(&error, RemoveError::InUse { by, .. } if by == &["shop"]), "{error}");
    let error = runtime.remove(&shop).unwrap_err();
    assert!(matches!(&error, RemoveError::InUse { by, .. } if by == &["prices"]), "{error}");
    runtime.remove(&prices).unwrap();
    runtime.remove(&shop).unwrap();
    runtime.remove(&system).unwrap();
    assert!(runtime.graph().nodes.is_empty());
    assert!(matches!(shop.call("price", "(1)").await.unwrap_err(), CallError::Removed { .. }));
}

#[tokio::test]
async fn an_instance_that_would_break_a_user_or_depends_on_it_is_refused_with_everything_that_is_wrong() {
    let (runtime, _, shop) = shop_in(runtime()).await;
    let prices = start(&runtime, "prices", &front("price"), &[&shop]).await;
    let _stocks = start(&runtime, "stocks", &front("stock"), &[&shop]).await;
    let without = start(&runtime, "without", &without_stock(), &[]).await;
    let error = runtime.replace(&shop, &without).await.unwrap_err();
    let ReplaceError::Breaks { breaks, .. } = &error else { panic!("{error}") };
    assert_eq!(breaks.iter().map(|broken| broken.by.as_str()).collect::<Vec<_>>(), ["`stocks`"]);
    assert!(error.to_string().contains("provided  no such function"), "{error}");
    // A narrowed handle offers no more than it reaches.
    let other = start(&runtime, "newer", &newer(), &[]).await;
    let error = runtime.replace(&shop, &other.only(["price"]).unwrap()).await.unwrap_err();
    assert!(matches!(&error, ReplaceError::Breaks { .. }), "{error}");

    for (by, through) in [(&shop, vec!["shop"]), (&prices, vec!["prices", "shop"])] {
        let error = runtime.replace(&shop, by).await.unwrap_err();
        let ReplaceError::By { problems, .. } = &error else { panic!("{error}") };
        let [WiringProblem::Cycle { through: found, .. }] = &problems[..] else { panic!("{error}") };
        assert_eq!(*found, through);
    }
    let foreign = Runtime::new().unwrap().provide(stall());
    let error = runtime.replace(&shop, &foreign).await.unwrap_err();
    assert!(
        matches!(&error, ReplaceError::By { problems, .. } if matches!(problems[..], [WiringProblem::Foreign { .. }])),
        "{error}"
    );
    let gone = runtime.provide(stall());
    runtime.remove(&gone).unwrap();
    let error = runtime.replace(&shop, &gone).await.unwrap_err();
    assert!(
        matches!(&error, ReplaceError::By { problems, .. } if matches!(problems[..], [WiringProblem::Removed { .. }])),
        "{error}"
    );
    let error = runtime.replace(&runtime.provide(Ticker), &shop).await.unwrap_err();
    assert!(matches!(error, ReplaceError::NotAnApp { .. }), "{error}");
    assert_eq!(prices.call("f", "(1)").await.unwrap(), "2");

    // What it has gone on to cannot come back by way of it.
    runtime.replace(&shop, &other).await.unwrap();
    let error = runtime.replace(&other, &shop).await.unwrap_err();
    assert!(matches!(&error, ReplaceError::By { .. }), "{error}");
    let error = runtime.replace(&other, &runtime.app("without").unwrap()).await.unwrap_err();
    assert!(matches!(&error, ReplaceError::Breaks { breaks, .. } if breaks[0].by == "`shop`"), "{error}");
}

#[tokio::test]
async fn calls_that_wait_meanwhile_go_on_at_the_other_one() {
    let runtime = runtime();
    let (gate, calc) = (Gate::new(), start(&runtime, "calc", apps::CALC, &[]).await);
    let app = add(&runtime, "relay", apps::RELAY).await;
    let relay = again(&runtime, &app, &[&calc, &runtime.provide(gate.clone())]).await;
    let other = again(&runtime, &app, &[&calc, &runtime.provide(Ticker)]).await;
    let call = |function: &'static str, arguments: &'static str| {
        let relay = relay.clone();
        tokio::spawn(async move { relay.call(function, arguments).await })
    };
    let running = call("tick-many", "(1)");
    gate.until(1).await;
    let replacing = tokio::spawn(runtime.replace(&relay, &other).into_future());
    while !matches!(relay.state(), InstanceState::Replacing) {
        tokio::task::yield_now().await;
    }
    // By name, of numbers alone, and with a text.
    let waiting = [call("add", "(1, 2)"), call("tick-many", "(3)"), call("join", r#"(["a", "b"])"#)];
    let caller = relay.caller::<isorun_tests::relay::Interface>().unwrap();
    let typed = tokio::spawn(async move { caller.add(3, 4).await });
    while relay.counters().waiting < 4 {
        tokio::task::yield_now().await;
    }
    gate.open(1);
    replacing.await.unwrap().unwrap();
    assert_eq!(running.await.unwrap().unwrap(), "1");
    let mut got = Vec::new();
    for one in waiting {
        got.push(one.await.unwrap().unwrap());
    }
    assert_eq!(got, ["3", "3", r#""ab""#]);
    assert_eq!(typed.await.unwrap().unwrap(), 7);
    assert_eq!((relay.counters().calls, other.counters().calls), (1, 4));
}

#[tokio::test]
async fn a_long_row_of_forwarders_is_walked_in_a_loop() {
    let (runtime, app, first) = shop_in(runtime()).await;
    let mut last = first.clone();
    for _ in 0..300 {
        let next = runtime.instantiate(&app).await.unwrap();
        runtime.replace(&last, &next).await.unwrap();
        last = next;
    }
    assert_eq!(first.call("price", "(1)").await.unwrap(), "2");
    assert_eq!(last.counters().calls, 1);
    let (result, trace) = first.call("stock", "(1)").trace().await;
    assert_eq!(result.unwrap(), "3", "{trace}");
    let removed = runtime.remove_tree(&last).unwrap();
    assert_eq!(removed.len(), 301);
}

#[tokio::test]
async fn a_system_per_consumer_makes_a_value_for_the_forwarder() {
    let (runtime, _, shop) = shop_in(runtime()).await;
    let consumers = Arc::new(Mutex::new(Vec::new()));
    let seen = consumers.clone();
    let stalls = runtime.provide_per_consumer::<shop::Interface, Stall>(move |consumer| {
        seen.lock().unwrap().push(consumer.instance().map(String::from));
        stall()
    });
    runtime.replace(&shop, &stalls).await.unwrap();
    assert_eq!(shop.call("price", "(1)").await.unwrap(), "1001");
    assert_eq!(*consumers.lock().unwrap(), [Some("shop".to_string())]);
    let panics = runtime.provide_per_consumer::<shop::Interface, Stall>(|_| panic!("no stalls today"));
    let error = runtime.replace(&shop, &panics).await.unwrap_err();
    assert!(matches!(&error, ReplaceError::Factory { message, .. } if message == "no stalls today"), "{error}");
    assert_eq!(shop.call("price", "(1)").await.unwrap(), "1001");
}

#[tokio::test]
async fn a_forwarder_that_retires_waits_for_the_calls_that_came_by_it() {
    let runtime = runtime();
    let (gate, calc) = (Gate::new(), start(&runtime, "calc", apps::CALC, &[]).await);
    let app = add(&runtime, "relay", apps::RELAY).await;
    let finish = GiveUp::Finish { fuel: 1_000_000, time: Duration::from_secs(1) };
    let relay = runtime.instantiate(&app).with(&calc).with(&runtime.provide(Ticker)).on_give_up(finish);
    let relay = relay.await.unwrap();
    let other = again(&runtime, &app, &[&calc, &runtime.provide(gate.clone())]).await;
    runtime.replace(&relay, &other).await.unwrap();
    let caller = relay.clone();
    let running = tokio::spawn(async move { caller.call("tick-many", "(1)").receipt().await });
    gate.until(1).await;
    let mut retiring = Box::pin(runtime.retire(&relay));
    assert!(poll_once(&mut retiring).is_pending());
    assert!(matches!(relay.call("add", "(1, 2)").await.unwrap_err(), CallError::Retiring { .. }));
    gate.open(1);
    let (result, receipt) = running.await.unwrap();
    assert_eq!(result.unwrap(), "1");
    assert!(receipt.fuel > 0, "what is used elsewhere is charged to the caller all the same");
    retiring.await.unwrap();
    runtime.remove(&other).unwrap();
}

#[tokio::test]
async fn one_replacement_at_a_time_and_calls_that_are_dropped_leave_the_line() {
    let runtime = runtime();
    let (gate, calc) = (Gate::new(), start(&runtime, "calc", apps::CALC, &[]).await);
    let app = add(&runtime, "relay", apps::RELAY).await;
    let relay = again(&runtime, &app, &[&calc, &runtime.provide(gate.clone())]).await;
    let other = again(&runtime, &app, &[&calc, &runtime.provide(Ticker)]).await;
    let caller = relay.clone();
    let running = tokio::spawn(async move { caller.call("tick-many", "(1)").await });
    gate.until(1).await;
    let mut replacing = runtime.replace(&relay, &other).into_future();
    assert!(poll_once(&mut replacing).is_pending());
    let error = runtime.replace(&relay, &other).await.unwrap_err();
    assert!(matches!(error, ReplaceError::InProgress { .. }), "{error}");
    let mut waiting = relay.call("add", "(1, 2)");
    assert!(poll_once(&mut waiting).is_pending());
    drop((replacing, waiting));
    gate.open(1);
    assert_eq!(running.await.unwrap().unwrap(), "1");
    assert_eq!(relay.call("add", "(1, 2)").await.unwrap(), "3");
    assert_eq!(other.counters().calls, 0);
}
