//! The crossing from a guest to the provider of one of its imports: the one way out of a store.
//!
//! Each crossing gives the callee what the caller has left of its budget, counts the call, reports it to observers, and comes back with what
//! the callee has left. What differs between kinds of providers is how the values get there: that is a [`Crossing`].

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use wasmtime::{StoreContextMut, Trap};

use super::{Frame, State, quantum};
use crate::clock::Instant;
use crate::error::call::{CallError, CallResult, Failed, Result};
use crate::give_way::give_way;
use crate::image::weight;
use crate::interface::exports::FuncIndex;
use crate::limits::awaiting::out_of_fuel;
use crate::limits::bound::Bound;
use crate::limits::cx::Cx;
use crate::limits::deadline::Deadline;
use crate::limits::held::holding;
use crate::limits::ledger::Denied;
use crate::limits::limit::{Amount, Exhausted, Limit, Scope};
use crate::observe::{Callee, see};
use crate::panics::naming;
use crate::provider::Provider;
use crate::provider::slot::Slot;

/// A call on its way to a provider, with its parameters.
pub(crate) trait Crossing: Send {
    /// The result, in the form in which the guest is given it.
    type Value: Send;

    /// The work of taking the parameters out of the guest, in units of [`weight`].
    fn units(&self) -> u64 {
        0
    }

    /// Calls the provider, whose function of that index is at `place` of the import.
    fn call(
        self,
        slot: &Slot,
        place: usize,
        function: FuncIndex,
        cx: &Cx,
    ) -> impl Future<Output = CallResult<Self::Value>> + Send;

    /// The work of writing a result into the guest.
    fn units_of(_: &Self::Value) -> u64 {
        0
    }

    /// The value by which the guest learns of its provider's failure, if the interface has one for it: see `wiring/provider_down.rs`.
    fn failure(_slot: &Slot, _place: usize, _error: &CallError) -> Option<Self::Value> {
        None
    }
}

/// Calls the function at `place` of the import in `slot`.
#[inline]
pub(crate) async fn cross<C: Crossing>(
    store: &mut StoreContextMut<'_, State>,
    slot: usize,
    place: usize,
    crossing: C,
) -> wasmtime::Result<C::Value> {
    let cx = enter(store, crossing.units())?;
    let mut out = Out { store, cx };
    out.store.data_mut().waits_for = Some(slot);
    let result = {
        let slot = out.store.data().slot(slot)?;
        let span = slot.timeout.and_then(|span| out.cx.limit_to(span));
        let (provider, function) = (&*slot.provider, slot.function(place)?);
        let counting = slot.counts.begin();
        let mut watch = provider.observers().watch(provider, function, &out.cx);
        let call = pin!(crossing.call(slot, place, function, &out.cx));
        let mut call = see(&mut watch, call);
        let call = poll_fn(|task| naming(provider.name(), || Pin::new(&mut call).poll(task)));
        let result = match span {
            None => call.await,
            // Boxed, since few imports have a time of their own.
            Some(end) => Box::pin(in_time(end, provider, function, call)).await,
        };
        counting.end(result.is_err());
        match result {
            Err(error) => {
                let ends_the_caller = error.ends_the_tree() && out.cx.concerns(&error);
                let told = if ends_the_caller { None } else { C::failure(slot, place, &error) };
                told.ok_or_else(|| failed(slot, *error, ends_the_caller))
            }
            Ok(value) => Ok(value),
        }
    };
    out.store.data_mut().waits_for = None;
    let units = result.as_ref().map_or(0, C::units_of);
    // A guest that is about to be stopped gives way no more: what its accounts then lack would hide what has stopped it.
    if leave(out.store, &mut out.cx, units)? && result.is_ok() {
        give_way().await;
    }
    result
}

/// A guest that is out in an import. If it is dropped there, what was used meanwhile is charged to it all the same.
struct Out<'a, 's> {
    store: &'a mut StoreContextMut<'s, State>,
    cx: Cx,
}

impl Drop for Out<'_, '_> {
    #[inline]
    fn drop(&mut self) {
        // Who comes back takes the chain along.
        if self.cx.chain().is_some() {
            // A store in which no fuel can be set is of no use to anybody, and is thrown away now in any case.
            let _ = come_back(self.store, &mut self.cx);
        }
    }
}

/// The result of a call, which has until the end of its import's own time.
async fn in_time<T>(
    end: Deadline,
    provider: &Provider,
    function: FuncIndex,
    call: impl Future<Output = CallResult<T>>,
) -> CallResult<T> {
    let (mut call, mut end, mut timer, mut since) = (pin!(call), end, None, None);
    let ended = poll_fn(|task| {
        let (polled, said) = holding(|| call.as_mut().poll(task));
        match (said, since) {
            (Some(true), None) => since = Some(Instant::now()),
            (Some(false), Some(began)) => (end, timer, since) = (end.later_by(Instant::elapsed(&began)), None, None),
            _ => {}
        }
        match polled {
            Poll::Ready(result) => Poll::Ready(Some(result)),
            Poll::Pending if since.is_none() && end.poll_passed(&mut timer, task) => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await;
    // The provider may have noticed by itself that the time is over.
    let is_late = |result: &CallResult<T>| {
        result.as_ref().is_err_and(|error| error.out_of_budget() == Some(Limit::Time)) && end.has_passed()
    };
    if let Some(result) = ended.filter(|result| !is_late(result)) {
        return result;
    }
    let amount = Amount::Time(end.span);
    let met = Exhausted { limit: Limit::Time, amount, used: amount, scope: Scope::Import };
    Err(CallError::met(met, provider.name().clone(), provider.label(function)).into())
}

/// The end of a guest whose provider has failed.
#[cold]
fn failed(slot: &Slot, error: CallError, ends_the_caller: bool) -> wasmtime::Error {
    Failed { provider: slot.provider.name().clone(), error, ends_the_caller }.into()
}

/// Begins a call out of the guest, which pays for what it passes: the callee starts with what the guest has left.
#[inline]
fn enter(store: &mut StoreContextMut<'_, State>, units: u64) -> wasmtime::Result<Cx> {
    let fuel = pay(store, store.get_fuel()?, units)?;
    let state = store.data_mut();
    let deadline = state.deadline();
    if let Some(chain) = &state.chain {
        chain.ledger.enter(fuel);
    }
    let Frame { border, place, .. } = &state.frame;
    let (border, place) = (border.clone(), place.as_ref().map(|place| place.child(units)));
    Ok(Cx::new(state.chain.take(), (fuel, state.meter.left()), deadline, border, place))
}

/// Ends a call out of the guest, which pays for what it is given and goes on with what the callee has left. Returns whether its quantum has
/// ended.
#[inline]
fn leave(store: &mut StoreContextMut<'_, State>, cx: &mut Cx, units: u64) -> wasmtime::Result<bool> {
    if let Some(place) = cx.place() {
        place.gives(units);
    }
    come_back(store, cx)?;
    let left = pay_from_store(store, units)?;
    gives_way(store, left)
}

/// Leaves the guest what the callee has left.
#[inline]
fn come_back(store: &mut StoreContextMut<'_, State>, cx: &mut Cx) -> wasmtime::Result<()> {
    let state = store.data_mut();
    state.meter.set_left(cx.memory());
    state.chain = cx.take_chain();
    let before = cx.granted_fuel();
    if let Some(chain) = &state.chain {
        chain.ledger.leave(before);
    }
    // Also what ends here has been used, and a quantum begins here.
    store.set_fuel(before)
}

/// Whether the guest, which comes back from an import with so much fuel left, has to give way: because its quantum has ended, or because its
/// accounts have to be looked at.
#[inline]
fn gives_way(store: &mut StoreContextMut<'_, State>, left: u64) -> wasmtime::Result<bool> {
    let State { quantum, chain, .. } = store.data_mut();
    let ended = quantum.has_ended(left);
    let Some(chain) = chain else { return Ok(ended) };
    let gives_way = ended || !chain.can_go_on(left);
    if gives_way {
        chain.ledger.gives_way(left);
        // A quantum begins where the guest gives way.
        store.set_fuel(left)?;
    }
    Ok(gives_way)
}

/// Takes what so much fuel costs off the accounts, where they have not been asked for it yet.
///
/// A guest cannot wait here. So where an account has less, a call that can go on without its caller does so from now on, and one that can be paused goes
/// into debt with its own grant, and is paused at the end of its quantum. Any other ends.
#[cold]
fn afford(store: &mut StoreContextMut<'_, State>, price: u64) -> wasmtime::Result<()> {
    let fuel = store.get_fuel()?;
    let Some(chain) = &store.data().chain else { return Ok(()) };
    chain.ledger.book(fuel);
    let most = price.saturating_add(chain.ledger.interval().saturating_mul(2));
    loop {
        let Err(Denied::Short(place, account)) = chain.take_paused_or_not(price, most) else { return Ok(()) };
        let met = out_of_fuel(account);
        match chain.told_of(place) {
            Some(bound) if bound.pauses_calls() && chain.can_all_but(bound.account(), price) => return Ok(()),
            Some(bound) if !bound.pauses_calls() => bound.cut_for(met),
            _ => return Err(met.into()),
        }
    }
}

/// What is left of `fuel` when so many units of work are paid for.
///
/// # Errors
///
/// If it is more than one transfer may be, or than the fuel pays for. Then all fuel counts as used.
#[inline]
fn pay(store: &mut StoreContextMut<'_, State>, fuel: u64, units: u64) -> wasmtime::Result<u64> {
    if units == 0 {
        return Ok(fuel);
    }
    let most = store.hostcall_fuel() as u64;
    if units > most {
        let amount = Amount::Bytes(most);
        return Err(Exhausted { limit: Limit::Message, amount, used: amount, scope: Scope::Call }.into());
    }
    let price = units.saturating_mul(weight::FUEL);
    let taken = store.data().chain.as_ref().map_or(i64::MAX, |chain| chain.ledger.left_at(fuel));
    match fuel.checked_sub(price) {
        Some(left) if u64::try_from(taken).is_ok_and(|taken| price <= taken) => Ok(left),
        Some(left) => afford(store, price).map(|()| left),
        None => {
            // An account that has less than the call is what ends it, and loses nothing then.
            afford(store, fuel)?;
            store.set_fuel(0)?;
            Err(Trap::OutOfFuel.into())
        }
    }
}

/// Calls a sync method of a system that passes only numbers. Nothing is charged for it, so that a quick method costs little more than itself.
#[inline]
pub(crate) fn cross_lightly<R>(
    store: &mut StoreContextMut<'_, State>,
    call: impl FnOnce(&mut StoreContextMut<'_, State>) -> wasmtime::Result<R>,
) -> wasmtime::Result<R> {
    let result = call(store);
    quantum::step(store)?;
    result
}

/// Calls a sync method of a system whose parameters were `units` of work, and whose result takes as many as `units_of` says. Also gives
/// whether the guest's quantum has ended, for a caller that can give way.
#[inline]
pub(crate) fn cross_eagerly<R>(
    store: &mut StoreContextMut<'_, State>,
    units: u64,
    units_of: impl FnOnce(&R) -> u64,
    call: impl FnOnce(&mut StoreContextMut<'_, State>) -> wasmtime::Result<R>,
) -> wasmtime::Result<(R, bool)> {
    pay_from_store(store, units)?;
    let result = call(store);
    let given = result.as_ref().map_or(0, units_of);
    if let Some(place) = &store.data().frame.place {
        place.last_passed(units, given);
    }
    let result = result?;
    let left = pay_from_store(store, given)?;
    Ok((result, gives_way(store, left)?))
}

/// As [`pay`], from the fuel of the guest itself.
#[inline]
fn pay_from_store(store: &mut StoreContextMut<'_, State>, units: u64) -> wasmtime::Result<u64> {
    let before = store.get_fuel()?;
    let left = pay(store, before, units)?;
    if left != before {
        store.set_fuel(left)?;
    }
    Ok(left)
}

/// Runs a sync method that takes no `Cx`. No context is made for it.
#[inline]
pub(crate) fn call_sync<R>(
    store: &mut StoreContextMut<'_, State>,
    slot: usize,
    place: usize,
    call: impl FnOnce(&StoreContextMut<'_, State>, &Slot) -> Result<R>,
) -> wasmtime::Result<R> {
    seen(store, slot, place, None, call)
}

/// Runs a sync method that takes a `Cx`. It may make calls with it and drive them to their end; what those use is charged.
#[inline]
pub(crate) fn call_sync_with_cx<R>(
    store: &mut StoreContextMut<'_, State>,
    slot: usize,
    place: usize,
    call: impl FnOnce(&StoreContextMut<'_, State>, &Slot, &Cx) -> Result<R>,
) -> wasmtime::Result<R> {
    let mut cx = context(store)?;
    if let Some(chain) = &store.data().chain {
        chain.ledger.enter(cx.granted_fuel());
        if chain.is_bound() {
            cx.bind(&Arc::new(Bound::blocks()));
        }
    }
    let result = seen(store, slot, place, Some(&cx), |store, slot| call(store, slot, &cx));
    if let Some(chain) = &store.data().chain {
        chain.ledger.leave(cx.granted_fuel());
    }
    if cx.used() != (0, 0) {
        store.set_fuel(cx.granted_fuel())?;
        store.data_mut().meter.set_left(cx.memory());
    }
    result
}

/// The context for a sync call. It gets a copy of the chain, because an observer may need the store's own during the call.
fn context(store: &StoreContextMut<'_, State>) -> wasmtime::Result<Cx> {
    let state = store.data();
    let granted = (store.get_fuel()?, state.meter.left());
    let Frame { border, place, .. } = &state.frame;
    let place = place.as_ref().map(|place| place.child(0));
    Ok(Cx::new(state.chain.clone(), granted, state.deadline(), border.clone(), place))
}

/// Calls a sync method, counts it, and reports it if there is an observer or a trace.
#[inline]
fn seen<R>(
    store: &StoreContextMut<'_, State>,
    slot: usize,
    place: usize,
    cx: Option<&Cx>,
    call: impl FnOnce(&StoreContextMut<'_, State>, &Slot) -> Result<R>,
) -> wasmtime::Result<R> {
    let slot = store.data().slot(slot)?;
    let counting = slot.counts.begin();
    let is_looked_at = slot.provider.observers().is_anybody_looking() || store.data().frame.place.is_some();
    let result = naming(slot.provider.name(), || match is_looked_at {
        false => call(store, slot),
        true => looked_at(store, slot, place, cx, call),
    });
    // Both ends are written out, so that a value is not moved together with the room that an error would take.
    match result {
        Ok(value) => {
            counting.end(false);
            Ok(value)
        }
        Err(error) => {
            // It may come from a call that the method has made with the guest's own budget.
            let concerns = match cx {
                Some(cx) => cx.concerns(&error),
                None => store.data().chain.as_ref().is_none_or(|chain| chain.concerns(&error)),
            };
            let ends_the_caller = error.ends_the_tree() && concerns;
            Err(failed(slot, error, ends_the_caller))
        }
    }
}

/// Calls a sync method and reports it. Out of line, since most programs have no observer, and few calls are traced.
#[cold]
fn looked_at<R>(
    store: &StoreContextMut<'_, State>,
    slot: &Slot,
    place: usize,
    cx: Option<&Cx>,
    call: impl FnOnce(&StoreContextMut<'_, State>, &Slot) -> Result<R>,
) -> Result<R> {
    let (provider, function) = (&*slot.provider, slot.function(place)?);
    let own = match cx {
        Some(_) => None,
        None => Some(context(store).map_err(|error| CallError::system(error.to_string()))?),
    };
    match cx.or(own.as_ref()) {
        Some(cx) => provider.observers().see_sync(provider, function, cx, || call(store, slot)),
        None => call(store, slot),
    }
}
