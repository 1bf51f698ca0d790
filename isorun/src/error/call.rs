//! How a call ends without a value.

mod message;

use std::error::Error;
use std::sync::Arc;

use super::frame::Frame;
use super::remote::{RemoteError, Status};
use crate::image::bytes::NotLent;
use crate::image::encode::TooLarge;
use crate::image::malformed::Malformed;
use crate::limits::deadline::Deadline;
use crate::limits::limit::{Amount, Ceiling, Exhausted, Limit, Scope};

/// What a call gives: the value, or why there is none.
///
/// A method of a system may return it too. An `Err` stops the guest that called the method.
pub type Result<T, E = CallError> = std::result::Result<T, E>;

/// Why a call has no value.
///
/// What happened in [`ProviderDown`](CallError::ProviderDown) and [`Poisoned`](CallError::Poisoned) is in their cause, which is their
/// [`source`](std::error::Error::source). A reporter such as anyhow's prints it; elsewhere `format!("{error:#}")` does.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum CallError {
    /// The guest was stopped by wasm's rules: `unreachable`, a stack overflow, an access out of bounds, a value that
    /// breaks the canonical ABI.
    Trap {
        /// The instance that trapped.
        instance: Arc<str>,
        /// The function that was called.
        function: Arc<str>,
        /// wasmtime's message for the trap.
        message: Arc<str>,
        /// The functions of the guest that were running, at most twenty, the innermost first. They say where a panic or an exception that
        /// nobody caught came from. The message leaves them out.
        frames: Arc<[Frame]>,
    },

    /// The call used up a part of its budget, and the guest was stopped.
    OutOfBudget {
        /// What ran out.
        limit: Limit,
        /// How much of it there was. Of an account, what it was given since it was last set.
        amount: Amount,
        /// How much of it was used: less than there was where more was needed at once than was left, and more where that could not be foreseen.
        used: Amount,
        /// Whose limit it was.
        scope: Scope,
        /// The instance that was running.
        instance: Arc<str>,
        /// The function that was called.
        function: Arc<str>,
        /// The provider whose answer the instance was waiting for, if it was waiting for one. The instance itself, if the call was waiting for its
        /// turn there and has not run; `the places of the runtime`, if it was waiting until there is a place for a store; `the calls of the tenant ` and a
        /// name, if it was waiting until fewer calls of the tenant run.
        waits_for: Option<Arc<str>>,
        /// Whether the call goes on to its end without its caller, because of [`GiveUp::Finish`](crate::GiveUp::Finish). What it does is done, so it should not be
        /// made again.
        goes_on: bool,
        /// The functions of the guest that were running, as for a [`Trap`](CallError::Trap), where the guest itself has met the limit: fuel, memory or
        /// stack. Empty elsewhere.
        frames: Arc<[Frame]>,
    },

    /// An earlier call ended badly, and the instance's memory was thrown away with it.
    Poisoned {
        /// The instance.
        instance: Arc<str>,
        /// How many faults its `Restart` policy forgives within its span, if it has one: one more has poisoned the instance.
        restarts: Option<u32>,
        /// What ended that call.
        cause: Arc<CallError>,
    },

    /// An instance that the called one depends on failed during this call.
    ///
    /// Where a hundred causes follow each other, the cause is the first of them, and those between are left out.
    ProviderDown {
        /// The instance that was called.
        instance: Arc<str>,
        /// The function that was called.
        function: Arc<str>,
        /// The provider that failed.
        provider: Arc<str>,
        /// What happened in the provider.
        cause: Arc<CallError>,
    },

    /// The call was dropped while the guest ran.
    Cancelled {
        /// The instance that was running.
        instance: Arc<str>,
        /// The function that was called.
        function: Arc<str>,
    },

    /// The instance itself waits for the end of this call: something that it called has called it back.
    ReEntered {
        /// The instance.
        instance: Arc<str>,
        /// The function that was called back.
        function: Arc<str>,
    },

    /// Too many calls wait for each other's end already: see [`max_depth`](crate::RuntimeBuilder::max_depth).
    TooDeep {
        /// The instance that was to be called.
        instance: Arc<str>,
        /// The function that was to be called.
        function: Arc<str>,
        /// How many calls may wait, each for the next.
        limit: u16,
    },

    /// The call was granted less than the instance takes, and has not run.
    BelowFloor {
        /// The instance.
        instance: Arc<str>,
        /// The function that was called.
        function: Arc<str>,
        /// What was left for the call.
        granted: Amount,
        /// The least that the instance takes.
        floor: Amount,
    },

    /// As many calls wait for the instance as its queue has room for.
    Busy {
        /// The instance.
        instance: Arc<str>,
        /// How many calls waited.
        waiting: usize,
    },

    /// The instance's tenant has as many of something as it may, and the call would be one more. Nothing of it has run.
    TenantFull {
        /// The instance.
        instance: Arc<str>,
        /// Its tenant.
        tenant: Arc<str>,
        /// Of what it has as many as it may.
        what: Ceiling,
        /// How many that are.
        limit: u64,
    },

    /// The instance takes no new calls: it was retired, and is removed once the calls that it has are done.
    Retiring {
        /// The instance.
        instance: Arc<str>,
    },

    /// The instance's app was replaced by one that does not export this function with the same signature.
    NotExported {
        /// The instance.
        instance: Arc<str>,
        /// The function.
        function: Arc<str>,
    },

    /// There is no place for the store that the call needs, and the call does not wait for one, since it is made by a guest, which has a store
    /// itself, and the stores of other instances that stay leave none: no call that ends would give a place back.
    ///
    /// Any other call waits until there is a place; see [`Reuse::Fresh`](crate::Reuse::Fresh).
    NoCapacity {
        /// The instance.
        instance: Arc<str>,
        /// What there is too little of.
        message: Arc<str>,
    },

    /// The instance was removed.
    Removed {
        /// The instance.
        instance: Arc<str>,
    },

    /// Host code panicked while it served this call.
    HostPanic {
        /// The instance that was called.
        instance: Arc<str>,
        /// The function that was called.
        function: Arc<str>,
        /// The provider whose code panicked, if the called instance is a guest's and was calling it.
        provider: Option<Arc<str>>,
        /// The panic's message.
        message: Arc<str>,
    },

    /// A system refused to go on. This is the error that its method returned.
    ///
    /// Its message is shown line by line, each cut and without what could disturb a terminal. The lines are the system's own: one that
    /// quotes a stranger should quote them on a line that it has begun.
    System(Arc<dyn Error + Send + Sync>),

    /// The arguments or the result are larger than an image can be.
    TooLarge(TooLarge),

    /// Bytes that were received as an image are not the image of a value.
    Malformed(Malformed),

    /// An untyped call named a function that the instance does not have.
    UnknownFunction {
        /// The instance.
        instance: Arc<str>,
        /// The name that was asked for.
        function: Arc<str>,
        /// The functions that it has, at most 10 000 of them.
        available: Vec<String>,
    },

    /// An untyped call named several functions of the instance.
    AmbiguousFunction {
        /// The instance.
        instance: Arc<str>,
        /// The name that was asked for.
        function: Arc<str>,
        /// The functions that the name could mean.
        candidates: Vec<String>,
    },

    /// The text of an untyped call does not fit the function.
    Arguments {
        /// The function.
        function: Arc<str>,
        /// Its signature.
        signature: Arc<str>,
        /// What does not fit, and where.
        message: Arc<str>,
        /// What to write instead.
        help: Arc<str>,
    },

    /// The other side of a remote did not answer with a value.
    Remote(RemoteError),
}

impl CallError {
    /// Wraps an error of a system, so that its method can end with `?`: `file.read().map_err(CallError::system)?`.
    ///
    /// The guest that called is stopped, and its own caller gets [`CallError::ProviderDown`] with this error as the cause. A failure
    /// that the guest should be able to handle belongs in the interface, as a `result`.
    #[must_use]
    pub fn system(error: impl Into<Box<dyn Error + Send + Sync>>) -> CallError {
        CallError::System(Arc::from(error.into()))
    }

    /// An error for what cannot happen unless isorun itself has a bug.
    #[cold]
    pub(crate) fn bug(what: &str) -> CallError {
        CallError::system(format!("{what}\n  help: this is a bug of isorun; please report it"))
    }

    /// The error of a call that has no fuel.
    #[cold]
    pub(crate) fn out_of_fuel(instance: Arc<str>, function: Arc<str>) -> CallError {
        let none = Amount::Fuel(0);
        CallError::met(
            Exhausted { limit: Limit::Fuel, amount: none, used: none, scope: Scope::Call },
            instance,
            function,
        )
    }

    /// The error of a call that met a limit, where no guest was running.
    #[cold]
    pub(crate) fn met(exhausted: Exhausted, instance: Arc<str>, function: Arc<str>) -> CallError {
        let Exhausted { limit, amount, used, scope } = exhausted;
        let frames = Arc::default();
        let (waits_for, goes_on) = (None, false);
        CallError::OutOfBudget { limit, amount, used, scope, instance, function, waits_for, goes_on, frames }
    }

    /// The error of a call whose deadline has passed, while the instance waited for the answer of a provider or did not.
    #[cold]
    pub(crate) fn late(
        deadline: Deadline,
        instance: Arc<str>,
        function: Arc<str>,
        waits_for: Option<Arc<str>>,
    ) -> CallError {
        let (limit, amount, frames) = (Limit::Time, Amount::Time(deadline.span), Arc::default());
        CallError::OutOfBudget {
            limit,
            amount,
            used: amount,
            scope: Scope::Call,
            instance,
            function,
            waits_for,
            goes_on: false,
            frames,
        }
    }

    /// The same error of a call that goes on without its caller.
    #[cold]
    pub(crate) fn and_goes_on(mut self, yes: bool) -> CallError {
        if let CallError::OutOfBudget { goes_on, .. } = &mut self {
            *goes_on = yes;
        }
        self
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
            CallError::OutOfBudget { limit: Limit::Stack, .. } => "out of stack",
            CallError::Poisoned { .. } => "poisoned",
            CallError::ProviderDown { .. } => "provider down",
            CallError::Cancelled { .. } => "cancelled",
            CallError::ReEntered { .. } => "re-entered",
            CallError::TooDeep { .. } => "too deep",
            CallError::BelowFloor { .. } => "below floor",
            CallError::Busy { .. } => "busy",
            CallError::TenantFull { .. } => "tenant full",
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
            CallError::Remote(RemoteError::Lost { .. }) => "lost",
            CallError::Remote(RemoteError::Refused { .. }) => "refused",
            CallError::Remote(RemoteError::Failed { .. }) => "failed",
            CallError::Remote(RemoteError::BadReply { .. }) => "bad reply",
        }
    }

    /// Whether this ends every call above it as well, up to the first: a budget that ran out and a call that was dropped belong to the
    /// first caller, so no guest on the way there may go on. What a stack or an import's own time has ended belongs to nobody above.
    pub(crate) fn ends_the_tree(&self) -> bool {
        match self {
            CallError::OutOfBudget { limit: Limit::Stack, .. }
            | CallError::OutOfBudget { scope: Scope::Import, .. } => false,
            CallError::OutOfBudget { .. } | CallError::Cancelled { .. } => true,
            CallError::Remote(RemoteError::Failed { status, .. }) => {
                matches!(status, Status::OutOfBudget | Status::Cancelled)
            }
            _ => false,
        }
    }

    /// Whether an account had too little: that of an instance or of a tenant.
    #[cfg(feature = "engine")]
    pub(crate) fn is_of_an_account(&self) -> bool {
        matches!(self, CallError::OutOfBudget { scope: Scope::Instance(_) | Scope::Tenant(_), .. })
    }

    /// Whether a budget ran out, in the called instance or in one that it depends on, in this runtime or behind a remote.
    #[must_use]
    pub fn is_out_of_budget(&self) -> bool {
        match self {
            CallError::Remote(RemoteError::Failed { status, .. } | RemoteError::Refused { status, .. }) => {
                *status == Status::OutOfBudget
            }
            CallError::ProviderDown { cause, .. } => cause.is_out_of_budget(),
            error => error.out_of_budget().is_some(),
        }
    }

    /// The functions of the guest that were running when it was stopped, in whichever instance that was.
    #[cfg(feature = "engine")]
    pub(crate) fn frames(&self) -> &[Frame] {
        match self.root_cause() {
            CallError::Trap { frames, .. } | CallError::OutOfBudget { frames, .. } => frames,
            _ => &[],
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
    /// If a budget ran out behind a remote, it is the limit that the other side tells of, if it does.
    #[must_use]
    pub fn out_of_budget(&self) -> Option<Limit> {
        match self {
            CallError::Remote(
                RemoteError::Failed { status, failure, .. } | RemoteError::Refused { status, failure, .. },
            ) => failure.limit.filter(|_| *status == Status::OutOfBudget),
            CallError::OutOfBudget { limit, .. } => Some(*limit),
            CallError::ProviderDown { cause, .. } => cause.out_of_budget(),
            _ => None,
        }
    }
}

impl Error for CallError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            CallError::Poisoned { cause, .. } | CallError::ProviderDown { cause, .. } => Some(&**cause),
            // These are the other error in a wider type, so its cause is theirs.
            CallError::System(error) => error.source(),
            CallError::TooLarge(error) => error.source(),
            CallError::Malformed(error) => error.source(),
            CallError::Remote(error) => error.source(),
            _ => None,
        }
    }
}

impl From<TooLarge> for CallError {
    fn from(error: TooLarge) -> CallError {
        CallError::TooLarge(error)
    }
}

impl From<Malformed> for CallError {
    fn from(error: Malformed) -> CallError {
        CallError::Malformed(error)
    }
}

impl From<RemoteError> for CallError {
    fn from(error: RemoteError) -> CallError {
        CallError::Remote(error)
    }
}

/// The error of a provider that a guest called, on its way through that guest.
#[cfg(feature = "engine")]
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) provider: Arc<str>,
    pub(crate) error: CallError,
    /// Whether it ends the guest that called, too.
    pub(crate) ends_the_caller: bool,
}

#[cfg(feature = "engine")]
impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.fmt(f)
    }
}

#[cfg(feature = "engine")]
impl Error for Failed {}

impl AsRef<CallError> for CallError {
    fn as_ref(&self) -> &CallError {
        self
    }
}

/// Only isorun itself can be wrong about what a guest lends.
impl From<NotLent> for CallError {
    #[cold]
    fn from(_: NotLent) -> CallError {
        CallError::bug("a method was to look at bytes that no guest has lent")
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
    use super::*;

    /// A system's error that has a cause of its own.
    #[derive(Debug, thiserror::Error)]
    #[error("cannot read `config`")]
    struct Unreadable(#[source] std::io::Error);

    fn provider_down(instance: &str, cause: CallError) -> CallError {
        let (instance, function, provider) = (instance.into(), "f".into(), "disk".into());
        CallError::ProviderDown { instance, function, provider, cause: Arc::new(cause) }
    }

    #[test]
    fn every_error_of_a_chain_is_printed_once() {
        let disk = CallError::system(Unreadable(std::io::Error::other("the disk is gone")));
        let cause = Arc::new(provider_down("below", disk));
        let below = CallError::Poisoned { instance: "below".into(), restarts: None, cause };
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
                "`above` stopped in `f` because its provider `disk` failed (system error)",
                "`below` is poisoned: an earlier call ended badly (system error)\n  help: replace its app, or remove it and instantiate its app again; with `.restart(Restart::Limited { .. })` it would start anew by itself",
                "`below` stopped in `f` because its provider `disk` failed (system error)",
                "cannot read `config`",
                "the disk is gone",
            ]
        );
        assert_eq!(
            format!("{error:#}"),
            "`above` stopped in `f` because its provider `disk` failed: `below` is poisoned: `below` stopped in `f` because its provider `disk` failed: \
             cannot read `config`\n  help: replace its app, or remove it and instantiate its app again; with `.restart(Restart::Limited { .. })` it would start anew by itself"
        );
        let CallError::System(root) = error.root_cause() else { panic!("{error}") };
        assert!(root.downcast_ref::<Unreadable>().is_some());
    }
}
