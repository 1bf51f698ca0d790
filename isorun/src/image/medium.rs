//! What values are read from and written to: a guest's memory, or an image.
//!
//! The codec of a type is written once, for any [`Source`] and [`Sink`]. A medium decides three things: where the
//! block of a list lies, what its bounds are, and how strict reading is.

use std::borrow::Cow;

use super::bytes::Bytes;
use super::malformed::Rule;
use crate::types::layout::{Layout, MAX_BLOCK};

/// How many bytes `length` elements take; `None` if it is more than [`MAX_BLOCK`]. Computed in 64 bits, because the product can pass 2^32.
pub(crate) fn block_size(length: usize, element: Layout) -> Option<usize> {
    let bytes = (length as u64).checked_mul(u64::from(element.size))?;
    if bytes <= u64::from(MAX_BLOCK) { Some(bytes as usize) } else { None }
}

/// A medium that values are read from.
///
/// Nothing in it can be trusted. Blocks are checked once, in [`block`](Source::block); all other reads are bounds
/// checked where they happen, so that no sequence of bytes leads to a panic or to a read out of bounds.
pub trait Source {
    /// Why reading stops.
    type Error;

    /// Whether reading refuses everything that a canonical `store` never writes: bytes of padding that are not zero, unused bits of
    /// flags that are set, a `bool` above 1, a NaN with a payload. True for images, false for guests.
    const STRICT: bool;

    /// `length` bytes from `at`.
    fn slice(&self, at: usize, length: usize) -> Result<&[u8], Self::Error>;

    /// Checks the size, the address and the bounds of a list's block, and gives its index. Callers allocate nothing before this check.
    fn block(&mut self, pointer: u32, length: u32, element: Layout) -> Result<usize, Self::Error>;

    /// The text of a string, checked like a block, and as UTF-8.
    fn string(&mut self, pointer: u32, length: u32) -> Result<String, Self::Error>;

    /// The text of a string for a caller that only reads it: borrowed if it lies in the medium as UTF-8, otherwise owned.
    fn text(&mut self, pointer: u32, length: u32) -> Result<Cow<'_, str>, Self::Error> {
        self.string(pointer, length).map(Cow::Owned)
    }

    /// The bytes of a `list<u8>` for a caller that only reads them, checked like a block. A medium that can lend them does not copy them.
    fn bytes_in_place(&mut self, pointer: u32, length: u32) -> Result<Bytes, Self::Error> {
        let at = self.block(pointer, length, Layout::scalar(1))?;
        Ok(self.slice(at, length as usize)?.to_vec().into())
    }

    /// Counts work beside the bytes of blocks, in units of about the work for a byte, before it is done. A medium may refuse to do more.
    fn charge(&mut self, _units: usize) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Notes that so many parts of a run-time value are to be made from what lies at `at`. Each takes far more memory than a byte, so a medium
    /// that lends no fuel for them has a limit of its own.
    fn parts(&mut self, _count: usize, _at: usize) -> Result<(), Self::Error> {
        Ok(())
    }

    /// The error for a rule that is broken at `at`.
    fn malformed(&self, rule: Rule, at: usize) -> Self::Error;

    /// `N` bytes from `at`.
    fn bytes<const N: usize>(&self, at: usize) -> Result<[u8; N], Self::Error> {
        match self.slice(at, N)?.first_chunk() {
            Some(bytes) => Ok(*bytes),
            None => Err(self.malformed(Rule::Truncated, at)),
        }
    }

    /// Checks `from..to`, where no value lies: the bytes must be zero if reading is strict.
    fn padding(&self, from: usize, to: usize) -> Result<(), Self::Error> {
        if !Self::STRICT || from >= to {
            return Ok(());
        }
        let bytes = self.slice(from, to - from)?;
        // Almost always all are zero, and there may be very many, so all are looked at without stopping first.
        if bytes.iter().fold(0, |any, byte| any | byte) == 0 {
            return Ok(());
        }
        let dirty = bytes.iter().position(|&byte| byte != 0).unwrap_or(0);
        Err(self.malformed(Rule::Padding, from + dirty))
    }
}

/// A medium that values are written to.
pub trait Sink {
    /// Why writing stops: there is no room left.
    type Error;

    /// Whether every NaN is written as the canonical one. True for images, so that a value has exactly one.
    const STRICT: bool;

    /// Whether what is written is kept. A medium that only counts need not be given numbers.
    const KEEPS: bool = true;

    /// `length` bytes from `at`, to be overwritten in place.
    fn slice_mut(&mut self, at: usize, length: usize) -> Result<&mut [u8], Self::Error>;

    /// Allocates a zeroed block for a list. Gives the pointer to store and the index to write the elements at.
    fn block(&mut self, length: usize, element: Layout) -> Result<(u32, usize), Self::Error>;

    /// Allocates a block for a list whose elements are exactly these bytes, and writes them. Gives the pointer to store.
    fn block_of(&mut self, length: usize, element: Layout, bytes: &[u8]) -> Result<u32, Self::Error> {
        let (pointer, at) = self.block(length, element)?;
        self.write(at, bytes)?;
        Ok(pointer)
    }

    /// Allocates and writes a string. Gives its pointer, and its length in code units of the medium's encoding.
    fn string(&mut self, text: &str) -> Result<(u32, u32), Self::Error>;

    /// Counts work beside the bytes of blocks, as for a [`Source`].
    fn charge(&mut self, _units: usize) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Writes `bytes` at `at`.
    fn write(&mut self, at: usize, bytes: &[u8]) -> Result<(), Self::Error> {
        self.slice_mut(at, bytes.len())?.copy_from_slice(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_ends_below_two_to_the_28() {
        assert_eq!(block_size(MAX_BLOCK as usize, Layout::scalar(1)), Some(MAX_BLOCK as usize));
        assert_eq!(block_size(1 << 28, Layout::scalar(1)), None);
        assert_eq!(block_size(1 << 30, Layout::scalar(4)), None);
        assert_eq!(block_size(usize::MAX, Layout::POINTER), None);
    }
}
