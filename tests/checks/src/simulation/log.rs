//! What the systems of a world have done.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use isorun::Cx;
use tokio::time::Instant;

use super::work;

/// What the systems of a world have done. It is outside of all nodes, and no crash reaches it.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Vec<Ran>>>);

/// One time that a system was entered.
#[derive(Clone, Debug)]
pub(super) struct Ran {
    pub(super) id: u64,
    pub(super) at: Place,
    /// Whether a peer has called that follows no rule.
    pub(super) is_hostile: bool,
    /// What there was left of fuel and of time at the beginning.
    pub(super) fuel: u64,
    pub(super) left: Duration,
    /// Whether it is one that passes the work on.
    pub(super) passes: bool,
}

/// A node, and which life of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) node: usize,
    pub(super) life: u32,
}

impl Log {
    pub(super) fn note(&self, id: u64, at: Place, cx: &Cx, passes: bool) {
        let left = cx.deadline().map_or(Duration::MAX, |end| end.saturating_duration_since(Instant::now()));
        let is_hostile = cx.peer() == Some("m");
        self.all().push(Ran { id, at, is_hostile, fuel: cx.fuel(), left, passes });
    }

    pub(super) fn all(&self) -> MutexGuard<'_, Vec<Ran>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What belongs to a call of this id, and to no other.
pub(super) fn answer(id: u64) -> u64 {
    3 * id + 1
}

/// Work that is noted when it begins.
pub(super) struct Work {
    pub(super) at: Place,
    pub(super) log: Log,
    pub(super) next: Option<work::Caller>,
}

#[isorun::system]
impl work::Work for Work {
    async fn run(&self, cx: &Cx, id: u64, effort: u32, _load: Vec<u8>) -> u64 {
        self.log.note(id, self.at, cx, false);
        tokio::time::sleep(Duration::from_millis(effort.into())).await;
        answer(id)
    }

    async fn pass(&self, cx: &Cx, id: u64, effort: u32, load: Vec<u8>) -> isorun::Result<u64> {
        self.log.note(id, self.at, cx, true);
        tokio::time::sleep(Duration::from_millis(u64::from(effort) / 4)).await;
        match &self.next {
            Some(next) => next.run(id, effort, &load).within(cx).await,
            None => Ok(answer(id)),
        }
    }
}
