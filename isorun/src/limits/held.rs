//! Whether the host holds what a call is doing, so that its time does not run.
//!
//! A call is paused by its host where a guest gives way, deep in the poll of a tree of calls. The drivers of the calls above, which look at
//! their deadlines, stand on the same stack, and so they are told by the thread: that something is held, and that it is held no more. A poll in
//! which nothing is said changes nothing, since what is between may poll only what was woken.

use std::cell::Cell;

thread_local! {
    /// What was said in the present poll.
    static SAID: Cell<Option<bool>> = const { Cell::new(None) };
}

/// Something that the host holds, until this is dropped.
pub(crate) struct Held(());

impl Held {
    pub(crate) fn new() -> Held {
        let held = Held(());
        held.say();
        held
    }

    /// Says that it is held. That is said in each poll, since whoever looks at the deadline may have changed.
    pub(crate) fn say(&self) {
        SAID.set(Some(true));
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // Of several, one may still be held.
        SAID.set(SAID.get().or(Some(false)));
    }
}

/// Polls some work. Also gives what is said there: whether it is held by the host, or is held no more.
#[inline]
pub(crate) fn holding<T>(poll: impl FnOnce() -> T) -> (T, Option<bool>) {
    let others = SAID.replace(None);
    let polled = poll();
    let said = SAID.get();
    SAID.set(match (others, said) {
        (Some(true), _) | (_, None) => others,
        _ => said,
    });
    (polled, said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_heard_all_the_way_up_and_silence_is_not() {
        let (held, said) = holding(|| holding(Held::new));
        assert_eq!((held.1, said), (Some(true), Some(true)));
        let held = held.0;
        assert_eq!(holding(|| ()).1, None);
        assert_eq!(holding(|| held.say()).1, Some(true));
        let other = holding(Held::new).0;
        assert_eq!(holding(|| (drop(held), other.say())).1, Some(true), "another one is held");
        assert_eq!(holding(|| drop(other)).1, Some(false));
    }
}
