//! The work of a call: a closure that is given what the call may use, and then the future that it makes.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;

use crate::error::call::CallResult;
use crate::limits::cx::Cx;
use crate::limits::receipt::Receipt;

/// The work of a call: gets its context, and is then polled as a future.
pub(crate) trait Work<'a, T> {
    /// Hands over the context of the work. This must happen before the first poll.
    fn begin(self: Pin<&mut Self>, cx: CallCx<'a>);

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<CallResult<T>>;

    /// The same work as one that borrows nothing. It must not have begun.
    fn owned(self: Pin<Box<Self>>) -> Option<OwnedWork<T>>;
}

/// Work that borrows nothing.
pub(crate) type OwnedWork<T> = Pin<Box<dyn Work<'static, T> + Send>>;

/// The context of a call. When it is dropped, however the call ended, what was used is charged to the parent and noted for the receipt.
pub(crate) struct CallCx<'a> {
    pub(super) cx: Cx,
    pub(super) parent: Option<&'a Cx>,
    pub(super) spent: Option<Arc<Spent>>,
}

/// What a call has used, for its receipt.
#[derive(Debug, Default)]
pub(super) struct Spent {
    pub(super) fuel: AtomicU64,
    pub(super) memory: AtomicU64,
    pub(super) retries: AtomicU32,
}

impl Spent {
    /// The receipt of a call that has taken so long.
    pub(super) fn receipt(&self, time: Duration) -> Receipt {
        Receipt {
            fuel: self.fuel.load(Ordering::Relaxed),
            time,
            memory: self.memory.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
        }
    }
}

impl Deref for CallCx<'_> {
    type Target = Cx;

    #[inline]
    fn deref(&self) -> &Cx {
        &self.cx
    }
}

impl Drop for CallCx<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.parent.is_none() && self.spent.is_none() {
            return;
        }
        let (fuel, memory) = self.cx.used();
        if let Some(parent) = self.parent {
            parent.gives_back(&self.cx);
        }
        if let Some(place) = self.cx.place() {
            place.dropped();
        }
        if let Some(spent) = &self.spent {
            spent.fuel.store(fuel, Ordering::Relaxed);
            spent.memory.store(memory, Ordering::Relaxed);
            spent.retries.store(self.cx.retries(), Ordering::Relaxed);
        }
    }
}

pin_project! {
    /// Arguments, a closure that makes a future of them, and then that future: one allocation for all.
    pub(super) struct Started<A, S, O, F> {
        arguments: Option<(A, S, O)>,
        #[pin]
        future: Option<F>,
    }
}

impl<A, S, O, F> Started<A, S, O, F> {
    pub(super) fn new(arguments: A, start: S, own: O) -> Started<A, S, O, F> {
        Started { arguments: Some((arguments, start, own)), future: None }
    }
}

impl<'a, T, A, S, O, F> Work<'a, T> for Started<A, S, O, F>
where
    S: FnOnce(A, CallCx<'a>) -> F,
    O: FnOnce(A) -> OwnedWork<T>,
    F: Future<Output = CallResult<T>>,
{
    #[inline]
    fn begin(self: Pin<&mut Self>, cx: CallCx<'a>) {
        let mut this = self.project();
        if let Some((arguments, start, _)) = this.arguments.take() {
            this.future.set(Some(start(arguments, cx)));
        }
    }

    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<CallResult<T>> {
        match self.project().future.as_pin_mut() {
            Some(future) => future.poll(task),
            None => Poll::Pending,
        }
    }

    fn owned(mut self: Pin<Box<Self>>) -> Option<OwnedWork<T>> {
        let (arguments, _, own) = self.as_mut().project().arguments.take()?;
        Some(own(arguments))
    }
}

/// Work that owns its arguments.
pub(crate) fn owned<T, A, S, F>(arguments: A, start: S) -> OwnedWork<T>
where
    T: 'static,
    A: Send + 'static,
    S: FnOnce(A, CallCx<'static>) -> F + Copy + Send + 'static,
    F: Future<Output = CallResult<T>> + Send + 'static,
{
    Box::pin(Started::new(arguments, start, move |arguments| owned(arguments, start)))
}
