//! What is in use stays, what is removed is gone, and the graph says which is which.

use std::sync::Arc;
use std::time::Duration;

use isorun::instance::InstanceState;
use isorun::remote::Revoke;
use isorun::{AppError, InstantiateError, RemoveError, Runtime};
use isorun_tests::{
    Bench, Ticker, add, again, apps, bench, caller_of, compute, host, names_of, poll_once, relay, runtime, runtime_of,
    start,
};

#[tokio::test]
async fn an_instance_in_use_stays_and_names_all_its_users() {
    let Bench { runtime, calc, relay } = bench().await;
    let ticker = runtime.provide(Ticker);
    let second = start(&runtime, "second", apps::RELAY, &[&calc, &ticker]).await;
    let token = runtime.export::<compute::Interface>(&calc).unwrap();
    assert_eq!(
        runtime.remove(&calc).unwrap_err(),
        RemoveError::InUse {
            name: "calc".into(),
            by: vec!["relay".into(), "second".into(), "an export of test:bench/compute@0.1.0".into()],
        }
    );
    assert_eq!(relay.call("add", "(1, 2)").await.unwrap(), "3");

    runtime.revoke(&token, Revoke::New).await;
    runtime.remove(&second).unwrap();
    assert_eq!(
        runtime.remove(&calc).unwrap_err().to_string(),
        "`calc` is in use by `relay`\n  help: remove those first"
    );
    runtime.remove(&relay).unwrap();
    runtime.remove(&calc).unwrap();
}

#[tokio::test]
async fn from_the_top_down_everything_goes() {
    let Bench { runtime, calc, relay } = bench().await;
    let ticker = runtime.graph().nodes[1].name.clone();
    assert_eq!(ticker, "Ticker");
    runtime.remove(&relay).unwrap();
    runtime.remove(&calc).unwrap();
    assert_eq!(runtime.graph().nodes.iter().map(|node| node.name.as_str()).collect::<Vec<_>>(), ["Ticker"]);
}

#[tokio::test]
async fn an_export_counts_as_a_use_until_it_is_taken_back() {
    let Bench { runtime, relay, .. } = bench().await;
    let (first, second) =
        (runtime.export::<relay::Interface>(&relay).unwrap(), runtime.export::<relay::Interface>(&relay).unwrap());
    assert!(runtime.revoke(&first, Revoke::New).await);
    assert!(matches!(runtime.remove(&relay), Err(RemoveError::InUse { .. })));
    assert!(runtime.revoke(&second, Revoke::New).await);
    assert!(!runtime.revoke(&second, Revoke::New).await);
    runtime.remove(&relay).unwrap();
}

#[tokio::test]
async fn a_running_call_counts_as_a_use() {
    let runtime = runtime_of(Runtime::builder().yield_every(Duration::ZERO));
    let instance = start(&runtime, "misbehave", apps::MISBEHAVE, &[]).await;
    let guest = caller_of(&instance);
    let mut running = guest.spin_for(100_000);
    assert!(poll_once(&mut running).is_pending());
    assert_eq!(
        runtime.remove(&instance).unwrap_err(),
        RemoveError::InUse { name: "misbehave".into(), by: vec!["a running call".into()] }
    );
    assert_eq!(running.await.unwrap(), 100_000);
    runtime.remove(&instance).unwrap();
    assert!(matches!(instance.state(), InstanceState::Removed));
}

#[tokio::test]
async fn a_poisoned_instance_in_use_stays_until_its_users_are_gone() {
    let Bench { runtime, calc, relay } = bench().await;
    calc.call("add", "(1, 2)").fuel(1).await.unwrap_err();
    assert!(matches!(runtime.remove(&calc), Err(RemoveError::InUse { .. })));
    runtime.remove(&relay).unwrap();
    runtime.remove(&calc).unwrap();
}

#[tokio::test]
async fn an_instance_lives_without_its_tokens() {
    let Bench { runtime, relay, calc } = bench().await;
    drop(calc);
    assert_eq!(relay.call("add", "(1, 2)").await.unwrap(), "3");
    assert_eq!(runtime.graph().nodes.len(), 3);
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
async fn a_runtime_that_is_dropped_drops_its_systems() {
    let alive = Arc::new(());
    let Bench { runtime, calc, relay } = bench().await;
    let guard = runtime.provide(Guard(alive.clone()));
    let wired = start(&runtime, "wired", apps::RELAY, &[&calc, &guard]).await;
    assert_eq!(wired.call("tick-many", "(1)").await.unwrap(), "0");
    assert_eq!(Arc::strong_count(&alive), 2);
    drop((runtime, calc, relay, guard, wired));
    assert_eq!(Arc::strong_count(&alive), 1);
}

#[tokio::test]
async fn a_removed_instance_gives_its_place_and_its_memory_back() {
    let runtime = runtime();
    let app = add(&runtime, "calc", apps::CALC).await;
    for _ in 0..2000 {
        let calc = again(&runtime, &app, &[]).await;
        runtime.remove(&calc).unwrap();
    }
    assert!(runtime.graph().nodes.is_empty());
}

#[tokio::test]
async fn a_token_that_outlives_its_instance_holds_no_place() {
    let runtime = runtime_of(Runtime::builder().max_stores(2));
    let app = add(&runtime, "calc", apps::CALC).await;
    let mut tokens = Vec::new();
    for _ in 0..10 {
        let calc = again(&runtime, &app, &[]).await;
        runtime.remove(&calc).unwrap();
        tokens.push(calc);
    }
    assert!(tokens.iter().all(|token| matches!(token.state(), InstanceState::Removed)));
    assert!(tokens.iter().skip(1).all(|token| *token != tokens[0]));
}

#[tokio::test]
async fn a_thousand_instances_live_at_once_and_no_more() {
    let runtime = runtime();
    let app = add(&runtime, "calc", apps::CALC).await;
    for _ in 0..1000 {
        let calc = again(&runtime, &app, &[]).await;
        assert_eq!(calc.call("add", "(1, 2)").await.unwrap(), "3");
    }
    let error = runtime.instantiate(&app).await.unwrap_err();
    assert!(matches!(error, InstantiateError::NoCapacity { .. }), "{error}");
}

/// Starts a component that is made of these core modules, where there is place for one instance.
async fn assert_starts(modules: &[&str]) {
    let runtime = runtime_of(Runtime::builder().max_stores(1));
    let module = |module: &&str| format!("(core module {module})");
    let instances = (0..modules.len()).map(|index| format!("(core instance (instantiate {index}))"));
    let text =
        format!("(component {} {})", modules.iter().map(module).collect::<String>(), instances.collect::<String>());
    start(&runtime, "app", &wat::parse_str(text).unwrap(), &[]).await;
}

/// Apps come from compilers of many languages, and have what small Rust guests have not.
#[tokio::test]
async fn an_app_may_have_several_tables() {
    assert_starts(&["(table 10 funcref) (table 10 funcref)"]).await;
}

#[tokio::test]
async fn an_app_may_have_a_large_table() {
    assert_starts(&["(table 100000 funcref)"]).await;
}

#[tokio::test]
async fn an_app_may_be_made_of_several_modules_with_a_memory_each() {
    assert_starts(&["(memory 100)", "(memory 1)", "(table 1 funcref)"]).await;
}

#[tokio::test]
async fn an_app_may_have_many_functions_and_globals() {
    let many = "(global (mut i64) (i64.const 0))".repeat(10_000) + &"(func)".repeat(20_000);
    assert_starts(&[&many]).await;
}

#[tokio::test]
async fn one_instance_too_many_is_refused_and_fits_when_another_is_gone() {
    let runtime = runtime_of(Runtime::builder().max_stores(2));
    let app = add(&runtime, "calc", apps::CALC).await;
    let first = again(&runtime, &app, &[]).await;
    again(&runtime, &app, &[]).await;
    let error = runtime.instantiate(&app).await.unwrap_err();
    assert!(matches!(error, InstantiateError::NoCapacity { .. }), "{error}");
    let message = error.to_string();
    assert!(
        message.starts_with("no room left for an instance of `calc`: it needs 1 store, and 0 of 2 are left"),
        "{message}"
    );
    assert!(
        message.ends_with("\n  help: remove instances, or raise `max_stores` in the runtime's builder"),
        "{message}"
    );
    runtime.remove(&first).unwrap();
    assert_eq!(again(&runtime, &app, &[]).await.name(), "calc");
}

#[tokio::test]
async fn an_instance_that_was_given_up_on_while_it_was_made_leaves_nothing() {
    let runtime = runtime_of(Runtime::builder().yield_every(Duration::ZERO).max_stores(1));
    let slow = wat::parse_str(
        "(component
            (core module $slow (func $slow (local i32)
                (loop
                    (local.set 0 (i32.add (local.get 0) (i32.const 1)))
                    (br_if 0 (i32.lt_u (local.get 0) (i32.const 1000000)))))
                (start $slow))
            (core instance (instantiate $slow)))",
    );
    let app = add(&runtime, "slow", &slow.unwrap()).await;
    let mut making = runtime.instantiate(&app).into_future();
    assert!(poll_once(&mut making).is_pending());
    drop(making);
    assert!(runtime.graph().nodes.is_empty());
    assert_eq!(again(&runtime, &app, &[]).await.name(), "slow");
}

#[tokio::test]
async fn an_app_that_was_given_up_on_while_it_compiled_leaves_its_name_free() {
    let runtime = runtime();
    let mut adding = runtime.add_app("calc", apps::CALC).into_future();
    assert!(poll_once(&mut adding).is_pending());
    drop(adding);
    assert_eq!(names_of(&add(&runtime, "calc", apps::KV).await.exports()), ["isorun:kv/kv@0.1.0"]);
}

#[tokio::test]
async fn of_two_apps_that_are_added_under_one_name_one_is() {
    let runtime = runtime();
    let (one, two) = tokio::join!(runtime.add_app("app", apps::CALC), runtime.add_app("app", apps::KV));
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    let refused = one.err().or(two.err()).unwrap();
    assert!(matches!(refused, AppError::NameTaken { .. }), "{refused}");
}

/// Whoever comes first wins, and the other is told so; never is something wired to what is gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wiring_an_instance_and_removing_it_at_once_ends_well() {
    let runtime = runtime();
    let (calc, relay) = (add(&runtime, "calc", apps::CALC).await, add(&runtime, "relay", apps::RELAY).await);
    let ticker = runtime.provide(Ticker);
    for _ in 0..200 {
        let calc = again(&runtime, &calc, &[]).await;
        let wiring = tokio::spawn({
            let (runtime, calc, relay, ticker) = (runtime.clone(), calc.clone(), relay.clone(), ticker.clone());
            async move { runtime.instantiate(&relay).with(&calc).with(&ticker).await }
        });
        let removed = runtime.remove(&calc);
        let wired = wiring.await.unwrap();
        assert!(wired.is_ok() != removed.is_ok(), "{wired:?} {removed:?}");
        if let Ok(relay) = wired {
            runtime.remove(&relay).unwrap();
            runtime.remove(&calc).unwrap();
        }
    }
    assert_eq!(runtime.graph().nodes.len(), 1);
}

#[tokio::test]
async fn a_name_is_given_once_at_a_time() {
    let runtime = runtime();
    let app = add(&runtime, "calc", apps::CALC).await;
    let named = |name: &'static str| runtime.instantiate(&app).name(name).into_future();
    let first = named("a").await.unwrap();
    let error = named("a").await.unwrap_err();
    assert!(matches!(&error, InstantiateError::NameTaken { name } if name == "a"), "{error}");
    assert_eq!(runtime.instance("a"), Some(first.clone()));
    runtime.remove(&first).unwrap();
    assert_eq!(runtime.instance("a"), None);
    assert_eq!(named("a").await.unwrap().name(), "a");
    // Where no name is asked for there is always one.
    let unnamed = [again(&runtime, &app, &[]).await, again(&runtime, &app, &[]).await];
    assert_eq!(unnamed.each_ref().map(|instance| instance.name()), ["calc", "calc-2"]);
    assert_eq!(runtime.app("calc"), Some(app));
    let (one, two) = (runtime.provide(Ticker), runtime.provide(Ticker));
    assert_eq!((one.name(), two.name()), ("Ticker", "Ticker-2"));
}

/// `top` reaches `calc` on two ways: over `left` and over `right`.
async fn diamond() -> Runtime {
    let runtime = runtime();
    runtime.register_wit("package acme:sides; interface left { f: func(); } interface right { f: func(); }").unwrap();
    let calc = start(&runtime, "calc", apps::CALC, &[]).await;
    let left = start(&runtime, "left", &side("left"), &[&calc]).await;
    let right = start(&runtime, "right", &side("right"), &[&calc]).await;
    let top = wat::parse_str(
        r#"(component
            (import "acme:sides/left" (instance (export "f" (func))))
            (import "acme:sides/right" (instance (export "f" (func)))))"#,
    );
    start(&runtime, "top", &top.unwrap(), &[&left, &right]).await;
    runtime
}

fn side(name: &str) -> Vec<u8> {
    let text = format!(
        r#"(component
            (import "test:bench/compute@0.1.0" (instance
                (export "add" (func (param "a" u32) (param "b" u32) (result u32)))))
            (core module $code (func (export "f")))
            (core instance $code (instantiate $code))
            (func $f (canon lift (core func $code "f")))
            (instance $side (export "f" (func $f)))
            (export "acme:sides/{name}" (instance $side)))"#
    );
    wat::parse_str(text).unwrap()
}

#[tokio::test]
async fn the_graph_of_a_diamond_marks_what_is_shared() {
    let graph = diamond().await.graph();
    assert_eq!(
        graph.to_string(),
        "calc (app calc, shared) exports test:bench/compute@0.1.0
left (app left) exports acme:sides/left
  test:bench/compute@0.1.0 -> calc
right (app right) exports acme:sides/right
  test:bench/compute@0.1.0 -> calc
top (app top) exports nothing
  acme:sides/left -> left
  acme:sides/right -> right"
    );
    let shared: Vec<_> = graph.nodes.iter().filter(|node| node.shared).map(|node| node.name.as_str()).collect();
    assert_eq!(shared, ["calc"]);
}

#[tokio::test]
async fn the_graph_is_drawn_for_graphviz() {
    assert_eq!(
        diamond().await.graph().dot(),
        r#"digraph isorun {
  rankdir = LR;
  "calc" [label = "calc\napp calc", shape = box, peripheries = 2];
  "left" [label = "left\napp left", shape = box];
  "right" [label = "right\napp right", shape = box];
  "top" [label = "top\napp top", shape = box];
  "left" -> "calc" [label = "test:bench/compute@0.1.0"];
  "right" -> "calc" [label = "test:bench/compute@0.1.0"];
  "top" -> "left" [label = "acme:sides/left"];
  "top" -> "right" [label = "acme:sides/right"];
}
"#
    );
}

#[tokio::test]
async fn the_graph_is_drawn_for_mermaid() {
    assert_eq!(
        diamond().await.graph().mermaid(),
        r#"flowchart LR
  n0["calc<br/>app calc, shared"]
  n1["left<br/>app left"]
  n2["right<br/>app right"]
  n3["top<br/>app top"]
  n1 -->|"test:bench/compute@0.1.0"| n0
  n2 -->|"test:bench/compute@0.1.0"| n0
  n3 -->|"acme:sides/left"| n1
  n3 -->|"acme:sides/right"| n2
"#
    );
}

#[tokio::test]
async fn the_graph_tells_apps_systems_and_remotes_apart() {
    let here = runtime();
    let far = runtime();
    let token = far.export::<host::Interface>(&far.provide(Ticker)).unwrap();
    let calc = start(&here, "calc", apps::CALC, &[]).await;
    let remote = here.import::<host::Interface>(token, isorun_tests::link_to(&far));
    start(&here, "relay", apps::RELAY, &[&calc, &remote]).await;
    here.provide(Ticker);
    assert_eq!(
        here.graph().to_string(),
        "calc (app calc) exports test:bench/compute@0.1.0
remote host (remote) exports test:bench/host@0.1.0
relay (app relay) exports test:bench/relay@0.1.0
  test:bench/compute@0.1.0 -> calc
  test:bench/host@0.1.0 -> remote host
Ticker (system) exports test:bench/host@0.1.0"
    );
}
