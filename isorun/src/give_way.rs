//! How long work gives the thread away between two of its steps.

use std::cell::Cell;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::task::Poll;

thread_local! {
    /// How many drivers of calls poll work on this thread, one within the other.
    static DRIVERS: Cell<u32> = const { Cell::new(0) };
}

/// A driver that polls work on this thread, until this is dropped. It decides when others run.
pub(crate) struct Driven(PhantomData<*const ()>);

impl Driven {
    #[inline]
    pub(crate) fn begin() -> Driven {
        DRIVERS.set(DRIVERS.get().wrapping_add(1));
        Driven(PhantomData)
    }
}

impl Drop for Driven {
    #[inline]
    fn drop(&mut self) {
        DRIVERS.set(DRIVERS.get().wrapping_sub(1));
    }
}

/// Ends a step. Within a call, its driver goes on at once or lets others run; elsewhere others run now.
pub(crate) async fn give_way() {
    if DRIVERS.get() == 0 {
        return tokio::task::yield_now().await;
    }
    let mut given = false;
    poll_fn(|task| {
        if std::mem::replace(&mut given, true) {
            return Poll::Ready(());
        }
        task.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}
