//! Why a closure does not serve as a function.

use crate::interface::function::Function;

/// A closure takes or returns other types than the WIT function that it was to serve as.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the closure does not fit the function `{}`\n    the function is  {function}\n    the closure is   {closure}\n  help: give the closure the types of the function; a record or variant is a type made by `#[isorun::interface]`",
    function.name()
)]
#[non_exhaustive]
pub struct FunctionError {
    /// The function.
    pub function: Function,
    /// The closure as a function, with the function's names.
    pub closure: Function,
}
