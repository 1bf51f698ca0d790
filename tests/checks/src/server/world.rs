//! What the hostile peers call: systems that note what runs, a relay, and the exports of both.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use isorun::remote::{Cancel, Detail, ExportPolicy, ImportPolicy, RemoteError};
use isorun::{Budget, CallError, Cx, Instance, Runtime, Token, Transport, TransportError};

use super::hostile;
use crate::choices::Choices;
use crate::wire::{body_of, reply_message, trap_message};

/// The name of a peer, and the number in the body of its call.
pub(super) type Ran = (Option<String>, u64);

/// What the systems have done, and what they wait for.
#[derive(Default)]
pub(super) struct World(Mutex<State>);

#[derive(Default)]
struct State {
    /// How often each call ran.
    runs: HashMap<Ran, u32>,
    /// How many calls wait inside of a system or the relay's transport.
    inside: usize,
    /// How many of them may go on; all of them once the gate is open.
    tickets: usize,
    is_open: bool,
    wakers: Vec<Waker>,
    /// What the other side of the relay answers next, and what has become of the calls there.
    answers: Vec<u8>,
    relayed: HashMap<u64, Vec<Relayed>>,
}

/// What became of a call at the relay's transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relayed {
    /// It has not ended there.
    Running,
    NotSent,
    Lost,
    /// A value, as the other side should give it.
    Value,
    /// An answer of anyone's making.
    Whatever,
}

impl World {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn runs(&self, ran: &Ran) -> u32 {
        self.state().runs.get(ran).copied().unwrap_or(0)
    }

    /// What became of a call at the relay's transport, each time that it came there.
    pub(super) fn relayed(&self, n: u64) -> Vec<Relayed> {
        self.state().relayed.get(&n).cloned().unwrap_or_default()
    }

    pub(super) fn inside(&self) -> usize {
        self.state().inside
    }

    /// Lets one call go on that waits, or comes to wait.
    pub(super) fn tell_one(&self) {
        self.state().tickets += 1;
        self.wake();
    }

    /// Lets all go on from now on.
    pub(super) fn open(&self) {
        self.state().is_open = true;
        self.wake();
    }

    /// What the other side of the relay answers from now on.
    pub(super) fn set_answers(&self, bytes: Vec<u8>) {
        self.state().answers = bytes;
    }

    fn wake(&self) {
        let wakers = std::mem::take(&mut self.state().wakers);
        wakers.into_iter().for_each(Waker::wake);
    }

    fn note(&self, cx: &Cx, n: u64) {
        *self.state().runs.entry((cx.peer().map(String::from), n)).or_default() += 1;
    }

    /// Waits until it is told to go on.
    async fn told(&self) {
        let _inside = Inside::new(self);
        poll_fn(|task| {
            let mut state = self.state();
            if state.is_open || state.tickets > 0 {
                state.tickets = state.tickets.saturating_sub(1);
                return Poll::Ready(());
            }
            state.wakers.push(task.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

struct Inside<'a>(&'a World);

impl Inside<'_> {
    fn new(world: &World) -> Inside<'_> {
        world.state().inside += 1;
        Inside(world)
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.state().inside -= 1;
    }
}

/// A system that notes what it runs, before it does anything else.
struct Work(Arc<World>);

#[isorun::system]
impl hostile::Work for Work {
    fn count(&self, cx: &Cx, n: u64) -> u64 {
        self.0.note(cx, n);
        n
    }

    async fn wait(&self, cx: &Cx, n: u64) -> u64 {
        self.0.note(cx, n);
        self.0.told().await;
        n
    }

    fn fail(&self, cx: &Cx, n: u64, how: u8) -> isorun::Result<u64> {
        self.0.note(cx, n);
        Err(failure(how))
    }

    async fn give(&self, cx: &Cx, n: u64, bytes: u32) -> Vec<u8> {
        self.0.note(cx, n);
        vec![n as u8; bytes as usize % (80 << 10)]
    }

    fn take(&self, cx: &Cx, n: u64, bytes: &[u8]) -> u64 {
        self.0.note(cx, n);
        let _ = bytes;
        n
    }
}

/// Errors that by themselves say that something has not run.
fn failure(how: u8) -> CallError {
    let (instance, function): (Arc<str>, Arc<str>) = ("other".into(), "f".into());
    match how % 6 {
        0 => CallError::Busy { instance, waiting: 1 },
        1 => CallError::NoCapacity { instance, message: "there is no place".into() },
        2 => CallError::Removed { instance },
        3 => CallError::Cancelled { instance, function },
        4 => RemoteError::NotSent { function, message: "no route".into() }.into(),
        _ => RemoteError::Lost { function, message: "the wire was cut".into() }.into(),
    }
}

/// The way to the other side of the relay.
struct Far(Arc<World>);

impl Transport for Far {
    async fn call(&self, message: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        let world = &*self.0;
        let n = body_of(&message).first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        world.state().relayed.entry(n).or_default().push(Relayed::Running);
        let answers = world.state().answers.clone();
        let mut choices = Choices::new(&answers);
        if choices.below(4) == 3 {
            world.told().await;
        }
        let (became, answer) = match choices.below(6) {
            0 => (Relayed::Value, Ok(reply_message(&message, &n.to_le_bytes()))),
            1 => (Relayed::NotSent, Err(TransportError::NotSent("no route".into()))),
            2 => (Relayed::Lost, Err(TransportError::Lost("the wire was cut".into()))),
            3 => (Relayed::Whatever, Ok(choices.rest().to_vec())),
            kind => {
                let mut reply = match kind {
                    4 => reply_message(&message, &n.to_le_bytes()),
                    _ => trap_message(&message, "it does not say what it is asked"),
                };
                choices.edit(&mut reply);
                (Relayed::Whatever, Ok(reply))
            }
        };
        if let Some(running) =
            world.state().relayed.get_mut(&n).and_then(|of| of.iter_mut().find(|one| **one == Relayed::Running))
        {
            *running = became;
        }
        answer
    }
}

/// What peers may call, by its place among the tokens.
pub(super) mod export {
    pub(crate) const OPEN: usize = 0;
    pub(crate) const RELAY: usize = 7;
    /// Those from here on are revoked at times.
    pub(crate) const REVOKED: usize = 8;
    pub(crate) const ALL: usize = 11;
}

/// The epoch of the export that has one.
pub(super) const EPOCH: u64 = 7;

/// A runtime without apps whose times are longer than any input takes.
pub(super) fn runtime() -> Runtime {
    let budget = Budget { time: Duration::from_secs(600), ..Budget::default() };
    let builder = Runtime::builder().budget(budget).max_message(256 << 10).seed([7; 32]).secret([1; 32]);
    builder.build().expect("this machine can make a runtime")
}

/// Provides everything, and exports it. Gives the tokens, and what must be kept.
pub(super) fn exports(runtime: &Runtime, world: &Arc<World>) -> (Vec<Token>, [Instance; 2]) {
    let work = runtime.provide(Work(world.clone()));
    let relay = runtime.import_with::<hostile::Interface>(
        Token::from_bytes([7; 16]),
        Far(world.clone()),
        &ImportPolicy::default().retries(0),
    );
    let any = ExportPolicy::default;
    let (floor, cap) = (Budget { fuel: 1000, ..NOTHING }, Budget { fuel: 5000, ..Budget::default() });
    let policies = [
        any(),
        any().only(["count", "wait"]).tell(Detail::Text),
        any().calls(1).waiting(1),
        any().bytes(400).on_cancel(Cancel::Finish),
        any().floor(floor).cap(cap),
        any().until(std::time::Instant::now() + Duration::from_micros(500)),
        any().epoch(EPOCH).named("hostile"),
        any(),
        any(),
        any().calls(1),
        any().named("revoked").waiting(0),
    ];
    assert_eq!(policies.len(), export::ALL);
    let tokens = policies.iter().enumerate().map(|(place, policy)| {
        let instance = if place == export::RELAY { &relay } else { &work };
        runtime.export_with::<hostile::Interface>(instance, policy).expect("it provides that")
    });
    (tokens.collect(), [work.clone(), relay.clone()])
}

const NOTHING: Budget = Budget { fuel: 0, time: Duration::ZERO, memory: 0 };
