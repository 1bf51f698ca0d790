//! The same message twice, and on two machines.

use std::time::Duration;

use isorun::remote::{ExportPolicy, Peer};
use isorun::testing::Faults;
use isorun::{Instance, Reuse, Runtime, StaticInterface, Token, Value};
use isorun_tests::choices::{Choices, noise};
use isorun_tests::lines::join;
use isorun_tests::remote::{answer, at, number, ran, status, with_body};
use isorun_tests::types;
use isorun_tests::wire::{Reply, call_message};
use isorun_tests::{Gate, apps, caller_of, host, misbehave, runtime, runtime_of, start};

const OK: u8 = 0;
const MALFORMED: u8 = 9;
const DUPLICATE: u8 = 13;

/// A call with this number of the session 77, or of none.
fn numbered(mut message: Vec<u8>, session: u64, call: u64, settled_below: u64) -> Vec<u8> {
    message[at::SESSION].copy_from_slice(&session.to_le_bytes());
    message[at::CALL].copy_from_slice(&call.to_le_bytes());
    message[at::SETTLED].copy_from_slice(&settled_below.to_le_bytes());
    message
}

const SESSION: u64 = 77;

/// A guest that counts its calls, its export and a message for each of its functions.
async fn counting() -> (Runtime, misbehave::Caller, impl Fn(&str, &[u8]) -> Vec<u8>) {
    let far = runtime();
    let guest = start(&far, "misbehave", apps::MISBEHAVE, &[]).await;
    let token = far.export::<misbehave::Interface>(&guest).unwrap();
    let interface = misbehave::Interface::interface();
    let message = move |function: &str, body: &[u8]| {
        call_message(token, interface, interface.function(function).unwrap().1, body)
    };
    (far, caller_of(&guest), message)
}

#[tokio::test]
async fn b17_the_same_bytes_twice_run_once_and_have_one_answer() {
    let (far, local, message) = counting().await;
    let call = numbered(message("count", &[]), SESSION, 1, 1);
    let first = answer(&far, &call).await.unwrap();
    assert_eq!((status(&first), ran(&first)), (OK, true));
    for _ in 0..5 {
        assert_eq!(answer(&far, &call).await.unwrap(), first);
    }
    assert_eq!(local.count().await.unwrap(), 2, "it has run once before");
    // Another number is another call, and another session too.
    for other in [numbered(call.clone(), SESSION, 2, 1), numbered(call.clone(), SESSION + 1, 1, 1)] {
        assert_eq!(status(&answer(&far, &other).await.unwrap()), OK);
    }
    assert_eq!(local.count().await.unwrap(), 5);
    // So is that of another peer, who may have chosen the same numbers.
    let peer = Peer::named("another");
    assert_eq!(status(&far.serve(&call).from(&peer).await.unwrap()), OK);
    assert_eq!(local.count().await.unwrap(), 7);
    // A failure is an answer, too.
    let call = numbered(message("trap", &[]), SESSION, 3, 1);
    let trapped = answer(&far, &call).await.unwrap();
    assert_eq!(answer(&far, &call).await.unwrap(), trapped);
}

#[tokio::test]
async fn b17_the_same_bytes_while_they_run_wait_for_the_same_answer() {
    let (far, gate) = (runtime(), Gate::new());
    let token = far.export::<host::Interface>(&far.provide(gate.clone())).unwrap();
    let interface = host::Interface::interface();
    let call = call_message(token, interface, &interface.functions()[0], &7_u64.to_le_bytes());
    let call = numbered(call, SESSION, 1, 1);
    let serves: Vec<_> = (0..10)
        .map(|_| {
            let (far, call) = (far.clone(), call.clone());
            tokio::spawn(async move { answer(&far, &call).await.unwrap() })
        })
        .collect();
    gate.until(1).await;
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    assert_eq!(gate.inside(), 1);
    gate.open(1);
    let mut replies = Vec::new();
    for serve in serves {
        replies.push(serve.await.unwrap());
    }
    assert_eq!(Reply::read(&replies[0]).body, 8_u64.to_le_bytes());
    replies.dedup();
    assert_eq!(replies.len(), 1);
}

/// It is settled, it is too large, or there are too many after it: it does not run again, and that it has run is told.
#[tokio::test]
async fn b17_an_answer_that_is_gone_is_told_as_such() {
    let (far, local, message) = counting().await;
    let gone = |reply: Vec<u8>, why: &str| assert_eq!((status(&reply), ran(&reply)), (DUPLICATE, true), "{why}");
    let first = numbered(message("count", &[]), SESSION, 1, 1);
    answer(&far, &first).await.unwrap();
    answer(&far, &numbered(message("count", &[]), SESSION, 2, 2)).await.unwrap();
    gone(answer(&far, &first).await.unwrap(), "it is settled");

    let large = numbered(message("huge", &70_000_u32.to_le_bytes()), SESSION, 3, 2);
    assert_eq!(status(&answer(&far, &large).await.unwrap()), OK);
    gone(answer(&far, &large).await.unwrap(), "it is too large");

    let fourth = numbered(message("count", &[]), SESSION, 4, 2);
    answer(&far, &fourth).await.unwrap();
    for n in 0..1100 {
        let body = [1_u32.to_le_bytes(), 2_u32.to_le_bytes()].concat();
        answer(&far, &numbered(message("add", &body), SESSION, 5 + n, 2)).await.unwrap();
    }
    gone(answer(&far, &fourth).await.unwrap(), "there are too many");
    assert_eq!(local.count().await.unwrap(), 4, "each has run once");
}

#[tokio::test]
async fn b17_the_same_number_with_other_bytes_is_malformed() {
    let (far, local, message) = counting().await;
    let body = |a: u32, b: u32| [a.to_le_bytes(), b.to_le_bytes()].concat();
    let call = numbered(message("add", &body(1, 2)), SESSION, 1, 1);
    assert_eq!(Reply::read(&answer(&far, &call).await.unwrap()).body, 3_u32.to_le_bytes());
    let others = [with_body(&call, &body(2, 2)), numbered(message("count", &[]), SESSION, 1, 1)];
    for other in others {
        let reply = answer(&far, &other).await.unwrap();
        assert_eq!((status(&reply), ran(&reply)), (MALFORMED, false));
    }
    assert_eq!(local.count().await.unwrap(), 1);
}

#[tokio::test]
async fn b17_without_a_session_nothing_is_recognised() {
    let (far, local, message) = counting().await;
    let call = message("count", &[]);
    assert_eq!(number(&call, at::SESSION), 0);
    for n in 1..=5_u64 {
        assert_eq!(Reply::read(&answer(&far, &call).await.unwrap()).body, n.to_le_bytes());
    }
    assert_eq!(local.count().await.unwrap(), 6);
}

/// Every frame comes twice, replies as well.
#[tokio::test(start_paused = true)]
async fn b17_a_connection_that_repeats_everything_repeats_no_work() {
    let (far, local, _) = counting().await;
    let token = far.exports()[0].token;
    let near = runtime();
    let (to_far, to_near) = (near.link(Peer::default()), far.link(Peer::default()));
    join(&to_far, &to_near, &Faults::none().doubling(1.0).delay(Duration::ZERO..=Duration::from_millis(2)));
    let remote = caller_of(&near.import::<misbehave::Interface>(token, to_far.clone()));
    for n in 1..=50 {
        assert_eq!(remote.count().timeout(Duration::from_secs(60)).await.unwrap(), n);
    }
    assert_eq!(local.count().await.unwrap(), 51);
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(to_far.stats().replies_dropped >= 50, "{:?}", to_far.stats());
}

/// A runtime of a cluster: its secret is the same everywhere, and what is random is not.
async fn machine() -> (Runtime, [Instance; 2], [Token; 2]) {
    let runtime = runtime_of(Runtime::builder().secret([5; 32]).max_stores(8));
    let echo = start(&runtime, "types", apps::TYPES, &[]).await;
    let app = isorun_tests::add(&runtime, "misbehave", apps::MISBEHAVE).await;
    let misbehaving = runtime.instantiate(&app).reuse(Reuse::Fresh).await.unwrap();
    let tokens = [
        runtime.export_with::<types::Interface>(&echo, &ExportPolicy::default().named("echo")).unwrap(),
        runtime.export_with::<misbehave::Interface>(&misbehaving, &ExportPolicy::default().named("bad")).unwrap(),
    ];
    (runtime, [echo, misbehaving], tokens)
}

/// But for the time that it took and the process that it comes from. Fuel and memory are the same, too.
#[tokio::test]
async fn b22_the_same_bytes_have_the_same_answer_on_two_machines() {
    let (one, _one, tokens) = machine().await;
    let (other, _other, same) = machine().await;
    assert_eq!(tokens, same);
    let bytes = noise(22, 1 << 16);
    let mut choices = Choices::new(&bytes);
    let mut messages = Vec::new();
    for function in types::Interface::interface().functions() {
        for _ in 0..3 {
            let given: Vec<_> = function.params().iter().map(|param| choices.value(&param.ty)).collect();
            let body = Value::encode_params(function, &given).unwrap();
            let message = call_message(tokens[0], types::Interface::interface(), function, body.as_bytes());
            let mut malformed = message.clone();
            choices.edit(&mut malformed);
            messages.extend([message, malformed]);
        }
    }
    let interface = misbehave::Interface::interface();
    let bad =
        |function: &str, body: &[u8]| call_message(tokens[1], interface, interface.function(function).unwrap().1, body);
    let mut spinning = bad("spin", &[]);
    spinning[at::FUEL].copy_from_slice(&100_000_u64.to_le_bytes());
    let mut unknown = bad("count", &[]);
    unknown[at::TARGET].fill(9);
    messages.extend([bad("trap", &[]), bad("count", &[]), spinning, unknown]);
    messages.push(bad("recurse", &u32::MAX.to_le_bytes()));
    messages.push(bad("huge", &100_000_u32.to_le_bytes()));
    messages.push(bad("grow", &(2_u64 << 20).to_le_bytes()));
    let mut answered = [0; 18];
    for (place, mut message) in messages.into_iter().enumerate() {
        if message.len() >= 24 {
            message[at::SESSION].copy_from_slice(&SESSION.to_le_bytes());
            message[at::CALL].copy_from_slice(&(place as u64 + 1).to_le_bytes());
        }
        let replies = [answer(&one, &message).await, answer(&other, &message).await];
        let [first, second] = replies.map(|reply| {
            reply.map(|mut reply| {
                reply[at::TIME].fill(0);
                reply[at::INCARNATION].fill(0);
                reply
            })
        });
        assert_eq!(first, second, "{message:?}");
        answered[first.map_or(17, |reply| usize::from(status(&reply)))] += 1;
    }
    assert!(
        answered[0] > 100 && answered[1] > 0 && answered[2] > 0 && answered[5] > 0 && answered[9] > 0,
        "{answered:?}"
    );
}
