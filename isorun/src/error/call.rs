//! How a call ends without a value.

use std::sync::Arc;

use super::remote::{RemoteError, Status};
use crate::image::encode::TooLarge;
use crate::image::malformed::Malformed;
use crate::limits::limit::{Amount, Limit};
use crate::text::list;

/// What a call gives: the value, or why there is none.
///
/// Methods of a system may return it too: an `Err` traps the guest that called.
pub type Result<T, E = CallError> = std::result::Result<T, E>;

/// Why a call has no value.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The guest was stopped by wasm's rules: `unreachable`, a stack overflow, an access out of bounds, a value that
    /// breaks the canonical ABI.
    #[error(
        "`{instance}` trapped in `{function}`: {message}\n  help: what it kept in memory is lost; it stays poisoned unless its `Restart` policy starts it anew"
    )]
    Trap {
        /// The instance that trapped.
        instance: Arc<str>,
        /// The function it was called for.
        function: Arc<str>,
        /// wasmtime's words for the trap.
        message: Arc<str>,
    },

    /// The call used up what it was granted, and the guest was stopped.
    #[error(
        "out of {limit}: `{instance}` was stopped in `{function}` at its limit of {amount}\n  help: {}", limit.help()
    )]
    OutOfBudget {
        /// What ran out.
        limit: Limit,
        /// How much of it there was.
        amount: Amount,
        /// The instance that was running.
        instance: Arc<str>,
        /// The function it was called for.
        function: Arc<str>,
    },

    /// An earlier call ended badly and took the instance's memory with it.
    #[error("`{instance}` is poisoned: {}\n  help: replace its app, or remove it and instantiate its app again", cause.headline())]
    Poisoned {
        /// The instance.
        instance: Arc<str>,
        /// What ended that call.
        cause: Arc<CallError>,
    },

    /// An instance that the called one depends on failed during this call.
    #[error("`{instance}` stopped in `{function}` because its provider failed: {cause}")]
    ProviderDown {
        /// The instance that was called.
        instance: Arc<str>,
        /// The function it was called for.
        function: Arc<str>,
        /// What happened in the provider.
        cause: Arc<CallError>,
    },

    /// The caller stopped waiting while the guest ran.
    #[error(
        "the call of `{function}` was cancelled while `{instance}` ran\n  help: dropping a call stops its guest; await it to the end if the instance is to live on"
    )]
    Cancelled {
        /// The instance that was running.
        instance: Arc<str>,
        /// The function it was called for.
        function: Arc<str>,
    },

    /// The instance waits for this very call: what it called has called it back.
    #[error(
        "`{function}` of `{instance}` was called back while `{instance}` waits for the end of this call\n  help: an instance serves one call at a time; pass what is needed in the first call, or split the app"
    )]
    ReEntered {
        /// The instance.
        instance: Arc<str>,
        /// The function that was called back.
        function: Arc<str>,
    },

    /// As many calls wait for the instance as may wait.
    #[error(
        "`{instance}` is busy: {waiting} calls wait for it already\n  help: try again later, call less at a time, let calls run in parallel with `reuse`, or raise `queue`"
    )]
    Busy {
        /// The instance.
        instance: Arc<str>,
        /// How many calls waited.
        waiting: usize,
    },

    /// The instance takes no new calls, because it is about to go.
    #[error("`{instance}` is retiring and takes no new calls\n  help: call what has taken its place")]
    Retiring {
        /// The instance.
        instance: Arc<str>,
    },

    /// The app behind the instance was replaced by one that does not have this function as it was.
    #[error(
        "`{instance}` no longer exports `{function}` as it was when this caller was made\n  help: its app was replaced; make a new caller from the instance"
    )]
    NotExported {
        /// The instance.
        instance: Arc<str>,
        /// The function.
        function: Arc<str>,
    },

    /// There is no room for the store that the call needs.
    #[error(
        "no room left for a store of `{instance}`: {message}\n  help: remove instances, make fewer calls at a time, or raise `max_stores` in the runtime's builder"
    )]
    NoCapacity {
        /// The instance.
        instance: Arc<str>,
        /// Which limit was met, in wasmtime's words.
        message: Arc<str>,
    },

    /// The instance was removed.
    #[error(
        "`{instance}` was removed\n  help: a handle does not outlive `remove`; instantiate again and wire with the new handle"
    )]
    Removed {
        /// The instance.
        instance: Arc<str>,
    },

    /// Host code panicked while it served this call.
    #[error(
        "the host panicked while it served `{function}` of `{instance}`: {message}\n  help: mend the system or transport that panicked; a guest that was running is poisoned"
    )]
    HostPanic {
        /// The instance whose call met the panic.
        instance: Arc<str>,
        /// The function it was called for.
        function: Arc<str>,
        /// The panic's message.
        message: Arc<str>,
    },

    /// A system refused to go on: what its method returned as an error.
    #[error("{0}")]
    System(Arc<dyn std::error::Error + Send + Sync>),

    /// The arguments or the result take more bytes than an image holds.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),

    /// Bytes that came as an image are none.
    #[error(transparent)]
    Malformed(#[from] Malformed),

    /// An untyped call named a function that the instance does not have.
    #[error(
        "`{instance}` has no function `{function}`\n  it has: {}\n  help: write `namespace:package/interface#function`, or the bare name if it is unique",
        list(available)
    )]
    UnknownFunction {
        /// The instance.
        instance: Arc<str>,
        /// The name that was asked for.
        function: Arc<str>,
        /// What there is.
        available: Vec<String>,
    },

    /// An untyped call named several functions of the instance.
    #[error(
        "`{instance}` has several functions `{function}`\n  it has: {}\n  help: write as much of the name as makes it unique",
        list(candidates)
    )]
    AmbiguousFunction {
        /// The instance.
        instance: Arc<str>,
        /// The name that was asked for.
        function: Arc<str>,
        /// Those that it could mean.
        candidates: Vec<String>,
    },

    /// The text of an untyped call does not fit the function.
    #[error("cannot read the arguments of `{function}`: {message}\n  it takes: {signature}")]
    Arguments {
        /// The function.
        function: Arc<str>,
        /// Its signature.
        signature: Arc<str>,
        /// What does not fit.
        message: Arc<str>,
    },

    /// The other side of a remote did not answer with a value.
    #[error(transparent)]
    Remote(#[from] RemoteError),
}

impl CallError {
    /// Wraps an error of a system, so that its method can end with `?`: `file.read().map_err(CallError::system)?`.
    ///
    /// The guest that called is trapped; its own caller sees [`CallError::ProviderDown`] with this error as the cause. A failure
    /// that the guest should be able to handle belongs into the interface, as a `result`.
    pub fn system(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> CallError {
        CallError::System(Arc::from(error.into()))
    }

    /// What can only happen if isorun itself is wrong.
    #[cold]
    pub(crate) fn bug(what: &str) -> CallError {
        CallError::system(format!("{what}\n  help: this is a bug of isorun; please report it"))
    }

    /// What kind of end it is, in a word or two: for labels of metrics, and for guests, which are told nothing else about the host.
    pub fn kind(&self) -> &'static str {
        match self {
            CallError::Trap { .. } => "trap",
            CallError::OutOfBudget { limit: Limit::Fuel, .. } => "out of fuel",
            CallError::OutOfBudget { limit: Limit::Time, .. } => "out of time",
            CallError::OutOfBudget { limit: Limit::Memory, .. } => "out of memory",
            CallError::OutOfBudget { limit: Limit::Message, .. } => "message too large",
            CallError::Poisoned { .. } => "poisoned",
            CallError::ProviderDown { .. } => "provider down",
            CallError::Cancelled { .. } => "cancelled",
            CallError::ReEntered { .. } => "re-entered",
            CallError::Busy { .. } => "busy",
            CallError::Retiring { .. } => "retiring",
            CallError::NotExported { .. } => "not exported",
            CallError::NoCapacity { .. } => "no capacity",
            CallError::Removed { .. } => "removed",
            CallError::HostPanic { .. } => "host panic",
            CallError::System(_) => "system error",
            CallError::TooLarge(_) => "too large",
            CallError::Malformed(_) => "malformed",
            CallError::UnknownFunction { .. } => "unknown function",
            CallError::AmbiguousFunction { .. } => "ambiguous function",
            CallError::Arguments { .. } => "bad arguments",
            CallError::Remote(RemoteError::NotSent { .. }) => "not sent",
            CallError::Remote(RemoteError::MaybeRan { .. }) => "answer lost",
            CallError::Remote(RemoteError::Refused { .. }) => "refused",
            CallError::Remote(RemoteError::Failed { .. }) => "failed",
            CallError::Remote(RemoteError::BadReply { .. }) => "bad reply",
        }
    }

    /// Whether the whole tree of calls ends with it: what ran out or was given up is the caller's, so no guest on the way goes on.
    pub(crate) fn ends_the_tree(&self) -> bool {
        match self {
            CallError::OutOfBudget { .. } | CallError::Cancelled { .. } => true,
            CallError::Remote(RemoteError::Failed { status, .. }) => {
                matches!(status, Status::OutOfBudget | Status::Cancelled)
            }
            _ => false,
        }
    }

    /// Whether a budget ran out, in the called instance or below it, on this side or on another.
    pub fn is_out_of_budget(&self) -> bool {
        match self {
            CallError::Remote(RemoteError::Failed { status, .. }) => *status == Status::OutOfBudget,
            CallError::ProviderDown { cause, .. } => cause.is_out_of_budget(),
            error => error.out_of_budget().is_some(),
        }
    }

    /// The message without what to do about it, for a message that says that itself.
    pub(crate) fn headline(&self) -> String {
        self.to_string().lines().next().unwrap_or_default().into()
    }

    /// The limit that was met, if that is what ended the call, in the called instance or below it on this side. What the other side
    /// of a remote ran out of only its message says: see [`is_out_of_budget`](CallError::is_out_of_budget).
    pub fn out_of_budget(&self) -> Option<Limit> {
        match self {
            CallError::OutOfBudget { limit, .. } => Some(*limit),
            CallError::ProviderDown { cause, .. } => cause.out_of_budget(),
            _ => None,
        }
    }
}

impl AsRef<CallError> for CallError {
    fn as_ref(&self) -> &CallError {
        self
    }
}

impl From<Box<CallError>> for CallError {
    fn from(error: Box<CallError>) -> CallError {
        *error
    }
}

/// The result of something that is polled on the way of a call: small, so that moving it costs little.
pub(crate) type CallResult<T> = std::result::Result<T, Box<CallError>>;
