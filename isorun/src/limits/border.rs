//! What a call brought along over a border between runtimes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[cfg(feature = "engine")]
use crate::provider::finish::Ceiling;

/// What a call from a peer brought along. Everything that is called because of it shares this.
#[derive(Debug)]
pub(crate) struct Border {
    /// The peer's name, if this side has given it one.
    pub(crate) peer: Option<Arc<str>>,
    /// How many more borders the call may cross.
    pub(crate) hops: u16,
    /// The marks of the instances that wait for the call in other runtimes, or in this one on the way there.
    pub(crate) trail: Vec<u64>,
    /// How far the called guest goes on when the peer gives the call up; `None` if that is up to its instance.
    #[cfg(feature = "engine")]
    pub(crate) ceiling: Option<Ceiling>,
    /// Whether the provider has begun with the call. Only this says that nothing has run: an error says what went wrong, which may have been
    /// at the end of much work.
    entered: AtomicBool,
}

/// How many marks a call brings along at most.
pub(crate) const MAX_TRAIL: usize = 32;

impl Border {
    pub(crate) fn new(
        peer: Option<Arc<str>>,
        hops: u16,
        trail: Vec<u64>,
        #[cfg(feature = "engine")] ceiling: Option<Ceiling>,
    ) -> Border {
        Border {
            peer,
            hops,
            trail,
            #[cfg(feature = "engine")]
            ceiling,
            entered: AtomicBool::new(false),
        }
    }

    /// The provider begins.
    pub(crate) fn enter(&self) {
        self.entered.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_entered(&self) -> bool {
        self.entered.load(Ordering::Relaxed)
    }
}
