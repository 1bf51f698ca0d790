//! How often another task of the thread has a turn while a call goes on.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Awaits a call beside a task that does nothing but take turns, and gives how many it had. On one thread both can only alternate.
pub async fn with_turns_of_another<T>(call: impl Future<Output = T>) -> (T, u64) {
    let turns = Arc::new(AtomicU64::new(0));
    let other = tokio::spawn({
        let turns = turns.clone();
        async move {
            loop {
                turns.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
            }
        }
    });
    let output = call.await;
    other.abort();
    (output, turns.load(Ordering::Relaxed))
}
