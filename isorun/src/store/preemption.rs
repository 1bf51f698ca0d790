//! How a guest that calls its imports again and again lets other tasks run and notices its deadline.
//!
//! wasmtime yields to other tasks after each slice of fuel. But what an import does costs no fuel, and setting fuel, as each call of an
//! import does, starts a new slice: a guest that does little but call would never come to the end of one. So the time that imports take is
//! estimated here in units of fuel, and when the estimate reaches a slice, the guest yields as the import returns.
//!
//! After a method of a system that is not `async` the guest cannot yield. There the clock is read now and then; when such calls take
//! long, the guest runs in short slices, so that it yields soon after one.

use std::time::Duration;

use wasmtime::StoreContextMut;

use super::State;
use crate::clock::Instant;
use crate::limits::limit::{Amount, Exhausted, Limit, Scope};

/// Decides when a guest has to let other tasks run.
#[derive(Debug)]
pub(crate) struct Preemption {
    /// How much fuel a guest uses before it yields.
    slice: u64,
    /// How much fuel was left when the guest last yielded in an import.
    yielded_at: u64,
    /// The time that calls of imports took since then without costing fuel, estimated in units of fuel.
    unmetered: u64,
    /// Calls of sync methods so far.
    calls: u32,
    /// When the clock was last read in this call of the guest.
    looked: Option<Instant>,
    /// Whether the guest runs in short slices, because its calls of sync methods take long.
    short: bool,
}

/// The time of one call of an import, in units of fuel: a million are about 20 µs.
const CALL: u64 = 5_000;
/// The time to read, check and write one byte that is passed, in units of fuel.
const BYTE: u64 = 16;

/// How many sync calls there are between two readings of the clock. It is not read at each, because that takes as long as a quick call.
const CALLS_PER_LOOK: u32 = 64;

/// [`CALLS_PER_LOOK`] calls that took this time or more are called long, and switch the guest to short slices.
const LONG: Duration = Duration::from_millis(1);

/// Units of fuel in a short slice: about 20 µs, or some dozen calls. A guest that computes after all loses a few percent by it, until it has
/// made quick calls again or its own call ends.
const SHORT_SLICE: u64 = 1_000;

impl Preemption {
    /// For a store that starts with `fuel` units of fuel.
    pub(crate) fn new(slice: u64, fuel: u64) -> Preemption {
        Preemption { slice, yielded_at: fuel, unmetered: 0, calls: 0, looked: None, short: false }
    }

    /// Begins a call of the guest with `fuel` units of fuel. Returns whether the last call left the store with short slices, which the caller
    /// then has to undo.
    #[inline]
    pub(crate) fn begin(&mut self, fuel: u64) -> bool {
        self.looked = None;
        self.yielded_at = fuel;
        std::mem::take(&mut self.short)
    }

    /// Notes a call of an import that passed `bytes` bytes and after which `left` units of fuel are left. Returns whether the guest has to
    /// yield now.
    #[inline]
    pub(crate) fn is_due(&mut self, bytes: usize, left: u64) -> bool {
        self.unmetered = self.unmetered.saturating_add(CALL).saturating_add(BYTE.saturating_mul(bytes as u64));
        let due = self.yielded_at.saturating_sub(left).saturating_add(self.unmetered) >= self.slice;
        if due {
            (self.yielded_at, self.unmetered) = (left, 0);
        }
        due
    }
}

/// Ends a call of a sync method, which could not yield by itself.
#[inline]
pub(crate) fn step(store: &mut StoreContextMut<'_, State>) -> wasmtime::Result<()> {
    let preemption = &mut store.data_mut().preemption;
    preemption.calls = preemption.calls.wrapping_add(1);
    if preemption.calls.is_multiple_of(CALLS_PER_LOOK) { look_at_the_clock(store) } else { Ok(()) }
}

#[cold]
fn look_at_the_clock(store: &mut StoreContextMut<'_, State>) -> wasmtime::Result<()> {
    let now = Instant::now();
    let State { frame, preemption, .. } = store.data_mut();
    if let Some(deadline) = frame.deadline.filter(|deadline| now >= deadline.at) {
        let (limit, amount, scope) = (Limit::Time, Amount::Time(deadline.span), Scope::Call);
        return Err(Exhausted { limit, amount, scope }.into());
    }
    let short = preemption.looked.replace(now).is_some_and(|before| now.saturating_duration_since(before) >= LONG);
    if short == preemption.short {
        return Ok(());
    }
    preemption.short = short;
    let slice = if short { SHORT_SLICE.min(preemption.slice) } else { preemption.slice };
    store.fuel_async_yield_interval(Some(slice))?;
    // A slice begins when fuel is set.
    let left = store.get_fuel()?;
    store.set_fuel(left)
}
