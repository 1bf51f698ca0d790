//! Images: values in the component model's memory layout, with canonical placement.
//!
//! An [`Image`] holds one value as exactly the bytes that the canonical ABI's `store(value, 0)` leaves in a zeroed
//! 32-bit memory whose allocator never reuses an address: the root value first, then each list and string after the
//! previous one, in pre-order. Values cross the border between two stores, and between two machines, as images.
//!
//! A value has exactly one image, and [`decode`](decode::decode) accepts nothing else. So images can be hashed and
//! compared, a relay can forward them unchanged, and a value never takes more room than the bytes that describe it.
//!
//! The files in reading order: a `medium` is what values are read from and written to, and the `codec` reads and writes them, by the
//! layout of their type. `scalars`, `containers`, `map` and `params` are the codec of Rust's own types. `encode` and `decode` make the
//! image a medium; the other medium, a guest's memory, is in `engine`. `weight` says how much work it is to pass a value, and `scales` weigh one. For types that are
//! known only at run time, `value` holds values, and a `walk` goes through an image without making a value: `check` checks it so.

mod buffer_pool;
pub(crate) mod bytes;
pub(crate) mod check;
pub(crate) mod codec;
pub(crate) mod containers;
pub(crate) mod decode;
pub(crate) mod encode;
pub(crate) mod generated;
pub(crate) mod malformed;
pub(crate) mod map;
pub(crate) mod medium;
pub(crate) mod params;
pub(crate) mod scalars;
#[cfg(feature = "engine")]
pub(crate) mod scales;
pub(crate) mod value;
mod walk;
pub(crate) mod weight;

use std::fmt;

pub use codec::{Lift, Lower, Shape};
pub use decode::{Decoder, decode, decode_params};
pub use encode::{Encoder, TooLarge, encode, encode_params};
pub use malformed::{Malformed, Rule};
pub use map::Map;
pub use medium::{Sink, Source};
pub use params::{LiftParams, LowerParams, Params};
pub use value::Value;
pub use value::mismatch::{EncodeError, Mismatch};
pub use value::wave::error::WaveError;

/// The bytes of one value: of a result, or of the parameters of a call as one tuple.
///
/// An `Image` does not know its type. Whether the bytes are the image of a value is checked when they are decoded.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Image(Vec<u8>);

impl Image {
    /// Takes bytes as an image without checking them; they may come from a peer.
    pub fn from_bytes(bytes: Vec<u8>) -> Image {
        Image(bytes)
    }

    /// A copy of bytes, as [`from_bytes`](Image::from_bytes) takes them.
    pub(crate) fn copy_of(bytes: &[u8]) -> Image {
        let mut copy = buffer_pool::take_any(bytes.len());
        copy.extend_from_slice(bytes);
        Image(copy)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, without copying them.
    pub fn into_bytes(mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }
}

impl Drop for Image {
    #[inline]
    fn drop(&mut self) {
        buffer_pool::keep(std::mem::take(&mut self.0));
    }
}

impl AsRef<[u8]> for Image {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Enough to recognise a value. The whole image can have megabytes.
        const SHOWN: usize = 64;
        write!(f, "Image({} bytes:", self.0.len())?;
        for word in self.0[..self.0.len().min(SHOWN)].chunks(4) {
            f.write_str(" ")?;
            word.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        }
        f.write_str(if self.0.len() > SHOWN { " …)" } else { ")" })
    }
}
