//! What holds in whatever order things happen.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::task::Poll;

use bytes::Bytes;
use proptest::prelude::*;

use super::fake::*;
use crate::remote::link::Link;
use crate::remote::peer::Peer;
use crate::remote::wire::header::MessageKind;
use crate::remote::wire::transport::TransportError;

/// A step, and what it chooses with.
type Step = (u8, u8);

const CALLS: u32 = 3;
const BYTES: usize = 1000;

struct World {
    link: Link,
    fake: Arc<Fake>,
    callings: BTreeMap<u64, Calling>,
    sizes: BTreeMap<u64, usize>,
    last: u64,
    last_of_peer: u64,
    entered: BTreeSet<u64>,
    taken: BTreeMap<u64, Bytes>,
    replied: BTreeSet<u64>,
    dropped_after_taken: BTreeSet<u64>,
    cancelled: BTreeSet<u64>,
    ended: BTreeSet<u64>,
    held: BTreeSet<u64>,
    is_closed: bool,
}

impl World {
    fn new() -> World {
        let fake = Fake::holding();
        World {
            link: Link::new(Peer::default().calls(CALLS).bytes(BYTES), fake.clone()),
            fake,
            callings: BTreeMap::new(),
            sizes: BTreeMap::new(),
            last: 0,
            last_of_peer: 0,
            entered: BTreeSet::new(),
            taken: BTreeMap::new(),
            replied: BTreeSet::new(),
            dropped_after_taken: BTreeSet::new(),
            cancelled: BTreeSet::new(),
            ended: BTreeSet::new(),
            held: BTreeSet::new(),
            is_closed: false,
        }
    }

    fn chosen(ids: impl ExactSizeIterator<Item = u64>, choice: u8) -> Option<u64> {
        let length = ids.len();
        let mut ids = ids;
        if length == 0 { None } else { ids.nth(usize::from(choice) % length) }
    }

    fn step(&mut self, (kind, choice): Step) {
        match kind % 12 {
            0..3 => {
                self.last += 1;
                let body = [0, 100, 500, 800, 900][usize::from(choice) % 5];
                self.sizes.insert(self.last, 128 + body);
                self.callings.insert(self.last, start(&self.link, call_of(SESSION, self.last, body)));
                if choice > 20 {
                    self.poll(self.last);
                }
            }
            3 | 4 => self.chosen_calling(choice).into_iter().for_each(|id| self.poll(id)),
            5 => {
                if let Some(id) = self.chosen_calling(choice) {
                    self.callings.remove(&id);
                    if self.taken.contains_key(&id) && !self.replied.contains(&id) && !self.is_closed {
                        self.dropped_after_taken.insert(id);
                    }
                    self.ended.insert(id);
                }
            }
            6 | 7 => self.take(),
            8 => {
                if let Some(id) = World::chosen(self.taken.keys().copied(), choice) {
                    let dropped_before = self.link.stats().replies_dropped;
                    self.link.receive(reply_to(&self.taken[&id]));
                    let expected = self.callings.contains_key(&id) && !self.replied.contains(&id) && !self.is_closed;
                    assert_eq!(self.link.stats().replies_dropped - dropped_before, u64::from(!expected));
                    if expected {
                        self.replied.insert(id);
                    }
                }
            }
            9 => {
                self.last_of_peer += 1;
                let before = self.fake.ids().len();
                self.link.receive(call_of(SESSION + 1, self.last_of_peer, usize::from(choice)));
                if self.fake.ids().len() > before && self.last_of_peer.is_multiple_of(2) {
                    self.held.insert(self.last_of_peer);
                }
            }
            10 => {
                if let Some(id) = self.held.iter().copied().nth(usize::from(choice) % self.held.len().max(1)) {
                    self.held.remove(&id);
                    if !self.is_closed {
                        self.fake.answer(id);
                    }
                }
            }
            _ if choice > 240 => {
                self.link.close();
                self.is_closed = true;
            }
            _ => {}
        }
        let stats = self.link.stats();
        assert!(stats.in_flight <= CALLS as usize && stats.serving <= CALLS as usize, "{stats:?}");
        assert!(!self.is_closed || (stats.in_flight, stats.waiting, stats.serving) == (0, 0, 0), "{stats:?}");
        let under_way: usize = self
            .callings
            .keys()
            .filter(|id| self.taken.contains_key(id) && !self.replied.contains(id))
            .map(|id| self.sizes[id])
            .sum();
        assert!(under_way <= BYTES);
    }

    fn chosen_calling(&self, choice: u8) -> Option<u64> {
        World::chosen(self.callings.keys().copied(), choice)
    }

    fn poll(&mut self, id: u64) {
        let Some(calling) = self.callings.get_mut(&id) else { return };
        let is_new = self.entered.insert(id);
        let outcome = match poll(calling) {
            Poll::Pending => {
                assert!(!self.is_closed && !self.replied.contains(&id), "{id} has an end");
                return;
            }
            Poll::Ready(outcome) => outcome,
        };
        match outcome {
            Ok(reply) => {
                assert!(self.replied.contains(&id));
                assert_eq!(reply, reply_to(&self.taken[&id]), "its own reply");
            }
            Err(TransportError::NotSent(_)) => {
                assert!(!self.taken.contains_key(&id));
                assert!(self.is_closed || is_new && self.sizes[&id] > BYTES);
            }
            Err(TransportError::Lost(_)) => {
                assert!(self.is_closed && self.taken.contains_key(&id) && !self.replied.contains(&id));
            }
        }
        assert!(self.ended.insert(id), "one outcome");
        self.callings.remove(&id);
    }

    fn take(&mut self) {
        let Some(frame) = take(&self.link) else { return };
        assert!(!self.is_closed);
        let id = id_of(&frame);
        match kind_of(&frame) {
            MessageKind::Call => {
                assert!(self.callings.contains_key(&id), "a call that was dropped is not sent");
                assert_eq!(frame.len(), self.sizes[&id]);
                assert!(self.taken.insert(id, frame).is_none(), "sent once");
            }
            MessageKind::Cancel => {
                assert!(self.dropped_after_taken.contains(&id));
                assert!(self.cancelled.insert(id), "cancelled once");
            }
            MessageKind::Reply => assert!(!self.held.contains(&id)),
        }
    }

    fn finish(mut self) {
        self.callings.clear();
        if !self.is_closed {
            for id in std::mem::take(&mut self.held) {
                self.fake.answer(id);
            }
        }
        while let Some(frame) = take(&self.link) {
            if kind_of(&frame) == MessageKind::Cancel {
                self.cancelled.insert(id_of(&frame));
            }
        }
        assert_at_rest(&self.link);
        if !self.is_closed {
            assert!(
                self.dropped_after_taken.is_subset(&self.cancelled),
                "whoever was told of a call hears that it is over"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_call_has_one_end_and_nothing_is_left(steps in prop::collection::vec(any::<Step>(), 0..150)) {
        let mut world = World::new();
        for step in steps {
            world.step(step);
        }
        world.finish();
    }
}
