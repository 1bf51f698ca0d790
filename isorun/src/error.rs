//! The public error types, one file for each moment. Each message says what is wrong, where, and what to do; the data is in the fields.

#[cfg(feature = "engine")]
pub(crate) mod app;
pub(crate) mod call;
#[cfg(feature = "engine")]
pub(crate) mod inspect;
pub(crate) mod instance;
pub(crate) mod remote;
#[cfg(feature = "engine")]
pub(crate) mod replace;
pub(crate) mod runtime;
#[cfg(feature = "engine")]
pub(crate) mod wasi;
#[cfg(feature = "engine")]
pub(crate) mod wiring;

#[cfg(feature = "engine")]
pub use app::{AppError, AppProblem, AppProblemKind, AppReport};
pub use call::{CallError, Result};
#[cfg(feature = "engine")]
pub use inspect::InspectError;
pub use instance::{ExportError, NarrowError, RemoveError};
pub use remote::{RemoteError, Status};
#[cfg(feature = "engine")]
pub use replace::{Break, ReplaceError};
pub use runtime::{RegisterError, RuntimeError};
#[cfg(feature = "engine")]
pub use wiring::{InstantiateError, WiringProblem, WiringReport};
