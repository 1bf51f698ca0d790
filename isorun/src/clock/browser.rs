//! The clock of a browser, where neither std nor tokio has one.

use std::task::Context;

pub use web_time::Instant;

/// There is no timer: a deadline is noticed by whoever polls next.
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
