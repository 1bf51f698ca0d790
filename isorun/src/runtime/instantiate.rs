//! Making an instance of an app.

use std::future::{Future, IntoFuture};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use wasmtime::component::{ComponentExportIndex, InstancePre};

use super::{Runtime, Tenant};
use crate::app::App;
use crate::call::until::until;
use crate::engine::cause;
use crate::error::call::CallError;
use crate::error::wiring::InstantiateError;
use crate::guest::GuestProvider;
use crate::guest::policy::{Floor, GiveUp, Policy, Restart, Reuse};
use crate::guest::prototype::{Live, Prototype, need};
use crate::instance::Instance;
use crate::interface::exports::Exports;
use crate::limits::budget::Budget;
use crate::limits::chain::Payer;
use crate::limits::deadline::Deadline;
use crate::limits::footprint::{Footprint, TooManyStores};
use crate::limits::limit::{Amount, Exhausted, Limit, Scope};
use crate::panics::{Panicked, caught};
use crate::provider::finish::Ceiling;
use crate::provider::slot::Slot;
use crate::provider::system::Consumer;
use crate::store::{Frame, State};
use crate::text::{list, printable};
use crate::wiring::given::Given;
use crate::wiring::linker::{key, link};
use crate::wiring::wire::slots;

/// An instance that is about to be made: its app, what its imports are given, and its policies. Awaiting it makes the instance. It needs the
/// feature `engine`.
///
/// From its wiring on, the app that starts holds what it is wired to: its providers cannot be removed or retired, nor replaced by what does not
/// fit it.
///
/// It owns all that it needs, so it can also be spawned: `tokio::spawn(runtime.instantiate(&app).into_future())`.
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
/// // Four stores at most, restarted after a fault, but not more than five times a minute.
/// let restart = Restart::Limited { max: 5, within: Duration::from_secs(60) };
/// let pool = runtime.instantiate(&app).with(&disk).reuse(Reuse::pool(4)).restart(restart).await?;
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// [`InstantiateError::Wiring`] with everything that does not fit; [`InstantiateError::Start`] if the component traps while it starts,
/// uses up the runtime's default budget, or is larger than an instance may be; [`InstantiateError::NoCapacity`] at once if the runtime has no place
/// for another store; [`InstantiateError::TenantFull`] if the tenant has as many as it may; [`InstantiateError::NameTaken`]; [`InstantiateError::AppRemoved`],
/// [`InstantiateError::Foreign`], [`InstantiateError::TenantRemoved`] and [`InstantiateError::ForeignTenant`] if the app or the tenant is not
/// one of this runtime. After an error nothing of the instance is left.
///
/// # Cancel safety
///
/// Dropping the future leaves nothing of the instance behind, and lets go of its providers.
#[must_use = "an instance is made when this is awaited"]
#[derive(Debug)]
pub struct Instantiate {
    runtime: Runtime,
    app: App,
    name: Option<String>,
    given: Given,
    policy: Policy,
    give_up: Option<GiveUp>,
    fuel: Option<u64>,
    memory: Option<u64>,
    tenant: Option<Tenant>,
    alone: bool,
    epoch: u64,
    /// The name that it gets if no other has it; then it gets one with a number.
    wish: Option<String>,
}

impl Runtime {
    /// Begins to make an instance of an app; see [`Instantiate`].
    pub fn instantiate(&self, app: &App) -> Instantiate {
        let (floor, queue) = (Floor::default(), self.limits().queue);
        let policy = Policy { floor, reuse: Reuse::default(), restart: Restart::default(), ceiling: None, queue };
        Instantiate {
            runtime: self.clone(),
            app: app.clone(),
            name: None,
            given: Given::default(),
            policy,
            give_up: None,
            fuel: None,
            memory: None,
            tenant: None,
            alone: false,
            epoch: 0,
            wish: None,
        }
    }
}

impl Instantiate {
    /// Gives an instance to every import that it exports and that is not given one by name.
    pub fn with(mut self, instance: &Instance) -> Instantiate {
        self.given.with.push(instance.clone());
        self
    }

    /// Gives an instance as [`with`](Instantiate::with) does, and each call that the app makes of it at most this time.
    ///
    /// Then the call is given up, and the app is told `provider-down` if the function's result has that case in its error type. If it has not, the
    /// app's own call ends with [`CallError::ProviderDown`](crate::CallError::ProviderDown) and its store is lost; which functions are of
    /// that kind, [`Import::ends_its_app`](crate::wit::Import::ends_its_app) and the [graph](crate::Runtime::graph) tell. The span also bounds what the
    /// provider's own calls may take. A method of a system that is not `async` cannot be given up while it runs.
    pub fn with_timeout(mut self, instance: &Instance, span: Duration) -> Instantiate {
        self.given.times.push((instance.clone(), span));
        self.with(instance)
    }

    /// Gives an instance to one import, named as the component spells it, with or without its version. Without it all versions are
    /// meant that are not given one by their whole names. An interface that is imported under
    /// several names is given an instance for each of them so.
    pub fn with_named(mut self, import: &str, instance: &Instance) -> Instantiate {
        self.given.named.push((import.into(), instance.clone()));
        self
    }

    /// Gives a function of an instance to an import that is a function at the root of the app's world. It is named as for
    /// [`Instance::call`], and may have another name than the import; the types must be the same.
    ///
    /// An instance that exports a function of the import's name and type at its own root can be given with [`with`](Instantiate::with).
    pub fn with_function(mut self, import: &str, instance: &Instance, function: &str) -> Instantiate {
        self.given.functions.push((import.into(), instance.clone(), function.into()));
        self
    }

    /// Names the instance, for messages, the graph, and [`Runtime::instance`]. A name that is taken is an
    /// [error](InstantiateError::NameTaken). By default it has its app's name, with a number if that is taken.
    pub fn name(mut self, name: &str) -> Instantiate {
        self.name = Some(name.into());
        self
    }

    /// Sets what is kept from one call to the next. By default everything is kept and calls take turns: [`Reuse::Serial`].
    pub fn reuse(mut self, reuse: Reuse) -> Instantiate {
        self.policy.reuse = reuse;
        self
    }

    /// Sets what happens after a fault. By default the instance stays poisoned: [`Restart::Never`].
    pub fn restart(mut self, restart: Restart) -> Instantiate {
        self.policy.restart = restart;
        self
    }

    /// Sets how many calls may wait for their turn, or for a place for their store; one more fails with [`CallError::Busy`](crate::CallError::Busy). The default is
    /// [`RuntimeBuilder::max_queue`](crate::RuntimeBuilder::max_queue).
    pub fn queue(mut self, calls: usize) -> Instantiate {
        self.policy.queue = calls;
        self
    }

    /// Sets the least fuel that a call must have left. A call with less is refused with [`CallError::BelowFloor`] before it runs, so that a caller
    /// who grants too little does not cost the instance its memory. By default any fuel will do.
    pub fn min_fuel(mut self, units: u64) -> Instantiate {
        self.policy.floor.fuel = units;
        self
    }

    /// As [`min_fuel`](Instantiate::min_fuel), for the time that a call must have left when it is made.
    pub fn min_time(mut self, span: Duration) -> Instantiate {
        self.policy.floor.time = span;
        self
    }

    /// Sets what becomes of a call when its caller gives it up. By default a [`Serial`](Reuse::Serial) instance of a tenant finishes it, within the
    /// runtime's default [`Budget`](crate::Budget), and others stop it.
    pub fn on_give_up(mut self, give_up: GiveUp) -> Instantiate {
        self.give_up = Some(give_up);
        self
    }

    /// Makes it an instance of this tenant, whose account pays for it beside its own, and whose ceilings hold for it too: see
    /// [`Runtime::tenant`]. Its app can be replaced, its tenant stays.
    pub fn tenant(mut self, tenant: &Tenant) -> Instantiate {
        self.tenant = Some(tenant.clone());
        self
    }

    /// Gives the instance's account so many units of fuel, from which also its start is paid. By default there is no limit; it can be changed at any
    /// time with [`Instance::set_fuel`].
    pub fn fuel(mut self, units: u64) -> Instantiate {
        self.fuel = Some(units);
        self
    }

    /// Lets the stores of the instance hold at most this many bytes together, what the engine needs for them included. By default there is no limit
    /// but that of [each store](crate::RuntimeBuilder::max_instance_memory); it can be changed at any time with [`Instance::set_memory`].
    pub fn memory(mut self, bytes: u64) -> Instantiate {
        self.memory = Some(bytes);
        self
    }

    /// Lets the instance, and its tenant if it has one, pay for all that it does: the accounts of those that call it are not charged. What a call was
    /// granted is charged all the same.
    pub fn pays_for_itself(mut self) -> Instantiate {
        self.alone = true;
        self
    }

    /// Sets its [epoch](Instance::epoch), which is 0 by default.
    pub fn epoch(mut self, number: u64) -> Instantiate {
        self.epoch = number;
        self
    }

    /// Gives an instance, which is given in another way already, at most this time for each call.
    pub(crate) fn in_time(mut self, instance: &Instance, span: Duration) -> Instantiate {
        self.given.times.push((instance.clone(), span));
        self
    }

    /// Names it as [`name`](Instantiate::name) does, or with a number behind the name if that is taken.
    pub(crate) fn named_like(mut self, name: &str) -> Instantiate {
        self.wish = Some(name.into());
        self
    }

    async fn make(self) -> Result<Instance, InstantiateError> {
        let Instantiate { runtime, app, name, given, mut policy, give_up, fuel, memory, tenant, alone, epoch, wish } =
            self;
        policy.ceiling = match give_up {
            Some(GiveUp::Finish { fuel, time }) => Some(Ceiling { fuel, time }),
            None if tenant.is_some() && policy.reuse == Reuse::Serial => {
                let Budget { fuel, time, .. } = runtime.limits().budget;
                Some(Ceiling { fuel, time })
            }
            Some(GiveUp::Cancel) | None => None,
        };
        runtime.check_added(&app)?;
        let tenant = tenant.map(|tenant| tenant.tenancy().clone());
        runtime.check_tenant(tenant.as_ref())?;
        let name = match name {
            Some(name) => runtime.reserve_name(&name).ok_or(InstantiateError::NameTaken { name })?,
            None => runtime.reserve_some_name(wish.as_deref().unwrap_or(app.name())),
        };
        let payer = Payer { tenant, alone, epoch: AtomicU64::new(epoch), ..Payer::new(name.get(), runtime.mark()) };
        let payer = Arc::new(payer);
        payer.account.set_memory(memory);
        payer.account.set_fuel(fuel);
        let plan = Plan { runtime: &runtime, app: &app, payer, reuse: policy.reuse };
        let wired = plan.wire(&given)?;
        let start = runtime.begin_start(&plan.payer, &app, &wired.slots, None)?;
        let prototype = plan.prototype(wired, app.all_exports().clone(), app.functions().clone());
        let first = plan.start(&prototype).await?;
        Ok(runtime.admit_guest(name, start, &app, GuestProvider::new(prototype, first, policy)))
    }
}

impl IntoFuture for Instantiate {
    type Output = Result<Instance, InstantiateError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.make())
    }
}

/// The steps that make an app run behind a handle. A new instance takes them, and so does an instance whose app is replaced.
pub(crate) struct Plan<'a> {
    pub(crate) runtime: &'a Runtime,
    pub(crate) app: &'a App,
    /// The instance.
    pub(crate) payer: Arc<Payer>,
    pub(crate) reuse: Reuse,
}

/// The component's function for each index.
type Functions = Arc<[Option<ComponentExportIndex>]>;

impl Plan<'_> {
    /// Gives every import its provider.
    pub(crate) fn wire(&self, given: &Given) -> Result<Wired, InstantiateError> {
        let imports = self.app.all_imports();
        let wires = given.resolve(self.app.name(), imports, |instance| self.runtime.owns(instance))?;
        let linked = || link(self.runtime.engine(), self.app.component(), imports, &wires);
        let pre = self.app.linked(key(&wires), linked).map_err(|error| self.failed(&error))?;
        let consumer = Consumer { instance: Some(&self.payer.name), app: Some(self.app.name()), export: None };
        // Making the slots may call the factory of a system per consumer, which is the user's code and may panic.
        let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            slots(wires, consumer, self.reuse, &given.before, &given.times)
        }));
        let slots = made.map_err(|panic| self.panicked(panic.into()))?;
        slots.iter().filter(|slot| slot.timeout.is_some()).for_each(|slot| self.warn(slot));
        Ok(Wired { pre, slots })
    }

    /// Warns of functions whose provider has a time of its own, and that cannot tell the app when that is over.
    fn warn(&self, slot: &Slot) {
        let functions = slot.part.import.ends_its_app().map(|function| function.name().to_string()).collect::<Vec<_>>();
        if !functions.is_empty() {
            let (instance, import) = (printable(&self.payer.name), printable(slot.part.import.name()));
            let functions = list(&functions).to_string();
            tracing::warn!(
                instance,
                import,
                functions,
                "a provider that is late ends its app, whose interface has no case `provider-down`"
            );
        }
    }

    /// Makes the prototype, from which the stores of the instance are made.
    pub(crate) fn prototype(&self, wired: Wired, exports: Exports, functions: Functions) -> Arc<Prototype> {
        let (app, payer, limits) = (self.app.shared_name(), self.payer.clone(), *self.runtime.limits());
        let Wired { pre, slots } = wired;
        let needs = self.app.needs();
        let need = need(needs.places(), &slots, self.reuse);
        let capacity = self.runtime.capacity().clone();
        Arc::new(Prototype { app, payer, pre, slots, exports, functions, needs, limits, need, capacity })
    }

    /// Starts the app once, so that an app that cannot start fails here and not at its first call. A `Fresh` instance drops the store again.
    pub(crate) async fn start(&self, prototype: &Arc<Prototype>) -> Result<Option<Box<Live>>, InstantiateError> {
        let holds = Footprint::new(&self.payer).map_err(|TooManyStores { tenant, limit }| {
            InstantiateError::TenantFull { app: self.app.name().into(), tenant: tenant.to_string(), limit }
        })?;
        let place = prototype.capacity.take(prototype.need);
        let place = place.map_err(|short| InstantiateError::NoCapacity { app: self.app.name().into(), short })?;
        let budget = self.runtime.limits().budget;
        let (grant, deadline) = ((budget.fuel, budget.memory), Deadline::after(budget.time));
        let spent = AtomicU64::new(0);
        let frame = Frame::first(deadline);
        let start = pin!(prototype.start((place, holds), grant, frame, &None, &spent));
        let started = until(deadline, self.runtime.limits().slice, caught(start)).await;
        let live = match started {
            Ok(Ok(live)) => live.map_err(|not| self.failed(&not.error))?,
            Ok(Err(panic)) => return Err(self.panicked(panic)),
            Err(deadline) => {
                let amount = Amount::Time(deadline.span);
                let late = Exhausted { limit: Limit::Time, amount, used: amount, scope: Scope::Call };
                return Err(self.failed(&late.into()));
            }
        };
        Ok(Some(live).filter(|_| self.reuse != Reuse::Fresh))
    }

    #[cold]
    fn failed(&self, error: &wasmtime::Error) -> InstantiateError {
        let app = self.app.name().to_string();
        if cause::is_no_capacity(error) {
            tracing::error!(
                app = printable(&app),
                error = cause::text(error),
                "the engine has less room than was counted"
            );
            return InstantiateError::NoCapacity { app, short: Vec::new() };
        }
        let limits = self.runtime.limits();
        let cause = cause::explain(error, app.as_str().into(), "start".into(), limits.budget.fuel, limits);
        InstantiateError::Start { app, cause }
    }

    #[cold]
    fn panicked(&self, panic: Panicked) -> InstantiateError {
        let (app, instance, function) = (self.app.name().to_string(), self.payer.name.clone(), "start".into());
        let cause =
            CallError::HostPanic { instance, function, provider: panic.provider, message: panic.message.into() };
        InstantiateError::Start { app, cause }
    }
}

/// An app whose imports are linked, and the providers that they are linked to.
pub(crate) struct Wired {
    pre: InstancePre<State>,
    pub(crate) slots: Arc<[Slot]>,
}
