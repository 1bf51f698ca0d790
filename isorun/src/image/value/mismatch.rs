//! Why a run-time value cannot be encoded as a value of a given type.

use std::fmt;

use super::Value;
use crate::image::encode::TooLarge;
use crate::interface::function::Function;
use crate::types::Type;

/// Why a run-time value could not be encoded.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EncodeError {
    /// It is not of the given type.
    #[error(transparent)]
    Mismatch(#[from] Mismatch),
    /// It is too large for an image.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
}

impl EncodeError {
    /// The error of a value that contains the one that does not fit. `place` says which part of it that is.
    pub(super) fn inside(self, place: impl FnOnce() -> String) -> EncodeError {
        match self {
            EncodeError::Mismatch(mismatch) => Mismatch { place: place() + &mismatch.place, ..mismatch }.into(),
            too_large => too_large,
        }
    }
}

/// A value is not of the given type.
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

    /// There are more or fewer parameters than the function has.
    pub(super) fn arguments(function: &Function, found: usize) -> Mismatch {
        let expected = format!("{} for `{function}`", function.params().len());
        Mismatch { place: format!("s of `{}`", function.name()), expected, found: found.to_string() }
    }

    /// There is a result although the function has none, or none although it has one.
    pub(super) fn result(function: &Function, found: Option<&Value>) -> Mismatch {
        let expected = function.result().map_or("no result".into(), Type::brief);
        let found = found.map_or("no result".into(), |value| format!("`{}`", value.kind()));
        Mismatch { place: format!(" of `{}`", function.name()), expected, found }
    }

    /// The part of the value that does not fit, such as `[0].size`; empty for the value itself.
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
