//! How a guest gives the thread away: at the end of each quantum of fuel.
//!
//! wasmtime ends a quantum by itself while a guest computes. But setting fuel, as each call of an import does, begins a new one: a guest that
//! does little but call would never come to the end of it. So what was used since the last end is counted here, the price of what was
//! passed included, and an import that passes its end returns by way of one.
//!
//! After a method that is linked without a future the guest cannot give way. Such methods pass only numbers, so they cost little by
//! themselves; there the clock is read now and then, and when they take long, the guest runs in short quanta, so that one ends soon after.

use std::time::Duration;

use wasmtime::StoreContextMut;

use super::State;
use crate::clock::Instant;
use crate::give_way;
use crate::limits::limit::{Amount, Exhausted, Limit, Scope};

/// Units of fuel in a quantum.
///
/// It is what a guest may use before the driver of its call looks at the clock (see `call/driver.rs`), so it must be short also for the
/// slowest code: 100 000 loads that miss the cache take a millisecond or two, while the densest code is through with it in 3 µs, of which
/// the look takes a twentieth.
pub(crate) const QUANTUM: u64 = 100_000;

/// The time of one call of an import beside what it passes, in units of fuel. It counts here only: nobody is charged for it.
const CALL: u64 = 1_000;

/// How many calls of methods without a future there are between two readings of the clock. It is not read at each, because that takes as
/// long as a quick call. The first readings come sooner, after twice as many calls each.
const CALLS_PER_LOOK: u32 = 64;

/// A guest that has not given way for so long, as far as the clock was read, goes on in short quanta until it has.
const LONG: Duration = Duration::from_millis(1);

/// The least fuel of a short quantum, which is what the guest uses in [`LONG`]. A guest that computes after all loses by it, until it calls
/// again or its own call ends.
const SHORTEST: u64 = 100;

/// Decides when a guest has to give way in an import.
#[derive(Debug)]
pub(crate) struct Quantum {
    /// How much fuel was left at the last end.
    ended_at: u64,
    /// What calls of imports took since then without costing fuel, in units of fuel.
    unmetered: u64,
    /// Calls of methods without a future so far, in this call of the guest.
    calls: u32,
    /// The step in which the clock was last read in this call of the guest, when it was first read in that step, and the fuel that was left then.
    looked: Option<(u64, Instant, u64)>,
    /// Whether the guest runs in short quanta.
    short: bool,
    /// Units of fuel in a quantum of the running call: [`QUANTUM`], or less where an account has little.
    whole: u64,
}

impl Quantum {
    /// For a store that starts with `fuel` units of fuel.
    pub(crate) fn new(fuel: u64, whole: u64) -> Quantum {
        Quantum { ended_at: fuel, unmetered: 0, calls: 0, looked: None, short: false, whole }
    }

    /// Begins a call of the guest with `fuel` units of fuel, in quanta of `whole`. Returns whether the last call left the store with others, which
    /// the caller then has to undo.
    #[inline]
    pub(crate) fn begin(&mut self, fuel: u64, whole: u64) -> bool {
        (self.looked, self.calls, self.ended_at, self.unmetered) = (None, 0, fuel, 0);
        let before = std::mem::replace(&mut self.whole, whole);
        std::mem::take(&mut self.short) || before != whole
    }

    /// Notes a call of an import after which `left` units of fuel are left. Returns whether the quantum has ended.
    #[inline]
    pub(crate) fn has_ended(&mut self, left: u64) -> bool {
        self.unmetered = self.unmetered.saturating_add(CALL);
        let ended = self.ended_at.saturating_sub(left).saturating_add(self.unmetered) >= QUANTUM;
        if ended {
            (self.ended_at, self.unmetered) = (left, 0);
        }
        ended
    }

    /// Whether the clock is to be read after this call of a method without a future.
    #[inline]
    fn is_time_to_look(&mut self) -> bool {
        self.calls = self.calls.wrapping_add(1);
        self.short
            || self.calls.is_multiple_of(CALLS_PER_LOOK)
            || (self.calls.is_power_of_two() && (2..CALLS_PER_LOOK).contains(&self.calls))
    }
}

/// Ends a call of a method without a future, after which the guest could not give way.
#[inline]
pub(crate) fn step(store: &mut StoreContextMut<'_, State>) -> wasmtime::Result<()> {
    if store.data_mut().quantum.is_time_to_look() { look_at_the_clock(store) } else { Ok(()) }
}

#[cold]
fn look_at_the_clock(store: &mut StoreContextMut<'_, State>) -> wasmtime::Result<()> {
    let (now, left, step) = (Instant::now(), store.get_fuel()?, give_way::step());
    let deadline = store.data().deadline();
    let State { quantum, chain, .. } = store.data_mut();
    if let Some(deadline) = deadline.filter(|deadline| now >= deadline.at) {
        let amount = Amount::Time(deadline.span);
        return Err(Exhausted { limit: Limit::Time, amount, used: amount, scope: Scope::Call }.into());
    }
    let (since, had) = match quantum.looked {
        Some((looked, since, had)) if looked == step => (since, had),
        _ => {
            // The first readings of each step come soon, whatever the calls before have taken.
            quantum.calls = 0;
            (now, left)
        }
    };
    quantum.looked = Some((step, since, had));
    let time = now.saturating_duration_since(since);
    let short = time >= LONG;
    if short == quantum.short {
        return Ok(());
    }
    quantum.short = short;
    let in_that_time = u128::from(had.saturating_sub(left)) * LONG.as_nanos() / time.as_nanos().max(1);
    let fuel = u64::try_from(in_that_time).unwrap_or(QUANTUM).clamp(SHORTEST, QUANTUM).min(quantum.whole);
    // This begins a new quantum, too.
    let mut interval = if short { fuel } else { quantum.whole };
    if let Some(chain) = chain {
        chain.ledger.book(left);
        chain.ledger.set_interval(interval);
        // What was taken for a short quantum is not enough for a long one. If there is no more, the guest gives way at once.
        if !chain.can_go_on(left) && chain.take(interval, interval.saturating_mul(2)).is_err() {
            interval = 1;
            chain.ledger.set_interval(interval);
        }
    }
    store.fuel_async_yield_interval(Some(interval))
}
