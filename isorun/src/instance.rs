//! The token: something that provides interfaces, be it an app's instance, a system, or something behind a transport.

pub(crate) mod counters;
pub(crate) mod door;
pub(crate) mod guest;
pub(crate) mod pace;
pub(crate) mod places;
pub(crate) mod policy;
pub(crate) mod prototype;
pub(crate) mod provides;
pub(crate) mod stop;
pub(crate) mod store;

use std::fmt;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, Weak};

use crate::budget::{Budget, Cx};
use crate::call::{Call, Outcome, Target};
use crate::engine::guest::{MAX_FLAT_PARAMS, RawOutcome, RawParams};
use crate::error::{CallError, NarrowError, ProvideError, Result};
use crate::image::Image;
use crate::image::value::Value;
use crate::interface::{Function, Interface};
use crate::observe::{Observers, see};
use crate::panics::caught;
use crate::remote::client::RemoteProvider;
use crate::runtime;
use crate::system::{StaticInterface, SystemProvider};

use counters::{Counters, Tally};
use door::{Door, Shut};
use guest::GuestInstance;
use places::{Condition, Hold};
use provides::{Provides, label, named};

/// Something that provides interfaces: what apps are wired with, and what is called.
///
/// An app's instance, a Rust system and something on another machine are all the same token, so that wherever one of them serves, the
/// others do. Two apps share what is behind a token exactly if both were wired with it. Cloning gives the same token.
///
/// Dropping every clone does not remove the instance; [`Runtime::remove`](crate::Runtime::remove) does. A token whose instance is gone
/// stays what it is: calls and wirings with it are refused by name, and it never comes to mean another instance.
///
/// # What two apps that share an instance can learn of each other
///
/// What the instance's interface tells them, and its timing: calls of one instance take turns, so each can feel how busy the other keeps
/// it, and can fill its line. Instances that share nothing still share the machine. Give each consumer an instance of its own, or a
/// [system per consumer](crate::Runtime::system_per_consumer), where that matters.
#[derive(Clone)]
pub struct Instance {
    shared: Arc<Inner>,
    /// The part of it that this token reaches, if not all.
    part: Option<Provides>,
}

struct Inner {
    id: u64,
    name: Arc<str>,
    runtime: Weak<runtime::Inner>,
    provides: RwLock<Provides>,
    provider: Provider,
    defaults: Budget,
    observers: Observers,
    /// Calls of systems and remotes by the host, and by consumers that are gone.
    tally: Tally,
    /// For calls of systems and remotes; an app's instance has its places.
    door: Door,
    removed: AtomicBool,
}

/// What is behind a token.
#[expect(clippy::large_enum_variant, reason = "there is one for each instance, and it never moves")]
pub(crate) enum Provider {
    Guest(GuestInstance),
    System(SystemProvider),
    Remote(RemoteProvider),
}

/// Where an instance is in its life.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum InstanceState {
    /// Ready for the next call.
    Idle,
    /// A call runs or waits.
    Running,
    /// An earlier call ended badly and took the instance's memory with it.
    Poisoned(Arc<CallError>),
    /// Another app takes its place: calls wait.
    Replacing,
    /// It takes no new calls and goes when those that it has have ended.
    Retiring,
    /// It was removed.
    Removed,
}

impl Instance {
    pub(crate) fn new(
        id: u64,
        name: Arc<str>,
        runtime: Weak<runtime::Inner>,
        provides: Provides,
        provider: Provider,
    ) -> Instance {
        // One that belongs to no runtime is a remote of its own: see `Remote::new`.
        let limits = runtime.upgrade().map(|runtime| (runtime.limits().budget, runtime.limits().observers.clone()));
        let (defaults, observers) = limits.unwrap_or_default();
        let (provides, removed) = (RwLock::new(provides), AtomicBool::new(false));
        let (tally, door) = (Tally::default(), Door::default());
        let inner = Inner { id, name, runtime, provides, provider, defaults, observers, tally, door, removed };
        Instance { shared: Arc::new(inner), part: None }
    }

    /// The name it was given, or made from its app's or type's name; unique in its runtime.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// The names of the interfaces that it provides, such as `isorun:kv/kv@0.1.0`.
    pub fn provides(&self) -> Vec<String> {
        self.offers().names()
    }

    /// Where it is in its life. A system or a remote is idle until it retires or is removed.
    pub fn state(&self) -> InstanceState {
        if self.is_removed() {
            return InstanceState::Removed;
        }
        match &self.shared.provider {
            Provider::System(_) | Provider::Remote(_) if self.shared.door.is_closed() => InstanceState::Retiring,
            Provider::System(_) | Provider::Remote(_) => InstanceState::Idle,
            Provider::Guest(guest) => match guest.places.condition() {
                Condition::Idle => InstanceState::Idle,
                Condition::Running => InstanceState::Running,
                Condition::Poisoned(cause) => InstanceState::Poisoned(cause),
                Condition::Held => InstanceState::Replacing,
                Condition::Retiring => InstanceState::Retiring,
                Condition::Removed => InstanceState::Removed,
            },
        }
    }

    /// What it has done so far: calls, failures, restarts and their last cause, who waits.
    pub fn counters(&self) -> Counters {
        match self.shared.runtime.upgrade() {
            Some(runtime) => runtime.registry().counters(self),
            None => self.own_counters(),
        }
    }

    /// The same without calls that are counted by who makes them.
    pub(crate) fn own_counters(&self) -> Counters {
        match &self.shared.provider {
            Provider::Guest(guest) => guest.places.counters(),
            Provider::System(_) | Provider::Remote(_) => {
                let (calls, failures) = self.shared.tally.read();
                Counters { calls, failures, ..Counters::default() }
            }
        }
    }

    /// A token of the same instance that reaches only the functions that are named: what it is wired to, exported for, or handed to can
    /// call those and no others.
    ///
    /// A function is named as for [`call`](Instance::call): `isorun:kv/kv#get`, or any end of it that is unique.
    ///
    /// # Errors
    ///
    /// [`NarrowError`] with every name that means no function, or several.
    ///
    /// ```no_run
    /// # async fn example(runtime: isorun::Runtime, app: isorun::App, kv: isorun::Instance) -> Result<(), Box<dyn std::error::Error>> {
    /// let reader = kv.only(["get"])?;
    /// let app = runtime.instantiate(&app).with(&reader).await?;
    /// # Ok(()) }
    /// ```
    pub fn only<'f>(&self, functions: impl IntoIterator<Item = &'f str>) -> Result<Instance, NarrowError> {
        let offers = self.offers();
        let (mut handles, mut wrong) = (Vec::new(), Vec::new());
        for name in functions {
            let found: Vec<u32> = offers
                .all()
                .filter(|(_, interface, function)| named(*interface, function, name))
                .map(|(handle, ..)| handle)
                .collect();
            match found[..] {
                [handle] => handles.push(handle),
                [] => wrong.push(format!("{name}: no such function")),
                _ => wrong.push(format!("{name}: {} functions end like that", found.len())),
            }
        }
        if !wrong.is_empty() {
            let (instance, available) = (self.name().into(), labels(offers.all()));
            return Err(NarrowError { instance, problems: wrong, available });
        }
        Ok(Instance { shared: self.shared.clone(), part: Some(offers.only(&handles)) })
    }

    /// The functions of an interface that this token does not reach, if they are all that keeps it from providing the interface.
    pub(crate) fn beyond_reach(&self, interface: &Interface) -> Vec<String> {
        let whole = self.offers_in_all();
        if self.part.is_none() || !matches!(whole.handles(interface, interface.functions()), Some(Ok(_))) {
            return Vec::new();
        }
        let offers = self.offers();
        let reached = |function: &&Function| matches!(offers.handles(interface, [*function]), Some(Ok(_)));
        interface
            .functions()
            .iter()
            .filter(|function| !reached(function))
            .map(|function| function.name().into())
            .collect()
    }

    /// The typed caller for an interface that the instance provides.
    ///
    /// # Errors
    ///
    /// [`ProvideError::NotProvided`] if it does not, [`ProvideError::Differs`] with both signatures of every function that is another one
    /// there, [`ProvideError::Narrowed`] if the token does not reach all of it, [`ProvideError::Removed`] if the instance is gone.
    pub fn caller<I: StaticInterface>(&self) -> Result<I::Caller, ProvideError> {
        self.target(I::interface()).map(I::caller)
    }

    pub(crate) fn target(&self, interface: &Interface) -> Result<Target, ProvideError> {
        let instance = self.name().to_string();
        if self.is_removed() {
            return Err(ProvideError::Removed { instance });
        }
        match self.offers().handles(interface, interface.functions()) {
            Some(Ok(handles)) => Ok(Target::new(self.clone(), handles.into())),
            Some(Err(differences)) => {
                let (functions, interface) = (self.beyond_reach(interface), interface.name().to_string());
                match functions.is_empty() {
                    true => Err(ProvideError::Differs { instance, interface, differences }),
                    false => Err(ProvideError::Narrowed { instance, interface, functions }),
                }
            }
            None => Err(ProvideError::NotProvided {
                instance,
                interface: interface.name().to_string(),
                provides: self.provides(),
            }),
        }
    }

    /// Calls a function by name, with arguments and result as [WAVE] text: for tools and tests. The result of a function that has none is
    /// the empty text.
    ///
    /// `function` is `namespace:package/interface@version#function`, or any end of it that is unique: `kv#get`, `get`; a function that the
    /// app's world exports at its root is named as it is: `main`. `arguments` are the values in parentheses: `("name", [1, 2, 3])`.
    ///
    /// # Errors
    ///
    /// [`CallError::UnknownFunction`] and [`CallError::Arguments`], and all that a typed call gives.
    ///
    /// [WAVE]: https://github.com/bytecodealliance/wasm-tools/tree/main/crates/wasm-wave
    ///
    /// ```no_run
    /// # async fn example(kv: isorun::Instance) -> isorun::Result<()> {
    /// let answer = kv.call("get", r#"("name")"#).await?;
    /// # Ok(()) }
    /// ```
    pub fn call<'a>(&'a self, function: &str, arguments: &str) -> Call<'a, String> {
        let prepared = self.prepare(function, arguments);
        let handle = prepared.as_ref().map_or(u32::MAX, |(handle, ..)| *handle);
        Call::new(self, handle, move |cx| async move {
            let (handle, function, params) = prepared?;
            Ok(function_result(&function, &self.call_by_host(&cx, handle, params).await?)?)
        })
    }

    /// Finds the function and reads its arguments.
    fn prepare(&self, name: &str, arguments: &str) -> Result<(u32, Function, Image)> {
        let offers = self.offers();
        let found: Vec<_> = offers.all().filter(|(_, interface, function)| named(*interface, function, name)).collect();
        let (handle, function) = match found[..] {
            [(handle, _, function)] => (handle, function),
            [] => {
                let available = labels(offers.all());
                return Err(CallError::UnknownFunction {
                    instance: self.shared_name(),
                    function: name.into(),
                    available,
                });
            }
            _ => {
                let candidates = labels(found);
                return Err(CallError::AmbiguousFunction {
                    instance: self.shared_name(),
                    function: name.into(),
                    candidates,
                });
            }
        };
        let wrong = |message: String| CallError::Arguments {
            function: name.into(),
            signature: function.to_string().into(),
            message: message.into(),
        };
        let values = Value::params_from_wave(function, arguments).map_err(|error| wrong(error.to_string()))?;
        let image = Value::encode_params(function, &values).map_err(|error| wrong(error.to_string()))?;
        Ok((handle, function.clone(), image))
    }

    pub(crate) fn id(&self) -> u64 {
        self.shared.id
    }

    pub(crate) fn shared_name(&self) -> Arc<str> {
        self.shared.name.clone()
    }

    pub(crate) fn provider(&self) -> &Provider {
        &self.shared.provider
    }

    /// What this token reaches of what is provided now.
    pub(crate) fn offers(&self) -> Provides {
        let all = self.offers_in_all();
        match &self.part {
            Some(part) => all.only(part.reached()),
            None => all,
        }
    }

    /// What the instance provides, whatever part of it this token reaches.
    pub(crate) fn offers_in_all(&self) -> Provides {
        self.shared.provides.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Another app has taken the place of the one behind it.
    pub(crate) fn set_offers(&self, provides: Provides) {
        *self.shared.provides.write().unwrap_or_else(PoisonError::into_inner) = provides;
    }

    pub(crate) fn defaults(&self) -> Budget {
        self.shared.defaults
    }

    pub(crate) fn observers(&self) -> &Observers {
        &self.shared.observers
    }

    pub(crate) fn tally(&self) -> &Tally {
        &self.shared.tally
    }

    pub(crate) fn label(&self, handle: u32) -> Arc<str> {
        self.offers_in_all().label(handle)
    }

    pub(crate) fn belongs_to(&self, runtime: &Arc<runtime::Inner>) -> bool {
        std::ptr::eq(self.shared.runtime.as_ptr(), Arc::as_ptr(runtime))
    }

    /// Whether both tokens stand for the same instance, whatever part of it they reach.
    pub(crate) fn is_same(&self, other: &Instance) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    pub(crate) fn is_removed(&self) -> bool {
        self.shared.removed.load(Ordering::Acquire)
    }

    /// Keeps calls of an app out until they are let in again or the instance is freed; nobody is kept from host code. `None` if a call of
    /// the app runs or waits, or if the instance is closed already.
    pub(crate) fn close(&self) -> Option<Closed<'_>> {
        let way_in = match &self.shared.provider {
            Provider::Guest(guest) => WayIn::Places(guest.places.hold_if_quiet()?),
            Provider::System(_) | Provider::Remote(_) if self.shared.door.is_closed() => return None,
            Provider::System(_) | Provider::Remote(_) => WayIn::Open,
        };
        Some(Closed { instance: self, way_in })
    }

    /// Turns new calls away and lets those that are here go on; see [`close`](Instance::close).
    pub(crate) fn retire(&self) -> Option<Closed<'_>> {
        let way_in = match &self.shared.provider {
            Provider::Guest(guest) => WayIn::Places(guest.places.retire()?),
            Provider::System(_) | Provider::Remote(_) => WayIn::Door(self.shared.door.close()?),
        };
        Some(Closed { instance: self, way_in })
    }

    /// Calls a function with parameters and result as images, whatever is behind the token.
    pub(crate) async fn call_image(&self, cx: &Cx, handle: u32, params: Image) -> Outcome<Image> {
        let mut watch = self.observers().watch(self, handle, cx);
        match &self.shared.provider {
            Provider::Guest(guest) => {
                let call = pin!(guest.run::<_, _, { MAX_FLAT_PARAMS as usize }>(cx, handle, RawParams(params)));
                let RawOutcome(image) = see(&mut watch, call).await?;
                Ok(image)
            }
            // Boxed, so that the many calls of guests move a small future.
            Provider::System(_) | Provider::Remote(_) => {
                let mut call = Box::pin(self.call_host(cx, handle, params));
                see(&mut watch, call.as_mut()).await
            }
        }
    }

    /// The app's instance behind the token, to whom another was linked as to one.
    #[inline]
    pub(crate) fn guest(&self) -> Outcome<&GuestInstance> {
        match &self.shared.provider {
            Provider::Guest(guest) => Ok(guest),
            _ => {
                Err(CallError::system("a guest was linked to host code as to a guest; this is a bug of isorun").into())
            }
        }
    }

    /// As [`call_image`](Instance::call_image), on behalf of host code. Calls that guests make are counted on their way.
    pub(crate) async fn call_by_host(&self, cx: &Cx, handle: u32, params: Image) -> Outcome<Image> {
        let counting = self.shared.tally.begin();
        let result = self.call_image(cx, handle, params).await;
        counting.end(result.is_err());
        result
    }

    /// Calls host code, behind a barrier for panics.
    async fn call_host(&self, cx: &Cx, handle: u32, params: Image) -> Outcome<Image> {
        if self.is_removed() {
            return Err(CallError::Removed { instance: self.shared_name() }.into());
        }
        let Some(_visit) = self.shared.door.enter() else {
            return Err(CallError::Retiring { instance: self.shared_name() }.into());
        };
        let work = async {
            match &self.shared.provider {
                Provider::System(system) => system.call(self, handle, cx, &params).await,
                Provider::Remote(remote) => remote.call(cx, handle, &self.offers_in_all(), params).await,
                Provider::Guest(_) => {
                    Err(CallError::system("a guest was called as host code; this is a bug of isorun"))
                }
            }
        };
        let result = caught(pin!(work)).await.unwrap_or_else(|message| {
            let (instance, function) = (self.shared_name(), self.label(handle));
            Err(CallError::HostPanic { instance, function, message: message.into() })
        });
        Ok(result?)
    }
}

/// An instance that takes no new calls. Dropping it lets them in again.
pub(crate) struct Closed<'a> {
    instance: &'a Instance,
    way_in: WayIn<'a>,
}

/// What is closed: an app's instance has places, host code a door.
enum WayIn<'a> {
    Places(Hold<'a>),
    Door(Shut<'a>),
    /// Nothing: calls of host code end as if it were there, and nobody is turned away by a removal that may yet be refused.
    Open,
}

impl Closed<'_> {
    /// Waits until the calls that were here have ended.
    pub(crate) async fn quiet(&self) {
        match &self.way_in {
            WayIn::Places(hold) => hold.quiet().await,
            WayIn::Door(shut) => shut.quiet().await,
            WayIn::Open => {}
        }
    }

    /// Frees what is behind the token.
    pub(crate) fn free(self) {
        self.instance.shared.removed.store(true, Ordering::Release);
        match (self.way_in, &self.instance.shared.provider) {
            (WayIn::Places(hold), _) => hold.remove(),
            (WayIn::Door(_) | WayIn::Open, Provider::System(system)) => system.free(),
            (WayIn::Door(_) | WayIn::Open, _) => {}
        }
        tracing::debug!(instance = self.instance.name(), "instance removed");
    }
}

fn labels<'a>(functions: impl IntoIterator<Item = (u32, Option<&'a Interface>, &'a Function)>) -> Vec<String> {
    functions.into_iter().map(|(_, interface, function)| label(interface, function)).collect()
}

/// The text of a result; empty if the function has none.
fn function_result(function: &Function, image: &Image) -> Result<String> {
    let value = Value::decode_result(function, image.as_bytes())?;
    Ok(value.map(|value| value.to_wave()).unwrap_or_default())
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance")
            .field("name", &self.shared.name)
            .field("provides", &self.provides())
            .finish_non_exhaustive()
    }
}

/// Two tokens are equal if they stand for the same instance and reach the same functions of it. A part is never equal to the whole, which
/// also reaches what another app may bring.
impl PartialEq for Instance {
    fn eq(&self, other: &Instance) -> bool {
        self.is_same(other)
            && match (&self.part, &other.part) {
                (None, None) => true,
                (Some(one), Some(other)) => one.reaches_the_same(other),
                _ => false,
            }
    }
}

impl Eq for Instance {}
