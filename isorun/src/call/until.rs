//! Work of the host that is driven as a call is, until a deadline.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::time::Duration;

use super::driver::Driver;
use crate::give_way::Inside;
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
    let (mut future, mut driver) = (pin!(future), Driver::new(deadline));
    poll_fn(|task| match Inside::enter(u16::MAX) {
        Some(inside) => driver.poll(&inside, slice, task, |task| future.as_mut().poll(task)),
        None => future.as_mut().poll(task).map(Ok),
    })
    .await
}
