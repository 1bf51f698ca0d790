//! Calls that nobody waits for any longer.

use std::task::Poll;
use std::time::Duration;

use isorun::remote::{Cancel, ExportPolicy, Header, Link, MessageKind, Peer, Status};
use isorun::{Interface, Restart, Reuse, Runtime};
use isorun_tests::lines::joined;
use isorun_tests::remote::{at, endless, told};
use isorun_tests::{
    Gate, add, apps, caller_of, chained, guests, host, in_short_slices, misbehave, poll_once, runtime, start,
};
use tokio::task::yield_now;

use crate::frames::{after, all_taken, idle, kinds, settle, taken};

/// Time that no test needs: who waits so long hangs.
const LONG: Duration = Duration::from_secs(60);

/// How many turns of this thread's tasks it takes until nothing runs for peers.
async fn turns_until_idle(runtime: &Runtime) -> u32 {
    let mut turns = 0;
    while runtime.exports().iter().any(|export| export.running > 0) {
        turns += 1;
        assert!(turns < 100_000, "{:?}", runtime.exports());
        yield_now().await;
    }
    turns
}

/// Turns in which a few slices, and what passes a cancel on, certainly fit; a guest that went on would take millions.
const FEW: u32 = 50;

#[tokio::test]
async fn b16_a_call_that_is_dropped_is_cancelled_and_its_guest_stops_within_a_slice() {
    for reuse in [Reuse::Fresh, Reuse::pool(2)] {
        let (near, far) = (runtime(), in_short_slices());
        let app = add(&far, "misbehave", apps::MISBEHAVE).await;
        let restart = Restart::Limited { max: 100, within: LONG };
        let guest = far.instantiate(&app).reuse(reuse).restart(restart).await.unwrap();
        let token = far.export::<misbehave::Interface>(&guest).unwrap();
        let (to_far, to_near) = (near.link(Peer::default()), far.link(Peer::default()));
        let remote = caller_of(&near.import::<misbehave::Interface>(token, to_far.clone()));
        let mut call = remote.spin().timeout(LONG).fuel(u64::MAX);
        assert!(poll_once(&mut call).is_pending());
        to_near.receive(taken(&to_far).unwrap());
        settle().await;
        assert_eq!(far.exports()[0].running, 1, "it runs");
        drop(call);
        let frames = all_taken(&to_far);
        assert_eq!(kinds(&frames), [MessageKind::Cancel]);
        assert_eq!(far.exports()[0].running, 1, "nobody there knows it yet");
        frames.into_iter().for_each(|frame| to_near.receive(frame));
        let turns = turns_until_idle(&far).await;
        assert!(turns <= FEW, "{turns} turns");
        // The cancel has no answer; the call has one, for which nobody waits.
        settle().await;
        let frames = all_taken(&to_near);
        assert_eq!(kinds(&frames), [MessageKind::Reply]);
        assert_eq!(Header::peek(&frames[0]).unwrap().status(), Some(Status::Cancelled));
        frames.into_iter().for_each(|frame| to_far.receive(frame));
        assert_eq!(to_far.stats(), after(0, 1));
        assert_eq!(to_near.stats(), idle());
    }
}

fn chain(runtime: &Runtime, name: &str) -> Interface {
    runtime.interfaces().into_iter().find(|interface| interface.name().to_string() == name).unwrap()
}

/// The guest between waits for one behind a second link, which computes for ever.
#[tokio::test]
async fn b16_nested_calls_of_a_call_that_is_dropped_stop_too() {
    let (near, middle, far) = (runtime(), in_short_slices(), in_short_slices());
    [&near, &middle, &far].into_iter().for_each(chained);
    let (one, two) = (chain(&near, "acme:chain/one"), chain(&near, "acme:chain/two"));
    let app = add(&far, "endless", &endless()).await;
    let looping = far.instantiate(&app).reuse(Reuse::Fresh).await.unwrap();
    let token = far.export_interface(&looping, &one).unwrap();
    let remote = middle.import_interface(&one, token, joined(&middle, &far).0);
    let app = add(&middle, "step", &guests::step("acme:chain/one", "acme:chain/two", 1)).await;
    let step = middle.instantiate(&app).with(&remote).reuse(Reuse::Fresh).await.unwrap();
    let token = middle.export_interface(&step, &two).unwrap();
    let remote = near.import_interface(&two, token, joined(&near, &middle).0);
    let mut call = remote.call("f", "(1)").timeout(LONG).fuel(u64::MAX);
    assert!(poll_once(&mut call).is_pending());
    settle().await;
    assert_eq!((middle.exports()[0].running, far.exports()[0].running), (1, 1), "both run");
    drop(call);
    let turns = turns_until_idle(&middle).await + turns_until_idle(&far).await;
    assert!(turns <= 2 * FEW, "{turns} turns");
}

/// A gate behind a link whose frames the test carries.
struct Carried {
    _runtimes: [Runtime; 2],
    gate: Gate,
    remote: host::Caller,
    to_far: Link,
    to_near: Link,
}

impl Carried {
    fn new() -> Carried {
        let (near, far, gate) = (runtime(), runtime(), Gate::new());
        let token = far.export::<host::Interface>(&far.provide(gate.clone())).unwrap();
        let (to_far, to_near) = (near.link(Peer::default()), far.link(Peer::default()));
        let remote = near.import::<host::Interface>(token, to_far.clone()).caller::<host::Interface>().unwrap();
        Carried { _runtimes: [near, far], gate, remote, to_far, to_near }
    }

    /// Carries all that there is, in both directions, until nothing comes any more.
    async fn carry(&self) {
        loop {
            let (there, back) = (all_taken(&self.to_far), all_taken(&self.to_near));
            if there.is_empty() && back.is_empty() {
                return;
            }
            there.into_iter().for_each(|frame| self.to_near.receive(frame));
            back.into_iter().for_each(|frame| self.to_far.receive(frame));
            settle().await;
        }
    }

    /// Makes a call that goes through the gate, from its beginning to its end.
    async fn pass(&self, n: u64) -> isorun::Result<u64> {
        self.gate.open(1);
        let mut call = self.remote.tick(n).timeout(LONG);
        if let Poll::Ready(result) = poll_once(&mut call) {
            return result;
        }
        self.carry().await;
        call.await
    }
}

#[tokio::test]
async fn b16_a_reply_that_comes_late_is_dropped() {
    let carried = Carried::new();
    let Carried { gate, remote, to_far, to_near, .. } = &carried;
    let mut call = remote.tick(1).timeout(LONG);
    assert!(poll_once(&mut call).is_pending());
    gate.open(1);
    to_near.receive(taken(to_far).unwrap());
    settle().await;
    let late = taken(to_near).unwrap();
    drop(call);
    to_far.receive(late);
    assert_eq!(to_far.stats().replies_dropped, 1);
    // The cancel finds a call that has ended.
    carried.carry().await;
    assert_eq!(carried.pass(41).await.unwrap(), 42);
    assert_eq!((to_far.stats(), to_near.stats()), (after(0, 1), idle()));
}

#[tokio::test]
async fn b16_cancels_before_after_twice_and_of_nothing_harm_nobody() {
    let carried = Carried::new();
    let Carried { gate, remote, to_far, to_near, .. } = &carried;
    // So that the session is known.
    assert_eq!(carried.pass(1).await.unwrap(), 2);

    // Before: the call is not begun.
    let mut call = remote.tick(10).timeout(LONG);
    assert!(poll_once(&mut call).is_pending());
    let frame = taken(to_far).unwrap();
    let cancel = Header::peek(&frame).unwrap().cancel().unwrap();
    to_near.receive(cancel.clone());
    to_near.receive(frame.clone());
    carried.carry().await;
    let error = call.await.unwrap_err();
    assert!(matches!(told(&error), (false, Status::Cancelled, _)), "{error:?}");
    assert_eq!(gate.inside(), 0);

    // Twice, while it waits in the gate: it ends once.
    let mut call = remote.tick(20).timeout(LONG);
    assert!(poll_once(&mut call).is_pending());
    let frame = taken(to_far).unwrap();
    to_near.receive(frame.clone());
    settle().await;
    assert_eq!(gate.inside(), 1);
    let cancel = Header::peek(&frame).unwrap().cancel().unwrap();
    to_near.receive(cancel.clone());
    to_near.receive(cancel.clone());
    settle().await;
    assert_eq!(gate.inside(), 0);
    let replies = all_taken(to_near);
    assert_eq!(kinds(&replies), [MessageKind::Reply], "cancels have no answers");
    to_far.receive(replies[0].clone());
    let error = call.await.unwrap_err();
    assert!(matches!(told(&error), (true, Status::Cancelled, _)), "{error:?}");

    // After: a call that has ended, and whose answer is there for who asks again.
    gate.open(1);
    let mut call = remote.tick(30).timeout(LONG);
    assert!(poll_once(&mut call).is_pending());
    let frame = taken(to_far).unwrap();
    to_near.receive(frame.clone());
    settle().await;
    let reply = taken(to_near).unwrap();
    to_near.receive(Header::peek(&frame).unwrap().cancel().unwrap());
    to_near.receive(frame);
    settle().await;
    assert_eq!(all_taken(to_near), std::slice::from_ref(&reply));
    to_far.receive(reply);
    assert_eq!(call.await.unwrap(), 31);

    // Of nothing: another session, another number.
    for field in [at::SESSION, at::CALL] {
        let mut unknown = cancel.clone();
        unknown[field].fill(0x77);
        to_near.receive(unknown);
    }
    settle().await;
    assert_eq!(all_taken(to_near), Vec::<Vec<u8>>::new());
    assert_eq!(carried.pass(41).await.unwrap(), 42);
    assert_eq!((to_far.stats(), to_near.stats()), (idle(), idle()));
}

/// It leaves the line of its export, and its place is another's.
#[tokio::test]
async fn b16_a_call_that_waits_for_its_turn_and_is_dropped_leaves_the_line() {
    let (near, far, gate) = (runtime(), runtime(), Gate::new());
    let policy = ExportPolicy::default().calls(1).waiting(1);
    let token = far.export_with::<host::Interface>(&far.provide(gate.clone()), &policy).unwrap();
    let remote = near.import::<host::Interface>(token, joined(&near, &far).0);
    let remote = remote.caller::<host::Interface>().unwrap();
    let calls = [1, 2].map(|n| {
        let remote = remote.clone();
        tokio::spawn(async move { remote.tick(n).timeout(LONG).await })
    });
    settle().await;
    assert!(matches!(told(&remote.tick(3).await.unwrap_err()), (false, Status::Busy, _)), "the line is full");
    let [running, waiting] = calls;
    waiting.abort();
    settle().await;
    assert_eq!((gate.inside(), far.exports()[0].waiting), (1, 0));
    let next = tokio::spawn(async move { remote.tick(4).timeout(LONG).await });
    settle().await;
    gate.open(2);
    assert_eq!((running.await.unwrap().unwrap(), next.await.unwrap().unwrap()), (2, 5));
}

/// One that keeps its memory for others goes on to its end, if the export does not say otherwise.
#[tokio::test]
async fn b16_a_guest_that_is_kept_outlives_the_calls_that_are_dropped() {
    for (policy, goes_on) in [
        (ExportPolicy::default(), true),
        (ExportPolicy::default().on_cancel(Cancel::Finish), true),
        (ExportPolicy::default().on_cancel(Cancel::Stop), false),
    ] {
        let (near, far) = (runtime(), in_short_slices());
        let guest = start(&far, "misbehave", apps::MISBEHAVE, &[]).await;
        let local = caller_of(&guest);
        assert_eq!(local.count().await.unwrap(), 1);
        let token = far.export_with::<misbehave::Interface>(&guest, &policy).unwrap();
        let remote = caller_of(&near.import::<misbehave::Interface>(token, joined(&near, &far).0));
        let mut call = remote.spin_for(20_000_000).timeout(LONG);
        assert!(poll_once(&mut call).is_pending());
        settle().await;
        drop(call);
        settle().await;
        let next = local.count().timeout(LONG).await;
        assert_eq!(next.is_ok_and(|count| count == 2), goes_on, "{policy:?}");
    }
}
