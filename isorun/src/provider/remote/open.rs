//! The numbers of a session's calls.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The calls of a session: each has a number, from 1 on, and the other side is told below which all have ended.
pub(super) struct OpenCalls(Mutex<Numbers>);

struct Numbers {
    /// The lowest number that is open, or the next if none is.
    first: u64,
    /// Whether each number from there on is open.
    open: VecDeque<bool>,
}

impl OpenCalls {
    pub(super) fn new() -> OpenCalls {
        OpenCalls(Mutex::new(Numbers { first: 1, open: VecDeque::new() }))
    }

    fn numbers(&self) -> MutexGuard<'_, Numbers> {
        // Nothing panics between two states of it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next number, which is open until the answer is dropped.
    pub(super) fn open(&self) -> OpenCall<'_> {
        let mut numbers = self.numbers();
        let number = numbers.first + numbers.open.len() as u64;
        numbers.open.push_back(true);
        OpenCall { calls: self, number }
    }

    /// The lowest number that is open.
    pub(super) fn settled_below(&self) -> u64 {
        self.numbers().first
    }
}

/// A call that may yet be sent, or sent again.
pub(super) struct OpenCall<'a> {
    calls: &'a OpenCalls,
    pub(super) number: u64,
}

impl Drop for OpenCall<'_> {
    fn drop(&mut self) {
        let mut numbers = self.calls.numbers();
        let place = self.number.wrapping_sub(numbers.first);
        if let Some(open) = usize::try_from(place).ok().and_then(|place| numbers.open.get_mut(place)) {
            *open = false;
        }
        while numbers.open.front() == Some(&false) {
            numbers.open.pop_front();
            numbers.first += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_ended_is_settled_when_all_before_it_have() {
        let calls = OpenCalls::new();
        let (one, two, three) = (calls.open(), calls.open(), calls.open());
        assert_eq!((one.number, two.number, three.number, calls.settled_below()), (1, 2, 3, 1));
        drop(two);
        assert_eq!(calls.settled_below(), 1);
        drop(one);
        assert_eq!(calls.settled_below(), 3);
        drop(three);
        assert_eq!((calls.settled_below(), calls.open().number), (4, 4));
    }
}
