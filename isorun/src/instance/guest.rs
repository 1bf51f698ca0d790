//! An app's instance: calls take their turns in its places.
//!
//! # Invariants
//!
//! * A store is entered by one call at a time.
//! * A call that does not end well takes its store with it: the memory is freed at once, and the cause is left in its place.

use std::sync::Arc;

use wasmtime::Store;
use wasmtime::component::Func;

use super::places::{Place, Places, Refused};
use super::policy::{Restart, Reuse};
use super::prototype::{Live, NotStarted, Prototype};
use super::stop::explain;
use super::store::State;
use crate::budget::{Cx, Frame};
use crate::call::Outcome;
use crate::engine::guest::{FromGuest, Guest, ToGuest, typed};
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

    /// Calls the app's function behind `handle` when its turn comes.
    pub(crate) async fn run<P: ToGuest, R: FromGuest + 'static>(&self, cx: &Cx, handle: u32, params: P) -> Outcome<R> {
        if cx.is_awaited_by(&self.name) || cx.fuel() == 0 {
            return Err(self.unfit(cx, handle).into());
        }
        let place = self.places.take().await.map_err(|refused| self.refusal(refused))?;
        let mut turn = Turn::new(self, place, cx, handle);
        if turn.is_empty() {
            // Boxed, so that the many calls that find a store move a small future.
            Box::pin(turn.start()).await?;
        }
        let func = turn.begin()?;
        let result = match caught(typed::<P, R>(func).call_async(turn.store()?, Guest(params))).await {
            Ok(result) => result.map_err(Stop::Error),
            Err(message) => Err(Stop::Panic(message)),
        };
        turn.end(result.map(|Guest(value)| value))
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

/// One call's turn in one of the places. Dropped while the guest runs, it was cancelled, and the store is gone.
struct Turn<'a> {
    instance: &'a GuestInstance,
    place: Taken,
    cx: &'a Cx,
    handle: u32,
    fuel: u64,
    /// Units of fuel that the app took to start for this call.
    started: u64,
}

enum Taken {
    /// Nothing has run in this place since it was taken.
    Fresh(Place),
    Running(Box<Live>),
    GivenBack,
}

/// How a call came back from wasmtime, if not with a value.
enum Stop {
    Error(wasmtime::Error),
    Panic(String),
}

impl<'a> Turn<'a> {
    #[inline]
    fn new(instance: &'a GuestInstance, place: Place, cx: &'a Cx, handle: u32) -> Turn<'a> {
        Turn { instance, place: Taken::Fresh(place), cx, handle, fuel: cx.fuel(), started: 0 }
    }

    fn is_empty(&self) -> bool {
        matches!(self.place, Taken::Fresh(Place::Empty(_)))
    }

    /// Starts the app in an empty place, out of the call's budget.
    async fn start(&mut self) -> Outcome<()> {
        let Taken::Fresh(Place::Empty(prototype)) = &self.place else { return Ok(()) };
        let frame = Frame { deadline: self.cx.end(), hops: self.cx.hops() };
        let message = prototype.limits.message;
        let stop = match caught(prototype.start(self.fuel, frame, self.cx.chain())).await {
            Ok(Ok(live)) => {
                self.charge_start(live.fuel());
                self.place = Taken::Fresh(Place::Store(live));
                return Ok(());
            }
            Ok(Err(NotStarted { error, fuel })) => {
                self.charge_start(fuel);
                Stop::Error(error)
            }
            Err(message) => Stop::Panic(message),
        };
        let error = match stop {
            Stop::Error(error) if error.is::<wasmtime::PoolConcurrencyLimitError>() => {
                let (instance, message) = (self.instance.name.clone(), error.to_string().into());
                // It has not even begun: the place is as good as it was.
                return Err(CallError::NoCapacity { instance, message }.into());
            }
            stop => self.explain(stop, "start".into(), message),
        };
        self.lose(error.clone(), self.started);
        Err(error.into())
    }

    /// Charges what the app used to start, so much of its fuel being left.
    fn charge_start(&mut self, left: u64) {
        self.started = self.fuel.saturating_sub(left);
        self.cx.charge(self.started, 0);
    }

    /// Finds the function, and puts the call's budget into the store. From here on the store is lost if the call is.
    #[inline]
    fn begin(&mut self) -> Outcome<Func> {
        let Taken::Fresh(Place::Store(live)) = &mut self.place else {
            return Err(CallError::system("a call began without a store; this is a bug of isorun").into());
        };
        self.fuel = self.cx.fuel();
        let func = live.function(self.handle)?;
        live.grant(self.cx, self.fuel)?;
        if let Taken::Fresh(Place::Store(live)) = std::mem::replace(&mut self.place, Taken::GivenBack) {
            self.place = Taken::Running(live);
        }
        Ok(func)
    }

    #[inline]
    fn store(&mut self) -> Outcome<&mut Store<State>> {
        match &mut self.place {
            Taken::Running(live) => Ok(&mut live.store),
            Taken::Fresh(_) | Taken::GivenBack => Err(CallError::system("a call went on after its end").into()),
        }
    }

    #[inline]
    fn end<R>(mut self, result: Result<R, Stop>) -> Outcome<R> {
        let Taken::Running(live) = std::mem::replace(&mut self.place, Taken::GivenBack) else {
            return Err(CallError::system("a call ended twice").into());
        };
        let used = self.charge(&live);
        match result {
            Ok(value) => {
                self.instance.places.end(live, used);
                Ok(value)
            }
            Err(stop) => {
                let (label, message) = (live.prototype.provides.label(self.handle), live.store.hostcall_fuel());
                let error = self.explain(stop, label, message);
                drop(live);
                self.lose(error.clone(), used);
                Err(error.into())
            }
        }
    }

    /// Leaves the cause in the place of a store that is gone: who finds it finds the memory freed.
    #[cold]
    fn lose(&mut self, cause: CallError, used: u64) {
        tracing::warn!(instance = %self.instance.name, cause = %cause.headline(), "store lost");
        self.place = Taken::GivenBack;
        self.instance.places.fault(Arc::new(cause), used);
    }

    /// Charges what the store used to the call's context; gives what the call used in all.
    #[inline]
    fn charge(&self, live: &Live) -> u64 {
        let used = self.fuel.saturating_sub(live.fuel());
        self.cx.charge(used, live.store.data().meter.used());
        self.started + used
    }

    #[cold]
    fn explain(&self, stop: Stop, function: Arc<str>, message: usize) -> CallError {
        let instance = self.instance.name.clone();
        match stop {
            Stop::Error(error) => explain(&error, instance, function, self.fuel, message),
            Stop::Panic(message) => CallError::HostPanic { instance, function, message: message.into() },
        }
    }
}

impl Drop for Turn<'_> {
    #[inline]
    fn drop(&mut self) {
        match std::mem::replace(&mut self.place, Taken::GivenBack) {
            Taken::GivenBack => {}
            Taken::Fresh(Place::Store(live)) => self.instance.places.put(Some(live)),
            Taken::Fresh(Place::Empty(_)) => self.instance.places.put(None),
            Taken::Running(live) => self.cancelled(live),
        }
    }
}

impl Turn<'_> {
    #[cold]
    fn cancelled(&mut self, live: Box<Live>) {
        let used = self.charge(&live);
        let (instance, function) = (self.instance.name.clone(), live.prototype.provides.label(self.handle));
        let cause = match self.cx.end() {
            Some(deadline) if deadline.has_passed() => {
                let limit = Amount::Time(deadline.span);
                CallError::OutOfBudget { resource: Resource::Deadline, limit, instance, function }
            }
            _ => CallError::Cancelled { instance, function },
        };
        drop(live);
        self.lose(cause, used);
    }
}
