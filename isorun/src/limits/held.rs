//! Whether the host holds what a call is doing, so that its time does not run.
//!
//! A call is paused by its host where a guest gives way, deep in the poll of a tree of calls. The drivers of the calls above, which look at
//! their deadlines, stand on the same stack, and so they are told by the thread.

use std::cell::Cell;

thread_local! {
    static HELD: Cell<bool> = const { Cell::new(false) };
}

/// Says that what is polled now is held by the host.
pub(crate) fn hold() {
    HELD.set(true);
}

/// Polls some work. Also gives whether it is held by the host.
#[inline]
pub(crate) fn holding<T>(poll: impl FnOnce() -> T) -> (T, bool) {
    let others = HELD.replace(false);
    let polled = poll();
    let held = HELD.get();
    HELD.set(others || held);
    (polled, held)
}
