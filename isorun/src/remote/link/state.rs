//! What a link knows: which calls wait for an answer, what is to be sent, what is served.
//!
//! # Invariants
//!
//! * A call of this side has one entry from its first poll until its future has ended or is dropped. Nobody else adds or removes one.
//! * Calls get into the queue in the order of their arrival: while one waits for room, whoever comes waits behind it.
//! * A call of the peer counts from its receipt until its reply is taken from the queue, or until it is known that there is none.
//! * Nothing here wakes, clones or drops a waker, drops a frame that came from outside, or runs anybody's code: what is to be woken or
//!   dropped is given back, for where no lock is held.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::mem;
use std::sync::Arc;
use std::task::Waker;

use bytes::Bytes;

use super::ending::{Ending, Remains};
use super::local::Local;
use super::serve::Running;
use super::stats::LinkStats;
use crate::error::remote::Status;
use crate::remote::peer::Peer;
use crate::remote::wire::header::Header;
use crate::remote::wire::token::Token;
use crate::remote::wire::transport::TransportError;

/// What a link knows. It is behind one lock.
#[derive(Default)]
pub(super) struct State {
    most_calls: usize,
    most_bytes: usize,
    /// Why the link has ended, once it has.
    pub(super) ended: Option<Ending>,
    /// The same in words.
    why: String,
    calls: HashMap<Key, Entry>,
    /// The calls that wait for room, by ticket, so that the first is the one that came first.
    waiting: BTreeMap<u64, Key>,
    last_ticket: u64,
    /// Calls that are queued or sent, and the bytes of their messages.
    in_flight: usize,
    in_flight_bytes: usize,
    queue: VecDeque<Queued>,
    /// How many entries of the queue are of calls that were dropped before they were taken.
    abandoned: usize,
    /// Bytes of the calls, the replies and the notices in the queue, and the number of notices.
    call_bytes: usize,
    reply_bytes: usize,
    notice_bytes: usize,
    notices: usize,
    /// The task that polled last for a frame and got none.
    pub(super) sender: Option<Waker>,
    /// Calls of the peer, and the bytes of their messages or replies.
    serving: usize,
    serving_bytes: usize,
    /// The calls that are served elsewhere than where they were received.
    pub(super) running: BTreeMap<u64, Running>,
    last_running: u64,
    /// Those that are to be polled by whoever polls for frames.
    pub(super) ready: VecDeque<Arc<Local>>,
    /// What is exported for the peer.
    offers: Vec<Token>,
    replies_dropped: u64,
    calls_refused: u64,
}

/// What a call is known by: its session and its id.
pub(super) type Key = (u64, u64);

/// A call of this side whose future has not ended.
struct Entry {
    ticket: u64,
    size: usize,
    expected: Expected,
    stage: Stage,
    waker: Option<Waker>,
}

/// What a reply must repeat besides the session and the id.
#[derive(Clone, Copy)]
struct Expected {
    interface: u64,
    signature: u64,
    function: u32,
}

enum Stage {
    /// It waits until there is room.
    Waiting(Bytes),
    Queued(Bytes),
    Sent,
    Answered(Bytes),
    /// The link has ended before.
    Failed(TransportError),
}

/// A frame that is to be sent.
pub(super) enum Queued {
    /// The call of this key, if it still has this ticket.
    Call(Key, u64),
    Reply(Bytes),
    /// A refusal or a cancel.
    Notice(Bytes),
}

/// Replies are held to the number of calls, and calls of this side wait until there is room. Notices are not, so a peer that provokes them and
/// does not read them may do so only this far.
const SPARE_BYTES: usize = 1 << 20;
const SPARE_FRAMES: usize = 1 << 16;

impl State {
    pub(super) fn new(peer: &Peer) -> State {
        State { most_calls: peer.calls as usize, most_bytes: peer.bytes, ..State::default() }
    }

    /// Takes a call of this side in. Gives its ticket, or why it cannot be sent, with the waker.
    pub(super) fn submit(&mut self, header: &Header, message: Vec<u8>, waker: Waker) -> Result<u64, (String, Waker)> {
        if self.ended.is_some() {
            return Err((self.why.clone(), waker));
        }
        let size = message.len();
        if size > self.most_bytes {
            return Err((format!("the message has {size} bytes, and the link takes {}", self.most_bytes), waker));
        }
        let key = (header.session(), header.call());
        if self.calls.contains_key(&key) {
            return Err(("a call of the same session and id is under way".into(), waker));
        }
        self.last_ticket += 1;
        let ticket = self.last_ticket;
        let message = Bytes::from(message);
        let stage = match self.waiting.is_empty() && self.has_room(size) {
            true => self.place(key, ticket, message),
            false => {
                self.waiting.insert(ticket, key);
                Stage::Waiting(message)
            }
        };
        let expected =
            Expected { interface: header.interface(), signature: header.signature(), function: header.function() };
        self.calls.insert(key, Entry { ticket, size, expected, stage, waker: Some(waker) });
        Ok(ticket)
    }

    fn has_room(&self, size: usize) -> bool {
        self.in_flight < self.most_calls && self.in_flight_bytes + size <= self.most_bytes
    }

    fn place(&mut self, key: Key, ticket: u64, message: Bytes) -> Stage {
        self.in_flight += 1;
        self.in_flight_bytes += message.len();
        self.call_bytes += message.len();
        self.queue.push_back(Queued::Call(key, ticket));
        Stage::Queued(message)
    }

    /// A call is no longer in flight; those that wait get into the room that it had.
    fn release(&mut self, size: usize) {
        self.in_flight -= 1;
        self.in_flight_bytes -= size;
        self.admit();
    }

    fn admit(&mut self) {
        while let Some((&ticket, &key)) = self.waiting.first_key_value() {
            let Some(size) = self.calls.get(&key).map(|entry| entry.size) else { break };
            if !self.has_room(size) {
                break;
            }
            self.waiting.remove(&ticket);
            let waiting = self.calls.get_mut(&key).map(|entry| mem::replace(&mut entry.stage, Stage::Sent));
            if let Some(Stage::Waiting(message)) = waiting {
                let placed = self.place(key, ticket, message);
                self.calls.entry(key).and_modify(|entry| entry.stage = placed);
            }
        }
    }

    /// The outcome of a call, if it has one. Otherwise the waker stays. Gives what is to be dropped, too.
    pub(super) fn outcome(
        &mut self,
        key: Key,
        waker: Waker,
    ) -> (Option<Result<Bytes, TransportError>>, [Option<Waker>; 2]) {
        let Some(entry) = self.calls.get_mut(&key) else { return (None, [Some(waker), None]) };
        if !matches!(entry.stage, Stage::Answered(_) | Stage::Failed(_)) {
            return (None, [entry.waker.replace(waker), None]);
        }
        let Some(entry) = self.calls.remove(&key) else { return (None, [Some(waker), None]) };
        let outcome = match entry.stage {
            Stage::Answered(reply) => Some(Ok(reply)),
            Stage::Failed(error) => Some(Err(error)),
            _ => None,
        };
        (outcome, [Some(waker), entry.waker])
    }

    /// Nobody waits for this call any longer. Gives what is to be dropped, and whether the peer is to be told.
    pub(super) fn abandon(&mut self, key: Key) -> (Option<Waker>, Option<Bytes>, bool) {
        let Some(entry) = self.calls.remove(&key) else { return (None, None, false) };
        let (frame, sent) = match entry.stage {
            Stage::Waiting(message) => {
                self.waiting.remove(&entry.ticket);
                // It may have been the one for which there was no room.
                self.admit();
                (Some(message), false)
            }
            Stage::Queued(message) => {
                self.call_bytes -= entry.size;
                self.abandoned += 1;
                self.forget_abandoned();
                self.release(entry.size);
                (Some(message), false)
            }
            Stage::Sent => {
                self.release(entry.size);
                (None, true)
            }
            Stage::Answered(reply) => (Some(reply), false),
            Stage::Failed(_) => (None, false),
        };
        (entry.waker, frame, sent)
    }

    /// Entries of calls that were dropped are passed over when they are met. Where nobody takes frames they would grow in number.
    fn forget_abandoned(&mut self) {
        if self.abandoned > 64 + self.queue.len() / 2 {
            let calls = &self.calls;
            self.queue.retain(|queued| match queued {
                Queued::Call(key, ticket) => calls.get(key).is_some_and(|entry| entry.ticket == *ticket),
                _ => true,
            });
            self.abandoned = 0;
        }
    }

    /// Gives a reply to the call that waits for it. Gives that call's waker, or the reply back if there is none.
    pub(super) fn answer(&mut self, header: &Header, reply: Bytes) -> Result<Option<Waker>, Bytes> {
        let key = (header.session(), header.call());
        let waiting = self
            .calls
            .get_mut(&key)
            .filter(|entry| matches!(entry.stage, Stage::Sent) && entry.expected.is_met_by(header));
        let Some(entry) = waiting else {
            self.replies_dropped += 1;
            return Err(reply);
        };
        entry.stage = Stage::Answered(reply);
        let (waker, size) = (entry.waker.take(), entry.size);
        self.release(size);
        Ok(waker)
    }

    /// The next frame to be sent.
    pub(super) fn next(&mut self) -> Option<Bytes> {
        loop {
            match self.queue.pop_front()? {
                Queued::Reply(reply) => {
                    self.reply_bytes -= reply.len();
                    self.serving -= 1;
                    self.serving_bytes -= reply.len();
                    return Some(reply);
                }
                Queued::Notice(notice) => {
                    self.notices -= 1;
                    self.notice_bytes -= notice.len();
                    return Some(notice);
                }
                Queued::Call(key, ticket) => {
                    let entry = self.calls.get_mut(&key).filter(|entry| entry.ticket == ticket);
                    let Some(entry) = entry else {
                        self.abandoned = self.abandoned.saturating_sub(1);
                        continue;
                    };
                    if let Stage::Queued(message) = mem::replace(&mut entry.stage, Stage::Sent) {
                        self.call_bytes -= message.len();
                        return Some(message);
                    }
                }
            }
        }
    }

    /// The waker of whoever takes frames, if there is something to take.
    pub(super) fn sender(&mut self) -> Option<Waker> {
        match self.queue.is_empty() && self.ready.is_empty() {
            true => None,
            false => self.sender.take(),
        }
    }

    /// Counts a call of the peer, if it may have one more of this size.
    pub(super) fn begin_serving(&mut self, size: usize) -> bool {
        // What is more than all that may be is refused even if nothing else is there, so that the number is a promise.
        let fits = self.serving < self.most_calls && self.serving_bytes.saturating_add(size) <= self.most_bytes;
        match fits {
            true => {
                self.serving += 1;
                self.serving_bytes += size;
            }
            false => self.calls_refused += 1,
        }
        fits
    }

    /// A call of the peer whose message had this size has come to its end.
    pub(super) fn end_serving(&mut self, size: usize, reply: Option<Bytes>) {
        self.serving_bytes -= size;
        match reply {
            Some(reply) if self.ended.is_none() => {
                self.serving_bytes += reply.len();
                self.reply_bytes += reply.len();
                self.queue.push_back(Queued::Reply(reply));
            }
            _ => self.serving -= 1,
        }
    }

    /// The id of one more call that is served elsewhere.
    pub(super) fn next_running(&mut self) -> u64 {
        self.last_running += 1;
        self.last_running
    }

    /// Queues a refusal or a cancel. Gives how much waits if that is more than may.
    pub(super) fn notify(&mut self, notice: Bytes) -> Result<(), (usize, usize)> {
        if self.ended.is_some() {
            return Ok(());
        }
        let bytes = self.call_bytes + self.notice_bytes + notice.len();
        let frames = self.notices + 1;
        if bytes > self.most_bytes.saturating_add(SPARE_BYTES) || frames > self.most_calls + SPARE_FRAMES {
            return Err((bytes, frames));
        }
        self.notice_bytes += notice.len();
        self.notices = frames;
        self.queue.push_back(Queued::Notice(notice));
        Ok(())
    }

    /// Keeps an export until the link ends; `false` if it has ended.
    pub(super) fn keep(&mut self, offer: Token) -> bool {
        if self.ended.is_none() {
            self.offers.push(offer);
        }
        self.ended.is_none()
    }

    /// Ends everything. Gives what is to be woken and dropped. The first reason is the one that stays.
    #[must_use = "to be let go where no lock is held"]
    pub(super) fn end(&mut self, ending: Ending, why: String) -> Remains {
        let mut remains = Remains::default();
        if self.ended.is_some() {
            remains.ending = Some(ending);
            return remains;
        }
        // In the order of their arrival, so that who waits goes on in an order that repeats.
        let mut calls: Vec<_> = self.calls.values_mut().collect();
        calls.sort_unstable_by_key(|entry| entry.ticket);
        for entry in calls {
            let error = match entry.stage {
                Stage::Waiting(_) | Stage::Queued(_) => TransportError::NotSent(why.clone()),
                Stage::Sent => TransportError::Lost(why.clone()),
                Stage::Answered(_) | Stage::Failed(_) => continue,
            };
            // A message of this side is a plain vector, and may be dropped here.
            entry.stage = Stage::Failed(error);
            remains.wakers.extend(entry.waker.take());
        }
        for queued in &self.queue {
            if let Queued::Reply(reply) = queued {
                self.serving -= 1;
                self.serving_bytes -= reply.len();
            }
        }
        self.waiting.clear();
        (self.in_flight, self.in_flight_bytes, self.abandoned) = (0, 0, 0);
        (self.call_bytes, self.reply_bytes, self.notice_bytes, self.notices) = (0, 0, 0, 0);
        remains.wakers.extend(self.sender.take());
        remains.queue = mem::take(&mut self.queue);
        remains.running = mem::take(&mut self.running);
        remains.ready = mem::take(&mut self.ready);
        remains.offers = mem::take(&mut self.offers);
        (self.ended, self.why) = (Some(ending), why);
        remains
    }

    pub(super) fn stats(&self) -> LinkStats {
        LinkStats {
            in_flight: self.in_flight,
            waiting: self.waiting.len(),
            serving: self.serving,
            queued_bytes: self.call_bytes + self.reply_bytes + self.notice_bytes,
            replies_dropped: self.replies_dropped,
            calls_refused: self.calls_refused,
        }
    }

    #[cfg(test)]
    pub(super) fn queue_length(&self) -> usize {
        self.queue.len()
    }

    /// How many entries there are of any kind: none is left where nobody waits.
    #[cfg(test)]
    pub(super) fn entries(&self) -> usize {
        self.calls.len() + self.waiting.len() + self.running.len() + self.ready.len()
    }
}

impl Expected {
    fn is_met_by(&self, reply: &Header) -> bool {
        let same = reply.interface() == self.interface && reply.function() == self.function;
        match reply.status() {
            // What was called has been found, so it has the signature that was asked for.
            Some(Status::Ok) => same && reply.signature() == self.signature,
            // Of a message that could not be read, a reply repeats only what could.
            Some(Status::Malformed | Status::WireVersion) => same || (reply.interface() == 0 && reply.function() == 0),
            _ => same,
        }
    }
}
