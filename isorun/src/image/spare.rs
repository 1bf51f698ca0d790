//! Buffers of images that are gone, for those that come.
//!
//! A fresh buffer of a megabyte costs more in page faults than the copy into it. Each thread keeps the last two: a call has one image for its
//! parameters and one for its result.

use std::cell::RefCell;

/// Smaller ones the allocator has at hand.
const LEAST: usize = 64 << 10;
/// Larger ones are given back, so that one large call does not hold memory for ever.
const MOST: usize = 4 << 20;

thread_local! {
    static SPARE: RefCell<[Vec<u8>; 2]> = const { RefCell::new([Vec::new(), Vec::new()]) };
}

#[inline]
pub(super) fn is_worth_keeping(buffer: &Vec<u8>) -> bool {
    (LEAST..=MOST).contains(&buffer.capacity())
}

/// Keeps a buffer, in place of the smallest one that is kept.
#[cold]
pub(super) fn keep(mut buffer: Vec<u8>) {
    buffer.clear();
    // A thread that is ending keeps nothing.
    let _ = SPARE.try_with(|spare| {
        if let Ok(mut spare) = spare.try_borrow_mut()
            && let Some(smallest) = spare.iter_mut().min_by_key(|kept| kept.capacity())
            && smallest.capacity() < buffer.capacity()
        {
            std::mem::swap(smallest, &mut buffer);
        }
    });
}

/// Makes room in a buffer for so many bytes more: its content goes on in a buffer that was kept, if that is large enough and it is not.
#[cold]
pub(super) fn grow(buffer: &mut Vec<u8>, more: usize) {
    let kept = SPARE.try_with(|spare| {
        let mut spare = spare.try_borrow_mut().ok()?;
        let enough = spare.iter_mut().filter(|kept| kept.capacity() >= buffer.len() + more);
        enough.min_by_key(|kept| kept.capacity()).map(std::mem::take)
    });
    match kept {
        Ok(Some(mut kept)) => {
            kept.extend_from_slice(buffer);
            *buffer = kept;
        }
        _ => buffer.reserve(more),
    }
}

/// Whether it is worth looking for a buffer that was kept.
#[inline]
pub(super) fn is_large(buffer: &Vec<u8>, more: usize) -> bool {
    more >= LEAST && buffer.capacity() - buffer.len() < more
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_serves_again() {
        let buffer = Vec::with_capacity(LEAST * 2);
        let place = buffer.as_ptr();
        keep(buffer);
        let mut next = vec![7; 10];
        assert!(!is_large(&next, LEAST - 1) && is_large(&next, LEAST));
        grow(&mut next, LEAST);
        assert_eq!((next.as_ptr(), &next[..]), (place, &[7; 10][..]));
        // It is in use now, so there is none.
        let mut other = Vec::new();
        grow(&mut other, LEAST);
        assert_ne!(other.as_ptr(), place);
    }

    #[test]
    fn the_largest_two_are_kept() {
        for size in [LEAST, LEAST * 3, LEAST * 2] {
            keep(Vec::with_capacity(size));
        }
        let mut buffer = Vec::new();
        grow(&mut buffer, LEAST);
        assert_eq!(buffer.capacity(), LEAST * 2);
    }

    #[test]
    fn what_is_too_small_or_too_large_is_not_worth_keeping() {
        assert!(!is_worth_keeping(&Vec::with_capacity(LEAST - 1)));
        assert!(is_worth_keeping(&Vec::with_capacity(LEAST)));
        assert!(!is_worth_keeping(&Vec::with_capacity(MOST + 1)));
    }
}
