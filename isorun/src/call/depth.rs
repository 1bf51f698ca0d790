//! How many calls one thread is inside of at the same time.
//!
//! A call is polled where its caller polls. So where one system calls the next, each stands on the stack of the one before, and a chain of
//! them that somebody made long enough would overflow that stack.

use std::cell::Cell;
use std::marker::PhantomData;

use crate::limits::cx::MAX_DEPTH;

thread_local! {
    static INSIDE: Cell<u16> = const { Cell::new(0) };
}

/// Whether this thread is inside of a call.
#[cfg(feature = "engine")]
pub(super) fn is_inside() -> bool {
    INSIDE.get() > 0
}

/// A call that is being polled, until this is dropped.
pub(super) struct Inside(PhantomData<*const ()>);

impl Inside {
    /// `None` if the thread is inside of too many calls already.
    #[inline]
    pub(super) fn enter() -> Option<Inside> {
        let before = INSIDE.get();
        if before >= MAX_DEPTH {
            return None;
        }
        INSIDE.set(before + 1);
        Some(Inside(PhantomData))
    }

    /// Whether the thread is inside of no other call.
    #[inline]
    pub(super) fn is_outermost(&self) -> bool {
        INSIDE.get() == 1
    }
}

impl Drop for Inside {
    #[inline]
    fn drop(&mut self) {
        INSIDE.set(INSIDE.get().saturating_sub(1));
    }
}
