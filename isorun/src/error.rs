//! The public error types. Each message says what is wrong, where, and what to do; the data is in the fields.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::image::encode::TooLarge;
use crate::image::malformed::Malformed;
use crate::interface::WitError;
use crate::remote::Status;

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
        "`{instance}` trapped in `{function}`: {message}\n  help: the instance is poisoned; remove it and instantiate its app again"
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
        "out of {resource}: `{instance}` was stopped in `{function}` at its limit of {limit}\n  help: {}", resource.help()
    )]
    OutOfBudget {
        /// What ran out.
        resource: Resource,
        /// How much there was.
        limit: Amount,
        /// The instance that was running.
        instance: Arc<str>,
        /// The function it was called for.
        function: Arc<str>,
    },

    /// An earlier call ended badly and took the instance's memory with it.
    #[error("`{instance}` is poisoned: {cause}\n  help: remove it and instantiate its app again")]
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

    /// The instance was removed.
    #[error(
        "`{instance}` was removed\n  help: a token does not outlive `remove`; instantiate again and wire with the new token"
    )]
    Removed {
        /// The instance.
        instance: Arc<str>,
    },

    /// Host code panicked while it served this call.
    #[error("the host panicked while it served `{function}` of `{instance}`: {message}")]
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

    /// The resource that ran out, if that is what ended the call, in the called instance or below it on this side. What the other side
    /// of a remote ran out of only its message says: see [`is_out_of_budget`](CallError::is_out_of_budget).
    pub fn out_of_budget(&self) -> Option<Resource> {
        match self {
            CallError::OutOfBudget { resource, .. } => Some(*resource),
            CallError::ProviderDown { cause, .. } => cause.out_of_budget(),
            _ => None,
        }
    }
}

impl From<Box<CallError>> for CallError {
    fn from(error: Box<CallError>) -> CallError {
        *error
    }
}

/// What a budget consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Resource {
    /// Executed instructions, about one unit each.
    Fuel,
    /// Time on the clock, waiting included.
    Deadline,
    /// Bytes of wasm memory and tables.
    Memory,
    /// Bytes that one call takes out of a guest.
    Message,
}

impl Resource {
    fn help(self) -> &'static str {
        match self {
            Resource::Fuel => "grant the call more with `.fuel(..)`, or raise the `budget` in the runtime's builder",
            Resource::Deadline => {
                "give the call more time with `.deadline(..)`, or raise the `budget` in the runtime's builder"
            }
            Resource::Memory => {
                "let the call use more with `.memory(..)`, or raise `budget` or `max_instance_memory` in the runtime's builder"
            }
            Resource::Message => "pass less at a time, or raise `max_message` in the runtime's builder",
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Resource::Fuel => "fuel",
            Resource::Deadline => "deadline",
            Resource::Memory => "memory",
            Resource::Message => "message size",
        })
    }
}

/// An amount of a [`Resource`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Amount {
    /// Units of fuel.
    Fuel(u64),
    /// A span of time.
    Time(Duration),
    /// Bytes.
    Bytes(u64),
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Amount::Fuel(units) => write!(f, "{units} units of fuel"),
            Amount::Time(span) => write!(f, "{span:?}"),
            Amount::Bytes(bytes) => write!(f, "{bytes} bytes"),
        }
    }
}

/// Why an interface was not registered.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// The WIT text has mistakes.
    #[error(transparent)]
    Wit(#[from] WitError),
    /// An interface of this name is registered with other functions.
    #[error(
        "`{interface}` is registered already, with other functions\n{}\n  help: two editions of one version cannot be told apart; give the changed one a new version",
        indent(differences)
    )]
    Conflict {
        /// The interface's name.
        interface: String,
        /// Every difference, with both signatures.
        differences: Vec<String>,
    },
}

/// Why the runtime could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuntimeError {
    /// wasmtime refused the engine's settings on this machine.
    #[error(
        "cannot make the engine: {0}\n  help: lower `max_instances` or `max_memory`: the pool reserves address space for all of them"
    )]
    Engine(String),
    /// The operating system gave no random bytes for the runtime's secrets.
    #[error("the operating system gave no random bytes: {0}")]
    Random(String),
}

/// Why an app was not added. Nothing of it is left in the runtime.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
    /// The bytes are no wasm component.
    #[error("`{app}` is not a component: {found}\n  help: {help}")]
    NotAComponent {
        /// The name given to `add_app`.
        app: String,
        /// What the bytes are instead.
        found: String,
        /// What to do about it.
        help: String,
    },
    /// The bytes start like a component and do not go on like one that isorun runs.
    #[error("`{app}` is not a valid component: {message}\n  help: {help}")]
    Invalid {
        /// The name given to `add_app`.
        app: String,
        /// The validator's words, with the offset of the bytes.
        message: String,
        /// What to do about it.
        help: String,
    },
    /// The component has more, or larger, memories, tables or instances than a place for an instance offers.
    #[error(
        "`{app}` is too large for this runtime: {message}\n  help: make it smaller; the places for instances are all alike"
    )]
    TooLarge {
        /// The name given to `add_app`.
        app: String,
        /// Which limit was met, in wasmtime's words.
        message: String,
    },
    /// The component does not fit the interfaces of this runtime.
    #[error(transparent)]
    Mismatch(#[from] AppReport),
    /// An app of this name is there already.
    #[error(
        "an app named `{app}` was added before\n  help: choose another name, or remove the first with `remove_app`"
    )]
    NameTaken {
        /// The name.
        app: String,
    },
}

/// Everything about an app that does not fit the runtime it was given to.
#[derive(Clone, Debug)]
pub struct AppReport {
    pub(crate) app: String,
    pub(crate) problems: Vec<AppProblem>,
}

impl AppReport {
    /// The app's name.
    pub fn app(&self) -> &str {
        &self.app
    }

    /// Every problem, sorted by the name of the import or export.
    pub fn problems(&self) -> &[AppProblem] {
        &self.problems
    }
}

impl std::error::Error for AppReport {}

impl fmt::Display for AppReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "cannot add app `{}`: {} among its imports and exports",
            self.app,
            count(self.problems.len(), "problem")
        )?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n{problem}"))
    }
}

/// One thing about an app that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppProblem {
    /// The import or export, as the component names it; with the function if there is one.
    pub item: String,
    /// What is wrong with it.
    pub kind: AppProblemKind,
    /// What to do about it.
    pub help: String,
}

/// The kinds of [`AppProblem`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AppProblemKind {
    /// No interface of this name is registered.
    Undeclared,
    /// The import belongs to WASI, which isorun does not provide.
    Wasi,
    /// A function that the registered interface does not have.
    UnknownFunction,
    /// A function has another type than the registered interface says.
    Differs {
        /// The component's signature.
        component: String,
        /// The registered signature.
        registered: String,
    },
    /// An item of a kind that isorun does not run: a resource, a stream, a nested component, a function at the root.
    Unsupported {
        /// The kind of item.
        what: String,
    },
}

impl fmt::Display for AppProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  {}", self.item)?;
        match &self.kind {
            AppProblemKind::Undeclared => writeln!(f, "    missing: no interface of this name is registered")?,
            AppProblemKind::Wasi => writeln!(f, "    missing: isorun runs pure components, there is no WASI")?,
            AppProblemKind::UnknownFunction => {
                writeln!(f, "    missing: the registered interface has no such function")?
            }
            AppProblemKind::Differs { component, registered } => {
                writeln!(f, "    component has   {component}")?;
                writeln!(f, "    registered is   {registered}")?;
            }
            AppProblemKind::Unsupported { what } => writeln!(f, "    not supported: {what}")?,
        }
        write!(f, "    help: {}", self.help)
    }
}

/// Why an instance was not made. Nothing of it is left running.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstantiateError {
    /// The wiring does not fit the app's imports. No guest code has run.
    #[error(transparent)]
    Wiring(#[from] WiringReport),
    /// The component trapped while it started, or asked for more memory than an instance may have.
    #[error("`{app}` failed while it started: {}\n  help: nothing of it is left running; mend the app, or raise the limit that it met", cause.headline())]
    Start {
        /// The app.
        app: String,
        /// What happened.
        cause: CallError,
    },
    /// Every place for an instance is taken.
    #[error(
        "no place left for an instance of `{app}`: {message}\n  help: remove instances, or raise `max_instances` in the runtime's builder"
    )]
    NoCapacity {
        /// The app.
        app: String,
        /// Which limit was met, in wasmtime's words.
        message: String,
    },
    /// The app was added to another runtime.
    #[error("app `{app}` belongs to another runtime\n  help: add it here too")]
    Foreign {
        /// The app.
        app: String,
    },
    /// The app was removed from the runtime.
    #[error("app `{app}` was removed\n  help: add it again and instantiate the new token")]
    AppRemoved {
        /// The app.
        app: String,
    },
}

/// Everything that is wrong with a wiring.
#[derive(Clone, Debug)]
pub struct WiringReport {
    pub(crate) app: String,
    pub(crate) imports: usize,
    pub(crate) problems: Vec<WiringProblem>,
}

impl WiringReport {
    /// The app that was to be wired.
    pub fn app(&self) -> &str {
        &self.app
    }

    /// Every problem, those of imports first, in the component's order.
    pub fn problems(&self) -> &[WiringProblem] {
        &self.problems
    }
}

impl std::error::Error for WiringReport {}

impl fmt::Display for WiringReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "cannot wire app `{}`, which has {}: {}",
            self.app,
            count(self.imports, "import"),
            count(self.problems.len(), "problem")
        )?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n{problem}"))
    }
}

/// One thing that is wrong with a wiring.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WiringProblem {
    /// No instance was given for an import.
    Missing {
        /// The import.
        import: String,
    },
    /// Several of the given instances provide an import and none was named for it, or several were named.
    Ambiguous {
        /// The import.
        import: String,
        /// The instances that provide it.
        candidates: Vec<String>,
    },
    /// The instance named for an import does not provide it.
    NotProvided {
        /// The import.
        import: String,
        /// The instance.
        instance: String,
        /// What the instance provides instead.
        provides: Vec<String>,
    },
    /// The instance provides an interface of that name whose functions differ.
    Differs {
        /// The import.
        import: String,
        /// The instance.
        instance: String,
        /// Every difference, with both signatures.
        differences: Vec<String>,
    },
    /// An instance was given that no import takes.
    Superfluous {
        /// The instance.
        instance: String,
        /// What it provides.
        provides: Vec<String>,
    },
    /// A provider was named for an import that the app does not have.
    UnknownImport {
        /// The name that was given.
        import: String,
        /// The imports that the app has.
        imports: Vec<String>,
    },
    /// An instance was given that is gone.
    Removed {
        /// The instance.
        instance: String,
    },
    /// An instance was given that belongs to another runtime.
    Foreign {
        /// The instance.
        instance: String,
    },
}

impl fmt::Display for WiringProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WiringProblem::Missing { import } => {
                write!(
                    f,
                    "  {import}\n    missing: no instance was given for it\n    help: add `.with(&instance)` with an instance that provides it"
                )
            }
            WiringProblem::Ambiguous { import, candidates } => write!(
                f,
                "  {import}\n    ambiguous: {} provide it\n    help: say which with `.with_named(\"{import}\", &instance)`",
                list(candidates)
            ),
            WiringProblem::NotProvided { import, instance, provides } => write!(
                f,
                "  {import}\n    `{instance}` does not provide it; it provides {}\n    help: wire an instance that does",
                list(provides)
            ),
            WiringProblem::Differs { import, instance, differences } => write!(
                f,
                "  {import}\n    `{instance}` provides another edition of it\n{}\n    help: versions of one track must agree, so one side was built from an edited WIT; rebuild it",
                indent(differences)
            ),
            WiringProblem::Superfluous { instance, provides } => write!(
                f,
                "  `{instance}`\n    superfluous: no import takes it; it provides {}\n    help: leave it out, so that the wiring says what is used",
                list(provides)
            ),
            WiringProblem::UnknownImport { import, imports } => {
                write!(
                    f,
                    "  {import}\n    the app has no such import; it has {}\n    help: use one of those names",
                    list(imports)
                )
            }
            WiringProblem::Removed { instance } => {
                write!(f, "  `{instance}`\n    was removed\n    help: instantiate it again and wire the new token")
            }
            WiringProblem::Foreign { instance } => write!(
                f,
                "  `{instance}`\n    belongs to another runtime\n    help: `export` it there and `import` it here"
            ),
        }
    }
}

/// Why an instance has no caller for an interface.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProvideError {
    /// The instance does not provide the interface.
    #[error(
        "`{instance}` does not provide `{interface}`\n  it provides: {}\n  help: ask an instance that does",
        list(provides)
    )]
    NotProvided {
        /// The instance.
        instance: String,
        /// The interface.
        interface: String,
        /// What it provides instead.
        provides: Vec<String>,
    },
    /// It provides an interface of that name whose functions differ.
    #[error(
        "`{instance}` provides another edition of `{interface}`\n{}\n  help: versions of one track must agree, so one side was built from an edited WIT; rebuild it",
        indent(differences)
    )]
    Differs {
        /// The instance.
        instance: String,
        /// The interface.
        interface: String,
        /// Every difference, with both signatures.
        differences: Vec<String>,
    },
    /// The instance was removed.
    #[error("`{instance}` was removed\n  help: instantiate again and use the new token")]
    Removed {
        /// The instance.
        instance: String,
    },
    /// The instance belongs to another runtime, which is the one to export it.
    #[error("`{instance}` belongs to another runtime\n  help: export it there")]
    Foreign {
        /// The instance.
        instance: String,
    },
}

/// Why something was not removed. It is as it was before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RemoveError {
    /// Something depends on it.
    #[error("`{name}` is in use by {}\n  help: remove those first", list(by))]
    InUse {
        /// What was to be removed.
        name: String,
        /// What depends on it.
        by: Vec<String>,
    },
    /// It is gone already.
    #[error("`{name}` was removed before\n  help: a token does not outlive `remove`; drop it")]
    Removed {
        /// What was to be removed.
        name: String,
    },
    /// It belongs to another runtime.
    #[error("`{name}` belongs to another runtime\n  help: remove it there")]
    Foreign {
        /// What was to be removed.
        name: String,
    },
}

/// Why a call through a remote has no value. What a caller must know is whether the work may have been done.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// The transport failed before the message was on its way: the callee has not run.
    #[error(
        "the call of `{function}` was not sent: {message}\n  help: the other side has not run, trying again is safe"
    )]
    NotSent {
        /// The function.
        function: Arc<str>,
        /// The transport's words.
        message: Arc<str>,
    },
    /// The transport failed after that: the callee may have run.
    #[error(
        "the call of `{function}` was sent and its answer lost: {message}\n  help: the other side may have run; repeat only what may be done twice"
    )]
    MaybeRan {
        /// The function.
        function: Arc<str>,
        /// The transport's words.
        message: Arc<str>,
    },
    /// The other side answered that it did not run the call.
    #[error("the other side refused `{function}`: {status}: {message}")]
    Refused {
        /// The function.
        function: Arc<str>,
        /// The status of its reply.
        status: Status,
        /// Its words.
        message: Arc<str>,
    },
    /// The other side ran the call and it failed there.
    #[error("`{function}` failed on the other side: {status}: {message}")]
    Failed {
        /// The function.
        function: Arc<str>,
        /// The status of its reply.
        status: Status,
        /// Its words.
        message: Arc<str>,
    },
    /// What came back is no reply to this call.
    #[error(
        "what came back for `{function}` is no reply to it: {message}\n  help: the transport mixes messages up, or the other side speaks another wire version"
    )]
    BadReply {
        /// The function.
        function: Arc<str>,
        /// What is wrong with it.
        message: Arc<str>,
    },
}

/// Items in backticks, with commas; "nothing" if there are none.
fn list(items: &[String]) -> String {
    match items {
        [] => "nothing".into(),
        items => items.iter().map(|item| format!("`{item}`")).collect::<Vec<_>>().join(", "),
    }
}

/// A number of things: `1 problem`, `2 problems`.
fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

fn indent(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().flat_map(|item| item.lines()).map(|line| format!("    {line}")).collect();
    lines.join("\n")
}
