//! How instances go: at once, when their calls have ended, or with everything that depends on them.

use std::sync::Arc;
use std::time::Duration;

use isorun::error::WiringProblem;
use isorun::instance::InstanceState;
use isorun::remote::Revoke;
use isorun::{CallError, ExportError, Instance, InstantiateError, RemoveError, ReplaceError, Reuse, Runtime};
use isorun_tests::{
    Bench, Gate, Ticker, add, again, apps, bench, caller_of, compute, guests, host, link_to, poll_once, relay, runtime,
    runtime_of, start,
};

/// A relay whose `tick-many(1)` waits in the gate.
async fn gated(reuse: Reuse) -> (Runtime, Instance, Gate) {
    let runtime = runtime();
    let gate = Gate::new();
    let calc = start(&runtime, "calc", apps::CALC, &[]).await;
    let system = runtime.provide(gate.clone());
    let app = add(&runtime, "relay", apps::RELAY).await;
    let relay = runtime.instantiate(&app).with(&calc).with(&system).reuse(reuse).await.unwrap();
    (runtime, relay, gate)
}

#[tokio::test]
async fn what_retires_ends_the_calls_that_it_has_and_takes_no_new_ones() {
    for reuse in [Reuse::Serial, Reuse::pool(2), Reuse::Fresh] {
        let (runtime, relay, gate) = gated(reuse).await;
        let mut calls: Vec<_> = (0..3).map(|_| relay.call("tick-many", "(1)")).collect();
        for call in &mut calls {
            assert!(poll_once(call).is_pending());
        }
        let mut retiring = Box::pin(runtime.retire(&relay));
        assert!(poll_once(&mut retiring).is_pending());
        assert!(matches!(relay.state(), InstanceState::Retiring));
        let error = relay.call("add", "(1, 2)").await.unwrap_err();
        assert!(matches!(error, CallError::Retiring { .. }), "{error}");
        assert_eq!(
            error.to_string(),
            "`relay` is retiring and takes no new calls\n  help: call what has taken its place"
        );
        gate.open(3);
        for call in calls {
            assert!(poll_once(&mut retiring).is_pending(), "{reuse:?}");
            assert_eq!(call.await.unwrap(), "1", "{reuse:?}");
        }
        retiring.await.unwrap();
        assert!(matches!(relay.state(), InstanceState::Removed));
        assert!(matches!(relay.call("add", "(1, 2)").await, Err(CallError::Removed { .. })));
        assert_eq!(runtime.graph().nodes.len(), 2);
    }
}

#[tokio::test]
async fn host_code_that_retires_ends_the_calls_that_it_has_and_takes_no_new_ones() {
    let (there, gate) = (runtime(), Gate::new());
    let system = there.provide(gate.clone());
    let token = there.export::<host::Interface>(&system).unwrap();
    let here = runtime();
    let remote = here.import::<host::Interface>(token, link_to(&there));
    for (runtime, instance) in [(&here, &remote), (&there, &system)] {
        let mut calls: Vec<_> = (0..2).map(|_| instance.call("tick", "(1)")).collect();
        for call in &mut calls {
            assert!(poll_once(call).is_pending());
        }
        let mut retiring = Box::pin(runtime.retire(instance));
        assert!(poll_once(&mut retiring).is_pending());
        assert!(matches!(instance.state(), InstanceState::Retiring));
        assert!(matches!(instance.call("tick", "(1)").await, Err(CallError::Retiring { .. })));
        assert!(matches!(runtime.retire(instance).await, Err(RemoveError::InProgress { .. })));
        assert!(matches!(runtime.remove(instance), Err(RemoveError::InProgress { .. })));
        // Given up, it lets calls in again.
        drop(retiring);
        calls.push(instance.call("tick", "(1)"));
        assert!(poll_once(&mut calls[2]).is_pending());
        // In a task of its own, which goes on only if it is woken.
        let (of, token_of_it) = (runtime.clone(), instance.clone());
        let retiring = tokio::spawn(async move { of.retire(&token_of_it).await });
        while !matches!(instance.state(), InstanceState::Retiring) {
            tokio::task::yield_now().await;
        }
        gate.open(2);
        for call in calls.drain(..2) {
            assert_eq!(call.await.unwrap(), "2");
        }
        tokio::task::yield_now().await;
        assert!(!retiring.is_finished());
        // One that is dropped is inside no more.
        drop(calls);
        tokio::time::timeout(Duration::from_secs(10), retiring).await.expect("it is woken").unwrap().unwrap();
        assert!(matches!(instance.call("tick", "(1)").await, Err(CallError::Removed { .. })));
        there.revoke(&token, Revoke::New).await;
    }
    assert_eq!(there.graph().nodes.len() + here.graph().nodes.len(), 0);
}

#[tokio::test]
async fn host_code_that_retires_is_not_wired() {
    let (runtime, gate) = (runtime(), Gate::new());
    let (system, calc) = (runtime.provide(gate.clone()), start(&runtime, "calc", apps::CALC, &[]).await);
    let app = add(&runtime, "relay", apps::RELAY).await;
    let mut running = system.call("tick", "(1)");
    assert!(poll_once(&mut running).is_pending());
    let mut retiring = Box::pin(runtime.retire(&system));
    assert!(poll_once(&mut retiring).is_pending());
    let Err(InstantiateError::Wiring(report)) = runtime.instantiate(&app).with(&calc).with(&system).await else {
        panic!("it was wired");
    };
    assert!(matches!(report.problems(), [WiringProblem::Retiring { instance }] if instance == system.name()));
    gate.open(1);
    running.await.unwrap();
    retiring.await.unwrap();
}

#[tokio::test]
async fn what_is_quiet_retires_at_once_poisoned_or_not() {
    let Bench { runtime, calc, relay } = bench().await;
    runtime.retire(&relay).await.unwrap();
    calc.call("add", "(1, 2)").fuel(1).await.unwrap_err();
    runtime.retire(&calc).await.unwrap();
    let ticker = runtime.provide(Ticker);
    runtime.retire(&ticker).await.unwrap();
    assert!(matches!(ticker.state(), InstanceState::Removed));
    assert!(matches!(runtime.retire(&ticker).await, Err(RemoveError::Removed { .. })));
}

#[tokio::test]
async fn a_fault_in_what_retires_ends_its_retirement_too() {
    let (runtime, relay, gate) = gated(Reuse::Serial).await;
    let (mut running, mut waiting) = (relay.call("tick-many", "(1)"), relay.call("add", "(1, 2)"));
    assert!(poll_once(&mut running).is_pending() && poll_once(&mut waiting).is_pending());
    let mut retiring = Box::pin(runtime.retire(&relay));
    assert!(poll_once(&mut retiring).is_pending());
    drop(running);
    assert_eq!(gate.inside(), 0);
    assert!(matches!(waiting.await, Err(CallError::Poisoned { .. })));
    retiring.await.unwrap();
}

#[tokio::test]
async fn nothing_is_wired_to_what_retires() {
    let (runtime, relay, gate) = gated(Reuse::Serial).await;
    runtime.register_wit("package acme:chain; interface one { f: func(n: u32) -> u32; }").unwrap();
    let mut running = relay.call("tick-many", "(1)");
    assert!(poll_once(&mut running).is_pending());
    let mut retiring = Box::pin(runtime.retire(&relay));
    assert!(poll_once(&mut retiring).is_pending());
    let user = guests::parse(
        r#"(component (import "test:bench/relay@0.1.0" (instance
            (export "add" (func (param "a" u32) (param "b" u32) (result u32))))))"#,
    );
    let user = add(&runtime, "user", &user).await;
    let error = runtime.instantiate(&user).with(&relay).await.unwrap_err();
    let InstantiateError::Wiring(report) = &error else { panic!("{error}") };
    assert_eq!(report.problems(), [WiringProblem::Retiring { instance: "relay".into() }]);
    assert!(
        error.to_string().ends_with("`relay`\n    is retiring\n    help: wire the instance that has taken its place"),
        "{error}"
    );
    assert!(matches!(runtime.remove(&relay), Err(RemoveError::InProgress { .. })));
    let app = add(&runtime, "again", apps::RELAY).await;
    assert!(matches!(runtime.replace(&relay, &app).await, Err(ReplaceError::InProgress { .. })));
    gate.open(1);
    running.await.unwrap();
    retiring.await.unwrap();
}

#[tokio::test]
async fn what_is_wired_or_exported_does_not_retire() {
    let Bench { runtime, calc, relay } = bench().await;
    let token = runtime.export::<relay::Interface>(&relay).unwrap();
    assert!(matches!(runtime.retire(&calc).await, Err(RemoveError::InUse { by, .. }) if by == ["relay"]));
    assert!(
        matches!(runtime.retire(&relay).await, Err(RemoveError::InUse { by, .. }) if by[0].starts_with("an export of"))
    );
    assert_eq!(relay.call("add", "(1, 2)").await.unwrap(), "3");
    runtime.revoke(&token, Revoke::New).await;
    runtime.retire(&relay).await.unwrap();
    runtime.retire(&calc).await.unwrap();
}

#[tokio::test]
async fn what_is_exported_while_it_retires_stays() {
    let (runtime, relay, gate) = gated(Reuse::Serial).await;
    let mut running = relay.call("tick-many", "(1)");
    assert!(poll_once(&mut running).is_pending());
    let mut retiring = Box::pin(runtime.retire(&relay));
    assert!(poll_once(&mut retiring).is_pending());
    runtime.export::<relay::Interface>(&relay).unwrap();
    gate.open(1);
    running.await.unwrap();
    assert!(matches!(retiring.await, Err(RemoveError::InUse { .. })));
    assert_eq!(relay.call("add", "(1, 2)").await.unwrap(), "3");
}

/// Whoever comes first wins, and the other is told so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exporting_an_instance_and_removing_it_at_once_ends_well() {
    let runtime = runtime();
    for _ in 0..2000 {
        let ticker = runtime.provide(Ticker);
        let exporting = tokio::spawn({
            let (runtime, ticker) = (runtime.clone(), ticker.clone());
            async move { runtime.export::<host::Interface>(&ticker) }
        });
        tokio::task::yield_now().await;
        let removed = runtime.remove(&ticker);
        let exported = exporting.await.unwrap();
        assert!(exported.is_ok() != removed.is_ok(), "{exported:?} {removed:?}");
        if let Ok(token) = exported {
            runtime.revoke(&token, Revoke::New).await;
            runtime.remove(&ticker).unwrap();
        }
    }
}

#[tokio::test]
async fn a_retirement_that_is_given_up_lets_calls_in_again() {
    let (runtime, relay, gate) = gated(Reuse::Serial).await;
    let mut running = relay.call("tick-many", "(1)");
    assert!(poll_once(&mut running).is_pending());
    let mut retiring = Box::pin(runtime.retire(&relay));
    assert!(poll_once(&mut retiring).is_pending());
    drop(retiring);
    assert!(matches!(relay.state(), InstanceState::Running));
    gate.open(1);
    running.await.unwrap();
    assert_eq!(relay.call("add", "(1, 2)").await.unwrap(), "3");
}

/// `acme:chain/three` on `two` on `one`, and one more user of `two`.
async fn tree() -> (Runtime, [Instance; 4]) {
    let runtime = runtime_of(Runtime::builder().yield_every(Duration::ZERO));
    let text =
        "package acme:chain; interface one { f: func(n: u32) -> u32; } interface two { f: func(n: u32) -> u32; }";
    runtime.register_wit(text).unwrap();
    let body = "(loop (local.set 0 (i32.add (local.get 0) (i32.const 1))) \
        (br_if 0 (i32.lt_u (local.get 0) (i32.const 1000000)))) (local.get 0)";
    let one = guests::provider("acme:chain/one", &[("f", r#"(param "n" u32) (result u32)"#, body)]);
    let one = start(&runtime, "one", &one, &[]).await;
    let two = start(&runtime, "two", &guests::step("acme:chain/one", "acme:chain/two", 1), &[&one]).await;
    let three = add(&runtime, "three", &guests::step("acme:chain/two", "acme:chain/three", 1)).await;
    let (three, other) = (again(&runtime, &three, &[&two]).await, again(&runtime, &three, &[&two]).await);
    (runtime, [one, two, three, other])
}

#[tokio::test]
async fn a_tree_goes_from_the_top_down() {
    let (runtime, all) = tree().await;
    assert_eq!(runtime.remove_tree(&all[1]).unwrap(), ["three", "three-2", "two"]);
    assert!(all[1..].iter().all(|gone| matches!(gone.state(), InstanceState::Removed)));
    assert_eq!(all[0].call("f", "(1)").await.unwrap(), "1000000");
    assert_eq!(runtime.remove_tree(&all[0]).unwrap(), ["one"]);
    assert!(runtime.graph().nodes.is_empty());
    assert!(matches!(runtime.remove_tree(&all[0]), Err(RemoveError::Removed { .. })));
}

#[tokio::test]
async fn of_a_diamond_each_side_goes_before_what_it_stands_on() {
    let Bench { runtime, calc, relay } = bench().await;
    let ticker = runtime.provide(Ticker);
    start(&runtime, "second", apps::RELAY, &[&calc, &ticker]).await;
    assert_eq!(runtime.remove_tree(&calc).unwrap(), ["relay", "second", "calc"]);
    assert!(matches!(relay.state(), InstanceState::Removed));
    assert_eq!(runtime.remove_tree(&ticker).unwrap(), ["Ticker-2"]);
}

#[tokio::test]
async fn a_tree_in_which_a_call_runs_or_something_is_exported_stays_as_a_whole() {
    let (runtime, [one, two, three, other]) = tree().await;
    let mut running = other.call("f", "(1)");
    assert!(poll_once(&mut running).is_pending());
    let interface = isorun::Interface::from_wit("package acme:chain; interface three { f: func(n: u32) -> u32; }");
    let token = runtime.export_interface(&three, &interface.unwrap()[0]).unwrap();
    let RemoveError::InUse { name, by } = runtime.remove_tree(&one).unwrap_err() else { panic!("it is in use") };
    assert_eq!(name, "one");
    assert_eq!(
        by,
        [
            "an export of acme:chain/three",
            "a running call of three-2",
            "a running call of two",
            "a running call of one"
        ]
    );
    assert_eq!(runtime.graph().nodes.len(), 4);
    assert_eq!(running.await.unwrap(), "1000002");
    assert!(matches!(runtime.remove_tree(&one), Err(RemoveError::InUse { by, .. }) if by.len() == 1));
    // All of them are open as before.
    assert_eq!(three.call("f", "(1)").await.unwrap(), "1000002");
    runtime.revoke(&token, Revoke::New).await;
    assert_eq!(runtime.remove_tree(&one).unwrap().len(), 4);
    assert!(matches!(two.state(), InstanceState::Removed));
}

#[tokio::test]
async fn what_belongs_to_another_runtime_is_not_touched() {
    let (here, there) = (bench().await, bench().await);
    for result in [
        here.runtime.remove(&there.relay),
        here.runtime.remove_tree(&there.relay).map(drop),
        here.runtime.retire(&there.relay).await,
    ] {
        assert!(matches!(result, Err(RemoveError::Foreign { name }) if name == "relay"));
    }
    assert_eq!(there.relay.call("add", "(1, 2)").await.unwrap(), "3");
}

#[tokio::test]
async fn a_token_of_what_is_gone_never_means_what_has_its_name_now() {
    let Bench { runtime, calc, relay } = bench().await;
    let caller = relay.caller::<relay::Interface>().unwrap();
    let part = relay.only(["add"]).unwrap();
    runtime.remove(&relay).unwrap();
    let ticker = runtime.provide(Ticker);
    let app = add(&runtime, "relays", apps::RELAY).await;
    let named = runtime.instantiate(&app).name("relay").with(&calc).with(&ticker).await.unwrap();
    assert_eq!(named.name(), relay.name());
    assert!(named != relay);
    assert!(matches!(caller.add(1, 2).await, Err(CallError::Removed { .. })));
    assert!(matches!(part.call("add", "(1, 2)").await, Err(CallError::Removed { .. })));
    assert!(matches!(relay.caller::<relay::Interface>(), Err(ExportError::Removed { .. })));
    assert!(matches!(runtime.export::<relay::Interface>(&relay), Err(ExportError::Removed { .. })));
    for result in [runtime.remove(&relay), runtime.remove_tree(&part).map(drop), runtime.retire(&relay).await] {
        assert!(matches!(result, Err(RemoveError::Removed { .. })));
    }
    assert!(matches!(runtime.replace(&relay, &app).await, Err(ReplaceError::Removed { .. })));
    assert_eq!(named.call("add", "(1, 2)").await.unwrap(), "3");
    assert_eq!((relay.counters().calls, named.counters().calls), (0, 1));
}

/// Is alive as long as its system is.
struct Guard(#[expect(dead_code, reason = "only its drop matters")] Arc<()>);

#[isorun::system]
impl host::Host for Guard {
    fn tick(&self, n: u64) -> u64 {
        n
    }
}

#[tokio::test]
async fn the_value_of_a_system_that_is_removed_is_dropped_at_once() {
    let runtime = runtime();
    let alive = Arc::new(());
    let guard = runtime.provide(Guard(alive.clone()));
    let (caller, token) = (guard.caller::<host::Interface>().unwrap(), guard.clone());
    assert_eq!(Arc::strong_count(&alive), 2);
    runtime.remove(&guard).unwrap();
    assert_eq!(Arc::strong_count(&alive), 1);
    assert!(matches!(caller.tick(1).await, Err(CallError::Removed { .. })));
    assert!(matches!(token.call("tick", "(1)").await, Err(CallError::Removed { .. })));
}

#[tokio::test]
async fn a_call_that_the_host_made_of_a_system_before_it_was_removed_ends_well() {
    let runtime = runtime();
    let gate = Gate::new();
    let system = runtime.provide(gate.clone());
    let mut call = system.call("tick", "(1)");
    assert!(poll_once(&mut call).is_pending());
    runtime.remove(&system).unwrap();
    gate.open(1);
    assert_eq!(call.await.unwrap(), "2");
    assert!(matches!(system.call("tick", "(1)").await, Err(CallError::Removed { .. })));
}

#[tokio::test]
async fn a_value_that_was_made_for_an_instance_goes_with_it() {
    let Bench { runtime, calc, .. } = bench().await;
    let alive = Arc::new(());
    let kept = alive.clone();
    let guard = runtime.provide_per_consumer(move |_| Guard(kept.clone()));
    let app = add(&runtime, "relays", apps::RELAY).await;
    let (one, two) = (again(&runtime, &app, &[&calc, &guard]).await, again(&runtime, &app, &[&calc, &guard]).await);
    // Its factory has one as well.
    assert_eq!(Arc::strong_count(&alive), 4);
    runtime.remove(&one).unwrap();
    assert_eq!(Arc::strong_count(&alive), 3);
    runtime.remove(&two).unwrap();
    runtime.remove(&guard).unwrap();
    assert_eq!(Arc::strong_count(&alive), 1);
    drop((one, two, guard));
}

#[tokio::test]
async fn an_app_with_instances_stays_and_names_them() {
    let runtime = runtime();
    let app = add(&runtime, "calc", apps::CALC).await;
    let (one, two) = (again(&runtime, &app, &[]).await, again(&runtime, &app, &[]).await);
    assert_eq!(
        runtime.remove_app(&app).unwrap_err(),
        RemoveError::InUse { name: "calc".into(), by: vec!["calc".into(), "calc-2".into()] }
    );
    runtime.remove(&one).unwrap();
    runtime.retire(&two).await.unwrap();
    runtime.remove_app(&app).unwrap();
    assert!(matches!(runtime.remove_app(&app), Err(RemoveError::Removed { .. })));
    assert!(matches!(runtime.instantiate(&app).await, Err(InstantiateError::AppRemoved { .. })));
}

#[tokio::test]
async fn remotes_go_like_everything_else() {
    let (here, there) = (runtime(), bench().await);
    let token = there.runtime.export::<compute::Interface>(&there.calc).unwrap();
    let remote = here.import::<compute::Interface>(token, link_to(&there.runtime));
    let ticker = here.provide(Ticker);
    let relay = start(&here, "relay", apps::RELAY, &[&remote, &ticker]).await;
    assert_eq!(relay.call("add", "(1, 2)").await.unwrap(), "3");
    assert!(matches!(here.retire(&remote).await, Err(RemoveError::InUse { .. })));
    assert_eq!(here.remove_tree(&remote).unwrap(), ["relay", "remote compute"]);
    assert!(matches!(remote.call("add", "(1, 2)").await, Err(CallError::Removed { .. })));
}

/// Bytes of the machine's memory that this process has.
#[cfg(target_os = "linux")]
fn resident() -> i64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: i64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn ten_thousand_instances_one_after_the_other_leave_no_memory_behind() {
    let runtime = runtime_of(Runtime::builder().max_stores(8));
    let app = add(&runtime, "misbehave", apps::MISBEHAVE).await;
    let system = runtime.provide(Ticker);
    let relay = add(&runtime, "relay", apps::RELAY).await;
    let calc = start(&runtime, "calc", apps::CALC, &[]).await;
    let mut at_first = 0;
    for number in 0..10_000 {
        if number == 500 {
            at_first = resident();
        }
        if number % 2 == 0 {
            let instance = again(&runtime, &app, &[]).await;
            caller_of(&instance).grow(4 << 20).await.unwrap();
            runtime.remove(&instance).unwrap();
        } else {
            let instance = again(&runtime, &relay, &[&calc, &system]).await;
            instance.call("add", "(1, 2)").await.unwrap();
            runtime.remove(&instance).unwrap();
        }
    }
    let grown = resident() - at_first;
    assert!(grown < 20 << 20, "it has {} KiB more", grown >> 10);
    assert_eq!(runtime.graph().nodes.len(), 2);
}

/// How deep a graph is decides who wires it; no stack of ours may depend on that.
#[tokio::test]
async fn a_graph_may_be_as_deep_as_somebody_makes_it() {
    const DEPTH: usize = 20_000;
    let runtime = runtime();
    runtime.register_wit("package acme:deep; interface link { f: func(); }").unwrap();
    let ground = add(&runtime, "ground", &guests::provider("acme:deep/link", &[("f", "", "")])).await;
    let link = guests::parse(
        r#"(component
            (import "acme:deep/link" (instance $link (export "f" (func))))
            (alias export $link "f" (func $f))
            (core func $f (canon lower (func $f)))
            (func $up (canon lift (core func $f)))
            (instance $up (export "f" (func $up)))
            (export "acme:deep/link" (instance $up)))"#,
    );
    let link = add(&runtime, "link", &link).await;
    for remove in [true, false] {
        let bottom = runtime.instantiate(&ground).reuse(Reuse::Fresh).await.unwrap();
        let mut top = bottom.clone();
        for _ in 0..DEPTH {
            top = runtime.instantiate(&link).with(&top).reuse(Reuse::Fresh).await.unwrap();
        }
        assert!(runtime.graph().nodes.iter().all(|node| !node.shared));
        let replaced = runtime.replace(&bottom, &link).with(&top).await.unwrap_err().to_string();
        assert!(replaced.contains("the graph has no cycles"), "{}", &replaced[..200]);
        drop(top);
        if remove {
            assert_eq!(runtime.remove_tree(&bottom).unwrap().len(), DEPTH + 1);
        }
    }
    // The second graph goes with the runtime.
}
