//! Calls that have no value, and what is told of each.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use isorun::instance::InstanceState;
use isorun::limits::Limit;
use isorun::remote::{Detail, ExportPolicy, Header, Peer, RemoteError, Status};
use isorun::testing::Faults;
use isorun::{CallError, Instance, Remote, Restart, Reuse, Runtime, StaticInterface, Token, TransportError};
use isorun_tests::lines::join;
use isorun_tests::remote::{Tap, told};
use isorun_tests::wire::{Reply, call_message};
use isorun_tests::{
    Bench, Ticker, add, apps, bench, caller_of, compute, guests, host, link_to, misbehave, misbehaving, runtime,
    runtime_of, start,
};

#[tokio::test]
async fn b08_a_call_that_is_too_large_is_not_sent() {
    let near = runtime_of(Runtime::builder().max_message(1000));
    let sent = Arc::new(Mutex::new(0));
    let count = sent.clone();
    let way = move |_message: Vec<u8>| {
        *count.lock().unwrap() += 1;
        async { Err::<Vec<u8>, _>(TransportError::Lost("nothing is to come here".into())) }
    };
    let remote = near.import::<compute::Interface>(Token::from_bytes([1; 16]), way);
    let error = remote.caller::<compute::Interface>().unwrap().echo(&[0; 1000]).await.unwrap_err();
    let (ran, status, failure) = told(&error);
    assert_eq!((ran, status, failure.limit, failure.amount), (false, Status::TooLarge, Some(Limit::Message), 1000));
    assert_eq!(*sent.lock().unwrap(), 0);
}

/// The body is no value, which nobody finds out.
#[tokio::test]
async fn b08_a_call_that_is_too_large_is_refused_from_its_header_alone() {
    let far = runtime_of(Runtime::builder().max_message(1000));
    let calc = start(&far, "calc", apps::CALC, &[]).await;
    let token = far.export::<compute::Interface>(&calc).unwrap();
    let interface = compute::Interface::interface();
    let (_, echo) = interface.function("echo").unwrap();
    let message = call_message(token, interface, echo, &[0xff; 5000]);
    let reply = Reply::read(&far.serve(&message).await.unwrap());
    assert_eq!((reply.status, reply.ran), (Status::TooLarge as u8, false), "{reply:?}");
    let small = call_message(token, interface, echo, &[0xff; 500]);
    assert_eq!(Reply::read(&far.serve(&small).await.unwrap()).status, Status::Malformed as u8);

    // A transport that has read no more than the header knows it, too, and can say so to the caller.
    let refusing = move |message: Vec<u8>| async move {
        let header = Header::peek(&message[..Header::SIZE]).expect("a whole header");
        assert_eq!(header.message_length(), message.len() as u64);
        let refusal = (header.body_length() > 1000).then(|| header.refuse(Status::TooLarge)).flatten();
        refusal.ok_or(TransportError::NotSent("it is small".into()))
    };
    let remote = Remote::<compute::Interface>::new(token, refusing).caller();
    let error = remote.echo(&[0; 5000]).await.unwrap_err();
    assert!(matches!(told(&error), (false, Status::TooLarge, _)), "{error:?}");

    // And a link, of which a peer gets so many bytes and no more.
    let near = runtime();
    let (to_far, to_near) = (near.link(Peer::default()), far.link(Peer::named("near").bytes(2000)));
    join(&to_far, &to_near, &Faults::none());
    let remote = near.import::<compute::Interface>(token, to_far.clone());
    let error = remote.caller::<compute::Interface>().unwrap().echo(&[0; 5000]).await.unwrap_err();
    assert!(!told(&error).0, "{error:?}");
    assert_eq!((to_near.stats().calls_refused, calc.counters().calls), (1, 0));
}

#[tokio::test]
async fn b08_a_result_that_is_too_large_names_the_cap_and_harms_nobody() {
    let (far, _, local) = misbehaving().await;
    let token = far.export::<misbehave::Interface>(local.instance()).unwrap();
    let near = runtime_of(Runtime::builder().max_message(1000));
    let remote = caller_of(&near.import::<misbehave::Interface>(token, link_to(&far)));
    let error = remote.huge(5000).await.unwrap_err();
    let (ran, status, failure) = told(&error);
    assert_eq!((ran, status), (true, Status::OutOfBudget));
    assert_eq!((failure.limit, failure.amount, failure.used), (Some(Limit::Message), 1000, 5008));
    assert!(matches!(local.instance().state(), InstanceState::Idle));
    assert_eq!(remote.count().await.unwrap(), 1);
}

/// `compute` with one function more, and with one that takes something else.
const OTHER: &str =
    "package test:bench@0.1.0; interface compute { add: func(a: u64, b: u32) -> u32; subtract: func(a: u32) -> u32; }";

#[tokio::test]
async fn b09_an_unknown_target_interface_and_function_and_a_wrong_signature_are_four_errors() {
    let Bench { runtime: far, calc, .. } = bench().await;
    let token = far.export::<compute::Interface>(&calc).unwrap();
    let near = Runtime::new().unwrap();
    let other = near.register_wit(OTHER).unwrap()[0].clone();
    let other = near.import_interface(&other, token, link_to(&far));
    let nobody = near.import::<compute::Interface>(Token::from_bytes([7; 16]), link_to(&far));
    let host = near.import::<host::Interface>(token, link_to(&far));
    let before = calc.counters().calls;
    let mut texts = Vec::new();
    for (call, expected) in [
        (nobody.call("add", "(1, 2)"), Status::UnknownTarget),
        (host.call("tick", "(1)"), Status::UnknownInterface),
        (other.call("subtract", "(1)"), Status::UnknownFunction),
        (other.call("add", "(1, 2)"), Status::SignatureMismatch),
    ] {
        let error = call.await.unwrap_err();
        let (ran, status, _) = told(&error);
        assert_eq!((ran, status), (false, expected));
        assert!(error.to_string().contains("it has not run"), "{error}");
        texts.push(error.to_string());
    }
    texts.dedup();
    assert_eq!(texts.len(), 4);
    assert_eq!(calc.counters().calls, before, "the guest did not run");
}

/// An app whose functions each end in another way.
fn falling() -> Vec<u8> {
    guests::parse(
        r#"(component
            (import "test:bench/host@0.1.0" (instance $host (export "tick" (func (param "n" u64) (result u64)))))
            (core func $tick (canon lower (func $host "tick")))
            (core module $code
                (import "host" "tick" (func $tick (param i64) (result i64)))
                (memory 1)
                (func $down (export "overflow") (param i32) (result i32)
                    (i32.add (call $down (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))
                (func (export "unreachable") (param i32) (result i32) (unreachable))
                (func (export "out-of-bounds") (param i32) (result i32) (i32.load (i32.const -4)))
                (func (export "panic") (param i32) (result i32) (i32.wrap_i64 (call $tick (i64.const 0))))
                (func (export "stand") (param i32) (result i32) (local.get 0)))
            (core instance $code (instantiate $code (with "host" (instance (export "tick" (func $tick))))))
            (func $o (param "n" u32) (result u32) (canon lift (core func $code "overflow")))
            (func $u (param "n" u32) (result u32) (canon lift (core func $code "unreachable")))
            (func $b (param "n" u32) (result u32) (canon lift (core func $code "out-of-bounds")))
            (func $p (param "n" u32) (result u32) (canon lift (core func $code "panic")))
            (func $s (param "n" u32) (result u32) (canon lift (core func $code "stand")))
            (instance $falls (export "overflow" (func $o)) (export "unreachable" (func $u))
                (export "out-of-bounds" (func $b)) (export "panic" (func $p)) (export "stand" (func $s)))
            (export "test:falls/falls" (instance $falls)))"#,
    )
}

const FALLS: &str =
    "package test:falls; interface falls { overflow: func(n: u32) -> u32; unreachable: func(n: u32) -> u32;
    out-of-bounds: func(n: u32) -> u32; panic: func(n: u32) -> u32; stand: func(n: u32) -> u32; }";

/// Panics.
struct Panicking;

#[isorun::system]
impl host::Host for Panicking {
    fn tick(&self, _n: u64) -> u64 {
        panic!("there is no clock")
    }
}

async fn falling_at(far: &Runtime, name: &str, reuse: Reuse) -> Instance {
    let system = far.provide(Panicking);
    let app = match far.app("falling") {
        Some(app) => app,
        None => add(far, "falling", &falling()).await,
    };
    let restart = Restart::Limited { max: 100, within: Duration::from_secs(60) };
    far.instantiate(&app).name(name).with(&system).reuse(reuse).restart(restart).await.unwrap()
}

/// Peers that may know it are told in words, others by the kind.
#[tokio::test]
async fn b12_a_guest_that_is_stopped_is_told_as_a_trap_and_the_next_call_succeeds() {
    let (far, near) = (runtime(), Runtime::new().unwrap());
    let falls = far.register_wit(FALLS).unwrap()[0].clone();
    near.register_interface(&falls).unwrap();
    for (name, reuse) in [("fresh", Reuse::Fresh), ("kept", Reuse::Serial), ("pooled", Reuse::pool(2))] {
        let instance = falling_at(&far, name, reuse).await;
        for tell in [Detail::Kind, Detail::Text] {
            let token = far.export_interface_with(&instance, &falls, &ExportPolicy::default().tell(tell)).unwrap();
            let remote = near.import_interface(&falls, token, link_to(&far));
            for (function, kind, words) in [
                ("unreachable", "trap", "`unreachable` instruction"),
                ("out-of-bounds", "trap", "out of bounds memory access"),
                ("panic", "host panic", "there is no clock"),
            ] {
                let error = remote.call(function, "(1)").await.unwrap_err();
                let (ran, status, failure) = told(&error);
                assert_eq!((ran, status, &*failure.kind), (true, Status::Trap, kind), "{function} of {name}");
                assert_eq!(failure.detail.contains(words), tell == Detail::Text, "{function}: {}", failure.detail);
                assert_eq!(remote.call("stand", "(7)").await.unwrap(), "7", "after {function} of {name}");
            }
            // That there is too little stack is told as a limit that was met.
            let error = remote.call("overflow", "(1)").await.unwrap_err();
            let (ran, status, failure) = told(&error);
            assert_eq!((ran, status, failure.limit), (true, Status::OutOfBudget, Some(Limit::Stack)), "{error:?}");
            assert_eq!(remote.call("stand", "(7)").await.unwrap(), "7", "after an overflow of {name}");
        }
    }
}

#[tokio::test]
async fn b12_a_system_that_panics_is_told_as_a_trap_and_the_next_call_succeeds() {
    let far = runtime();
    let tap = Tap::to(&far);
    let token = far.export::<host::Interface>(&far.provide(Panicking)).unwrap();
    let error = Remote::<host::Interface>::new(token, tap.clone()).caller().tick(1).await.unwrap_err();
    let (ran, status, failure) = told(&error);
    assert_eq!((ran, status, &*failure.kind), (true, Status::Trap, "host panic"));
    assert!(failure.detail.is_empty(), "{failure:?}");
    let error = Remote::<host::Interface>::new(token, tap).caller().tick(1).await.unwrap_err();
    assert!(matches!(error, CallError::Remote(RemoteError::Failed { .. })), "it is called again: {error:?}");
    let token = far.export::<host::Interface>(&far.provide(Ticker)).unwrap();
    assert_eq!(Remote::<host::Interface>::new(token, link_to(&far)).caller().tick(1).await.unwrap(), 2);
}
