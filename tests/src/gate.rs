//! A system that holds its callers back, so that a test knows where they are.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;

use crate::host;

/// Counts on by one, when it is told to. Clones are the same gate.
#[derive(Clone)]
pub struct Gate(Arc<Inner>);

struct Inner {
    inside: AtomicUsize,
    places: Semaphore,
}

impl Gate {
    /// One that is closed.
    #[expect(clippy::new_without_default, reason = "what a gate is by default is no question of types")]
    pub fn new() -> Gate {
        Gate(Arc::new(Inner { inside: AtomicUsize::new(0), places: Semaphore::new(0) }))
    }

    /// How many calls are in it now.
    pub fn inside(&self) -> usize {
        self.0.inside.load(Ordering::SeqCst)
    }

    /// Lets so many calls go on.
    pub fn open(&self, calls: usize) {
        self.0.places.add_permits(calls);
    }

    /// Goes through it, with a number that it counts on.
    pub async fn pass(&self, n: u64) -> u64 {
        let _inside = Inside::enter(&self.0.inside);
        if let Ok(permit) = self.0.places.acquire().await {
            permit.forget();
        }
        n + 1
    }

    /// Waits until so many calls are in it.
    pub async fn until(&self, calls: usize) {
        while self.inside() < calls {
            tokio::task::yield_now().await;
        }
    }
}

#[isorun::system]
impl host::Host for Gate {
    async fn tick(&self, n: u64) -> u64 {
        self.pass(n).await
    }
}

/// Counts a call as long as it is there, whatever its end.
struct Inside<'a>(&'a AtomicUsize);

impl Inside<'_> {
    fn enter(inside: &AtomicUsize) -> Inside<'_> {
        inside.fetch_add(1, Ordering::SeqCst);
        Inside(inside)
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
