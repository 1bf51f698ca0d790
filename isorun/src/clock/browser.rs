//! The clock of a browser, where neither std nor tokio has one.

use std::task::Context;

pub use web_time::Instant;

/// There are no timers here, so nothing wakes a task at its deadline: it notices that the deadline has passed when it is next polled.
#[derive(Debug)]
pub(crate) enum Timer {}

impl Timer {
    pub(crate) fn new(_: Instant) -> Option<Timer> {
        None
    }

    pub(crate) fn has_fired(&mut self, _: Instant, _: &mut Context<'_>) -> bool {
        match *self {}
    }
}
