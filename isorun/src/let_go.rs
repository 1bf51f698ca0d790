//! Dropping what may hold the next of its kind, without recursion.
//!
//! An instance holds its providers, a system may hold a handle, a transport or an observer a whole runtime. So whoever drops the last handle of
//! a long chain drops all of it, and with one stack frame for each link a chain that somebody made long enough would overflow the stack.

use std::any::Any;
use std::cell::RefCell;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::panics::message_of;

/// What was let go while something else was being dropped, and waits until that is done.
type Later = Vec<Box<dyn Any>>;

thread_local! {
    // Never dropped itself, so that it is there for values that other thread-locals hold. It is empty whenever nothing is being dropped.
    static LATER: ManuallyDrop<RefCell<Option<Later>>> = const { ManuallyDrop::new(RefCell::new(None)) };
}

/// Drops a value, and then everything that was let go meanwhile on this thread. Within such a drop, the value only waits for its turn.
pub(crate) fn let_go<T: 'static>(value: T) {
    let first = LATER.try_with(|later| match &mut *later.borrow_mut() {
        Some(later) => {
            later.push(Box::new(value));
            None
        }
        none => {
            *none = Some(Vec::new());
            Some(value)
        }
    });
    if let Ok(Some(first)) = first {
        drop_all(first);
    }
}

fn drop_all<T>(first: T) {
    drop_caught(first);
    while let Some(next) = next() {
        drop_caught(next);
    }
}

/// A user's value may panic as it is dropped. That is no affair of whoever happens to hold the last handle, and the other values have to go too.
fn drop_caught<T>(value: T) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(value))) {
        tracing::error!(panic = message_of(&*panic), "a value panicked as it was dropped");
    }
}

/// The value that was let go last; without one, whoever comes next drops its value itself.
fn next() -> Option<Box<dyn Any>> {
    let next = LATER.try_with(|later| {
        let mut later = later.borrow_mut();
        let next = later.as_mut().and_then(Vec::pop);
        if next.is_none() {
            *later = None;
        }
        next
    });
    next.ok().flatten()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    /// A link of a chain, which counts how many were dropped, and panics where it is told to.
    struct Link {
        below: Option<Arc<Link>>,
        dropped: Arc<AtomicUsize>,
        panics: bool,
    }

    impl Drop for Link {
        fn drop(&mut self) {
            let_go(self.below.take());
            self.dropped.fetch_add(1, Ordering::Relaxed);
            assert!(!self.panics, "as it was told");
        }
    }

    fn chain(links: usize, panics: impl Fn(usize) -> bool) -> (Arc<AtomicUsize>, Option<Arc<Link>>) {
        let dropped = Arc::new(AtomicUsize::new(0));
        let chain = (0..links)
            .fold(None, |below, link| Some(Arc::new(Link { below, dropped: dropped.clone(), panics: panics(link) })));
        (dropped, chain)
    }

    #[test]
    fn a_chain_of_any_length_is_dropped_on_a_small_stack() {
        let small = thread::Builder::new().stack_size(128 << 10);
        let dropping = small.spawn(|| {
            let (dropped, chain) = chain(100_000, |_| false);
            drop(chain);
            assert_eq!(dropped.load(Ordering::Relaxed), 100_000);
        });
        dropping.unwrap().join().unwrap();
    }

    #[test]
    fn a_panic_keeps_nothing_from_being_dropped() {
        let (dropped, chain) = chain(10, |link| link % 3 == 1);
        drop(chain);
        assert_eq!(dropped.load(Ordering::Relaxed), 10);
        // And the next one is dropped as if nothing had been.
        let (dropped, chain) = self::chain(2, |_| false);
        drop(chain);
        assert_eq!(dropped.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn what_a_thread_still_holds_at_its_end_is_dropped_too() {
        thread_local! {
            static HELD: RefCell<Option<Arc<Link>>> = const { RefCell::new(None) };
        }
        let small = thread::Builder::new().stack_size(128 << 10);
        let holding = small.spawn(|| {
            let (dropped, chain) = chain(100_000, |_| false);
            HELD.set(chain);
            dropped
        });
        assert_eq!(holding.unwrap().join().unwrap().load(Ordering::Relaxed), 100_000);
    }
}
