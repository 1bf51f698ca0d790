//! What a runtime makes of messages that nobody should send, and a caller of answers that nobody should give.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use isorun::instance::InstanceState;
use isorun::remote::{RemoteError, Status};
use isorun::{CallError, Instance, Remote, Runtime, Token, TransportError};
use isorun_tests::remote::{Tap, told};
use isorun_tests::wire::{BODY_LENGTH, HEADER, HOPS, Reply, body_of};
use isorun_tests::{Bench, Ticker, bench, compute, host, link_to, runtime};

/// `calc`, and the message of a call of `join(["ab", "c"])` to it.
async fn call_of_join() -> (Runtime, Instance, Vec<u8>) {
    let Bench { runtime, calc, .. } = bench().await;
    let token = runtime.export::<compute::Interface>(&calc).unwrap();
    let message = message_of(|transport| async move {
        let remote = Remote::<compute::Interface>::new(token, transport).caller();
        remote.join(&["ab".into(), "c".into()]).await.unwrap_err();
    });
    let mut message = message.await;
    // Without a session, so that one message after the other can be tried under the same number.
    message[8..16].fill(0);
    (runtime, calc, message)
}

/// The message that a remote sends over the transport that it is given.
async fn message_of<F: Future<Output = ()>>(send: impl FnOnce(Catch) -> F) -> Vec<u8> {
    let caught: Arc<Mutex<Vec<u8>>> = Arc::default();
    send(Catch(caught.clone())).await;
    let message = caught.lock().unwrap().clone();
    assert!(!message.is_empty(), "nothing was sent");
    message
}

/// Keeps what is sent.
struct Catch(Arc<Mutex<Vec<u8>>>);

impl isorun::Transport for Catch {
    async fn call(&self, message: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        *self.0.lock().unwrap() = message;
        Err(TransportError::Lost("it was caught".into()))
    }
}

const OK: u8 = 0;
const OUT_OF_BUDGET: u8 = 2;
const MALFORMED: u8 = 9;
const WIRE_VERSION: u8 = 10;
const HOP_LIMIT: u8 = 14;

#[tokio::test]
async fn a_message_is_what_the_wire_format_says() {
    let (runtime, _, message) = call_of_join().await;
    assert_eq!(message[..8], [b'i', b's', b'o', 1, 0, 0, 0, 0]);
    assert_eq!(&message[HEADER..HEADER + 29], b"test:bench/compute@0.1.0#join");
    // One list of two strings, each a pointer and a length, then their bytes.
    assert_eq!(
        *body_of(&message),
        [8, 0, 0, 0, 2, 0, 0, 0, 24, 0, 0, 0, 2, 0, 0, 0, 26, 0, 0, 0, 1, 0, 0, 0, b'a', b'b', b'c']
    );
    let reply = Reply::read(&runtime.serve(&message).await.unwrap());
    assert_eq!((reply.status, reply.ran, reply.text.as_str()), (OK, true, ""));
    assert_eq!(reply.body, [8, 0, 0, 0, 3, 0, 0, 0, b'a', b'b', b'c']);
}

#[tokio::test]
async fn a_message_carries_what_is_left_of_the_budget() {
    let token = Token::from_bytes([7; 16]);
    let message = message_of(|transport| async move {
        let remote = Remote::<host::Interface>::new(token, transport).caller();
        remote.tick(1).fuel(12_345).timeout(Duration::from_secs(60)).await.unwrap_err();
    })
    .await;
    let micros = u64::from_le_bytes(message[64..72].try_into().unwrap());
    assert!((1..=60_000_000).contains(&micros), "{micros}");
    assert_eq!(u64::from_le_bytes(message[72..80].try_into().unwrap()), 12_345);
    assert_eq!(message[24..40], [7; 16]);
    assert_eq!(u16::from_le_bytes([message[HOPS], message[HOPS + 1]]), 15, "hops");
}

/// Whatever one flipped bit makes of a call, there is an answer to it if it is still a call, and the guest is none the worse.
#[tokio::test]
async fn every_flipped_bit_is_answered_and_harms_nobody() {
    let (runtime, calc, message) = call_of_join().await;
    let mut statuses = [0; 18];
    for bit in 0..message.len() * 8 {
        let mut flipped = message.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let Some(reply) = runtime.serve(&flipped).await else {
            // It is no message of isorun any more, or one of another kind.
            assert!([0, 1, 2, 4].contains(&(bit / 8)), "bit {bit}");
            continue;
        };
        let reply = Reply::read(&reply);
        statuses[usize::from(reply.status)] += 1;
        assert!(matches!(calc.state(), InstanceState::Idle), "bit {bit}: {reply:?}");
    }
    assert!(statuses[usize::from(MALFORMED)] > 100, "{statuses:?}");
    let reply = Reply::read(&runtime.serve(&message).await.unwrap());
    assert_eq!((reply.status, reply.body.as_slice()), (OK, &[8, 0, 0, 0, 3, 0, 0, 0, b'a', b'b', b'c'][..]));
}

#[tokio::test]
async fn a_message_that_is_cut_or_extended_is_malformed() {
    let (runtime, _, message) = call_of_join().await;
    for end in 0..message.len() {
        let Some(reply) = runtime.serve(&message[..end]).await else {
            assert!(end < 24, "cut at {end}");
            continue;
        };
        let reply = Reply::read(&reply);
        assert_eq!((reply.status, reply.ran), (MALFORMED, false), "cut at {end}: {reply:?}");
    }
    for more in 1..=16 {
        let mut longer = message.clone();
        longer.resize(message.len() + more, 0);
        let reply = Reply::read(&runtime.serve(&longer).await.unwrap());
        assert_eq!((reply.status, reply.ran), (MALFORMED, false), "{more} more: {reply:?}");
    }
}

/// The message is whole, and its body is no value of the function's type.
#[tokio::test]
async fn a_malformed_body_never_reaches_the_guest() {
    let (runtime, calc, message) = call_of_join().await;
    let body = message.len() - body_of(&message).len();
    for (at, byte, rule) in [
        (0, 9, "placement"),
        (4, 1, "placement"),
        (4, 3, "truncated"),
        (7, 0xff, "length"),
        (12, 1, "placement"),
        (15, 0x7f, "length"),
        (16, 24, "placement"),
        (20, 2, "truncated"),
        (20, 0, "trailing"),
        (24, 0xff, "utf8"),
    ] {
        let mut bad = message.clone();
        bad[body + at] = byte;
        let reply = Reply::read(&runtime.serve(&bad).await.unwrap());
        assert_eq!((reply.status, reply.ran), (MALFORMED, false), "{at}: {reply:?}");
        assert!(reply.text.contains(rule), "byte {at}: {}", reply.text);
    }
    assert!(matches!(calc.state(), InstanceState::Idle));
    assert_eq!(Reply::read(&runtime.serve(&message).await.unwrap()).status, OK);
}

#[tokio::test]
async fn bytes_that_are_no_message_are_not_answered() {
    let runtime = runtime();
    let noise: Vec<u8> = (0..64_u32 << 10).map(|index| (index.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for bytes in [&b""[..], b"iso", b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n", &[0; 200], &[0xff; 200], &noise] {
        assert_eq!(runtime.serve(bytes).await, None);
    }
}

#[tokio::test]
async fn a_message_of_another_version_is_told_so() {
    let (runtime, _, mut message) = call_of_join().await;
    message[3] = 2;
    let reply = Reply::read(&runtime.serve(&message).await.unwrap());
    assert_eq!((reply.status, reply.ran), (WIRE_VERSION, false), "{reply:?}");
}

/// Nothing but whose call it is has the same place in all versions, so the answer repeats nothing else.
#[tokio::test]
async fn a_caller_of_another_version_learns_that_it_is_one() {
    let far = runtime();
    let token = far.export::<host::Interface>(&far.provide(Ticker)).unwrap();
    let tap = Tap::to(&far).on_call(|call| call[3] = 2);
    let error = Remote::<host::Interface>::new(token, tap).caller().tick(1).await.unwrap_err();
    assert!(matches!(told(&error), (false, Status::WireVersion, _)), "{error:?}");
}

#[tokio::test]
async fn a_reply_is_no_call() {
    let (runtime, _, message) = call_of_join().await;
    let reply = runtime.serve(&message).await.unwrap();
    assert_eq!(runtime.serve(&reply).await, None);
}

#[tokio::test]
async fn a_call_that_comes_too_late_does_not_run() {
    let (runtime, _, mut message) = call_of_join().await;
    message[64..72].fill(0);
    let reply = Reply::read(&runtime.serve(&message).await.unwrap());
    assert_eq!((reply.status, reply.ran, reply.fuel), (OUT_OF_BUDGET, false, 0), "{reply:?}");
}

#[tokio::test]
async fn a_call_without_fuel_does_not_run_and_harms_nobody() {
    let (runtime, calc, mut message) = call_of_join().await;
    message[72..80].fill(0);
    let reply = Reply::read(&runtime.serve(&message).await.unwrap());
    assert_eq!((reply.status, reply.fuel), (OUT_OF_BUDGET, 0), "{reply:?}");
    assert!(matches!(calc.state(), InstanceState::Idle));
}

#[tokio::test]
async fn a_call_that_has_no_hop_left_does_not_run() {
    let (runtime, _, mut message) = call_of_join().await;
    message[HOPS..HOPS + 2].fill(0);
    let reply = Reply::read(&runtime.serve(&message).await.unwrap());
    assert_eq!((reply.status, reply.ran), (HOP_LIMIT, false), "{reply:?}");
}

#[tokio::test]
async fn a_budget_that_is_not_set_is_the_callees_own() {
    let (runtime, _, mut message) = call_of_join().await;
    message[64..88].fill(0xff);
    let reply = Reply::read(&runtime.serve(&message).await.unwrap());
    assert_eq!((reply.status, reply.ran), (OK, true), "{reply:?}");
    assert!(reply.fuel > 0);
}

/// A remote whose every answer is changed on the way.
fn with_answers(change: impl Fn(&mut Vec<u8>) + Clone + Send + Sync + 'static) -> host::Caller {
    let far = runtime();
    let token = far.export::<host::Interface>(&far.provide(Ticker)).unwrap();
    let link = link_to(&far);
    let changing = move |message: Vec<u8>| {
        let (link, change) = (link.clone(), change.clone());
        async move {
            let mut answer = isorun::Transport::call(&link, message).await?;
            change(&mut answer);
            Ok::<_, TransportError>(answer)
        }
    };
    Remote::<host::Interface>::new(token, changing).caller()
}

#[tokio::test]
async fn an_answer_that_is_no_reply_to_the_call_is_refused() {
    for (change, what) in [
        ((|answer| answer.clear()) as fn(&mut Vec<u8>), "no message of isorun"),
        (|answer| *answer = b"HTTP/1.1 502 Bad Gateway\r\n\r\n".to_vec(), "no message of isorun"),
        (|answer| answer.truncate(90), "at byte"),
        (|answer| answer.push(0), "at byte"),
        (|answer| answer[3] = 2, "wire version 2"),
        (|answer| answer[4] = 0, "at byte"),
        (|answer| answer[5] = 200, "an unknown status"),
        (|answer| answer[8] ^= 1, "it answers another call"),
        (|answer| answer[16] ^= 1, "it answers another call"),
    ] {
        let error = with_answers(change).tick(1).await.unwrap_err();
        assert!(matches!(error, CallError::Remote(RemoteError::BadReply { .. })), "{error:?}");
        let start = "the answer to `test:bench/host@0.1.0#tick` is not a reply to this call: ";
        assert!(error.to_string().starts_with(start) && error.to_string().contains(what), "{error}");
    }
}

/// The reply is whole, and its body is no `u64`.
#[tokio::test]
async fn an_answer_with_a_malformed_body_is_refused() {
    let error = with_answers(|answer| {
        answer.truncate(answer.len() - 1);
        answer[BODY_LENGTH] = 7;
    })
    .tick(1)
    .await
    .unwrap_err();
    assert!(error.to_string().contains("the bytes end before the value does"), "{error}");
}

#[tokio::test]
async fn a_peer_that_claims_too_much_fuel_gets_no_more_than_it_was_granted() {
    let lying = with_answers(|answer| answer[72..80].fill(0xff));
    let (result, receipt) = lying.tick(1).fuel(1000).receipt().await;
    assert_eq!(result.unwrap(), 2);
    assert_eq!(receipt.fuel, 1000);
}

#[tokio::test]
async fn answers_that_arrive_in_another_order_are_told_apart() {
    let far = runtime();
    let token = far.export::<host::Interface>(&far.provide(Ticker)).unwrap();
    // The first answer is kept back and given to the second call.
    let kept: Arc<Mutex<Option<Vec<u8>>>> = Arc::default();
    let link = link_to(&far);
    let mixing = move |message: Vec<u8>| {
        let (link, kept) = (link.clone(), kept.clone());
        async move {
            let answer = isorun::Transport::call(&link, message).await?;
            let before = kept.lock().unwrap().replace(answer);
            before.ok_or(TransportError::Lost("kept back".into()))
        }
    };
    let remote = Remote::<host::Interface>::new(token, mixing).caller();
    remote.tick(1).await.unwrap_err();
    let error = remote.tick(2).await.unwrap_err();
    assert!(matches!(error, CallError::Remote(RemoteError::BadReply { .. })), "{error:?}");
}
