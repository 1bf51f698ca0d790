//! The token: something that provides interfaces, be it an app's instance, a system, or something behind a transport.

pub(crate) mod guest;
mod queue;
pub(crate) mod stop;
pub(crate) mod store;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

pub use guest::InstanceState;

use crate::budget::{Budget, Cx};
use crate::call::{Call, Target};
use crate::engine::guest::{RawOutcome, RawParams};
use crate::error::{CallError, ProvideError, Result};
use crate::image::Image;
use crate::image::value::Value;
use crate::interface::{Function, Interface};
use crate::panics::caught;
use crate::remote::client::RemoteProvider;
use crate::runtime;
use crate::system::{StaticInterface, SystemProvider};

use guest::GuestInstance;

/// Something that provides interfaces: what apps are wired with, and what is called.
///
/// An app's instance, a Rust system and something on another machine are all the same token, so that wherever one of them serves, the
/// others do. Two apps share what is behind a token exactly if both were wired with it. Cloning gives the same token.
///
/// Dropping every clone does not remove the instance; [`Runtime::remove`](crate::Runtime::remove) does.
#[derive(Clone)]
pub struct Instance(Arc<Inner>);

struct Inner {
    id: u64,
    name: Arc<str>,
    runtime: Weak<runtime::Inner>,
    provides: Provides,
    provider: Provider,
    defaults: Budget,
    removed: AtomicBool,
}

/// What is behind a token.
pub(crate) enum Provider {
    Guest(GuestInstance),
    System(SystemProvider),
    Remote(RemoteProvider),
}

/// The functions that an instance provides. A function's handle is its place when all of them are counted through.
#[derive(Clone, Debug, Default)]
pub(crate) struct Provides {
    pub(crate) interfaces: Arc<[Interface]>,
    /// Functions that belong to no interface: those that an app's world exports at its root.
    pub(crate) root: Arc<[Function]>,
}

impl Provides {
    pub(crate) fn one(interface: Interface) -> Provides {
        Provides { interfaces: Arc::new([interface]), root: Arc::default() }
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.interfaces.iter().map(|interface| interface.name().to_string()).collect()
    }

    /// The handle and function of every function, in order, with the interface it belongs to.
    fn all(&self) -> impl Iterator<Item = (u32, Option<&Interface>, &Function)> {
        let inside = self
            .interfaces
            .iter()
            .flat_map(|interface| interface.functions().iter().map(move |function| (Some(interface), function)));
        let outside = self.root.iter().map(|function| (None, function));
        (0..).zip(inside.chain(outside)).map(|(handle, (interface, function))| (handle, interface, function))
    }

    /// The name of a function for messages: `isorun:kv/kv@0.1.0#get`.
    pub(crate) fn label(&self, handle: u32) -> Arc<str> {
        match self.all().nth(handle as usize) {
            Some((_, interface, function)) => label(interface, function).into(),
            None => "a function that is not there".into(),
        }
    }

    pub(crate) fn function(&self, handle: u32) -> Option<&Function> {
        self.all().nth(handle as usize).map(|(_, _, function)| function)
    }

    /// The interface that serves who asks for `wanted`: the same name, and a version of the same track.
    pub(crate) fn find(&self, wanted: &Interface) -> Option<(u32, &Interface)> {
        let mut first = 0;
        for interface in &*self.interfaces {
            if interface.name().serves(wanted.name()) {
                return Some((first, interface));
            }
            first += interface.functions().len() as u32;
        }
        None
    }

    /// The handles of the named functions of `wanted`, or every difference between what is wanted and what is there.
    pub(crate) fn handles<'f>(
        &self,
        wanted: &Interface,
        functions: impl IntoIterator<Item = &'f Function>,
    ) -> Option<std::result::Result<Vec<u32>, Vec<String>>> {
        let (first, provided) = self.find(wanted)?;
        let mut handles = Vec::new();
        let mut differences = Vec::new();
        for function in functions {
            let place = provided.functions().iter().position(|other| other.name() == function.name());
            match place.map(|place| (place, &provided.functions()[place])) {
                Some((place, other)) if other == function => handles.push(first + place as u32),
                Some((_, other)) => {
                    differences.push(format!("{}\n  wanted    {function}\n  provided  {other}", function.name()));
                }
                None => differences
                    .push(format!("{}\n  wanted    {function}\n  provided  no such function", function.name())),
            }
        }
        Some(if differences.is_empty() { Ok(handles) } else { Err(differences) })
    }
}

fn label(interface: Option<&Interface>, function: &Function) -> String {
    match interface {
        Some(interface) => format!("{}#{}", interface.name(), function.name()),
        None => function.name().to_string(),
    }
}

impl Instance {
    pub(crate) fn new(
        id: u64,
        name: Arc<str>,
        runtime: Weak<runtime::Inner>,
        provides: Provides,
        provider: Provider,
        defaults: Budget,
    ) -> Instance {
        Instance(Arc::new(Inner { id, name, runtime, provides, provider, defaults, removed: AtomicBool::new(false) }))
    }

    /// The name it was given, or made from its app's or type's name; unique in its runtime.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The names of the interfaces that it provides, such as `isorun:kv/kv@0.1.0`.
    pub fn provides(&self) -> Vec<String> {
        self.0.provides.names()
    }

    /// Where it is in its life. A system or a remote is always idle until it is removed.
    pub fn state(&self) -> InstanceState {
        if self.is_removed() {
            return InstanceState::Removed;
        }
        match &self.0.provider {
            Provider::Guest(guest) => guest.state(),
            Provider::System(_) | Provider::Remote(_) => InstanceState::Idle,
        }
    }

    /// The typed caller for an interface that the instance provides.
    ///
    /// # Errors
    ///
    /// [`ProvideError::NotProvided`] if it does not, [`ProvideError::Differs`] with both signatures of every function that is another one
    /// there, [`ProvideError::Removed`] if the instance is gone.
    pub fn caller<I: StaticInterface>(&self) -> Result<I::Caller, ProvideError> {
        self.target(I::interface()).map(I::caller)
    }

    pub(crate) fn target(&self, interface: &Interface) -> Result<Target, ProvideError> {
        let instance = self.name().to_string();
        if self.is_removed() {
            return Err(ProvideError::Removed { instance });
        }
        match self.0.provides.handles(interface, interface.functions()) {
            Some(Ok(handles)) => Ok(Target::new(self.clone(), handles.into())),
            Some(Err(differences)) => {
                Err(ProvideError::Differs { instance, interface: interface.name().to_string(), differences })
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
            Ok(function_result(&function, &self.call_image(&cx, handle, params).await?)?)
        })
    }

    /// Finds the function and reads its arguments.
    fn prepare(&self, name: &str, arguments: &str) -> Result<(u32, Function, Image)> {
        let found: Vec<_> =
            self.0.provides.all().filter(|(_, interface, function)| named(*interface, function, name)).collect();
        let (handle, function) = match found[..] {
            [(handle, _, function)] => (handle, function),
            [] => {
                let available = labels(self.0.provides.all());
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
        self.0.id
    }

    pub(crate) fn shared_name(&self) -> Arc<str> {
        self.0.name.clone()
    }

    pub(crate) fn provider(&self) -> &Provider {
        &self.0.provider
    }

    pub(crate) fn offers(&self) -> &Provides {
        &self.0.provides
    }

    pub(crate) fn defaults(&self) -> Budget {
        self.0.defaults
    }

    pub(crate) fn label(&self, handle: u32) -> Arc<str> {
        self.0.provides.label(handle)
    }

    pub(crate) fn belongs_to(&self, runtime: &Arc<runtime::Inner>) -> bool {
        std::ptr::eq(self.0.runtime.as_ptr(), Arc::as_ptr(runtime))
    }

    pub(crate) fn is_removed(&self) -> bool {
        self.0.removed.load(Ordering::Acquire)
    }

    /// Frees what is behind the token; `false`, and nothing done, if a call is running there.
    pub(crate) fn free(&self) -> bool {
        let freed = match &self.0.provider {
            Provider::Guest(guest) => guest.remove(),
            Provider::System(_) | Provider::Remote(_) => true,
        };
        if freed {
            self.0.removed.store(true, Ordering::Release);
        }
        freed
    }

    /// Calls a function with parameters and result as images, whatever is behind the token.
    pub(crate) async fn call_image(&self, cx: &Cx, handle: u32, params: Image) -> Result<Image> {
        if self.is_removed() {
            return Err(CallError::Removed { instance: self.shared_name() });
        }
        match &self.0.provider {
            Provider::Guest(guest) => {
                Ok(guest.run(cx, handle, RawParams(params)).await.map(|RawOutcome(image)| image)?)
            }
            Provider::System(system) => self.guarded(handle, system.call(handle, cx, &params)).await,
            Provider::Remote(remote) => self.guarded(handle, remote.call(cx, handle, &self.0.provides, params)).await,
        }
    }

    /// Host code, behind a barrier for panics.
    async fn guarded(&self, handle: u32, work: impl Future<Output = Result<Image>>) -> Result<Image> {
        caught(work).await.unwrap_or_else(|message| {
            let (instance, function) = (self.shared_name(), self.label(handle));
            Err(CallError::HostPanic { instance, function, message: message.into() })
        })
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

/// Whether `name` means the function: its full label, or an end of it that starts at a border between names.
fn named(interface: Option<&Interface>, function: &Function, name: &str) -> bool {
    let full = label(interface, function);
    let unversioned = interface.map(|interface| format!("{}#{}", interface.name().without_version(), function.name()));
    [Some(full), unversioned].into_iter().flatten().any(|label| {
        label.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with(['#', '/', ':']))
    })
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance")
            .field("name", &self.0.name)
            .field("provides", &self.provides())
            .finish_non_exhaustive()
    }
}

/// Two tokens are equal if they stand for the same instance.
impl PartialEq for Instance {
    fn eq(&self, other: &Instance) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Instance {}
