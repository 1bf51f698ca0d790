//! Buffers of images that were dropped, kept for the next ones.
//!
//! A call has one image for its parameters and one for its result, so each thread keeps two small and two large buffers. A small one saves
//! an allocation. A large one saves page faults: in a fresh buffer of a megabyte they cost more than the copy into it.

use std::cell::RefCell;

/// The capacity in bytes from which on a buffer counts as large.
const LARGE: usize = 64 << 10;
/// The largest capacity that is kept, in bytes. Larger buffers are freed, so that one large call does not hold memory for ever.
const MOST: usize = 4 << 20;

#[derive(Default)]
struct Pool {
    small: [Vec<u8>; 2],
    large: [Vec<u8>; 2],
}

thread_local! {
    static POOL: RefCell<Pool> = const {
        RefCell::new(Pool { small: [Vec::new(), Vec::new()], large: [Vec::new(), Vec::new()] })
    };
}

/// Runs `work` with the kept buffers; `None` on a thread that is ending, which has none.
#[inline]
fn with<R>(work: impl FnOnce(&mut Pool) -> R) -> Option<R> {
    POOL.try_with(|pool| pool.try_borrow_mut().ok().map(|mut pool| work(&mut pool))).ok().flatten()
}

/// An empty buffer with room for `room` bytes.
#[inline]
pub(super) fn take(room: usize) -> Vec<u8> {
    let kept = with(|pool| pool.small.iter_mut().find(|kept| kept.capacity() >= room).map(std::mem::take));
    kept.flatten().unwrap_or_else(|| Vec::with_capacity(room))
}

/// An empty buffer with room for `room` bytes, however many they are.
pub(super) fn take_any(room: usize) -> Vec<u8> {
    if room < LARGE {
        return take(room);
    }
    let mut buffer = Vec::new();
    grow(&mut buffer, room);
    buffer
}

/// Keeps a buffer in place of the smaller one of its kind, if it is larger than that.
#[inline]
pub(super) fn keep(mut buffer: Vec<u8>) {
    if buffer.capacity() == 0 || buffer.capacity() > MOST {
        return;
    }
    buffer.clear();
    with(|pool| {
        let kind = if buffer.capacity() < LARGE { &mut pool.small } else { &mut pool.large };
        let [one, other] = kind;
        let smaller = if one.capacity() <= other.capacity() { one } else { other };
        if smaller.capacity() < buffer.capacity() {
            std::mem::swap(smaller, &mut buffer);
        }
    });
}

/// Makes room for `more` bytes in a buffer. If a kept buffer is large enough, the content moves there; otherwise the buffer is reallocated.
#[cold]
pub(super) fn grow(buffer: &mut Vec<u8>, more: usize) {
    let enough = buffer.len() + more;
    let kept = with(|pool| {
        let enough = pool.large.iter_mut().filter(|kept| kept.capacity() >= enough);
        enough.min_by_key(|kept| kept.capacity()).map(std::mem::take)
    });
    match kept.flatten() {
        Some(mut kept) => {
            kept.extend_from_slice(buffer);
            keep(std::mem::replace(buffer, kept));
        }
        None => buffer.reserve(more),
    }
}

/// Whether so much room is missing that a large kept buffer is worth looking for.
#[inline]
pub(super) fn is_large(buffer: &Vec<u8>, more: usize) -> bool {
    more >= LARGE && buffer.capacity() - buffer.len() < more
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_serves_again() {
        let buffer = Vec::with_capacity(LARGE * 2);
        let place = buffer.as_ptr();
        keep(buffer);
        let mut next = vec![7; 10];
        assert!(!is_large(&next, LARGE - 1) && is_large(&next, LARGE));
        grow(&mut next, LARGE);
        assert_eq!((next.as_ptr(), &next[..]), (place, &[7; 10][..]));
        // The kept buffer is in use now, so this one is new.
        let mut other = Vec::new();
        grow(&mut other, LARGE);
        assert_ne!(other.as_ptr(), place);
    }

    #[test]
    fn a_small_buffer_serves_again_where_it_is_large_enough() {
        let buffer = Vec::with_capacity(100);
        let place = buffer.as_ptr();
        keep(buffer);
        let larger = take(101);
        let again = take(100);
        let another = take(100);
        assert_eq!((again.as_ptr(), again.len()), (place, 0));
        assert!(larger.as_ptr() != place && another.as_ptr() != place);
    }

    #[test]
    fn the_largest_two_are_kept() {
        for size in [LARGE, LARGE * 3, LARGE * 2] {
            keep(Vec::with_capacity(size));
        }
        let mut buffer = Vec::new();
        grow(&mut buffer, LARGE);
        assert_eq!(buffer.capacity(), LARGE * 2);
    }

    #[test]
    fn one_large_call_holds_no_memory_for_ever() {
        keep(Vec::with_capacity(MOST + 1));
        let mut buffer = Vec::new();
        grow(&mut buffer, MOST);
        assert!(buffer.capacity() <= MOST);
    }
}
