//! What an export lets its peers do, and what an import lets its peer do.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Instant;
use crate::limits::budget::Budget;

/// What an export lets its peers do: [`Runtime::export_with`](crate::Runtime::export_with).
///
/// The default serves all functions of the interface under a random token, and grants each call at most the runtime's own default
/// [`Budget`]. Peers learn kinds of errors and no texts. So many calls run at a time that an export can take neither all stores of the runtime nor
/// the whole line of an instance; the others wait in the order of their arrival, or are told when to come again.
///
/// ```
/// use isorun::Budget;
/// use isorun::remote::ExportPolicy;
///
/// let policy = ExportPolicy::default()
///     .only(["get", "keys"])
///     .cap(Budget { fuel: 50_000_000, ..Budget::default() })
///     .calls(64)
///     .waiting(128);
/// # let _ = policy;
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a policy does nothing until something is exported with it"]
pub struct ExportPolicy {
    pub(crate) only: Option<Vec<String>>,
    pub(crate) name: Option<Arc<str>>,
    pub(crate) floor: Option<Budget>,
    pub(crate) cap: Option<Budget>,
    pub(crate) calls: Option<u64>,
    pub(crate) waiting: Option<usize>,
    pub(crate) bytes: Option<usize>,
    pub(crate) on_cancel: Option<Cancel>,
    pub(crate) detail: Detail,
    pub(crate) until: Option<Instant>,
    pub(crate) consumer: Option<Arc<str>>,
    pub(crate) epoch: u64,
}

/// What becomes of a call that runs when its peer cancels it, hangs up, or has granted too little.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cancel {
    /// It ends as a call of this host does that is dropped or out of budget: the guest is stopped, and its store is lost, unless its instance is made
    /// with [`GiveUp::Finish`](crate::GiveUp::Finish).
    Stop,
    /// It goes on to its end without the peer, for at most as much fuel and time as the runtime's default budget has. It needs tokio and the feature
    /// `engine`; a method of a system is dropped in any case.
    Finish,
}

/// What peers learn of an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Detail {
    /// Its [kind](crate::CallError::kind), and numbers: which limit it met, when to try again, which rule bytes have broken.
    #[default]
    Kind,
    /// Also its text on one line, with the names of instances and what systems and guests say. For peers that may know all of that.
    Text,
}

/// How an export ends: [`Runtime::revoke`](crate::Runtime::revoke). New calls are refused from the beginning in each case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Revoke {
    /// Calls that have come before go on, and nobody waits for them.
    New,
    /// Calls that have come before go on, and their end is waited for. That their answers have left is up to the transport.
    Drain,
    /// Calls that have come before are cancelled, and their end is waited for; not that of those which [go on](Cancel::Finish) without their peer.
    Stop,
}

impl ExportPolicy {
    /// Serves only these functions, by their names in the interface. The others are as if the interface did not have them.
    pub fn only<S: Into<String>>(mut self, functions: impl IntoIterator<Item = S>) -> ExportPolicy {
        self.only = Some(functions.into_iter().map(Into::into).collect());
        self
    }

    /// Makes the token of this name, of the interface, of what is [served](ExportPolicy::only), and of the runtime's
    /// [secret](crate::RuntimeBuilder::secret): the same after a restart, and in every process that has the same secret.
    ///
    /// What an export may use is not a part of it, so that a cap can be changed without new tokens.
    pub fn named(mut self, name: impl Into<Arc<str>>) -> ExportPolicy {
        self.name = Some(name.into());
        self
    }

    /// Refuses calls whose messages grant less of anything than this, before they touch the instance. Say of the rest that it is
    /// [nothing](Budget::ZERO): `Budget { fuel: 100_000, ..Budget::ZERO }`. Default: nothing is refused for that.
    pub fn floor(mut self, least: Budget) -> ExportPolicy {
        self.floor = Some(least);
        self
    }

    /// Grants no call more than this. Default: the runtime's default budget.
    pub fn cap(mut self, most: Budget) -> ExportPolicy {
        self.cap = Some(most);
        self
    }

    /// Lets so many calls run at a time. Default: 8 for a [`Serial`](crate::Reuse::Serial) instance, twice as many as there are stores for a
    /// [`Pool`](crate::Reuse::Pool), a quarter of the runtime's stores for a [`Fresh`](crate::Reuse::Fresh) one, and 256 for systems and remotes.
    pub fn calls(mut self, most: u64) -> ExportPolicy {
        self.calls = Some(most);
        self
    }

    /// Lets so many more calls wait for their turn. Default: 1024.
    pub fn waiting(mut self, most: usize) -> ExportPolicy {
        self.waiting = Some(most);
        self
    }

    /// Lets the messages of all calls that run and wait have so many bytes together. Default: 64 MiB.
    pub fn bytes(mut self, most: usize) -> ExportPolicy {
        self.bytes = Some(most);
        self
    }

    /// What becomes of calls that their peers give up. Default: [`Finish`](Cancel::Finish) for a [`Serial`](crate::Reuse::Serial) instance, so that no
    /// peer can cost others what it keeps in memory, and [`Stop`](Cancel::Stop) for the rest.
    pub fn on_cancel(mut self, what: Cancel) -> ExportPolicy {
        self.on_cancel = Some(what);
        self
    }

    /// What peers learn of errors. Default: their [kind](Detail::Kind).
    pub fn tell(mut self, what: Detail) -> ExportPolicy {
        self.detail = what;
        self
    }

    /// Ends the export at this moment: later calls find nothing under its token.
    pub fn until(mut self, moment: impl Into<Instant>) -> ExportPolicy {
        self.until = Some(moment.into());
        self
    }

    /// Whom the export is for: what a [system per consumer](crate::Runtime::provide_per_consumer) is told of it. Each export of such a system has a value of
    /// its own, whether it has a name or not.
    pub fn consumer(mut self, name: impl Into<Arc<str>>) -> ExportPolicy {
        self.consumer = Some(name.into());
        self
    }

    /// The epoch of the export, which grows when what is exported moves elsewhere: calls that expect another one are refused. 0 is none. Default: the
    /// epoch of the instance.
    pub fn epoch(mut self, epoch: u64) -> ExportPolicy {
        self.epoch = epoch;
        self
    }
}

/// What an import grants its peer, and how often it asks: [`Runtime::import_with`](crate::Runtime::import_with).
///
/// ```
/// use std::time::Duration;
/// use isorun::remote::ImportPolicy;
///
/// let policy = ImportPolicy::default().timeout(Duration::from_secs(1)).idempotent(["get"]).retries(2);
/// # let _ = policy;
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a policy does nothing until something is imported with it"]
pub struct ImportPolicy {
    pub(crate) timeout: Option<Duration>,
    pub(crate) fuel: Option<u64>,
    pub(crate) memory: Option<u64>,
    pub(crate) charge: Option<u64>,
    pub(crate) idempotent: Vec<String>,
    pub(crate) retries: Option<u32>,
    pub(crate) epoch: u64,
}

impl ImportPolicy {
    /// Gives each call at most this time. Default: what the call has left.
    pub fn timeout(mut self, span: Duration) -> ImportPolicy {
        self.timeout = Some(span);
        self
    }

    /// Grants each call so many units of fuel, or all that it has left if that is less. Default: what the call has left, or half of it where an app's
    /// instance or a system calls, so that they can go on when the peer is lost.
    pub fn fuel(mut self, units: u64) -> ImportPolicy {
        self.fuel = Some(units);
        self
    }

    /// Grants each call so many bytes by which memories may grow, or all that it has left if that is less. Default: as for [fuel](ImportPolicy::fuel).
    pub fn memory(mut self, bytes: u64) -> ImportPolicy {
        self.memory = Some(bytes);
        self
    }

    /// Charges at most so many units of fuel for one call, whatever the peer says, and also if no answer comes. Default: what the call was granted, of which a
    /// peer is believed any part, and which is charged in full if no answer comes.
    pub fn charge_at_most(mut self, units: u64) -> ImportPolicy {
        self.charge = Some(units);
        self
    }

    /// Says of these functions, by their names in the interface, that running them twice changes nothing more than once, as
    /// [`Call::idempotent`](crate::Call::idempotent) does of one call.
    pub fn idempotent<S: Into<String>>(mut self, functions: impl IntoIterator<Item = S>) -> ImportPolicy {
        self.idempotent = functions.into_iter().map(Into::into).collect();
        self
    }

    /// Sends a call so many more times at most: one that was lost, or was stopped with its connection, if it is idempotent, and one that the other side has certainly not run,
    /// because it is busy or the message was not sent. Between two times it waits, at first some milliseconds, then twice as long each time, or as
    /// long as the other side says; never beyond the call's deadline. Default: 2 for a call that is idempotent, 0 for others.
    pub fn retries(mut self, most: u32) -> ImportPolicy {
        self.retries = Some(most);
        self
    }

    /// Calls only an export of this [epoch](ExportPolicy::epoch). Default: 0, which is any.
    pub fn epoch(mut self, epoch: u64) -> ImportPolicy {
        self.epoch = epoch;
        self
    }
}
