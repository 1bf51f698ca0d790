//! Two runtimes and bytes between them: what works on one side works from the other.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use isorun::instance::InstanceState;
use isorun::remote::Revoke;
use isorun::remote::{Cancel, ExportPolicy, RemoteError, Status};
use isorun::{Budget, CallError, Cx, Instance, Remote, Runtime, Token, TransportError};
use isorun_tests::kv::Kv;
use isorun_tests::server::{Method, Request};
use isorun_tests::{
    Bench, Disk, Folder, Memory, Ticker, apps, bench, caller_of, compute, host, kv, link_to, misbehave, misbehaving,
    names_of, relay, runtime, runtime_of, server, start,
};

#[tokio::test]
async fn an_app_keeps_its_values_in_a_store_of_another_runtime() {
    let folder = Folder::new().unwrap();
    let here = runtime();
    let disk = here.provide(Disk::new(&folder));
    let store = start(&here, "kv", apps::KV, &[&disk]).await;
    let token = here.export::<kv::Interface>(&store).unwrap();

    let elsewhere = runtime();
    let remote = elsewhere.import::<kv::Interface>(token, link_to(&here));
    let notes = start(&elsewhere, "notes", apps::NOTES, &[&remote]).await;
    let put = Request { method: Method::Put, path: "/notes/a".into(), headers: vec![], body: b"from afar".to_vec() };
    let web = notes.caller::<server::Interface>().unwrap();

    assert_eq!(web.handle(&put).await.unwrap().status, 201);
    assert_eq!(
        store.call("get", r#"("notes/a")"#).await.unwrap(),
        "ok(some([102, 114, 111, 109, 32, 97, 102, 97, 114]))"
    );
    assert_eq!(web.handle(&Request { method: Method::Get, ..put }).await.unwrap().body, b"from afar");
}

/// What a program sees of a store: written once, for whatever is behind the trait.
async fn script(kv: &impl Kv) -> Vec<String> {
    let cx = Cx::root(Budget::default());
    vec![
        format!("{:?}", kv.get(&cx, "a").await.unwrap()),
        format!("{:?}", kv.set(&cx, "a", b"one").await.unwrap()),
        format!("{:?}", kv.set(&cx, "b/1", &[0, 255]).await.unwrap()),
        format!("{:?}", kv.get(&cx, "a").await.unwrap()),
        format!("{:?}", kv.keys(&cx, "").await.unwrap()),
        format!("{:?}", kv.keys(&cx, "b").await.unwrap()),
        format!("{:?}", kv.get(&cx, "").await.unwrap()),
        format!("{:?}", kv.delete(&cx, "a").await.unwrap()),
        format!("{:?}", kv.delete(&cx, "a").await.unwrap()),
    ]
}

/// A remote of what `instance` provides.
fn remote_of(runtime: &Runtime, instance: &Instance) -> Remote<kv::Interface> {
    Remote::new(runtime.export::<kv::Interface>(instance).unwrap(), link_to(runtime))
}

#[tokio::test]
async fn one_program_runs_on_rust_on_a_caller_and_on_remotes_alike() {
    let expected = script(&Memory::default()).await;
    let runtime = runtime();
    let memory = || runtime.provide(Memory::default());

    assert_eq!(expected.len(), 9);
    assert_eq!(script(&memory().caller::<kv::Interface>().unwrap()).await, expected, "a system");
    assert_eq!(script(&remote_of(&runtime, &memory())).await, expected, "a remote system");
    let second = isorun_tests::runtime();
    let imported =
        second.import::<kv::Interface>(runtime.export::<kv::Interface>(&memory()).unwrap(), link_to(&runtime));
    assert_eq!(script(&imported.caller::<kv::Interface>().unwrap()).await, expected, "an imported system");
    let imported =
        second.import::<kv::Interface>(runtime.export::<kv::Interface>(&memory()).unwrap(), link_to(&runtime));
    assert_eq!(script(&remote_of(&second, &imported)).await, expected, "a remote of a remote");
}

#[tokio::test]
async fn one_program_runs_on_an_app_and_on_its_remotes_alike() {
    let expected = script(&Memory::default()).await;
    let folders = [Folder::new().unwrap(), Folder::new().unwrap(), Folder::new().unwrap()];
    let runtime = runtime();
    let mut stores = Vec::new();
    for folder in &folders {
        let disk = runtime.provide(Disk::new(folder));
        stores.push(start(&runtime, &format!("kv-of-{}", disk.name()), apps::KV, &[&disk]).await);
    }

    assert_eq!(script(&stores[0].caller::<kv::Interface>().unwrap()).await, expected, "an app");
    assert_eq!(script(&remote_of(&runtime, &stores[1])).await, expected, "a remote app");
    let second = isorun_tests::runtime();
    let imported =
        second.import::<kv::Interface>(runtime.export::<kv::Interface>(&stores[2]).unwrap(), link_to(&runtime));
    assert_eq!(script(&remote_of(&second, &imported)).await, expected, "a remote of a remote");
}

#[tokio::test]
async fn a_remote_is_called_by_text_too() {
    let far = bench().await;
    let near = runtime();
    let remote = near.import::<compute::Interface>(
        far.runtime.export::<compute::Interface>(&far.calc).unwrap(),
        link_to(&far.runtime),
    );
    assert_eq!(remote.call("join", r#"(["a", "b"])"#).await.unwrap(), r#""ab""#);
    assert_eq!(names_of(&remote.exports()), ["test:bench/compute@0.1.0"]);
}

#[tokio::test]
async fn an_interface_that_no_program_was_compiled_with_crosses_too() {
    const WIT: &str = "package acme:greetings@1.0.0; interface greeter { greet: func(name: string) -> string; }";
    let greeter = wat::parse_str(
        r#"(component
            (core module $code
                (memory (export "memory") 1)
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
                (func (export "greet") (param i32 i32) (result i32)
                    (i32.store (i32.const 16) (local.get 0))
                    (i32.store (i32.const 20) (local.get 1))
                    (i32.const 16)))
            (core instance $code (instantiate $code))
            (func $greet (param "name" string) (result string) (canon lift (core func $code "greet")
                (memory (core memory $code "memory")) (realloc (core func $code "realloc"))))
            (instance $greeter (export "greet" (func $greet)))
            (export "acme:greetings/greeter@1.0.0" (instance $greeter)))"#,
    );
    let (far, near) = (Runtime::new().unwrap(), Runtime::new().unwrap());
    let interface = far.register_wit(WIT).unwrap()[0].clone();
    let greeter = start(&far, "greeter", &greeter.unwrap(), &[]).await;
    let token = far.export_interface(&greeter, &interface).unwrap();
    let interface = near.register_wit(WIT).unwrap()[0].clone();
    let remote = near.import_interface(&interface, token, link_to(&far));
    assert_eq!(remote.call("greet", r#"("grüße")"#).await.unwrap(), r#""grüße""#);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_calls_share_one_transport() {
    let (_far, _, remote) = far_misbehaving().await;
    let calls: Vec<_> = (0..200)
        .map(|_| {
            let remote = remote.clone();
            tokio::spawn(async move { remote.count().await })
        })
        .collect();
    let mut counts = Vec::new();
    for call in calls {
        counts.push(call.await.unwrap().unwrap());
    }
    counts.sort_unstable();
    // The first count was the local caller's.
    assert_eq!(counts, (2..=201).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_panic_in_a_transport_ends_the_call_and_not_the_host() {
    let panics = |_message: Vec<u8>| -> std::future::Ready<Result<Vec<u8>, TransportError>> { panic!("no route") };
    let near = runtime();
    let remote = near.import::<host::Interface>(Token::from_bytes([0; 16]), panics);
    let error =
        tokio::spawn(async move { remote.call("tick", "(1)").await.unwrap_err() }).await.expect("it does not panic");
    assert!(matches!(&error, CallError::HostPanic { message, .. } if &**message == "no route"), "{error:?}");
}

/// `host` with one function more than the far side has, and with one that takes something else there.
const OTHER_EDITION: &str = "package test:bench@0.1.0; interface host { tick: func(n: u32) -> u64; tock: func(); }";

#[tokio::test]
async fn a_far_side_that_cannot_do_what_is_asked_says_why() {
    let far = runtime();
    let ticker = far.provide(Ticker);
    let token = far.export::<host::Interface>(&ticker).unwrap();
    let near = Runtime::new().unwrap();
    let edited = near.register_wit(OTHER_EDITION).unwrap()[0].clone();
    let edited = near.import_interface(&edited, token, link_to(&far));
    let compute = near.import::<compute::Interface>(token, link_to(&far));
    let nobody = near.import::<host::Interface>(Token::from_bytes([7; 16]), link_to(&far));

    for (call, status, message) in [
        (
            nobody.call("tick", "(1)"),
            Status::UnknownTarget,
            "the call of `test:bench/host@0.1.0#tick` was refused: unknown target
  help: it has not run; get a new token from the other side",
        ),
        (
            compute.call("add", "(1, 2)"),
            Status::UnknownInterface,
            "the call of `test:bench/compute@0.1.0#add` was refused: unknown interface
  help: it has not run; build both sides from the same edition of the interface",
        ),
        (
            edited.call("tock", "()"),
            Status::UnknownFunction,
            "the call of `test:bench/host@0.1.0#tock` was refused: unknown function
  help: it has not run; build both sides from the same edition of the interface, or ask for an export that serves the function",
        ),
        (
            edited.call("tick", "(1)"),
            Status::SignatureMismatch,
            "the call of `test:bench/host@0.1.0#tick` was refused: signature mismatch
  here:  func(n: u32) -> u64
  there: func(n: u64) -> u64
  help: it has not run; build both sides from the same edition of the interface",
        ),
    ] {
        let error = call.await.unwrap_err();
        assert_eq!(error.to_string(), message);
        assert!(
            matches!(&error, CallError::Remote(RemoteError::Refused { status: is, .. }) if *is == status),
            "{error:?}"
        );
        assert!(status.did_not_run());
    }
}

#[tokio::test]
async fn a_token_that_was_taken_back_is_unknown() {
    let far = bench().await;
    let token = far.runtime.export::<compute::Interface>(&far.calc).unwrap();
    let remote = Remote::<compute::Interface>::new(token, link_to(&far.runtime)).caller();
    assert_eq!(remote.add(1, 2).await.unwrap(), 3);
    far.runtime.revoke(&token, Revoke::New).await;
    let error = remote.add(1, 2).await.unwrap_err();
    assert!(matches!(error, CallError::Remote(RemoteError::Refused { status: Status::UnknownTarget, .. })), "{error}");
}

#[tokio::test]
async fn every_export_has_a_token_of_its_own() {
    let far = bench().await;
    let first = far.runtime.export::<compute::Interface>(&far.calc).unwrap();
    let second = far.runtime.export::<compute::Interface>(&far.calc).unwrap();
    assert_ne!(first, second);
    far.runtime.revoke(&first, Revoke::New).await;
    assert_eq!(Remote::<compute::Interface>::new(second, link_to(&far.runtime)).caller().add(1, 2).await.unwrap(), 3);
}

/// A guest that misbehaves, and the way to it from another runtime. What its callers give up there ends.
async fn far_misbehaving() -> (Runtime, misbehave::Caller, misbehave::Caller) {
    let (far, _, local) = misbehaving().await;
    let policy = ExportPolicy::default().on_cancel(Cancel::Stop);
    let token = far.export_with::<misbehave::Interface>(local.instance(), &policy).unwrap();
    let remote = Remote::<misbehave::Interface>::new(token, link_to(&far)).caller();
    local.count().await.unwrap();
    (far, local, remote)
}

#[tokio::test]
async fn a_remote_call_uses_the_fuel_of_a_local_one() {
    let (_far, local, remote) = far_misbehaving().await;
    let (_, here) = local.spin_for(1000).receipt().await;
    let (result, there) = remote.spin_for(1000).receipt().await;
    assert_eq!(result.unwrap(), 1000);
    assert_eq!(there.fuel, here.fuel);
}

#[tokio::test]
async fn fuel_used_far_away_is_charged_to_the_app_that_called() {
    let Bench { runtime: far, calc, relay: local } = bench().await;
    let token = far.export::<compute::Interface>(&calc).unwrap();
    let near = runtime();
    let remote = near.import::<compute::Interface>(token, link_to(&far));
    let ticker = near.provide(Ticker);
    let relay = start(&near, "relay", apps::RELAY, &[&remote, &ticker]).await;
    let mut used = Vec::new();
    for relay in [local, relay] {
        let caller = relay.caller::<relay::Interface>().unwrap();
        caller.add(1, 2).await.unwrap();
        used.push(caller.add(1, 2).receipt().await.1.fuel);
    }
    assert_eq!(used[0], used[1]);
}

#[tokio::test]
async fn fuel_that_runs_out_far_away_is_told_as_such() {
    let (_far, local, remote) = far_misbehaving().await;
    let (result, receipt) = remote.spin().fuel(1_000_000).receipt().await;
    let error = result.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`test:misbehave/misbehave@0.1.0#spin` failed on the other side: \
         out of fuel: the limit is 1000000 units of fuel, and it has used 1000000 units of fuel
  help: grant the call more, of which the other side gives no more than the cap of its export, or ask for less at a time; what was done is done"
    );
    assert!(matches!(error, CallError::Remote(RemoteError::Failed { status: Status::OutOfBudget, .. })));
    assert_eq!(receipt.fuel, 1_000_000);
    assert!(matches!(local.instance().state(), InstanceState::Poisoned(_)));
}

#[tokio::test]
async fn the_far_side_grants_no_more_than_its_own_default() {
    let far = runtime_of(Runtime::builder().budget(Budget { fuel: 1_000_000, ..Budget::default() }));
    let guest = start(&far, "misbehave", apps::MISBEHAVE, &[]).await;
    let token = far.export::<misbehave::Interface>(&guest).unwrap();
    let remote = Remote::<misbehave::Interface>::new(token, link_to(&far)).caller();
    let (result, receipt) = remote.spin().fuel(1_000_000_000).receipt().await;
    result.unwrap_err();
    assert_eq!(receipt.fuel, 1_000_000);
}

#[tokio::test]
async fn a_deadline_holds_for_what_runs_far_away() {
    let (_far, local, remote) = far_misbehaving().await;
    let error = remote.spin().timeout(Duration::from_millis(20)).await.unwrap_err();
    // Both sides look at the clock; which is first does not matter.
    assert!(error.is_out_of_budget(), "{error}");
    assert!(matches!(local.instance().state(), InstanceState::Poisoned(_)));
}

#[tokio::test]
async fn a_far_side_that_never_answers_is_left_at_the_deadline() {
    let silent = |_message: Vec<u8>| std::future::pending::<Result<Vec<u8>, TransportError>>();
    let remote = Remote::<host::Interface>::new(Token::from_bytes([0; 16]), silent).caller();
    let error = remote.tick(1).timeout(Duration::from_millis(10)).await.unwrap_err();
    assert_eq!(error.out_of_budget(), Some(isorun::limits::Limit::Time));
}

#[tokio::test]
async fn a_trap_far_away_is_told_as_such_and_the_next_call_as_refused() {
    let (_far, _, remote) = far_misbehaving().await;
    let error = remote.trap().await.unwrap_err();
    assert!(matches!(error, CallError::Remote(RemoteError::Failed { status: Status::Trap, .. })), "{error:?}");
    let error = remote.count().await.unwrap_err();
    assert!(matches!(error, CallError::Remote(RemoteError::Refused { status: Status::Refused, .. })), "{error:?}");
    assert!(error.to_string().contains("was refused: poisoned"), "{error}");
}

/// A guest in the near runtime calls one in the far runtime.
#[tokio::test]
async fn fuel_that_runs_out_two_apps_away_is_told_as_such_on_this_side() {
    let far = bench().await;
    let token = far.runtime.export::<compute::Interface>(&far.calc).unwrap();
    let middle = runtime();
    let remote = middle.import::<compute::Interface>(token, link_to(&far.runtime));
    let ticker = middle.provide(Ticker);
    let relay = start(&middle, "relay", apps::RELAY, &[&remote, &ticker]).await;
    let caller = relay.caller::<relay::Interface>().unwrap();
    let points = vec![relay::Point { x: 1, y: 2 }; 10_000];
    let needed = caller.sum_points(&points).receipt().await.1.fuel;
    let token = middle.export::<relay::Interface>(&relay).unwrap();
    let near = Remote::<relay::Interface>::new(token, link_to(&middle)).caller();
    let error = near.sum_points(&points).fuel(needed / 2).await.unwrap_err();
    assert!(matches!(error, CallError::Remote(RemoteError::Failed { status: Status::OutOfBudget, .. })), "{error:?}");
    assert!(error.to_string().contains("out of fuel"), "{error}");
}

/// Every call of the remote comes back to the remote itself.
#[tokio::test]
async fn a_loop_of_remotes_ends_at_the_hop_limit() {
    let runtime = runtime();
    let sent = Arc::new(Mutex::new(0));
    let target: Arc<OnceLock<Token>> = Arc::default();
    let back_to_itself = {
        let (runtime, sent, target) = (runtime.clone(), sent.clone(), target.clone());
        move |mut message: Vec<u8>| {
            let (runtime, sent, target) = (runtime.clone(), sent.clone(), target.clone());
            async move {
                *sent.lock().unwrap() += 1;
                message[24..40].copy_from_slice(&target.get().unwrap().to_bytes());
                runtime.serve(&message).await.ok_or_else(|| TransportError::Lost("it has no answer".into()))
            }
        }
    };
    let remote = runtime.import::<host::Interface>(Token::from_bytes([0; 16]), back_to_itself);
    target.set(runtime.export::<host::Interface>(&remote).unwrap()).unwrap();
    let error = remote.call("tick", "(1)").await.unwrap_err();
    assert!(matches!(error, CallError::Remote(RemoteError::Refused { status: Status::HopLimit, .. })), "{error:?}");
    assert!(error.to_string().contains("look for a loop of remotes"), "{error}");
    assert_eq!(*sent.lock().unwrap(), 16);
}

#[tokio::test]
async fn a_transport_that_fails_says_whether_the_far_side_may_have_run() {
    let failing = |error: TransportError| {
        Remote::<host::Interface>::new(Token::from_bytes([0; 16]), move |_message: Vec<u8>| {
            let error = error.clone();
            async move { Err::<Vec<u8>, _>(error) }
        })
        .caller()
    };
    let error = failing(TransportError::NotSent("no route".into())).tick(1).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the call of `test:bench/host@0.1.0#tick` was not sent: no route
  help: the other side has not run, trying again is safe"
    );
    assert!(matches!(error, CallError::Remote(RemoteError::NotSent { .. })));
    let error = failing(TransportError::Lost("connection reset".into())).tick(1).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the call of `test:bench/host@0.1.0#tick` was lost after it was sent: connection reset
  help: the other side may have run; repeat only what may be done twice"
    );
    assert!(matches!(error, CallError::Remote(RemoteError::Lost { .. })));
}

#[tokio::test]
async fn arguments_that_are_too_large_are_not_sent() {
    let near = runtime_of(Runtime::builder().max_message(1000));
    let sent = Arc::new(Mutex::new(0));
    let count = {
        let sent = sent.clone();
        move |_message: Vec<u8>| {
            *sent.lock().unwrap() += 1;
            async { Err(TransportError::NotSent("not to be reached".into())) }
        }
    };
    let remote = near.import::<compute::Interface>(Token::from_bytes([0; 16]), count);
    let error = remote.caller::<compute::Interface>().unwrap().echo(&[0; 1000]).await.unwrap_err();
    assert!(matches!(error, CallError::Remote(RemoteError::Refused { status: Status::TooLarge, .. })), "{error:?}");
    assert!(error.to_string().contains("and the limit is 1000 bytes"), "{error}");
    assert_eq!(*sent.lock().unwrap(), 0);
}

#[tokio::test]
async fn arguments_that_are_too_large_for_the_far_side_do_not_run() {
    let far = runtime_of(Runtime::builder().max_message(1000));
    let calc = start(&far, "calc", apps::CALC, &[]).await;
    let token = far.export::<compute::Interface>(&calc).unwrap();
    let remote = Remote::<compute::Interface>::new(token, link_to(&far)).caller();
    let error = remote.echo(&[0; 1000]).await.unwrap_err();
    assert!(matches!(error, CallError::Remote(RemoteError::Refused { status: Status::TooLarge, .. })), "{error:?}");
    assert_eq!(remote.echo(&[0; 100]).await.unwrap(), [0; 100]);
}

#[tokio::test]
async fn a_reply_that_is_too_large_is_kept_back_and_the_instance_lives() {
    let (far, _, local) = misbehaving().await;
    let token = far.export::<misbehave::Interface>(local.instance()).unwrap();
    let near = runtime_of(Runtime::builder().max_message(1000));
    let remote = near.import::<misbehave::Interface>(token, link_to(&far));
    let error = caller_of(&remote).huge(5000).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`test:misbehave/misbehave@0.1.0#huge` failed on the other side: \
         out of room for a message: it takes 5008 bytes, and the limit is 1000 bytes
  help: grant the call more, of which the other side gives no more than the cap of its export, or ask for less at a time; what was done is done"
    );
    assert!(matches!(error, CallError::Remote(RemoteError::Failed { status: Status::OutOfBudget, .. })));
    assert_eq!(caller_of(&remote).count().await.unwrap(), 1);
}

#[tokio::test]
async fn dropping_the_answering_side_in_the_middle_poisons_what_ran() {
    let (_far, local, remote) = far_misbehaving().await;
    let mut call = remote.spin();
    assert!(isorun_tests::poll_once(&mut call).is_pending());
    drop(call);
    let InstanceState::Poisoned(cause) = local.instance().state() else { panic!("{:?}", local.instance().state()) };
    assert!(matches!(*cause, CallError::Cancelled { .. }), "{cause}");
}
