//! The data in the wasmtime store of an app's instance: its name, its providers, and what the running call may still use.

pub(crate) mod crossing;
pub(crate) mod quantum;

use std::sync::Arc;

use crate::engine::meter::Meter;
use crate::error::call::CallError;
use crate::limits::cx::{Chain, MAX_HOPS};
use crate::limits::deadline::Deadline;
use crate::provider::slot::{Slot, mislinked};
use quantum::Quantum;

/// The data of a store.
pub(crate) struct State {
    /// The instance's own name.
    pub(crate) name: Arc<str>,
    /// One provider per import, in the order of the app's imports.
    pub(crate) slots: Arc<[Slot]>,
    pub(crate) meter: Meter,
    /// This instance and those that wait for it, for the contexts of the calls that it makes; each of them borrows the chain while it runs. It
    /// stays here between calls, because most calls come from the same callers as the last one and need no new chain.
    pub(crate) chain: Option<Arc<Chain>>,
    /// The running call.
    pub(crate) frame: Frame,
    /// How much fuel the running call had at its start.
    pub(crate) granted: u64,
    pub(crate) quantum: Quantum,
    /// The slot of the provider whose answer the running call is waiting for.
    pub(crate) waits_for: Option<usize>,
}

/// The part of the running call's budget that lies in the store. wasmtime counts the fuel, and the meter counts the memory.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) deadline: Option<Deadline>,
    pub(crate) hops: u16,
}

impl Frame {
    /// The frame of a component that is started by the host, not for a call.
    pub(crate) fn first(deadline: Option<Deadline>) -> Frame {
        Frame { deadline, hops: MAX_HOPS }
    }
}

impl State {
    /// The provider of an import.
    #[inline]
    pub(crate) fn slot(&self, slot: usize) -> Result<&Slot, CallError> {
        self.slots.get(slot).ok_or_else(mislinked)
    }

    /// The name of the provider whose answer the running call is waiting for.
    pub(crate) fn awaited(&self) -> Option<&Arc<str>> {
        self.slots.get(self.waits_for?).map(|slot| slot.provider.name())
    }

    /// Sets the callers on whose behalf the instance runs.
    #[inline]
    pub(crate) fn called_by(&mut self, callers: &Option<Arc<Chain>>) {
        if !self.chain.as_ref().is_some_and(|chain| chain.follows(callers)) {
            self.chain = Some(Chain::longer(&self.name, callers));
        }
    }
}
