//! Host code that panics must not take the caller down with it.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

/// A future's value, or the message of the panic that ended it. The future stays where it is: some are large.
///
/// What the future shared with others is theirs to keep whole: systems are called through `&self`, and an instance's store is thrown away
/// after a panic.
pub(crate) struct Caught<'a, F> {
    future: Pin<&'a mut F>,
}

/// Polls `future` behind a barrier for panics.
#[inline]
pub(crate) fn caught<F: Future>(future: Pin<&mut F>) -> Caught<'_, F> {
    Caught { future }
}

impl<F: Future> Future for Caught<'_, F> {
    type Output = Result<F::Output, String>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        match catch_unwind(AssertUnwindSafe(|| self.future.as_mut().poll(task))) {
            Ok(poll) => poll.map(Ok),
            Err(panic) => Poll::Ready(Err(message_of(&*panic))),
        }
    }
}

/// What a panic said.
pub(crate) fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| text.to_string());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".into())
}
