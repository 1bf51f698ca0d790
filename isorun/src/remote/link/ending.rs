//! How a link ends, and what is left of it then.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::Arc;
use std::task::Waker;

use super::error::LinkError;
use super::local::Local;
use super::serve::Running;
use super::state::Queued;
use crate::panics::woken;
use crate::remote::wire::token::Token;

/// Why a link has ended.
#[derive(Clone, Debug)]
pub(super) enum Ending {
    /// This side has closed it.
    Closed,
    /// There are no further frames.
    Disconnected,
    Failed(LinkError),
}

impl Ending {
    pub(super) fn result(&self) -> Result<(), LinkError> {
        match self {
            Ending::Failed(error) => Err(error.clone()),
            Ending::Closed | Ending::Disconnected => Ok(()),
        }
    }
}

/// On one line, as a part of a message.
impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ending::Closed => f.write_str("the link was closed"),
            Ending::Disconnected => f.write_str("the connection has ended"),
            Ending::Failed(error) => f.write_str(error.to_string().lines().next().unwrap_or_default()),
        }
    }
}

/// What a link held when it ended: to be woken, stopped and dropped where no lock is held.
#[derive(Default)]
pub(super) struct Remains {
    pub(super) wakers: Vec<Waker>,
    pub(super) queue: VecDeque<Queued>,
    pub(super) running: BTreeMap<u64, Running>,
    pub(super) ready: VecDeque<Arc<Local>>,
    /// What was exported for the peer.
    pub(super) offers: Vec<Token>,
    /// A second reason, which nobody is told.
    pub(super) ending: Option<Ending>,
}

impl Remains {
    pub(super) fn let_go(self) {
        self.running.into_values().for_each(Running::stop);
        self.wakers.into_iter().for_each(woken);
    }
}
