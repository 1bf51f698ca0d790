//! Which provider a call was waiting for when its time was over.
//!
//! A call that is late drops its work, and with it the turn in the guest's store, which knows what the guest was waiting for. The two are
//! connected by the thread: the turn leaves the provider's name here, and the call takes it when the drop has returned.

use std::cell::Cell;
use std::sync::Arc;

thread_local! {
    static AWAITED: Cell<Option<Arc<str>>> = const { Cell::new(None) };
    /// Whether the work goes on without its caller.
    static GOES_ON: Cell<bool> = const { Cell::new(false) };
}

/// Drops the work of a call that is late. Gives the provider that its guest was waiting for, and whether it goes on without its caller.
#[cold]
pub(crate) fn awaited_by(drop_work: impl FnOnce()) -> (Option<Arc<str>>, bool) {
    AWAITED.take();
    GOES_ON.take();
    drop_work();
    (AWAITED.take(), GOES_ON.take())
}

/// Notes that the work which is dropped goes on without its caller.
#[cfg(feature = "engine")]
#[cold]
pub(crate) fn goes_on() {
    GOES_ON.set(true);
}

/// What a call was waiting for that found no place for a store: none of the instances.
pub(crate) const PLACES: &str = "the places of the runtime";

/// What a call was waiting for whose turn was with one that is paused.
pub(crate) const PAUSE: &str = "the end of a pause";

/// How what a call was waiting for begins if that was room in the tenant of the instance. The tenant's name follows.
pub(crate) const OF_TENANT: &str = "the calls of the tenant ";

/// A call that waits for its turn in an instance. If it is dropped before its turn has come, the function says what it was waiting for.
#[cfg(feature = "engine")]
pub(crate) struct InLine<F: Fn() -> Arc<str>>(pub(crate) Option<F>);

#[cfg(feature = "engine")]
impl<F: Fn() -> Arc<str>> InLine<F> {
    /// Its turn has come, or it is refused.
    pub(crate) fn ended(mut self) {
        self.0 = None;
    }
}

#[cfg(feature = "engine")]
impl<F: Fn() -> Arc<str>> Drop for InLine<F> {
    fn drop(&mut self) {
        if let Some(awaited) = &self.0 {
            name(Some(awaited()));
        }
    }
}

/// Notes what a guest was waiting for whose call is late. Of guests that wait for each other, the outermost comes last and stays.
#[cfg(feature = "engine")]
#[cold]
pub(crate) fn name(provider: Option<Arc<str>>) {
    AWAITED.set(provider);
}
