//! Links of two runtimes that are joined in memory, and a way over connections that break.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use isorun::remote::{Link, Peer};
use isorun::testing::{Connection, Fabric, Faults};
use isorun::{Runtime, Transport, TransportError};

/// Connects two links, by what does this to their frames.
pub fn join(one: &Link, other: &Link, faults: &Faults) {
    let fabric = Fabric::new(1);
    fabric.faults(faults);
    fabric.connect(one, other);
}

/// Both ends of a good connection between two runtimes. Each names the other by its direction.
pub fn joined(near: &Runtime, far: &Runtime) -> (Link, Link) {
    let (to_far, to_near) = (near.link(Peer::named("far")), far.link(Peer::named("near")));
    join(&to_far, &to_near, &Faults::none());
    (to_far, to_near)
}

/// A way to a runtime over connections that break, each after some calls, and are made again. Clones are the same way.
#[derive(Clone)]
pub struct Reconnecting(Arc<Ends>);

struct Ends {
    near: Runtime,
    far: Runtime,
    fabric: Fabric,
    calls: u32,
    patience: Duration,
    current: Mutex<Current>,
}

/// The connection that there is.
#[derive(Default)]
struct Current {
    number: u64,
    link: Option<(Link, Connection)>,
    /// How many calls it may yet carry.
    left: u32,
}

/// How often a message is given to a connection that has not taken it.
const ATTEMPTS: usize = 100;

impl Reconnecting {
    /// A way from one runtime to the other. Each connection does this to its frames, and is cut when it is given one more call than so many.
    /// What has no answer for longer than `patience` counts as lost.
    pub fn between(
        near: &Runtime,
        far: &Runtime,
        (seed, faults): (u64, &Faults),
        calls: u32,
        patience: Duration,
    ) -> Reconnecting {
        let (near, far, fabric) = (near.clone(), far.clone(), Fabric::new(seed));
        fabric.faults(faults);
        Reconnecting(Arc::new(Ends { near, far, fabric, calls, patience, current: Mutex::default() }))
    }

    /// How many connections there were.
    pub fn connections(&self) -> u64 {
        self.current().number
    }

    fn current(&self) -> MutexGuard<'_, Current> {
        self.0.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection for one more call, and its number.
    fn connection(&self) -> (u64, Link) {
        let mut current = self.current();
        if current.left > 0
            && let Some((link, _)) = &current.link
        {
            let found = (current.number, link.clone());
            current.left -= 1;
            return found;
        }
        let (near, far) = (&self.0.near, &self.0.far);
        let (to_far, to_near) = (near.link(Peer::named("far")), far.link(Peer::named("near")));
        let connection = self.0.fabric.connect(&to_far, &to_near);
        let old = current.link.replace((to_far.clone(), connection));
        (current.number, current.left) = (current.number + 1, self.0.calls.saturating_sub(1));
        let number = current.number;
        drop(current);
        if let Some((_, connection)) = old {
            connection.cut();
        }
        (number, to_far)
    }

    fn has_ended(&self, number: u64) {
        let mut current = self.current();
        let ended = if current.number == number { current.link.take() } else { None };
        drop(current);
        drop(ended);
    }
}

impl Transport for Reconnecting {
    async fn call(&self, message: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        let mut attempts = 0;
        loop {
            let (number, link) = self.connection();
            let Ok(outcome) = tokio::time::timeout(self.0.patience, link.call(message.clone())).await else {
                return Err(TransportError::Lost("nothing has come for long".into()));
            };
            attempts += 1;
            match outcome {
                Ok(answer) => return Ok(answer),
                Err(error) => {
                    self.has_ended(number);
                    if !matches!(error, TransportError::NotSent(_)) || attempts == ATTEMPTS {
                        return Err(error);
                    }
                }
            }
        }
    }
}
