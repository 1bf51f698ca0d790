//! Where in its code a guest was when it was stopped.

use std::fmt;
use std::sync::Arc;

use crate::text::printable;

/// A function of a guest that was running when the guest was stopped.
///
/// The names are those that the component carries. Compilers write them unless they are told to strip the component, and then there are none.
/// They are a stranger's words: they were cut to 256 bytes, but may hold any character. The `Display` form is safe to print.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Frame {
    /// The function's name, as its author wrote it if the compiler was Rust's; `None` if the component does not name it.
    pub function: Option<Arc<str>>,
    /// The number of the function in its core module.
    pub index: u32,
    /// The name of the core module in the component; `None` if the component does not name it.
    pub module: Option<Arc<str>>,
    /// Where in the core module the instruction lies, in bytes from its start; `None` if that is not known.
    pub offset: Option<u64>,
}

/// How many bytes a name of a frame has at most.
#[cfg(feature = "engine")]
pub(crate) const LONGEST_NAME: usize = 256;

/// Displays on one line as `greeter.wasm: greeter::greet at 0x1f3`, with what is known.
impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(module) = &self.module {
            write!(f, "{}: ", printable(module))?;
        }
        match &self.function {
            Some(function) => f.write_str(&printable(function))?,
            None => write!(f, "function {}", self.index)?,
        }
        self.offset.map_or(Ok(()), |offset| write!(f, " at {offset:#x}"))
    }
}
