//! Another app behind the same token while calls run and wait, and while others replace it too.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use isorun::error::WiringProblem;
use isorun::instance::InstanceState;
use isorun::{CallError, InstantiateError, RemoveError, ReplaceError, Restart, Reuse, Runtime};
use isorun_tests::shop::{NUMBER, OLD, front, newer, plus, shop, shop_in};
use isorun_tests::{
    Gate, Ticker, add, again, apps, caller_of, guests, host, link_to, names_of, poll_once, runtime, runtime_of, start,
};

#[tokio::test]
async fn an_instance_that_is_replaced_lets_its_calls_end_and_new_ones_wait() {
    let runtime = runtime();
    let gate = Gate::new();
    let calc = start(&runtime, "calc", apps::CALC, &[]).await;
    let app = add(&runtime, "relay", apps::RELAY).await;
    let relay = again(&runtime, &app, &[&calc, &runtime.provide(gate.clone())]).await;
    let mut running = relay.call("tick-many", "(1)");
    assert!(poll_once(&mut running).is_pending());
    let mut replacing = runtime.replace(&relay, &app).into_future();
    while !matches!(relay.state(), InstanceState::Replacing) {
        assert!(poll_once(&mut replacing).is_pending());
    }
    let mut waiting = relay.call("add", "(1, 2)");
    assert!(poll_once(&mut waiting).is_pending());
    assert!(matches!(runtime.remove(&relay), Err(RemoveError::InProgress { .. })));
    assert!(matches!(runtime.retire(&relay).await, Err(RemoveError::InProgress { .. })));
    assert!(matches!(runtime.replace(&relay, &app).await, Err(ReplaceError::InProgress { .. })));
    gate.open(1);
    assert_eq!(running.await.unwrap(), "1");
    replacing.await.unwrap();
    assert_eq!(waiting.await.unwrap(), "3");
}

#[tokio::test]
async fn while_an_instance_is_replaced_no_more_calls_wait_than_may() {
    let runtime = runtime();
    let gate = Gate::new();
    let calc = start(&runtime, "calc", apps::CALC, &[]).await;
    let app = add(&runtime, "relay", apps::RELAY).await;
    let relay = runtime.instantiate(&app).with(&calc).with(&runtime.provide(gate.clone())).queue(1).await.unwrap();
    let mut running = relay.call("tick-many", "(1)");
    assert!(poll_once(&mut running).is_pending());
    let mut replacing = runtime.replace(&relay, &app).into_future();
    while !matches!(relay.state(), InstanceState::Replacing) {
        assert!(poll_once(&mut replacing).is_pending());
    }
    let mut waiting = relay.call("add", "(1, 2)");
    assert!(poll_once(&mut waiting).is_pending());
    assert!(matches!(relay.call("add", "(1, 2)").await, Err(CallError::Busy { waiting: 1, .. })));
    gate.open(1);
    running.await.unwrap();
    replacing.await.unwrap();
    assert_eq!(waiting.await.unwrap(), "3");
}

#[tokio::test]
async fn a_replacement_that_is_given_up_leaves_the_old_app_serving() {
    let runtime = runtime_of(Runtime::builder().max_stores(3));
    let gate = Gate::new();
    let calc = start(&runtime, "calc", apps::CALC, &[]).await;
    let app = add(&runtime, "relay", apps::RELAY).await;
    let relay = again(&runtime, &app, &[&calc, &runtime.provide(gate.clone())]).await;
    let next = add(&runtime, "next", apps::RELAY).await;
    let mut running = relay.call("tick-many", "(1)");
    assert!(poll_once(&mut running).is_pending());
    let mut replacing = runtime.replace(&relay, &next).into_future();
    while !matches!(relay.state(), InstanceState::Replacing) {
        assert!(poll_once(&mut replacing).is_pending());
    }
    let mut waiting = relay.call("add", "(1, 2)");
    assert!(poll_once(&mut waiting).is_pending());
    drop(replacing);
    gate.open(1);
    assert_eq!(running.await.unwrap(), "1");
    assert_eq!(waiting.await.unwrap(), "3");
    // The place that the new app had is free, and the new app as well.
    runtime.remove_app(&next).unwrap();
    start(&runtime, "third", apps::CALC, &[]).await;
}

#[tokio::test]
async fn where_there_is_no_place_for_both_apps_the_old_one_goes_on() {
    let runtime = runtime_of(Runtime::builder().max_stores(1));
    let app = add(&runtime, "misbehave", apps::MISBEHAVE).await;
    let instance = again(&runtime, &app, &[]).await;
    instance.call("count", "()").await.unwrap();
    let error = runtime.replace(&instance, &app).await.unwrap_err();
    assert!(matches!(error, ReplaceError::Instantiate(InstantiateError::NoCapacity { .. })), "{error}");
    assert_eq!(instance.call("count", "()").await.unwrap(), "2");
}

#[tokio::test]
async fn an_app_that_does_not_start_takes_nobodys_place() {
    let runtime = runtime();
    let app = add(&runtime, "misbehave", apps::MISBEHAVE).await;
    let instance = again(&runtime, &app, &[]).await;
    let dead = guests::parse(
        "(component (core module $m (func $main unreachable) (start $main)) (core instance (instantiate $m)))",
    );
    let dead = add(&runtime, "dead", &dead).await;
    let error = runtime.replace(&instance, &dead).await.unwrap_err();
    assert!(matches!(error, ReplaceError::Instantiate(InstantiateError::Start { .. })), "{error}");
    assert_eq!(instance.call("count", "()").await.unwrap(), "1");
}

#[tokio::test]
async fn pools_and_fresh_instances_are_replaced_like_others() {
    let runtime = runtime_of(Runtime::builder().yield_every(Duration::ZERO));
    let app = add(&runtime, "misbehave", apps::MISBEHAVE).await;
    let next = add(&runtime, "next", apps::MISBEHAVE).await;
    for reuse in [Reuse::pool(2), Reuse::Fresh] {
        let instance = runtime.instantiate(&app).reuse(reuse).await.unwrap();
        let (mut one, mut two) = (instance.call("spin-for", "(100000)"), instance.call("spin-for", "(100000)"));
        assert!(poll_once(&mut one).is_pending() && poll_once(&mut two).is_pending());
        let (one, two, replaced) = tokio::join!(one, two, runtime.replace(&instance, &next).into_future());
        assert_eq!((one.unwrap(), two.unwrap()), ("100000".into(), "100000".into()));
        replaced.unwrap();
        assert!(instance.counters().stores <= 1, "{reuse:?}");
        assert_eq!(instance.call("count", "()").await.unwrap(), "1");
        // As many calls at once as before.
        let (mut one, mut two) = (instance.call("spin-for", "(100000)"), instance.call("spin-for", "(100000)"));
        assert!(poll_once(&mut one).is_pending() && poll_once(&mut two).is_pending());
        assert_eq!(instance.counters().running, 2, "{reuse:?}");
        one.await.unwrap();
        two.await.unwrap();
        runtime.remove(&instance).unwrap();
    }
    runtime.remove_app(&next).unwrap();
}

#[tokio::test]
async fn only_an_apps_instance_of_this_runtime_that_is_there_can_be_replaced() {
    let (runtime, app, shop) = shop_in(runtime()).await;
    let (other, foreign, elsewhere) = shop_in(isorun_tests::runtime()).await;
    let ticker = runtime.provide(Ticker);
    let token = other.export::<host::Interface>(&other.provide(Ticker)).unwrap();
    let remote = runtime.import::<host::Interface>(token, link_to(&other));
    for no_app in [&ticker, &remote] {
        let error = runtime.replace(no_app, &app).await.unwrap_err();
        assert!(matches!(&error, ReplaceError::NotAnApp { instance } if instance == no_app.name()), "{error}");
    }
    assert!(matches!(runtime.replace(&elsewhere, &app).await, Err(ReplaceError::Foreign { .. })));
    let error = runtime.replace(&shop, &foreign).await.unwrap_err();
    assert!(matches!(error, ReplaceError::Instantiate(InstantiateError::Foreign { .. })), "{error}");
    let gone = add(&runtime, "gone", &newer()).await;
    runtime.remove_app(&gone).unwrap();
    let error = runtime.replace(&shop, &gone).await.unwrap_err();
    assert!(matches!(error, ReplaceError::Instantiate(InstantiateError::AppRemoved { .. })), "{error}");
    runtime.remove(&shop).unwrap();
    assert!(matches!(runtime.replace(&shop, &app).await, Err(ReplaceError::Removed { .. })));
}

/// Each new app adds a function of its own, and a caller of one never reaches the other's.
#[tokio::test]
async fn of_two_replacements_at_once_neither_mixes_with_the_other() {
    let runtime = runtime_of(Runtime::builder().yield_every(Duration::ZERO));
    runtime.register_wit(OLD).unwrap();
    let app = add(&runtime, "shop", &shop()).await;
    let with = |name: &str, more: u32| {
        let own = format!("(i32.const {more})");
        let functions = [("price", NUMBER, plus(more)), ("stock", NUMBER, plus(more)), (name, "(result u32)", own)];
        let functions: Vec<_> = functions.iter().map(|(name, ty, body)| (*name, *ty, body.as_str())).collect();
        guests::provider("acme:shop/shop@1.2.0", &functions)
    };
    let one = add(&runtime, "one", &with("one", 1000)).await;
    let two = add(&runtime, "two", &with("two", 2000)).await;
    let shop = again(&runtime, &app, &[]).await;
    // Both look at the shop of the beginning, and one after the other takes its place.
    let mut first = runtime.replace(&shop, &one).into_future();
    let mut second = runtime.replace(&shop, &two).into_future();
    let (first, second) = tokio::join!(&mut first, &mut second);
    let ends = [&first, &second].map(|end| match end {
        Ok(()) => true,
        Err(ReplaceError::InProgress { .. }) => false,
        Err(error) => panic!("{error}"),
    });
    assert!(ends.contains(&true), "{first:?} {second:?}");
    let exports = shop.exports();
    let last = names_of(&exports);
    assert_eq!(last, ["acme:shop/shop@1.2.0"]);
    let answers = (shop.call("one", "()").await, shop.call("two", "()").await);
    match answers {
        (Ok(one), Err(CallError::UnknownFunction { .. })) => assert_eq!(one, "1000"),
        (Err(CallError::UnknownFunction { .. }), Ok(two)) => assert_eq!(two, "2000"),
        answers => panic!("{answers:?}"),
    }
}

/// One replacement overtakes another that has looked at the instance before.
#[tokio::test]
async fn a_replacement_that_was_overtaken_does_not_give_old_callers_another_function() {
    let runtime = runtime_of(Runtime::builder().yield_every(Duration::ZERO));
    runtime.register_wit(OLD).unwrap();
    let shop_app = add(&runtime, "shop", &shop()).await;
    let shop = again(&runtime, &shop_app, &[]).await;
    let quick =
        [("price", NUMBER, plus(1)), ("stock", NUMBER, plus(2)), ("quick", "(result u32)", "(i32.const 1)".into())];
    let quick: Vec<_> = quick.iter().map(|(name, ty, body): &(_, _, String)| (*name, *ty, body.as_str())).collect();
    let quick = add(&runtime, "quick", &guests::provider("acme:shop/shop@1.2.0", &quick)).await;
    // It takes a while to start, in which the other one is there and gone.
    let slow = guests::parse(
        r#"(component
            (core module $code
                (func $start (local i32)
                    (loop
                        (local.set 0 (i32.add (local.get 0) (i32.const 1)))
                        (br_if 0 (i32.lt_u (local.get 0) (i32.const 1000000)))))
                (start $start)
                (func (export "f") (param i32) (result i32) (local.get 0))
                (func (export "slow") (result i32) (i32.const 2)))
            (core instance $code (instantiate $code))
            (func $f (param "n" u32) (result u32) (canon lift (core func $code "f")))
            (func $slow (result u32) (canon lift (core func $code "slow")))
            (instance $shop (export "price" (func $f)) (export "stock" (func $f)) (export "slow" (func $slow)))
            (export "acme:shop/shop@1.2.0" (instance $shop)))"#,
    );
    let slow = add(&runtime, "slow", &slow).await;
    let mut overtaken = runtime.replace(&shop, &slow).into_future();
    assert!(poll_once(&mut overtaken).is_pending());
    runtime.replace(&shop, &quick).await.unwrap();
    let old = shop.only(["quick"]).unwrap();
    assert_eq!(old.call("quick", "()").await.unwrap(), "1");
    let ended = overtaken.await;
    match ended {
        Ok(()) => assert!(matches!(old.call("quick", "()").await, Err(CallError::UnknownFunction { .. }))),
        Err(ReplaceError::InProgress { .. }) => assert_eq!(old.call("quick", "()").await.unwrap(), "1"),
        Err(error) => panic!("{error}"),
    }
}

/// Each of two replacements would be well without the other.
#[tokio::test]
async fn two_replacements_at_once_make_no_cycle() {
    let runtime = runtime_of(Runtime::builder().yield_every(Duration::ZERO));
    runtime.register_wit("package acme:chain; interface one { f: func(n: u32) -> u32; }").unwrap();
    let plain = add(&runtime, "plain", &guests::provider("acme:chain/one", &[("f", NUMBER, &plus(1))])).await;
    let slow = guests::parse(
        r#"(component
            (import "acme:chain/one" (instance $below (export "f" (func (param "n" u32) (result u32)))))
            (core func $f (canon lower (func $below "f")))
            (core module $slow
                (func $start (local i32)
                    (loop
                        (local.set 0 (i32.add (local.get 0) (i32.const 1)))
                        (br_if 0 (i32.lt_u (local.get 0) (i32.const 1000000)))))
                (start $start))
            (core instance (instantiate $slow))
            (func $up (param "n" u32) (result u32) (canon lift (core func $f)))
            (instance $up (export "f" (func $up)))
            (export "acme:chain/one" (instance $up)))"#,
    );
    let slow = add(&runtime, "slow", &slow).await;
    let (a, b) = (again(&runtime, &plain, &[]).await, again(&runtime, &plain, &[]).await);
    let mut first = runtime.replace(&a, &slow).with(&b).into_future();
    let mut second = runtime.replace(&b, &slow).with(&a).into_future();
    assert!(poll_once(&mut first).is_pending() && poll_once(&mut second).is_pending());
    first.await.unwrap();
    let error = second.await.unwrap_err();
    let ReplaceError::Instantiate(InstantiateError::Wiring(report)) = &error else { panic!("{error}") };
    assert!(matches!(report.problems(), [WiringProblem::Cycle { .. }]), "{error}");
    assert_eq!((a.call("f", "(1)").await.unwrap(), b.call("f", "(1)").await.unwrap()), ("2".into(), "2".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replacements_under_load_fail_no_call() {
    let (runtime, first, shop) = shop_in(runtime()).await;
    let newer = add(&runtime, "newer", &newer()).await;
    let prices = add(&runtime, "prices", &front("price")).await;
    let prices = runtime.instantiate(&prices).with(&shop).reuse(Reuse::pool(4)).await.unwrap();
    let (done, old, new) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let callers: Vec<_> = (0..32u32)
        .map(|_| {
            let (prices, done, old, new) = (prices.clone(), done.clone(), old.clone(), new.clone());
            tokio::spawn(async move {
                let mut calls = 0u64;
                for n in (0..1000u32).cycle() {
                    let price: u32 = prices.call("f", &format!("({n})")).await.unwrap().parse().unwrap();
                    match price - n {
                        1 => old.fetch_add(1, Ordering::Relaxed),
                        101 => new.fetch_add(1, Ordering::Relaxed),
                        other => panic!("the price of {n} is more by {other}"),
                    };
                    calls += 1;
                    if done.load(Ordering::Relaxed) {
                        break;
                    }
                }
                calls
            })
        })
        .collect();
    for round in 0..20 {
        runtime.replace(&shop, if round % 2 == 0 { &newer } else { &first }).await.unwrap();
        let before = shop.counters().calls;
        while shop.counters().calls < before + 20 {
            tokio::task::yield_now().await;
        }
    }
    done.store(true, Ordering::Relaxed);
    let mut calls = 0;
    for caller in callers {
        calls += caller.await.unwrap();
    }
    let (old, new) = (old.load(Ordering::Relaxed), new.load(Ordering::Relaxed));
    assert!(old > 0 && new > 0, "{old} {new}");
    assert_eq!(old + new, calls);
    for counters in [shop.counters(), prices.counters()] {
        assert_eq!((counters.calls, counters.failures, counters.refused), (calls, 0, 0));
    }
}

/// Callers that end in every way, while the app is replaced and starts anew: who waits is never forgotten.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn nobody_is_forgotten_however_the_neighbours_end() {
    for reuse in [Reuse::Serial, Reuse::pool(3), Reuse::Fresh] {
        let runtime = runtime_of(Runtime::builder().yield_every(Duration::ZERO).max_stores(12));
        let app = add(&runtime, "misbehave", apps::MISBEHAVE).await;
        let always = Restart::Limited { max: u32::MAX, within: Duration::from_secs(1) };
        let instance = runtime.instantiate(&app).reuse(reuse).restart(always).await.unwrap();
        let guest = caller_of(&instance);
        let callers: Vec<_> = (0..48u32)
            .map(|caller| {
                let guest = guest.clone();
                tokio::spawn(async move {
                    let minute = Duration::from_secs(60);
                    for call in 0..40u32 {
                        match (caller + call) % 8 {
                            0 => drop(guest.trap().timeout(minute).await.unwrap_err()),
                            1 => drop(guest.spin().fuel(5000).timeout(minute).await.unwrap_err()),
                            // Given up where it just is: in the line, called up, or at work.
                            2 | 3 => {
                                let mut call = guest.spin_for(20_000).timeout(minute);
                                for _ in 0..caller % 5 {
                                    let _ = poll_once_here(&mut call).await;
                                }
                            }
                            _ => assert_eq!(guest.add(caller, call).timeout(minute).await.unwrap(), caller + call),
                        }
                    }
                })
            })
            .collect();
        for _ in 0..10 {
            runtime.replace(&instance, &app).await.unwrap();
            tokio::task::yield_now().await;
        }
        for caller in callers {
            caller.await.unwrap();
        }
        let counters = instance.counters();
        assert_eq!((counters.running, counters.waiting, counters.refused), (0, 0, 0), "{reuse:?}");
        assert_eq!(guest.add(1, 2).await.unwrap(), 3);
        runtime.remove(&instance).unwrap();
    }
}

/// Polls a future once, with the waker of the task, and lets others have their turn.
async fn poll_once_here<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    let poll = poll_fn(|task| Poll::Ready(Pin::new(&mut *future).poll(task))).await;
    tokio::task::yield_now().await;
    poll
}
