//! What a runtime remembers of the calls of its peers.

use crate::runtime::Runtime;

/// What a runtime holds now for the calls of its peers, so that one that comes twice runs once. At rest no call runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Remembered {
    /// Sessions of peers that are known.
    pub sessions: usize,
    /// Calls that run.
    pub running: usize,
    /// Answers that are kept.
    pub answers: usize,
    /// Calls that have ended and are remembered, with their answer or without.
    pub entries: usize,
    /// Bytes that this takes.
    pub bytes: usize,
}

impl Remembered {
    /// What a runtime remembers at this moment.
    pub fn by(runtime: &Runtime) -> Remembered {
        let usage = runtime.server().sessions().usage();
        Remembered {
            sessions: usage.sessions,
            running: usage.running,
            answers: usage.answers,
            entries: usage.entries,
            bytes: usage.bytes,
        }
    }
}
