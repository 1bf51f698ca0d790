//! The runtime: the engine, what is registered, what runs.

mod builder;
mod registry;

use std::any::type_name;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use wasmtime::Engine;

use crate::app::{AddApp, App, Gate};
use crate::error::{InstantiateError, ProvideError, RegisterError, RemoveError, ReplaceError, RuntimeError};
use crate::graph::Graph;
use crate::instance::guest::GuestInstance;
use crate::instance::places::Hold;
use crate::instance::prototype::{Live, Prototype};
use crate::instance::provides::Provides;
use crate::instance::store::Slot;
use crate::instance::{Instance, Provider};
use crate::instantiate::Instantiate;
use crate::interface::Interface;
use crate::remote::client::RemoteProvider;
use crate::remote::server::Exports;
use crate::remote::{Token, Transport};
use crate::replace::Replace;
use crate::system::{Consumer, StaticInterface, System, SystemProvider};

pub(crate) use builder::Limits;
pub use builder::RuntimeBuilder;

use registry::{Registry, ReservedName};

/// What runs apps: an engine, the interfaces that are registered with it, the apps and the instances.
///
/// Cloning gives the same runtime. Several in one process do not know of each other; what one [exports](Runtime::export), another
/// can [import](Runtime::import).
///
/// Calls are futures and need a tokio runtime with its time driver to end at their deadline while they wait.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let runtime = isorun::Runtime::new()?;
/// let greeter = runtime.register_wit("package example:greeter@1.0.0; interface greeter { greet: func(name: string) -> string; }")?;
/// assert_eq!(greeter[0].name().to_string(), "example:greeter/greeter@1.0.0");
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Runtime(Arc<Inner>);

pub(crate) struct Inner {
    engine: Engine,
    limits: Limits,
    gate: Gate,
    interfaces: RwLock<Vec<Interface>>,
    registry: Registry,
    exports: Exports,
}

impl Runtime {
    /// A runtime with the defaults of its [builder](RuntimeBuilder).
    ///
    /// # Errors
    ///
    /// Those of [`RuntimeBuilder::build`].
    pub fn new() -> Result<Runtime, RuntimeError> {
        RuntimeBuilder::default().build()
    }

    fn of(engine: Engine, gate: Gate, limits: Limits) -> Result<Runtime, RuntimeError> {
        let exports = Exports::new().map_err(RuntimeError::Random)?;
        let (interfaces, registry) = (RwLock::default(), Registry::default());
        Ok(Runtime(Arc::new(Inner { engine, limits, gate, interfaces, registry, exports })))
    }

    /// A builder, to set limits.
    pub fn builder() -> RuntimeBuilder {
        RuntimeBuilder::default()
    }

    /// Makes an interface known that this program was compiled with. Doing it twice is the same as once.
    ///
    /// # Errors
    ///
    /// [`RegisterError::Conflict`] if an interface of that name and version is registered with other functions.
    pub fn register<I: StaticInterface>(&self) -> Result<Interface, RegisterError> {
        let mut registered = self.register_all(vec![I::interface().clone()])?;
        Ok(registered.remove(0))
    }

    /// Makes known every interface with functions in a WIT text, for which this program has no Rust types.
    ///
    /// # Errors
    ///
    /// [`RegisterError::Wit`] with line and column if the text has mistakes or uses what isorun does not carry;
    /// [`RegisterError::Conflict`] as for [`register`](Runtime::register). Nothing is registered then.
    pub fn register_wit(&self, text: &str) -> Result<Vec<Interface>, RegisterError> {
        self.register_all(Interface::from_wit(text)?)
    }

    fn register_all(&self, new: Vec<Interface>) -> Result<Vec<Interface>, RegisterError> {
        let mut interfaces = self.0.interfaces.write().unwrap_or_else(PoisonError::into_inner);
        for interface in &new {
            if let Some(old) = interfaces.iter().find(|old| old.name() == interface.name()) {
                let differences = old.differences(interface);
                if !differences.is_empty() {
                    return Err(RegisterError::Conflict { interface: interface.name().to_string(), differences });
                }
            }
        }
        for interface in &new {
            if !interfaces.iter().any(|old| old.name() == interface.name()) {
                interfaces.push(interface.clone());
            }
        }
        Ok(new)
    }

    /// The interfaces that are registered, in the order of their registration.
    pub fn interfaces(&self) -> Vec<Interface> {
        self.0.interfaces.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Begins to add an app: a component, whose imports and exports are compared with what is registered before it is compiled. Nothing
    /// of it runs. See [`AddApp`].
    pub fn add_app<'a>(&'a self, name: &'a str, bytes: &'a [u8]) -> AddApp<'a> {
        AddApp::new(self, name, bytes)
    }

    /// Removes an app.
    ///
    /// # Errors
    ///
    /// [`RemoveError::InUse`] while it has instances; [`RemoveError::Removed`] and [`RemoveError::Foreign`].
    pub fn remove_app(&self, app: &App) -> Result<(), RemoveError> {
        self.0.registry.remove_app(app)
    }

    /// Offers a Rust value that implements the interface `I`, as an instance.
    ///
    /// One system serves every instance that is wired with its token, several at a time. A type with several interfaces says which one is
    /// meant: `runtime.system::<kv::Interface>(store)`.
    pub fn system<I: StaticInterface>(&self, system: impl System<I>) -> Instance {
        self.system_of(system)
    }

    /// Offers Rust values that implement the interface `I`, one for each instance that is wired with the token: consumers share nothing.
    ///
    /// `make` is called when an instance is wired; its value lives as long as that instance, and stays when the instance's app is started
    /// anew or [replaced](Runtime::replace). The host has a value of its own, made when it first calls the token, directly or for a peer.
    ///
    /// ```
    /// #[isorun::system("tests/wit/greeter.wit")]
    /// impl greeter::Greeter for Tenant {
    ///     fn greet(&self, name: &str) -> String {
    ///         format!("{} greets {name}", self.0)
    ///     }
    /// }
    ///
    /// struct Tenant(String);
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let runtime = isorun::Runtime::new()?;
    /// let greeter = runtime.system_per_consumer(|consumer| Tenant(consumer.instance().unwrap_or("the host").into()));
    /// # Ok(()) }
    /// ```
    pub fn system_per_consumer<I: StaticInterface, T: System<I>>(
        &self,
        make: impl Fn(&Consumer<'_>) -> T + Send + Sync + 'static,
    ) -> Instance {
        self.offer::<I, T>(SystemProvider::per_consumer::<I, T>(make))
    }

    fn system_of<I: StaticInterface, T: System<I>>(&self, system: T) -> Instance {
        self.offer::<I, T>(SystemProvider::new::<I, T>(system))
    }

    fn offer<I: StaticInterface, T>(&self, provider: SystemProvider) -> Instance {
        let full = type_name::<T>();
        let name = full.split('<').next().and_then(|path| path.rsplit("::").next()).unwrap_or(full);
        self.admit(name, Provides::one(I::interface().clone()), Provider::System(provider))
    }

    /// Begins to make an instance of an app; see [`Instantiate`].
    pub fn instantiate<'a>(&'a self, app: &'a App) -> Instantiate<'a> {
        Instantiate::new(self, app)
    }

    /// Begins to put another app behind an instance; see [`Replace`].
    pub fn replace<'a>(&'a self, instance: &'a Instance, app: &'a App) -> Replace<'a> {
        Replace::new(self, instance, app)
    }

    /// Removes an instance and frees what it holds: the memory of an app, the value of a system.
    ///
    /// # Errors
    ///
    /// [`RemoveError::InUse`] while another instance is wired to it, it is exported, or a call runs in an app's instance;
    /// [`RemoveError::InProgress`] while it is replaced or retired; [`RemoveError::Removed`] and [`RemoveError::Foreign`].
    ///
    /// Calls that the host has made of a system or remote end as if it were there, and the last of them drops the system's value.
    pub fn remove(&self, instance: &Instance) -> Result<(), RemoveError> {
        self.check_owned(instance)?;
        self.0.registry.remove(instance, &self.0.exports)
    }

    /// Removes an instance together with every instance that is wired to it, directly or by way of others. Gives the names of what was
    /// removed, each before what it was wired to.
    ///
    /// # Errors
    ///
    /// Those of [`remove`](Runtime::remove), for all of them: if one is exported or runs a call, nothing is removed.
    pub fn remove_tree(&self, instance: &Instance) -> Result<Vec<String>, RemoveError> {
        self.check_owned(instance)?;
        self.0.registry.remove_tree(instance, &self.0.exports)
    }

    /// Removes an instance when the calls that it has have ended, those that wait included. New ones are told
    /// [`CallError::Retiring`](crate::CallError::Retiring) from now on, and nothing can be wired to it any more.
    ///
    /// # Errors
    ///
    /// Those of [`remove`](Runtime::remove), except that running calls are waited for.
    ///
    /// # Cancel safety
    ///
    /// Dropping it lets new calls in again.
    pub async fn retire(&self, instance: &Instance) -> Result<(), RemoveError> {
        self.check_owned(instance)?;
        let closed = self.0.registry.retire(instance, &self.0.exports)?;
        closed.quiet().await;
        self.0.registry.remove_retired(instance, closed, &self.0.exports)
    }

    /// What is wired to what, right now.
    pub fn graph(&self) -> Graph {
        self.0.registry.graph()
    }

    /// Lets whoever has the returned token call an interface of an instance by bytes; see [`serve`](Runtime::serve).
    ///
    /// The token is 128 random bits: to know it is to be allowed.
    ///
    /// # Errors
    ///
    /// Those of [`Instance::caller`], and [`ProvideError::Foreign`] if the instance belongs to another runtime.
    pub fn export<I: StaticInterface>(&self, instance: &Instance) -> Result<Token, ProvideError> {
        self.export_interface(instance, I::interface())
    }

    /// The same for an interface without Rust types.
    ///
    /// # Errors
    ///
    /// Those of [`Instance::caller`].
    pub fn export_interface(&self, instance: &Instance, interface: &Interface) -> Result<Token, ProvideError> {
        if !self.owns(instance) {
            return Err(ProvideError::Foreign { instance: instance.name().into() });
        }
        let export = || Ok(self.0.exports.add(interface, instance.target(interface)?));
        let exported = self.0.registry.export(instance, export);
        exported.unwrap_or_else(|| Err(ProvideError::Removed { instance: instance.name().into() }))
    }

    /// Takes an export back: its token is unknown from now on. `false` if it was already.
    pub fn unexport(&self, token: &Token) -> bool {
        self.0.exports.remove(token)
    }

    /// Something on the other side of a transport that provides the interface `I`, as an instance.
    ///
    /// Nothing is sent before the first call.
    pub fn import<I: StaticInterface>(&self, token: Token, transport: impl Transport) -> Instance {
        self.import_interface(I::interface(), token, transport)
    }

    /// The same for an interface without Rust types.
    pub fn import_interface(&self, interface: &Interface, token: Token, transport: impl Transport) -> Instance {
        let remote = RemoteProvider::new(interface, token, transport, self.0.limits.message);
        let name = format!("remote {}", interface.name().interface());
        self.admit(&name, Provides::one(interface.clone()), Provider::Remote(remote))
    }

    /// Answers one message of a remote: the whole server. Every message has an answer, also one that makes no sense.
    ///
    /// # Cancel safety
    ///
    /// Dropping it while the guest runs poisons the instance, as dropping a [`Call`](crate::Call) does.
    pub async fn serve(&self, message: &[u8]) -> Vec<u8> {
        self.0.exports.serve(message, self.0.limits.budget, self.0.limits.message).await
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.0.engine
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    pub(crate) fn gate(&self) -> &Gate {
        &self.0.gate
    }

    pub(crate) fn has_app(&self, name: &str) -> bool {
        self.0.registry.has_app(name)
    }

    /// Makes an app known; `false` if its name was taken meanwhile.
    pub(crate) fn admit_app(&self, app: &App) -> bool {
        self.0.registry.add_app(app)
    }

    /// Whether instances of the app can be made here.
    pub(crate) fn check_app(&self, app: &App) -> Result<(), InstantiateError> {
        self.0.registry.check_app(app)
    }

    pub(crate) fn owns(&self, instance: &Instance) -> bool {
        instance.belongs_to(&self.0)
    }

    pub(crate) fn reserve_name(&self, wanted: &str) -> ReservedName<'_> {
        self.0.registry.reserve(wanted)
    }

    /// Makes an app's running instance known, if nothing that it is wired to was removed meanwhile.
    pub(crate) fn admit_guest(
        &self,
        name: ReservedName<'_>,
        app: &App,
        guest: GuestInstance,
        slots: Arc<[Slot]>,
    ) -> Result<Instance, InstantiateError> {
        let instance = self.make(name.get(), app.offers().clone(), Provider::Guest(guest));
        self.0.registry.admit(name, &instance, Some(app), slots)?;
        Ok(instance)
    }

    /// Whether everything that uses an instance could go on if it were one of this app.
    pub(crate) fn check_replacement(&self, instance: &Instance, app: &App) -> Result<(), ReplaceError> {
        self.0.registry.check_replacement(instance, app, app.offers(), &self.0.exports)
    }

    /// Whether an instance would come to depend on itself.
    pub(crate) fn check_cycle(&self, instance: &Instance, app: &App, slots: &[Slot]) -> Result<(), InstantiateError> {
        Ok(self.0.registry.check_cycle(instance, app, slots)?)
    }

    /// Puts another app behind an instance whose calls are held.
    pub(crate) fn swap(
        &self,
        instance: &Instance,
        hold: &Hold<'_>,
        prototype: Arc<Prototype>,
        first: Option<Box<Live>>,
    ) -> Result<(), ReplaceError> {
        self.0.registry.swap(instance, hold, prototype, first, &self.0.exports)
    }

    fn check_owned(&self, instance: &Instance) -> Result<(), RemoveError> {
        match self.owns(instance) {
            true => Ok(()),
            false => Err(RemoveError::Foreign { name: instance.name().into() }),
        }
    }

    fn admit(&self, name: &str, provides: Provides, provider: Provider) -> Instance {
        let name = self.reserve_name(name);
        let instance = self.make(name.get(), provides, provider);
        // Without edges and app there is nothing that could have gone meanwhile.
        let _ = self.0.registry.admit(name, &instance, None, Arc::default());
        instance
    }

    fn make(&self, name: Arc<str>, provides: Provides, provider: Provider) -> Instance {
        let id = self.0.registry.next_id();
        Instance::new(id, name, Arc::downgrade(&self.0), provides, provider)
    }
}

impl Inner {
    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.registry
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").field("limits", &self.0.limits).finish_non_exhaustive()
    }
}
