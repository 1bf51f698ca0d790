//! The moment at which a call ends.

use std::task::Context;
use std::time::Duration;

use crate::clock::{Instant, Timer};

/// The moment at which a call is stopped, and the span that it was granted, which messages name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    pub(crate) at: Instant,
    pub(crate) span: Duration,
}

impl Deadline {
    /// The deadline at the end of this span from now; `None` if the clock cannot represent the moment.
    pub(crate) fn after(span: Duration) -> Option<Deadline> {
        Deadline::of(Instant::now(), span)
    }

    /// The deadline at the end of this span from that moment on. Does not look at the clock.
    #[inline]
    pub(crate) fn of(start: Instant, span: Duration) -> Option<Deadline> {
        start.checked_add(span).map(|at| Deadline { at, span })
    }

    pub(crate) fn at(at: Instant) -> Deadline {
        Deadline { at, span: at.saturating_duration_since(Instant::now()) }
    }

    /// The deadline with so much more time; `None` if the clock cannot represent the moment, which never comes.
    pub(crate) fn with_more(self, span: Duration) -> Option<Deadline> {
        let at = self.at.checked_add(span)?;
        Some(Deadline { at, span: self.span.saturating_add(span) })
    }

    /// The deadline so much later.
    #[inline]
    pub(crate) fn later_by(self, span: Duration) -> Deadline {
        match span.is_zero() {
            true => self,
            false => Deadline { at: self.at.checked_add(span).unwrap_or(self.at), ..self },
        }
    }

    /// Whether there was no time from the beginning. Does not look at the clock.
    #[inline]
    pub(crate) fn is_over(&self) -> bool {
        self.span.is_zero()
    }

    pub(crate) fn has_passed(&self) -> bool {
        Instant::now() >= self.at
    }

    /// Whether the deadline has passed. If it has not, `timer` is armed to wake the task when it does.
    ///
    /// In a browser there are no timers. There a task notices the deadline only when something else wakes it.
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
