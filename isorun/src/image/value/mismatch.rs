//! Why a value has no image of the type that was asked for.

use std::fmt;

use super::Value;
use crate::image::encode::TooLarge;
use crate::interface::function::Function;
use crate::types::Type;

/// Why a run-time value could not be encoded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EncodeError {
    /// It is not of the type that was asked for.
    Mismatch(Mismatch),
    /// It is too large for an image.
    TooLarge(TooLarge),
}

impl EncodeError {
    /// The same error in a value that is one part of another.
    pub(super) fn inside(self, place: impl FnOnce() -> String) -> EncodeError {
        match self {
            EncodeError::Mismatch(mismatch) => Mismatch { place: place() + &mismatch.place, ..mismatch }.into(),
            too_large => too_large,
        }
    }
}

impl From<Mismatch> for EncodeError {
    fn from(mismatch: Mismatch) -> EncodeError {
        EncodeError::Mismatch(mismatch)
    }
}

impl From<TooLarge> for EncodeError {
    fn from(too_large: TooLarge) -> EncodeError {
        EncodeError::TooLarge(too_large)
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EncodeError::Mismatch(mismatch) => mismatch.fmt(f),
            EncodeError::TooLarge(too_large) => too_large.fmt(f),
        }
    }
}

impl std::error::Error for EncodeError {}

/// A value is not of the type that was asked for.
///
/// ```
/// use isorun::{Type, Value};
///
/// let ty = Type::list(Type::record([("size", Type::U32)]));
/// let value = Value::from(vec![Value::record([("size", "big".into())])]);
/// assert_eq!(
///     value.encode(&ty).unwrap_err().to_string(),
///     "value does not fit its type: expected `u32`, found `string`
///   at value[0].size
///   help: give a value of the expected type"
/// );
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mismatch {
    place: String,
    expected: String,
    found: String,
}

impl Mismatch {
    pub(super) fn new(expected: &Type, found: String) -> Mismatch {
        Mismatch { place: String::new(), expected: expected.brief(), found }
    }

    /// A wrong number of parameters.
    pub(super) fn arguments(function: &Function, found: usize) -> Mismatch {
        let expected = format!("{} for `{function}`", function.params().len());
        Mismatch { place: format!("s of `{}`", function.name()), expected, found: found.to_string() }
    }

    /// A result where there is none, or none where there is one.
    pub(super) fn result(function: &Function, found: Option<&Value>) -> Mismatch {
        let expected = function.result().map_or("no result".into(), Type::brief);
        let found = found.map_or("no result".into(), |value| format!("`{}`", value.kind()));
        Mismatch { place: format!(" of `{}`", function.name()), expected, found }
    }

    /// Where in the value, such as `[0].size`; empty for the value itself.
    pub fn place(&self) -> &str {
        &self.place
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mismatch { place, expected, found } = self;
        writeln!(f, "value does not fit its type: expected {expected}, found {found}")?;
        writeln!(f, "  at value{place}")?;
        write!(f, "  help: give a value of the expected type")
    }
}

impl std::error::Error for Mismatch {}
