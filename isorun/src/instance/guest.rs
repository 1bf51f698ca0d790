//! An app's instance: calls take their turns in its places.
//!
//! # Invariants
//!
//! * A store is entered by one call at a time.
//! * A call that does not end well takes its store with it: the memory is freed at once, and the cause is left in its place.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use wasmtime::Store;

use super::places::{Place, Places, Refused};
use super::policy::{Restart, Reuse};
use super::prototype::{Live, NotStarted, Prototype};
use super::stop::explain;
use super::store::State;
use crate::budget::{Cx, Deadline, Frame};
use crate::call::Outcome;
use crate::engine::guest::{FromGuest, Guest, ToGuest};
use crate::error::{Amount, CallError, Resource};
use crate::panics::caught;

/// An app's instance.
pub(crate) struct GuestInstance {
    name: Arc<str>,
    pub(crate) places: Places,
}

impl GuestInstance {
    /// An instance of the prototype, of which one store is there already.
    pub(crate) fn new(prototype: Arc<Prototype>, first: Option<Box<Live>>, policy: Policy) -> GuestInstance {
        let name = prototype.name.clone();
        let places = Places::new(prototype, first, policy.reuse, policy.restart, policy.queue);
        GuestInstance { name, places }
    }

    /// Calls the app's function behind `handle` when its turn comes. `N` is the most core values that its parameters can have.
    pub(crate) async fn run<P: ToGuest, R: FromGuest + 'static, const N: usize>(
        &self,
        cx: &Cx,
        handle: u32,
        params: P,
    ) -> Outcome<R> {
        if cx.is_awaited_by(&self.name) || cx.fuel() == 0 {
            return Err(self.unfit(cx, handle).into());
        }
        // Most calls find a store at rest; what others do is boxed, so that those move a small future.
        let (mut live, started) = match self.places.try_take() {
            Some(live) => (live, 0),
            None => Box::pin(self.wait(cx)).await?,
        };
        let function = match live.prepare::<P, R, N>(cx, handle) {
            Ok(function) => function,
            Err(error) => {
                self.places.put(Some(live));
                return Err(error);
            }
        };
        let mut turn = Turn { instance: self, live: Some(live), cx, handle, started };
        let result = {
            let call = pin!(function.call_async(turn.store()?, Guest(params)));
            caught(call).await
        };
        match result {
            Ok(Ok(Guest(value))) => {
                turn.end();
                Ok(value)
            }
            Ok(Err(error)) => Err(turn.failed(Stop::Error(error))),
            Err(message) => Err(turn.failed(Stop::Panic(message))),
        }
    }

    /// Waits for a place, and starts the app there if there is no store in it, out of the call's budget. Gives the fuel that took, too.
    async fn wait(&self, cx: &Cx) -> Outcome<(Box<Live>, u64)> {
        let prototype = match self.places.take().await.map_err(|refused| self.refusal(refused))? {
            Place::Store(live) => return Ok((live, 0)),
            Place::Empty(prototype) => prototype,
        };
        let spent = AtomicU64::new(0);
        let empty = EmptyPlace { instance: Some(self), cx, spent: &spent };
        // To start takes time that is not in the fuel: a guest that makes others start, again and again, lets others run now and then.
        tokio::task::consume_budget().await;
        let frame = Frame { deadline: cx.end(), hops: cx.hops() };
        let (fuel, memory) = (cx.fuel(), cx.memory());
        let (stop, used) = match caught(pin!(prototype.start((fuel, memory), frame, cx.chain(), &spent))).await {
            Ok(Ok(live)) => {
                let used = fuel.saturating_sub(live.fuel());
                cx.settle(used, live.store.data().meter.used());
                empty.taken();
                return Ok((live, used));
            }
            // Some of the app may have started before the rest found no place.
            Ok(Err(NotStarted { error, .. })) if error.is::<wasmtime::PoolConcurrencyLimitError>() => {
                cx.settle(spent.load(Ordering::Relaxed), 0);
                empty.taken();
                self.places.put(None);
                let (instance, message) = (self.name.clone(), error.to_string().into());
                return Err(CallError::NoCapacity { instance, message }.into());
            }
            Ok(Err(NotStarted { error, fuel: left })) => (Stop::Error(error), fuel.saturating_sub(left)),
            Err(message) => (Stop::Panic(message), spent.load(Ordering::Relaxed)),
        };
        empty.taken();
        let error = self.explain(stop, "start".into(), fuel, prototype.limits.message);
        cx.settle(used, 0);
        self.lose(error.clone(), used);
        Err(error.into())
    }

    /// Leaves the cause in the place of a store that is gone: who finds it finds the memory freed.
    #[cold]
    fn lose(&self, cause: CallError, used: u64) {
        tracing::warn!(instance = %self.name, cause = %cause.headline(), "store lost");
        self.places.fault(Arc::new(cause), used);
    }

    #[cold]
    fn explain(&self, stop: Stop, function: Arc<str>, fuel: u64, message: usize) -> CallError {
        let instance = self.name.clone();
        match stop {
            Stop::Error(error) => explain(&error, instance, function, fuel, message),
            Stop::Panic(message) => CallError::HostPanic { instance, function, message: message.into() },
        }
    }

    /// Why a call does not even queue.
    #[cold]
    fn unfit(&self, cx: &Cx, handle: u32) -> CallError {
        let (instance, function) = (self.name.clone(), self.label(handle));
        match cx.fuel() {
            0 => {
                let (resource, limit) = (Resource::Fuel, Amount::Fuel(0));
                CallError::OutOfBudget { resource, limit, instance, function }
            }
            _ => CallError::ReEntered { instance, function },
        }
    }

    /// Why a call does not begin.
    #[cold]
    fn refusal(&self, refused: Refused) -> CallError {
        let instance = self.name.clone();
        match refused {
            Refused::Busy { waiting } => CallError::Busy { instance, waiting },
            Refused::Poisoned(cause) => CallError::Poisoned { instance, cause },
            Refused::Retiring => CallError::Retiring { instance },
            Refused::Removed => CallError::Removed { instance },
        }
    }

    /// The name of the app behind it; `None` if it is removed.
    pub(crate) fn app(&self) -> Option<Arc<str>> {
        self.places.prototype().map(|prototype| prototype.app.shared_name())
    }

    /// The name of a function for messages.
    #[cold]
    pub(crate) fn label(&self, handle: u32) -> Arc<str> {
        self.places.prototype().map_or_else(|| "a function".into(), |prototype| prototype.provides.label(handle))
    }
}

/// What an instance does with its stores and its callers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy {
    pub(crate) reuse: Reuse,
    pub(crate) restart: Restart,
    /// How many calls may wait.
    pub(crate) queue: usize,
}

/// A place in which the app is being started. Dropped before that is done, it is given back: as good as it was if the caller gave up, after a
/// fault if the start has taken all the time that there was.
struct EmptyPlace<'a> {
    instance: Option<&'a GuestInstance>,
    cx: &'a Cx,
    /// Units of fuel that a start used which was dropped.
    spent: &'a AtomicU64,
}

impl EmptyPlace<'_> {
    fn taken(mut self) {
        self.instance = None;
    }
}

impl Drop for EmptyPlace<'_> {
    fn drop(&mut self) {
        let Some(instance) = self.instance else { return };
        let spent = self.spent.load(Ordering::Relaxed);
        self.cx.settle(spent, 0);
        match self.cx.end() {
            Some(deadline) if deadline.has_passed() => {
                instance.lose(late(deadline, &instance.name, "start".into()), spent)
            }
            _ => instance.places.put(None),
        }
    }
}

/// The end of a call whose time is over.
fn late(deadline: Deadline, instance: &Arc<str>, function: Arc<str>) -> CallError {
    let limit = Amount::Time(deadline.span);
    CallError::OutOfBudget { resource: Resource::Deadline, limit, instance: instance.clone(), function }
}

/// One call's turn in a store. Dropped before its end, it was cancelled, and the store is gone.
struct Turn<'a> {
    instance: &'a GuestInstance,
    /// Gone when the turn has ended.
    live: Option<Box<Live>>,
    cx: &'a Cx,
    handle: u32,
    /// Units of fuel that the app took to start for this call.
    started: u64,
}

/// How a call came back from wasmtime, if not with a value.
enum Stop {
    Error(wasmtime::Error),
    Panic(String),
}

impl Turn<'_> {
    #[inline]
    fn store(&mut self) -> Outcome<&mut Store<State>> {
        let live = self.live.as_deref_mut().ok_or_else(|| CallError::system("a call went on after its end"))?;
        Ok(&mut live.store)
    }

    /// Ends it well.
    #[inline]
    fn end(&mut self) {
        if let Some(live) = self.live.take() {
            let used = self.charge(&live);
            self.instance.places.end(live, used);
        }
    }

    /// Ends it without a value.
    #[cold]
    fn failed(&mut self, stop: Stop) -> Box<CallError> {
        let Some(live) = self.live.take() else { return CallError::system("a call ended twice").into() };
        let used = self.charge(&live);
        let (label, message) = (live.prototype.provides.label(self.handle), live.store.hostcall_fuel());
        let error = self.instance.explain(stop, label, live.granted(), message);
        drop(live);
        self.instance.lose(error.clone(), used);
        error.into()
    }

    /// Charges what the store used to the call's context; gives what the call used in all.
    #[inline]
    fn charge(&self, live: &Live) -> u64 {
        let used = live.granted().saturating_sub(live.fuel());
        self.cx.settle(used, live.store.data().meter.used());
        self.started.saturating_add(used)
    }

    #[cold]
    fn cancelled(&self, live: Box<Live>) {
        let used = self.charge(&live);
        let (instance, function) = (self.instance.name.clone(), live.prototype.provides.label(self.handle));
        let cause = match self.cx.end() {
            Some(deadline) if deadline.has_passed() => late(deadline, &instance, function),
            _ => CallError::Cancelled { instance, function },
        };
        drop(live);
        self.instance.lose(cause, used);
    }
}

impl Drop for Turn<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(live) = self.live.take() {
            self.cancelled(live);
        }
    }
}
