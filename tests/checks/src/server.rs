//! A runtime that hostile peers talk to, for many messages.

mod link;
mod sent;
mod task;
mod world;

use std::sync::Arc;

use isorun::remote::{Peer, Revoke};
use isorun::{Instance, Runtime, Token};

use crate::choices::Choices;
use link::End;
use sent::{Call, Sent, deserves, function};
use task::Task;
use world::{World, export};

/// What the peers call.
#[isorun::interface("src/server/hostile.wit")]
pub(crate) mod hostile {}

/// How many steps one input makes.
const STEPS: usize = 150;

/// Each byte or two decide what hostile peers do next: calls, copies of calls, cancels, answers and noise, one by one and over links,
/// while exports are revoked and links closed; and which of the runtime's tasks goes on.
///
/// Whatever they do, each call has one answer, which is in order and true; none runs twice; a peer of another name is served as if they
/// were not there; and at the end nothing is left.
pub fn server(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let mut play = Play::new();
    for _ in 0..STEPS {
        if choices.rest().is_empty() {
            break;
        }
        play.step(&mut choices);
    }
    play.end();
}

/// A message that is served by itself.
struct Serving {
    /// Its place among the peers.
    peer: usize,
    /// `None` if it is no call in order.
    call: Option<Call>,
    message: Arc<[u8]>,
    task: Task<Option<Vec<u8>>>,
}

struct Play {
    runtime: Runtime,
    world: Arc<World>,
    _instances: [Instance; 2],
    tokens: Vec<Token>,
    /// Two that are hostile and have room, and one that has hardly any.
    peers: [Peer; 3],
    honest: Peer,
    /// Its own: of any other one, the hostile peers may take all that the policy lets in.
    of_honest: [Token; 1],
    links: Vec<End>,
    sent: Sent,
    /// All calls in order, with who has made them first.
    calls: Vec<(usize, Call)>,
    serving: Vec<Serving>,
    revoking: Vec<Task<bool>>,
    last_n: u64,
    last_call: u64,
    last_honest: u64,
}

impl Play {
    fn new() -> Play {
        let (runtime, world) = (world::runtime(), Arc::<World>::default());
        let (tokens, instances) = world::exports(&runtime, &world);
        let of_honest = [runtime.export::<hostile::Interface>(&instances[0]).expect("it provides that")];
        let peers = [Peer::named("a"), Peer::default(), Peer::named("c").calls(2).bytes(700)];
        let mut play = Play {
            sent: Sent::new(world.clone()),
            runtime,
            world,
            _instances: instances,
            tokens,
            peers,
            honest: Peer::named("b"),
            of_honest,
            links: Vec::new(),
            calls: Vec::new(),
            serving: Vec::new(),
            revoking: Vec::new(),
            last_n: 0,
            last_call: 0,
            last_honest: 0,
        };
        for peer in [0, 2] {
            let end = play.open_link(peer);
            play.links.push(end);
        }
        play
    }

    fn open_link(&self, peer: usize) -> End {
        let calls = if peer == 0 { 8 } else { 2 };
        End::new(
            &self.runtime,
            peer,
            Peer::named(self.name(peer).expect("only those with a name")).calls(calls).bytes(2000),
        )
    }

    fn name(&self, peer: usize) -> Option<&'static str> {
        [Some("a"), None, Some("c")][peer]
    }

    fn step(&mut self, choices: &mut Choices<'_>) {
        match choices.below(24) {
            0..8 => self.new_call(choices),
            8..11 => self.copy(choices),
            11 => self.many_copies(choices),
            12 => self.cancel(choices),
            13 => self.noise(choices),
            14 => self.revoke(choices),
            15 => self.honest_call(),
            16 => self.link(choices),
            17 => self.drop_one(choices),
            18 => self.world.tell_one(),
            19 => self.world.set_answers((0..choices.below(40)).map(|_| choices.below(256) as u8).collect()),
            20 => self.settle(),
            21 | 22 => self.poll_one(choices),
            _ => self.links[choices.below(2)].drain(&mut self.sent),
        }
    }

    /// A number that no other body has, and that few changes do not turn into one of another body.
    fn next_n(&mut self) -> u64 {
        self.last_n += 1;
        self.last_n.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    fn ids(&mut self, choices: &mut Choices<'_>) -> (u64, u64) {
        let session = choices.pick(&[1, 2, 0, u64::MAX]);
        self.last_call += 1;
        let call = choices.pick(&[self.last_call, self.last_call, self.last_call, 1, 2, 3, u64::MAX, u64::MAX - 1]);
        (session, call)
    }

    fn new_call(&mut self, choices: &mut Choices<'_>) {
        let (n, ids) = (self.next_n(), self.ids(choices));
        let mut call = match choices.below(4) {
            0 => Call::new(n, ids, &self.tokens, choices),
            // Most are such that they run.
            _ => {
                let export = choices.pick(&[export::OPEN, export::OPEN, export::RELAY, 2, 3, 9]);
                let what =
                    (export, choices.pick(&[function::COUNT, function::WAIT, function::FAIL, function::WAIT]), 1);
                Call::of(n, ids, &self.tokens, what)
            }
        };
        if choices.below(8) == 7 {
            call.idempotent();
        }
        let peer = choices.below(3);
        self.calls.push((peer, call.clone()));
        self.send(peer, call, choices);
    }

    /// Sends a call again: as it was, changed in what may change, or with another body.
    fn copy(&mut self, choices: &mut Choices<'_>) {
        let Some((peer, mut call)) = self.any_call(choices) else { return };
        match choices.below(6) {
            0 | 1 => {}
            2 => call.retry(choices.pick(&[0, self.sent.incarnation, 1])),
            3 => call.vary(choices),
            4 => {
                call.retry(self.sent.incarnation);
                call.vary(choices);
            }
            _ => {
                let n = self.next_n();
                call = Call::new(n, (call.session, call.call), &self.tokens, choices);
            }
        }
        // Another peer's call of these numbers is another call.
        let peer = if choices.below(4) == 3 { choices.below(3) } else { peer };
        self.send(peer, call, choices);
    }

    fn many_copies(&mut self, choices: &mut Choices<'_>) {
        let Some((peer, call)) = self.any_call(choices) else { return };
        for _ in 0..36 {
            self.serve(peer, Some(call.clone()), call.message.clone(), true);
        }
    }

    fn any_call(&self, choices: &mut Choices<'_>) -> Option<(usize, Call)> {
        // The latest are the most interesting.
        let most = if choices.below(2) == 0 { 3 } else { usize::MAX };
        let back = choices.below(self.calls.len().min(most));
        self.calls.iter().rev().nth(back).cloned()
    }

    /// Sends a call over a link, if there is one, or by itself.
    fn send(&mut self, peer: usize, call: Call, choices: &mut Choices<'_>) {
        let link = self.links.iter_mut().find(|link| link.peer == peer && !link.is_closed);
        match (choices.below(8), link) {
            (5.., Some(link)) => {
                self.sent.note(&call);
                link.receive(&call.message.clone(), Some(call));
            }
            (kind, _) => {
                let message = call.message.clone();
                self.serve(peer, Some(call), message, kind != 0);
            }
        }
    }

    fn serve(&mut self, peer: usize, call: Option<Call>, message: Vec<u8>, at_once: bool) {
        if let Some(call) = &call {
            self.sent.note(call);
        }
        let message: Arc<[u8]> = message.into();
        let (runtime, by, bytes) = (self.runtime.clone(), self.peers[peer].clone(), message.clone());
        let task = Task::new(async move { runtime.serve(&bytes).from(&by).await });
        self.serving.push(Serving { peer, call, message, task });
        if at_once {
            self.poll(self.serving.len() - 1);
        }
    }

    /// Polls one message that is served, and looks at its answer. Gives whether it has ended.
    fn poll(&mut self, place: usize) -> bool {
        let Some(answer) = self.serving[place].task.poll() else { return false };
        let Serving { peer, call, message, .. } = self.serving.swap_remove(place);
        assert_eq!(answer.is_some(), deserves(&message), "what deserves an answer is answered, and nothing else");
        match (answer, call) {
            (None, _) => {}
            (Some(answer), Some(call)) => self.sent.check(self.name(peer), &call, &answer),
            (Some(answer), None) => drop(self.sent.check_any(&message, &answer)),
        }
        true
    }

    fn poll_one(&mut self, choices: &mut Choices<'_>) {
        if !self.serving.is_empty() {
            self.poll(choices.below(self.serving.len()));
        }
    }

    fn drop_one(&mut self, choices: &mut Choices<'_>) {
        if !self.serving.is_empty() {
            self.serving.swap_remove(choices.below(self.serving.len()));
        }
    }

    fn cancel(&mut self, choices: &mut Choices<'_>) {
        let cancel = match self.any_call(choices) {
            Some((_, mut call)) => {
                if choices.below(4) == 3 {
                    // Perhaps one that comes later.
                    call.message[16..24].copy_from_slice(&(self.last_call + 1).to_le_bytes());
                    call.message[88..96].fill(0);
                }
                call.cancel()
            }
            None => return,
        };
        self.message(cancel, choices);
    }

    /// What is no call in order: changed calls, answers, and bytes of anyone's making.
    fn noise(&mut self, choices: &mut Choices<'_>) {
        let (n, ids) = (self.next_n(), self.ids(choices));
        let mut message = Call::new(n, ids, &self.tokens, choices).message;
        match choices.below(4) {
            0 => message[88..96].copy_from_slice(&choices.bits().to_le_bytes()),
            1 => message[4] = 1,
            2 => message = (0..choices.below(200)).map(|_| choices.below(256) as u8).collect(),
            _ => {}
        }
        choices.edit(&mut message);
        self.message(message, choices);
    }

    fn message(&mut self, message: Vec<u8>, choices: &mut Choices<'_>) {
        match choices.below(5) {
            kind @ 0..3 => self.serve(kind, None, message, true),
            kind => self.links[kind - 3].receive(&message, None),
        }
    }

    fn revoke(&mut self, choices: &mut Choices<'_>) {
        let token = self.tokens[export::REVOKED + choices.below(3)];
        let (runtime, how) = (self.runtime.clone(), choices.pick(&[Revoke::New, Revoke::Drain, Revoke::Stop]));
        let mut task = Task::new(async move { runtime.revoke(&token, how).await });
        if task.poll().is_none() {
            self.revoking.push(task);
        }
    }

    /// A peer of another name, with the numbers that the hostile ones use. Nothing that they do is seen by it.
    fn honest_call(&mut self) {
        self.last_honest += 1;
        let n = self.next_n();
        let mut call = Call::of(n, (1, self.last_honest), &self.of_honest, (0, function::COUNT, 0));
        self.sent.note(&call);
        let first = self.answer_to_honest(&call);
        self.sent.check(Some("b"), &call, &first);
        assert_eq!(first[5], 0, "it is served");
        call.retry(self.sent.incarnation);
        self.sent.note(&call);
        assert_eq!(self.answer_to_honest(&call), first, "its answer was kept");
        assert_eq!(self.world.runs(&(Some("b".into()), n)), 1);
    }

    fn answer_to_honest(&self, call: &Call) -> Vec<u8> {
        let (runtime, peer, message) = (self.runtime.clone(), self.honest.clone(), call.message.clone());
        let mut task = Task::new(async move { runtime.serve(&message).from(&peer).await });
        task.poll().flatten().expect("nobody makes it wait")
    }

    fn link(&mut self, choices: &mut Choices<'_>) {
        let place = choices.below(2);
        match choices.below(6) {
            0..3 => {
                let n = self.next_n();
                self.links[place].call(n);
            }
            3 => self.links[place].answer(choices),
            4 => self.links[place].drop_call(choices),
            _ => {
                let peer = self.links[place].peer;
                self.links[place].close(&mut self.sent);
                let end = self.open_link(peer);
                std::mem::replace(&mut self.links[place], end).end();
            }
        }
    }

    /// Lets everything go on that was woken, until nothing is.
    fn settle(&mut self) {
        for _ in 0..10_000 {
            let mut went_on = false;
            let mut place = 0;
            while place < self.serving.len() {
                let is_woken = self.serving[place].task.is_woken();
                went_on |= is_woken;
                if !(is_woken && self.poll(place)) {
                    place += 1;
                }
            }
            for link in &mut self.links {
                went_on |= link.go_on(&mut self.sent);
            }
            let before = self.revoking.len();
            self.revoking.retain_mut(|task| !task.is_woken() || task.poll().is_none());
            went_on |= self.revoking.len() < before;
            if !went_on {
                return;
            }
        }
        panic!("it does not come to rest");
    }

    fn end(mut self) {
        self.world.open();
        self.settle();
        assert!(self.serving.is_empty(), "a call that may go on is not woken");
        assert!(self.revoking.is_empty(), "an export that is left by all is not revoked");
        for mut link in std::mem::take(&mut self.links) {
            link.drain(&mut self.sent);
            link.all_answered();
            link.close(&mut self.sent);
            link.end();
        }
        self.sent.check_denied();
        assert_eq!(self.world.inside(), 0, "a call is left in a system");
        for export in self.runtime.exports() {
            assert_eq!((export.running, export.waiting, export.bytes), (0, 0, 0), "something is left: {export:?}");
        }
    }
}
