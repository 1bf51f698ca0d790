//! An app's instance: one store, one queue of calls, its state.
//!
//! # Invariants
//!
//! * A store is entered by one call at a time; calls that wait are served in the order of their arrival.
//! * A call that does not end well takes the store with it: the memory is freed at once, and every later call is told the cause.

use std::sync::Arc;

use wasmtime::Store;
use wasmtime::component::{ComponentExportIndex, Func};

use super::queue::Queue;
use super::stop::explain;
use super::store::State;
use crate::app::App;
use crate::budget::{Cx, Frame};
use crate::call::Outcome;
use crate::engine::guest::{FromGuest, Guest, ToGuest, typed};
use crate::error::{Amount, CallError, Resource};
use crate::panics::caught;

/// An app's instance.
pub(crate) struct GuestInstance {
    app: App,
    name: Arc<str>,
    cell: Queue<Cell>,
}

/// Where an instance is in its life.
enum Cell {
    Live(Box<Live>),
    Poisoned(Arc<CallError>),
    Removed,
}

struct Live {
    store: Store<State>,
    instance: wasmtime::component::Instance,
    /// The app's exported functions, looked up when they are first called.
    functions: Box<[Option<Func>]>,
}

impl GuestInstance {
    pub(crate) fn new(
        app: App,
        name: Arc<str>,
        store: Store<State>,
        instance: wasmtime::component::Instance,
    ) -> GuestInstance {
        let functions = vec![None; app.exports().len()].into();
        let live = Live { store, instance, functions };
        GuestInstance { app, name, cell: Queue::new(Cell::Live(Box::new(live))) }
    }

    /// Calls the app's exported function `handle` when its turn comes.
    pub(crate) async fn run<P: ToGuest, R: FromGuest + 'static>(&self, cx: &Cx, handle: u32, params: P) -> Outcome<R> {
        if cx.is_awaited_by(&self.name) {
            let (instance, function) = (self.name.clone(), self.app.label(handle));
            return Err(CallError::ReEntered { instance, function }.into());
        }
        let cell = match self.cell.try_take() {
            Some(cell) => cell,
            None => self.cell.take().await,
        };
        let mut turn = Turn::begin(self, cell, cx, handle)?;
        let result = {
            let (func, store) = turn.enter()?;
            match caught(typed::<P, R>(func).call_async(store, Guest(params))).await {
                Ok(result) => result.map_err(Stop::Error),
                Err(message) => Err(Stop::Panic(message)),
            }
        };
        turn.end(result.map(|Guest(value)| value))
    }

    /// Frees the store; every later call is told that the instance is gone. `false`, and nothing done, while a call runs or waits.
    pub(crate) fn remove(&self) -> bool {
        let Some(cell) = self.cell.try_take() else { return false };
        self.cell.put(Cell::Removed);
        drop(cell);
        true
    }

    /// Where it is in its life.
    pub(crate) fn state(&self) -> InstanceState {
        self.cell.look(|cell| match cell {
            None => InstanceState::Running,
            Some(Cell::Live(_)) => InstanceState::Idle,
            Some(Cell::Poisoned(cause)) => InstanceState::Poisoned(cause.clone()),
            Some(Cell::Removed) => InstanceState::Removed,
        })
    }
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
    /// It was removed.
    Removed,
}

impl GuestInstance {
    /// Why a call does not begin.
    #[cold]
    fn refusal(&self, cell: &Cell, handle: u32) -> CallError {
        let instance = self.name.clone();
        match cell {
            Cell::Live(_) => {
                let (resource, limit) = (Resource::Fuel, Amount::Fuel(0));
                CallError::OutOfBudget { resource, limit, instance, function: self.app.label(handle) }
            }
            Cell::Poisoned(cause) => CallError::Poisoned { instance, cause: cause.clone() },
            Cell::Removed => CallError::Removed { instance },
        }
    }
}

impl Live {
    /// Puts a call's budget into the store.
    fn start(&mut self, cx: &Cx, fuel: u64) -> Outcome<()> {
        self.store.set_fuel(fuel).map_err(|error| CallError::system(error.to_string()))?;
        let state = self.store.data_mut();
        state.meter.grant(cx.memory());
        state.frame = Frame { chain: cx.chain().clone(), deadline: cx.end(), hops: cx.hops() };
        state.yielded_at = fuel;
        Ok(())
    }

    fn function(&mut self, exports: &[ComponentExportIndex], handle: u32) -> Outcome<Func> {
        let at = handle as usize;
        if let Some(Some(func)) = self.functions.get(at) {
            return Ok(*func);
        }
        let func = exports.get(at).and_then(|index| self.instance.get_func(&mut self.store, index));
        let func = func.ok_or_else(|| {
            CallError::system("isorun wired a function that the app does not export; this is a bug of isorun")
        })?;
        self.functions[at] = Some(func);
        Ok(func)
    }
}

/// One call's turn in the store. Dropped before its end, it was cancelled, and the store is gone.
struct Turn<'a> {
    instance: &'a GuestInstance,
    /// Gone when the turn has ended.
    live: Option<Box<Live>>,
    cx: &'a Cx,
    handle: u32,
    fuel: u64,
}

/// How a call came back from wasmtime, if not with a value.
enum Stop {
    Error(wasmtime::Error),
    Panic(String),
}

impl<'a> Turn<'a> {
    fn begin(instance: &'a GuestInstance, cell: Cell, cx: &'a Cx, handle: u32) -> Outcome<Turn<'a>> {
        let fuel = cx.fuel();
        match cell {
            Cell::Live(mut live) if fuel > 0 => {
                let started = live.start(cx, fuel);
                let turn = Turn { instance, live: Some(live), cx, handle, fuel };
                started.map(|()| turn)
            }
            cell => {
                let error = instance.refusal(&cell, handle);
                instance.cell.put(cell);
                Err(error.into())
            }
        }
    }

    fn enter(&mut self) -> Outcome<(Func, &mut Store<State>)> {
        let live = self.live.as_deref_mut().ok_or_else(|| CallError::system("a call went on after its end"))?;
        Ok((live.function(self.instance.app.exports(), self.handle)?, &mut live.store))
    }

    fn end<R>(mut self, result: Result<R, Stop>) -> Outcome<R> {
        let Some(live) = self.live.take() else { return Err(CallError::system("a call ended twice").into()) };
        self.charge(&live);
        match result {
            Ok(value) => {
                self.instance.cell.put(Cell::Live(live));
                Ok(value)
            }
            Err(stop) => {
                let error = self.explain(stop, &live);
                self.poison(error.clone(), live);
                Err(error.into())
            }
        }
    }

    /// Throws the store away and leaves the cause in its place.
    #[cold]
    fn poison(&self, cause: CallError, live: Box<Live>) {
        tracing::warn!(instance = %self.instance.name, cause = %cause.headline(), "instance poisoned");
        // The store goes first: who finds the instance poisoned finds its memory freed.
        drop(live);
        self.instance.cell.put(Cell::Poisoned(Arc::new(cause)));
    }

    /// Charges what the store used to the call's context.
    fn charge(&self, live: &Live) {
        let left = live.store.get_fuel().unwrap_or(0);
        self.cx.charge(self.fuel.saturating_sub(left), live.store.data().meter.used());
    }

    #[cold]
    fn explain(&self, stop: Stop, live: &Live) -> CallError {
        let (instance, function) = (self.instance.name.clone(), self.instance.app.label(self.handle));
        match stop {
            Stop::Error(error) => explain(&error, instance, function, self.fuel, live.store.hostcall_fuel()),
            Stop::Panic(message) => CallError::HostPanic { instance, function, message: message.into() },
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let Some(live) = self.live.take() else { return };
        self.charge(&live);
        let (instance, function) = (self.instance.name.clone(), self.instance.app.label(self.handle));
        let cause = match self.cx.end() {
            Some(deadline) if deadline.has_passed() => {
                let limit = Amount::Time(deadline.span);
                CallError::OutOfBudget { resource: Resource::Deadline, limit, instance, function }
            }
            _ => CallError::Cancelled { instance, function },
        };
        self.poison(cause, live);
    }
}
