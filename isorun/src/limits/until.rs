//! Waiting for something until a deadline.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use super::deadline::Deadline;

/// The future's value, or the deadline if that passed first, in which case the future is dropped.
///
/// Nothing of the future is done if there is no time at all.
pub(crate) async fn until<T>(deadline: Option<Deadline>, future: impl Future<Output = T>) -> Result<T, Deadline> {
    if let Some(deadline) = deadline.filter(Deadline::is_over) {
        return Err(deadline);
    }
    let mut future = pin!(future);
    let mut timer = None;
    poll_fn(|task| match (future.as_mut().poll(task), deadline) {
        (Poll::Ready(value), _) => Poll::Ready(Ok(value)),
        (Poll::Pending, Some(deadline)) if deadline.poll_passed(&mut timer, task) => Poll::Ready(Err(deadline)),
        (Poll::Pending, _) => Poll::Pending,
    })
    .await
}
