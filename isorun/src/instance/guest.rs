//! An app's instance: one store, one queue of calls, its state.
//!
//! # Invariants
//!
//! * A store is entered by one call at a time; calls that wait are served in the order of their arrival.
//! * A call that does not end well takes the store with it: the memory is freed at once, and every later call is told the cause.

use std::sync::Arc;

use tokio::sync::Mutex;
use wasmtime::Store;
use wasmtime::component::{ComponentExportIndex, Func};

use super::stop::explain;
use super::store::State;
use crate::app::App;
use crate::budget::{Cx, Frame};
use crate::call::Outcome;
use crate::error::{Amount, CallError, Resource};
use crate::image::guest::{FromGuest, Guest, ToGuest, typed};
use crate::panics::caught;

/// An app's instance.
pub(crate) struct GuestInstance {
    app: App,
    name: Arc<str>,
    cell: Mutex<Cell>,
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
        GuestInstance { app, name, cell: Mutex::new(Cell::Live(Box::new(live))) }
    }

    /// Calls the app's exported function `handle` when its turn comes.
    pub(crate) async fn run<P: ToGuest, R: FromGuest + 'static>(&self, cx: &Cx, handle: u32, params: P) -> Outcome<R> {
        let mut cell = match self.cell.try_lock() {
            Ok(cell) => cell,
            Err(_) => Box::pin(self.cell.lock()).await,
        };
        let mut turn = Turn::begin(self, &mut cell, cx, handle)?;
        let result = {
            let (func, store) = turn.enter()?;
            match caught(typed::<P, R>(func).call_async(store, Guest(params))).await {
                Ok(result) => result.map_err(Stop::Error),
                Err(message) => Err(Stop::Panic(message)),
            }
        };
        turn.end(result.map(|Guest(value)| value))
    }

    /// Frees the store when the running call has ended; every later call is told that the instance is gone.
    pub(crate) fn remove(&self) -> bool {
        match self.cell.try_lock() {
            Ok(mut cell) => {
                *cell = Cell::Removed;
                true
            }
            Err(_) => false,
        }
    }

    /// `None` while a call runs.
    pub(crate) fn state(&self) -> Option<InstanceState> {
        Some(match &*self.cell.try_lock().ok()? {
            Cell::Live(_) => InstanceState::Idle,
            Cell::Poisoned(cause) => InstanceState::Poisoned(cause.clone()),
            Cell::Removed => InstanceState::Removed,
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

impl Live {
    fn function(&mut self, exports: &[ComponentExportIndex], handle: u32) -> Result<Func, CallError> {
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
    cell: &'a mut Cell,
    cx: &'a Cx,
    handle: u32,
    fuel: u64,
    ended: bool,
}

/// How a call came back from wasmtime, if not with a value.
enum Stop {
    Error(wasmtime::Error),
    Panic(String),
}

impl<'a> Turn<'a> {
    fn begin(instance: &'a GuestInstance, cell: &'a mut Cell, cx: &'a Cx, handle: u32) -> Result<Turn<'a>, CallError> {
        let live = match cell {
            Cell::Live(live) => live,
            Cell::Poisoned(cause) => {
                return Err(CallError::Poisoned { instance: instance.name.clone(), cause: cause.clone() });
            }
            Cell::Removed => return Err(CallError::Removed { instance: instance.name.clone() }),
        };
        let fuel = cx.fuel();
        if fuel == 0 {
            let (instance, function) = (instance.name.clone(), instance.app.label(handle));
            return Err(CallError::OutOfBudget {
                resource: Resource::Fuel,
                limit: Amount::Fuel(0),
                instance,
                function,
            });
        }
        live.store.set_fuel(fuel).map_err(|error| CallError::system(error.to_string()))?;
        let state = live.store.data_mut();
        state.meter.grant(cx.memory());
        state.frame = Frame { deadline: cx.end(), hops: cx.hops() };
        state.yielded_at = fuel;
        Ok(Turn { instance, cell, cx, handle, fuel, ended: false })
    }

    fn enter(&mut self) -> Result<(Func, &mut Store<State>), CallError> {
        match self.cell {
            Cell::Live(live) => Ok((live.function(self.instance.app.exports(), self.handle)?, &mut live.store)),
            _ => Err(CallError::Removed { instance: self.instance.name.clone() }),
        }
    }

    fn end<R>(mut self, result: Result<R, Stop>) -> Outcome<R> {
        self.ended = true;
        self.charge();
        match result {
            Ok(value) => Ok(value),
            Err(stop) => {
                let error = self.explain(stop);
                *self.cell = Cell::Poisoned(Arc::new(error.clone()));
                Err(error.into())
            }
        }
    }

    /// Charges what the store used to the call's context.
    fn charge(&mut self) {
        if let Cell::Live(live) = &*self.cell {
            let left = live.store.get_fuel().unwrap_or(0);
            self.cx.charge(self.fuel.saturating_sub(left), live.store.data().meter.used());
        }
    }

    fn function(&self) -> Arc<str> {
        self.instance.app.label(self.handle)
    }

    fn out_of(&self, resource: Resource, limit: Amount) -> CallError {
        CallError::OutOfBudget { resource, limit, instance: self.instance.name.clone(), function: self.function() }
    }

    #[cold]
    fn explain(&self, stop: Stop) -> CallError {
        let (instance, function) = (self.instance.name.clone(), self.function());
        match (stop, &*self.cell) {
            (Stop::Error(error), Cell::Live(live)) => {
                explain(&error, instance, function, self.fuel, live.store.hostcall_fuel())
            }
            (Stop::Error(error), _) => CallError::Trap { instance, function, message: error.to_string().into() },
            (Stop::Panic(message), _) => CallError::HostPanic { instance, function, message: message.into() },
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        self.charge();
        let cause = match self.cx.end() {
            Some(deadline) if deadline.has_passed() => self.out_of(Resource::Deadline, Amount::Time(deadline.span)),
            _ => CallError::Cancelled { instance: self.instance.name.clone(), function: self.function() },
        };
        *self.cell = Cell::Poisoned(Arc::new(cause));
    }
}
