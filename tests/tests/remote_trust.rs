//! What strangers can do to who lets them call, by policy: how many calls, how much of each, and what they are told.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use isorun::instance::InstanceState;
use isorun::remote::{Cancel, Detail, ExportPolicy, Header, ImportPolicy, Peer, RemoteError, Status};
use isorun::testing::Remembered;
use isorun::{Budget, CallError, Cx, Remote, Reuse, Runtime, Token, TransportError};
use isorun_tests::remote::{Tap, answer, at, contains, failed, number, ran, status};
use isorun_tests::wire::call_message;
use isorun_tests::{
    Gate, Memory, Ticker, add, apps, caller_of, compute, host, in_short_slices, kv, link_to, misbehave, poll_once,
    runtime, runtime_of, start,
};

const REFUSED: u8 = 3;
const BUSY: u8 = 4;

const LONG: Duration = Duration::from_secs(60);

/// A remote of `host` over this transport.
fn remote_host(token: Token, transport: impl isorun::Transport) -> host::Caller {
    Remote::<host::Interface>::new(token, transport).caller()
}

/// A gate that others may call under a policy, and the way to it.
fn gated(policy: ExportPolicy) -> (Runtime, Gate, Tap, host::Caller) {
    let (far, gate) = (runtime(), Gate::new());
    let system = far.provide(gate.clone());
    let token = far.export_with::<host::Interface>(&system, &policy).unwrap();
    let tap = Tap::to(&far);
    let remote = remote_host(token, tap.clone());
    (far, gate, tap, remote)
}

/// Calls that are begun and not awaited.
async fn begun(remote: &host::Caller, calls: u64) -> Vec<tokio::task::JoinHandle<isorun::Result<u64>>> {
    let begin = |n: u64| {
        let remote = remote.clone();
        tokio::spawn(async move { remote.tick(n).timeout(LONG).await })
    };
    (0..calls).map(begin).collect()
}

/// What lets every task that can go on do so.
async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_export_runs_so_many_calls_and_lets_so_many_wait_and_no_more() {
    let (_far, gate, tap, remote) = gated(ExportPolicy::default().calls(2).waiting(3));
    let calls = begun(&remote, 9).await;
    settle().await;
    assert_eq!(gate.inside(), 2);
    // The rest is told so at once, and when to come again.
    assert_eq!(tap.replies().len(), 4);
    assert!(tap.replies().iter().all(|reply| matches!(status(reply), REFUSED | BUSY) && !ran(reply)));
    gate.open(9);
    let mut refused = 0;
    for (n, call) in (0..).zip(calls) {
        match call.await.unwrap() {
            Ok(next) => assert_eq!(next, n + 1),
            Err(CallError::Remote(RemoteError::Refused { failure, .. })) => {
                refused += 1;
                assert!(failure.retry_after.is_some(), "{failure:?}");
            }
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!(refused, 4);
}

/// They wait in the order in which they came.
#[tokio::test]
async fn who_waits_for_an_export_comes_in_in_the_order_of_arrival() {
    let (_far, gate, tap, remote) = gated(ExportPolicy::default().calls(1).waiting(8));
    let calls = begun(&remote, 4).await;
    settle().await;
    gate.open(4);
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let ids: Vec<_> = tap.replies().iter().map(|reply| number(reply, at::CALL)).collect();
    assert_eq!(ids, [1, 2, 3, 4]);
}

/// A waiting call that is dropped leaves the line, and its place is another's.
#[tokio::test]
async fn who_waits_for_an_export_and_hangs_up_leaves_the_line() {
    let (_far, gate, _tap, remote) = gated(ExportPolicy::default().calls(1).waiting(1));
    let mut running = remote.tick(1);
    let mut waiting = remote.tick(2);
    assert!(poll_once(&mut running).is_pending() && poll_once(&mut waiting).is_pending());
    assert!(matches!(remote.tick(3).await.unwrap_err(), CallError::Remote(RemoteError::Refused { .. })));
    drop(waiting);
    let mut next = remote.tick(4);
    assert!(poll_once(&mut next).is_pending());
    gate.open(2);
    assert_eq!((running.await.unwrap(), next.await.unwrap()), (2, 5));
}

/// Keeps every call until it is told to go on.
struct Holding(Gate);

#[isorun::system]
impl compute::Compute for Holding {
    async fn add(&self, a: u32, _b: u32) -> u32 {
        self.0.pass(0).await;
        a
    }
    async fn echo(&self, data: Vec<u8>) -> Vec<u8> {
        self.0.pass(0).await;
        data
    }
    fn sum_points(&self, _points: Vec<compute::Point>) -> u64 {
        0
    }
    fn join(&self, _parts: Vec<String>) -> String {
        String::new()
    }
}

/// Also where the body would not be accepted: nobody has looked at it.
#[tokio::test]
async fn an_export_holds_so_many_bytes_of_calls_and_tells_so_from_the_header_alone() {
    let (far, gate) = (runtime(), Gate::new());
    let system = far.provide(Holding(gate.clone()));
    let token = far.export_with::<compute::Interface>(&system, &ExportPolicy::default().bytes(2000)).unwrap();
    let remote = Remote::<compute::Interface>::new(token, link_to(&far)).caller();
    let mut first = remote.echo(&[7; 1500]);
    assert!(poll_once(&mut first).is_pending());
    let error = remote.echo(&[7; 1500]).await.unwrap_err();
    assert!(matches!(&error, CallError::Remote(RemoteError::Refused { status: Status::Refused, .. })), "{error:?}");

    let interface = <compute::Interface as isorun::StaticInterface>::interface();
    let (_, echo) = interface.function("echo").unwrap();
    let reply = answer(&far, &call_message(token, interface, echo, &[0xff; 1500])).await.unwrap();
    assert_eq!((status(&reply), ran(&reply)), (REFUSED, false));
    let reply = answer(&far, &call_message(token, interface, echo, &[0xff; 100])).await.unwrap();
    assert_eq!(status(&reply), 9, "there is room for it, and it is malformed");

    gate.open(2);
    assert_eq!(first.await.unwrap().len(), 1500);
    assert_eq!(remote.echo(&[7; 1500]).await.unwrap().len(), 1500, "what has ended holds nothing");
}

/// One export, and one peer, of an app whose calls each need a store.
#[tokio::test]
async fn peers_of_a_fresh_app_leave_stores_to_local_callers() {
    let far = runtime_of(Runtime::builder().max_stores(4));
    let gate = Gate::new();
    let system = far.provide(gate.clone());
    let app = add(&far, "starter", apps::RELAY).await;
    let calc = start(&far, "calc", apps::CALC, &[]).await;
    let fresh = far.instantiate(&app).with(&calc).with(&system).reuse(Reuse::Fresh).await.unwrap();
    let policy = ExportPolicy::default().calls(1).waiting(100);
    let token = far.export_with::<isorun_tests::relay::Interface>(&fresh, &policy).unwrap();
    let remote = Remote::<isorun_tests::relay::Interface>::new(token, link_to(&far)).caller();
    let mut calls = Vec::new();
    for _ in 0..20 {
        let remote = remote.clone();
        calls.push(tokio::spawn(async move { remote.tick_many(1).timeout(LONG).await }));
    }
    settle().await;
    assert_eq!(gate.inside(), 1);
    let local = fresh.caller::<isorun_tests::relay::Interface>().unwrap();
    assert_eq!(local.add(1, 2).timeout(LONG).await.unwrap(), 3);
    gate.open(20);
    for call in calls {
        call.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_peer_has_so_many_calls_whatever_the_export_allows() {
    let (far, gate) = (runtime(), Gate::new());
    let token = far.export::<host::Interface>(&far.provide(gate.clone())).unwrap();
    let peers = [Peer::named("greedy").calls(2), Peer::named("modest").calls(2)];
    let way = |peer: &Peer| {
        let (far, peer) = (far.clone(), peer.clone());
        move |message: Vec<u8>| {
            let (far, peer) = (far.clone(), peer.clone());
            async move { far.serve(&message).from(&peer).await.ok_or(TransportError::Lost("no answer".into())) }
        }
    };
    let (greedy, modest) = (remote_host(token, way(&peers[0])), remote_host(token, way(&peers[1])));
    let calls = begun(&greedy, 5).await;
    settle().await;
    assert!(gate.inside() <= 2, "{}", gate.inside());
    let mut other = modest.tick(7);
    assert!(poll_once(&mut other).is_pending());
    assert_eq!(gate.inside(), 3);
    gate.open(9);
    assert_eq!(other.await.unwrap(), 8);
    drop(calls);
}

fn only_fuel(fuel: u64) -> Budget {
    Budget { fuel, time: Duration::ZERO, memory: 0 }
}

#[tokio::test]
async fn an_export_refuses_less_than_its_floor_and_cuts_what_is_above_its_cap() {
    let far = runtime();
    let guest = start(&far, "guest", apps::MISBEHAVE, &[]).await;
    let cap = Budget { fuel: 500_000, ..Budget::default() };
    let policy = ExportPolicy::default().floor(only_fuel(10_000)).cap(cap);
    let tap = Tap::to(&far);
    let token = far.export_with::<misbehave::Interface>(&guest, &policy).unwrap();
    let remote = Remote::<misbehave::Interface>::new(token, tap.clone()).caller();
    let error = remote.count().fuel(9_999).await.unwrap_err();
    assert!(matches!(&error, CallError::Remote(RemoteError::Refused { .. })), "{error:?}");
    assert!(!ran(&tap.replies()[0]));
    // A local caller is held to nothing.
    assert_eq!(caller_of(&guest).count().fuel(9_999).await.unwrap(), 1);
    let (result, receipt) = remote.spin_for(1_000_000_000).fuel(100_000_000).receipt().await;
    result.unwrap_err();
    assert!((400_000..=500_000).contains(&receipt.fuel), "{receipt}");
}

#[tokio::test]
async fn a_running_call_is_finished_or_stopped_when_its_peer_hangs_up_as_the_export_says() {
    for (on_cancel, finishes) in [(Cancel::Finish, true), (Cancel::Stop, false)] {
        let far = in_short_slices();
        let guest = start(&far, "guest", apps::MISBEHAVE, &[]).await;
        let policy = ExportPolicy::default().on_cancel(on_cancel);
        let token = far.export_with::<misbehave::Interface>(&guest, &policy).unwrap();
        let remote = Remote::<misbehave::Interface>::new(token, link_to(&far)).caller();
        let mut call = remote.spin_for(20_000_000);
        assert!(poll_once(&mut call).is_pending());
        drop(call);
        let after = caller_of(&guest).count().timeout(LONG).await;
        assert_eq!(after.is_ok(), finishes, "{after:?}");
        assert_eq!(matches!(guest.state(), InstanceState::Poisoned(_)), !finishes);
    }
}

#[tokio::test]
async fn an_export_of_some_functions_has_no_others() {
    let far = runtime();
    let memory = far.provide(Memory::default());
    let token = far.export_with::<kv::Interface>(&memory, &ExportPolicy::default().only(["get"])).unwrap();
    let remote = Remote::<kv::Interface>::new(token, link_to(&far)).caller();
    assert_eq!(remote.get("a").await.unwrap().unwrap(), None);
    let error = remote.set("a", b"1").await.unwrap_err();
    let CallError::Remote(RemoteError::Refused { status, .. }) = &error else { panic!("{error:?}") };
    assert_eq!(*status, Status::UnknownFunction);
    assert_eq!(remote.get("a").await.unwrap().unwrap(), None, "nothing was written");
}

/// Says for whom it was made.
struct Named(u64);

#[isorun::system]
impl host::Host for Named {
    fn tick(&self, n: u64) -> u64 {
        self.0 * 1000 + n
    }
}

#[tokio::test]
async fn each_export_has_a_value_of_its_own_of_a_system_per_consumer() {
    let far = runtime();
    let made = Arc::new(Mutex::new(Vec::new()));
    let names = made.clone();
    let system = far.provide_per_consumer(move |consumer| {
        let mut names = names.lock().unwrap();
        names.push(consumer.export().map(str::to_string));
        Named(names.len() as u64)
    });
    let export = |policy: ExportPolicy| {
        remote_host(far.export_with::<host::Interface>(&system, &policy).unwrap(), link_to(&far))
    };
    let acme = export(ExportPolicy::default().consumer("acme"));
    let zeta = export(ExportPolicy::default().consumer("zeta"));
    let (first, second) = (acme.tick(1).await.unwrap(), zeta.tick(1).await.unwrap());
    assert_ne!(first, second);
    assert_eq!((acme.tick(1).await.unwrap(), zeta.tick(1).await.unwrap()), (first, second));
    assert!(made.lock().unwrap().contains(&Some("acme".into())));
}

/// Says who called.
struct Asking(Arc<Mutex<Vec<Option<String>>>>);

#[isorun::system]
impl host::Host for Asking {
    fn tick(&self, cx: &Cx, n: u64) -> u64 {
        self.0.lock().unwrap().push(cx.peer().map(str::to_string));
        n
    }
}

#[tokio::test]
async fn a_system_knows_which_peer_calls_also_through_a_guest() {
    let (far, heard) = (runtime(), Arc::new(Mutex::new(Vec::new())));
    let system = far.provide(Asking(heard.clone()));
    let calc = start(&far, "calc", apps::CALC, &[]).await;
    let relay = start(&far, "relay", apps::RELAY, &[&calc, &system]).await;
    let peer = Peer::named("b");
    let (through, by) = (far.clone(), peer.clone());
    let way = move |message: Vec<u8>| {
        let (far, peer) = (through.clone(), by.clone());
        async move { far.serve(&message).from(&peer).await.ok_or(TransportError::Lost("no answer".into())) }
    };
    let direct = remote_host(far.export::<host::Interface>(&system).unwrap(), way.clone());
    direct.tick(1).await.unwrap();
    let token = far.export::<isorun_tests::relay::Interface>(&relay).unwrap();
    Remote::<isorun_tests::relay::Interface>::new(token, way).caller().tick_many(1).await.unwrap();
    relay.call("tick-many", "(1)").await.unwrap();
    assert_eq!(*heard.lock().unwrap(), [Some("b".into()), Some("b".into()), None]);
}

#[tokio::test]
async fn what_a_call_may_take_of_memory_crosses_and_what_it_took_comes_back() {
    let far = runtime();
    let guest = start(&far, "guest", apps::MISBEHAVE, &[]).await;
    let tap = Tap::to(&far);
    let token = far.export::<misbehave::Interface>(&guest).unwrap();
    let remote = Remote::<misbehave::Interface>::new(token, tap.clone()).caller();
    let (result, receipt) = remote.grow(4 << 20).memory(8 << 20).receipt().await;
    result.unwrap();
    assert_eq!(number(&tap.calls()[0], at::MEMORY), 8 << 20);
    assert_eq!(number(&tap.replies()[0], at::MEMORY), receipt.memory);
    assert!(receipt.memory > 0);
    // A lie is held to what was granted.
    let lying = Tap::to(&far).on_reply(|reply| reply[at::MEMORY].fill(0xff));
    let (_, receipt) =
        Remote::<misbehave::Interface>::new(token, lying).caller().count().memory(1 << 20).receipt().await;
    assert!(receipt.memory <= 1 << 20, "{receipt}");
}

#[tokio::test]
async fn a_lost_reply_costs_the_memory_that_was_granted() {
    let losing = |_message: Vec<u8>| async { Err::<Vec<u8>, _>(TransportError::Lost("the line is dead".into())) };
    let remote = remote_host(Token::from_bytes([0; 16]), losing);
    let (result, receipt) = remote.tick(1).memory(1 << 20).receipt().await;
    result.unwrap_err();
    assert_eq!(receipt.memory, 1 << 20);
}

/// The most of two fields that was under way at once.
#[derive(Clone, Default)]
struct Most(Arc<Mutex<[[u64; 2]; 2]>>);

#[tokio::test]
async fn calls_that_run_together_are_not_granted_more_memory_than_there_is() {
    const MEMORY: u64 = 1 << 20;
    let far = runtime();
    let token = far.export::<host::Interface>(&far.provide(Ticker)).unwrap();
    let most = Most::default();
    let seen = most.clone();
    let way = move |message: Vec<u8>| {
        let (far, seen) = (far.clone(), seen.clone());
        async move {
            let granted = [number(&message, at::FUEL), number(&message, at::MEMORY)];
            {
                let [now, most] = &mut *seen.0.lock().unwrap();
                for ((now, most), granted) in now.iter_mut().zip(most).zip(granted) {
                    *now = now.saturating_add(granted);
                    *most = (*most).max(*now);
                }
            }
            settle().await;
            for (now, granted) in seen.0.lock().unwrap()[0].iter_mut().zip(granted) {
                *now -= granted;
            }
            answer(&far, &message).await.ok_or(TransportError::Lost("no answer".into()))
        }
    };
    let remote = remote_host(token, way);
    let cx = Cx::root(Budget { memory: MEMORY, ..Budget::default() });
    let (one, two) = tokio::join!(remote.tick(1).fuel(1000).within(&cx), remote.tick(2).fuel(1000).within(&cx));
    let [_, [fuel, memory]] = *most.0.lock().unwrap();
    assert!(fuel <= 2000 && memory <= MEMORY, "{memory} of {MEMORY} bytes were granted");
    // Nothing of it was used.
    assert!(one.is_ok() || two.is_ok());
    assert_eq!(cx.memory(), MEMORY);
}

#[tokio::test]
async fn what_a_peer_says_it_used_is_charged_up_to_what_the_import_allows() {
    let (far, near) = (runtime(), runtime());
    let token = far.export::<host::Interface>(&far.provide(Ticker)).unwrap();
    let lying = Tap::to(&far).on_reply(|reply| reply[at::FUEL].fill(0xff));
    let policy = ImportPolicy::default().charge_at_most(1000);
    let remote = near.import_with::<host::Interface>(token, lying, &policy);
    let calc = start(&near, "calc", apps::CALC, &[]).await;
    let relay = start(&near, "relay", apps::RELAY, &[&calc, &remote]).await;
    let relay = relay.caller::<isorun_tests::relay::Interface>().unwrap();
    let (result, receipt) = relay.tick_many(3).fuel(10_000_000).receipt().await;
    assert_eq!(result.unwrap(), 3);
    assert!((3_000..1_000_000).contains(&receipt.fuel), "{receipt}");
}

#[tokio::test]
async fn an_import_gives_each_call_so_much_and_no_more() {
    let (far, near) = (runtime(), runtime());
    let token = far.export::<host::Interface>(&far.provide(Ticker)).unwrap();
    let tap = Tap::to(&far);
    let policy = ImportPolicy::default().timeout(Duration::from_millis(500)).fuel(5000).memory(1 << 16);
    let remote = near.import_with::<host::Interface>(token, tap.clone(), &policy);
    remote.call("tick", "(1)").fuel(1_000_000).await.unwrap();
    let call = &tap.calls()[0];
    assert_eq!((number(call, at::FUEL), number(call, at::MEMORY)), (5000, 1 << 16));
    assert!(number(call, at::TIME) <= 500_000);
}

/// A peer whose every answer is a failure in its own words.
fn saying(status: u8, ran: bool, detail: String) -> host::Caller {
    let answering = move |message: Vec<u8>| {
        let reply = failed(&message, status, ran, ("trap", &detail));
        async move { Ok::<_, TransportError>(reply) }
    };
    remote_host(Token::from_bytes([0; 16]), answering)
}

#[tokio::test]
async fn the_words_of_a_peer_are_cut_and_cannot_disturb_a_terminal() {
    let words = format!("\u{1b}[2J\u{7}all is well\r\n  help: run this\u{202e}{}", "x".repeat(60_000));
    for ran in [true, false] {
        let error = saying(if ran { 1 } else { 3 }, ran, words.clone()).tick(1).await.unwrap_err();
        let failure = match &error {
            CallError::Remote(RemoteError::Failed { failure, .. }) if ran => failure,
            CallError::Remote(RemoteError::Refused { failure, .. }) if !ran => failure,
            error => panic!("{error:?}"),
        };
        assert!(failure.detail.len() <= 8 << 10, "{}", failure.detail.len());
        for shown in [error.to_string(), format!("{error:#}")] {
            assert!(shown.len() <= 2000, "{}", shown.len());
            assert!(!shown.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{shown:?}");
            assert_eq!(shown.matches("help:").count() - shown.matches("\\n  help:").count(), 1, "{shown:?}");
            assert!(shown.lines().count() <= 3, "{shown:?}");
        }
    }
}

/// Only what the peer says of the flag counts.
#[tokio::test]
async fn whether_it_ran_is_told_by_the_flag_alone() {
    for (status, ran) in [(1, false), (1, true), (2, false), (2, true), (12, false), (12, true)] {
        let error = saying(status, ran, "why".into()).tick(1).await.unwrap_err();
        match error {
            CallError::Remote(RemoteError::Failed { .. }) => assert!(ran, "{status}"),
            CallError::Remote(RemoteError::Refused { .. }) => assert!(!ran, "{status}"),
            error => panic!("{error:?}"),
        }
    }
    let error = saying(17, true, "the relay lost it".into()).tick(1).await.unwrap_err();
    assert!(matches!(error, CallError::Remote(RemoteError::Lost { .. })), "{error:?}");
    for unknown in [18, 200] {
        let error = saying(unknown, false, String::new()).tick(1).await.unwrap_err();
        assert!(matches!(error, CallError::Remote(RemoteError::BadReply { .. })), "{error:?}");
    }
}

/// Nothing that these peers say ends a call whose own budget is not used up.
#[tokio::test]
async fn a_lie_about_a_budget_is_a_provider_that_is_down() {
    for status in [2, 12] {
        let near = runtime();
        let remote = near.import::<host::Interface>(Token::from_bytes([0; 16]), move |message: Vec<u8>| async move {
            Ok::<_, TransportError>(failed(&message, status, true, ("out of fuel", "")))
        });
        let calc = start(&near, "calc", apps::CALC, &[]).await;
        let relay = start(&near, "relay", apps::RELAY, &[&calc, &remote]).await;
        let error = relay.call("tick-many", "(1)").await.unwrap_err();
        assert!(matches!(&error, CallError::ProviderDown { .. }), "{error:?}");
    }
}

/// Fails, and says where.
struct Failing;

#[isorun::system]
impl host::Host for Failing {
    fn tick(&self, _n: u64) -> isorun::Result<u64> {
        Err(CallError::system("the disk at /srv is full"))
    }
}

#[tokio::test]
async fn peers_are_told_more_if_the_export_says_so() {
    let far = runtime();
    let system = far.provide(Failing);
    for (tell, is_told) in [(Detail::Kind, false), (Detail::Text, true)] {
        let tap = Tap::to(&far);
        let token = far.export_with::<host::Interface>(&system, &ExportPolicy::default().tell(tell)).unwrap();
        let error = remote_host(token, tap.clone()).tick(1).await.unwrap_err();
        let CallError::Remote(RemoteError::Failed { failure, .. }) = &error else { panic!("{error:?}") };
        assert_eq!(failure.kind, "system error");
        assert_eq!(failure.detail.contains("the disk at /srv is full"), is_told, "{failure:?}");
        assert_eq!(contains(&tap.replies()[0], b"/srv"), is_told);
    }
}

#[tokio::test]
async fn every_reply_of_a_runtime_has_the_same_incarnation_and_another_runtime_another() {
    let mut incarnations = Vec::new();
    for _ in 0..2 {
        let far = runtime();
        let token = far.export::<host::Interface>(&far.provide(Ticker)).unwrap();
        let tap = Tap::to(&far);
        let remote = remote_host(token, tap.clone());
        remote.tick(1).await.unwrap();
        remote.tick(2).await.unwrap();
        remote_host(Token::from_bytes([1; 16]), tap.clone()).tick(1).await.unwrap_err();
        let seen: Vec<_> = tap.replies().iter().map(|reply| number(reply, at::INCARNATION)).collect();
        assert!(seen[0] != 0 && seen.iter().all(|one| *one == seen[0]), "{seen:?}");
        assert!(tap.replies().iter().all(|reply| reply[at::TARGET] == [0; 16] && reply[at::REPLY_LIMIT] == [0; 4]));
        incarnations.push(seen[0]);
    }
    assert_ne!(incarnations[0], incarnations[1]);
}

/// A call that came out of nothing has nobody who waits; each guest on the way adds a mark of itself, which is another at each runtime.
#[tokio::test]
async fn a_message_names_nobody_who_waits_and_counts_them() {
    let far = runtime();
    let token = far.export::<host::Interface>(&far.provide(Ticker)).unwrap();
    let near = runtime();
    let tap = Tap::to(&far);
    let remote = near.import::<host::Interface>(token, tap.clone());
    let calc = start(&near, "calc", apps::CALC, &[]).await;
    let relay = start(&near, "secret-relay", apps::RELAY, &[&calc, &remote]).await;
    remote.call("tick", "(1)").await.unwrap();
    relay.call("tick-many", "(1)").await.unwrap();
    let trails: Vec<_> = tap.calls().iter().map(|call| [call[at::TRAIL.start], call[at::TRAIL.start + 1]]).collect();
    assert_eq!(trails, [[0, 0], [1, 0]]);
    assert!(tap.calls().iter().all(|call| !contains(call, b"secret-relay")));
}

/// The lowest call that is still open, so that the other side knows which answers nobody will ask for again.
#[tokio::test]
async fn a_message_says_below_which_call_all_are_settled() {
    let (_far, gate, tap, remote) = gated(ExportPolicy::default());
    let mut one = remote.tick(1);
    let mut two = remote.tick(2);
    assert!(poll_once(&mut one).is_pending() && poll_once(&mut two).is_pending());
    gate.open(9);
    two.await.unwrap();
    remote.tick(3).await.unwrap();
    one.await.unwrap();
    remote.tick(4).await.unwrap();
    let settled: Vec<_> = tap.calls().iter().map(|call| number(call, at::SETTLED)).collect();
    assert_eq!(settled, [1, 1, 1, 4]);
}

/// It has no deadline of its own, so it has the callee's.
#[tokio::test]
async fn a_call_without_a_limit_has_the_callees() {
    let far = runtime_of(Runtime::builder().budget(Budget { time: Duration::from_millis(20), ..Budget::default() }));
    let gate = Gate::new();
    let token = far.export::<host::Interface>(&far.provide(gate)).unwrap();
    let tap = Tap::to(&far).on_call(|call| call[at::TIME].fill(0xff));
    let error = remote_host(token, tap.clone()).tick(1).timeout(LONG).await.unwrap_err();
    assert_eq!(status(&tap.replies()[0]), 2);
    assert!(error.is_out_of_budget(), "{error:?}");
    let spent = number(&tap.replies()[0], at::TIME);
    assert!(spent >= 20_000, "{spent}");
}

/// Until then, and not after.
#[tokio::test]
async fn an_export_ends_at_its_moment() {
    let far = runtime();
    let system = far.provide(Ticker);
    let until = std::time::Instant::now() + Duration::from_millis(100);
    let token = far.export_with::<host::Interface>(&system, &ExportPolicy::default().until(until)).unwrap();
    let tap = Tap::to(&far);
    let remote = remote_host(token, tap.clone());
    tokio::time::sleep(Duration::from_millis(150)).await;
    let error = remote.tick(1).await.unwrap_err();
    let CallError::Remote(RemoteError::Refused { status, .. }) = &error else { panic!("{error:?}") };
    assert_eq!(*status, Status::UnknownTarget);
    assert!(far.exports().is_empty());
}

/// A peer that answers each call in the place of somebody else, and changes the answer.
fn refusing(status: Status, change: impl Fn(&mut Vec<u8>) + Send + Sync + 'static) -> impl isorun::Transport {
    move |message: Vec<u8>| {
        let mut reply = Header::peek(&message).unwrap().refuse(status).unwrap();
        change(&mut reply);
        async move { Ok::<_, TransportError>(reply) }
    }
}

#[tokio::test]
async fn a_call_that_is_sent_again_is_charged_no_more_than_was_granted_once() {
    let near = runtime();
    let costly = refusing(Status::Busy, |reply| reply[at::FUEL].fill(0xff));
    let policy = ImportPolicy::default().charge_at_most(1000).retries(2);
    let remote = near.import_with::<host::Interface>(Token::from_bytes([1; 16]), costly, &policy);
    let (result, receipt) = remote.caller::<host::Interface>().unwrap().tick(1).fuel(1_000_000).receipt().await;
    result.unwrap_err();
    assert_eq!((receipt.fuel, receipt.retries), (1000, 2));
}

#[tokio::test]
async fn an_answer_that_does_not_know_what_was_used_gives_nothing_back() {
    for status in [Status::Duplicate, Status::Lost] {
        let remote = remote_host(Token::from_bytes([1; 16]), refusing(status, |_| {}));
        let (result, receipt) = remote.tick(1).fuel(5000).receipt().await;
        result.unwrap_err();
        assert_eq!(receipt.fuel, 5000, "{status}");
    }
}

#[tokio::test]
async fn of_a_stranger_without_a_right_nothing_is_remembered_whatever_it_sends() {
    let far = runtime();
    let exports = far.provide(Ticker).exports();
    let interface = exports[0].interface();
    let tick = &interface.functions()[0];
    for session in 1..100_u64 {
        let mut message = call_message(Token::from_bytes([1; 16]), interface, tick, &[0; 8]);
        message[at::SESSION].copy_from_slice(&session.to_le_bytes());
        if session % 2 == 0 {
            message[at::HOPS].fill(0);
        }
        assert!(answer(&far, &message).await.is_some());
    }
    assert_eq!(Remembered::by(&far).sessions, 0);
}
