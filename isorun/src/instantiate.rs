//! Making an instance of an app.

use std::future::{Future, IntoFuture};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use wasmtime::PoolConcurrencyLimitError;

use crate::app::App;
use crate::budget::{Deadline, Exhausted, Frame};
use crate::call::until;
use crate::error::{Amount, CallError, InstantiateError, Resource};
use crate::instance::Instance;
use crate::instance::guest::{GuestInstance, Policy};
use crate::instance::policy::{Restart, Reuse};
use crate::instance::prototype::{Live, Prototype};
use crate::instance::provides::Provides;
use crate::instance::stop::explain;
use crate::instance::store::Slot;
use crate::panics::{caught, message_of};
use crate::runtime::Runtime;
use crate::system::Consumer;
use crate::wiring::{Given, link, slots};

/// An instance that is about to be made: its app, what its imports are given, and how it lives. Awaiting it makes the instance.
///
/// ```no_run
/// use std::time::Duration;
///
/// use isorun::{Restart, Reuse};
///
/// # async fn example(runtime: isorun::Runtime, app: isorun::App, disk: isorun::Instance) -> Result<(), isorun::InstantiateError> {
/// // One store that keeps its memory; a call that fails ends it for good.
/// let kv = runtime.instantiate(&app).with(&disk).await?;
///
/// // Four stores at most, started anew after a fault, but not more than five times a minute.
/// let restart = Restart::Always { max: 5, within: Duration::from_secs(60) };
/// let pool = runtime.instantiate(&app).with(&disk).reuse(Reuse::pool(4)).restart(restart).await?;
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// [`InstantiateError::Wiring`] with everything that does not fit; [`InstantiateError::Start`] if the component traps while it starts,
/// uses up the runtime's default budget, or is larger than an instance may be; [`InstantiateError::NoCapacity`] if every place is taken.
/// Nothing of it is left then.
///
/// # Cancel safety
///
/// Dropping it leaves nothing.
#[must_use = "an instance is made when this is awaited"]
#[derive(Debug)]
pub struct Instantiate<'a> {
    runtime: &'a Runtime,
    app: &'a App,
    name: Option<String>,
    given: Given,
    policy: Policy,
}

impl<'a> Instantiate<'a> {
    pub(crate) fn new(runtime: &'a Runtime, app: &'a App) -> Instantiate<'a> {
        let policy = Policy { reuse: Reuse::default(), restart: Restart::default(), queue: runtime.limits().queue };
        Instantiate { runtime, app, name: None, given: Given::default(), policy }
    }

    /// Gives an instance to every import that it provides and that is not given one by name.
    pub fn with(mut self, instance: &Instance) -> Instantiate<'a> {
        self.given.with.push(instance.clone());
        self
    }

    /// Gives an instance to one import, named as the component spells it, with or without its version.
    pub fn with_named(mut self, import: &str, instance: &Instance) -> Instantiate<'a> {
        self.given.named.push((import.into(), instance.clone()));
        self
    }

    /// Names the instance, for messages and the graph. By default it has its app's name, with a number if that is taken.
    pub fn name(mut self, name: &str) -> Instantiate<'a> {
        self.name = Some(name.into());
        self
    }

    /// What is kept from one call to the next. By default everything, and calls take turns: [`Reuse::Serial`].
    pub fn reuse(mut self, reuse: Reuse) -> Instantiate<'a> {
        self.policy.reuse = reuse;
        self
    }

    /// What becomes of it after a fault. By default it stays poisoned: [`Restart::Never`].
    pub fn restart(mut self, restart: Restart) -> Instantiate<'a> {
        self.policy.restart = restart;
        self
    }

    /// How many calls may wait for their turn; one more is told [`CallError::Busy`](crate::CallError::Busy). By default as many as
    /// [`RuntimeBuilder::max_queue`](crate::RuntimeBuilder::max_queue) says.
    pub fn queue(mut self, calls: usize) -> Instantiate<'a> {
        self.policy.queue = calls;
        self
    }

    async fn make(self) -> Result<Instance, InstantiateError> {
        let Instantiate { runtime, app, name, given, policy } = self;
        runtime.check_app(app)?;
        let name = runtime.reserve_name(name.as_deref().unwrap_or(app.name()));
        let plan = Plan { runtime, app, name: name.get(), reuse: policy.reuse };
        let prototype = plan.prototype(plan.wire(&given)?, app.offers().clone(), app.exports().clone());
        let first = plan.start(&prototype).await?;
        runtime.admit_guest(name, app, GuestInstance::new(prototype.clone(), first, policy), prototype.slots.clone())
    }
}

impl<'a> IntoFuture for Instantiate<'a> {
    type Output = Result<Instance, InstantiateError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.make())
    }
}

/// What it takes to make an app run behind a token: for a new instance, or for one whose app is replaced.
pub(crate) struct Plan<'a> {
    pub(crate) runtime: &'a Runtime,
    pub(crate) app: &'a App,
    /// The instance's name.
    pub(crate) name: Arc<str>,
    pub(crate) reuse: Reuse,
}

/// What is behind each handle.
type Exports = Arc<[Option<wasmtime::component::ComponentExportIndex>]>;

impl Plan<'_> {
    /// Gives every import its provider.
    pub(crate) fn wire(&self, given: &Given) -> Result<Wired, InstantiateError> {
        let wires = given.resolve(self.runtime, self.app)?;
        let pre = link(self.runtime, self.app, &wires).map_err(|error| self.failed(&error))?;
        let consumer = Consumer { instance: Some(&self.name), app: Some(self.app.name()) };
        // A system's factory is the user's code.
        let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            slots(wires, consumer, self.reuse, &given.before)
        }));
        let slots = made.map_err(|panic| self.panicked(message_of(&*panic)))?;
        Ok(Wired { pre, slots })
    }

    /// What the stores are made from.
    pub(crate) fn prototype(&self, wired: Wired, provides: Provides, exports: Exports) -> Arc<Prototype> {
        let (app, name, limits) = (self.app.clone(), self.name.clone(), self.runtime.limits().clone());
        let Wired { pre, slots } = wired;
        Arc::new(Prototype { app, name, pre, slots, provides, exports, limits })
    }

    /// Starts the app once, so that one that cannot start is told at once; a fresh instance keeps nothing of that.
    pub(crate) async fn start(&self, prototype: &Arc<Prototype>) -> Result<Option<Box<Live>>, InstantiateError> {
        let budget = self.runtime.limits().budget;
        let (grant, deadline) = ((budget.fuel, budget.memory), Deadline::after(budget.time));
        let spent = AtomicU64::new(0);
        let frame = Frame::first(deadline);
        let started = until(deadline, caught(pin!(prototype.start(grant, frame, &None, &spent)))).await;
        let live = match started {
            Ok(Ok(live)) => live.map_err(|not| self.failed(&not.error))?,
            Ok(Err(panic)) => return Err(self.panicked(panic)),
            Err(deadline) => {
                let late = Exhausted { resource: Resource::Deadline, limit: Amount::Time(deadline.span) };
                return Err(self.failed(&late.into()));
            }
        };
        Ok(Some(live).filter(|_| self.reuse != Reuse::Fresh))
    }

    #[cold]
    fn failed(&self, error: &wasmtime::Error) -> InstantiateError {
        let app = self.app.name().to_string();
        let message = error.chain().map(|cause| cause.to_string()).collect::<Vec<_>>().join(": ");
        if error.is::<PoolConcurrencyLimitError>() {
            return InstantiateError::NoCapacity { app, message };
        }
        let limits = self.runtime.limits();
        let cause = explain(error, app.as_str().into(), "start".into(), limits.budget.fuel, limits.message);
        InstantiateError::Start { app, cause }
    }

    #[cold]
    fn panicked(&self, message: String) -> InstantiateError {
        let (app, instance) = (self.app.name().to_string(), self.name.clone());
        let cause = CallError::HostPanic { instance, function: "start".into(), message: message.into() };
        InstantiateError::Start { app, cause }
    }
}

/// An app, linked, and its providers.
pub(crate) struct Wired {
    pre: wasmtime::component::InstancePre<crate::instance::store::State>,
    pub(crate) slots: Arc<[Slot]>,
}
