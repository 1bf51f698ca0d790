//! Whose turn it is.
//!
//! # Invariants
//!
//! * What is queued for is in the queue or with one taker, who gives it back whatever happens.
//! * Takers are served in the order of their arrival: nobody takes it while somebody waits, except the first who waits.
//! * Whoever stops waiting passes on the wake-up that was meant for it.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// One thing for one taker at a time.
pub(crate) struct Queue<T> {
    line: Mutex<Line<T>>,
}

struct Line<T> {
    thing: Option<T>,
    waiting: VecDeque<(u64, Waker)>,
    last: u64,
}

impl<T> Queue<T> {
    pub(crate) fn new(thing: T) -> Queue<T> {
        Queue { line: Mutex::new(Line { thing: Some(thing), waiting: VecDeque::new(), last: 0 }) }
    }

    fn line(&self) -> MutexGuard<'_, Line<T>> {
        // Nothing panics between two states of the line, so it is whole even if the lock is poisoned.
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the thing if it is there and nobody waits for it.
    #[inline]
    pub(crate) fn try_take(&self) -> Option<T> {
        let mut line = self.line();
        if line.waiting.is_empty() { line.thing.take() } else { None }
    }

    /// Takes the thing when it is this taker's turn. Dropping the future gives the place in the line up.
    pub(crate) fn take(&self) -> Take<'_, T> {
        Take { queue: self, place: None }
    }

    /// Gives the thing back.
    #[inline]
    pub(crate) fn put(&self, thing: T) {
        let mut line = self.line();
        line.thing = Some(thing);
        let first = line.first();
        drop(line);
        wake(first);
    }

    /// Looks at the thing; at nothing while somebody has it.
    pub(crate) fn look<R>(&self, look: impl FnOnce(Option<&T>) -> R) -> R {
        look(self.line().thing.as_ref())
    }
}

impl<T> Line<T> {
    fn first(&self) -> Option<Waker> {
        self.waiting.front().map(|(_, waker)| waker.clone())
    }
}

/// Wakes with no lock held: what a waker does is its executor's affair.
fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

/// Waits for the thing.
pub(crate) struct Take<'a, T> {
    queue: &'a Queue<T>,
    /// The number of this taker while it is in the line.
    place: Option<u64>,
}

impl<T> Future for Take<'_, T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<T> {
        let this = self.get_mut();
        let mut line = this.queue.line();
        let first = line.waiting.front().map(|(place, _)| *place) == this.place;
        if first && let Some(thing) = line.thing.take() {
            if this.place.take().is_some() {
                line.waiting.pop_front();
            }
            return Poll::Ready(thing);
        }
        match this.place {
            Some(mine) => {
                if let Some((_, waker)) = line.waiting.iter_mut().find(|(place, _)| *place == mine) {
                    waker.clone_from(task.waker());
                }
            }
            None => {
                line.last += 1;
                this.place = Some(line.last);
                let place = (line.last, task.waker().clone());
                line.waiting.push_back(place);
            }
        }
        Poll::Pending
    }
}

impl<T> Drop for Take<'_, T> {
    fn drop(&mut self) {
        let Some(mine) = self.place else { return };
        let mut line = self.queue.line();
        line.waiting.retain(|(place, _)| *place != mine);
        let first = line.first().filter(|_| line.thing.is_some());
        drop(line);
        wake(first);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn takers_are_served_in_the_order_of_their_arrival() {
        let queue = Arc::new(Queue::new(Vec::new()));
        let first = queue.try_take().unwrap();
        let takers: Vec<_> = (0..10)
            .map(|number| {
                let queue = queue.clone();
                tokio::spawn(async move {
                    let mut served: Vec<u32> = queue.take().await;
                    served.push(number);
                    queue.put(served);
                })
            })
            .collect();
        tokio::task::yield_now().await;
        assert!(queue.try_take().is_none());
        queue.put(first);
        for taker in takers {
            taker.await.unwrap();
        }
        assert_eq!(queue.try_take().unwrap(), (0..10).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn who_stops_waiting_passes_its_turn_on() {
        let queue = Arc::new(Queue::new(1));
        let thing = queue.try_take().unwrap();
        let mut gone = Box::pin(queue.take());
        assert!(futures_poll(&mut gone).is_pending());
        let next = tokio::spawn({
            let queue = queue.clone();
            async move { queue.take().await }
        });
        tokio::task::yield_now().await;
        // The first is woken, and drops its place without looking.
        queue.put(thing);
        drop(gone);
        assert_eq!(next.await.unwrap(), 1);
    }

    fn futures_poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
        Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn nobody_has_it_while_another_has() {
        let queue = Arc::new(Queue::new("the one"));
        let inside = Arc::new(AtomicU32::new(0));
        let takers: Vec<_> = (0..200)
            .map(|number| {
                let (queue, inside) = (queue.clone(), inside.clone());
                tokio::spawn(async move {
                    for _ in 0..20 {
                        if number % 3 == 0 {
                            // One that gives up now and then.
                            let _ = futures_poll(&mut Box::pin(queue.take())).map(|thing| queue.put(thing));
                        }
                        let thing = match queue.try_take() {
                            Some(thing) => thing,
                            None => queue.take().await,
                        };
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        tokio::task::yield_now().await;
                        inside.fetch_sub(1, Ordering::SeqCst);
                        queue.put(thing);
                    }
                })
            })
            .collect();
        for taker in takers {
            taker.await.unwrap();
        }
    }
}
