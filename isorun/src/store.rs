//! The data in the wasmtime store of an app's instance: its name, its providers, and what the running call may still use.

pub(crate) mod crossing;
pub(crate) mod quantum;

use std::sync::Arc;
use std::time::Duration;

use crate::engine::meter::Meter;
use crate::error::call::CallError;
use crate::limits::border::Border;
use crate::limits::chain::Chain;
use crate::limits::cx::Cx;
use crate::limits::deadline::Deadline;
use crate::limits::tracer::Place;
use crate::provider::slot::{Slot, mislinked};
use quantum::Quantum;

/// The data of a store.
pub(crate) struct State {
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
    deadline: Option<Deadline>,
    /// How long the host had held the store before, in nanoseconds.
    held: u64,
    /// What the call has brought along from a peer.
    pub(crate) border: Option<Arc<Border>>,
    /// Where the call is in a trace, if it is traced.
    pub(crate) place: Option<Place>,
}

impl Frame {
    /// The frame of a component that is started by the host, not for a call.
    pub(crate) fn first(deadline: Option<Deadline>) -> Frame {
        Frame { deadline, held: 0, border: None, place: None }
    }

    /// The frame of a call, in a store that the host has held for so long before.
    #[inline]
    pub(crate) fn of(cx: &Cx, held: u64) -> Frame {
        Frame { deadline: cx.end(), held, border: cx.border().clone(), place: cx.place().cloned() }
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

    /// The deadline of the running call. While the host holds it, it moves on.
    #[inline]
    pub(crate) fn deadline(&self) -> Option<Deadline> {
        let held = self.chain.as_ref().map_or(0, |chain| chain.held());
        match held == self.frame.held {
            true => self.frame.deadline,
            false => self
                .frame
                .deadline
                .map(|deadline| deadline.later_by(Duration::from_nanos(held.saturating_sub(self.frame.held)))),
        }
    }
}
