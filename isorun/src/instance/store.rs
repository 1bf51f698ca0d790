//! What lies in the wasmtime store of an app's instance: who it is, whom it is wired to, what it may still use.

use std::any::Any;
use std::sync::Arc;

use wasmtime::StoreContextMut;

use super::Instance;
use super::counters::Tally;
use super::pace::Pace;
use crate::budget::{Chain, Cx, Frame, Meter};
use crate::error::CallError;
use crate::interface::Interface;

/// The data of a store.
pub(crate) struct State {
    /// The instance's own name.
    pub(crate) name: Arc<str>,
    /// One provider per import, in the order of the app's imports.
    pub(crate) slots: Arc<[Slot]>,
    pub(crate) meter: Meter,
    /// This instance and those that wait for it, for the contexts of the calls it makes: lent to each while it runs. Most calls come on the
    /// way of the last one, and find it as it must be.
    pub(crate) chain: Option<Arc<Chain>>,
    /// The running call.
    pub(crate) frame: Frame,
    /// How much fuel there was at its start.
    pub(crate) granted: u64,
    /// How much fuel was left when the guest last gave the thread away in an import.
    pub(crate) yielded_at: u64,
    /// What calls of imports took since then that costs no fuel, as if it did.
    pub(crate) unmetered: u64,
    pub(crate) pace: Pace,
    /// Fuel between two moments at which the guest gives the thread away.
    pub(crate) slice: u64,
}

/// The provider of one import.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) instance: Instance,
    /// The import: the functions that the app can call.
    pub(crate) import: Interface,
    /// The Rust value behind the provider, if it is a system: calls of it need no image.
    pub(crate) system: Option<Arc<dyn Any + Send + Sync>>,
    /// The provider's handle of each function of the import, in the import's order.
    pub(crate) handles: Box<[u32]>,
    /// The calls that went this way.
    pub(crate) tally: Tally,
}

impl State {
    /// The provider of an import.
    #[inline]
    pub(crate) fn slot(&self, slot: usize) -> Result<&Slot, CallError> {
        self.slots.get(slot).ok_or_else(mislinked)
    }

    /// Says on whose behalf the instance runs.
    #[inline]
    pub(crate) fn called_by(&mut self, callers: &Option<Arc<Chain>>) {
        if !self.chain.as_ref().is_some_and(|chain| chain.follows(callers)) {
            self.chain = Some(Chain::longer(&self.name, callers));
        }
    }
}

impl Slot {
    /// The system behind it. The linker put closures for `T` there because the slot holds a `T`.
    #[inline]
    pub(crate) fn system<T: Any>(&self) -> Result<&T, CallError> {
        self.system.as_deref().and_then(|system| system.downcast_ref()).ok_or_else(mislinked)
    }

    /// The provider's handle for a function of the import.
    #[inline]
    pub(crate) fn handle(&self, function: usize) -> Result<u32, CallError> {
        self.handles.get(function).copied().ok_or_else(mislinked)
    }
}

#[cold]
fn mislinked() -> CallError {
    CallError::system("isorun linked an import to a provider of another kind; this is a bug of isorun")
}

/// Begins a call out of the guest: the callee starts with what the guest has left.
#[inline]
pub(crate) fn enter(store: &mut StoreContextMut<'_, State>) -> wasmtime::Result<Cx> {
    let fuel = store.get_fuel()?;
    let state = store.data_mut();
    Ok(Cx::of_guest(state.chain.take(), fuel, &state.frame, state.meter.left()))
}

/// The same for a call that is over at once.
pub(crate) fn enter_sync(store: &StoreContextMut<'_, State>) -> wasmtime::Result<Cx> {
    let state = store.data();
    Ok(Cx::of_guest(state.chain.clone(), store.get_fuel()?, &state.frame, state.meter.left()))
}

/// What a call takes that costs no fuel, in units of it: a million are about 20 µs.
const CALL: u64 = 5_000;
/// The same for a byte that is passed, which is read, checked and written.
const BYTE: u64 = 16;

/// Charges what such a call used after all: a method may drive calls of its own to their end.
#[inline]
pub(crate) fn settle_sync(store: &mut StoreContextMut<'_, State>, cx: &Cx) -> wasmtime::Result<()> {
    if cx.used() != (0, 0) {
        store.set_fuel(cx.fuel())?;
        store.data_mut().meter.set_left(cx.memory());
    }
    Ok(())
}

/// Ends a call out of the guest, by which so many bytes were passed: the guest goes on with what the callee left, after it has given the
/// thread away if that is due.
#[inline]
pub(crate) fn leave(store: &mut StoreContextMut<'_, State>, cx: &mut Cx, bytes: usize) -> wasmtime::Result<GiveWay> {
    let left = cx.fuel();
    if left != store.get_fuel()? {
        store.set_fuel(left)?;
    }
    let state = store.data_mut();
    state.meter.set_left(cx.memory());
    state.chain = cx.take_chain();
    // Setting fuel starts a new slice, so a guest that does nothing but call would never end one. And for a few units of fuel it can have
    // a megabyte passed.
    state.unmetered = state.unmetered.saturating_add(CALL).saturating_add(BYTE.saturating_mul(bytes as u64));
    let due = state.yielded_at.saturating_sub(left).saturating_add(state.unmetered) >= state.slice;
    if due {
        (state.yielded_at, state.unmetered) = (left, 0);
    }
    Ok(GiveWay { due })
}

/// Whether a guest is to give the thread away.
#[must_use]
pub(crate) struct GiveWay {
    due: bool,
}

impl GiveWay {
    /// Gives the thread away if that is due.
    #[inline]
    pub(crate) async fn now(self) {
        if self.due {
            tokio::task::yield_now().await;
        }
    }
}
