//! The public error types, one file for each moment at which something fails.
//!
//! A message says what is wrong, where, and what to do. Its first line stands alone, and the fields hold the data. A list in a message names
//! ten items and counts the rest; the field has all of them.
//!
//! Names and texts that a guest, a peer or an upload may have chosen are shown so that they can go to a terminal or a log: on one line, cut, with
//! U+FFFD for control characters, for marks that turn the direction of text, and for what nobody can see. The fields hold them as they came.
//!
//! # Causes
//!
//! An error that exists because of another one relates to it in one of two ways, so that a reporter which walks the chain of
//! [`source`](std::error::Error::source), as anyhow's does, prints nothing twice:
//!
//! * It *is* the other one, in a wider type: [`CallError::System`], [`CallError::Remote`], [`InstantiateError::Wiring`]. Such a variant is
//!   transparent: its message and its source are those of the error inside.
//! * It *follows from* the other one, which happened elsewhere or earlier: [`CallError::ProviderDown`], [`CallError::Poisoned`],
//!   [`InstantiateError::Start`]. Then `source` is the cause, and the message names only the cause's [kind](CallError::kind). With `{:#}`
//!   the message tells the cause as well, for a log that shows one text for each error.

pub(crate) mod app;
pub(crate) mod call;
mod causes;
pub(crate) mod compile_stop;
pub(crate) mod frame;
pub(crate) mod function;
pub(crate) mod inspect;
pub(crate) mod instance;
#[cfg(feature = "engine")]
pub(crate) mod moving;
#[cfg(feature = "engine")]
pub(crate) mod recipe;
pub(crate) mod remote;
#[cfg(feature = "engine")]
pub(crate) mod replace;
pub(crate) mod runtime;
#[cfg(feature = "engine")]
pub(crate) mod tenant;
pub(crate) mod toolchain;
pub(crate) mod wasi;
#[cfg(feature = "engine")]
pub(crate) mod wiring;

pub use app::{AppError, AppProblem, AppProblemKind, AppReport};
pub use call::{CallError, Result};
pub use compile_stop::{CompileCost, CompileStop};
pub use frame::Frame;
pub use function::FunctionError;
pub use inspect::InspectError;
pub use instance::{ExportError, NarrowError, RemoveError};
#[cfg(feature = "engine")]
pub use moving::{MoveError, ReceiveError};
#[cfg(feature = "engine")]
pub use recipe::{NotExported, ParseRecipeError, RebuildError, RebuildProblem, RecipeError};
pub use remote::{Failure, RemoteError, Status};
#[cfg(feature = "engine")]
pub use replace::{Break, ReplaceError};
pub use runtime::{Conflict, RegisterError, RuntimeError};
#[cfg(feature = "engine")]
pub use tenant::TenantError;
#[cfg(feature = "engine")]
pub use wiring::{InstantiateError, WiringProblem, WiringReport};
