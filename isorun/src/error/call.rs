//! How a call ends without a value.

use std::fmt;
use std::sync::Arc;

use super::remote::{RemoteError, Status};
use crate::image::encode::TooLarge;
use crate::image::malformed::Malformed;
use crate::limits::limit::{Amount, Limit};
use crate::text::list;

/// What a call gives: the value, or why there is none.
///
/// A method of a system may return it too. An `Err` stops the guest that called the method.
pub type Result<T, E = CallError> = std::result::Result<T, E>;

/// Why a call has no value.
///
/// What happened in [`ProviderDown`](CallError::ProviderDown) and [`Poisoned`](CallError::Poisoned) is in their cause, which is their
/// [`source`](std::error::Error::source). A reporter such as anyhow's prints it; elsewhere `format!("{error:#}")` does.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The guest was stopped by wasm's rules: `unreachable`, a stack overflow, an access out of bounds, a value that
    /// breaks the canonical ABI.
    #[error(
        "`{instance}` trapped in `{function}`: {message}\n  help: what it kept in memory is lost; a running instance stays poisoned unless its `Restart` policy starts it anew"
    )]
    Trap {
        /// The instance that trapped.
        instance: Arc<str>,
        /// The function that was called.
        function: Arc<str>,
        /// wasmtime's message for the trap.
        message: Arc<str>,
    },

    /// The call used up a part of its budget, and the guest was stopped.
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
        /// The function that was called.
        function: Arc<str>,
    },

    /// An earlier call ended badly, and the instance's memory was thrown away with it.
    #[error(fmt = poisoned)]
    Poisoned {
        /// The instance.
        instance: Arc<str>,
        /// What ended that call.
        #[source]
        cause: Arc<CallError>,
    },

    /// An instance that the called one depends on failed during this call.
    #[error(fmt = provider_down)]
    ProviderDown {
        /// The instance that was called.
        instance: Arc<str>,
        /// The function that was called.
        function: Arc<str>,
        /// What happened in the provider.
        #[source]
        cause: Arc<CallError>,
    },

    /// The call was dropped while the guest ran.
    #[error(
        "the call of `{function}` was cancelled while `{instance}` ran\n  help: dropping a call stops its guest; await the call to the end if the instance is to keep its state"
    )]
    Cancelled {
        /// The instance that was running.
        instance: Arc<str>,
        /// The function that was called.
        function: Arc<str>,
    },

    /// The instance itself waits for the end of this call: something that it called has called it back.
    #[error(
        "`{function}` of `{instance}` was called back while `{instance}` waits for the end of this call\n  help: an instance serves one call at a time; pass what is needed in the first call, or split the app"
    )]
    ReEntered {
        /// The instance.
        instance: Arc<str>,
        /// The function that was called back.
        function: Arc<str>,
    },

    /// Too many calls wait for each other's end already: the call would be more than 64 deep.
    #[error(
        "the call of `{function}` of `{instance}` is too deep: 64 calls wait for its end, each for the next\n  help: let instances call each other through fewer others"
    )]
    TooDeep {
        /// The instance that was to be called.
        instance: Arc<str>,
        /// The function that was to be called.
        function: Arc<str>,
    },

    /// As many calls wait for the instance as its queue has room for.
    #[error(
        "`{instance}` is busy: {waiting} calls wait for it already\n  help: try again later, make fewer calls at a time, let calls run in parallel with `reuse`, or raise `queue`"
    )]
    Busy {
        /// The instance.
        instance: Arc<str>,
        /// How many calls waited.
        waiting: usize,
    },

    /// The instance takes no new calls: it was retired, and is removed once the calls that it has are done.
    #[error("`{instance}` is retiring and takes no new calls\n  help: call the instance that has taken its place")]
    Retiring {
        /// The instance.
        instance: Arc<str>,
    },

    /// The instance's app was replaced by one that does not export this function with the same signature.
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
        /// Which limit was met, in wasmtime's message.
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
        "the host panicked while it served `{function}` of `{instance}`: {message}\n  help: correct the system or transport that panicked; a guest that was running is poisoned"
    )]
    HostPanic {
        /// The instance that was called.
        instance: Arc<str>,
        /// The function that was called.
        function: Arc<str>,
        /// The panic's message.
        message: Arc<str>,
    },

    /// A system refused to go on. This is the error that its method returned.
    #[error(transparent)]
    System(Arc<dyn std::error::Error + Send + Sync>),

    /// The arguments or the result are larger than an image can be.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),

    /// Bytes that were received as an image are not the image of a value.
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
        /// All functions that it has.
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
        /// The functions that the name could mean.
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

/// Shows [`CallError::Poisoned`]. The help of the cause is left out of the long form too: it is about the call that ended badly.
fn poisoned(instance: &str, cause: &CallError, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match f.alternate() {
        true => write!(f, "`{instance}` is poisoned: {}", cause.headline())?,
        false => write!(f, "`{instance}` is poisoned: an earlier call ended badly ({})", cause.root_cause().kind())?,
    }
    f.write_str("\n  help: replace its app, or remove it and instantiate its app again")
}

/// Shows [`CallError::ProviderDown`]. Only its cause knows what to do, so it has no help of its own.
fn provider_down(instance: &str, function: &str, cause: &CallError, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "`{instance}` stopped in `{function}` because its provider failed")?;
    match f.alternate() {
        true => write!(f, ": {cause:#}"),
        false => write!(f, " ({})", cause.root_cause().kind()),
    }
}

impl CallError {
    /// Wraps an error of a system, so that its method can end with `?`: `file.read().map_err(CallError::system)?`.
    ///
    /// The guest that called is stopped, and its own caller gets [`CallError::ProviderDown`] with this error as the cause. A failure
    /// that the guest should be able to handle belongs in the interface, as a `result`.
    #[must_use]
    pub fn system(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> CallError {
        CallError::System(Arc::from(error.into()))
    }

    /// An error for what cannot happen unless isorun itself has a bug.
    #[cold]
    pub(crate) fn bug(what: &str) -> CallError {
        CallError::system(format!("{what}\n  help: this is a bug of isorun; please report it"))
    }

    /// Why the call ended, in a word or two: a label for metrics, and all that a guest learns of what failed in the host.
    #[must_use]
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
            CallError::TooDeep { .. } => "too deep",
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

    /// Whether this ends every call above it as well, up to the first: a budget that ran out and a call that was dropped belong to the
    /// first caller, so no guest on the way there may go on.
    pub(crate) fn ends_the_tree(&self) -> bool {
        match self {
            CallError::OutOfBudget { .. } | CallError::Cancelled { .. } => true,
            CallError::Remote(RemoteError::Failed { status, .. }) => {
                matches!(status, Status::OutOfBudget | Status::Cancelled)
            }
            _ => false,
        }
    }

    /// Whether a budget ran out, in the called instance or in one that it depends on, in this runtime or behind a remote.
    #[must_use]
    pub fn is_out_of_budget(&self) -> bool {
        match self {
            CallError::Remote(RemoteError::Failed { status, .. }) => *status == Status::OutOfBudget,
            CallError::ProviderDown { cause, .. } => cause.is_out_of_budget(),
            error => error.out_of_budget().is_some(),
        }
    }

    /// The error with its causes on one line and without help, for a message that has its own help.
    pub(crate) fn headline(&self) -> String {
        format!("{self:#}").lines().next().unwrap_or_default().into()
    }

    /// The error at the end of the chain of causes, in whichever instance it happened; this one if it has no cause.
    ///
    /// ```
    /// # fn is_disk_full(error: &isorun::CallError) -> bool {
    /// use std::io::{Error, ErrorKind};
    /// use isorun::CallError;
    ///
    /// // Whether a system on the way returned an error of std with `CallError::system`.
    /// let CallError::System(error) = error.root_cause() else { return false };
    /// error.downcast_ref::<Error>().is_some_and(|error| error.kind() == ErrorKind::StorageFull)
    /// # }
    /// ```
    #[must_use]
    pub fn root_cause(&self) -> &CallError {
        let mut error = self;
        while let CallError::Poisoned { cause, .. } | CallError::ProviderDown { cause, .. } = error {
            error = cause;
        }
        error
    }

    /// The limit that was met, if that ended the call: in the called instance, or in one that it depends on in this runtime.
    ///
    /// If a budget ran out behind a remote, only the message says which limit it was, and this is `None`; see
    /// [`is_out_of_budget`](CallError::is_out_of_budget).
    #[must_use]
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

/// The result of a step of a call. The error is boxed, so that the result is small and cheap to move.
pub(crate) type CallResult<T> = std::result::Result<T, Box<CallError>>;

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    /// A system's error that has a cause of its own.
    #[derive(Debug, thiserror::Error)]
    #[error("cannot read `config`")]
    struct Unreadable(#[source] std::io::Error);

    fn provider_down(instance: &str, cause: CallError) -> CallError {
        CallError::ProviderDown { instance: instance.into(), function: "f".into(), cause: Arc::new(cause) }
    }

    #[test]
    fn every_error_of_a_chain_is_printed_once() {
        let disk = CallError::system(Unreadable(std::io::Error::other("the disk is gone")));
        let below = CallError::Poisoned { instance: "below".into(), cause: Arc::new(provider_down("below", disk)) };
        let error = provider_down("above", below);
        let mut chain = vec![error.to_string()];
        let mut next = error.source();
        while let Some(cause) = next {
            chain.push(cause.to_string());
            next = cause.source();
        }
        assert_eq!(
            chain,
            [
                "`above` stopped in `f` because its provider failed (system error)",
                "`below` is poisoned: an earlier call ended badly (system error)\n  help: replace its app, or remove it and instantiate its app again",
                "`below` stopped in `f` because its provider failed (system error)",
                "cannot read `config`",
                "the disk is gone",
            ]
        );
        assert_eq!(
            format!("{error:#}"),
            "`above` stopped in `f` because its provider failed: `below` is poisoned: `below` stopped in `f` because its provider failed: \
             cannot read `config`\n  help: replace its app, or remove it and instantiate its app again"
        );
        let CallError::System(root) = error.root_cause() else { panic!("{error}") };
        assert!(root.downcast_ref::<Unreadable>().is_some());
    }
}
