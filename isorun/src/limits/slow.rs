//! Which provider a call was waiting for when its time was over.
//!
//! A call that is late drops its work, and with it the turn in the guest's store, which knows what the guest was waiting for. The two are
//! connected by the thread: the turn leaves the provider's name here, and the call takes it when the drop has returned.

use std::cell::Cell;
use std::sync::Arc;

thread_local! {
    static AWAITED: Cell<Option<Arc<str>>> = const { Cell::new(None) };
}

/// Drops the work of a call that is late. Gives the provider that its guest was waiting for.
#[cold]
pub(crate) fn awaited_by(drop_work: impl FnOnce()) -> Option<Arc<str>> {
    AWAITED.take();
    drop_work();
    AWAITED.take()
}

/// What a call was waiting for that found no place for a store: none of the instances.
pub(crate) const PLACES: &str = "the places of the runtime";

/// What a call was waiting for that found its instance or its tenant paused.
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
