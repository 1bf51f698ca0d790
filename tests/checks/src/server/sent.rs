//! What a hostile peer has sent, and what it must have been told of it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use isorun::StaticInterface;
use isorun::remote::{Header, MessageKind};

use super::hostile;
use super::world::{Ran, Relayed, World, export};
use crate::choices::Choices;
use crate::wire::{HOPS, Reply, call_message};
use isorun::Token;

const OK: u8 = 0;
const DUPLICATE: u8 = 13;
const LOST: u8 = 17;

/// The functions of the interface, in its order.
pub(super) mod function {
    pub(crate) const COUNT: usize = 0;
    pub(crate) const WAIT: usize = 1;
    pub(crate) const FAIL: usize = 2;
    pub(crate) const GIVE: usize = 3;
    pub(crate) const TAKE: usize = 4;
}

/// A call that is in order.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// In no body of another call.
    pub(super) n: u64,
    pub(super) session: u64,
    pub(super) call: u64,
    export: usize,
    function: usize,
    /// What `fail` and `give` are told besides the number.
    other: u64,
    pub(super) is_idempotent: bool,
    pub(super) message: Vec<u8>,
}

impl Call {
    /// A call of this number, with everything else as it is chosen. Its body is the only one with its `n`.
    pub(super) fn new(n: u64, (session, call): (u64, u64), tokens: &[Token], choices: &mut Choices<'_>) -> Call {
        let (export, function) = (choices.below(tokens.len()), choices.below(5));
        let other = match function {
            function::GIVE => choices.pick(&[0, 40, 300, 70 << 10]),
            function::TAKE => choices.pick(&[0, 40, 300, 5000]),
            _ => choices.bits() & 0xff,
        };
        let mut call = Call::of(n, (session, call), tokens, (export, function, other));
        call.vary(choices);
        call
    }

    /// A call that asks for nothing unusual.
    pub(super) fn of(
        n: u64,
        (session, call): (u64, u64),
        tokens: &[Token],
        (export, function, other): (usize, usize, u64),
    ) -> Call {
        let interface = hostile::Interface::interface();
        let mut body = n.to_le_bytes().to_vec();
        match function {
            function::FAIL => body.extend_from_slice(&[other as u8, 0, 0, 0, 0, 0, 0, 0]),
            function::GIVE => body.extend_from_slice(&other.to_le_bytes()),
            function::TAKE => {
                body.extend_from_slice(&16_u32.to_le_bytes());
                body.extend_from_slice(&(other as u32).to_le_bytes());
                body.resize(16 + other as usize, 1);
            }
            _ => {}
        }
        let mut message = call_message(tokens[export], interface, &interface.functions()[function], &body);
        message[8..16].copy_from_slice(&session.to_le_bytes());
        message[16..24].copy_from_slice(&call.to_le_bytes());
        Call { n, session, call, export, function, other, is_idempotent: false, message }
    }

    /// Changes what may differ between two copies of a call.
    pub(super) fn vary(&mut self, choices: &mut Choices<'_>) {
        let call = self.call;
        let mut set = |at: usize, value: u64| self.message[at..at + 8].copy_from_slice(&value.to_le_bytes());
        set(64, choices.pick(&[u64::MAX, 600_000_000, u64::MAX - 1, 0, 1, 500]));
        set(72, choices.pick(&[u64::MAX, 2000, 1 << 40, 999, 0]));
        set(80, choices.pick(&[u64::MAX, 1 << 20, 0]));
        set(88, choices.pick(&[0, 1, call / 2, call]));
        set(104, choices.pick(&[0, 0, 0, super::world::EPOCH, 1]));
        let hops: u16 = choices.pick(&[16, 1, 0, u16::MAX]);
        self.message[HOPS..HOPS + 2].copy_from_slice(&hops.to_le_bytes());
        let limit: u32 = choices.pick(&[u32::MAX, u32::MAX, 100, 0]);
        self.message[60..64].copy_from_slice(&limit.to_le_bytes());
    }

    /// Says that it may run twice.
    pub(super) fn idempotent(&mut self) {
        self.is_idempotent = true;
        self.message[6] |= 1;
    }

    /// Says that it was sent before, to this incarnation; 0 to any.
    pub(super) fn retry(&mut self, incarnation: u64) {
        self.message[6] |= 4;
        self.message[96..104].copy_from_slice(&incarnation.to_le_bytes());
    }

    pub(super) fn cancel(&self) -> Vec<u8> {
        Header::peek(&self.message).ok().and_then(|header| header.cancel()).expect("a call in order")
    }

    /// The body of the answer, if the call has a value that is not the relay's.
    fn value(&self) -> Vec<u8> {
        match self.function {
            function::GIVE => {
                let mut body = 8_u32.to_le_bytes().to_vec();
                body.extend_from_slice(&(self.other as u32).to_le_bytes());
                body.resize(8 + self.other as usize, self.n as u8);
                body
            }
            _ => self.n.to_le_bytes().to_vec(),
        }
    }
}

/// What all calls in order were told, whichever peer made them.
pub(super) struct Sent {
    world: Arc<World>,
    /// How often each body was sent.
    copies: HashMap<u64, usize>,
    /// Calls of peers with a name that were told that they have not run. They never do.
    denied: HashSet<Ran>,
    /// The first answer that says that a call ran, of each peer.
    answers: HashMap<(Ran, u64, u64), Vec<u8>>,
    /// A process is the same in all its answers.
    pub(super) incarnation: u64,
}

impl Sent {
    pub(super) fn new(world: Arc<World>) -> Sent {
        Sent { world, copies: HashMap::new(), denied: HashSet::new(), answers: HashMap::new(), incarnation: 0 }
    }

    pub(super) fn note(&mut self, call: &Call) {
        *self.copies.entry(call.n).or_default() += 1;
    }

    /// Demands that an answer is in order, and true.
    pub(super) fn check(&mut self, peer: Option<&str>, call: &Call, answer: &[u8]) {
        let reply = self.check_any(&call.message, answer);
        assert_eq!(answer[56..60], call.message[56..60], "the function is repeated");
        let is_only = self.copies.get(&call.n) == Some(&1);
        // An answer that was kept repeats those of the first copy.
        assert!(!is_only || answer[HOPS..HOPS + 2] == call.message[HOPS..HOPS + 2], "the hops are repeated");
        if call.is_idempotent {
            return;
        }
        if call.export == export::RELAY {
            if is_only {
                self.check_relayed(call, &reply);
            }
            return;
        }
        let key: Ran = (peer.map(Into::into), call.n);
        let runs = self.world.runs(&key);
        assert!(runs <= 1 || call.session == 0, "it ran {runs} times: {call:?}");
        if !reply.ran && (is_only || call.session != 0) {
            assert_eq!(runs, 0, "it was told that it has not run: {reply:?} {call:?}");
            // A peer without a name that calls what is not there leaves nothing behind.
            if peer.is_some() && call.session != 0 {
                self.denied.insert(key.clone());
            }
        }
        if reply.ran && reply.status != DUPLICATE {
            assert!(runs > 0, "it was told that it has run: {reply:?} {call:?}");
            if call.session != 0 {
                let first = self.answers.entry((key, call.session, call.call)).or_insert_with(|| answer.to_vec());
                assert_eq!(*first, answer, "one call has two answers: {call:?}");
            }
        }
        if reply.status == OK {
            assert_eq!(reply.body, call.value(), "it is the value of another call: {call:?}");
        }
    }

    /// Demands that what was denied has not run since.
    pub(super) fn check_denied(&self) {
        for ran in &self.denied {
            assert_eq!(self.world.runs(ran), 0, "it was told that it has not run, and then it ran: {ran:?}");
        }
    }

    fn check_relayed(&self, call: &Call, reply: &Reply) {
        let relayed = self.world.relayed(call.n);
        match relayed[..] {
            [] => assert!(!reply.ran || reply.status == DUPLICATE, "it was not passed on: {reply:?} {call:?}"),
            [Relayed::NotSent] => assert!(!reply.ran, "it was not sent: {reply:?} {call:?}"),
            [Relayed::Lost] => assert_eq!((reply.status, reply.ran), (LOST, true), "{call:?}"),
            [Relayed::Value] => {
                assert!(reply.ran, "{reply:?} {call:?}");
                assert!(reply.status != OK || reply.body == call.n.to_le_bytes(), "{reply:?} {call:?}");
            }
            [Relayed::Running] => assert!(reply.ran, "it had left: {reply:?} {call:?}"),
            [Relayed::Whatever] => {}
            _ => panic!("it was passed on more than once: {relayed:?} {call:?}"),
        }
    }

    /// Demands that bytes are an answer to these, whatever they are.
    pub(super) fn check_any(&mut self, message: &[u8], answer: &[u8]) -> Reply {
        let header = Header::peek(answer).unwrap_or_else(|bad| panic!("{bad}"));
        assert_eq!((header.kind(), header.message_length()), (MessageKind::Reply, answer.len() as u64));
        assert_eq!(answer[8..24], message[8..24], "session and call are repeated");
        // Who refuses on behalf of another has none.
        if let Some(incarnation) = header.incarnation() {
            let known = std::mem::replace(&mut self.incarnation, incarnation);
            assert!(known == 0 || known == incarnation, "a process has two incarnations");
        }
        Reply::read(answer)
    }
}

/// Whether bytes deserve an answer.
pub(super) fn deserves(message: &[u8]) -> bool {
    message.len() >= 24 && message.starts_with(b"iso") && message[4] == 0
}
