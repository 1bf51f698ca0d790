//! How a guest that calls methods of systems gives the thread away and notices its deadline.
//!
//! A method that is not `async` is over before the guest goes on, costs no fuel, and cannot give the thread away itself. A guest that calls
//! such methods again and again would come to the end of a slice of fuel only after thousands of them.

use std::time::{Duration, Instant};

use wasmtime::StoreContextMut;

use super::store::State;
use crate::budget::Exhausted;
use crate::error::{Amount, Resource};

/// What is known of the calls that were over at once.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    calls: u32,
    /// When the clock was last looked at, in this call of the guest.
    looked: Option<Instant>,
    /// Whether the guest runs in short slices, since these calls take long.
    short: bool,
}

/// How many calls there are between two looks at the clock: one look takes as long as a quick call.
const CALLS_PER_LOOK: u32 = 64;

/// So many calls have kept the thread for long when they took this time.
const LONG: Duration = Duration::from_millis(1);

/// Units of fuel in a short slice: about 20 µs, or some dozen calls. A guest that computes after all loses a few percent by it, until it has
/// made quick calls again or its own call ends.
const SHORT_SLICE: u64 = 1_000;

/// Ends a call that was over at once.
#[inline]
pub(crate) fn step(store: &mut StoreContextMut<'_, State>) -> wasmtime::Result<()> {
    let pace = &mut store.data_mut().pace;
    pace.calls = pace.calls.wrapping_add(1);
    if pace.calls.is_multiple_of(CALLS_PER_LOOK) { look_at_the_clock(store) } else { Ok(()) }
}

#[cold]
fn look_at_the_clock(store: &mut StoreContextMut<'_, State>) -> wasmtime::Result<()> {
    let now = Instant::now();
    let State { frame, pace, slice, .. } = store.data_mut();
    if let Some(deadline) = frame.deadline.filter(|deadline| now >= deadline.at) {
        return Err(Exhausted { resource: Resource::Deadline, limit: Amount::Time(deadline.span) }.into());
    }
    let short = pace.looked.replace(now).is_some_and(|before| now.saturating_duration_since(before) >= LONG);
    if short == pace.short {
        return Ok(());
    }
    pace.short = short;
    let slice = if short { SHORT_SLICE.min(*slice) } else { *slice };
    store.fuel_async_yield_interval(Some(slice))?;
    // A slice begins when fuel is set.
    let left = store.get_fuel()?;
    store.set_fuel(left)
}

impl Pace {
    /// Begins a call of the guest. Tells whether the store has to be given slices of the usual length again.
    #[inline]
    pub(crate) fn begin(&mut self) -> bool {
        self.looked = None;
        std::mem::take(&mut self.short)
    }
}
