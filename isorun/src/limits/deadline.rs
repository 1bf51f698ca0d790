//! The moment at which a call ends.

use std::task::Context;
use std::time::Duration;

use crate::clock::{Instant, Timer};

/// When a call ends, and the span that was granted, for messages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    pub(crate) at: Instant,
    pub(crate) span: Duration,
}

impl Deadline {
    /// `None` if the clock cannot hold the moment.
    pub(crate) fn after(span: Duration) -> Option<Deadline> {
        Instant::now().checked_add(span).map(|at| Deadline { at, span })
    }

    pub(crate) fn at(at: Instant) -> Deadline {
        Deadline { at, span: at.saturating_duration_since(Instant::now()) }
    }

    pub(crate) fn has_passed(&self) -> bool {
        Instant::now() >= self.at
    }

    /// Whether it has passed. If not, the task is woken when it has, by the timer that is armed for it; outside of a tokio runtime
    /// there is none, and only who polls for another reason notices.
    pub(crate) fn poll_passed(&self, timer: &mut Option<Timer>, task: &mut Context<'_>) -> bool {
        if self.has_passed() {
            return true;
        }
        if timer.is_none() {
            *timer = Timer::new(self.at);
        }
        timer.as_mut().is_some_and(|timer| timer.has_fired(self.at, task))
    }
}
