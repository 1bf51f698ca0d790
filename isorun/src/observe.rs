//! Watching calls: a tracing span for each of them, and a hook for metrics.

use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tracing::level_filters::LevelFilter;
use tracing::{Level, Span, field};

use crate::clock::Instant;
use crate::error::call::{CallError, CallResult};
use crate::interface::exports::FuncIndex;
use crate::limits::cx::Cx;

/// A hook for metrics, which the runtime calls at the end of every call. A closure implements it.
///
/// It runs on the thread of the call, so it should do little, such as counting or sending to a channel. It gets the calls of all instances,
/// be they of apps, systems or remotes, and whether the host, an app or a peer makes them. A nested call ends, and is reported, before the
/// call that made it. A panic in the hook is caught and has no effect on the call.
///
/// Independently of a hook, each call is a span of [`tracing`](https://docs.rs/tracing) with the target `isorun::call` and the level `DEBUG`.
/// Its fields are `app`, `instance`, `tenant`, `interface`, `function`, `caller`, `outcome`, `fuel` and `time_us`. Without a hook and without a
/// subscriber that wants these spans, this costs next to nothing.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let fuel = Arc::new(AtomicU64::new(0));
/// let sum = fuel.clone();
/// let observer = move |call: &isorun::observe::CallEnded<'_>| drop(sum.fetch_add(call.fuel, Ordering::Relaxed));
/// let runtime = isorun::Runtime::builder().observer(observer).build()?;
/// # Ok(()) }
/// ```
pub trait Observer: Send + Sync + 'static {
    /// A call has ended, or was dropped.
    fn call_ended(&self, call: &CallEnded<'_>);
}

impl<F: Fn(&CallEnded<'_>) + Send + Sync + 'static> Observer for F {
    fn call_ended(&self, call: &CallEnded<'_>) {
        self(call);
    }
}

/// A call that has ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallEnded<'a> {
    /// The app whose instance was called; `None` for systems and remotes.
    pub app: Option<&'a str>,
    /// The instance that was called.
    pub instance: &'a str,
    /// The tenant of the instance that was called; `None` if it has none.
    pub tenant: Option<&'a str>,
    /// The instance that called; `None` if the host did.
    pub caller: Option<&'a str>,
    /// The interface of the function, with its version; `None` if it has none.
    pub interface: Option<&'a str>,
    /// The function, by its name in its interface.
    pub function: &'a str,
    /// Why there is no value; `None` if there is one.
    pub error: Option<&'a CallError>,
    /// Units of fuel that were used, in calls below this one too.
    pub fuel: u64,
    /// Time from the start of the call to its end, waiting included.
    pub time: Duration,
    /// Whether this is the rest of a call that its caller had given up, as was reported then: see [`GiveUp::Finish`](crate::GiveUp::Finish). `fuel` is
    /// what it has used since, and `time` is all of its time.
    pub is_rest: bool,
}

/// What watches the calls of a runtime: the hook of its builder, if there is one, and tracing.
#[derive(Clone, Default)]
pub(crate) struct Observers(Option<Arc<dyn Observer>>);

impl Observers {
    pub(crate) fn new(observer: impl Observer) -> Observers {
        Observers(Some(Arc::new(observer)))
    }

    /// Whether there is a hook, or a tracing subscriber that wants the spans, right now.
    #[inline]
    pub(crate) fn is_anybody_looking(&self) -> bool {
        self.0.is_some() || (LevelFilter::current() >= Level::DEBUG && is_span_enabled())
    }

    /// Makes a call that ends without waiting, and watches it as [`watch`](Observers::watch) and [`see`] watch others.
    #[cfg(feature = "engine")]
    #[inline]
    pub(crate) fn see_sync<T, E: AsRef<CallError>>(
        &self,
        callee: &impl Callee,
        function: FuncIndex,
        cx: &Cx,
        call: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        match self.watch(callee, function, cx) {
            None => call(),
            Some(mut watch) => {
                watch.inside = true;
                let result = watch.span.clone().in_scope(call);
                watch.end(result.as_ref().err().map(AsRef::as_ref));
                result
            }
        }
    }

    /// Reports the end of a call that has gone on without its caller, to which so much fuel and time is owed.
    #[cfg(feature = "engine")]
    pub(crate) fn rest_ended(
        &self,
        callee: &impl Callee,
        function: FuncIndex,
        error: Option<&CallError>,
        (fuel, time): (u64, Duration),
    ) {
        let Some(observer) = &self.0 else { return };
        let (instance, app, label, tenant) = (callee.name(), callee.app(), callee.label(function), callee.tenant());
        let (interface, function) = parts(&label);
        let ended = CallEnded {
            app: app.as_deref(),
            instance: &instance,
            tenant: tenant.as_deref(),
            caller: None,
            interface,
            function,
            error,
            fuel,
            time,
            is_rest: true,
        };
        let _ = catch_unwind(AssertUnwindSafe(|| observer.call_ended(&ended)));
    }

    /// Begins to watch a call that is about to be made; `None` if nothing wants to, and nobody has asked for its trace.
    ///
    /// The watch must be made before the call and dropped after it. Then a call that is dropped has been charged for what it used by the
    /// time its end is reported.
    #[inline]
    pub(crate) fn watch<'a>(&'a self, callee: &impl Callee, function: FuncIndex, cx: &'a Cx) -> Option<Box<Watch<'a>>> {
        (self.is_anybody_looking() || cx.place().is_some()).then(|| self.look(callee, function, cx))
    }

    #[cold]
    fn look<'a>(&'a self, callee: &impl Callee, function: FuncIndex, cx: &'a Cx) -> Box<Watch<'a>> {
        let (instance, app, label) = (callee.name(), callee.app(), callee.label(function));
        let tenant = callee.tenant();
        if let Some(place) = cx.place() {
            place.is_of(&instance, &app, &label, callee.is_remote());
        }
        let (interface, function) = parts(&label);
        let span = tracing::debug_span!(
            target: "isorun::call",
            "call",
            app = app.as_deref(),
            instance = &*instance,
            tenant = tenant.as_deref(),
            interface,
            function,
            caller = cx.caller(),
            outcome = field::Empty,
            fuel = field::Empty,
            time_us = field::Empty,
        );
        let (fuel, started) = (cx.granted_fuel(), Instant::now());
        let (inside, ended) = (false, false);
        Box::new(Watch { observers: self, instance, app, tenant, label, cx, span, fuel, started, inside, ended })
    }
}

/// The names of what is called. They are asked for only when the call is watched.
pub(crate) trait Callee {
    /// The instance's name.
    fn name(&self) -> Arc<str>;
    /// The name of the app behind it; `None` for systems and remotes.
    fn app(&self) -> Option<Arc<str>>;
    /// The name of its tenant, if it has one.
    fn tenant(&self) -> Option<Arc<str>>;
    /// The full name of one of its functions.
    fn label(&self, function: FuncIndex) -> Arc<str>;
    /// Whether it is behind a transport.
    fn is_remote(&self) -> bool;
}

/// Kept out of line, because most programs enable no span of this level and never come here.
#[cold]
fn is_span_enabled() -> bool {
    tracing::span_enabled!(target: "isorun::call", Level::DEBUG)
}

/// Splits a function's full name, `isorun:kv/kv@0.1.0#get`, into interface and function.
fn parts(label: &str) -> (Option<&str>, &str) {
    label.split_once('#').map_or((None, label), |(interface, function)| (Some(interface), function))
}

/// A call that is being watched. If it is dropped before the call has ended, the call was cancelled or host code in it panicked.
pub(crate) struct Watch<'a> {
    observers: &'a Observers,
    instance: Arc<str>,
    app: Option<Arc<str>>,
    tenant: Option<Arc<str>>,
    label: Arc<str>,
    cx: &'a Cx,
    span: Span,
    /// Units of fuel that were left when it started.
    fuel: u64,
    started: Instant,
    /// Whether the call is being polled. If it is dropped while it is, a panic is unwinding.
    inside: bool,
    ended: bool,
}

impl Watch<'_> {
    fn end(&mut self, error: Option<&CallError>) {
        self.ended = true;
        let (interface, function) = parts(&self.label);
        let ended = CallEnded {
            app: self.app.as_deref(),
            instance: &self.instance,
            tenant: self.tenant.as_deref(),
            caller: self.cx.caller(),
            interface,
            function,
            error,
            fuel: self.fuel.saturating_sub(self.cx.granted_fuel()),
            time: self.started.elapsed(),
            is_rest: false,
        };
        if let Some(place) = self.cx.place() {
            place.used(self.cx.used(), ended.time);
            place.ended(error.map(CallError::kind));
        }
        self.span.record("outcome", error.map_or("ok", CallError::kind));
        self.span.record("fuel", ended.fuel);
        self.span.record("time_us", ended.time.as_micros() as u64);
        if let Some(observer) = &self.observers.0 {
            // A panic of the hook must not end the call; and while another panic unwinds, it would end the process.
            let _ = catch_unwind(AssertUnwindSafe(|| observer.call_ended(&ended)));
        }
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if !self.ended {
            let (instance, function) = (self.instance.clone(), self.label.clone());
            let error = match self.cx.end() {
                // The message of the panic is not known here. It is caught further up, and the caller's error has it.
                _ if self.inside => {
                    let message = "it is still unwinding".into();
                    CallError::HostPanic { instance, function, provider: None, message }
                }
                Some(deadline) if deadline.has_passed() => CallError::late(deadline, instance, function, None),
                _ => CallError::Cancelled { instance, function },
            };
            self.end(Some(&error));
        }
    }
}

/// A call's future with its watch, if it is watched.
pub(crate) struct See<'a, 'w, F> {
    future: Pin<&'a mut F>,
    watch: &'a mut Option<Box<Watch<'w>>>,
}

/// Polls `future` inside the watch's span and reports its end. Without a watch it only polls.
#[inline]
pub(crate) fn see<'a, 'w, F>(watch: &'a mut Option<Box<Watch<'w>>>, future: Pin<&'a mut F>) -> See<'a, 'w, F> {
    See { future, watch }
}

impl<T, F: Future<Output = CallResult<T>>> Future for See<'_, '_, F> {
    type Output = CallResult<T>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<CallResult<T>> {
        let See { future, watch } = &mut *self;
        let Some(watch) = watch else { return future.as_mut().poll(task) };
        watch.inside = true;
        let poll = watch.span.clone().in_scope(|| future.as_mut().poll(task));
        watch.inside = false;
        if let Poll::Ready(result) = &poll {
            watch.end(result.as_ref().err().map(|error| &**error));
        }
        poll
    }
}

impl fmt::Debug for Observers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "an observer" } else { "nobody" })
    }
}
