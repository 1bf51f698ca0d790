//! What the lock of the sessions guards: peers, their sessions, and the calls of those.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::task::Waker;

use super::joined::{Joined, Outcome};
use super::limits::{ENTRY, JOINED, Limits, half};
use super::list::{Link, Linked, List, Slab};
use crate::bug::{Bug, is_planted};
use crate::clock::Instant;

/// All sessions of all peers.
pub(super) struct Table {
    limits: Limits,
    names: BTreeMap<Option<Arc<str>>, u32>,
    peers: Slab<Peer>,
    sessions: Slab<Session>,
    pub(super) calls: Slab<Call>,
    memories: Slab<Memory>,
    /// What all sessions remember.
    scope: Scope,
    /// Sessions in which no call runs, the longest idle first.
    idle: List,
}

struct Peer {
    name: Option<Arc<str>>,
    /// In a tree, not by hash: the peer chooses the numbers.
    sessions: BTreeMap<u64, u32>,
    running: usize,
    scope: Scope,
    idle: List,
}

struct Session {
    peer: u32,
    number: u64,
    /// Calls below it are settled, or too old to be remembered, and never run again.
    floor: u64,
    running: BTreeMap<u64, u32>,
    /// The calls that have ended, or were cancelled before they came.
    remembered: BTreeMap<u64, u32>,
    scope: Scope,
    /// When something arrived or ended last.
    since: Instant,
    links: [Link; 2],
}

/// A call that runs.
pub(super) struct Call {
    session: u32,
    id: u64,
    digest: u64,
    pub(super) cancelled: bool,
    /// Whoever waits for a cancel.
    pub(super) waker: Option<Waker>,
    joined: Option<Arc<Outcome>>,
}

/// What is remembered of a call.
struct Memory {
    session: u32,
    state: State,
    links: [Link; 3],
}

enum State {
    Answered {
        digest: u64,
        reply: Arc<[u8]>,
    },
    /// It ran, or may have run, and its answer is not kept.
    Gone,
    /// It was cancelled before it came, or refused.
    Cancelled,
}

/// What is remembered by one session, by one peer, or by all. Each kind of scope has a link in every memory.
#[derive(Default)]
struct Scope {
    /// Calls with their answers, the oldest first.
    answers: List,
    /// Calls without, in the order in which they became so.
    bare: List,
    /// Bytes of the answers.
    bytes: usize,
}

const SESSION: usize = 0;
const PEER: usize = 1;
const ALL: usize = 2;

/// The kinds of lists of idle sessions.
const OF_PEER: usize = 0;
const OF_ALL: usize = 1;

/// What becomes of a call that arrived.
pub(super) enum Found {
    First(u32),
    Again(Joined),
    Answered(Arc<[u8]>),
    Gone,
    Differs,
    Cancelled,
    Full,
}

/// What becomes of a call that is refused because there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It has not run, and does not run if it comes again.
    Noted,
    /// It has come before, and runs.
    Runs,
    /// It has come before, or may have, and may have run.
    Before,
}

/// What a call leaves behind that must not be dropped or woken under the lock.
pub(super) struct Ended {
    pub(super) waker: Option<Waker>,
    pub(super) joined: Option<Arc<Outcome>>,
}

/// A call on its way in.
#[derive(Clone, Copy)]
pub(crate) struct Arriving {
    pub(crate) session: u64,
    pub(crate) call: u64,
    pub(crate) digest: u64,
    pub(crate) settled_below: u64,
    pub(crate) retry: bool,
}

/// How much a table holds.
#[cfg(any(test, feature = "testing"))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) sessions: usize,
    /// Calls that run.
    pub(crate) running: usize,
    /// Answers that are kept.
    pub(crate) answers: usize,
    /// Calls that are remembered, with their answers or without.
    pub(crate) entries: usize,
    /// Bytes, as [`Limits`] count them.
    pub(crate) bytes: usize,
}

impl Linked for Memory {
    fn link(&mut self, kind: usize) -> &mut Link {
        &mut self.links[kind]
    }
}

impl Linked for Session {
    fn link(&mut self, kind: usize) -> &mut Link {
        &mut self.links[kind]
    }
}

impl State {
    /// The bytes of the answer; `None` if there is none.
    fn answer(&self) -> Option<usize> {
        match self {
            State::Answered { reply, .. } => Some(reply.len()),
            State::Gone | State::Cancelled => None,
        }
    }
}

impl Scope {
    fn push(&mut self, memories: &mut Slab<Memory>, kind: usize, key: u32) {
        match memories[key].state.answer() {
            Some(bytes) => {
                self.bytes += bytes;
                self.answers.push(memories, kind, key);
            }
            None => self.bare.push(memories, kind, key),
        }
    }

    fn remove(&mut self, memories: &mut Slab<Memory>, kind: usize, key: u32) {
        match memories[key].state.answer() {
            Some(bytes) => {
                self.bytes -= bytes;
                self.answers.remove(memories, kind, key);
            }
            None => self.bare.remove(memories, kind, key),
        }
    }

    fn entries(&self) -> usize {
        self.answers.len() + self.bare.len()
    }

    fn cost(&self) -> usize {
        self.bytes + self.entries() * ENTRY
    }

    /// What goes first when there is too much: the oldest of what takes more room, so that neither calls without an answer drive out all
    /// answers nor the other way round.
    fn oldest(&self) -> Option<u32> {
        let answers = self.bytes + self.answers.len() * ENTRY;
        if answers >= self.bare.len() * ENTRY { self.answers.first() } else { self.bare.first() }
    }
}

impl Table {
    pub(super) fn new(limits: Limits) -> Table {
        Table {
            limits,
            names: BTreeMap::new(),
            peers: Slab::new(),
            sessions: Slab::new(),
            calls: Slab::new(),
            memories: Slab::new(),
            scope: Scope::default(),
            idle: List::default(),
        }
    }

    pub(super) fn arrive(&mut self, peer: &Option<Arc<str>>, arriving: Arriving, now: Instant) -> Found {
        let Arriving { call, digest, .. } = arriving;
        self.expire(now);
        let Some(key) = self.find(peer, arriving.session) else {
            // A session that was forgotten may have run it.
            if arriving.retry {
                return Found::Gone;
            }
            if self.running_is_full(self.names.get(peer).copied()) {
                return Found::Full;
            }
            let Some(key) = self.open(peer, arriving.session, now) else { return Found::Full };
            self.settle(key, arriving.settled_below);
            return self.begin(key, call, digest);
        };
        self.settle(key, arriving.settled_below);
        let session = &self.sessions[key];
        let found = if let Some(&running) = session.running.get(&call) {
            self.calls[running].join(digest)
        } else if let Some(&memory) = session.remembered.get(&call) {
            match &self.memories[memory].state {
                State::Answered { digest: first, .. } if *first != digest => Found::Differs,
                State::Answered { reply, .. } => Found::Answered(reply.clone()),
                State::Gone => Found::Gone,
                State::Cancelled => Found::Cancelled,
            }
        } else {
            self.begin(key, call, digest)
        };
        // What a call that runs touches is touched again when it ends.
        if !matches!(found, Found::First(_)) {
            self.touch(key, now);
        }
        found
    }

    /// Lets a call run that the session knows nothing of.
    fn begin(&mut self, key: u32, id: u64, digest: u64) -> Found {
        let session = &self.sessions[key];
        // There is no floor above the last number, so that a call of that number could run twice.
        if id < session.floor || id == u64::MAX {
            return Found::Gone;
        }
        let peer = session.peer;
        if self.running_is_full(Some(peer)) {
            return Found::Full;
        }
        if self.sessions[key].running.is_empty() {
            self.leave_idle(key);
        }
        let call = self.calls.insert(Call { session: key, id, digest, cancelled: false, waker: None, joined: None });
        self.sessions[key].running.insert(id, call);
        self.peers[peer].running += 1;
        Found::First(call)
    }

    fn running_is_full(&self, peer: Option<u32>) -> bool {
        let most = self.limits.running;
        self.calls.len() >= most || peer.is_some_and(|peer| self.peers[peer].running >= half(most))
    }

    /// Notes a cancel. What is returned is to be woken.
    #[must_use = "to be woken where no lock is held"]
    pub(super) fn cancel(&mut self, peer: &Option<Arc<str>>, session: u64, id: u64, now: Instant) -> Option<Waker> {
        self.expire(now);
        let key = self.find(peer, session)?;
        self.touch(key, now);
        let session = &self.sessions[key];
        if let Some(&running) = session.running.get(&id) {
            let call = &mut self.calls[running];
            call.cancelled = true;
            return call.waker.take();
        }
        if id >= session.floor && id != u64::MAX && !session.remembered.contains_key(&id) {
            self.remember(key, id, State::Cancelled);
        }
        None
    }

    /// Notes that a call is refused. One that was sent before is not, if its session is not known.
    pub(super) fn refuse(
        &mut self,
        peer: &Option<Arc<str>>,
        (session, id): (u64, u64),
        retry: bool,
        now: Instant,
    ) -> Refused {
        self.expire(now);
        let known = self.find(peer, session);
        if known.is_none() && retry {
            return Refused::Before;
        }
        let Some(key) = known.or_else(|| self.open(peer, session, now)) else { return Refused::Noted };
        self.touch(key, now);
        let session = &self.sessions[key];
        if session.running.contains_key(&id) {
            return Refused::Runs;
        }
        if id < session.floor || session.remembered.contains_key(&id) {
            return Refused::Before;
        }
        if id != u64::MAX {
            self.remember(key, id, State::Cancelled);
        }
        Refused::Noted
    }

    /// Ends a call that runs, with its answer if that is to be kept.
    pub(super) fn end(&mut self, call: u32, reply: Option<Arc<[u8]>>, now: Instant) -> Ended {
        let Some(Call { session: key, id, digest, waker, joined, .. }) = self.calls.take(call) else {
            return Ended { waker: None, joined: None };
        };
        let session = &mut self.sessions[key];
        session.running.remove(&id);
        session.since = now;
        let (rests, settled) = (session.running.is_empty(), id < session.floor);
        self.peers[session.peer].running -= 1;
        if rests {
            self.join_idle(key);
        }
        if !settled && !is_planted(Bug::ForgetsTooEarly) {
            self.remember(key, id, reply.map_or(State::Gone, |reply| State::Answered { digest, reply }));
        }
        Ended { waker, joined }
    }

    #[cfg(any(test, feature = "testing"))]
    pub(super) fn usage(&self) -> Usage {
        Usage {
            sessions: self.sessions.len(),
            running: self.calls.len(),
            answers: self.scope.answers.len(),
            entries: self.scope.entries(),
            bytes: self.scope.cost(),
        }
    }
}

impl Call {
    fn join(&mut self, digest: u64) -> Found {
        if digest != self.digest {
            return Found::Differs;
        }
        let outcome = self.joined.get_or_insert_with(Outcome::new);
        // All but one are of tasks that wait. It runs, so it cannot be said to be refused.
        if Arc::strong_count(outcome) > JOINED {
            return Found::Gone;
        }
        Found::Again(outcome.join())
    }
}

/// Sessions.
impl Table {
    pub(super) fn find(&self, peer: &Option<Arc<str>>, session: u64) -> Option<u32> {
        let peer = *self.names.get(peer)?;
        self.peers[peer].sessions.get(&session).copied()
    }

    /// Opens a session; `None` if there are too many and none of those that could make room is idle.
    fn open(&mut self, name: &Option<Arc<str>>, number: u64, now: Instant) -> Option<u32> {
        if let Some(&peer) = self.names.get(name)
            && self.peers[peer].sessions.len() >= half(self.limits.sessions)
        {
            self.close(self.peers[peer].idle.first()?);
        } else if self.sessions.len() >= self.limits.sessions {
            self.close(self.idle.first()?);
        }
        let peer = match self.names.get(name) {
            Some(&peer) => peer,
            None => {
                let (sessions, scope, idle) = (BTreeMap::new(), Scope::default(), List::default());
                let peer = self.peers.insert(Peer { name: name.clone(), sessions, running: 0, scope, idle });
                self.names.insert(name.clone(), peer);
                peer
            }
        };
        let (running, remembered) = (BTreeMap::new(), BTreeMap::new());
        let (scope, links) = (Scope::default(), Default::default());
        // Calls are numbered from 1.
        let session = Session { peer, number, floor: 1, running, remembered, scope, since: now, links };
        let key = self.sessions.insert(session);
        self.peers[peer].sessions.insert(number, key);
        self.join_idle(key);
        Some(key)
    }

    /// Closes the sessions that were idle for too long.
    pub(super) fn expire(&mut self, now: Instant) {
        while let Some(key) = self.idle.first()
            && now.saturating_duration_since(self.sessions[key].since) >= self.limits.idle
        {
            self.close(key);
        }
    }

    /// Forgets an idle session and all that it remembers.
    fn close(&mut self, key: u32) {
        while let Some((_, memory)) = self.sessions[key].remembered.pop_first() {
            self.unlink(memory);
            self.memories.take(memory);
        }
        self.leave_idle(key);
        let Some(Session { peer, number, .. }) = self.sessions.take(key) else { return };
        self.peers[peer].sessions.remove(&number);
        if self.peers[peer].sessions.is_empty()
            && let Some(peer) = self.peers.take(peer)
        {
            self.names.remove(&peer.name);
        }
    }

    fn touch(&mut self, key: u32, now: Instant) {
        self.sessions[key].since = now;
        if self.sessions[key].running.is_empty() && self.sessions.len() > 1 {
            self.leave_idle(key);
            self.join_idle(key);
        }
    }

    fn join_idle(&mut self, key: u32) {
        let peer = self.sessions[key].peer;
        self.peers[peer].idle.push(&mut self.sessions, OF_PEER, key);
        self.idle.push(&mut self.sessions, OF_ALL, key);
    }

    fn leave_idle(&mut self, key: u32) {
        let peer = self.sessions[key].peer;
        self.peers[peer].idle.remove(&mut self.sessions, OF_PEER, key);
        self.idle.remove(&mut self.sessions, OF_ALL, key);
    }
}

/// What is remembered.
impl Table {
    /// Forgets the calls of a session below a number, and lets none of them in any more.
    fn settle(&mut self, key: u32, below: u64) {
        let session = &mut self.sessions[key];
        session.floor = session.floor.max(below);
        while let Some(lowest) = self.sessions[key].remembered.first_entry()
            && *lowest.key() < below
        {
            let memory = lowest.remove();
            self.unlink(memory);
            self.memories.take(memory);
        }
    }

    fn remember(&mut self, session: u32, id: u64, state: State) {
        let key = self.memories.insert(Memory { session, state, links: Default::default() });
        self.sessions[session].remembered.insert(id, key);
        self.link(key);
        self.keep_bounds(session);
    }

    /// Forgets as much as the bounds demand. Each step takes an answer or a whole entry away, so that all steps together are no more than
    /// twice as many as there were calls.
    fn keep_bounds(&mut self, key: u32) {
        let peer = self.sessions[key].peer;
        while self.sessions[key].remembered.len() > self.limits.entries() {
            self.forget_lowest(key);
        }
        while let scope = &self.sessions[key].scope
            && scope.answers.len() > self.limits.answers
            && let Some(oldest) = scope.answers.first()
        {
            self.give_up(oldest);
        }
        while let scope = &self.sessions[key].scope
            && scope.cost() > self.limits.bytes
            && let Some(oldest) = scope.oldest()
        {
            self.give_up(oldest);
        }
        while let scope = &self.peers[peer].scope
            && scope.cost() > half(self.limits.all_bytes)
            && let Some(oldest) = scope.oldest()
        {
            self.give_up(oldest);
        }
        while self.scope.cost() > self.limits.all_bytes
            && let Some(oldest) = self.scope.oldest()
        {
            self.give_up(oldest);
        }
    }

    /// Drops an answer but not that its call ran. Where there is no answer, its session forgets the lowest call that it remembers.
    fn give_up(&mut self, key: u32) {
        if self.memories[key].state.answer().is_none() {
            return self.forget_lowest(self.memories[key].session);
        }
        self.unlink(key);
        self.memories[key].state = State::Gone;
        self.link(key);
    }

    /// Forgets the lowest call that a session remembers. None up to that one is let in any more.
    fn forget_lowest(&mut self, key: u32) {
        if let Some((&id, _)) = self.sessions[key].remembered.first_key_value() {
            self.settle(key, id.saturating_add(1));
        }
    }

    /// Puts a memory into the lists of its session, its peer and of all.
    fn link(&mut self, key: u32) {
        let session = &mut self.sessions[self.memories[key].session];
        session.scope.push(&mut self.memories, SESSION, key);
        self.peers[session.peer].scope.push(&mut self.memories, PEER, key);
        self.scope.push(&mut self.memories, ALL, key);
    }

    fn unlink(&mut self, key: u32) {
        let session = &mut self.sessions[self.memories[key].session];
        session.scope.remove(&mut self.memories, SESSION, key);
        self.peers[session.peer].scope.remove(&mut self.memories, PEER, key);
        self.scope.remove(&mut self.memories, ALL, key);
    }
}

#[cfg(test)]
impl Table {
    pub(super) fn knows(&self, peer: &Option<Arc<str>>, session: u64) -> bool {
        self.find(peer, session).is_some()
    }

    /// Demands that every bound holds, and that what is counted is what is there.
    pub(super) fn check(&self) {
        let Limits { answers, bytes, all_bytes, sessions, running, .. } = self.limits;
        let (mut all, mut calls, mut idle) = (Usage::default(), 0, 0);
        for (name, &peer) in &self.names {
            let peer = &self.peers[peer];
            assert_eq!(*name, peer.name);
            let (mut of_peer, mut calls_of_peer, mut idle_of_peer) = (Usage::default(), 0, 0);
            for (&number, &key) in &peer.sessions {
                let session = &self.sessions[key];
                assert_eq!(session.number, number);
                let memories = || session.remembered.iter().map(|(&id, &key)| (id, &self.memories[key]));
                assert!(memories().all(|(id, memory)| memory.session == key && id >= session.floor));
                let lengths = || memories().filter_map(|(_, memory)| memory.state.answer());
                let cost = lengths().sum::<usize>() + memories().count() * ENTRY;
                assert_eq!(session.scope.answers.len(), lengths().count());
                assert_eq!((session.scope.entries(), session.scope.cost()), (memories().count(), cost));
                assert!(lengths().count() <= answers && cost <= bytes && memories().count() <= self.limits.entries());
                of_peer.sessions += 1;
                of_peer.answers += lengths().count();
                of_peer.entries += memories().count();
                of_peer.bytes += cost;
                calls_of_peer += session.running.len();
                idle_of_peer += usize::from(session.running.is_empty());
            }
            assert_eq!((peer.scope.answers.len(), peer.scope.entries()), (of_peer.answers, of_peer.entries));
            assert_eq!(
                (peer.scope.cost(), peer.running, peer.idle.len()),
                (of_peer.bytes, calls_of_peer, idle_of_peer)
            );
            assert!(
                of_peer.bytes <= half(all_bytes)
                    && of_peer.sessions <= half(sessions)
                    && calls_of_peer <= half(running)
            );
            assert!(of_peer.sessions > 0, "a peer without a session is remembered");
            all.sessions += of_peer.sessions;
            all.answers += of_peer.answers;
            all.entries += of_peer.entries;
            all.bytes += of_peer.bytes;
            calls += calls_of_peer;
            idle += idle_of_peer;
        }
        all.running = calls;
        assert_eq!((self.usage(), self.idle.len(), self.memories.len()), (all, idle, all.entries));
        assert!(all.bytes <= all_bytes && all.sessions <= sessions && calls <= running);
    }
}
