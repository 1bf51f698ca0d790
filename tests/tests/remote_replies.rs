//! Which call a reply answers, what it gives away, and what is charged for it.

use std::sync::{Arc, Mutex};

use isorun::limits::Limit;
use isorun::remote::RemoteError;
use isorun::{Budget, CallError, Cx, Remote, Runtime, Token, Transport, TransportError};
use isorun_tests::remote::{Tap, answer, at, contains, number, ran, status};
use isorun_tests::{
    Bench, Memory, Ticker, apps, bench, caller_of, compute, host, kv, link_to, misbehave, runtime, runtime_of, server,
    start,
};

const MALFORMED: u8 = 9;

/// A remote of `host` over this transport.
fn remote_host(token: Token, transport: impl Transport) -> host::Caller {
    Remote::<host::Interface>::new(token, transport).caller()
}

/// A ticker that others may call.
fn exported_ticker() -> (Runtime, Token) {
    let far = runtime();
    let token = far.export::<host::Interface>(&far.provide(Ticker)).unwrap();
    (far, token)
}

fn is_bad_reply(error: &CallError) -> bool {
    matches!(error, CallError::Remote(RemoteError::BadReply { .. }))
}

#[tokio::test]
async fn sessions_of_two_remotes_differ_and_their_calls_count_from_one() {
    let (far, token) = exported_ticker();
    let mut sessions = Vec::new();
    for _ in 0..2 {
        let tap = Tap::to(&far);
        let remote = remote_host(token, tap.clone());
        for n in 0..3 {
            remote.tick(n).await.unwrap();
        }
        let calls = tap.calls();
        let ids: Vec<_> = calls.iter().map(|call| number(call, at::CALL)).collect();
        assert_eq!(ids, [1, 2, 3]);
        sessions.extend(calls.iter().map(|call| number(call, at::SESSION)));
    }
    assert!(sessions.iter().all(|session| *session != 0));
    assert!(sessions[..3].iter().all(|session| *session == sessions[0]));
    assert!(sessions[3..].iter().all(|session| *session == sessions[3] && *session != sessions[0]));
}

/// Waits for two calls, and gives each the answer to the other.
#[derive(Clone)]
struct Crossing {
    far: Runtime,
    answers: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Crossing {
    fn to(far: &Runtime) -> Crossing {
        Crossing { far: far.clone(), answers: Arc::default() }
    }
}

impl Transport for Crossing {
    async fn call(&self, message: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        let Some(reply) = answer(&self.far, &message).await else {
            return Err(TransportError::Lost("it was not answered".into()));
        };
        let place = {
            let mut answers = self.answers.lock().unwrap();
            answers.push(reply);
            answers.len() - 1
        };
        loop {
            if let Some(other) = self.answers.lock().unwrap().get(place ^ 1) {
                return Ok(other.clone());
            }
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn replies_that_two_calls_of_a_remote_exchange_are_no_values() {
    let (far, token) = exported_ticker();
    let remote = remote_host(token, Crossing::to(&far));
    let (one, two) = tokio::join!(remote.tick(1), remote.tick(100));
    assert!(one.as_ref().is_err_and(is_bad_reply), "{one:?}");
    assert!(two.as_ref().is_err_and(is_bad_reply), "{two:?}");
}

/// Both made their first call, of the same function of the same export.
#[tokio::test]
async fn replies_that_two_remotes_exchange_are_no_values() {
    let (far, token) = exported_ticker();
    let crossing = Crossing::to(&far);
    let (one, two) = (remote_host(token, crossing.clone()), remote_host(token, crossing));
    let (one, two) = tokio::join!(one.tick(1), two.tick(100));
    assert!(one.as_ref().is_err_and(is_bad_reply), "{one:?}");
    assert!(two.as_ref().is_err_and(is_bad_reply), "{two:?}");
}

#[tokio::test]
async fn a_reply_of_another_call_function_or_interface_is_no_value() {
    let fields = [at::SESSION, at::CALL, at::INTERFACE, at::SIGNATURE, at::FUNCTION];
    let mut accepted = Vec::new();
    for field in fields {
        for byte in field.clone() {
            let (far, token) = exported_ticker();
            let tap = Tap::to(&far).on_reply(move |reply| reply[byte] ^= 0x10);
            match remote_host(token, tap).tick(1).await {
                Err(error) if is_bad_reply(&error) => {}
                _ => accepted.push(byte),
            }
        }
    }
    assert!(accepted.is_empty(), "a reply was taken whose bytes were changed at {accepted:?}");
}

#[tokio::test]
async fn a_second_reply_to_a_call_is_not_the_reply_to_the_next() {
    let (far, token) = exported_ticker();
    let kept: Arc<Mutex<Option<Vec<u8>>>> = Arc::default();
    let repeating = Tap::to(&far).on_reply(move |reply| {
        let mut kept = kept.lock().unwrap();
        *reply = kept.get_or_insert_with(|| reply.clone()).clone();
    });
    let remote = remote_host(token, repeating);
    assert_eq!(remote.tick(1).await.unwrap(), 2);
    let error = remote.tick(100).await.unwrap_err();
    assert!(is_bad_reply(&error), "{error:?}");
}

/// It has the id of the second remote's call, and is of the first one's session.
#[tokio::test]
async fn a_reply_with_a_forged_id_is_told_by_its_session() {
    let (far, token) = exported_ticker();
    let kept: Arc<Mutex<Option<Vec<u8>>>> = Arc::default();
    let mut answers = Vec::new();
    for n in [1, 100] {
        let kept = kept.clone();
        let forging = Tap::to(&far).on_reply(move |reply| {
            let id = reply[at::CALL].to_vec();
            let mut forged = kept.lock().unwrap().get_or_insert_with(|| reply.clone()).clone();
            forged[at::CALL].copy_from_slice(&id);
            *reply = forged;
        });
        answers.push(remote_host(token, forging).tick(n).await);
    }
    assert_eq!(answers[0].as_ref().unwrap(), &2);
    assert!(answers[1].as_ref().is_err_and(is_bad_reply), "{:?}", answers[1]);
}

#[tokio::test]
async fn no_reply_has_the_token_in_it() {
    let (far, token) = exported_ticker();
    let tap = Tap::to(&far);
    let remote = remote_host(token, tap.clone());
    remote.tick(1).await.unwrap();
    let unknown = Token::from_bytes([0xa7; 16]);
    remote_host(unknown, tap.clone()).tick(1).await.unwrap_err();
    let broken = Tap::to(&far).on_call(|call| call.truncate(call.len() - 1));
    let _ = remote_host(token, broken.clone()).tick(1).await;
    let replies = [tap.replies(), broken.replies()].concat();
    assert!(replies.len() >= 2);
    for reply in replies {
        assert!(!contains(&reply, &token.to_bytes()) && !contains(&reply, &unknown.to_bytes()));
    }
}

/// Its header is whole, so that its sender can be told which of its calls it is.
#[tokio::test]
async fn a_call_that_breaks_a_rule_is_answered_under_its_own_id() {
    let (far, token) = exported_ticker();
    let tap = Tap::to(&far).on_call(|call| {
        call[at::SESSION].copy_from_slice(&0x1234_5678_u64.to_le_bytes());
        call[at::CALL].copy_from_slice(&99_u64.to_le_bytes());
        call.pop();
    });
    let error = remote_host(token, tap.clone()).tick(1).await.unwrap_err();
    let replies = tap.replies();
    let reply = replies.first().unwrap_or_else(|| panic!("it was not answered: {error}"));
    assert_eq!((status(reply), ran(reply)), (MALFORMED, false));
    assert_eq!((number(reply, at::SESSION), number(reply, at::CALL)), (0x1234_5678, 99));
}

#[tokio::test]
async fn what_is_no_call_is_not_answered() {
    let (far, token) = exported_ticker();
    let tap = Tap::to(&far);
    remote_host(token, tap.clone()).tick(1).await.unwrap();
    let reply = tap.replies().remove(0);
    let noise = [0xff; 200];
    let mut answered = Vec::new();
    for (what, bytes) in [
        ("nothing", &b""[..]),
        ("a start", b"iso"),
        ("a request", b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n"),
        ("zeros", &[0; 200]),
        ("noise", &noise),
        ("a reply", &reply),
        ("a cut reply", &reply[..40]),
    ] {
        if answer(&far, bytes).await.is_some() {
            answered.push(what);
        }
    }
    assert!(answered.is_empty(), "answered: {answered:?}");
}

/// The whole message is in order but for its body, which is no value of the function's type.
#[tokio::test]
async fn a_result_that_is_no_value_is_a_bad_reply() {
    let Bench { runtime: far, calc, .. } = bench().await;
    let token = far.export::<compute::Interface>(&calc).unwrap();
    // The text is at the end: it is no UTF-8 any more.
    let tap = Tap::to(&far).on_reply(|reply| *reply.last_mut().unwrap() = 0xff);
    let remote = Remote::<compute::Interface>::new(token, tap).caller();
    let error = remote.join(&["ab".into(), "c".into()]).await.unwrap_err();
    assert!(is_bad_reply(&error), "{error:?}");
}

/// Fails in a way that only its own host should learn about.
struct Indiscreet;

#[isorun::system]
impl host::Host for Indiscreet {
    fn tick(&self, n: u64) -> isorun::Result<u64> {
        match n {
            1 => Err(CallError::system("cannot open /srv/secret/accounts.sqlite")),
            _ => panic!("the password is hunter2"),
        }
    }
}

#[tokio::test]
async fn peers_learn_what_kind_of_failure_it_was_and_nothing_about_the_host() {
    let far = runtime();
    let system = far.provide(Indiscreet);
    let tap = Tap::to(&far);
    let remote = remote_host(far.export::<host::Interface>(&system).unwrap(), tap.clone());
    remote.tick(1).await.unwrap_err();
    remote.tick(2).await.unwrap_err();
    let guest = start(&far, "tenant-of-acme", apps::MISBEHAVE, &[]).await;
    let remote =
        Remote::<misbehave::Interface>::new(far.export::<misbehave::Interface>(&guest).unwrap(), tap.clone()).caller();
    remote.spin().fuel(10_000).await.unwrap_err();
    remote.count().await.unwrap_err();
    let replies = tap.replies();
    assert_eq!(replies.len(), 4);
    let mut told = Vec::new();
    for secret in ["/srv/secret", "sqlite", "hunter2", "tenant-of-acme", "help:", "builder", "system-"] {
        if replies.iter().any(|reply| contains(reply, secret.as_bytes())) {
            told.push(secret);
        }
    }
    assert!(told.is_empty(), "peers are told of {told:?}");
    // They can still tell them apart.
    for (reply, kind) in replies.iter().zip(["system error", "host panic", "out of ", "poisoned"]) {
        assert!(contains(reply, kind.as_bytes()), "{kind}");
    }
}

#[tokio::test]
async fn memory_that_a_far_guest_takes_is_in_the_receipt() {
    let far = runtime();
    let here = start(&far, "here", apps::MISBEHAVE, &[]).await;
    let there = start(&far, "there", apps::MISBEHAVE, &[]).await;
    let remote =
        Remote::<misbehave::Interface>::new(far.export::<misbehave::Interface>(&there).unwrap(), link_to(&far))
            .caller();
    let (size, local) = caller_of(&here).grow(4 << 20).receipt().await;
    let (far_size, crossed) = remote.grow(4 << 20).receipt().await;
    assert_eq!(size.unwrap(), far_size.unwrap());
    assert!(local.memory > 0);
    assert_eq!(crossed.memory, local.memory);
    assert_eq!(crossed.fuel, local.fuel);
}

#[tokio::test]
async fn memory_that_a_far_guest_may_take_is_what_the_call_has_left() {
    let far = runtime();
    let guest = start(&far, "guest", apps::MISBEHAVE, &[]).await;
    let remote =
        Remote::<misbehave::Interface>::new(far.export::<misbehave::Interface>(&guest).unwrap(), link_to(&far))
            .caller();
    let (result, receipt) = remote.grow(16 << 20).memory(2 << 20).receipt().await;
    let error = result.unwrap_err();
    assert!(error.is_out_of_budget(), "{error:?}");
    assert!(receipt.memory <= 2 << 20, "{receipt}");
}

/// Nobody knows what it has used.
#[tokio::test]
async fn a_lost_reply_costs_what_was_granted() {
    let (far, token) = exported_ticker();
    let losing = move |message: Vec<u8>| {
        let far = far.clone();
        async move {
            answer(&far, &message).await;
            Err::<Vec<u8>, _>(TransportError::Lost("the line is dead".into()))
        }
    };
    let (result, receipt) = remote_host(token, losing).tick(1).fuel(12_345).receipt().await;
    assert!(matches!(result.unwrap_err(), CallError::Remote(RemoteError::Lost { .. })));
    assert_eq!(receipt.fuel, 12_345);

    let unsent = |_message: Vec<u8>| async { Err::<Vec<u8>, _>(TransportError::NotSent("no route".into())) };
    let (result, receipt) = remote_host(token, unsent).tick(1).fuel(12_345).receipt().await;
    assert!(matches!(result.unwrap_err(), CallError::Remote(RemoteError::NotSent { .. })));
    assert_eq!(receipt.fuel, 0, "what was not sent has used nothing");
}

/// Whoever cannot be understood may have used it all as well.
#[tokio::test]
async fn a_reply_that_cannot_be_read_costs_what_was_granted() {
    let (far, token) = exported_ticker();
    let tap = Tap::to(&far).on_reply(|reply| reply.truncate(10));
    let (result, receipt) = remote_host(token, tap).tick(1).fuel(12_345).receipt().await;
    assert!(is_bad_reply(&result.unwrap_err()));
    assert_eq!(receipt.fuel, 12_345);
}

/// Keeps both calls until the other is there as well, or long enough that it will not come.
#[derive(Clone)]
struct Together {
    far: Runtime,
    under_way: Arc<Mutex<(usize, u64, u64)>>,
}

impl Transport for Together {
    async fn call(&self, message: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        let granted = number(&message, at::FUEL);
        {
            let mut under_way = self.under_way.lock().unwrap();
            under_way.0 += 1;
            under_way.1 = under_way.1.saturating_add(granted);
            under_way.2 = under_way.2.max(under_way.1);
        }
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        self.under_way.lock().unwrap().1 -= granted;
        answer(&self.far, &message).await.ok_or(TransportError::Lost("it was not answered".into()))
    }
}

#[tokio::test]
async fn calls_that_run_together_are_not_granted_more_than_there_is() {
    const FUEL: u64 = 1_000_000;
    let (far, token) = exported_ticker();
    let together = Together { far, under_way: Arc::default() };
    let (one, two) = (remote_host(token, together.clone()), remote_host(token, together.clone()));
    let cx = Cx::root(Budget { fuel: FUEL, ..Budget::default() });
    let (first, second) = tokio::join!(one.tick(1).within(&cx), two.tick(2).within(&cx));
    let (calls, _, most) = *together.under_way.lock().unwrap();
    assert!(calls >= 1 && most <= FUEL, "{calls} calls were granted {most} of {FUEL} units");
    // One of them may have found nothing left, and says so.
    for result in [first, second] {
        assert!(result.as_ref().is_ok_and(|n| *n < 4) || result.as_ref().is_err_and(CallError::is_out_of_budget));
    }
    // What was not used has come back.
    assert!(cx.fuel() > FUEL / 2, "{}", cx.fuel());
    one.tick(1).within(&cx).await.unwrap();
}

/// As `within`, with limits of their own that fit: both run at once.
#[tokio::test]
async fn calls_whose_own_grants_fit_run_together() {
    let (far, token) = exported_ticker();
    let together = Together { far, under_way: Arc::default() };
    let remote = remote_host(token, together.clone());
    let cx = Cx::root(Budget { fuel: 1_000_000, ..Budget::default() });
    let (one, two) = tokio::join!(remote.tick(1).fuel(400_000).within(&cx), remote.tick(2).fuel(400_000).within(&cx));
    assert_eq!((one.unwrap(), two.unwrap()), (2, 3));
    assert_eq!(together.under_way.lock().unwrap().2, 800_000);
}

/// A guest's store of values there: what it is told stays what it is.
#[tokio::test]
async fn a_result_above_what_the_caller_accepts_is_no_end_of_its_own_budget() {
    let far = runtime();
    let memory = far.provide(Memory::default());
    memory.caller::<kv::Interface>().unwrap().set("notes/a", &[7; 5000]).await.unwrap().unwrap();
    let near = runtime_of(Runtime::builder().max_message(1000));
    let remote = near.import::<kv::Interface>(far.export::<kv::Interface>(&memory).unwrap(), link_to(&far));
    let notes = start(&near, "notes", apps::NOTES, &[&remote]).await;
    let get = server::Request { method: server::Method::Get, path: "/notes/a".into(), headers: vec![], body: vec![] };
    let error = notes.caller::<server::Interface>().unwrap().handle(&get).await.unwrap_err();
    assert!(matches!(error, CallError::ProviderDown { .. }), "{error:?}");
    assert_ne!(error.out_of_budget(), Some(Limit::Fuel));
}
