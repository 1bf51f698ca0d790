//! A transport that outlives its connections.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use isorun::remote::Link;
use isorun::{Transport, TransportError};

/// Sends over the link of the moment. Clones are the same line.
#[derive(Clone, Default)]
pub(super) struct Line(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    link: Option<Link>,
    /// The latest messages, for those that want to repeat them.
    sent: Vec<Vec<u8>>,
}

/// How many messages are kept.
const KEPT: usize = 4;

impl Line {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends over this link from now on.
    pub(super) fn set(&self, link: Option<Link>) {
        let before = std::mem::replace(&mut self.state().link, link);
        drop(before);
    }

    pub(super) fn link(&self) -> Option<Link> {
        self.state().link.clone()
    }

    /// One of the latest messages.
    pub(super) fn recorded(&self, which: usize) -> Option<Vec<u8>> {
        let state = self.state();
        state.sent.get(which.checked_rem(state.sent.len())?).cloned()
    }
}

impl Transport for Line {
    async fn call(&self, message: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        let link = {
            let mut state = self.state();
            if state.sent.len() == KEPT {
                state.sent.remove(0);
            }
            state.sent.push(message.clone());
            state.link.clone()
        };
        match link {
            Some(link) => Transport::call(&link, message).await,
            None => Err(TransportError::NotSent("there is no connection".into())),
        }
    }
}
