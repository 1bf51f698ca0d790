//! How a guest that calls its imports again and again gives the thread away and notices its deadline.
//!
//! wasmtime gives the thread away after each slice of fuel. But what an import does costs no fuel, and setting fuel, as each call of an
//! import does, starts a new slice: a guest that does little but call would never come to the end of one. So the time that imports take is
//! estimated here in units of fuel, and a guest for whom that makes a slice gives the thread away when an import returns.
//!
//! A method of a system that is not `async` cannot give the thread away. There the clock is looked at now and then; when such calls take
//! long, the guest runs in short slices, so that it gives the thread away soon after one.

use std::time::Duration;

use wasmtime::StoreContextMut;

use super::State;
use crate::clock::Instant;
use crate::limits::limit::{Amount, Exhausted, Limit};

/// When a guest is to give the thread away.
#[derive(Debug)]
pub(crate) struct Preemption {
    /// Fuel between two moments at which the guest gives the thread away.
    slice: u64,
    /// How much fuel was left when the guest last gave the thread away in an import.
    yielded_at: u64,
    /// What calls of imports took since then that costs no fuel, as if it did.
    unmetered: u64,
    /// Calls of sync methods so far.
    calls: u32,
    /// When the clock was last looked at, in this call of the guest.
    looked: Option<Instant>,
    /// Whether the guest runs in short slices, since its calls of sync methods take long.
    short: bool,
}

/// What a call takes that costs no fuel, in units of it: a million are about 20 µs.
const CALL: u64 = 5_000;
/// The same for a byte that is passed, which is read, checked and written.
const BYTE: u64 = 16;

/// How many sync calls there are between two looks at the clock: one look takes as long as a quick call.
const CALLS_PER_LOOK: u32 = 64;

/// So many sync calls have kept the thread for long when they took this time.
const LONG: Duration = Duration::from_millis(1);

/// Units of fuel in a short slice: about 20 µs, or some dozen calls. A guest that computes after all loses a few percent by it, until it has
/// made quick calls again or its own call ends.
const SHORT_SLICE: u64 = 1_000;

impl Preemption {
    /// For a store whose first call has so much fuel.
    pub(crate) fn new(slice: u64, fuel: u64) -> Preemption {
        Preemption { slice, yielded_at: fuel, unmetered: 0, calls: 0, looked: None, short: false }
    }

    /// Begins a call of the guest with so much fuel. Tells whether the store has to be given slices of the usual length again.
    #[inline]
    pub(crate) fn begin(&mut self, fuel: u64) -> bool {
        self.looked = None;
        self.yielded_at = fuel;
        std::mem::take(&mut self.short)
    }

    /// Notes a call of an import by which so many bytes were passed and after which so much fuel is left; whether the guest is to give the
    /// thread away now.
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

/// Ends a call of a sync method, which was over at once.
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
        return Err(Exhausted { limit: Limit::Time, amount: Amount::Time(deadline.span) }.into());
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
