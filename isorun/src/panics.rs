//! Panics of host code become errors, so that they do not end the caller's task as well.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

/// A future that gives another one's value, or the message of the panic that ended it. The other one is borrowed, because some are large
/// and would have to be moved.
///
/// It is sound to assert unwind safety: a system is called through `&self` and keeps its own state consistent, and a store in which a call
/// panicked is thrown away.
pub(crate) struct Caught<'a, F> {
    future: Pin<&'a mut F>,
}

/// Polls `future` and catches its panics.
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

/// The message of a panic; "no message" if its payload is not a text.
pub(crate) fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| text.to_string());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".into())
}
