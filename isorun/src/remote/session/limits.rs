//! How much the table of sessions may hold.

use std::time::Duration;

/// The bounds of a [`Sessions`](super::Sessions).
///
/// Whatever peers do, the table holds at most `all_bytes`, and a KiB for each of `sessions` and of `running`, and the names of the peers
/// that have a session. Tasks that joined a call that runs are outside of it, at most [`JOINED`] a call, each as its future and one waker.
/// One peer name, and likewise all peers without a name together, has at most half of `all_bytes`, `sessions` and `running`.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// Answers that a session keeps. It remembers four times as many calls without their answer.
    pub(crate) answers: usize,
    /// Bytes that a session keeps: those of its answers, and [`ENTRY`] for each call that it remembers.
    pub(crate) bytes: usize,
    /// Bytes that all sessions keep.
    pub(crate) all_bytes: usize,
    /// Bytes of the largest answer that is kept.
    pub(crate) largest: usize,
    /// Sessions at once.
    pub(crate) sessions: usize,
    /// Calls that run at once, in all sessions.
    pub(crate) running: usize,
    /// How long a session is kept in which nothing arrives and no call runs.
    pub(crate) idle: Duration,
}

/// What a call that is remembered costs beside its answer, in bytes: its entry, its part of a tree's node, the head of the answer's
/// allocation, and the room that a growing table has in reserve.
pub(super) const ENTRY: usize = 192;

/// How many tasks may wait at once for a call that another one runs.
pub(super) const JOINED: usize = 32;

/// How many calls a session remembers for each answer that it may keep.
const ENTRIES: usize = 4;

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            answers: 1024,
            bytes: 1 << 20,
            all_bytes: 64 << 20,
            largest: 64 << 10,
            sessions: 16 << 10,
            running: 64 << 10,
            idle: Duration::from_secs(600),
        }
    }
}

impl Limits {
    /// The same, so that an answer that is small enough to be kept never drives out all others.
    pub(super) fn consistent(self) -> Limits {
        let room = self.bytes.min(half(self.all_bytes)).saturating_sub(ENTRY);
        Limits { largest: self.largest.min(room), ..self }
    }

    pub(super) fn entries(&self) -> usize {
        self.answers.saturating_mul(ENTRIES)
    }
}

/// What one peer may have of what there is for all.
pub(super) fn half(all: usize) -> usize {
    (all / 2).max(all.min(1))
}
