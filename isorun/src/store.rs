//! What lies in the wasmtime store of an app's instance: who it is, whom it is wired to, what it may still use.

pub(crate) mod crossing;
pub(crate) mod preemption;

use std::sync::Arc;

use crate::engine::meter::Meter;
use crate::error::call::CallError;
use crate::limits::cx::{Chain, MAX_HOPS};
use crate::limits::deadline::Deadline;
use crate::provider::slot::{Slot, mislinked};
use preemption::Preemption;

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
    pub(crate) preemption: Preemption,
}

/// What the store of a running call knows of its budget, beside the fuel that wasmtime counts and the memory that the meter does.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) deadline: Option<Deadline>,
    pub(crate) hops: u16,
}

impl Frame {
    /// That of a component that starts.
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

    /// Says on whose behalf the instance runs.
    #[inline]
    pub(crate) fn called_by(&mut self, callers: &Option<Arc<Chain>>) {
        if !self.chain.as_ref().is_some_and(|chain| chain.follows(callers)) {
            self.chain = Some(Chain::longer(&self.name, callers));
        }
    }
}
