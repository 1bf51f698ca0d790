//! A future, and whether it was woken.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// Says whether its waker was woken.
pub(super) struct Flag(AtomicBool);

impl Flag {
    /// Nobody has looked at it yet, so it counts as woken.
    pub(super) fn new() -> Arc<Flag> {
        Arc::new(Flag(AtomicBool::new(true)))
    }

    pub(super) fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// The waker, before a poll.
    pub(super) fn waker(self: &Arc<Self>) -> Waker {
        self.0.store(false, Ordering::Release);
        Waker::from(self.clone())
    }
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }
}

/// A future, and whether it was woken.
pub(super) struct Task<T> {
    future: Pin<Box<dyn Future<Output = T> + Send>>,
    flag: Arc<Flag>,
}

impl<T> Task<T> {
    pub(super) fn new(future: impl Future<Output = T> + Send + 'static) -> Task<T> {
        Task { future: Box::pin(future), flag: Flag::new() }
    }

    pub(super) fn is_woken(&self) -> bool {
        self.flag.is_set()
    }

    /// Its value, if it has come to its end. It is not polled again then.
    pub(super) fn poll(&mut self) -> Option<T> {
        match self.future.as_mut().poll(&mut Context::from_waker(&self.flag.waker())) {
            Poll::Ready(value) => Some(value),
            Poll::Pending => None,
        }
    }
}
