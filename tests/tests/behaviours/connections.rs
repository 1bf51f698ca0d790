//! Connections that are lost, and calls that come back to where they began.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use isorun::remote::{ImportPolicy, Link, LinkStats, Peer, RemoteError, Status};
use isorun::testing::Faults;
use isorun::{CallError, Remote, Runtime, Token, Transport, TransportError};
use isorun_tests::lines::{Reconnecting, joined};
use isorun_tests::remote::{RING, Tap, at, number, ring, set_target};
use isorun_tests::{Gate, Ticker, apps, caller_of, host, in_short_slices, misbehave, poll_once, runtime, start};

use crate::frames::taken;

/// Time that no test needs: who waits so long hangs.
const LONG: Duration = Duration::from_secs(60);

fn is_not_sent(error: &CallError) -> bool {
    matches!(error, CallError::Remote(RemoteError::NotSent { .. }))
}

fn is_lost(error: &CallError) -> bool {
    matches!(error, CallError::Remote(RemoteError::Lost { .. }))
}

/// Before a frame was taken nothing has run; after that it may have; and what was answered is a value.
#[tokio::test]
async fn b19_a_connection_is_lost_before_during_and_after_a_call() {
    let (near, far) = (runtime(), runtime());
    let token = far.export::<host::Interface>(&far.provide(Ticker)).unwrap();
    let (link, to_near) = (near.link(Peer::default()), far.link(Peer::default()));
    let remote = near.import::<host::Interface>(token, link.clone()).caller::<host::Interface>().unwrap();
    let [mut after, mut during, mut before] = [1, 2, 3].map(|n| remote.tick(n).timeout(LONG));
    for call in [&mut after, &mut during] {
        assert!(poll_once(call).is_pending());
    }
    let frame = taken(&link).unwrap();
    assert!(taken(&link).is_some(), "this one gets lost");
    assert!(poll_once(&mut before).is_pending());
    to_near.receive(frame);
    tokio::task::yield_now().await;
    link.receive(taken(&to_near).unwrap());
    link.close();
    assert_eq!(after.await.unwrap(), 2);
    let error = during.await.unwrap_err();
    assert!(is_lost(&error), "{error:?}");
    let error = before.await.unwrap_err();
    assert!(is_not_sent(&error), "{error:?}");
    // There is nothing to be sent with any more.
    let error = remote.tick(4).await.unwrap_err();
    assert!(is_not_sent(&error), "{error:?}");
    assert_eq!(link.stats(), LinkStats::default(), "nothing pends");
    // The other end has seen nothing of it, and nothing pends there either.
    assert_eq!(to_near.stats(), LinkStats::default());
}

/// Whatever runs for a peer that is lost is stopped, and gives back what it held.
#[tokio::test]
async fn b19_what_runs_for_a_lost_peer_is_stopped_and_leaves_nothing_behind() {
    let (near, far, gate) = (runtime(), in_short_slices(), Gate::new());
    let token = far.export::<host::Interface>(&far.provide(gate.clone())).unwrap();
    let (to_far, to_near) = joined(&near, &far);
    let remote = near.import::<host::Interface>(token, to_far.clone()).caller::<host::Interface>().unwrap();
    let calls: Vec<_> = (0..20)
        .map(|n| {
            let remote = remote.clone();
            tokio::spawn(async move { remote.tick(n).timeout(LONG).await })
        })
        .collect();
    gate.until(20).await;
    assert_eq!((to_far.stats().in_flight, to_near.stats().serving), (20, 20));
    to_near.close();
    for call in calls {
        let error = call.await.unwrap().unwrap_err();
        assert!(is_lost(&error), "{error:?}");
    }
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    assert_eq!(gate.inside(), 0);
    assert_eq!((to_far.stats(), to_near.stats()), (LinkStats::default(), LinkStats::default()));
    let export = &far.exports()[0];
    assert_eq!((export.running, export.waiting, export.bytes), (0, 0, 0), "{export:?}");
}

/// Fails each message in the same way, and keeps it.
#[derive(Clone)]
struct Failing(TransportError, Arc<Mutex<Vec<Vec<u8>>>>);

impl Transport for Failing {
    async fn call(&self, message: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        self.1.lock().unwrap().push(message);
        Err(self.0.clone())
    }
}

#[tokio::test]
async fn b19_only_what_is_said_to_be_idempotent_is_sent_again_when_it_was_lost() {
    let near = runtime();
    let (lost, unsent) = (TransportError::Lost("cut".into()), TransportError::NotSent("no route".into()));
    let plain = ImportPolicy::default;
    for (what, error, policy, flagged, expected) in [
        ("a call that is lost", &lost, plain(), false, 1),
        ("a call that is lost and said to be idempotent", &lost, plain(), true, 3),
        ("one of a function that is", &lost, plain().idempotent(["tick"]), false, 3),
        ("one of another function", &lost, plain().idempotent(["tock"]), false, 1),
        ("a lost call that is to be tried again", &lost, plain().retries(5), false, 1),
        ("the same, idempotent", &lost, plain().retries(5), true, 6),
        ("the same, idempotent, and not to be tried again", &lost, plain().retries(0), true, 1),
        ("one that is not sent", &unsent, plain(), false, 1),
        ("one that is not sent, and is to be tried again", &unsent, plain().retries(2), false, 3),
    ] {
        let failing = Failing(error.clone(), Arc::default());
        let remote = near.import_with::<host::Interface>(Token::from_bytes([1; 16]), failing.clone(), &policy);
        let remote = remote.caller::<host::Interface>().unwrap();
        let call = remote.tick(1).timeout(LONG);
        let call = if flagged { call.idempotent() } else { call };
        let (result, receipt) = call.receipt().await;
        assert!(result.is_err());
        let sent = failing.1.lock().unwrap().clone();
        assert_eq!((sent.len() as u32, receipt.retries), (expected, expected - 1), "{what}");
        // It is the same call, and those after the first say so unless nothing has left.
        assert!(sent.iter().all(|message| number(message, at::CALL) == 1), "{what}");
        let flags = |message: &[u8]| message[at::FLAGS];
        let may_run_twice = sent.iter().filter(|message| flags(message) & 1 != 0).count();
        assert!(may_run_twice == 0 || may_run_twice == sent.len(), "{what}");
        let retries = sent.iter().filter(|message| flags(message) & 4 != 0).count();
        let may_have_run = matches!(error, TransportError::Lost(_));
        assert_eq!(retries, if may_have_run { sent.len() - 1 } else { 0 }, "{what}");
    }
}

/// What was running when a connection broke is made anew on the next one, and what was not sent is sent there.
#[tokio::test]
async fn b19_a_connection_that_breaks_all_the_time_costs_an_idempotent_call_nothing_but_time() {
    let (near, far) = (runtime(), runtime());
    let guest = start(&far, "misbehave", apps::MISBEHAVE, &[]).await;
    let token = far.export::<misbehave::Interface>(&guest).unwrap();
    let way = Reconnecting::between(&near, &far, (19, &Faults::none()), 3, LONG);
    let policy = ImportPolicy::default().idempotent(["add", "echo"]).retries(20);
    let remote = caller_of(&near.import_with::<misbehave::Interface>(token, way.clone(), &policy));
    let calls: Vec<_> = (0..40_u32)
        .map(|n| {
            let remote = remote.clone();
            tokio::spawn(async move { remote.add(n, n).timeout(LONG).receipt().await })
        })
        .collect();
    let mut retries = 0;
    for (n, call) in (0..).zip(calls) {
        let (result, receipt) = call.await.unwrap();
        assert_eq!(result.unwrap(), 2 * n);
        retries += receipt.retries;
    }
    // Also where the answer is too large to be kept for who asks again.
    let data = vec![7; 100_000];
    for _ in 0..6 {
        assert_eq!(remote.echo(&data).timeout(LONG).await.unwrap(), data);
    }
    assert!(way.connections() > 8 && retries > 0, "{} connections, {retries} retries", way.connections());
    // A call that may not run twice is made once at most on all of them.
    let mut counted = Vec::new();
    for _ in 0..30 {
        match remote.count().timeout(LONG).await {
            Ok(count) => counted.push(count),
            Err(error) => assert!(is_lost(&error), "{error:?}"),
        }
    }
    assert!(!counted.is_empty() && counted.windows(2).all(|pair| pair[0] < pair[1]), "{counted:?}");
    assert!(caller_of(&guest).count().await.unwrap() <= 31, "no call has run twice");
}

/// Has every call go to the export that is named later.
#[derive(Clone)]
struct Named(Link, Arc<OnceLock<Token>>);

impl Transport for Named {
    async fn call(&self, mut message: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        set_target(&mut message, *self.1.get().expect("it was set"));
        self.0.call(message).await
    }
}

/// Here a guest waits for one there, which calls the first one over the same link.
#[tokio::test]
async fn b21_an_instance_that_its_own_callee_calls_is_told_at_once() {
    let (near, far) = (Runtime::new().unwrap(), Runtime::new().unwrap());
    let interface = near.register_wit(RING).unwrap().remove(0);
    far.register_interface(&interface).unwrap();
    let (to_far, to_near) = joined(&near, &far);
    let token = Arc::new(OnceLock::new());
    let back = far.import_interface(&interface, Token::from_bytes([0; 16]), Named(to_near, token.clone()));
    let other = start(&far, "other", &ring(), &[&back]).await;
    let remote = near.import_interface(&interface, far.export_interface(&other, &interface).unwrap(), to_far);
    let one = start(&near, "one", &ring(), &[&remote]).await;
    token.set(near.export_interface(&one, &interface).unwrap()).unwrap();
    let error = one.call("f", "()").timeout(LONG).await.unwrap_err();
    let CallError::Remote(told) = error.root_cause() else { panic!("{error:?}") };
    assert!(!error.is_out_of_budget(), "{error:?}");
    // The one there has run, and it is its own callee that was refused.
    assert!(matches!(told, RemoteError::Failed { .. } | RemoteError::Refused { .. }), "{error:?}");
    assert!(one.counters().calls >= 1 && other.counters().calls >= 1);
    // Both, or a peer that calls one of them directly, find the same again.
    let error = other.call("f", "()").timeout(LONG).await.unwrap_err();
    assert!(!error.is_out_of_budget(), "{error:?}");
}

/// The innermost call is looked at: it is refused as busy, and has not run.
#[tokio::test]
async fn b21_the_call_that_comes_back_is_refused_as_busy() {
    let (near, far) = (Runtime::new().unwrap(), Runtime::new().unwrap());
    let interface = near.register_wit(RING).unwrap().remove(0);
    far.register_interface(&interface).unwrap();
    let token = Arc::new(OnceLock::new());
    let target = token.clone();
    let tap = Tap::to(&near).on_call(move |call| set_target(call, *target.get().expect("it was set")));
    let back = far.import_interface(&interface, Token::from_bytes([0; 16]), tap.clone());
    let other = start(&far, "other", &ring(), &[&back]).await;
    let remote =
        near.import_interface(&interface, far.export_interface(&other, &interface).unwrap(), joined(&near, &far).0);
    let one = start(&near, "one", &ring(), &[&remote]).await;
    token.set(near.export_interface(&one, &interface).unwrap()).unwrap();
    one.call("f", "()").timeout(LONG).await.unwrap_err();
    let reply = tap.replies().remove(0);
    assert_eq!(isorun_tests::remote::status(&reply), Status::Busy as u8);
    assert!(!isorun_tests::remote::ran(&reply));
}

/// Nobody waits who has a mark: two remotes that are each other's. It ends at the hop limit.
#[tokio::test]
async fn b21_remotes_that_lead_to_each_other_end_at_the_hop_limit() {
    let (near, far, token) = (runtime(), runtime(), Arc::new(OnceLock::new()));
    let (to_far, to_near) = joined(&near, &far);
    let back = far.import::<host::Interface>(Token::from_bytes([0; 16]), Named(to_near, token.clone()));
    let there = near.import::<host::Interface>(far.export::<host::Interface>(&back).unwrap(), to_far.clone());
    token.set(near.export::<host::Interface>(&there).unwrap()).unwrap();
    let error = there.call("tick", "(1)").timeout(LONG).await.unwrap_err();
    let CallError::Remote(RemoteError::Refused { status, .. }) = &error else { panic!("{error:?}") };
    assert!(matches!(status, Status::HopLimit | Status::Busy), "{error:?}");
    assert_eq!(to_far.stats(), LinkStats::default());
    // A remote that nobody leads back from works as before.
    let token = far.export::<host::Interface>(&far.provide(Ticker)).unwrap();
    assert_eq!(Remote::<host::Interface>::new(token, to_far).caller().tick(1).await.unwrap(), 2);
}
