//! The rules of the table, one by one.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use super::limits::{ENTRY, JOINED, half};
use super::*;

const DIGEST: u64 = 7;

fn sessions(change: impl FnOnce(&mut Limits)) -> Arc<Sessions> {
    let mut limits = Limits::default();
    change(&mut limits);
    Arc::new(Sessions::new(limits, 1))
}

fn named(name: &str) -> Option<Arc<str>> {
    Some(name.into())
}

/// A call of session 1 of a peer without a name.
fn arrive(sessions: &Arc<Sessions>, call: u64) -> Arrival {
    sessions.arrive(&None, 1, call, DIGEST, 1, false)
}

fn first(arrival: Arrival) -> Running {
    match arrival {
        Arrival::First(running) => running,
        other => panic!("{other:?} instead of a first call"),
    }
}

/// Runs a call of session 1 to its end.
fn run(sessions: &Arc<Sessions>, call: u64, reply: &[u8]) {
    first(arrive(sessions, call)).answer(reply);
    sessions.table().check();
}

fn joined(arrival: Arrival) -> Joined {
    match arrival {
        Arrival::Again(joined) => joined,
        other => panic!("{other:?} instead of a call that runs"),
    }
}

fn poll<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// Demands a kept answer.
fn answered(arrival: Arrival, reply: &[u8]) {
    assert!(matches!(&arrival, Arrival::Answered(kept) if **kept == *reply), "{arrival:?} instead of an answer");
}

impl std::fmt::Debug for Arrival {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Arrival::First(_) => "First",
            Arrival::Again(_) => "Again",
            Arrival::Answered(_) => "Answered",
            Arrival::Gone => "Gone",
            Arrival::Differs => "Differs",
            Arrival::Cancelled => "Cancelled",
            Arrival::Full => "Full",
        })
    }
}

#[derive(Default)]
struct Task(AtomicUsize);

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn a_duplicate_joins_the_call_that_runs_and_is_answered_when_it_has_run() {
    let sessions = sessions(|_| {});
    let running = first(arrive(&sessions, 1));
    let mut waits = pin!(joined(arrive(&sessions, 1)));
    let late = joined(arrive(&sessions, 1));
    let task = Arc::<Task>::default();
    assert!(waits.as_mut().poll(&mut Context::from_waker(&Waker::from(task.clone()))).is_pending());
    running.answer(b"seven");
    assert_eq!(task.0.load(Ordering::Relaxed), 1);
    assert_eq!(poll(waits), Poll::Ready(Some(b"seven"[..].into())));
    assert_eq!(poll(late), Poll::Ready(Some(b"seven"[..].into())));
    answered(arrive(&sessions, 1), b"seven");
    answered(sessions.arrive(&None, 1, 1, DIGEST, 1, true), b"seven");
    assert_eq!(Arc::strong_count(&task), 1, "a waker is kept");
    assert_eq!(sessions.usage(), Usage { sessions: 1, running: 0, answers: 1, entries: 1, bytes: 5 + ENTRY });
}

#[test]
fn a_call_that_is_dropped_is_gone_and_so_it_is_for_who_joined() {
    let sessions = sessions(|_| {});
    let running = first(arrive(&sessions, 1));
    let waits = joined(arrive(&sessions, 1));
    drop(running);
    assert_eq!(poll(waits), Poll::Ready(None));
    assert!(matches!(arrive(&sessions, 1), Arrival::Gone));
    assert_eq!(sessions.usage().running, 0);
}

#[test]
fn who_stops_waiting_does_not_cancel_the_call() {
    let sessions = sessions(|_| {});
    let running = first(arrive(&sessions, 1));
    let task = Arc::<Task>::default();
    {
        let mut waits = pin!(joined(arrive(&sessions, 1)));
        assert!(waits.as_mut().poll(&mut Context::from_waker(&Waker::from(task.clone()))).is_pending());
    }
    assert_eq!(Arc::strong_count(&task), 1, "a waker is kept");
    assert!(!running.is_cancelled());
    running.answer(b"");
    answered(arrive(&sessions, 1), b"");
}

#[test]
fn no_more_than_some_join_one_call() {
    let sessions = sessions(|_| {});
    let _running = first(arrive(&sessions, 1));
    let mut waiting: Vec<_> = (0..JOINED).map(|_| joined(arrive(&sessions, 1))).collect();
    assert!(matches!(arrive(&sessions, 1), Arrival::Gone));
    waiting.pop();
    joined(arrive(&sessions, 1));
}

#[test]
fn another_call_of_the_same_number_differs() {
    let sessions = sessions(|_| {});
    let running = first(arrive(&sessions, 1));
    assert!(matches!(sessions.arrive(&None, 1, 1, 8, 1, false), Arrival::Differs));
    running.answer(b"");
    assert!(matches!(sessions.arrive(&None, 1, 1, 8, 1, false), Arrival::Differs));
    let digest = |target, function, body: &[u8]| sessions.digest(&[target; 16], function, body);
    assert_eq!(digest(1, 2, b"three"), digest(1, 2, b"three"));
    for other in [digest(2, 2, b"three"), digest(1, 3, b"three"), digest(1, 2, b"thref"), digest(1, 2, b"three\0")] {
        assert_ne!(other, digest(1, 2, b"three"));
    }
    assert_ne!(Sessions::new(Limits::default(), 2).digest(&[1; 16], 2, b"three"), digest(1, 2, b"three"));
}

#[test]
fn sessions_and_peers_know_nothing_of_each_other() {
    let sessions = sessions(|_| {});
    let mut running = Vec::new();
    for peer in [None, named("a"), named("b")] {
        for session in [1, 2] {
            running.push(first(sessions.arrive(&peer, session, 1, DIGEST, 1, false)));
        }
    }
    sessions.cancel(&named("a"), 2, 1);
    assert_eq!(
        running.iter().map(Running::is_cancelled).collect::<Vec<_>>(),
        [false, false, false, true, false, false]
    );
}

#[test]
fn settled_calls_are_forgotten_and_the_floor_never_falls() {
    let sessions = sessions(|_| {});
    (1..=5).for_each(|call| run(&sessions, call, b"x"));
    first(sessions.arrive(&None, 1, 6, DIGEST, 4, false)).answer(b"x");
    assert_eq!(sessions.usage().entries, 3);
    // This one says less, which is not believed.
    assert!(matches!(arrive(&sessions, 3), Arrival::Gone));
    answered(arrive(&sessions, 4), b"x");
    // Nothing keeps a peer from settling what it has not sent yet, to its own loss.
    assert!(matches!(sessions.arrive(&None, 1, 7, DIGEST, u64::MAX, false), Arrival::Gone));
    assert!(matches!(arrive(&sessions, 8), Arrival::Gone));
    assert_eq!(sessions.usage(), Usage { sessions: 1, ..Usage::default() });
    assert!(matches!(sessions.arrive(&None, 2, u64::MAX, DIGEST, 1, false), Arrival::Gone), "it could run twice");
    assert!(matches!(sessions.arrive(&None, 2, 0, DIGEST, 0, false), Arrival::Gone));
}

#[test]
fn a_call_that_is_settled_while_it_runs_is_forgotten_at_its_end() {
    let sessions = sessions(|_| {});
    let running = first(arrive(&sessions, 1));
    run(&sessions, 2, b"");
    first(sessions.arrive(&None, 1, 3, DIGEST, 3, false)).answer(b"");
    let waits = joined(arrive(&sessions, 1));
    sessions.cancel(&None, 1, 1);
    assert!(running.is_cancelled());
    running.answer(b"late");
    assert_eq!(poll(waits), Poll::Ready(Some(b"late"[..].into())));
    assert!(matches!(arrive(&sessions, 1), Arrival::Gone));
    assert_eq!(sessions.usage().entries, 1);
}

#[test]
fn a_cancel_reaches_a_call_that_runs_and_nothing_else() {
    let sessions = sessions(|_| {});
    sessions.cancel(&None, 1, 1);
    assert_eq!(sessions.usage(), Usage::default());
    let running = first(arrive(&sessions, 1));
    let task = Arc::<Task>::default();
    let waker = Waker::from(task.clone());
    {
        let mut cancelled = pin!(running.cancelled());
        for _ in 0..2 {
            assert!(cancelled.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
            assert_eq!(Arc::strong_count(&task), 3);
        }
    }
    assert_eq!(Arc::strong_count(&task), 2, "a waker is kept");
    {
        let mut cancelled = pin!(running.cancelled());
        assert!(cancelled.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        sessions.cancel(&None, 1, 1);
        sessions.cancel(&None, 1, 1);
        assert_eq!((task.0.load(Ordering::Relaxed), poll(cancelled)), (1, Poll::Ready(())));
    }
    running.answer(b"stopped");
    sessions.cancel(&None, 1, 1);
    answered(arrive(&sessions, 1), b"stopped");
}

#[test]
fn a_cancel_that_comes_before_its_call_is_remembered() {
    let sessions = sessions(|_| {});
    run(&sessions, 1, b"");
    sessions.cancel(&None, 1, 3);
    sessions.cancel(&None, 1, u64::MAX);
    for _ in 0..2 {
        assert!(matches!(arrive(&sessions, 3), Arrival::Cancelled));
    }
    run(&sessions, 2, b"");
    first(sessions.arrive(&None, 1, 4, DIGEST, 4, false)).answer(b"");
    sessions.cancel(&None, 1, 3);
    assert_eq!(sessions.usage().entries, 1, "a cancel of what is settled is remembered");
}

#[test]
fn a_call_that_is_refused_never_runs_and_one_that_runs_is_not_refused() {
    let sessions = sessions(|_| {});
    let refuse = |session, call, retry| sessions.refuse(&None, session, call, retry);
    assert_eq!(refuse(9, 1, true), Refused::Before, "its session may be forgotten");
    assert_eq!([refuse(1, 1, false), refuse(1, 1, false)], [Refused::Noted, Refused::Before]);
    assert!(matches!(arrive(&sessions, 1), Arrival::Cancelled));
    let running = first(arrive(&sessions, 2));
    assert_eq!(refuse(1, 2, false), Refused::Runs);
    running.answer(b"");
    assert_eq!(refuse(1, 2, false), Refused::Before);
    first(sessions.arrive(&None, 1, 4, DIGEST, 4, false)).answer(b"");
    assert_eq!(refuse(1, 3, false), Refused::Before, "it is settled");
    assert_eq!([refuse(0, 1, false); 2], [Refused::Noted; 2], "nothing is known of what has no session");
    sessions.table().check();
}

#[test]
fn a_retry_runs_only_in_a_session_that_is_known() {
    let sessions = sessions(|_| {});
    assert!(matches!(sessions.arrive(&None, 1, 1, DIGEST, 1, true), Arrival::Gone));
    assert_eq!(sessions.usage(), Usage::default());
    run(&sessions, 1, b"");
    first(sessions.arrive(&None, 1, 2, DIGEST, 1, true)).answer(b"");
}

#[test]
fn answers_go_oldest_first_and_are_gone_then() {
    let sessions = sessions(|limits| limits.answers = 2);
    for call in [3, 1, 2] {
        run(&sessions, call, b"x");
    }
    assert!(matches!(arrive(&sessions, 3), Arrival::Gone));
    answered(arrive(&sessions, 1), b"x");
    answered(arrive(&sessions, 2), b"x");
}

#[test]
fn the_bytes_of_a_session_are_bounded_and_large_answers_are_not_kept() {
    let sessions = sessions(|limits| (limits.bytes, limits.largest) = (3 * ENTRY + 100, 60));
    run(&sessions, 1, &[1; 60]);
    run(&sessions, 2, &[2; 61]);
    assert!(matches!(arrive(&sessions, 2), Arrival::Gone));
    answered(arrive(&sessions, 1), &[1; 60]);
    run(&sessions, 3, &[3; 41]);
    assert!(matches!(arrive(&sessions, 1), Arrival::Gone));
    answered(arrive(&sessions, 3), &[3; 41]);
}

#[test]
fn who_joined_gets_an_answer_that_is_too_large_to_be_kept() {
    let sessions = sessions(|limits| limits.largest = 1);
    let running = first(arrive(&sessions, 1));
    let waits = joined(arrive(&sessions, 1));
    running.answer(b"large");
    assert_eq!(poll(waits), Poll::Ready(Some(b"large"[..].into())));
    assert!(matches!(arrive(&sessions, 1), Arrival::Gone));
}

#[test]
fn what_is_remembered_without_an_answer_is_bounded_and_the_floor_rises_above_it() {
    let sessions = sessions(|limits| limits.answers = 1);
    let oldest = first(arrive(&sessions, 1));
    for call in [3, 4, 5, 6, 7] {
        drop(first(arrive(&sessions, call)));
    }
    assert_eq!(sessions.usage().entries, 4);
    assert!(matches!(arrive(&sessions, 2), Arrival::Gone), "below the floor");
    joined(arrive(&sessions, 1));
    oldest.answer(b"");
    assert!(matches!(arrive(&sessions, 1), Arrival::Gone));
    (0..1000).for_each(|call| sessions.cancel(&None, 1, 10 + 2 * call));
    assert_eq!(sessions.usage().entries, 4);
    sessions.table().check();
}

#[test]
fn a_peer_has_at_most_half_of_all_bytes() {
    let sessions = sessions(|limits| limits.all_bytes = 20 * (ENTRY + 10));
    let (ours, theirs) = (named("ours"), named("theirs"));
    for call in 1..=10 {
        first(sessions.arrive(&ours, 1, call, DIGEST, 1, false)).answer(&[0; 10]);
    }
    for session in 1..=100 {
        for call in 1..=10 {
            first(sessions.arrive(&theirs, session, call, DIGEST, 1, false)).answer(&[0; 10]);
            sessions.cancel(&theirs, session, call + 100);
            sessions.table().check();
        }
    }
    for call in 1..=10 {
        answered(sessions.arrive(&ours, 1, call, DIGEST, 1, false), &[0; 10]);
    }
}

#[test]
fn all_bytes_are_bounded() {
    let sessions = sessions(|limits| limits.all_bytes = 8 * (ENTRY + 10));
    for peer in ["a", "b", "c"].map(named) {
        for call in 1..=4 {
            first(sessions.arrive(&peer, 1, call, DIGEST, 1, false)).answer(&[0; 10]);
            sessions.table().check();
        }
    }
    assert!(matches!(sessions.arrive(&named("a"), 1, 1, DIGEST, 1, false), Arrival::Gone));
    answered(sessions.arrive(&named("c"), 1, 4, DIGEST, 1, false), &[0; 10]);
}

#[test]
fn a_session_in_which_nothing_happens_is_dropped() {
    let sessions = sessions(|limits| limits.idle = Duration::from_secs(60));
    let in_secs = |secs| Instant::now() + Duration::from_secs(secs);
    let arriving = |session, call| Arriving { session, call, digest: DIGEST, settled_below: 1, retry: false };
    run(&sessions, 1, b"");
    let running = first(sessions.arrive_at(Instant::now(), &None, arriving(2, 1)));
    let at_half = sessions.arrive_at(in_secs(30), &None, arriving(1, 1));
    answered(at_half, b"");
    answered(sessions.arrive_at(in_secs(80), &None, arriving(1, 1)), b"");
    drop(sessions.arrive_at(in_secs(150), &None, arriving(3, 1)));
    let knows = |session| sessions.table().knows(&None, session);
    assert_eq!([knows(1), knows(2), knows(3)], [false, true, true]);
    running.answer(b"");
    sessions.arrive_at(in_secs(300), &None, Arriving { retry: true, ..arriving(9, 1) });
    assert_eq!(sessions.usage(), Usage::default());
}

#[test]
fn the_longest_idle_session_makes_room_and_one_with_a_call_never_does() {
    let sessions = sessions(|limits| limits.sessions = 4);
    let open = |peer: &str, session| sessions.arrive(&named(peer), session, 1, DIGEST, 1, false);
    let knows = |peer: &str, session| sessions.table().knows(&named(peer), session);
    first(open("a", 1)).answer(b"");
    let running = first(open("a", 2));
    first(open("b", 1)).answer(b"");
    first(open("b", 2)).answer(b"");
    // A peer that has its half makes room of its own.
    first(open("b", 3)).answer(b"");
    assert_eq!([knows("a", 1), knows("a", 2), knows("b", 1), knows("b", 2)], [true, true, false, true]);
    // Another one takes what is idle longest of all.
    let other = first(open("c", 1));
    assert_eq!([knows("a", 1), knows("a", 2), knows("b", 2), knows("b", 3)], [false, true, true, true]);
    let busy = [first(open("b", 4)), first(open("b", 5))];
    assert!(matches!(open("b", 6), Arrival::Full));
    assert!(matches!(open("c", 2), Arrival::Full), "no session is idle");
    sessions.table().check();
    drop((running, other, busy));
    first(open("b", 6)).answer(b"");
    sessions.table().check();
}

#[test]
fn the_calls_that_run_are_bounded() {
    let sessions = sessions(|limits| limits.running = 4);
    let arrive = |peer: &str, session, call| sessions.arrive(&named(peer), session, call, DIGEST, 1, false);
    let mut running = vec![first(arrive("a", 1, 1)), first(arrive("a", 1, 2))];
    for arrival in [arrive("a", 1, 3), arrive("a", 2, 1)] {
        assert!(matches!(arrival, Arrival::Full));
    }
    running.extend([first(arrive("b", 1, 1)), first(arrive("c", 1, 1))]);
    assert!(matches!(arrive("d", 1, 1), Arrival::Full));
    assert_eq!(sessions.usage(), Usage { sessions: 3, running: 4, ..Usage::default() }, "something was noted");
    drop(running);
    first(arrive("a", 1, 3)).answer(b"");
    assert_eq!((half(0), half(1), half(2), half(5)), (0, 1, 1, 2));
}
