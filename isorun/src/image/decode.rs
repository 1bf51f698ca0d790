//! Reading an image.

use std::borrow::Cow;

use super::codec::Lift;
use super::malformed::{Malformed, Rule};
use super::medium::{Source, block_size};
use super::params::LiftParams;
use super::weight::price_of_block;
use crate::types::layout::Layout;

/// Reads a value from its canonical image, and refuses all other bytes.
///
/// # Invariants
///
/// * A block is accepted at one address only, the next free one. So blocks neither overlap nor leave gaps, the value is
///   at most as large as its image, and reading takes time linear in the bytes.
/// * `cursor` never passes the end of `body`: every byte below it belongs to exactly one block, to the root value or to padding.
/// * Length, address and bounds of a block are checked before anything is allocated for it.
#[derive(Debug)]
#[must_use = "bytes after the value are noticed only by `finish`"]
pub struct Decoder<'a> {
    body: &'a [u8],
    cursor: usize,
    /// How many lists and strings may yet follow.
    blocks: u32,
    /// How many parts of run-time values may yet be made.
    parts: usize,
    /// How much work reading may yet be.
    units: usize,
    /// The lists and strings that were read so far.
    read: u32,
}

/// How many lists and strings an image may have: 2^20. Each is an allocation in Rust, so that many take some 40 ms, however small they are. All
/// else takes less than 2 ns for each byte.
const MAX_BLOCKS: u32 = 1 << 20;

/// How many parts a run-time value may have: 2^24. In memory each takes from 32 to some 100 bytes, and one byte of an image may be ninety of
/// them, if it lies in tuples of one member.
const MAX_PARTS: usize = 1 << 24;

impl<'a> Decoder<'a> {
    /// A decoder for a body whose root value lies at offset 0.
    ///
    /// # Errors
    ///
    /// [`Rule::Truncated`] if there are fewer bytes than the root value takes.
    pub fn new(body: &'a [u8], root: Layout) -> Result<Decoder<'a>, Malformed> {
        let decoder = Decoder {
            body,
            cursor: root.size as usize,
            blocks: MAX_BLOCKS,
            parts: MAX_PARTS,
            units: usize::MAX,
            read: 0,
        };
        decoder.slice(0, decoder.cursor)?;
        Ok(decoder)
    }

    /// The same decoder for an image that is read on behalf of a guest or a peer, whose work is bounded in units of
    /// [`weight`](super::weight).
    pub(crate) fn within(self, units: usize) -> Decoder<'a> {
        Decoder { units, ..self }
    }

    /// The same decoder for run-time values that have at most so many parts.
    #[cfg(test)]
    pub(super) fn with_parts(self, parts: usize) -> Decoder<'a> {
        Decoder { parts, ..self }
    }

    /// The text of a string, borrowed from the body.
    pub(crate) fn str(&mut self, pointer: u32, length: u32) -> Result<&str, Malformed> {
        let start = self.block(pointer, length, Layout::scalar(1))?;
        str::from_utf8(self.slice(start, length as usize)?)
            .map_err(|error| self.malformed(Rule::Utf8, start + error.valid_up_to()))
    }

    /// Checks that no bytes follow after the value.
    ///
    /// # Errors
    ///
    /// [`Rule::Trailing`] if there are more bytes.
    pub fn finish(self) -> Result<(), Malformed> {
        if self.cursor == self.body.len() { Ok(()) } else { Err(self.malformed(Rule::Trailing, self.cursor)) }
    }
}

impl Source for Decoder<'_> {
    type Error = Malformed;
    const STRICT: bool = true;

    fn slice(&self, at: usize, length: usize) -> Result<&[u8], Malformed> {
        match self.body.get(at..).and_then(|rest| rest.get(..length)) {
            Some(bytes) => Ok(bytes),
            None => Err(self.malformed(Rule::Truncated, self.body.len())),
        }
    }

    fn block(&mut self, pointer: u32, length: u32, element: Layout) -> Result<usize, Malformed> {
        let start = self.cursor.next_multiple_of(element.align as usize);
        if pointer as usize != start {
            return Err(self.malformed(Rule::Placement, start));
        }
        let Some(bytes) = block_size(length as usize, element) else {
            return Err(self.malformed(Rule::Length, start));
        };
        self.slice(start, bytes)?;
        self.padding(self.cursor, start)?;
        self.blocks = self.blocks.checked_sub(1).ok_or_else(|| self.malformed(Rule::Parts, start))?;
        let block = price_of_block(&mut self.read);
        self.charge(block + bytes)?;
        self.cursor = start + bytes;
        Ok(start)
    }

    #[inline]
    fn charge(&mut self, units: usize) -> Result<(), Malformed> {
        match self.units.checked_sub(units) {
            Some(left) => {
                self.units = left;
                Ok(())
            }
            None => Err(self.malformed(Rule::Parts, self.cursor)),
        }
    }

    fn string(&mut self, pointer: u32, length: u32) -> Result<String, Malformed> {
        self.str(pointer, length).map(str::to_owned)
    }

    fn text(&mut self, pointer: u32, length: u32) -> Result<Cow<'_, str>, Malformed> {
        self.str(pointer, length).map(Cow::Borrowed)
    }

    fn parts(&mut self, count: usize, at: usize) -> Result<(), Malformed> {
        match self.parts.checked_sub(count) {
            Some(left) => {
                self.parts = left;
                Ok(())
            }
            None => Err(self.malformed(Rule::Parts, at)),
        }
    }

    fn malformed(&self, rule: Rule, at: usize) -> Malformed {
        Malformed { rule, offset: at as u64 }
    }
}

/// Decodes `body`, the image of a value.
///
/// # Errors
///
/// [`Malformed`] with the first broken rule, if these are not the bytes that [`encode`](super::encode::encode) gives for a
/// value of this type.
pub fn decode<T: Lift>(body: &[u8]) -> Result<T, Malformed> {
    let mut decoder = Decoder::new(body, T::LAYOUT)?;
    let value = T::load(&mut decoder, 0)?;
    decoder.finish()?;
    Ok(value)
}

/// Decodes `body`, the image of a parameter list.
///
/// # Errors
///
/// [`Malformed`], as for [`decode`].
pub fn decode_params<P: LiftParams>(body: &[u8]) -> Result<P, Malformed> {
    let mut decoder = Decoder::new(body, P::LAYOUT)?;
    let params = P::load(&mut decoder, 0)?;
    decoder.finish()?;
    Ok(params)
}
