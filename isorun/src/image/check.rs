//! Checking an image without making a value of it.
//!
//! What a peer sends is checked before a guest sees any of it. That takes next to no memory, and for lists of integers hardly
//! any time: their block is skipped, because every bit pattern is a value.

use super::codec::Lift;
use super::decode::Decoder;
use super::malformed::Malformed;
use super::walk::{Trace, Walk};
use crate::interface::function::Function;
use crate::types::Type;

/// Checks that `body` is the image of parameters of `function`. Lets other tasks run in between, and can be dropped at any time.
///
/// # Errors
///
/// [`Malformed`], exactly if [`decode_params`](super::decode::decode_params) would fail, or if reading it would be more than `units` of
/// [`weight`](super::weight).
pub(crate) async fn check_params(function: &Function, body: &[u8], units: usize) -> Result<(), Malformed> {
    let walk = Walk::params(function.params(), function.params_layout(), body, Nothing)?;
    walk.within(units).finish().await.map(drop)
}

/// Checks that `body` is the image of a result of `function`; it must be empty if the function has no result. Lets other tasks run in
/// between, and can be dropped at any time.
///
/// # Errors
///
/// [`Malformed`], exactly if [`decode`](super::decode::decode) would fail, or if reading it would be more than `units`.
pub(crate) async fn check_result(function: &Function, body: &[u8], units: usize) -> Result<(), Malformed> {
    Walk::value(function.result(), body, Nothing)?.within(units).finish().await.map(drop)
}

/// The trace of a walk that only checks.
pub(super) struct Nothing;

impl Trace for Nothing {
    type Error = Malformed;
    const WRITES: bool = false;

    #[inline]
    fn put(&mut self, _: &str) -> Result<(), Malformed> {
        Ok(())
    }

    #[inline]
    fn quoted(&mut self, _: &str) -> Result<(), Malformed> {
        Ok(())
    }

    #[inline]
    fn case(&mut self, _: &str) -> Result<(), Malformed> {
        Ok(())
    }

    #[inline]
    fn scalar(&mut self, ty: &Type, source: &mut Decoder<'_>, at: usize) -> Result<(), Malformed> {
        match ty {
            Type::Bool => bool::load(source, at).map(drop),
            Type::F32 => f32::load(source, at).map(drop),
            Type::F64 => f64::load(source, at).map(drop),
            Type::Char => char::load(source, at).map(drop),
            // Every bit pattern is a value, and the bounds of the block were checked before.
            _ => Ok(()),
        }
    }

    #[inline]
    fn units(&self) -> u64 {
        0
    }
}
