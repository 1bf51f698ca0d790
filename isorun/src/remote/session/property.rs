//! Whatever peers do, in any order: no call runs twice while its session is kept, and no bound is exceeded.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::limits::ENTRY;
use super::*;

#[derive(Clone, Debug)]
enum Step {
    Arrive {
        who: Who,
        call: u64,
        digest: u64,
        settled: u64,
        retry: bool,
    },
    Cancel {
        who: Who,
        call: u64,
    },
    /// Answers one of the calls that run, with so many bytes.
    Answer {
        which: usize,
        bytes: usize,
    },
    /// Drops one of them.
    Drop {
        which: usize,
    },
    /// One that joined waits no longer.
    Leave {
        which: usize,
    },
    /// Lets time go by.
    Wait {
        secs: u64,
    },
}

/// The name of a peer, and its session.
type Who = (usize, u64);

fn who() -> impl Strategy<Value = Who> {
    (0..3usize, 1..4u64)
}

fn call() -> impl Strategy<Value = u64> {
    prop_oneof![20 => 0..12u64, 1 => u64::MAX - 2..=u64::MAX]
}

fn step() -> impl Strategy<Value = Step> {
    let digest = prop_oneof![9 => Just(0u64), 1 => Just(1)];
    let settled = prop_oneof![6 => Just(0u64), 3 => 0..8u64, 1 => call()];
    let retry = proptest::bool::weighted(0.2);
    prop_oneof![
        10 => (who(), call(), digest, settled, retry)
            .prop_map(|(who, call, digest, settled, retry)| Step::Arrive { who, call, digest, settled, retry }),
        2 => (who(), call()).prop_map(|(who, call)| Step::Cancel { who, call }),
        6 => (0..20usize, 0..80usize).prop_map(|(which, bytes)| Step::Answer { which, bytes }),
        1 => (0..20usize).prop_map(|which| Step::Drop { which }),
        1 => (0..20usize).prop_map(|which| Step::Leave { which }),
        1 => (0..70u64).prop_map(|secs| Step::Wait { secs }),
    ]
}

fn limits() -> impl Strategy<Value = Limits> {
    (1..4usize, 1..6usize, 2..20usize, 0..80usize, 1..8usize, 2..12usize).prop_map(
        |(answers, bytes, all_bytes, largest, sessions, running)| Limits {
            answers,
            bytes: bytes * (ENTRY + 20),
            all_bytes: all_bytes * (ENTRY + 20),
            largest,
            sessions,
            running,
            idle: Duration::from_secs(60),
        },
    )
}

/// The answer of a call; `None` if it was dropped.
type Ended = Option<Vec<u8>>;

/// What a session must not forget, written down without any bound.
#[derive(Default)]
struct Known {
    /// Each call that was let run: its digest, and its answer once there is one; `None` in it if it was dropped.
    ran: BTreeMap<u64, (u64, Option<Ended>)>,
    cancelled: BTreeSet<u64>,
    settled: u64,
    /// The highest number of all: what is below may be forgotten where there is no room.
    highest: u64,
}

struct Waiting {
    who: Who,
    call: u64,
    joined: Pin<Box<Joined>>,
}

struct Model {
    sessions: Arc<Sessions>,
    names: [Option<Arc<str>>; 3],
    now: Instant,
    known: BTreeMap<Who, Known>,
    running: Vec<(Who, u64, Running)>,
    waiting: Vec<Waiting>,
}

impl Model {
    fn new(limits: Limits) -> Model {
        Model {
            sessions: Arc::new(Sessions::new(limits, 1)),
            names: [None, Some("a".into()), Some("b".into())],
            now: Instant::now(),
            known: BTreeMap::new(),
            running: Vec::new(),
            waiting: Vec::new(),
        }
    }

    fn step(&mut self, step: Step) {
        // Otherwise a session could be dropped and be known again after one step.
        self.sessions.table().expire(self.now);
        self.forget_sessions();
        match step {
            Step::Arrive { who, call, digest, settled, retry } => self.arrive(who, call, digest, settled, retry),
            Step::Cancel { who, call } => {
                let waker = self.sessions.table().cancel(&self.names[who.0], who.1, call, self.now);
                assert!(waker.is_none());
                self.forget_sessions();
                if let Some(known) = self.known.get_mut(&who) {
                    known.cancelled.insert(call);
                    known.highest = known.highest.max(call);
                }
            }
            Step::Answer { which, bytes } if !self.running.is_empty() => {
                self.end(which, Some(vec![which as u8; bytes]))
            }
            Step::Drop { which } if !self.running.is_empty() => self.end(which, None),
            Step::Leave { which } if !self.waiting.is_empty() => {
                self.waiting.swap_remove(which % self.waiting.len());
            }
            Step::Wait { secs } => self.now += Duration::from_secs(secs),
            Step::Answer { .. } | Step::Drop { .. } | Step::Leave { .. } => {}
        }
        self.forget_sessions();
        self.sessions.table().check();
        assert_eq!(self.sessions.usage().running, self.running.len());
    }

    fn arrive(&mut self, who: Who, call: u64, digest: u64, settled_below: u64, retry: bool) {
        let was_known = self.known.contains_key(&who);
        let arriving = Arriving { session: who.1, call, digest, settled_below, retry };
        let arrival = self.sessions.arrive_at(self.now, &self.names[who.0], arriving);
        self.forget_sessions();
        if !self.sessions.table().knows(&self.names[who.0], who.1) {
            assert!(matches!(arrival, Arrival::Gone if retry) || matches!(arrival, Arrival::Full));
            return;
        }
        let known = self.known.entry(who).or_default();
        known.settled = known.settled.max(settled_below);
        let ran = known.ran.get(&call);
        match arrival {
            Arrival::First(running) => {
                assert!(ran.is_none(), "it runs twice");
                assert!(!known.cancelled.contains(&call), "it runs though it was cancelled");
                assert!(call >= known.settled && call > 0 && (was_known || !retry));
                known.ran.insert(call, (digest, None));
                known.highest = known.highest.max(call);
                self.running.push((who, call, running));
            }
            Arrival::Again(joined) => {
                assert_eq!(ran, Some(&(digest, None)));
                self.waiting.push(Waiting { who, call, joined: Box::pin(joined) });
            }
            Arrival::Answered(reply) => assert_eq!(ran, Some(&(digest, Some(Some(reply.to_vec()))))),
            Arrival::Gone => {
                assert!(!matches!(ran, Some((_, None))), "it runs");
                let is_forgotten = ran.is_some() || call < known.settled || call < known.highest;
                assert!(is_forgotten || known.cancelled.contains(&call) || call == 0 || call == u64::MAX);
            }
            Arrival::Differs => assert!(ran.is_some_and(|ran| ran.0 != digest)),
            Arrival::Cancelled => assert!(known.cancelled.contains(&call)),
            Arrival::Full => assert!(ran.is_none_or(|ran| ran.1.is_none())),
        }
    }

    fn end(&mut self, which: usize, reply: Option<Vec<u8>>) {
        let (who, call, running) = self.running.swap_remove(which % self.running.len());
        match &reply {
            Some(reply) => running.answer(reply),
            None => drop(running),
        }
        let (ended, waiting): (Vec<_>, _) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|waiting| (waiting.who, waiting.call) == (who, call));
        self.waiting = waiting;
        for mut ended in ended {
            let end = ended.joined.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert_eq!(end, Poll::Ready(reply.as_deref().map(Arc::from)), "who joined got other bytes");
        }
        self.known.get_mut(&who).expect("a session is kept while a call runs").ran.get_mut(&call).expect("it ran").1 =
            Some(reply);
    }

    /// Forgets what the table was free to forget.
    fn forget_sessions(&mut self) {
        let table = self.sessions.table();
        self.known.retain(|who, _| table.knows(&self.names[who.0], who.1));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_call_runs_twice_and_every_bound_holds(limits in limits(), steps in vec(step(), 0..200)) {
        let mut model = Model::new(limits);
        for step in steps {
            model.step(step);
        }
        while !model.running.is_empty() {
            model.end(0, Some(Vec::new()));
            model.sessions.table().check();
        }
        prop_assert_eq!(model.sessions.usage().running, 0);
        prop_assert!(model.waiting.is_empty());
        model.step(Step::Wait { secs: 600 });
        model.step(Step::Arrive { who: (0, 9), call: 1, digest: 0, settled: 1, retry: true });
        prop_assert_eq!(model.sessions.usage(), Usage::default(), "a session is left over");
    }
}
