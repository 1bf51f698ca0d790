//! The crossing from a guest to the provider of one of its imports: the one way out of a store.
//!
//! Each crossing gives the callee what the caller has left, counts the call, shows it to who looks, and comes back with what the callee has
//! left. What differs between kinds of providers is how the values get there: that is a [`Crossing`].

use std::future::Future;
use std::pin::pin;

use wasmtime::StoreContextMut;

use super::{State, preemption};
use crate::error::call::{CallError, CallResult, Result};
use crate::interface::exports::FuncIndex;
use crate::limits::cx::Cx;
use crate::observe::see;
use crate::provider::slot::Slot;

/// A call on its way to a provider, with its parameters.
pub(crate) trait Crossing: Send {
    /// The result, in the form in which the guest is given it.
    type Value: Send;

    /// How many bytes the parameters have that are copied, and no fuel is paid for.
    fn bytes(&self) -> usize {
        0
    }

    /// Calls the provider.
    fn call(self, slot: &Slot, function: FuncIndex, cx: &Cx) -> impl Future<Output = CallResult<Self::Value>> + Send;

    /// How many bytes a result has, as [`bytes`](Crossing::bytes).
    fn bytes_of(_: &Self::Value) -> usize {
        0
    }

    /// The value that tells the guest of its provider's failure, if the interface has one for it: see `wiring/provider_down.rs`.
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
    let mut bytes = crossing.bytes();
    let mut cx = enter(store)?;
    let result = {
        let slot = store.data().slot(slot)?;
        let (provider, function) = (&*slot.provider, slot.function(place)?);
        let counting = slot.counts.begin();
        let mut watch = provider.observers().watch(provider, function, &cx);
        let call = pin!(crossing.call(slot, function, &cx));
        let result = see(&mut watch, call).await;
        counting.end(result.is_err());
        match result {
            Err(error) => C::failure(slot, place, &error).ok_or(error),
            value => value,
        }
    };
    if let Ok(value) = &result {
        bytes += C::bytes_of(value);
    }
    if leave(store, &mut cx, bytes)? {
        tokio::task::yield_now().await;
    }
    result.map_err(|error| (*error).into())
}

/// Begins a call out of the guest: the callee starts with what the guest has left.
#[inline]
fn enter(store: &mut StoreContextMut<'_, State>) -> wasmtime::Result<Cx> {
    let fuel = store.get_fuel()?;
    let state = store.data_mut();
    Ok(Cx::of_guest(state.chain.take(), (fuel, state.meter.left()), state.frame.deadline, state.frame.hops))
}

/// Ends a call out of the guest, by which so many bytes were passed: the guest goes on with what the callee left. Tells whether it is to
/// give the thread away before.
#[inline]
fn leave(store: &mut StoreContextMut<'_, State>, cx: &mut Cx, bytes: usize) -> wasmtime::Result<bool> {
    let left = cx.fuel();
    if left != store.get_fuel()? {
        store.set_fuel(left)?;
    }
    let state = store.data_mut();
    state.meter.set_left(cx.memory());
    state.chain = cx.take_chain();
    Ok(state.preemption.is_due(bytes, left))
}

/// Calls a method of a system that answers at once. It is charged nothing and told nothing of who calls, so that a quick method costs
/// little more than itself.
#[inline]
pub(crate) fn cross_sync<R>(
    store: &mut StoreContextMut<'_, State>,
    slot: usize,
    place: usize,
    call: impl FnOnce(&StoreContextMut<'_, State>, &Slot) -> Result<R>,
) -> wasmtime::Result<R> {
    let result = seen(store, slot, place, call);
    preemption::step(store)?;
    result
}

/// The same for a method that wants to know who calls, and may drive calls of its own to their end: those are charged.
#[inline]
pub(crate) fn cross_sync_with_cx<R>(
    store: &mut StoreContextMut<'_, State>,
    slot: usize,
    place: usize,
    call: impl FnOnce(&StoreContextMut<'_, State>, &Slot, &Cx) -> Result<R>,
) -> wasmtime::Result<R> {
    let cx = context(store)?;
    let result = seen(store, slot, place, |store, slot| call(store, slot, &cx));
    if cx.used() != (0, 0) {
        store.set_fuel(cx.fuel())?;
        store.data_mut().meter.set_left(cx.memory());
    }
    preemption::step(store)?;
    result
}

/// The context of a call that is over at once: the store keeps its own chain.
fn context(store: &StoreContextMut<'_, State>) -> wasmtime::Result<Cx> {
    let state = store.data();
    let granted = (store.get_fuel()?, state.meter.left());
    Ok(Cx::of_guest(state.chain.clone(), granted, state.frame.deadline, state.frame.hops))
}

/// Calls a method that answers at once, and counts it.
#[inline]
fn seen<R>(
    store: &StoreContextMut<'_, State>,
    slot: usize,
    place: usize,
    call: impl FnOnce(&StoreContextMut<'_, State>, &Slot) -> Result<R>,
) -> wasmtime::Result<R> {
    let slot = store.data().slot(slot)?;
    let counting = slot.counts.begin();
    let result = match slot.provider.observers().is_anybody_looking() {
        false => call(store, slot),
        true => looked_at(store, slot, place, call),
    };
    // Each end for itself, so that a value moves without the room for an error.
    match result {
        Ok(value) => {
            counting.end(false);
            Ok(value)
        }
        Err(error) => Err(error.into()),
    }
}

/// The same, for who wants to see it.
#[cold]
fn looked_at<R>(
    store: &StoreContextMut<'_, State>,
    slot: &Slot,
    place: usize,
    call: impl FnOnce(&StoreContextMut<'_, State>, &Slot) -> Result<R>,
) -> Result<R> {
    let cx = context(store).map_err(|error| CallError::system(error.to_string()))?;
    let (provider, function) = (&*slot.provider, slot.function(place)?);
    provider.observers().see_sync(provider, function, &cx, || call(store, slot))
}
