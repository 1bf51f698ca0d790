//! One end of a link, and the hostile peer at the other.

use std::collections::HashMap;
use std::sync::Arc;
use std::task::{Context, Poll};

use isorun::remote::{Header, ImportPolicy, Link, MessageKind, Peer};
use isorun::{CallError, Instance, Runtime, Token};

use super::hostile;
use super::sent::{Call, Sent, deserves};
use super::task::{Flag, Task};
use crate::choices::Choices;
use crate::wire::{body_of, reply_message, trap_message};

pub(super) struct End {
    /// The place of its peer.
    pub(super) peer: usize,
    pub(super) is_closed: bool,
    name: String,
    link: Link,
    far: Instance,
    /// Who takes frames.
    taker: Arc<Flag>,
    /// What was received that deserves an answer, by session and id.
    received: HashMap<(u64, u64), Received>,
    /// Calls of this side that the peer has not answered, and those that wait for an answer.
    outgoing: Vec<Vec<u8>>,
    waiting: Vec<(u64, Task<Result<u64, CallError>>)>,
    /// Whether each was answered in order, and nothing else.
    answered: HashMap<u64, bool>,
}

/// What was received for one session and id.
#[derive(Default)]
struct Received {
    /// How many answers there must be, how many more there may be, and how many there were.
    must: usize,
    may: usize,
    answers: usize,
    calls: Vec<Call>,
    message: Vec<u8>,
}

impl End {
    pub(super) fn new(runtime: &Runtime, place: usize, peer: Peer) -> End {
        let (name, link) = (peer.name().unwrap_or_default().to_string(), runtime.link(peer));
        let policy = ImportPolicy::default().retries(0);
        let far = runtime.import_with::<hostile::Interface>(Token::from_bytes([9; 16]), link.clone(), &policy);
        End {
            peer: place,
            is_closed: false,
            name,
            link,
            far,
            taker: Flag::new(),
            received: HashMap::new(),
            outgoing: Vec::new(),
            waiting: Vec::new(),
            answered: HashMap::new(),
        }
    }

    /// The peer sends a message, which may be a call in order.
    pub(super) fn receive(&mut self, message: &[u8], call: Option<Call>) {
        if !self.is_closed && deserves(message) {
            let word = |at: usize| u64::from_le_bytes(*message[at..].first_chunk().expect("it is long enough"));
            let before = self.link.stats().calls_refused;
            self.link.receive(message.to_vec());
            let received = self.received.entry((word(8), word(16))).or_default();
            // For which there is no room has no answer if it is malformed, or if the call runs that it is a copy of.
            match self.link.stats().calls_refused == before {
                true => received.must += 1,
                false => received.may += 1,
            }
            received.message = message.to_vec();
            received.calls.extend(call);
        } else {
            self.link.receive(message.to_vec());
        }
    }

    /// Takes all frames that there are.
    pub(super) fn drain(&mut self, sent: &mut Sent) {
        loop {
            match self.link.poll_send(&mut Context::from_waker(&self.taker.waker())) {
                Poll::Ready(Some(frame)) => self.take(&frame, sent),
                Poll::Ready(None) => return assert!(self.is_closed, "it has ended by itself"),
                Poll::Pending => return,
            }
        }
    }

    fn take(&mut self, frame: &[u8], sent: &mut Sent) {
        let header = Header::peek(frame).unwrap_or_else(|bad| panic!("{bad}"));
        match header.kind() {
            MessageKind::Call => self.outgoing.push(frame.to_vec()),
            MessageKind::Cancel => {}
            _ => {
                let received = self.received.get_mut(&(header.session(), header.call()));
                let received = received.expect("nobody has asked for this answer");
                received.answers += 1;
                assert!(received.answers <= received.must + received.may, "one call has two answers");
                sent.check_any(&received.message, frame);
                // Of several with these numbers, it is not known which one this answers.
                if let [call] = &received.calls[..]
                    && received.must + received.may == 1
                {
                    sent.check(Some(&self.name), call, frame);
                }
            }
        }
    }

    /// Everything has been let go on: each call has its answer.
    pub(super) fn all_answered(&self) {
        for (ids, received) in &self.received {
            assert!(received.answers >= received.must, "a call has no answer: {ids:?}");
        }
        let stats = self.link.stats();
        assert_eq!((stats.serving, stats.queued_bytes), (0, 0), "{stats:?}");
    }

    /// Goes on with what was woken. Gives whether anything was.
    pub(super) fn go_on(&mut self, sent: &mut Sent) -> bool {
        let mut went_on = self.taker.is_set() && !self.is_closed;
        if went_on {
            self.drain(sent);
        }
        let mut place = 0;
        while let Some((n, task)) = self.waiting.get_mut(place) {
            let n = *n;
            match task.is_woken().then(|| task.poll()).flatten() {
                Some(result) => {
                    went_on = true;
                    drop(self.waiting.swap_remove(place));
                    self.check(n, &result);
                }
                None => place += 1,
            }
        }
        went_on
    }

    fn check(&self, n: u64, result: &Result<u64, CallError>) {
        match (self.answered.get(&n), result) {
            (None, result) => assert!(result.is_err(), "nobody has answered {n}: {result:?}"),
            (Some(true), result) => assert_eq!(result.as_ref().ok(), Some(&n), "{result:?}"),
            (Some(false), result) => assert!(!matches!(result, Err(CallError::HostPanic { .. })), "{result:?}"),
        }
    }

    /// This side calls the peer.
    pub(super) fn call(&mut self, n: u64) {
        let far = self.far.clone();
        let mut task =
            Task::new(async move { far.caller::<hostile::Interface>().expect("it is of that").count(n).await });
        match task.poll() {
            Some(result) => self.check(n, &result),
            None => self.waiting.push((n, task)),
        }
    }

    /// The peer answers one of the calls of this side, in order or otherwise.
    pub(super) fn answer(&mut self, choices: &mut Choices<'_>) {
        if self.outgoing.is_empty() {
            return;
        }
        let place = choices.below(self.outgoing.len());
        let call = self.outgoing[place].clone();
        let n = body_of(&call).first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let mut reply = reply_message(&call, &n.to_le_bytes());
        let kind = choices.below(4);
        match kind {
            0 => drop(self.outgoing.swap_remove(place)),
            1 => choices.edit(&mut reply),
            2 => {
                reply = trap_message(&call, "it does not say what it is asked");
                choices.edit(&mut reply);
            }
            _ => reply[8..16].copy_from_slice(&choices.bits().to_le_bytes()),
        }
        let is_in_order = kind == 0;
        self.answered.entry(n).and_modify(|before| *before &= is_in_order).or_insert(is_in_order);
        self.receive(&reply, None);
    }

    /// Nobody waits for one of the calls of this side any longer.
    pub(super) fn drop_call(&mut self, choices: &mut Choices<'_>) {
        if !self.waiting.is_empty() {
            self.waiting.swap_remove(choices.below(self.waiting.len()));
        }
    }

    pub(super) fn close(&mut self, sent: &mut Sent) {
        self.link.close();
        self.is_closed = true;
        self.drain(sent);
        self.go_on(sent);
        assert!(self.waiting.is_empty(), "a call waits for what has ended");
    }

    /// Nothing is left of one that is closed.
    pub(super) fn end(self) {
        assert!(self.is_closed);
        let stats = self.link.stats();
        assert_eq!((stats.in_flight, stats.waiting, stats.serving, stats.queued_bytes), (0, 0, 0, 0), "{stats:?}");
    }
}
