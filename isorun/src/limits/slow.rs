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

/// A call that waits for its turn in an instance. If it is dropped before its turn has come, the call was waiting for the instance itself.
#[cfg(feature = "engine")]
pub(crate) struct InLine<'a>(pub(crate) Option<&'a Arc<str>>);

#[cfg(feature = "engine")]
impl InLine<'_> {
    /// Its turn has come, or it is refused.
    pub(crate) fn ended(mut self) {
        self.0 = None;
    }
}

#[cfg(feature = "engine")]
impl Drop for InLine<'_> {
    fn drop(&mut self) {
        if let Some(instance) = self.0 {
            name(Some(instance.clone()));
        }
    }
}

/// Notes what a guest was waiting for whose call is late. Of guests that wait for each other, the outermost comes last and stays.
#[cfg(feature = "engine")]
#[cold]
pub(crate) fn name(provider: Option<Arc<str>>) {
    AWAITED.set(provider);
}
