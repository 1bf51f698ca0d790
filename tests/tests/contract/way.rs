//! What may lie between two runtimes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use isorun::remote::Link;
use isorun::testing::Faults;
use isorun::{Runtime, Transport, TransportError};
use isorun_tests::lines::{Reconnecting, joined};

/// What lies between two runtimes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Way {
    Runtime,
    Closure,
    Link,
    /// Messages and answers get lost.
    Losing,
    /// Frames get lost, come twice, late and in another order, and each connection breaks after some calls.
    BadLink,
}

/// A way that is there.
pub(crate) enum Between {
    Runtime(Runtime),
    Closure(Runtime),
    Link(Link),
    Losing(Runtime, Arc<AtomicU64>),
    BadLink(Reconnecting),
}

impl Way {
    /// Whether whatever is sent arrives, once.
    pub(crate) fn is_good(self) -> bool {
        matches!(self, Way::Runtime | Way::Closure | Way::Link)
    }

    pub(crate) fn between(self, near: &Runtime, far: &Runtime) -> Arc<Between> {
        Arc::new(match self {
            Way::Runtime => Between::Runtime(far.clone()),
            Way::Closure => Between::Closure(far.clone()),
            Way::Link => Between::Link(joined(near, far).0),
            Way::Losing => Between::Losing(far.clone(), Arc::default()),
            Way::BadLink => {
                let ms = Duration::from_millis;
                let faults = Faults::none().loss(0.05).doubling(0.2).reordering(0.2).delay(ms(0)..=ms(5));
                Between::BadLink(Reconnecting::between(near, far, (7, &faults), 40, ms(500)))
            }
        })
    }
}

impl Between {
    pub(crate) async fn call(&self, message: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        match self {
            Between::Runtime(far) => far.call(message).await,
            Between::Closure(far) => {
                let far = far.clone();
                let closure = move |message: Vec<u8>| {
                    let far = far.clone();
                    async move { far.serve(&message).await.ok_or(TransportError::Lost("it has no answer".into())) }
                };
                Transport::call(&closure, message).await
            }
            Between::Link(link) => link.call(message).await,
            Between::Losing(far, sent) => {
                let lost = Err(TransportError::Lost("the network has dropped it".into()));
                // Every third message, and every third of the answers to the others.
                let number = sent.fetch_add(1, Ordering::Relaxed);
                if number % 3 == 1 {
                    return lost;
                }
                let answer = far.call(message).await;
                if number % 9 == 2 { lost } else { answer }
            }
            Between::BadLink(reconnecting) => reconnecting.call(message).await,
        }
    }
}
