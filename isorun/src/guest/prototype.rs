//! The prototype of an instance, which is an app with its imports wired, and the stores that are made from it.

use std::collections::HashSet;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use wasmtime::Store;
use wasmtime::component::{ComponentExportIndex, Func, InstancePre};

use super::capacity::{Capacity, Need, Place};
use super::forward::Behind;
use super::metered::metered;
use super::policy::Reuse;
use super::pool::StorePool;
use crate::component::needs::Needs;
use crate::engine::guest::{FromGuest, ToGuest, TypedFunction, typed};
use crate::engine::meter::Meter;
use crate::error::call::{CallError, CallResult};
use crate::image::weight;
use crate::interface::exports::{Exports, FuncIndex};
use crate::limits::awaiting::out_of_fuel;
use crate::limits::chain::{Chain, Payer};
use crate::limits::cx::{Cx, MAX_DEPTH};
use crate::limits::footprint::Footprint;
use crate::limits::ledger::Denied;
use crate::limits::limit::{Amount, Exhausted, Limit, Scope};
use crate::limits::places::Places;
use crate::limits::settings::Settings;
use crate::provider::slot::Slot;
use crate::provider::{Kind, Provider};
use crate::store::quantum::{QUANTUM, Quantum};
use crate::store::{Frame, State};
use crate::types::layout::MAX_FLAT_PARAMS;

/// The stores of one instance.
pub(crate) type Stores = StorePool<Box<Live>, Behind>;

/// What every store of one instance is made from.
pub(crate) struct Prototype {
    /// The app's name.
    pub(crate) app: Arc<str>,
    /// The instance.
    pub(crate) payer: Arc<Payer>,
    pub(crate) pre: InstancePre<State>,
    /// One provider per import. All stores of the instance share them.
    pub(crate) slots: Arc<[Slot]>,
    pub(crate) exports: Exports,
    /// The component's function for each index of `exports`; `None` for a function that an earlier app behind the handle exported and this one
    /// does not.
    pub(crate) functions: Arc<[Option<ComponentExportIndex>]>,
    /// What each store takes of the engine.
    pub(crate) needs: Needs,
    pub(crate) limits: Settings,
    /// What each store takes of the engine's pool, and may need below it.
    pub(crate) need: Need,
    /// The engine's pool.
    pub(crate) capacity: Arc<Capacity>,
}

/// What a store needs that takes this much, is reused like this, and has these providers.
pub(crate) fn need(takes: Places, slots: &[Slot], reuse: Reuse) -> Need {
    let prototypes = prototypes(slots);
    // A guest waits for one call at a time. Stores that stay have their places already.
    let mut need = Need { takes, stays: reuse != Reuse::Fresh, ..Need::default() };
    for Need { takes, below, largest, stays } in prototypes.iter().map(|prototype| prototype.need) {
        let takes = if stays { Places::default() } else { takes };
        need.below = need.below.larger(takes.plus(below));
        need.largest = need.largest.larger(takes.larger(largest));
    }
    // However long the chain of providers is, a call is no deeper than this.
    need.below = need.below.smaller(need.largest.times(MAX_DEPTH.into()));
    need
}

/// The prototypes of all apps that these providers are, also where calls of a provider go on to others.
fn prototypes(slots: &[Slot]) -> Vec<Arc<Prototype>> {
    let (mut prototypes, mut seen) = (Vec::new(), HashSet::new());
    let mut next: Vec<Arc<Provider>> = slots.iter().map(|slot| slot.provider.clone()).collect();
    while let Some(provider) = next.pop() {
        let Kind::Guest(guest) = provider.kind() else { continue };
        match guest.stores.model().filter(|_| seen.insert(provider.id())) {
            Some(Behind::App(prototype)) => prototypes.push(prototype),
            Some(Behind::Other(forward)) => next.extend(forward.slots.iter().map(|slot| slot.provider.clone())),
            None => {}
        }
    }
    prototypes
}

/// A store, and the app's instance in it. The fields are dropped from the first to the last.
pub(crate) struct Live {
    pub(crate) store: Store<State>,
    /// This instance and those that wait for it. It stays here between calls, because most calls come from the same callers as the last one
    /// and need no new chain.
    pub(crate) chain: Arc<Chain>,
    instance: wasmtime::component::Instance,
    /// The function of each index, looked up when it is first called.
    functions: Box<[Option<Function>]>,
    pub(crate) prototype: Arc<Prototype>,
    #[expect(dead_code, reason = "it is given back when it is dropped, after the store")]
    place: Place,
}

/// An exported function.
#[derive(Clone, Copy)]
struct Function {
    func: Func,
    /// How many core values its parameters have, as the component itself declares it.
    slots: u32,
}

/// Why there is no store, and the fuel that it has left.
pub(crate) struct NotStarted {
    pub(crate) error: wasmtime::Error,
    pub(crate) fuel: u64,
}

impl Prototype {
    /// Starts the app in a new store that takes this place, and this of its instance and tenant, on behalf of `callers`. The app may use `fuel` units of fuel and grow by `memory` bytes; the fuel that it
    /// does not use stays in the store. If the future is dropped, or host code panics in it, `spent` holds the fuel that was used.
    pub(crate) async fn start(
        self: &Arc<Prototype>,
        (place, holds): (Place, Footprint),
        (fuel, memory): (u64, u64),
        frame: Frame,
        callers: &Option<Arc<Chain>>,
        spent: &AtomicU64,
    ) -> Result<Box<Live>, NotStarted> {
        let meter = Meter::new(holds, self.needs.engine_bytes, self.limits.instance_memory, memory);
        let meter = meter.map_err(|error| NotStarted { error, fuel })?;
        let chain = Chain::instance(&self.payer, callers);
        let quantum = match chain.open(fuel, 0, QUANTUM) {
            Ok(quantum) => quantum,
            // Those that wait for the start give back what they have taken when it gives way.
            Err(Denied::Short(..)) if chain.waits_above() => chain.open_later(0, QUANTUM),
            Err(denied) => {
                waits_for(&chain, denied).map_err(|met| NotStarted { error: met.into(), fuel })?;
                chain.open_later(0, QUANTUM)
            }
        };
        let state = State {
            slots: self.slots.clone(),
            meter,
            chain: Some(chain.clone()),
            frame,
            granted: fuel,
            quantum: Quantum::new(fuel, quantum),
            waits_for: None,
        };
        let mut starting = Starting { store: None, chain: &chain, fuel, spent };
        let store = starting.store.insert(Store::new(self.pre.engine(), state));
        store.limiter(|state| &mut state.meter);
        store.set_hostcall_fuel(self.limits.message);
        // Before it waits for the accounts, so that what it has not used then is left.
        let fuelled = store.fuel_async_yield_interval(Some(quantum)).and_then(|()| store.set_fuel(fuel));
        fuelled.map_err(|error| NotStarted { error, fuel })?;
        // A call for which an app starts has not begun.
        chain.ledger.runs();
        let started = metered(&chain, pin!(self.pre.instantiate_async(&mut *store)), || "start".into()).await;
        let left = store.get_fuel().unwrap_or(fuel);
        chain.close(left);
        let instance = started.map_err(|error| NotStarted { error, fuel: left })?;
        let Some(store) = starting.store.take() else {
            let error = CallError::bug("a store was gone when it had started").into();
            return Err(NotStarted { error, fuel });
        };
        let functions = vec![None; self.functions.len()].into();
        Ok(Box::new(Live { store, chain: chain.clone(), instance, functions, prototype: self.clone(), place }))
    }
}

/// Whether work can wait for an account that denies it what it needs.
///
/// # Errors
///
/// What has run out, if nobody is to be told of it.
#[cold]
fn waits_for(chain: &Chain, denied: Denied<'_>) -> Result<(), Exhausted> {
    match denied {
        Denied::Short(place, account) if chain.told_of(place).is_none() => Err(out_of_fuel(account)),
        Denied::Short(..) | Denied::Paused(_) => Ok(()),
    }
}

/// A store in which an app starts. If it is dropped before the start has ended, it notes the fuel that was used until then.
struct Starting<'a> {
    store: Option<Store<State>>,
    chain: &'a Chain,
    /// How much fuel the store had when the start began.
    fuel: u64,
    spent: &'a AtomicU64,
}

impl Drop for Starting<'_> {
    fn drop(&mut self) {
        if let Some(store) = &self.store {
            let left = store.get_fuel().unwrap_or(self.fuel);
            self.chain.close(left);
            self.spent.store(self.fuel.saturating_sub(left), Ordering::Relaxed);
        }
    }
}

impl Live {
    /// Finds a function, and puts a call's budget into the store, from which what it passes to the app is paid for.
    #[inline]
    pub(crate) fn prepare<P: ToGuest, R: FromGuest + 'static, const N: usize>(
        &mut self,
        cx: &Cx,
        index: FuncIndex,
        units: u64,
    ) -> CallResult<TypedFunction<P, R, N>> {
        let function = match self.functions.get(index.place()) {
            Some(Some(function)) => *function,
            _ => self.look_up(index)?,
        };
        let broken = |error: wasmtime::Error| CallError::system(error.to_string());
        let fuel = cx.granted_fuel();
        if let Some(place) = cx.place() {
            place.takes(units);
        }
        let left = self.pay(fuel, units, index)?;
        if !self.chain.follows(cx.chain()) {
            self.chain = Chain::instance(&self.prototype.payer, cx.chain());
            self.store.data_mut().chain = Some(self.chain.clone());
        }
        let quantum = match self.chain.open(fuel, fuel - left, QUANTUM) {
            Ok(quantum) => quantum,
            Err(denied) => self.waits(denied, fuel - left, index)?,
        };
        if self.store.data_mut().quantum.begin(left, quantum) {
            self.store.fuel_async_yield_interval(Some(quantum)).map_err(broken)?;
        }
        self.store.set_fuel(left).map_err(broken)?;
        let state = self.store.data_mut();
        state.meter.grant(cx.memory());
        if self.chain.is_bound() {
            state.meter.may_get_more(&self.chain);
        }
        state.frame = Frame::of(cx, self.chain.held());
        state.granted = fuel;
        Ok(typed(function.func, function.slots).map_err(CallError::bug)?)
    }

    /// The quantum of a call that waits for an account before it begins, if that is of use.
    #[cold]
    fn waits(&self, denied: Denied<'_>, price: u64, index: FuncIndex) -> CallResult<u64> {
        waits_for(&self.chain, denied).map(|()| self.chain.open_later(price, QUANTUM)).map_err(|met| {
            let (instance, function) = (self.prototype.payer.name.clone(), self.prototype.exports.label(index));
            CallError::met(met, instance, function).into()
        })
    }

    /// What is left of a call's fuel when its parameters are paid for.
    #[inline]
    fn pay(&self, fuel: u64, units: u64, index: FuncIndex) -> CallResult<u64> {
        let most = self.prototype.limits.message as u64;
        match fuel.checked_sub(units.saturating_mul(weight::FUEL)) {
            Some(left) if units <= most => Ok(left),
            left => Err(self.too_much(left.is_some().then_some(most), fuel, index).into()),
        }
    }

    /// The error of a call that passes more than `most` units, or than its fuel pays for.
    #[cold]
    fn too_much(&self, most: Option<u64>, fuel: u64, index: FuncIndex) -> CallError {
        let (instance, function) = (self.prototype.payer.name.clone(), self.prototype.exports.label(index));
        let (limit, amount) = match most {
            Some(most) => (Limit::Message, Amount::Bytes(most)),
            None => (Limit::Fuel, Amount::Fuel(fuel)),
        };
        CallError::met(Exhausted { limit, amount, used: amount, scope: Scope::Call }, instance, function)
    }

    /// Units of fuel that the store had at the start of the call.
    #[inline]
    pub(crate) fn granted(&self) -> u64 {
        self.store.data().granted
    }

    /// Units of fuel that are left in the store.
    pub(crate) fn fuel(&self) -> u64 {
        self.store.get_fuel().unwrap_or(0)
    }

    #[cold]
    fn look_up(&mut self, index: FuncIndex) -> CallResult<Function> {
        let prototype = &self.prototype;
        let export = prototype.functions.get(index.place()).and_then(Option::as_ref);
        let func = export.and_then(|export| self.instance.get_func(&mut self.store, export));
        let (Some(func), Some(declared)) = (func, prototype.exports.function(index)) else {
            let (instance, function) = (prototype.payer.name.clone(), prototype.exports.label(index));
            return Err(CallError::NotExported { instance, function }.into());
        };
        let flat = declared.params_layout().flat;
        let function = Function { func, slots: if flat > MAX_FLAT_PARAMS { 1 } else { flat } };
        self.functions[index.place()] = Some(function);
        Ok(function)
    }
}
