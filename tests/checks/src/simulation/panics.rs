//! Notices panics, also those that a task or a runtime catches.

use std::cell::RefCell;
use std::panic;
use std::sync::Once;

thread_local! {
    /// The first panic on this thread, where somebody watches.
    static SEEN: RefCell<Option<Option<String>>> = const { RefCell::new(None) };
}

/// Watches for panics on this thread, until it is dropped.
pub(super) struct Watch;

impl Watch {
    pub(super) fn begin() -> Watch {
        static HOOKED: Once = Once::new();
        HOOKED.call_once(|| {
            let before = panic::take_hook();
            panic::set_hook(Box::new(move |panic| {
                let is_seen = SEEN.try_with(|seen| match &mut *seen.borrow_mut() {
                    Some(first) => {
                        first.get_or_insert_with(|| panic.to_string());
                        true
                    }
                    None => false,
                });
                if !is_seen.unwrap_or_default() {
                    before(panic);
                }
            }));
        });
        SEEN.set(Some(None));
        Watch
    }

    /// The first panic since the beginning.
    pub(super) fn end(self) -> Option<String> {
        SEEN.take().flatten()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        SEEN.set(None);
    }
}
