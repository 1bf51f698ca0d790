//! What a value is read from and written to: a guest's memory, or an image.
//!
//! The codec of a type is written once, against [`Source`] and [`Sink`]. A medium decides three things: where the
//! block of a list lies, what its bounds are, and how strict reading is.

use std::borrow::Cow;

use super::bytes::Bytes;
use super::malformed::Rule;
use crate::types::layout::{Layout, MAX_BLOCK};

/// The bytes of `length` elements, or `None` beyond [`MAX_BLOCK`]. In 64 bits, since the product can pass 2^32.
pub(crate) fn block_size(length: usize, element: Layout) -> Option<usize> {
    let bytes = (length as u64).checked_mul(u64::from(element.size))?;
    if bytes <= u64::from(MAX_BLOCK) { Some(bytes as usize) } else { None }
}

/// A medium that values are read from.
///
/// Nothing in it can be trusted. Blocks are checked once, in [`block`](Source::block); all other reads are bounds
/// checked where they happen, so that no sequence of bytes leads to a panic or to a read outside.
pub trait Source {
    /// Why reading stops.
    type Error;

    /// Whether everything that a canonical `store` never writes is refused: bytes of padding that are not zero,
    /// unused bits of flags, a `bool` above 1, a NaN with a payload. True for images, false for guests.
    const STRICT: bool;

    /// `length` bytes from `at`.
    fn slice(&self, at: usize, length: usize) -> Result<&[u8], Self::Error>;

    /// The block of a list: checks its size, place and bounds, and gives its index. Nothing is allocated before.
    fn block(&mut self, pointer: u32, length: u32, element: Layout) -> Result<usize, Self::Error>;

    /// The text of a string, checked like a block and as UTF-8.
    fn string(&mut self, pointer: u32, length: u32) -> Result<String, Self::Error>;

    /// The same for who only looks at it: it is left where it is if it lies there as UTF-8.
    fn text(&mut self, pointer: u32, length: u32) -> Result<Cow<'_, str>, Self::Error> {
        self.string(pointer, length).map(Cow::Owned)
    }

    /// The bytes of a `list<u8>` for who only looks at them: checked like a block, and left where they are if they can stay there.
    fn bytes_in_place(&mut self, pointer: u32, length: u32) -> Result<Bytes, Self::Error> {
        let at = self.block(pointer, length, Layout::scalar(1))?;
        Ok(self.slice(at, length as usize)?.to_vec().into())
    }

    /// The error for what was found at `at`.
    fn malformed(&self, rule: Rule, at: usize) -> Self::Error;

    /// `N` bytes from `at`.
    fn bytes<const N: usize>(&self, at: usize) -> Result<[u8; N], Self::Error> {
        match self.slice(at, N)?.first_chunk() {
            Some(bytes) => Ok(*bytes),
            None => Err(self.malformed(Rule::Truncated, at)),
        }
    }

    /// `from..to` holds no value: it must be zero if reading is strict.
    fn padding(&self, from: usize, to: usize) -> Result<(), Self::Error> {
        if !Self::STRICT || from >= to {
            return Ok(());
        }
        match self.slice(from, to - from)?.iter().position(|&byte| byte != 0) {
            None => Ok(()),
            Some(dirty) => Err(self.malformed(Rule::Padding, from + dirty)),
        }
    }
}

/// A medium that values are written to.
pub trait Sink {
    /// Why writing stops: no room is left.
    type Error;

    /// Whether every NaN is written as the canonical one. True for images, so that a value has one encoding.
    const STRICT: bool;

    /// `length` bytes from `at`, to be written in place.
    fn slice_mut(&mut self, at: usize, length: usize) -> Result<&mut [u8], Self::Error>;

    /// Allocates the zeroed block of a list: gives the pointer to store, and the index to write to.
    fn block(&mut self, length: usize, element: Layout) -> Result<(u32, usize), Self::Error>;

    /// Allocates the block of a list whose elements are exactly these bytes, and writes them: gives the pointer to store.
    fn block_of(&mut self, length: usize, element: Layout, bytes: &[u8]) -> Result<u32, Self::Error> {
        let (pointer, at) = self.block(length, element)?;
        self.write(at, bytes)?;
        Ok(pointer)
    }

    /// Allocates and writes a string: gives its pointer and its length in code units.
    fn string(&mut self, text: &str) -> Result<(u32, u32), Self::Error>;

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
