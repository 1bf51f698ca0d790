//! WIT value types as data, and the size and alignment of their values.

pub(crate) mod compound;
pub(crate) mod display;
pub(crate) mod extent;
pub(crate) mod label;
pub(crate) mod layout;
pub(crate) mod ty;

pub use compound::Compound;
pub use extent::TypeError;
pub use label::Label;
pub use layout::Layout;
pub use ty::{Case, Field, FixedList, Pair, Payloads, Type};
