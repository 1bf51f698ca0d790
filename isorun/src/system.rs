//! Rust code behind a WIT interface.

use std::any::{Any, TypeId};
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use wasmtime::component::LinkerInstance;
use wasmtime::{AsContext, StoreContextMut};

use crate::budget::Cx;
use crate::engine::guest::{Guest, Outcome, Params};
use crate::error::{CallError, Result};
use crate::image::bytes::Reach;
use crate::image::codec::Lower;
use crate::image::params::LiftParams;
use crate::image::{Image, decode, encode};
use crate::instance::store::{Slot, State, enter, enter_sync, leave, settle_sync};
use crate::instance::{Instance, pace};
use crate::interface::Interface;
use crate::observe::see;

/// A future that borrows what it was made from.
pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// An interface that this program was compiled with: the `Interface` type in a module made by
/// [`#[isorun::interface]`](crate::interface).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no interface",
    label = "not made by `#[isorun::interface]` or `#[isorun::system]`",
    note = "name the `Interface` of a generated module: `kv::Interface`"
)]
pub trait StaticInterface: Send + Sync + 'static {
    /// The typed caller of an instance that provides the interface.
    type Caller;

    /// The interface's name, functions and types.
    fn interface() -> &'static Interface;

    #[doc(hidden)]
    fn caller(target: crate::call::Target) -> Self::Caller;
}

/// A Rust type that implements the interface `I`. Made by [`#[isorun::system]`](crate::system), not by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no system for `{I}`",
    label = "does not implement that interface",
    note = "put `#[isorun::system]` on `impl the_module::TheTrait for {Self} {{ .. }}`; a plain `impl` has no glue to guests"
)]
pub trait System<I: StaticInterface>: Send + Sync + Sized + 'static {
    #[doc(hidden)]
    fn functions<V: Functions<Self>>(visitor: &mut V);
}

/// Is shown every function of a system: once to link guests to it, once to call it by image.
#[doc(hidden)]
pub trait Functions<T> {
    /// A function that answers at once.
    fn sync<P, R, const N: usize, const M: usize>(
        &mut self,
        function: u32,
        call: impl Fn(&T, Reach<'_>, P) -> Result<R> + Copy + Send + Sync + 'static,
    ) where
        P: LiftParams + Send + Sync + 'static,
        R: Lower + Send + Sync + 'static;

    /// The same, for one that wants to know who calls.
    fn sync_cx<P, R, const N: usize, const M: usize>(
        &mut self,
        function: u32,
        call: impl Fn(&T, Reach<'_>, &Cx, P) -> Result<R> + Copy + Send + Sync + 'static,
    ) where
        P: LiftParams + Send + Sync + 'static,
        R: Lower + Send + Sync + 'static;

    /// A function that may wait.
    fn asynchronous<P, R, const N: usize, const M: usize>(
        &mut self,
        function: u32,
        call: impl for<'a> Fn(&'a T, &'a Cx, P) -> BoxFuture<'a, Result<R>> + Copy + Send + Sync + 'static,
    ) where
        P: LiftParams + Send + Sync + 'static,
        R: Lower + Send + Sync + 'static;
}

/// What a method of a system may return: the function's WIT type, or [`Result`] of it.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a method of a system cannot return `{Self}` here",
    label = "the WIT asks for `{R}`, or `isorun::Result` of it"
)]
pub trait IntoOutcome<R> {
    fn into_outcome(self) -> Result<R>;
}

impl<R> IntoOutcome<R> for R {
    fn into_outcome(self) -> Result<R> {
        Ok(self)
    }
}

impl<R> IntoOutcome<R> for Result<R> {
    fn into_outcome(self) -> Result<R> {
        self
    }
}

/// Whom a [system per consumer](crate::Runtime::system_per_consumer) is made for.
#[derive(Clone, Copy, Debug)]
pub struct Consumer<'a> {
    pub(crate) instance: Option<&'a str>,
    pub(crate) app: Option<&'a str>,
}

impl<'a> Consumer<'a> {
    /// The host itself, and whoever calls through it from afar.
    pub(crate) const HOST: Consumer<'static> = Consumer { instance: None, app: None };

    /// The name of the instance that is wired with the system; `None` if it is the host, who calls it directly or for a peer.
    pub fn instance(&self) -> Option<&'a str> {
        self.instance
    }

    /// The name of that instance's app.
    pub fn app(&self) -> Option<&'a str> {
        self.app
    }
}

/// A system as a provider.
pub(crate) struct SystemProvider {
    /// Gone when the system is removed.
    offer: RwLock<Option<Arc<dyn Offer>>>,
    glue: Glue,
}

/// How to link guests to a system of one type.
#[derive(Clone, Copy)]
pub(crate) struct Glue {
    /// Names the Rust type and the interface: what was linked for one system of the type serves all of them.
    pub(crate) id: TypeId,
    /// Defines the functions of the interface whose names are wanted, for the system in the slot of that number.
    pub(crate) link: LinkSystem,
}

type LinkSystem = fn(&mut LinkerInstance<'_, State>, slot: usize, wanted: &[Arc<str>]) -> wasmtime::Result<()>;

impl SystemProvider {
    /// One value for everybody.
    pub(crate) fn new<I: StaticInterface, T: System<I>>(system: T) -> SystemProvider {
        SystemProvider::of::<I, T>(Source::Shared(Arc::new(system)))
    }

    /// One value for each consumer.
    pub(crate) fn per_consumer<I: StaticInterface, T: System<I>>(
        make: impl Fn(&Consumer<'_>) -> T + Send + Sync + 'static,
    ) -> SystemProvider {
        SystemProvider::of::<I, T>(Source::PerConsumer { make: Box::new(make), host: OnceLock::new() })
    }

    fn of<I: StaticInterface, T: System<I>>(source: Source<T>) -> SystemProvider {
        let mut handlers = Handlers(Vec::new());
        T::functions(&mut handlers);
        SystemProvider {
            offer: RwLock::new(Some(Arc::new(Offered { source, handlers: handlers.0 }))),
            glue: Glue { id: TypeId::of::<fn(T, I)>(), link: link::<I, T> },
        }
    }

    /// The value that serves a consumer; `None` if the system is removed.
    pub(crate) fn value(&self, consumer: &Consumer<'_>) -> Option<Arc<dyn Any + Send + Sync>> {
        self.offer().map(|offer| offer.value(consumer))
    }

    pub(crate) fn glue(&self) -> Glue {
        self.glue
    }

    /// Calls function `function` of the interface with parameters and result as images.
    pub(crate) async fn call(&self, instance: &Instance, function: u32, cx: &Cx, params: &Image) -> Result<Image> {
        let Some(offer) = self.offer() else {
            return Err(CallError::Removed { instance: instance.shared_name() });
        };
        offer.call(function, cx, params).await
    }

    /// Drops the value.
    pub(crate) fn free(&self) {
        let offer = self.offer.write().unwrap_or_else(PoisonError::into_inner).take();
        // Outside the lock: dropping a user's value may do anything.
        drop(offer);
    }

    fn offer(&self) -> Option<Arc<dyn Offer>> {
        self.offer.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn link<I: StaticInterface, T: System<I>>(
    linker: &mut LinkerInstance<'_, State>,
    slot: usize,
    wanted: &[Arc<str>],
) -> wasmtime::Result<()> {
    let mut link = Link { linker, slot, wanted, interface: I::interface(), result: Ok(()) };
    T::functions(&mut link);
    link.result
}

/// Defines each function for guests.
struct Link<'a, 'l> {
    linker: &'a mut LinkerInstance<'l, State>,
    slot: usize,
    wanted: &'a [Arc<str>],
    interface: &'static Interface,
    result: wasmtime::Result<()>,
}

impl Link<'_, '_> {
    /// The function's name, if the guest imports it.
    fn name(&self, function: u32) -> Option<&'static str> {
        let name = self.interface.functions().get(function as usize)?.name();
        self.wanted.iter().any(|wanted| **wanted == *name).then_some(name)
    }

    fn defined(&mut self, result: wasmtime::Result<()>) {
        if self.result.is_ok() {
            self.result = result;
        }
    }
}

impl<T: Send + Sync + 'static> Functions<T> for Link<'_, '_> {
    fn sync<P, R, const N: usize, const M: usize>(
        &mut self,
        function: u32,
        call: impl Fn(&T, Reach<'_>, P) -> Result<R> + Copy + Send + Sync + 'static,
    ) where
        P: LiftParams + Send + Sync + 'static,
        R: Lower + Send + Sync + 'static,
    {
        let Some(name) = self.name(function) else { return };
        let slot = self.slot;
        let defined =
            self.linker.func_wrap(name, move |mut store: StoreContextMut<'_, State>, params: Guest<Params<P>, N>| {
                let result = seen(&store, slot, function, |slot| {
                    call(slot.system()?, Reach::guest(&store.as_context()), params.0.0)
                });
                pace::step(&mut store)?;
                Ok(Guest::<_, M>(Outcome(result?)))
            });
        self.defined(defined);
    }

    fn sync_cx<P, R, const N: usize, const M: usize>(
        &mut self,
        function: u32,
        call: impl Fn(&T, Reach<'_>, &Cx, P) -> Result<R> + Copy + Send + Sync + 'static,
    ) where
        P: LiftParams + Send + Sync + 'static,
        R: Lower + Send + Sync + 'static,
    {
        let Some(name) = self.name(function) else { return };
        let slot = self.slot;
        let defined =
            self.linker.func_wrap(name, move |mut store: StoreContextMut<'_, State>, params: Guest<Params<P>, N>| {
                let cx = enter_sync(&store)?;
                let result = seen(&store, slot, function, |slot| {
                    call(slot.system()?, Reach::guest(&store.as_context()), &cx, params.0.0)
                });
                settle_sync(&mut store, &cx)?;
                pace::step(&mut store)?;
                Ok(Guest::<_, M>(Outcome(result?)))
            });
        self.defined(defined);
    }

    fn asynchronous<P, R, const N: usize, const M: usize>(
        &mut self,
        function: u32,
        call: impl for<'a> Fn(&'a T, &'a Cx, P) -> BoxFuture<'a, Result<R>> + Copy + Send + Sync + 'static,
    ) where
        P: LiftParams + Send + Sync + 'static,
        R: Lower + Send + Sync + 'static,
    {
        let Some(name) = self.name(function) else { return };
        let slot = self.slot;
        let defined = self.linker.func_wrap_async(
            name,
            move |mut store: StoreContextMut<'_, State>, params: Guest<Params<P>, N>| {
                Box::new(async move {
                    let mut cx = enter(&mut store)?;
                    let result = {
                        let slot = store.data().slot(slot)?;
                        let counting = slot.tally.begin();
                        let mut watch = slot.instance.observers().watch(&slot.instance, function, &cx);
                        let call = pin!(async { Ok(call(slot.system()?, &cx, params.0.0).await?) });
                        let result = see(&mut watch, call).await;
                        counting.end(result.is_err());
                        result
                    };
                    leave(&mut store, &mut cx, 0)?.now().await;
                    Ok(Guest::<_, M>(Outcome(result.map_err(|error| *error)?)))
                })
            },
        );
        self.defined(defined);
    }
}

/// Calls a method that answers at once, and counts it.
#[inline]
fn seen<R>(
    store: &StoreContextMut<'_, State>,
    slot: usize,
    function: u32,
    call: impl FnOnce(&Slot) -> Result<R>,
) -> wasmtime::Result<R> {
    let slot = store.data().slot(slot)?;
    let counting = slot.tally.begin();
    let result = match slot.instance.observers().is_anybody_looking() {
        false => call(slot),
        true => looked_at(store, slot, function, call),
    };
    // Each end for itself, so that a value moves without the room for an error.
    match result {
        Ok(value) => {
            counting.end(false);
            Ok(value)
        }
        Err(error) => Err(error.into()),
    }
}

/// The same, for who wants to see it.
#[cold]
fn looked_at<R>(
    store: &StoreContextMut<'_, State>,
    slot: &Slot,
    function: u32,
    call: impl FnOnce(&Slot) -> Result<R>,
) -> Result<R> {
    let cx = enter_sync(store).map_err(|error| CallError::system(error.to_string()))?;
    slot.instance.observers().see_sync(&slot.instance, function, &cx, || call(slot))
}

/// A system of some type.
trait Offer: Send + Sync {
    /// The value that serves a consumer.
    fn value(&self, consumer: &Consumer<'_>) -> Arc<dyn Any + Send + Sync>;

    /// Calls a function by image, on behalf of the host.
    fn call<'a>(&'a self, function: u32, cx: &'a Cx, params: &'a Image) -> BoxFuture<'a, Result<Image>>;
}

type Handler<T> = Box<dyn for<'a> Fn(&'a T, &'a Cx, &'a Image) -> BoxFuture<'a, Result<Image>> + Send + Sync>;

/// A system, and how each function of its interface is called by image.
struct Offered<T> {
    source: Source<T>,
    handlers: Vec<Handler<T>>,
}

/// Where a consumer's value comes from.
enum Source<T> {
    Shared(Arc<T>),
    PerConsumer {
        make: Box<dyn Fn(&Consumer<'_>) -> T + Send + Sync>,
        /// The host's own, made when it is first called.
        host: OnceLock<Arc<T>>,
    },
}

impl<T: Send + Sync + 'static> Offer for Offered<T> {
    fn value(&self, consumer: &Consumer<'_>) -> Arc<dyn Any + Send + Sync> {
        match &self.source {
            Source::Shared(system) => system.clone(),
            Source::PerConsumer { make, .. } => Arc::new(make(consumer)),
        }
    }

    fn call<'a>(&'a self, function: u32, cx: &'a Cx, params: &'a Image) -> BoxFuture<'a, Result<Image>> {
        let system = match &self.source {
            Source::Shared(system) => system,
            Source::PerConsumer { make, host } => host.get_or_init(|| Arc::new(make(&Consumer::HOST))),
        };
        match self.handlers.get(function as usize) {
            Some(handler) => handler(system, cx, params),
            None => Box::pin(std::future::ready(Err(CallError::system(
                "a system was asked for a function that it does not have",
            )))),
        }
    }
}

/// Makes one handler per function, in the interface's order.
struct Handlers<T>(Vec<Handler<T>>);

impl<T: Send + Sync + 'static> Functions<T> for Handlers<T> {
    fn sync<P, R, const N: usize, const M: usize>(
        &mut self,
        _: u32,
        call: impl Fn(&T, Reach<'_>, P) -> Result<R> + Copy + Send + Sync + 'static,
    ) where
        P: LiftParams + Send + Sync + 'static,
        R: Lower + Send + Sync + 'static,
    {
        self.0.push(Box::new(move |system, _, params| {
            let answer = || -> Result<Image> {
                Ok(encode::encode(&call(system, Reach::none(), decode::decode_params(params.as_bytes())?)?)?)
            };
            Box::pin(std::future::ready(answer()))
        }));
    }

    fn sync_cx<P, R, const N: usize, const M: usize>(
        &mut self,
        _: u32,
        call: impl Fn(&T, Reach<'_>, &Cx, P) -> Result<R> + Copy + Send + Sync + 'static,
    ) where
        P: LiftParams + Send + Sync + 'static,
        R: Lower + Send + Sync + 'static,
    {
        self.0.push(Box::new(move |system, cx, params| {
            let answer = || -> Result<Image> {
                Ok(encode::encode(&call(system, Reach::none(), cx, decode::decode_params(params.as_bytes())?)?)?)
            };
            Box::pin(std::future::ready(answer()))
        }));
    }

    fn asynchronous<P, R, const N: usize, const M: usize>(
        &mut self,
        _: u32,
        call: impl for<'a> Fn(&'a T, &'a Cx, P) -> BoxFuture<'a, Result<R>> + Copy + Send + Sync + 'static,
    ) where
        P: LiftParams + Send + Sync + 'static,
        R: Lower + Send + Sync + 'static,
    {
        self.0.push(Box::new(move |system, cx, params| {
            Box::pin(
                async move { Ok(encode::encode(&call(system, cx, decode::decode_params(params.as_bytes())?).await?)?) },
            )
        }));
    }
}
