//! What lies in the wasmtime store of an app's instance: who it is, whom it is wired to, what it may still use.

use std::any::Any;
use std::sync::Arc;

use wasmtime::StoreContextMut;

use super::Instance;
use crate::budget::{Cx, Frame, Meter};
use crate::error::CallError;

/// The data of a store.
pub(crate) struct State {
    /// The instance's own name, for the contexts of the calls it makes.
    pub(crate) name: Arc<str>,
    /// One provider per import, in the order of the app's imports.
    pub(crate) slots: Box<[Slot]>,
    pub(crate) meter: Meter,
    /// The running call.
    pub(crate) frame: Frame,
    /// How much fuel was left when the guest last gave the thread away in an import.
    pub(crate) yielded_at: u64,
    /// Fuel between two moments at which the guest gives the thread away.
    pub(crate) slice: u64,
}

/// The provider of one import.
pub(crate) struct Slot {
    pub(crate) instance: Instance,
    /// The Rust value behind the provider, if it is a system: calls of it need no image.
    pub(crate) system: Option<Arc<dyn Any + Send + Sync>>,
    /// The provider's handle of each function of the import, in the import's order.
    pub(crate) handles: Box<[u32]>,
}

impl State {
    /// The system in a slot. The linker put closures for `T` there because the slot holds a `T`.
    #[inline]
    pub(crate) fn system<T: Any>(&self, slot: usize) -> Result<&T, CallError> {
        let system = self.slots.get(slot).and_then(|slot| slot.system.as_deref());
        system.and_then(|system| system.downcast_ref()).ok_or_else(mislinked)
    }

    /// The same, to be kept across an await.
    pub(crate) fn shared_system<T: Any + Send + Sync>(&self, slot: usize) -> Result<Arc<T>, CallError> {
        let system = self.slots.get(slot).and_then(|slot| slot.system.clone());
        system.and_then(|system| system.downcast().ok()).ok_or_else(mislinked)
    }

    /// The instance in a slot, and its handle for a function of the import.
    pub(crate) fn provider(&self, slot: usize, function: usize) -> Result<(Instance, u32), CallError> {
        let slot = self.slots.get(slot).ok_or_else(mislinked)?;
        let handle = slot.handles.get(function).ok_or_else(mislinked)?;
        Ok((slot.instance.clone(), *handle))
    }
}

#[cold]
fn mislinked() -> CallError {
    CallError::system("isorun linked an import to a provider of another kind; this is a bug of isorun")
}

/// Begins a call out of the guest: the callee starts with what the guest has left.
pub(crate) fn enter(store: &StoreContextMut<'_, State>) -> wasmtime::Result<Cx> {
    let state = store.data();
    Ok(Cx::of_guest(&state.name, store.get_fuel()?, &state.frame, state.meter.left()))
}

/// Ends a call out of the guest: the guest goes on with what the callee left.
pub(crate) async fn leave(store: &mut StoreContextMut<'_, State>, cx: Cx) -> wasmtime::Result<()> {
    let left = cx.fuel();
    if left != store.get_fuel()? {
        store.set_fuel(left)?;
    }
    let state = store.data_mut();
    state.meter.set_left(cx.memory());
    // Setting fuel starts a new slice, so a guest that does nothing but call would never end one.
    if state.yielded_at.saturating_sub(left) >= state.slice {
        state.yielded_at = left;
        tokio::task::yield_now().await;
    }
    Ok(())
}
