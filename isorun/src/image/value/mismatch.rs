//! Why a run-time value cannot be encoded as a value of a given type.

use std::fmt;

use super::Value;
use crate::image::encode::TooLarge;
use crate::interface::function::Function;
use crate::text::{count, list, printable, printable_line};
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
            EncodeError::Mismatch(mismatch) => {
                Mismatch { place: place() + &mismatch.place, what: mismatch.what }.into()
            }
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
    what: What,
}

/// What does not fit.
#[derive(Clone, PartialEq, Eq, Debug)]
enum What {
    /// A value is not of its type, or there is one where there should be none.
    Value { expected: String, found: String },
    /// There are more or fewer parameters than the function has.
    Count { function: String, signature: String, takes: usize, given: usize, missing: Vec<String> },
}

impl Mismatch {
    pub(super) fn new(expected: &Type, found: String) -> Mismatch {
        Mismatch { place: String::new(), what: What::Value { expected: expected.brief(), found } }
    }

    /// There are more or fewer parameters than the function has.
    pub(super) fn arguments(function: &Function, given: usize) -> Mismatch {
        let params = function.params();
        let what = What::Count {
            function: function.name().into(),
            signature: function.to_string(),
            takes: params.len(),
            given,
            missing: params.iter().skip(given).map(|param| param.label.to_string()).collect(),
        };
        Mismatch { place: format!("s of `{}`", function.name()), what }
    }

    /// There is a result although the function has none, or none although it has one.
    pub(super) fn result(function: &Function, found: Option<&Value>) -> Mismatch {
        let expected = function.result().map_or("no result".into(), Type::brief);
        let found = found.map_or("no result".into(), |value| format!("`{}`", value.kind()));
        Mismatch { place: format!(" of `{}`", function.name()), what: What::Value { expected, found } }
    }

    /// The part of the value that does not fit, such as `[0].size`; empty for the value itself.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What does not fit, on one line.
    pub(crate) fn headline(&self) -> String {
        match &self.what {
            What::Value { expected, found } => {
                format!(
                    "value does not fit its type: expected {}, found {}",
                    printable_line(expected),
                    printable_line(found)
                )
            }
            What::Count { function, takes, given, .. } => {
                format!("`{}` takes {}, not {given}", printable(function), count(*takes as u64, "parameter"))
            }
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.headline())?;
        match &self.what {
            What::Value { .. } => {
                writeln!(f, "  at value{}", printable_line(&self.place))?;
                write!(f, "  help: give a value of the expected type")
            }
            What::Count { signature, missing, .. } => {
                if !missing.is_empty() {
                    writeln!(f, "  missing: {}", list(missing))?;
                }
                write!(f, "  help: give one value for each parameter of `{}`", printable_line(signature))
            }
        }
    }
}

impl std::error::Error for Mismatch {}
