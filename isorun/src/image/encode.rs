//! Writing an image.

use std::fmt;

use super::Image;
use super::buffer_pool;
use super::codec::Lower;
use super::medium::{Sink, block_size};
use super::params::LowerParams;
use crate::types::layout::{Layout, MAX_BLOCK};

/// Writes a value into an image.
///
/// A bump allocator places each block after the previous one, beginning after the root value. Since values are stored in
/// order, that is canonical placement. Bytes that belong to no value stay zero, so neither host memory nor earlier values
/// can leak through padding.
#[derive(Debug)]
#[must_use = "an encoder gives no image until `finish` is called"]
pub struct Encoder {
    bytes: Vec<u8>,
    /// The most bytes of the image.
    limit: u32,
}

/// Room for a few short strings and lists after the root value, so that most images need a single allocation.
const EXTRA_ROOM: usize = 128;

impl Encoder {
    /// An encoder with room for the root value, which must be stored at offset 0.
    ///
    /// # Errors
    ///
    /// [`TooLarge`] if the layout is larger than any value may be.
    pub fn new(root: Layout) -> Result<Encoder, TooLarge> {
        Encoder::within(root, u32::MAX)
    }

    /// An encoder for an image of at most `limit` bytes. A short text may stand for many values of a large type, so what is made of one needs a
    /// limit of its own.
    pub(crate) fn within(root: Layout, limit: u32) -> Result<Encoder, TooLarge> {
        match block_size(1, root) {
            Some(size) if size as u64 <= u64::from(limit) => {
                let mut bytes = buffer_pool::take(size + EXTRA_ROOM);
                bytes.resize(size, 0);
                Ok(Encoder { bytes, limit })
            }
            Some(_) => Err(TooLarge { limit: u64::from(limit) }),
            None => Err(TooLarge { limit: u64::from(MAX_BLOCK) }),
        }
    }

    /// The finished image. The root value must have been stored.
    #[must_use]
    pub fn finish(self) -> Image {
        Image::from_bytes(self.bytes)
    }

    /// Begins a block of `bytes` bytes at the next multiple of `align`, and gives its pointer and its index. The caller appends the bytes.
    fn allocate(&mut self, bytes: Option<usize>, align: u32) -> Result<(u32, usize), TooLarge> {
        let Some(bytes) = bytes else {
            return Err(TooLarge { limit: u64::from(MAX_BLOCK) });
        };
        let start = self.bytes.len().next_multiple_of(align as usize);
        // The end of the block must fit in 32 bits as well, because the next block may begin there, even if it is empty.
        match u32::try_from(start as u64 + bytes as u64) {
            Ok(end) if end <= self.limit => {
                let more = end as usize - self.bytes.len();
                if buffer_pool::is_large(&self.bytes, more) {
                    buffer_pool::grow(&mut self.bytes, more);
                } else {
                    self.bytes.reserve(more);
                }
                self.bytes.resize(start, 0);
                Ok((start as u32, start))
            }
            _ => Err(TooLarge { limit: u64::from(self.limit) }),
        }
    }
}

impl Sink for Encoder {
    type Error = TooLarge;
    const STRICT: bool = true;

    fn slice_mut(&mut self, at: usize, length: usize) -> Result<&mut [u8], TooLarge> {
        // Callers only write to blocks of this encoder, so this is never out of bounds.
        self.bytes.get_mut(at..at + length).ok_or(TooLarge { limit: u64::from(u32::MAX) })
    }

    fn block(&mut self, length: usize, element: Layout) -> Result<(u32, usize), TooLarge> {
        let bytes = block_size(length, element);
        let (pointer, start) = self.allocate(bytes, element.align)?;
        self.bytes.resize(start + bytes.unwrap_or(0), 0);
        Ok((pointer, start))
    }

    fn block_of(&mut self, length: usize, element: Layout, bytes: &[u8]) -> Result<u32, TooLarge> {
        let (pointer, _) = self.allocate(block_size(length, element), element.align)?;
        self.bytes.extend_from_slice(bytes);
        Ok(pointer)
    }

    fn string(&mut self, text: &str) -> Result<(u32, u32), TooLarge> {
        Ok((self.block_of(text.len(), Layout::scalar(1), text.as_bytes())?, text.len() as u32))
    }
}

/// Encodes a value as an image.
///
/// # Errors
///
/// [`TooLarge`] if a list or string is longer than 2^28 - 1 bytes, or the whole image longer than 2^32 - 1.
pub fn encode<T: Lower + ?Sized>(value: &T) -> Result<Image, TooLarge> {
    let mut encoder = Encoder::new(T::LAYOUT)?;
    value.store(&mut encoder, 0)?;
    Ok(encoder.finish())
}

/// Encodes a parameter list as an image: all parameters as one tuple.
///
/// # Errors
///
/// [`TooLarge`], as for [`encode`].
pub fn encode_params<P: LowerParams>(params: &P) -> Result<Image, TooLarge> {
    let mut encoder = Encoder::new(P::LAYOUT)?;
    params.store(&mut encoder, 0)?;
    Ok(encoder.finish())
}

/// A value is too large to have an image.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooLarge {
    /// The limit that was passed, in bytes: 2^28 - 1 for one list or string, 2^32 - 1 for the whole image, and for one that is made of
    /// [text](crate::Instance::call) [`max_message`](crate::RuntimeBuilder::max_message).
    pub limit: u64,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.limit == u64::from(MAX_BLOCK) { "one list or string" } else { "the whole value" };
        write!(f, "value is too large for an image\n  in {place}: the limit is {} bytes\n", self.limit)?;
        write!(f, "  help: send it in parts")
    }
}

impl std::error::Error for TooLarge {}
