//! Links of two runtimes that are joined in memory, and what a bad connection does to their frames.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use isorun::remote::{Link, Peer};
use isorun::{Runtime, Transport, TransportError};
use tokio::task::yield_now;

/// What a connection does to the frames that it carries. By default it carries them.
#[derive(Clone, Copy, Default)]
pub struct Faults {
    /// What chance is made from: the same seed makes the same faults.
    pub seed: u64,
    /// Of a hundred frames, so many arrive twice.
    pub twice: u64,
    /// A frame is held back for fewer turns than this, each for another number, so that later ones overtake it.
    pub late: u64,
    /// The connection breaks when it has carried so many frames in one direction. What is on its way is lost.
    pub breaks_after: Option<u64>,
}

/// Carries frames between two links until either ends; then both do.
pub fn join(one: &Link, other: &Link, faults: Faults) {
    tokio::spawn(carry(one.clone(), other.clone(), faults));
    let seed = faults.seed.wrapping_add(1);
    tokio::spawn(carry(other.clone(), one.clone(), Faults { seed, ..faults }));
}

/// Both ends of a good connection between two runtimes. Each names the other by its direction.
pub fn joined(near: &Runtime, far: &Runtime) -> (Link, Link) {
    let (to_far, to_near) = (near.link(Peer::named("far")), far.link(Peer::named("near")));
    join(&to_far, &to_near, Faults::default());
    (to_far, to_near)
}

async fn carry(from: Link, to: Link, faults: Faults) {
    let (mut held, mut carried, mut chance) = (Vec::new(), 0, Chance(faults.seed));
    loop {
        let next = poll_fn(|task| match from.poll_send(task) {
            Poll::Pending if !held.is_empty() => Poll::Ready(None),
            polled => polled.map(Some),
        });
        match next.await {
            Some(Some(frame)) => {
                carried += 1;
                if faults.breaks_after.is_some_and(|most| carried > most) {
                    break;
                }
                let copies = if chance.below(100) < faults.twice { 2 } else { 1 };
                held.extend((0..copies).map(|_| (chance.below(faults.late), frame.clone())));
            }
            Some(None) => break,
            None => yield_now().await,
        }
        let (due, later) = held.into_iter().partition::<Vec<_>, _>(|(turns, _)| *turns == 0);
        held = later.into_iter().map(|(turns, frame)| (turns - 1, frame)).collect();
        due.into_iter().for_each(|(_, frame)| to.receive(frame));
    }
    from.close();
    to.close();
}

/// Numbers that look random and are the same for the same seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (self.0 >> 33).checked_rem(limit).unwrap_or_default()
    }
}

/// A way to a runtime over a connection that is made again whenever it has ended. Clones are the same way.
#[derive(Clone)]
pub struct Reconnecting(Arc<Ends>);

struct Ends {
    near: Runtime,
    far: Runtime,
    faults: Faults,
    current: Mutex<(u64, Option<Link>)>,
}

/// How often a message is given to a connection that has not taken it.
const ATTEMPTS: usize = 100;

impl Reconnecting {
    /// A way from one runtime to the other, over connections of which each has faults of its own.
    pub fn between(near: &Runtime, far: &Runtime, faults: Faults) -> Reconnecting {
        Reconnecting(Arc::new(Ends { near: near.clone(), far: far.clone(), faults, current: Mutex::default() }))
    }

    /// How many connections there were.
    pub fn connections(&self) -> u64 {
        self.0.current.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    /// The connection and its number. A new one is made if there is none.
    fn connection(&self) -> (u64, Link) {
        let Ends { near, far, faults, current } = &*self.0;
        let mut current = current.lock().unwrap_or_else(PoisonError::into_inner);
        if let (number, Some(link)) = &*current {
            return (*number, link.clone());
        }
        let (to_far, to_near) = (near.link(Peer::named("far")), far.link(Peer::named("near")));
        current.0 += 1;
        join(&to_far, &to_near, Faults { seed: faults.seed + 2 * current.0, ..*faults });
        current.1 = Some(to_far.clone());
        (current.0, to_far)
    }

    fn has_ended(&self, connection: u64) {
        let mut current = self.0.current.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = if current.0 == connection { current.1.take() } else { None };
        drop(current);
        drop(ended);
    }
}

impl Transport for Reconnecting {
    async fn call(&self, message: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        let mut attempts = 0;
        loop {
            let (connection, link) = self.connection();
            let outcome = link.call(message.clone()).await;
            if outcome.is_err() {
                self.has_ended(connection);
            }
            attempts += 1;
            match outcome {
                Err(TransportError::NotSent(_)) if attempts < ATTEMPTS => {}
                outcome => return outcome,
            }
        }
    }
}
