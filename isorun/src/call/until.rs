//! Work of the host that is driven as a call is, until a deadline.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::time::Duration;

use super::depth::is_inside;
use super::driver::Driver;
use crate::limits::deadline::Deadline;

/// The future's value, or the deadline if that passed first, in which case the future is dropped. Between two slices everything else of the
/// thread runs.
///
/// Nothing of the future is done if there is no time at all.
pub(crate) async fn until<T>(
    deadline: Option<Deadline>,
    slice: Duration,
    future: impl Future<Output = T>,
) -> Result<T, Deadline> {
    if let Some(deadline) = deadline.filter(Deadline::is_over) {
        return Err(deadline);
    }
    let (mut future, mut driver) = (pin!(future), Driver::new(deadline, slice));
    poll_fn(|task| driver.poll(!is_inside(), task, |task| future.as_mut().poll(task))).await
}
