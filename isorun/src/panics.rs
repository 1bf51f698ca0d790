//! Panics of host code become errors, so that they do not end the caller's task as well.

use std::any::Any;
use std::cell::Cell;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

/// A panic that was caught.
pub(crate) struct Panicked {
    pub(crate) message: String,
    /// The provider whose code panicked while a guest called it; `None` if that is not known.
    pub(crate) provider: Option<Arc<str>>,
}

impl From<Box<dyn Any + Send>> for Panicked {
    fn from(panic: Box<dyn Any + Send>) -> Panicked {
        Panicked { message: message_of(&*panic), provider: PANICKED.take() }
    }
}

thread_local! {
    /// The provider whose code is being unwound on this thread, until the panic is caught.
    static PANICKED: Cell<Option<Arc<str>>> = const { Cell::new(None) };
}

/// A future that gives another one's value, or the panic that ended it. The other one is borrowed, because some are large
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
    type Output = Result<F::Output, Panicked>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        match catch_unwind(AssertUnwindSafe(|| self.future.as_mut().poll(task))) {
            Ok(poll) => poll.map(Ok),
            Err(panic) => Poll::Ready(Err(panic.into())),
        }
    }
}

/// Wakes a task. A waker that panics harms neither who wakes it nor those that are woken after it.
pub(crate) fn woken(waker: Waker) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| waker.wake())) {
        tracing::error!(panic = message_of(&*panic), "a waker panicked");
    }
}

/// The message of a panic; "no message" if its payload is not a text.
pub(crate) fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| text.to_string());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".into())
}

/// Does the work of a provider. If that panics, whoever catches the panic is told the provider's name. If it does not, this costs nothing.
#[cfg(feature = "engine")]
#[inline]
pub(crate) fn naming<T>(provider: &Arc<str>, work: impl FnOnce() -> T) -> T {
    let unwinding = Unwinding(provider);
    let value = work();
    std::mem::forget(unwinding);
    value
}

/// Is dropped only where a panic goes by.
#[cfg(feature = "engine")]
struct Unwinding<'a>(&'a Arc<str>);

#[cfg(feature = "engine")]
impl Drop for Unwinding<'_> {
    #[cold]
    fn drop(&mut self) {
        PANICKED.set(Some(self.0.clone()));
    }
}
