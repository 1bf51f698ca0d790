//! What starts holds what it is wired to, as what runs does.

use std::future::IntoFuture;

use isorun::instance::InstanceState;
use isorun::remote::Revoke;
use isorun::{App, CallError, Instance, InstantiateError, RemoveError, ReplaceError, Runtime};
use isorun_tests::{Gate, Starts, add, again, apps, guests, host, link_to, poll_once, runtime, start, starter};

/// A gate, and an app that goes through it when it starts.
async fn gated() -> (Runtime, Gate, Instance, App) {
    let (runtime, gate) = (runtime(), Gate::new());
    let system = runtime.provide(gate.clone());
    let app = add(&runtime, "app", &starter()).await;
    (runtime, gate, system, app)
}

/// Whatever would tear the provider down is refused, and names this user.
async fn assert_used_by(runtime: &Runtime, provider: &Instance, user: &str) {
    let refused = [runtime.remove(provider), runtime.remove_tree(provider).map(drop), runtime.retire(provider).await];
    for refused in refused {
        let Err(RemoveError::InUse { by, .. }) = refused else { panic!("{refused:?}") };
        assert_eq!(by[0], user, "{by:?}");
    }
    assert!(matches!(provider.state(), InstanceState::Idle | InstanceState::Running));
}

#[tokio::test]
async fn what_starts_holds_its_providers_and_then_the_instance_does() {
    let (runtime, gate, system, app) = gated().await;
    let mut starting = runtime.instantiate(&app).with(&system).into_future();
    assert!(poll_once(&mut starting).is_pending());
    assert_eq!(gate.inside(), 1);
    assert_eq!(
        runtime.remove(&system).unwrap_err().to_string(),
        "`Gate` is in use by the start of `app`\n  help: wait until it has started, or drop what starts it"
    );
    assert_used_by(&runtime, &system, "the start of app").await;
    assert_eq!(runtime.graph().nodes.len(), 1, "it is no instance yet");
    assert!(!runtime.graph().nodes[0].shared);
    gate.open(1);
    let app = starting.await.unwrap();
    assert!(matches!(runtime.remove(&system), Err(RemoveError::InUse { by, .. }) if by == ["app"]));
    runtime.remove(&app).unwrap();
    runtime.retire(&system).await.unwrap();
}

#[tokio::test]
async fn a_start_that_is_given_up_or_fails_lets_go() {
    let (runtime, _, system, app) = gated().await;
    let mut starting = runtime.instantiate(&app).with(&system).into_future();
    assert!(poll_once(&mut starting).is_pending());
    assert!(matches!(runtime.remove_app(&app), Err(RemoveError::InUse { by, .. }) if by == ["the start of app"]));
    drop(starting);
    runtime.retire(&system).await.unwrap();

    let refusing = runtime.provide(Starts::new(0));
    runtime.instantiate(&app).with(&refusing).await.unwrap_err();
    runtime.remove(&refusing).unwrap();
    runtime.remove_app(&app).unwrap();
}

#[tokio::test]
async fn what_starts_to_replace_another_holds_its_providers_too() {
    let (runtime, gate, system, app) = gated().await;
    gate.open(1);
    let instance = again(&runtime, &app, &[&system]).await;
    let (next_gate, newer) = (Gate::new(), add(&runtime, "newer", &starter()).await);
    let next = runtime.provide(next_gate.clone());

    let mut replacing = runtime.replace(&instance, &newer).with(&next).into_future();
    assert!(poll_once(&mut replacing).is_pending());
    assert_used_by(&runtime, &next, "the start of app").await;
    assert!(matches!(runtime.remove_app(&newer), Err(RemoveError::InUse { .. })));
    drop(replacing);
    assert!(matches!(runtime.remove(&system), Err(RemoveError::InUse { by, .. }) if by == ["app"]));

    let mut replacing = runtime.replace(&instance, &newer).with(&next).into_future();
    assert!(poll_once(&mut replacing).is_pending());
    next_gate.open(1);
    replacing.await.unwrap();
    assert_used_by_app(&runtime, &next);
    runtime.remove(&system).unwrap();
    runtime.remove_app(&app).unwrap();
    runtime.remove(&instance).unwrap();
    runtime.remove(&next).unwrap();
    runtime.remove_app(&newer).unwrap();
}

fn assert_used_by_app(runtime: &Runtime, provider: &Instance) {
    assert!(matches!(runtime.remove(provider), Err(RemoveError::InUse { by, .. }) if by == ["app"]));
}

/// An app whose start function calls the `f` of a guest or a remote, which goes through the gate.
fn starts_by_way_of_another() -> (Vec<u8>, Vec<u8>) {
    let between = guests::parse(
        r#"(component
            (import "test:bench/host@0.1.0" (instance $host (export "tick" (func (param "n" u64) (result u64)))))
            (core func $tick (canon lower (func $host "tick")))
            (core module $code
                (import "host" "tick" (func $tick (param i64) (result i64)))
                (func (export "f") (drop (call $tick (i64.const 0)))))
            (core instance $code (instantiate $code (with "host" (instance (export "tick" (func $tick))))))
            (func $f (canon lift (core func $code "f")))
            (instance $out (export "f" (func $f)))
            (export "acme:start/between" (instance $out)))"#,
    );
    let app = guests::parse(
        r#"(component
            (import "acme:start/between" (instance $between (export "f" (func))))
            (core func $f (canon lower (func $between "f")))
            (core module $code (import "between" "f" (func $f)) (start $f))
            (core instance (instantiate $code (with "between" (instance (export "f" (func $f)))))))"#,
    );
    (between, app)
}

#[tokio::test]
async fn what_a_start_function_calls_stays_whatever_it_is() {
    let (runtime, gate, system, _) = gated().await;
    let interface = runtime.register_wit("package acme:start; interface between { f: func(); }").unwrap().remove(0);
    let (between, app) = starts_by_way_of_another();
    let between = start(&runtime, "between", &between, &[&system]).await;
    let token = runtime.export_interface(&between, &interface).unwrap();
    let remote = runtime.import_interface(&interface, token, link_to(&runtime));
    let app = add(&runtime, "through", &app).await;
    for provider in [&remote, &between] {
        let mut starting = runtime.instantiate(&app).with(provider).into_future();
        assert!(poll_once(&mut starting).is_pending());
        assert_used_by(&runtime, provider, "the start of through").await;
        gate.open(1);
        runtime.remove(&starting.await.unwrap()).unwrap();
        match provider == &remote {
            true => assert!(runtime.revoke(&token, Revoke::New).await),
            false => assert_used_by_app_named(&runtime, &system, "between"),
        }
    }
    runtime.retire(&between).await.unwrap();
}

fn assert_used_by_app_named(runtime: &Runtime, provider: &Instance, name: &str) {
    assert!(matches!(runtime.remove(provider), Err(RemoveError::InUse { by, .. }) if by == [name]));
}

/// All that depends on what is removed goes with it; but a start cannot go.
#[tokio::test]
async fn a_tree_with_a_start_in_it_stays() {
    let (runtime, gate, system, app) = gated().await;
    gate.open(1);
    let first = again(&runtime, &app, &[&system]).await;
    let mut starting = runtime.instantiate(&app).with(&system).into_future();
    assert!(poll_once(&mut starting).is_pending());
    let RemoveError::InUse { by, .. } = runtime.remove_tree(&system).unwrap_err() else { panic!("one starts") };
    assert_eq!(by, ["the start of app-2"]);
    gate.open(1);
    starting.await.unwrap();
    assert_eq!(runtime.remove_tree(&system).unwrap(), ["app", "app-2", "Gate"]);
    assert!(matches!(first.state(), InstanceState::Removed));
}

/// What was wired and did not start is wired to nothing; what retires is not wired, whichever comes first.
#[tokio::test]
async fn nothing_starts_on_what_retires() {
    let (runtime, gate, system, app) = gated().await;
    let mut call = system.call("tick", "(1)");
    assert!(poll_once(&mut call).is_pending());
    let mut retiring = Box::pin(runtime.retire(&system));
    assert!(poll_once(&mut retiring).is_pending());
    assert!(matches!(runtime.instantiate(&app).with(&system).await, Err(InstantiateError::Wiring(_))));
    gate.open(1);
    call.await.unwrap();
    retiring.await.unwrap();
}

/// A replacement that would not fit what starts is refused, as it is for what runs.
#[tokio::test]
async fn what_starts_is_not_left_with_a_provider_that_does_not_fit() {
    let (runtime, gate, system, _) = gated().await;
    runtime.register_wit("package acme:start; interface between { f: func(); }").unwrap();
    let (between, app) = starts_by_way_of_another();
    let between = start(&runtime, "between", &between, &[&system]).await;
    let (app, other) = (add(&runtime, "through", &app).await, add(&runtime, "other", apps::CALC).await);
    let mut starting = runtime.instantiate(&app).with(&between).into_future();
    assert!(poll_once(&mut starting).is_pending());
    let ReplaceError::Breaks { breaks, .. } = runtime.replace(&between, &other).await.unwrap_err() else {
        panic!("it is used")
    };
    assert_eq!(breaks[0].by, "`the start of through`");
    gate.open(1);
    starting.await.unwrap();
}

#[tokio::test]
async fn counters_of_a_system_never_fall_back() {
    let (runtime, gate, system, app) = gated().await;
    let calls = || system.counters().calls;
    // A start that is given up after a call, one that succeeds, calls of the instance and of the host.
    let mut starting = runtime.instantiate(&app).with(&system).into_future();
    assert!(poll_once(&mut starting).is_pending());
    drop(starting);
    assert_eq!(calls(), 1);
    gate.open(3);
    let instance = again(&runtime, &app, &[&system]).await;
    instance.call("go", "()").await.unwrap();
    assert_eq!(calls(), 3);
    system.call("tick", "(1)").await.unwrap();
    assert_eq!((calls(), system.counters().failures), (4, 1));
    drop(instance);
    drop(app);
    drop(runtime);
    assert_eq!((calls(), system.counters().failures), (4, 1));
}

#[tokio::test]
async fn what_a_remote_sends_by_goes_when_the_remote_is_removed() {
    let runtime = runtime();
    let alive = std::sync::Arc::new(());
    let held = alive.clone();
    let transport = move |_: Vec<u8>| {
        let _ = &held;
        async { Err::<Vec<u8>, _>(isorun::TransportError::NotSent("nowhere".into())) }
    };
    let remote = runtime.import::<host::Interface>(isorun::Token::from_bytes([1; 16]), transport);
    assert_eq!(std::sync::Arc::strong_count(&alive), 2);
    runtime.remove(&remote).unwrap();
    assert_eq!(std::sync::Arc::strong_count(&alive), 1);
    assert!(matches!(remote.call("tick", "(1)").await, Err(CallError::Removed { .. })));
}
