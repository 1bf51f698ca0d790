//! Buffers of images that are gone, for those that come.
//!
//! A call has one image for its parameters and one for its result, and each thread keeps two buffers of each kind. Small ones save a way to
//! the allocator and back; for a fresh one of a megabyte the page faults cost more than the copy into it.

use std::cell::RefCell;

/// From here on a buffer is large.
const LARGE: usize = 64 << 10;
/// Larger ones are given back, so that one large call does not hold memory for ever.
const MOST: usize = 4 << 20;

#[derive(Default)]
struct Spare {
    small: [Vec<u8>; 2],
    large: [Vec<u8>; 2],
}

thread_local! {
    static SPARE: RefCell<Spare> = const {
        RefCell::new(Spare { small: [Vec::new(), Vec::new()], large: [Vec::new(), Vec::new()] })
    };
}

/// Uses what is kept; nothing on a thread that is ending.
#[inline]
fn with<R>(work: impl FnOnce(&mut Spare) -> R) -> Option<R> {
    SPARE.try_with(|spare| spare.try_borrow_mut().ok().map(|mut spare| work(&mut spare))).ok().flatten()
}

/// An empty buffer with room for so many bytes.
#[inline]
pub(super) fn take(room: usize) -> Vec<u8> {
    let kept = with(|spare| spare.small.iter_mut().find(|kept| kept.capacity() >= room).map(std::mem::take));
    kept.flatten().unwrap_or_else(|| Vec::with_capacity(room))
}

/// Keeps a buffer, in place of the smallest one of its kind that is kept.
#[inline]
pub(super) fn keep(mut buffer: Vec<u8>) {
    if buffer.capacity() == 0 || buffer.capacity() > MOST {
        return;
    }
    buffer.clear();
    with(|spare| {
        let kind = if buffer.capacity() < LARGE { &mut spare.small } else { &mut spare.large };
        let [one, other] = kind;
        let smaller = if one.capacity() <= other.capacity() { one } else { other };
        if smaller.capacity() < buffer.capacity() {
            std::mem::swap(smaller, &mut buffer);
        }
    });
}

/// Makes room in a buffer for so many bytes more: its content goes on in a buffer that was kept, if that is large enough and it is not.
#[cold]
pub(super) fn grow(buffer: &mut Vec<u8>, more: usize) {
    let enough = buffer.len() + more;
    let kept = with(|spare| {
        let enough = spare.large.iter_mut().filter(|kept| kept.capacity() >= enough);
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

/// Whether it is worth looking for a large buffer that was kept.
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
        // It is in use now, so there is none.
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
