//! A provider that fails is a value to its caller, if the interface has one for that; else it ends the caller too.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use isorun::instance::InstanceState;
use isorun::limits::{Limit, Scope};
use isorun::{CallError, Instance, Restart, Runtime, Transport, TransportError};
use isorun_tests::{add, guests, link_to, poll_once, runtime_of, start};

/// An interface whose function fails in a way that has a name for a provider that is down: with a text, without, and not at all.
const WIT: &str = r#"
package acme:down;

interface told {
    variant problem { bad, provider-down(string) }
    f: func(n: u32) -> result<u32, problem>;
}

interface plain {
    enum problem { bad, provider-down }
    f: func(n: u32) -> result<u32, problem>;
}

interface silent {
    enum problem { bad, worse }
    f: func(n: u32) -> result<u32, problem>;
}
"#;

/// The type of each interface's errors.
fn problem(interface: &str) -> &'static str {
    match interface {
        "told" => r#"(variant (case "bad") (case "provider-down" string))"#,
        "plain" => r#"(enum "bad" "provider-down")"#,
        _ => r#"(enum "bad" "worse")"#,
    }
}

/// An app that provides the interface: it gives 1 back for 1, `bad` for 2, loops for 3 and traps for all else.
fn provider(interface: &str) -> Vec<u8> {
    let problem = problem(interface);
    guests::parse(&format!(
        r#"(component
            (core module $code
                (memory (export "memory") 1)
                (func (export "f") (param $n i32) (result i32)
                    (if (i32.eq (local.get $n) (i32.const 3)) (then (loop (br 0))))
                    (if (i32.gt_u (local.get $n) (i32.const 2)) (then unreachable))
                    (i32.store8 (i32.const 16) (i32.eq (local.get $n) (i32.const 2)))
                    (i32.store (i32.const 20) (i32.eq (local.get $n) (i32.const 1)))
                    (i32.const 16))
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
            (core instance $code (instantiate $code))
            (type $problem' {problem})
            (component $shim
                (import "problem" (type $p (eq $problem')))
                (import "f" (func $f (param "n" u32) (result (result u32 (error $p)))))
                (export $out "problem" (type $p))
                (export "f" (func $f) (func (param "n" u32) (result (result u32 (error $out))))))
            (func $f (param "n" u32) (result (result u32 (error $problem')))
                (canon lift (core func $code "f") (memory (core memory $code "memory"))))
            (instance $out (instantiate $shim (with "problem" (type $problem')) (with "f" (func $f))))
            (export "acme:down/{interface}" (instance $out)))"#
    ))
}

/// An app that calls the interface and says what it was told: 1000 and the case of the error, or the value.
fn user(interface: &str) -> Vec<u8> {
    let problem = problem(interface);
    guests::parse(&format!(
        r#"(component
            (import "acme:down/{interface}" (instance $down
                (type $problem' {problem})
                (export "problem" (type $problem (eq $problem')))
                (export "f" (func (param "n" u32) (result (result u32 (error $problem)))))))
            (core module $memory
                (memory (export "memory") 1)
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
            (core instance $memory (instantiate $memory))
            (core func $f (canon lower (func $down "f")
                (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
            (core module $code
                (import "memory" "memory" (memory 1))
                (import "down" "f" (func $f (param i32 i32)))
                (func (export "ask") (param i32) (result i32)
                    (call $f (local.get 0) (i32.const 16))
                    (if (result i32) (i32.load8_u (i32.const 16))
                        (then (i32.add (i32.const 1000) (i32.load8_u (i32.const 20))))
                        (else (i32.load (i32.const 20)))))
                (func (export "heard") (result i32) (i32.const 24)))
            (core instance $code (instantiate $code
                (with "memory" (instance $memory)) (with "down" (instance (export "f" (func $f))))))
            (func (export "ask") (param "n" u32) (result u32) (canon lift (core func $code "ask")))
            (func (export "heard") (result string)
                (canon lift (core func $code "heard") (memory (core memory $memory "memory")))))"#
    ))
}

/// A user of the interface on a provider of it.
async fn wired(interface: &str, restart: Restart) -> (Runtime, Instance, Instance) {
    let runtime = runtime_of(Runtime::builder().yield_every(Duration::ZERO));
    runtime.register_wit(WIT).unwrap();
    let app = add(&runtime, "provider", &provider(interface)).await;
    let provider = runtime.instantiate(&app).restart(restart).await.unwrap();
    let user = start(&runtime, "user", &user(interface), &[&provider]).await;
    (runtime, provider, user)
}

#[tokio::test]
async fn a_guest_is_told_of_its_dead_provider_as_a_value_and_goes_on() {
    for interface in ["told", "plain"] {
        let (_runtime, provider, user) = wired(interface, Restart::Never).await;
        assert_eq!(user.call("ask", "(1)").await.unwrap(), "1");
        assert_eq!(user.call("ask", "(2)").await.unwrap(), "1000", "its own error is as it was");
        // In the call that kills it, and in those after it.
        for n in [9, 1] {
            assert_eq!(user.call("ask", &format!("({n})")).await.unwrap(), "1001", "{interface}");
        }
        assert!(matches!(user.state(), InstanceState::Idle), "{interface}");
        let InstanceState::Poisoned(cause) = provider.state() else { panic!("{:?}", provider.state()) };
        assert!(matches!(&*cause, CallError::Trap { .. }), "{cause}");
    }
}

#[tokio::test]
async fn the_text_says_what_kind_of_failure_it_was_and_nothing_about_the_host() {
    let (_runtime, _, user) = wired("told", Restart::Never).await;
    user.call("ask", "(9)").await.unwrap();
    assert_eq!(user.call("heard", "()").await.unwrap(), r#""trap""#);
    user.call("ask", "(1)").await.unwrap();
    assert_eq!(user.call("heard", "()").await.unwrap(), r#""poisoned""#);
}

#[tokio::test]
async fn a_provider_that_comes_back_serves_the_guest_that_was_told() {
    let restart = Restart::Limited { max: 1, within: std::time::Duration::from_secs(3600) };
    let (_runtime, _, user) = wired("told", restart).await;
    assert_eq!(user.call("ask", "(9)").await.unwrap(), "1001");
    assert_eq!(user.call("ask", "(1)").await.unwrap(), "1");
}

#[tokio::test]
async fn an_interface_that_has_no_value_for_it_traps_the_caller() {
    let (_runtime, _, user) = wired("silent", Restart::Never).await;
    let error = user.call("ask", "(9)").await.unwrap_err();
    let CallError::ProviderDown { instance, cause, .. } = &error else { panic!("{error}") };
    assert_eq!(&**instance, "user");
    assert!(matches!(&**cause, CallError::Trap { instance, .. } if &**instance == "provider"), "{cause}");
    assert!(matches!(user.state(), InstanceState::Poisoned(_)));
}

#[tokio::test]
async fn a_budget_that_runs_out_in_the_provider_is_no_value_of_the_guests() {
    let (_runtime, _, user) = wired("told", Restart::Never).await;
    let error = user.call("ask", "(3)").fuel(1_000_000).await.unwrap_err();
    assert!(matches!(&error, CallError::OutOfBudget { .. }), "{error}");
    assert!(matches!(user.state(), InstanceState::Poisoned(_)));

    let (_runtime, provider, user) = wired("told", Restart::Never).await;
    let mut call = user.call("ask", "(3)");
    assert!(poll_once(&mut call).is_pending());
    drop(call);
    for instance in [provider, user] {
        assert!(matches!(instance.state(), InstanceState::Poisoned(_)), "{:?}", instance.state());
    }
}

#[tokio::test]
async fn a_provider_out_of_reach_is_told_like_one_that_is_dead() {
    let (far, provider, _) = wired("told", Restart::Never).await;
    let runtime = runtime_of(Runtime::builder());
    let told = runtime.register_wit(WIT).unwrap()[0].clone();
    let token = far.export_interface(&provider, &told).unwrap();
    let (link, cut) = (link_to(&far), Arc::new(AtomicBool::new(false)));
    let down = cut.clone();
    let remote = runtime.import_interface(&told, token, move |message: Vec<u8>| {
        let (link, down) = (link.clone(), down.load(Ordering::Relaxed));
        async move {
            match down {
                false => link.call(message).await,
                true => Err(TransportError::NotSent("the cable is cut".into())),
            }
        }
    });
    let user = start(&runtime, "user", &user("told"), &[&remote]).await;
    assert_eq!(user.call("ask", "(1)").await.unwrap(), "1");
    cut.store(true, Ordering::Relaxed);
    assert_eq!(user.call("ask", "(1)").await.unwrap(), "1001");
    assert_eq!(user.call("heard", "()").await.unwrap(), r#""not sent""#);
    cut.store(false, Ordering::Relaxed);
    assert_eq!(user.call("ask", "(9)").await.unwrap(), "1001");
    assert_eq!(user.call("heard", "()").await.unwrap(), r#""failed""#);
}

/// As [`wired`], where the provider has a time of its own.
async fn timed(interface: &str, restart: Restart) -> (Runtime, Instance, Instance) {
    let (runtime, provider, _) = wired(interface, restart).await;
    let app = add(&runtime, "hurried", &user(interface)).await;
    let user = runtime.instantiate(&app).with_timeout(&provider, Duration::from_millis(20)).await.unwrap();
    (runtime, provider, user)
}

const RESTARTED: Restart = Restart::Limited { max: 0, within: Duration::from_secs(60) };

#[tokio::test]
async fn a_provider_that_never_answers_costs_its_consumer_a_value() {
    for interface in ["told", "plain"] {
        let (_runtime, provider, user) = timed(interface, RESTARTED).await;
        assert_eq!(user.call("ask", "(3)").await.unwrap(), "1001", "{interface}");
        assert!(matches!(user.state(), InstanceState::Idle));
        // It had less than a call has by default, so it is not its fault.
        assert_eq!(user.call("ask", "(1)").await.unwrap(), "1", "{interface}");
        assert_eq!(provider.counters().restarts, 1);
    }
}

#[tokio::test]
async fn where_the_interface_has_no_value_for_it_the_consumer_ends() {
    let (runtime, provider, user) = timed("silent", RESTARTED).await;
    let error = user.call("ask", "(3)").await.unwrap_err();
    let CallError::ProviderDown { cause, .. } = &error else { panic!("{error}") };
    let CallError::OutOfBudget { limit: Limit::Time, scope: Scope::Import, instance, .. } = &**cause else {
        panic!("{cause}")
    };
    assert_eq!(&**instance, "provider");
    assert_eq!(
        cause.to_string(),
        "out of time: the call of `acme:down/silent#f` of `provider` was given up after 20ms
  help: give the provider more time where it is given with `.with_timeout(..)`"
    );
    assert!(matches!(user.state(), InstanceState::Poisoned(_)));
    let graph = runtime.graph();
    let edge = |from: &str| graph.edges.iter().find(|edge| edge.from == from && edge.to == provider.name()).unwrap();
    assert_eq!(edge("hurried").timeout, Some(Duration::from_millis(20)));
    assert_eq!((edge("user").timeout, edge("user").ends_its_app.clone()), (None, vec!["f".to_string()]));
}

#[tokio::test]
async fn the_time_of_the_call_itself_wins_if_it_is_shorter() {
    let (_runtime, _, user) = timed("told", RESTARTED).await;
    let error = user.call("ask", "(3)").timeout(Duration::from_millis(5)).await.unwrap_err();
    assert!(matches!(&error, CallError::OutOfBudget { limit: Limit::Time, scope: Scope::Call, .. }), "{error}");
}

#[isorun::interface("src/slow.wit")]
mod plain {}

struct Silent;

#[isorun::system]
impl plain::Plain for Silent {
    async fn f(&self, n: u32) -> Result<u32, plain::Problem> {
        if n == 3 {
            std::future::pending::<()>().await;
        }
        Ok(1)
    }
}

/// A system's own errors stop its guest, but that it was late is told.
#[tokio::test]
async fn a_system_that_never_answers_is_told_as_well() {
    let runtime = runtime_of(Runtime::builder());
    runtime.register::<plain::Interface>().unwrap();
    let app = add(&runtime, "user", &user("plain")).await;
    let silent = runtime.provide(Silent);
    let user = runtime.instantiate(&app).with_timeout(&silent, Duration::from_millis(20)).await.unwrap();
    assert_eq!(user.call("ask", "(3)").await.unwrap(), "1001");
    assert_eq!(user.call("ask", "(1)").await.unwrap(), "1");
    assert!(matches!(user.state(), InstanceState::Idle));
}
