//! A system as a provider: Rust code of the host behind a handle.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread::{self, ThreadId};

use super::Served;
#[cfg(feature = "engine")]
use super::glue::Glue;
use crate::error::call::{CallError, Result};
use crate::image::Image;
use crate::interface::exports::FuncIndex;
use crate::let_go::let_go;
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
    pub(crate) export: Option<&'a str>,
}

impl<'a> Consumer<'a> {
    /// The host itself.
    pub(crate) const HOST: Consumer<'static> = Consumer { instance: None, app: None, export: None };

    /// The name of the instance that is wired with the system; `None` if the consumer is the host or an export.
    pub fn instance(&self) -> Option<&'a str> {
        self.instance
    }

    /// The name of that instance's app.
    pub fn app(&self) -> Option<&'a str> {
        self.app
    }

    /// What an export of the system says of [who uses it](crate::remote::ExportPolicy::consumer), empty if it says nothing; `None` if the consumer is no
    /// export.
    pub fn export(&self) -> Option<&'a str> {
        self.export
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
        host: Mutex<Host<T>>,
    },
}

/// The value of the host, and who makes one.
pub(crate) struct Host<T> {
    made: Option<Arc<T>>,
    /// The threads that run the factory for it.
    makers: Vec<ThreadId>,
}

impl<T> Source<T> {
    /// One value for everybody.
    pub(crate) fn shared(system: T) -> Source<T> {
        Source::Shared(Arc::new(system))
    }

    /// One value for each consumer.
    pub(crate) fn per_consumer(make: impl Fn(&Consumer<'_>) -> T + Send + Sync + 'static) -> Source<T> {
        Source::PerConsumer { make: Box::new(make), host: Mutex::new(Host { made: None, makers: Vec::new() }) }
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
    pub(crate) fn value(&self, consumer: &Consumer<'_>) -> Option<Arc<Served>> {
        self.system().map(|system| system.value(consumer))
    }

    #[cfg(feature = "engine")]
    pub(crate) fn glue(&self) -> Option<Glue> {
        self.glue
    }

    /// Calls a function with parameters and result as images, on behalf of the consumer that has this value, or of the host if there is none.
    pub(crate) async fn call(
        &self,
        name: &Arc<str>,
        value: Option<&Served>,
        function: FuncIndex,
        cx: &Cx,
        params: &Image,
    ) -> Result<Image> {
        let Some(system) = self.system() else {
            return Err(CallError::Removed { instance: name.clone() });
        };
        // A large image takes milliseconds to decode, and others wait no longer than for that or for what comes before and after.
        give_way_for(params).await;
        let result = system.call(name, value, function, cx, params).await?;
        give_way_for(&result).await;
        Ok(result)
    }

    /// Drops the value.
    pub(crate) fn free(&self) {
        let system = self.system.write().unwrap_or_else(PoisonError::into_inner).take();
        // Outside the lock: dropping a user's value may do anything.
        let_go(system);
    }

    fn system(&self) -> Option<Arc<dyn AnySystem>> {
        self.system.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Lets other tasks of the thread run, and the deadline be looked at, if the image is large.
async fn give_way_for(image: &Image) {
    /// Bytes that take from some 10 µs, as one list of numbers, to 1 ms, as a list of short strings.
    const LARGE: usize = 256 << 10;
    if image.as_bytes().len() > LARGE {
        crate::give_way::give_way().await;
    }
}

/// A system whose type is forgotten.
trait AnySystem: Send + Sync {
    /// The value that serves a consumer.
    fn value(&self, consumer: &Consumer<'_>) -> Arc<Served>;

    /// Calls a function by image, on behalf of the consumer that has this value, or of the host.
    fn call<'a>(
        &'a self,
        name: &'a Arc<str>,
        value: Option<&'a Served>,
        function: FuncIndex,
        cx: &'a Cx,
        params: &'a Image,
    ) -> BoxFuture<'a, Result<Image>>;
}

/// A system, and how each function of its interface is called by image.
struct Handled<T> {
    source: Source<T>,
    handlers: Vec<Handler<T>>,
}

impl<T: Send + Sync + 'static> AnySystem for Handled<T> {
    fn value(&self, consumer: &Consumer<'_>) -> Arc<Served> {
        match &self.source {
            Source::Shared(system) => system.clone(),
            Source::PerConsumer { make, .. } => Arc::new(make(consumer)),
        }
    }

    fn call<'a>(
        &'a self,
        name: &'a Arc<str>,
        value: Option<&'a Served>,
        function: FuncIndex,
        cx: &'a Cx,
        params: &'a Image,
    ) -> BoxFuture<'a, Result<Image>> {
        let Some(handler) = self.handlers.get(function.place()) else {
            let bug = CallError::bug("a system was asked for a function that its interface does not have");
            return Box::pin(std::future::ready(Err(bug)));
        };
        if let Some(system) = value.and_then(<Served>::downcast_ref) {
            return handler(system, cx, params);
        }
        match &self.source {
            Source::Shared(system) => handler(system, cx, params),
            Source::PerConsumer { make, host } => match hosts(host, name, make) {
                Ok(system) => Box::pin(async move { handler(&system, cx, params).await }),
                Err(error) => Box::pin(std::future::ready(Err(error))),
            },
        }
    }
}

/// The value of the host, which is made now if there is none.
///
/// The factory runs where nothing is locked, because it may do anything, also call this system. Two threads that come first at once each make a
/// value, and one of the two is dropped.
fn hosts<T>(host: &Mutex<Host<T>>, name: &Arc<str>, make: impl Fn(&Consumer<'_>) -> T) -> Result<Arc<T>> {
    let me = thread::current().id();
    {
        let mut host = locked(host);
        if let Some(made) = &host.made {
            return Ok(made.clone());
        }
        if host.makers.contains(&me) {
            return Err(CallError::system(format!(
                "the factory of `{name}` has called `{name}` before there was a value to call\n  help: let the factory return first, or give it what it needs in another way"
            )));
        }
        host.makers.push(me);
    }
    let making = Making { host, me };
    let value = Arc::new(make(&Consumer::HOST));
    drop(making);
    let made = locked(host).made.get_or_insert_with(|| value.clone()).clone();
    Ok(made)
}

/// A thread that runs the factory, until this is dropped.
struct Making<'a, T> {
    host: &'a Mutex<Host<T>>,
    me: ThreadId,
}

impl<T> Drop for Making<'_, T> {
    fn drop(&mut self) {
        locked(self.host).makers.retain(|maker| *maker != self.me);
    }
}

fn locked<T>(host: &Mutex<Host<T>>) -> MutexGuard<'_, Host<T>> {
    // Nothing panics under the lock.
    host.lock().unwrap_or_else(PoisonError::into_inner)
}
