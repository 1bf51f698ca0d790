//! What is behind a handle: an app's instance, a system, or something on the other side of a transport.

pub(crate) mod call_counts;
pub(crate) mod counters;
pub(crate) mod drain;
#[cfg(feature = "engine")]
pub(crate) mod finish;
#[cfg(feature = "engine")]
pub(crate) mod glue;
pub(crate) mod remote;
pub(crate) mod slot;
pub(crate) mod state;
pub(crate) mod system;

use std::any::Any;
use std::fmt;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

#[cfg(feature = "engine")]
use crate::engine::guest::{ImageParams, ImageResult};
use crate::error::call::{CallError, CallResult};
#[cfg(feature = "engine")]
use crate::guest::GuestProvider;
#[cfg(feature = "engine")]
use crate::guest::forward;
#[cfg(feature = "engine")]
use crate::guest::pool::{Closed as ClosedPool, Condition};
#[cfg(feature = "engine")]
use crate::guest::prototype::Live;
use crate::image::Image;
use crate::interface::exports::{Exports, FuncIndex};
#[cfg(feature = "engine")]
use crate::interface::function::Function;
use crate::let_go::let_go;
use crate::limits::budget::Budget;
use crate::limits::chain::Payer;
use crate::limits::cx::Cx;
use crate::observe::{Callee, Observers, see};
use crate::panics::caught;
#[cfg(feature = "engine")]
use crate::types::layout::{Layout, MAX_FLAT_PARAMS};

use call_counts::Tally;
use counters::Counters;
use drain::{Drain, Draining};
#[cfg(feature = "engine")]
use finish::{Ceiling, run_to_its_end};
use remote::RemoteProvider;
use state::InstanceState;
use system::SystemProvider;

/// Something that exports interfaces, whatever it is.
pub(crate) struct Provider {
    id: u64,
    /// Its name and its account.
    payer: Arc<Payer>,
    /// The number of the runtime that the provider belongs to; `None` for a `Remote` that was made without a runtime.
    runtime: Option<u64>,
    exports: RwLock<Exports>,
    kind: Kind,
    defaults: Budget,
    /// How long a call runs before it lets other tasks run.
    slice: Duration,
    /// The most bytes of a message, or of a result as text.
    message: usize,
    observers: Observers,
    /// Counts the calls of systems and remotes. An app's instance counts its own, in its pool of stores.
    tally: Tally,
    /// Keeps track of running calls of systems and remotes. The calls of an app's instance are tracked by its pool of stores.
    drain: Drain,
    removed: AtomicBool,
}

/// The kinds of providers.
#[cfg_attr(
    feature = "engine",
    expect(
        clippy::large_enum_variant,
        reason = "most providers are guests, and a box would cost each of their calls a step"
    )
)]
pub(crate) enum Kind {
    #[cfg(feature = "engine")]
    Guest(GuestProvider),
    System(SystemProvider),
    Remote(Box<RemoteProvider>),
}

/// What serves one consumer of a system.
pub(crate) type Served = dyn Any + Send + Sync;

/// How far a guest goes on that a peer calls, if the export says so. What that guest calls is up to its own instance.
#[cfg(feature = "engine")]
fn ceiling_of(cx: &Cx) -> Option<Ceiling> {
    cx.border().as_ref().filter(|_| !cx.is_nested())?.ceiling
}

/// What a runtime gives to each of its providers.
#[derive(Clone)]
pub(crate) struct Belonging {
    pub(crate) id: u64,
    pub(crate) runtime: Option<u64>,
    pub(crate) defaults: Budget,
    pub(crate) slice: Duration,
    pub(crate) message: usize,
    pub(crate) observers: Observers,
}

impl Provider {
    pub(crate) fn new(payer: Arc<Payer>, belonging: Belonging, exports: Exports, kind: Kind) -> Provider {
        let Belonging { id, runtime, defaults, slice, message, observers } = belonging;
        Provider {
            id,
            payer,
            runtime,
            exports: RwLock::new(exports),
            kind,
            defaults,
            slice,
            message,
            observers,
            tally: Tally::default(),
            drain: Drain::default(),
            removed: AtomicBool::new(false),
        }
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    pub(crate) fn name(&self) -> &Arc<str> {
        &self.payer.name
    }

    /// Its name and its account.
    pub(crate) fn payer(&self) -> &Arc<Payer> {
        &self.payer
    }

    pub(crate) fn kind(&self) -> &Kind {
        &self.kind
    }

    pub(crate) fn defaults(&self) -> &Budget {
        &self.defaults
    }

    pub(crate) fn slice(&self) -> Duration {
        self.slice
    }

    /// The most bytes of a message, or of a result as text.
    pub(crate) fn max_message(&self) -> usize {
        self.message
    }

    pub(crate) fn observers(&self) -> &Observers {
        &self.observers
    }

    pub(crate) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// What it exports now.
    pub(crate) fn exports(&self) -> Exports {
        self.exports.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sets the exports of the app that has replaced the one behind the provider.
    #[cfg(feature = "engine")]
    pub(crate) fn set_exports(&self, exports: Exports) {
        *self.exports.write().unwrap_or_else(PoisonError::into_inner) = exports;
    }

    /// Whether it belongs to the runtime of this number.
    pub(crate) fn belongs_to(&self, runtime: u64) -> bool {
        self.runtime == Some(runtime)
    }

    pub(crate) fn is_removed(&self) -> bool {
        self.removed.load(Ordering::Acquire)
    }

    pub(crate) fn state(&self) -> InstanceState {
        if self.is_removed() {
            return InstanceState::Removed;
        }
        match &self.kind {
            Kind::System(_) | Kind::Remote(_) if self.drain.is_draining() => InstanceState::Retiring,
            Kind::System(_) | Kind::Remote(_) => InstanceState::Idle,
            #[cfg(feature = "engine")]
            Kind::Guest(guest) => match guest.stores.condition() {
                Condition::Idle | Condition::Running if self.payer.is_paused() => InstanceState::Paused,
                Condition::Idle | Condition::Running if guest.is_forwarder() => InstanceState::Forwarding,
                Condition::Idle => InstanceState::Idle,
                Condition::Running => InstanceState::Running,
                Condition::Poisoned(cause) => InstanceState::Poisoned(cause),
                Condition::Suspended => InstanceState::Replacing,
                Condition::Retiring => InstanceState::Retiring,
                Condition::Removed => InstanceState::Removed,
            },
        }
    }

    /// Whether a call of it may go to a peer, whose answer may be lost.
    pub(crate) fn may_leave(&self) -> bool {
        match &self.kind {
            #[cfg(feature = "engine")]
            Kind::Guest(guest) => guest.is_forwarder(),
            Kind::System(_) => false,
            Kind::Remote(_) => true,
        }
    }

    /// What it has done so far.
    pub(crate) fn counters(&self) -> Counters {
        match &self.kind {
            #[cfg(feature = "engine")]
            Kind::Guest(guest) => Counters { stopped: self.payer.account.stopped(), ..guest.counters() },
            Kind::System(_) | Kind::Remote(_) => {
                let (calls, failures) = self.tally.read();
                Counters { calls, failures, ..Counters::default() }
            }
        }
    }

    /// Calls a function with parameters and result as images, whatever is behind the handle. `value` is a consumer's own of a system; without it
    /// the host calls.
    pub(crate) async fn call_image(
        self: &Arc<Self>,
        value: Option<&Served>,
        cx: &Cx,
        function: FuncIndex,
        params: Image,
    ) -> CallResult<Image> {
        let mut watch = self.observers.watch(&**self, function, cx);
        match &self.kind {
            #[cfg(feature = "engine")]
            Kind::Guest(guest) => {
                let root = self.exports().function(function).map_or(Layout::EMPTY, Function::params_layout);
                let params = ImageParams::of(params, root);
                if let Some(ceiling) = guest.ceiling().or_else(|| ceiling_of(cx)) {
                    let call =
                        run_to_its_end::<_, _, { MAX_FLAT_PARAMS as usize }>(self, ceiling, cx, function, params);
                    let mut call = Box::pin(call);
                    return see(&mut watch, call.as_mut()).await.map(|result: ImageResult| result.image);
                }
                let call = pin!(guest.run::<_, _, { MAX_FLAT_PARAMS as usize }>(cx, function, params));
                see(&mut watch, call).await.map(|result: ImageResult| result.image)
            }
            // Boxed, so that the future of a call to a guest, which is the most frequent, stays small.
            Kind::System(_) | Kind::Remote(_) => {
                if let Some(place) = cx.place() {
                    place.takes(params.as_bytes().len() as u64);
                }
                let mut call = Box::pin(self.call_host(value, cx, function, params));
                let result = see(&mut watch, call.as_mut()).await;
                if let (Some(place), Ok(image)) = (cx.place(), &result) {
                    place.gives(image.as_bytes().len() as u64);
                }
                result
            }
        }
    }

    /// As [`call_image`](Provider::call_image), on behalf of host code. Calls that guests make are counted by their slots.
    pub(crate) async fn call_by_host(
        self: &Arc<Self>,
        value: Option<&Served>,
        cx: &Cx,
        function: FuncIndex,
        params: Image,
    ) -> CallResult<Image> {
        let counting = self.tally.begin();
        let result = self.call_image(value, cx, function, params).await;
        counting.end(result.is_err());
        result
    }

    /// Calls host code, and turns its panics into errors. `value` is a consumer's own of a system; without it the host calls.
    pub(crate) async fn call_host(
        &self,
        value: Option<&Served>,
        cx: &Cx,
        function: FuncIndex,
        params: Image,
    ) -> CallResult<Image> {
        if self.is_removed() {
            return Err(CallError::Removed { instance: self.payer.name.clone() }.into());
        }
        if cx.granted_fuel() == 0 {
            return Err(CallError::out_of_fuel(self.payer.name.clone(), self.label(function)).into());
        }
        let Some(_running) = self.drain.enter() else {
            return Err(CallError::Retiring { instance: self.payer.name.clone() }.into());
        };
        let work = async {
            match &self.kind {
                Kind::System(system) => {
                    cx.enter();
                    system.call(self.name(), value, function, cx, &params).await
                }
                // Boxed, so that the future of a call to a system is one that an allocator has at hand.
                Kind::Remote(remote) => {
                    let exports = self.exports();
                    Box::pin(remote.call(&self.payer, cx, function, &exports, params)).await
                }
                #[cfg(feature = "engine")]
                Kind::Guest(_) => Err(CallError::bug("a guest was called as host code")),
            }
        };
        let result = caught(pin!(work)).await.unwrap_or_else(|panic| {
            let (instance, function, message) = (self.payer.name.clone(), self.label(function), panic.message.into());
            Err(CallError::HostPanic { instance, function, provider: None, message })
        });
        Ok(result?)
    }

    /// The app's instance, for a guest whose import was linked to one.
    #[cfg(feature = "engine")]
    #[inline]
    pub(crate) fn guest(&self) -> CallResult<&GuestProvider> {
        match &self.kind {
            Kind::Guest(guest) => Ok(guest),
            _ => Err(CallError::bug("a guest was linked to host code as to a guest").into()),
        }
    }

    /// Makes new calls of an app wait until the result is dropped, or the instance is freed. Calls of systems and remotes go on meanwhile, so
    /// that no call fails because of a removal that may yet be refused. `None` if a call of the app runs or waits, or if the provider is
    /// closed already.
    pub(crate) fn close(&self) -> Option<Closed<'_>> {
        let behind = match &self.kind {
            #[cfg(feature = "engine")]
            Kind::Guest(guest) => Behind::Guest(guest.stores.close_if_idle()?, None),
            Kind::System(_) | Kind::Remote(_) if self.drain.is_draining() => return None,
            Kind::System(system) => Behind::System(system, None),
            Kind::Remote(remote) => Behind::Remote(remote, None),
        };
        Some(Closed { provider: self, behind })
    }

    /// Refuses new calls, while those that run or wait go on. `None` if the provider is closed already.
    pub(crate) fn retire(&self) -> Option<Closed<'_>> {
        let behind = match &self.kind {
            #[cfg(feature = "engine")]
            Kind::Guest(guest) => Behind::Guest(guest.stores.retire()?, Some(guest.gone_on.begin()?)),
            Kind::System(system) => Behind::System(system, Some(self.drain.begin()?)),
            Kind::Remote(remote) => Behind::Remote(remote, Some(self.drain.begin()?)),
        };
        Some(Closed { provider: self, behind })
    }
}

impl Drop for Provider {
    /// Each of these may hold handles, and so other providers, or a whole runtime.
    fn drop(&mut self) {
        let_go(std::mem::take(&mut self.observers));
        match &self.kind {
            #[cfg(feature = "engine")]
            Kind::Guest(guest) => let_go(guest.stores.take_all()),
            Kind::System(system) => system.free(),
            Kind::Remote(remote) => remote.free(),
        }
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("name", &self.payer.name).finish_non_exhaustive()
    }
}

impl Callee for Provider {
    fn name(&self) -> Arc<str> {
        self.payer.name.clone()
    }

    fn app(&self) -> Option<Arc<str>> {
        match &self.kind {
            #[cfg(feature = "engine")]
            Kind::Guest(guest) => guest.app(),
            Kind::System(_) | Kind::Remote(_) => None,
        }
    }

    fn tenant(&self) -> Option<Arc<str>> {
        self.payer.tenant.as_ref().map(|tenant| tenant.name.clone())
    }

    fn label(&self, function: FuncIndex) -> Arc<str> {
        self.exports().label(function)
    }

    fn is_remote(&self) -> bool {
        matches!(self.kind, Kind::Remote(_))
    }
}

/// A provider that takes no new calls. Dropping this lets it take calls again.
pub(crate) struct Closed<'a> {
    provider: &'a Provider,
    behind: Behind<'a>,
}

/// What is behind a closed provider, and what keeps new calls out. Only the retirement of a system or remote keeps them out;
/// [`close`](Provider::close) says why.
enum Behind<'a> {
    #[cfg(feature = "engine")]
    Guest(ClosedPool<'a, Box<Live>, forward::Behind>, Option<Draining<'a>>),
    System(&'a SystemProvider, Option<Draining<'a>>),
    Remote(&'a RemoteProvider, Option<Draining<'a>>),
}

impl Closed<'_> {
    /// Waits until the calls that ran or waited when the provider was retired have ended.
    pub(crate) async fn idle(&mut self) {
        match &mut self.behind {
            #[cfg(feature = "engine")]
            Behind::Guest(stores, draining) => {
                stores.idle().await;
                if let Some(draining) = draining {
                    draining.idle().await;
                }
            }
            Behind::System(_, draining) | Behind::Remote(_, draining) => {
                if let Some(draining) = draining {
                    draining.idle().await;
                }
            }
        }
    }

    /// Frees what is behind the handle.
    pub(crate) fn free(self) {
        self.provider.removed.store(true, Ordering::Release);
        // Those who wait for the end of a pause are told that it is gone.
        self.provider.payer.account.resume();
        match self.behind {
            #[cfg(feature = "engine")]
            Behind::Guest(stores, _) => stores.remove(),
            Behind::System(system, _) => system.free(),
            Behind::Remote(remote, _) => remote.free(),
        }
        tracing::debug!(instance = &**self.provider.name(), "instance removed");
    }
}
