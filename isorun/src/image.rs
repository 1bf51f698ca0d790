//! Images: values in the component model's memory layout, with canonical placement.
//!
//! An [`Image`] holds one value as exactly the bytes that the canonical ABI's `store(value, 0)` leaves in a zeroed
//! 32-bit memory whose allocator only counts up: the root value first, then each list and string behind the one
//! before, in pre-order. It is what crosses a border, between two stores and between two machines.
//!
//! One value has one image, and [`decode`](decode::decode) accepts nothing else. So images can be hashed and
//! compared, a relay forwards them untouched, and a value is never larger than the bytes that describe it.
//!
//! The folder in reading order: `medium` is what a value is read from and written to, `codec` says how, by the layout of its
//! type. `scalars`, `containers`, `map` and `params` are the codec of Rust's own types; `encode` and `decode`
//! are the image as a medium; the other one, a guest's memory, is in `engine`. For types that are known only at run time,
//! `value` makes values and `check` only looks.

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
pub(crate) mod value;

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

/// The body bytes of one value: a result, or the parameters of a call as one tuple.
///
/// Whether they are the image of a value of some type is known only to who decodes them.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Image(Vec<u8>);

impl Image {
    /// Takes bytes as an image, as they came from a peer.
    pub fn from_bytes(bytes: Vec<u8>) -> Image {
        Image(bytes)
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
        /// Enough to recognise a value by; bodies can be megabytes.
        const SHOWN: usize = 64;
        write!(f, "Image({} bytes:", self.0.len())?;
        for word in self.0[..self.0.len().min(SHOWN)].chunks(4) {
            f.write_str(" ")?;
            word.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        }
        f.write_str(if self.0.len() > SHOWN { " …)" } else { ")" })
    }
}
