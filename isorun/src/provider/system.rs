//! A system as a provider: Rust code of the host behind a handle.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

#[cfg(feature = "engine")]
use super::glue::Glue;
use crate::error::call::{CallError, Result};
use crate::image::Image;
use crate::interface::exports::FuncIndex;
use crate::limits::cx::Cx;

/// A future that borrows what it was made from.
pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Calls one function of a system by image.
pub(crate) type Handler<T> =
    Box<dyn for<'a> Fn(&'a T, &'a Cx, &'a Image) -> BoxFuture<'a, Result<Image>> + Send + Sync>;

/// The consumer for which a value of a [system per consumer](crate::Runtime::provide_per_consumer) is made.
#[derive(Clone, Copy, Debug)]
pub struct Consumer<'a> {
    pub(crate) instance: Option<&'a str>,
    pub(crate) app: Option<&'a str>,
}

impl<'a> Consumer<'a> {
    /// The host itself, also for the calls that it makes for a peer.
    pub(crate) const HOST: Consumer<'static> = Consumer { instance: None, app: None };

    /// The name of the instance that is wired with the system; `None` if the consumer is the host, which calls it directly or for a peer.
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
    /// `None` once the system is removed.
    system: RwLock<Option<Arc<dyn AnySystem>>>,
    /// `None` if guests call it by image.
    #[cfg(feature = "engine")]
    glue: Option<Glue>,
}

/// Where a consumer's value comes from.
pub(crate) enum Source<T> {
    Shared(Arc<T>),
    PerConsumer {
        make: Box<dyn Fn(&Consumer<'_>) -> T + Send + Sync>,
        /// The host's own, made when it is first called.
        host: OnceLock<Arc<T>>,
    },
}

impl<T> Source<T> {
    /// One value for everybody.
    pub(crate) fn shared(system: T) -> Source<T> {
        Source::Shared(Arc::new(system))
    }

    /// One value for each consumer.
    pub(crate) fn per_consumer(make: impl Fn(&Consumer<'_>) -> T + Send + Sync + 'static) -> Source<T> {
        Source::PerConsumer { make: Box::new(make), host: OnceLock::new() }
    }
}

impl SystemProvider {
    /// A system with one handler for each function of its interface, in the interface's order.
    pub(crate) fn new<T: Send + Sync + 'static>(
        source: Source<T>,
        handlers: Vec<Handler<T>>,
        #[cfg(feature = "engine")] glue: Option<Glue>,
    ) -> SystemProvider {
        SystemProvider {
            system: RwLock::new(Some(Arc::new(Handled { source, handlers }))),
            #[cfg(feature = "engine")]
            glue,
        }
    }

    /// The value that serves a consumer; `None` if the system is removed.
    #[cfg(feature = "engine")]
    pub(crate) fn value(&self, consumer: &Consumer<'_>) -> Option<Arc<dyn Any + Send + Sync>> {
        self.system().map(|system| system.value(consumer))
    }

    #[cfg(feature = "engine")]
    pub(crate) fn glue(&self) -> Option<Glue> {
        self.glue
    }

    /// Calls a function with parameters and result as images, on behalf of the host.
    pub(crate) async fn call(&self, name: &Arc<str>, function: FuncIndex, cx: &Cx, params: &Image) -> Result<Image> {
        let Some(system) = self.system() else {
            return Err(CallError::Removed { instance: name.clone() });
        };
        system.call(function, cx, params).await
    }

    /// Drops the value.
    pub(crate) fn free(&self) {
        let system = self.system.write().unwrap_or_else(PoisonError::into_inner).take();
        // Outside the lock: dropping a user's value may do anything.
        drop(system);
    }

    fn system(&self) -> Option<Arc<dyn AnySystem>> {
        self.system.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A system whose type is forgotten.
trait AnySystem: Send + Sync {
    /// The value that serves a consumer.
    fn value(&self, consumer: &Consumer<'_>) -> Arc<dyn Any + Send + Sync>;

    /// Calls a function by image, on behalf of the host.
    fn call<'a>(&'a self, function: FuncIndex, cx: &'a Cx, params: &'a Image) -> BoxFuture<'a, Result<Image>>;
}

/// A system, and how each function of its interface is called by image.
struct Handled<T> {
    source: Source<T>,
    handlers: Vec<Handler<T>>,
}

impl<T: Send + Sync + 'static> AnySystem for Handled<T> {
    fn value(&self, consumer: &Consumer<'_>) -> Arc<dyn Any + Send + Sync> {
        match &self.source {
            Source::Shared(system) => system.clone(),
            Source::PerConsumer { make, .. } => Arc::new(make(consumer)),
        }
    }

    fn call<'a>(&'a self, function: FuncIndex, cx: &'a Cx, params: &'a Image) -> BoxFuture<'a, Result<Image>> {
        let system = match &self.source {
            Source::Shared(system) => system,
            Source::PerConsumer { make, host } => host.get_or_init(|| Arc::new(make(&Consumer::HOST))),
        };
        match self.handlers.get(function.place()) {
            Some(handler) => handler(system, cx, params),
            None => Box::pin(std::future::ready(Err(CallError::bug(
                "a system was asked for a function that its interface does not have",
            )))),
        }
    }
}
