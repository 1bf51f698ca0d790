//! The runtime: the engine, the interfaces that are registered, the apps and the instances.

#[cfg(feature = "engine")]
pub(crate) mod add_app;
pub(crate) mod builder;
#[cfg(feature = "engine")]
pub(crate) mod instantiate;
mod interfaces;
mod links;
#[cfg(feature = "engine")]
pub(crate) mod moving;
mod names;
#[cfg(feature = "engine")]
pub(crate) mod rebuild;
#[cfg(feature = "engine")]
pub(crate) mod recipe;
mod registry;
#[cfg(feature = "engine")]
pub(crate) mod replace;
mod tables;
#[cfg(feature = "engine")]
mod tenant;

use std::any::type_name;
use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

#[cfg(feature = "engine")]
use wasmtime::Engine;

#[cfg(feature = "engine")]
use crate::app::{App, gate::Gate};
use crate::error::function::FunctionError;
use crate::error::instance::{ExportError, RemoveError};
#[cfg(feature = "engine")]
use crate::error::replace::ReplaceError;
#[cfg(feature = "engine")]
use crate::error::wiring::InstantiateError;
use crate::graph::Graph;
#[cfg(feature = "engine")]
use crate::guest::GuestProvider;
#[cfg(feature = "engine")]
use crate::guest::capacity::Capacity;
#[cfg(feature = "engine")]
use crate::guest::forward::Behind;
#[cfg(feature = "engine")]
use crate::guest::pool::Closed as ClosedPool;
#[cfg(feature = "engine")]
use crate::guest::prototype::Live;
use crate::instance::Instance;
use crate::interface::exports::Exports;
use crate::interface::function::Function;
use crate::interface::name::InterfaceName;
use crate::interface::registered::Registered;
use crate::interface::{Interface, interface};
use crate::let_go::let_go;
use crate::limits::chain::Payer;
#[cfg(feature = "engine")]
use crate::limits::places::PlacesInUse;
use crate::limits::settings::Settings;
#[cfg(feature = "engine")]
use crate::limits::tenancy::Tenancy;
use crate::observe::Observers;
use crate::provider::remote::RemoteProvider;
#[cfg(feature = "engine")]
use crate::provider::slot::Slot;
use crate::provider::system::{Consumer, Source, SystemProvider};
use crate::provider::{Belonging, Kind, Provider};
use crate::random::Random;
use crate::remote::export::Exported;
use crate::remote::exports::Tokens;
use crate::remote::policy::{ExportPolicy, ImportPolicy, Revoke};
use crate::remote::serve::Serve;
use crate::remote::server::Server;
use crate::remote::wire::token::Token;
use crate::remote::wire::transport::Transport;
use crate::system::closure::{self, HostFunction};
use crate::system::contract::{StaticInterface, System};
use crate::system::handlers::handlers;
#[cfg(feature = "engine")]
use crate::wiring::linker::system::glue;

use names::ReservedName;
use registry::Registry;
#[cfg(feature = "engine")]
use registry::{Newcomer, Starting};

#[cfg(feature = "engine")]
pub use add_app::AddApp;
pub use builder::RuntimeBuilder;
#[cfg(feature = "engine")]
pub use instantiate::Instantiate;
#[cfg(feature = "engine")]
pub use moving::{Arrival, Destination, Moved, Received, Relocate, State};
#[cfg(feature = "engine")]
pub use rebuild::{Problem, Resolver};
#[cfg(feature = "engine")]
pub use recipe::{Recipe, Wire};
#[cfg(feature = "engine")]
pub use replace::{Replace, Replacement};
#[cfg(feature = "engine")]
pub use tenant::{Tenant, TenantBuilder};

/// What runs apps: an engine, the interfaces that are registered with it, the apps and the instances.
///
/// A clone is a handle of the same runtime. Several runtimes in one process are separate from each other, except that one can
/// [import](Runtime::import) what another [exports](Runtime::export).
///
/// Calls are futures, for any executor. A call that waits, for its turn or for a system, ends at its deadline everywhere: a thread of isorun's,
/// which is started by the first call that waits, wakes it. Only where there are no threads, as in a browser, is a deadline not noticed
/// before something else wakes the call. A test that pauses tokio's clock pauses that of calls too. Adding an app uses tokio's threads for
/// blocking work where there are any, and outside of tokio the thread that polls.
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
    /// No two runtimes of a process have the same; their providers know them by it.
    number: u64,
    #[cfg(feature = "engine")]
    engine: Engine,
    /// What is left of the engine's pool.
    #[cfg(feature = "engine")]
    capacity: Arc<Capacity>,
    limits: Settings,
    observers: Observers,
    #[cfg(feature = "engine")]
    gate: Gate,
    random: Arc<Random>,
    /// Shared with the checks that are under way, which do not hold the lock.
    interfaces: RwLock<Arc<Registered>>,
    registry: Registry,
    server: Server,
    /// What the tokens of named exports are made with.
    secret: Option<[u8; 32]>,
}

impl Runtime {
    /// Removes an app.
    ///
    /// # Errors
    ///
    /// [`RemoveError::InUse`] while it has instances, or one starts; [`RemoveError::Removed`] if it was removed before; [`RemoveError::Foreign`] if it belongs
    /// to another runtime.
    #[cfg(feature = "engine")]
    #[cfg_attr(docsrs, doc(cfg(feature = "engine")))]
    pub fn remove_app(&self, app: &App) -> Result<(), RemoveError> {
        self.0.registry.remove_app(app)
    }

    /// Provides a Rust value that implements the interface `I`, as an instance.
    ///
    /// The value serves every instance that is wired with the handle, and may be called by several at the same time. For a type that
    /// implements several interfaces, say which one is meant: `runtime.provide::<kv::Interface>(store)`.
    pub fn provide<I: StaticInterface>(&self, system: impl System<I>) -> Instance {
        self.provide_from(Source::shared(system))
    }

    /// Provides Rust values that implement the interface `I`: one for each instance that is wired with the handle, so that its consumers share
    /// nothing.
    ///
    /// `make` is called when an instance is wired. Its value lives as long as that instance, also when the instance's app is restarted or
    /// replaced. The host has a value of its own, which is made when the handle is first called by the host or by a peer through an export; of
    /// two such calls at once, each may make one, and one of the two is dropped. A call that `make` itself makes to that value fails.
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
    /// let greeter = runtime.provide_per_consumer(|consumer| Tenant(consumer.instance().unwrap_or("the host").into()));
    /// # Ok(()) }
    /// ```
    pub fn provide_per_consumer<I: StaticInterface, T: System<I>>(
        &self,
        make: impl Fn(&Consumer<'_>) -> T + Send + Sync + 'static,
    ) -> Instance {
        self.provide_from(Source::per_consumer(make))
    }

    fn provide_from<I: StaticInterface, T: System<I>>(&self, source: Source<T>) -> Instance {
        let full = type_name::<T>();
        let name = full.split('<').next().and_then(|path| path.rsplit("::").next()).unwrap_or(full);
        let system = SystemProvider::new(
            source,
            handlers::<I, T>(),
            #[cfg(feature = "engine")]
            Some(glue::<I, T>()),
        );
        self.admit(name, Exports::one(I::interface().clone()), Kind::System(system))
    }

    /// Provides a Rust closure that serves as one WIT function, for apps that import the function at the root of their world.
    ///
    /// The function may be one that an app imports, or one [read from text](Function::from_wit). The closure must have its types; a WIT
    /// `result` is a Rust `Result`. It runs on the thread of the call and cannot wait. Functions that wait, or that want the context of the call,
    /// are methods of a system.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let runtime = isorun::Runtime::new()?;
    /// use isorun::wit::Function;
    ///
    /// let log = runtime.provide_function(&Function::from_wit("log: func(line: string)")?, |line: String| println!("{line}"))?;
    /// assert_eq!(log.exports()[0].interface().functions()[0].name(), "log");
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`FunctionError`] with both signatures if the closure has other types.
    pub fn provide_function<P, R, F: HostFunction<P, R>>(
        &self,
        function: &Function,
        closure: F,
    ) -> Result<Instance, FunctionError> {
        closure::check::<P, R, F>(function)?;
        let system = SystemProvider::new(
            Source::shared(closure),
            vec![closure::handler::<P, R, F>()],
            #[cfg(feature = "engine")]
            None,
        );
        let interface = interface(InterfaceName::ROOT, [function.clone()]);
        Ok(self.admit(function.name(), Exports::one(interface), Kind::System(system)))
    }

    /// The instance of this name, if there is one. The handle reaches all of it, also where others were [narrowed](Instance::only).
    pub fn instance(&self, name: &str) -> Option<Instance> {
        self.0.registry.instance(name).map(Instance::whole)
    }

    /// The app of this name, if there is one.
    #[cfg(feature = "engine")]
    #[cfg_attr(docsrs, doc(cfg(feature = "engine")))]
    pub fn app(&self, name: &str) -> Option<App> {
        self.0.registry.app(name)
    }

    /// Removes an instance and frees what it holds: the memory of an app, the value of a system.
    ///
    /// # Errors
    ///
    /// [`RemoveError::InUse`] while another instance is wired to it, an app that is wired to it starts, it is exported, or a call runs in an
    /// app's instance;
    /// [`RemoveError::InProgress`] while it is replaced or retired; [`RemoveError::Removed`] if it was removed before;
    /// [`RemoveError::Foreign`] if it belongs to another runtime.
    ///
    /// A call that the host has made of a system or remote does not prevent its removal: it goes on to its end, and the last such call drops
    /// the system's value.
    pub fn remove(&self, instance: &Instance) -> Result<(), RemoveError> {
        self.check_owned(instance)?;
        self.0.registry.remove(instance.provider(), &self.0.server.exports)
    }

    /// Removes an instance together with every instance that is wired to it, directly or by way of others. Returns the names of the removed
    /// instances, in the order of their removal: each before the instances that it was wired to.
    ///
    /// # Errors
    ///
    /// Those of [`remove`](Runtime::remove), for each of these instances: if one of them is exported or runs a call, none is removed.
    pub fn remove_tree(&self, instance: &Instance) -> Result<Vec<String>, RemoveError> {
        self.check_owned(instance)?;
        self.0.registry.remove_tree(instance.provider(), &self.0.server.exports)
    }

    /// Retires an instance: waits until its calls have ended, those that wait for their turn included, and then removes it. From the start of
    /// the retirement, new calls fail with [`CallError::Retiring`](crate::CallError::Retiring), and nothing can be wired to the instance.
    ///
    /// # Errors
    ///
    /// Those of [`remove`](Runtime::remove), except that a running call is no error.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the retirement: the instance stays, and takes new calls again.
    pub async fn retire(&self, instance: &Instance) -> Result<(), RemoveError> {
        self.check_owned(instance)?;
        let provider = instance.provider();
        let mut closed = self.0.registry.retire(provider, &self.0.server.exports)?;
        closed.idle().await;
        self.0.registry.remove_retired(provider, closed, &self.0.server.exports)
    }

    /// What is wired to what, right now.
    pub fn graph(&self) -> Graph {
        self.0.registry.graph()
    }

    /// How many of the places for stores are taken, right now, and how many there are: of stores themselves, as
    /// [`max_stores`](RuntimeBuilder::max_stores) says, and of what their components are made of. A new store needs a place of each kind that its
    /// component has; where one is missing, calls wait and [`instantiate`](Runtime::instantiate) is refused.
    #[cfg(feature = "engine")]
    #[cfg_attr(docsrs, doc(cfg(feature = "engine")))]
    pub fn places(&self) -> PlacesInUse {
        self.0.capacity.in_use()
    }

    /// Exports an interface of an instance: whoever has the returned token can call it by messages, which [`serve`](Runtime::serve) answers.
    ///
    /// The token is 128 bits, which are random, or made of a [name](ExportPolicy::named). Knowing it is the permission to call, so it must be kept secret.
    ///
    /// # Errors
    ///
    /// Those of [`Instance::caller`], and [`ExportError::Foreign`] if the instance belongs to another runtime.
    pub fn export<I: StaticInterface>(&self, instance: &Instance) -> Result<Token, ExportError> {
        self.export_interface(instance, I::interface())
    }

    /// As [`export`](Runtime::export), under a policy.
    ///
    /// ```
    /// # #[isorun::system("tests/wit/greeter.wit")]
    /// # impl greeter::Greeter for Polite {
    /// #     fn greet(&self, name: &str) -> String { format!("good day, {name}") }
    /// # }
    /// # struct Polite;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let secret = [7; 32];
    /// use isorun::remote::ExportPolicy;
    ///
    /// let runtime = isorun::Runtime::builder().secret(secret).build()?;
    /// let polite = runtime.provide(Polite);
    /// let policy = ExportPolicy::default().named("acme/greeter").calls(16);
    /// let token = runtime.export_with::<greeter::Interface>(&polite, &policy)?;
    /// assert_eq!(runtime.exports()[0].token, token);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`export`](Runtime::export); [`ExportError::UnknownFunctions`] with all names that the interface does not have;
    /// [`ExportError::NoSecret`] if the export is to have a name and the runtime has no secret; [`ExportError::NameTaken`] if the same is exported
    /// under that name already.
    pub fn export_with<I: StaticInterface>(
        &self,
        instance: &Instance,
        policy: &ExportPolicy,
    ) -> Result<Token, ExportError> {
        self.export_interface_with(instance, I::interface(), policy)
    }

    /// As [`export`](Runtime::export), for an interface without Rust types.
    ///
    /// # Errors
    ///
    /// Those of [`export`](Runtime::export).
    pub fn export_interface(&self, instance: &Instance, interface: &Interface) -> Result<Token, ExportError> {
        self.export_interface_with(instance, interface, &ExportPolicy::default())
    }

    /// As [`export_with`](Runtime::export_with), for an interface without Rust types.
    ///
    /// # Errors
    ///
    /// Those of [`export_with`](Runtime::export_with).
    pub fn export_interface_with(
        &self,
        instance: &Instance,
        interface: &Interface,
        policy: &ExportPolicy,
    ) -> Result<Token, ExportError> {
        if !self.owns(instance) {
            return Err(ExportError::Foreign { instance: instance.name().into() });
        }
        let tokens = Tokens { random: &self.0.random, secret: self.0.secret.as_ref() };
        let exports = &self.0.server.exports;
        let made = exports.make(interface, instance.target(interface)?, policy, (tokens, &self.0.limits))?;
        // The app may have been replaced meanwhile by one that does not have all of it.
        let add = || instance.target(interface).and_then(|_| exports.add(&made));
        match self.0.registry.export(instance.provider(), add) {
            // What was there before is dropped here, where nothing is locked.
            Some(added) => added.map(|_| made.token()),
            None => Err(ExportError::Removed { instance: instance.name().into() }),
        }
    }

    /// What is exported now.
    pub fn exports(&self) -> Vec<Exported> {
        self.0.server.exports.all()
    }

    /// Ends an export: calls with its token are refused from the first poll on. Gives `false` if there is no export under this token.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future after its first poll leaves the export ended, and no longer waits for what has come before.
    #[must_use = "an export is ended when this is awaited"]
    pub fn revoke<'a>(&'a self, token: &'a Token, how: Revoke) -> impl Future<Output = bool> + Send + 'a {
        self.0.server.exports.revoke(token, how)
    }

    /// Ends an export at once.
    #[cfg(feature = "engine")]
    pub(crate) fn withdraw(&self, token: &Token) {
        self.0.server.exports.withdraw(token);
    }

    /// Makes a handle of something on the other side of a transport, which another runtime has exported under this token as the interface `I`.
    ///
    /// Nothing is sent before the first call, so a wrong token is noticed only then.
    ///
    /// The transport lives until the instance is removed, or the runtime is dropped. One that holds a handle of this very runtime keeps it
    /// alive, so remove the instance to let both go. The same is true of a system whose value holds one.
    pub fn import<I: StaticInterface>(&self, token: Token, transport: impl Transport) -> Instance {
        self.import_interface(I::interface(), token, transport)
    }

    /// As [`import`](Runtime::import), under a policy.
    pub fn import_with<I: StaticInterface>(
        &self,
        token: Token,
        transport: impl Transport,
        policy: &ImportPolicy,
    ) -> Instance {
        self.import_interface_with(I::interface(), token, transport, policy)
    }

    /// As [`import`](Runtime::import), for an interface without Rust types.
    pub fn import_interface(&self, interface: &Interface, token: Token, transport: impl Transport) -> Instance {
        self.import_interface_with(interface, token, transport, &ImportPolicy::default())
    }

    /// As [`import_with`](Runtime::import_with), for an interface without Rust types.
    pub fn import_interface_with(
        &self,
        interface: &Interface,
        token: Token,
        transport: impl Transport,
        policy: &ImportPolicy,
    ) -> Instance {
        let remote = self.remote(interface, (token, transport), policy);
        // Functions at the root have no interface to be named after.
        let first = interface.functions().first().map_or("", Function::name);
        let named = if interface.name().is_root() { first } else { interface.name().interface() };
        let name = format!("remote {named}");
        self.admit(&name, Exports::one(interface.clone()), Kind::Remote(Box::new(remote)))
    }

    /// Answers one message of a remote. This is all that a server has to call: it takes the bytes of a message and gives those of the answer, or
    /// nothing if the message deserves none: a cancel, an answer, and what is no message of isorun.
    ///
    /// A call runs once while it is remembered, however often its message comes: the same bytes again get the same answer. A cancel ends the call
    /// that it is about, whose own answer then says so.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives the call up, as the [policy](crate::remote::ExportPolicy::on_cancel) of its export says.
    ///
    /// ```
    /// # async fn example(runtime: isorun::Runtime, message: Vec<u8>) {
    /// use isorun::remote::Peer;
    ///
    /// // Made once for each peer: what is under way is counted in it and its clones.
    /// let b = Peer::named("b").calls(64);
    /// if let Some(answer) = runtime.serve(&message).from(&b).await {
    ///     // Send it back to where the message came from.
    /// #   let _ = answer;
    /// }
    /// # }
    /// ```
    pub fn serve<'a>(&'a self, message: &'a [u8]) -> Serve<'a> {
        Serve::new(self, message)
    }

    pub(crate) fn server(&self) -> &Server {
        &self.0.server
    }

    #[cfg(feature = "engine")]
    pub(crate) fn engine(&self) -> &Engine {
        &self.0.engine
    }

    #[cfg(feature = "engine")]
    pub(crate) fn capacity(&self) -> &Arc<Capacity> {
        &self.0.capacity
    }

    pub(crate) fn limits(&self) -> &Settings {
        &self.0.limits
    }

    #[cfg(feature = "engine")]
    pub(crate) fn gate(&self) -> &Gate {
        &self.0.gate
    }

    #[cfg(feature = "engine")]
    pub(crate) fn has_app(&self, name: &str) -> bool {
        self.0.registry.app(name).is_some()
    }

    /// Puts an app into the registry; `false` if its name was taken meanwhile.
    #[cfg(feature = "engine")]
    pub(crate) fn admit_app(&self, app: &App) -> bool {
        self.0.registry.add_app(app)
    }

    /// Whether instances of the app can be made here.
    #[cfg(feature = "engine")]
    pub(crate) fn check_added(&self, app: &App) -> Result<(), InstantiateError> {
        self.0.registry.check_app(app)
    }

    /// Whether instances of the tenant can be made here.
    #[cfg(feature = "engine")]
    pub(crate) fn check_tenant(&self, tenant: Option<&Arc<Tenancy>>) -> Result<(), InstantiateError> {
        match tenant.filter(|tenant| tenant.runtime != self.0.number) {
            Some(tenant) => Err(InstantiateError::ForeignTenant { tenant: tenant.name.to_string() }),
            None => self.0.registry.check_tenant(tenant),
        }
    }

    pub(crate) fn owns(&self, instance: &Instance) -> bool {
        instance.provider().belongs_to(self.0.number)
    }

    /// Reserves exactly this name, if it is free.
    #[cfg(feature = "engine")]
    pub(crate) fn reserve_name(&self, name: &str) -> Option<ReservedName<'_>> {
        self.0.registry.names().reserve(name)
    }

    /// Reserves this name, with a number behind it if it is taken.
    pub(crate) fn reserve_some_name(&self, wanted: &str) -> ReservedName<'_> {
        self.0.registry.names().reserve_like(wanted)
    }

    /// Begins a start of an app, which holds the app and what it is wired to. In a replacement, `replaced` is what it is to replace.
    #[cfg(feature = "engine")]
    pub(crate) fn begin_start(
        &self,
        payer: &Payer,
        app: &App,
        slots: &Arc<[Slot]>,
        replaced: Option<&Arc<Provider>>,
    ) -> Result<Starting<'_>, InstantiateError> {
        self.0.registry.begin_start(payer, app, slots, replaced)
    }

    /// Puts an app's instance, which has started, into the registry.
    #[cfg(feature = "engine")]
    pub(crate) fn admit_guest(
        &self,
        name: ReservedName<'_>,
        start: Starting<'_>,
        app: &App,
        guest: GuestProvider,
    ) -> Instance {
        let provider = self.make(start.id(), guest.payer().clone(), app.all_exports().clone(), Kind::Guest(guest));
        self.0.registry.admit_guest(name, start, &provider);
        Instance::whole(provider)
    }

    /// Checks that everything which uses the instance could still use it if this app, or this instance, were behind it.
    #[cfg(feature = "engine")]
    pub(crate) fn check_replacement(
        &self,
        provider: &Arc<Provider>,
        (by, is_app): (&str, bool),
        offered: &Exports,
    ) -> Result<(), ReplaceError> {
        self.0.registry.check_replacement(provider, (by, is_app), offered, &self.0.server.exports)
    }

    /// Puts something else behind an instance whose calls are suspended.
    #[cfg(feature = "engine")]
    pub(crate) fn swap(
        &self,
        provider: &Arc<Provider>,
        suspended: &ClosedPool<'_, Box<Live>, Behind>,
        by: (Newcomer<'_>, Option<Starting<'_>>),
        new: (Behind, Option<Box<Live>>),
    ) -> Result<(), ReplaceError> {
        self.0.registry.swap(provider, suspended, by, new, &self.0.server.exports)
    }

    fn check_owned(&self, instance: &Instance) -> Result<(), RemoveError> {
        match self.owns(instance) {
            true => Ok(()),
            false => Err(RemoveError::Foreign { name: instance.name().into() }),
        }
    }

    /// What calls an interface behind a transport, in a session of its own.
    pub(crate) fn remote(
        &self,
        interface: &Interface,
        (token, transport): (Token, impl Transport),
        policy: &ImportPolicy,
    ) -> RemoteProvider {
        let session = u64::from_le_bytes(self.0.random.bytes());
        RemoteProvider::new(interface, (token, transport), (self.0.limits.message, policy.clone(), session))
    }

    /// By what other runtimes are to know an instance that waits for them.
    pub(crate) fn mark(&self) -> u64 {
        u64::from_le_bytes(self.0.random.bytes())
    }

    /// Makes the provider of a system or remote, and puts it into the registry.
    fn admit(&self, name: &str, exports: Exports, kind: Kind) -> Instance {
        let name = self.reserve_some_name(name);
        let provider =
            self.make(self.0.registry.next_id(), Arc::new(Payer::new(name.get(), self.mark())), exports, kind);
        self.0.registry.admit(name, &provider);
        Instance::whole(provider)
    }

    fn make(&self, id: u64, payer: Arc<Payer>, exports: Exports, kind: Kind) -> Arc<Provider> {
        let belonging = Belonging {
            id,
            runtime: Some(self.0.number),
            defaults: self.0.limits.budget,
            slice: self.0.limits.slice,
            message: self.0.limits.message,
            observers: self.0.observers.clone(),
        };
        Arc::new(Provider::new(payer, belonging, exports, kind))
    }
}

impl Inner {
    /// A number that no other runtime has.
    fn next_number() -> u64 {
        static LAST: AtomicU64 = AtomicU64::new(0);
        LAST.fetch_add(1, Ordering::Relaxed)
    }
}

impl Drop for Inner {
    /// The observer may hold another runtime, and that one's the next.
    fn drop(&mut self) {
        let_go(std::mem::take(&mut self.observers));
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").field("limits", &self.0.limits).finish_non_exhaustive()
    }
}
