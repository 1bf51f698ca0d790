//! Whoever is refused is not told that a call has not run which has: a copy of it came before, and the caller cannot know which one is
//! answered.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

use isorun::remote::{ExportPolicy, Header, Link, Peer, Revoke};
use isorun::{Runtime, StaticInterface, Token, TransportError};
use isorun_checks::wire::{HOPS, Reply, call_message};

#[isorun::interface("src/server/hostile.wit")]
mod hostile {}

/// Counts what runs. `wait` never ends.
struct Work(Arc<AtomicU64>);

#[isorun::system]
impl hostile::Work for Work {
    fn count(&self, n: u64) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst);
        n
    }
    async fn wait(&self, n: u64) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst);
        std::future::pending::<()>().await;
        n
    }
    fn fail(&self, n: u64, _how: u8) -> u64 {
        n
    }
    fn give(&self, _n: u64, _bytes: u32) -> Vec<u8> {
        Vec::new()
    }
    fn take(&self, n: u64, _bytes: &[u8]) -> u64 {
        n
    }
}

const DUPLICATE: u8 = 13;

struct World {
    runtime: Runtime,
    runs: Arc<AtomicU64>,
    token: Token,
    peer: Peer,
}

fn world() -> World {
    let (runtime, runs) = (Runtime::new().unwrap(), Arc::<AtomicU64>::default());
    let work = runtime.provide(Work(runs.clone()));
    let token = runtime.export_with::<hostile::Interface>(&work, &ExportPolicy::default().epoch(7)).unwrap();
    World { runtime, runs, token, peer: Peer::named("a").calls(40) }
}

/// The call of this number in session 1, of the function in this place.
fn call(token: Token, number: u64, function: usize) -> Vec<u8> {
    let interface = hostile::Interface::interface();
    let mut message = call_message(token, interface, &interface.functions()[function], &7_u64.to_le_bytes());
    message[8] = 1;
    message[16..24].copy_from_slice(&number.to_le_bytes());
    message
}

type Serving<'a> = Pin<Box<dyn Future<Output = Option<Vec<u8>>> + Send + 'a>>;

impl World {
    fn serve<'a>(&'a self, message: &'a [u8]) -> Serve<'a> {
        Serve { future: self.runtime.serve(message).from(&self.peer).into_future() }
    }

    /// The answer, which nobody makes wait.
    fn answer(&self, message: &[u8]) -> Reply {
        Reply::read(&self.serve(message).now().expect("an answer at once"))
    }
}

struct Serve<'a> {
    future: Serving<'a>,
}

impl Serve<'_> {
    fn now(&mut self) -> Option<Vec<u8>> {
        match self.future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => Some(answer.expect("a call has an answer")),
            Poll::Pending => None,
        }
    }
}

/// More copies than may wait for one answer.
#[test]
fn a_copy_too_many_is_told_that_it_may_have_run() {
    let world = world();
    let message = call(world.token, 1, 1);
    let mut waiting: Vec<_> = (0..34).map(|_| world.serve(&message)).collect();
    let answers: Vec<_> = waiting.iter_mut().filter_map(Serve::now).map(|answer| Reply::read(&answer)).collect();
    assert!(!answers.is_empty(), "so many do not wait");
    for answer in answers {
        assert_eq!((answer.status, answer.ran), (DUPLICATE, true), "{answer:?}");
    }
    assert_eq!(world.runs.load(Ordering::SeqCst), 1);
}

#[test]
fn a_copy_that_comes_when_its_export_is_gone_has_the_answer_of_the_first() {
    let world = world();
    let (counts, waits) = (call(world.token, 1, 0), call(world.token, 2, 1));
    let first = world.serve(&counts).now();
    let mut running = world.serve(&waits);
    assert_eq!(running.now(), None);
    let revoked = pin!(world.runtime.revoke(&world.token, Revoke::New));
    assert_eq!(revoked.poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(true));
    assert_eq!(world.serve(&counts).now(), first);
    assert_eq!(world.serve(&waits).now(), None, "it waits for the answer of the first");
    let unknown = world.answer(&call(world.token, 3, 0));
    assert_eq!((unknown.status, unknown.ran), (5, false));
}

/// A copy says less of what may be, because it was sent later.
#[test]
fn a_copy_that_could_not_run_has_the_answer_of_the_first() {
    let world = world();
    let message = call(world.token, 1, 0);
    let first = world.serve(&message).now();
    let changes: [fn(&mut Vec<u8>); 4] = [
        |late| late[64..72].fill(0),
        |far| far[HOPS..HOPS + 2].fill(0),
        |moved| moved[104] = 8,
        |unknown| unknown[48] ^= 1,
    ];
    for change in changes {
        let mut copy = message.clone();
        change(&mut copy);
        assert_eq!(world.serve(&copy).now(), first);
    }
}

/// After a restart, tokens without a name are unknown.
#[test]
fn one_that_was_sent_to_another_process_is_told_that_it_may_have_run() {
    let world = world();
    let mut message = call(Token::from_bytes([9; 16]), 1, 0);
    message[6] = 4;
    message[96] = 1;
    let answer = world.answer(&message);
    assert_eq!((answer.status, answer.ran), (DUPLICATE, true), "{answer:?}");
}

#[test]
fn a_copy_for_which_there_is_no_room_is_told_that_it_may_have_run() {
    let mut world = world();
    world.peer = Peer::named("a").calls(1);
    let (waits, counts) = (call(world.token, 1, 1), call(world.token, 2, 0));
    world.serve(&counts).now().unwrap();
    let mut running = world.serve(&waits);
    assert_eq!(running.now(), None);
    for message in [&waits, &counts] {
        let answer = world.answer(message);
        assert_eq!((answer.status, answer.ran), (DUPLICATE, true), "{answer:?}");
    }
    let new = world.answer(&call(world.token, 3, 0));
    assert_eq!((new.status, new.ran), (3, false));
}

/// A session that is not known may have been forgotten, and another process may have run it.
#[test]
fn a_retry_for_which_there_is_no_room_is_told_that_it_may_have_run() {
    let mut world = world();
    world.peer = Peer::named("a").calls(1);
    let waits = call(world.token, 1, 1);
    let mut running = world.serve(&waits);
    assert_eq!(running.now(), None);
    let mut of_another = call(world.token, 2, 0);
    of_another[6] = 4;
    let mut forgotten = of_another.clone();
    (of_another[96], forgotten[8]) = (1, 2);
    for message in [of_another, forgotten] {
        let answer = world.answer(&message);
        assert_eq!((answer.status, answer.ran), (DUPLICATE, true), "{answer:?}");
    }
}

/// All frames that a link has.
fn frames(link: &Link) -> Vec<(u8, bool)> {
    let mut frames = Vec::new();
    while let Poll::Ready(Some(frame)) = link.poll_send(&mut Context::from_waker(Waker::noop())) {
        let reply = Reply::read(&frame);
        frames.push((reply.status, reply.ran));
    }
    frames
}

#[test]
fn a_copy_for_which_a_link_has_no_room_is_not_told_that_it_has_not_run() {
    let world = world();
    let link = world.runtime.link(Peer::named("a").calls(1));
    let receive = |messages: &[&Vec<u8>]| messages.iter().for_each(|&message| link.receive(message.clone()));
    let (counts, waits, new) = (call(world.token, 1, 0), call(world.token, 2, 1), call(world.token, 3, 0));
    receive(&[&counts, &counts, &new]);
    assert_eq!(frames(&link), [(0, true), (DUPLICATE, true), (4, false)]);
    // While it runs, its answer is to come.
    receive(&[&waits, &waits]);
    assert_eq!(frames(&link), []);
    let mut of_another = call(world.token, 4, 0);
    (of_another[6], of_another[96]) = (4, 1);
    receive(&[&of_another]);
    assert_eq!(frames(&link), [(DUPLICATE, true)]);
}

/// The relay has sent it, and gives it up without an answer.
#[test]
fn one_that_was_passed_on_and_then_cancelled_is_told_as_run() {
    let mut world = world();
    let silent = |_message: Vec<u8>| std::future::pending::<Result<Vec<u8>, TransportError>>();
    let relay = world.runtime.import::<hostile::Interface>(Token::from_bytes([9; 16]), silent);
    world.token = world.runtime.export::<hostile::Interface>(&relay).unwrap();
    let message = call(world.token, 1, 0);
    let mut running = world.serve(&message);
    assert_eq!(running.now(), None);
    let cancel = Header::peek(&message).unwrap().cancel().unwrap();
    let cancelled = pin!(world.runtime.serve(&cancel).from(&world.peer).into_future());
    assert_eq!(cancelled.poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(None));
    let answer = Reply::read(&running.now().unwrap());
    assert_eq!((answer.status, answer.ran), (12, true), "{answer:?}");
}
