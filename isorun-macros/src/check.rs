//! Everything that is refused, all of it at once.

mod fits;
mod implementation;
mod interface;

pub(crate) use implementation::implementation;
pub(crate) use interface::interface;
