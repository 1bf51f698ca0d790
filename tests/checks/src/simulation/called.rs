//! A call that node *a* has made.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use isorun::remote::RemoteError;
use isorun::{CallError, Receipt, Result};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// A call that node *a* has made.
pub(super) struct Called {
    /// No other call has it.
    pub(super) id: u64,
    pub(super) kind: Kind,
    pub(super) terms: Terms,
    pub(super) begun: Instant,
    /// How many writes were acknowledged before it began.
    pub(super) acknowledged: u64,
    task: JoinHandle<()>,
    end: Arc<Mutex<Option<Arc<End>>>>,
    pub(super) is_dropped: bool,
}

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Work of a node.
    Run(usize),
    /// Work of *c*, by way of *b*, which has exported its import.
    Relayed,
    /// Work of *b*, which calls *c* in the middle.
    Pass,
    Write,
    Read,
    /// Work of *b*, by way of *m*, which changes the answers.
    Lied,
}

/// What a call is granted, and how it may be made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    pub(super) fuel: u64,
    pub(super) time: Duration,
    pub(super) effort: u32,
    /// Bytes of its argument.
    pub(super) load: usize,
    pub(super) is_idempotent: bool,
    pub(super) retries: u32,
}

/// How a call has ended.
#[derive(Debug)]
pub(super) struct End {
    pub(super) result: Result<Value>,
    pub(super) receipt: Receipt,
    pub(super) at: Instant,
}

/// What a call has given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Number(u64),
    /// The owner that was asked is none any more.
    Stale,
}

impl Called {
    /// Makes a call, in a task of its own.
    pub(super) fn begin<T: Into<Value>>(
        (id, kind, terms): (u64, Kind, Terms),
        acknowledged: u64,
        call: impl Future<Output = (Result<T>, Receipt)> + Send + 'static,
    ) -> Called {
        let end = Arc::<Mutex<Option<Arc<End>>>>::default();
        let ended = end.clone();
        let task = tokio::spawn(async move {
            let (result, receipt) = call.await;
            let end = End { result: result.map(Into::into), receipt, at: Instant::now() };
            *ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(end));
        });
        Called { id, kind, terms, begun: Instant::now(), acknowledged, task, end, is_dropped: false }
    }

    /// How it has ended; `None` if it has not, or was dropped before.
    pub(super) fn end(&self) -> Option<Arc<End>> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn is_under_way(&self) -> bool {
        !self.is_dropped && self.end().is_none()
    }

    /// Drops it.
    pub(super) fn give_up(&mut self) {
        self.is_dropped = self.is_under_way();
        self.task.abort();
    }
}

impl End {
    /// Whether it was promised that the function has not run, and never will for this call.
    pub(super) fn says_it_did_not_run(&self) -> bool {
        matches!(self.result, Err(CallError::Remote(RemoteError::NotSent { .. } | RemoteError::Refused { .. })))
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Value {
        Value::Number(number)
    }
}

impl From<Option<u64>> for Value {
    fn from(number: Option<u64>) -> Value {
        number.map_or(Value::Stale, Value::Number)
    }
}

/// On one line.
impl fmt::Display for Called {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "call {} ({:?}, {:?}): ", self.id, self.kind, self.terms)?;
        match self.end() {
            None if self.is_dropped => f.write_str("dropped"),
            None => f.write_str("under way"),
            Some(end) => {
                let after = end.at - self.begun;
                match &end.result {
                    Ok(value) => write!(f, "{value:?}")?,
                    Err(error) => write!(f, "{}", error.to_string().lines().next().unwrap_or_default())?,
                }
                write!(f, " after {after:?}, {} fuel, {} times again", end.receipt.fuel, end.receipt.retries)
            }
        }
    }
}
