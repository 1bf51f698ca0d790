//! The handle of something that exports interfaces: an app's instance, a system, or something behind a transport.

mod account;
mod image;
mod text;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::call::target::Target;
use crate::error::instance::{ExportError, NarrowError};
use crate::interface::Interface;
use crate::interface::exports::{Exports, FuncIndex, Served};
use crate::interface::function::Function;
use crate::interface::port::Export;
use crate::provider::Provider;
pub use crate::provider::counters::Counters;
pub use crate::provider::state::InstanceState;

/// A handle of something that exports interfaces. Apps are wired with handles, and the host calls through them.
///
/// An app's instance, a Rust system and something on another machine all have the same kind of handle, so each of them can take the place of
/// another. Two apps share what is behind a handle exactly if both were wired with it. A clone is a handle of the same instance.
///
/// Dropping every clone does not remove the instance; [`Runtime::remove`](crate::Runtime::remove) does. The handle of a removed instance
/// never comes to mean another one, even if a new instance gets the same name: calls and wirings with it fail with an error that says
/// which instance was removed.
///
/// Handles can be keys of a map: they are hashed by what they stand for, which never changes. (clippy's `mutable_key_type` cannot know that.)
///
/// # What two apps that share an instance can learn of each other
///
/// They learn what the instance's interface lets them read, and its timing: calls of one instance take turns, so each app can measure how busy
/// the other keeps it, and can fill its queue. Instances that share nothing still share the machine. Where that matters, give each
/// consumer an instance of its own, or a [system per consumer](crate::Runtime::provide_per_consumer).
#[derive(Clone)]
pub struct Instance {
    provider: Arc<Provider>,
    /// The functions that this handle may call, sorted; `None` if it may call all.
    reach: Option<Arc<[FuncIndex]>>,
}

impl Instance {
    /// A handle that may call every function of a provider.
    pub(crate) fn whole(provider: Arc<Provider>) -> Instance {
        Instance { provider, reach: None }
    }

    /// A handle that may call these functions of a provider, or all of them for `None`.
    #[cfg(feature = "engine")]
    pub(crate) fn reaching(provider: Arc<Provider>, reach: Option<Arc<[FuncIndex]>>) -> Instance {
        Instance { provider, reach }
    }

    /// The name it was given, or made from its app's or type's name; unique in its runtime.
    pub fn name(&self) -> &str {
        self.provider.name()
    }

    /// What it exports: interfaces such as `isorun:kv/kv@0.1.0`, with the functions that this handle may call.
    pub fn exports(&self) -> Vec<Export> {
        self.reached().list().to_vec()
    }

    /// What it is doing now: ready, running, paused, poisoned, or on its way out. A system or a remote is idle until it retires or is removed.
    pub fn state(&self) -> InstanceState {
        self.provider.state()
    }

    /// Which of several successive owners of one state it is: [`Instantiate::epoch`](crate::runtime::Instantiate::epoch) sets it, and each
    /// [move](crate::Runtime::relocate) makes it one more. 0 if nobody has set it. What it calls is told by [`Cx::epoch`](crate::Cx::epoch).
    pub fn epoch(&self) -> u64 {
        self.provider.payer().epoch.load(Ordering::Relaxed)
    }

    /// What it has done so far: its calls, failures and restarts, the cause of its last fault, and the calls that wait.
    pub fn counters(&self) -> Counters {
        self.provider.counters()
    }

    /// A narrowed handle of the same instance: whoever is wired with it, or gets it in another way, can call the functions named here and no
    /// others.
    ///
    /// A function is named as for [`call`](Instance::call): `isorun:kv/kv#get`, or any end of it that is unique. The name of an export, such as
    /// `isorun:kv/kv` or `primary`, stands for all its functions.
    ///
    /// # Errors
    ///
    /// [`NarrowError`] with every name that fits no function, or several.
    ///
    /// ```no_run
    /// # async fn example(runtime: isorun::Runtime, kv: isorun::Instance) -> Result<(), Box<dyn std::error::Error>> {
    /// let reader = kv.only(["get"])?;
    /// # let _ = reader;
    /// # Ok(()) }
    /// ```
    pub fn only<'f>(&self, functions: impl IntoIterator<Item = &'f str>) -> Result<Instance, NarrowError> {
        let exports = self.reached();
        let (mut reach, mut wrong) = (Vec::new(), Vec::new());
        for name in functions {
            let found: Vec<FuncIndex> = exports.named(name).map(|(index, ..)| index).collect();
            match (&found[..], &exports.of_exports_named(name)[..]) {
                ([index], []) => reach.push(*index),
                ([], [(_, indices)]) => reach.extend(*indices),
                ([], []) => wrong.push(format!("{name}: no such function")),
                (functions, []) => wrong.push(format!("{name}: {} functions end like that", functions.len())),
                ([], exports) => wrong.push(format!("{name}: {} exports end like that", exports.len())),
                _ => wrong.push(format!("{name}: a function and an export end like that")),
            }
        }
        if !wrong.is_empty() {
            let (instance, available) = (self.name().into(), labels(exports.all()));
            return Err(NarrowError { instance, problems: wrong, available });
        }
        reach.sort_unstable();
        reach.dedup();
        Ok(Instance { provider: self.provider.clone(), reach: Some(reach.into()) })
    }

    /// Whether this handle may call a function of the instance.
    fn reaches(&self, index: FuncIndex) -> bool {
        self.reach.as_deref().is_none_or(|reach| reach.binary_search(&index).is_ok())
    }

    /// Those of the current exports that this handle may call.
    pub(crate) fn reached(&self) -> Exports {
        let all = self.provider.exports();
        match &self.reach {
            Some(reach) => all.only(reach),
            None => all,
        }
    }

    /// The functions of an interface that this handle may not call, if the instance exports the whole interface; empty otherwise.
    pub(crate) fn beyond_reach(&self, interface: &Interface, reached: &Exports) -> Vec<String> {
        let whole = self.provider.exports();
        if self.reach.is_none() || !matches!(whole.indices(interface, interface.functions()), Served::One(Ok(_))) {
            return Vec::new();
        }
        let reached = |function: &&Function| matches!(reached.indices(interface, [*function]), Served::One(Ok(_)));
        let beyond = interface.functions().iter().filter(|function| !reached(function));
        beyond.map(|function| function.name().into()).collect()
    }

    /// The instance seen through one interface.
    pub(crate) fn target(&self, interface: &Interface) -> Result<Target, ExportError> {
        let instance = self.name().to_string();
        if self.provider.is_removed() {
            return Err(ExportError::Removed { instance });
        }
        let exports = self.reached();
        match exports.indices(interface, interface.functions()) {
            Served::One(Ok(functions)) => Ok(Target::new(self.clone(), functions.into())),
            Served::One(Err(differences)) => {
                let (functions, interface) = (self.beyond_reach(interface, &exports), interface.name().to_string());
                match functions.is_empty() {
                    true => Err(ExportError::Differs { instance, interface, differences }),
                    false => Err(ExportError::Narrowed { instance, interface, functions }),
                }
            }
            Served::Several(exports) => {
                Err(ExportError::Ambiguous { instance, interface: interface.name().to_string(), exports })
            }
            Served::Nothing => Err(ExportError::NotExported {
                instance,
                interface: interface.name().to_string(),
                exports: exports.names(),
            }),
        }
    }

    pub(crate) fn provider(&self) -> &Arc<Provider> {
        &self.provider
    }

    #[cfg(feature = "engine")]
    pub(crate) fn reach(&self) -> Option<Arc<[FuncIndex]>> {
        self.reach.clone()
    }
}

/// How many functions an error lists.
const MOST_LABELS: usize = 10_000;

fn labels<'a>(functions: impl IntoIterator<Item = (FuncIndex, &'a Export, &'a Function)>) -> Vec<String> {
    functions.into_iter().take(MOST_LABELS).map(|(_, export, function)| export.label(function)).collect()
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance")
            .field("name", &self.name())
            .field("exports", &self.reached().names())
            .finish_non_exhaustive()
    }
}

/// Two handles are equal if they stand for the same instance and may call the same functions. A narrowed handle is never equal to a whole
/// one, even if it names every function: only the whole one may also call what a later app behind the handle adds.
impl PartialEq for Instance {
    fn eq(&self, other: &Instance) -> bool {
        Arc::ptr_eq(&self.provider, &other.provider) && self.reach == other.reach
    }
}

impl Eq for Instance {}

impl Hash for Instance {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.provider).hash(state);
        self.reach.hash(state);
    }
}
