//! A call that runs for the first time, as seen by what runs it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::Sessions;
use crate::clock::Instant;

/// The right, and the duty, to run a call. If it is dropped without an answer, a duplicate is told that the call may have run.
#[must_use = "a call that is not answered is never run again"]
pub(crate) struct Running {
    sessions: Arc<Sessions>,
    /// `None` once it is answered.
    key: Option<u32>,
}

impl Running {
    pub(super) fn new(sessions: Arc<Sessions>, key: u32) -> Running {
        Running { sessions, key: Some(key) }
    }

    /// Waits until the caller cancels the call. Only one task can wait at a time. It allocates nothing.
    pub(crate) fn cancelled(&self) -> Cancelled<'_> {
        Cancelled { running: self, waits: false }
    }

    /// Whether the caller has cancelled the call.
    #[cfg(test)]
    pub(crate) fn is_cancelled(&self) -> bool {
        self.key.is_some_and(|key| self.sessions.table().calls[key].cancelled)
    }

    #[cfg(test)]
    pub(super) fn answer(self, reply: &[u8]) {
        self.answer_at(Instant::now(), reply);
    }

    /// Ends the call `now`. Whoever joined it gets these bytes, and so does a later duplicate if they are kept.
    pub(crate) fn answer_at(mut self, now: Instant, reply: &[u8]) {
        self.end(now, Some(reply));
    }

    fn end(&mut self, now: Instant, reply: Option<&[u8]>) {
        let Some(key) = self.key.take() else { return };
        // The copy is made before the lock is taken.
        let kept: Option<Arc<[u8]>> = reply.filter(|reply| reply.len() <= self.sessions.largest).map(Arc::from);
        let ended = self.sessions.table().end(key, kept.clone(), now);
        drop(ended.waker);
        if let Some(joined) = ended.joined {
            joined.end(kept.or_else(|| reply.map(Arc::from)));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.key.is_some() {
            self.end(Instant::now(), None);
        }
    }
}

/// Waits until a call is cancelled. Dropping it leaves no waker behind.
pub(crate) struct Cancelled<'a> {
    running: &'a Running,
    waits: bool,
}

impl Future for Cancelled<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<()> {
        let Some(key) = self.running.key else { return Poll::Pending };
        let sessions = &self.running.sessions;
        {
            let table = sessions.table();
            let call = &table.calls[key];
            if call.cancelled {
                return Poll::Ready(());
            }
            if call.waker.as_ref().is_some_and(|waker| waker.will_wake(task.waker())) {
                drop(table);
                self.waits = true;
                return Poll::Pending;
            }
        }
        // Wakers are made and dropped outside the lock, as they are woken: all of that runs their executor's code.
        let waker = Some(task.waker().clone());
        let mut table = sessions.table();
        let call = &mut table.calls[key];
        let cancelled = call.cancelled;
        let old = if cancelled { waker } else { std::mem::replace(&mut call.waker, waker) };
        drop(table);
        drop(old);
        self.waits = !cancelled;
        if cancelled { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Drop for Cancelled<'_> {
    fn drop(&mut self) {
        if let (true, Some(key)) = (self.waits, self.running.key) {
            let waker = self.running.sessions.table().calls[key].waker.take();
            drop(waker);
        }
    }
}
