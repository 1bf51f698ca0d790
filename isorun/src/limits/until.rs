//! Waiting for something until a deadline.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use super::deadline::Deadline;

/// The future's value, or the deadline if that passed first, in which case the future is dropped.
pub(crate) async fn until<T>(deadline: Option<Deadline>, future: impl Future<Output = T>) -> Result<T, Deadline> {
    let mut future = pin!(future);
    let mut timer = None;
    poll_fn(|task| match (future.as_mut().poll(task), deadline) {
        (Poll::Ready(value), _) => Poll::Ready(Ok(value)),
        (Poll::Pending, Some(deadline)) if deadline.poll_passed(&mut timer, task) => Poll::Ready(Err(deadline)),
        (Poll::Pending, _) => Poll::Pending,
    })
    .await
}
