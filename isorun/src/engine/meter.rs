//! Watches what the memories and tables of one instance hold.

use std::sync::Arc;

use wasmtime::ResourceLimiter;

use crate::limits::chain::Chain;
use crate::limits::footprint::Footprint;
use crate::limits::limit::{Amount, Exhausted, Limit, Scope};

/// Watches the memories and tables of one instance.
#[derive(Debug)]
pub(crate) struct Meter {
    /// What the store holds, what the engine allocates for it among that.
    holds: Footprint,
    /// Bytes that one instance may hold in one store.
    limit: u64,
    /// Bytes by which the running call may still grow what is held.
    growth: u64,
    /// What the running call was granted at its start.
    granted: u64,
    /// Who may have granted the running call more since.
    more: Option<Arc<Chain>>,
    /// Whether the instance is starting: what its memories and tables begin with is no growth.
    starting: bool,
}

/// A table's element is a pointer in the host.
const TABLE_ELEMENT: u64 = 8;

impl Meter {
    /// A meter for an instance that is about to start, for which the engine allocates up to `engine` bytes: these and its first memories count
    /// against `limit` and what the accounts may hold, and the memories may then grow by `growth`. Fails if that alone is more than may be held.
    pub(crate) fn new(mut holds: Footprint, engine: u64, limit: u64, growth: u64) -> wasmtime::Result<Meter> {
        if engine > limit {
            return Err(exhausted(limit, 0, Scope::Runtime));
        }
        holds.hold(engine)?;
        Ok(Meter { holds, limit, growth, granted: growth, more: None, starting: true })
    }

    /// Begins a call that may grow what is held by `growth` bytes.
    pub(crate) fn grant(&mut self, growth: u64) {
        (self.growth, self.granted, self.starting, self.more) = (growth, growth, false, None);
    }

    /// Lets the running call use what is granted to it later, by whom the chain tells.
    #[cold]
    pub(crate) fn may_get_more(&mut self, chain: &Arc<Chain>) {
        self.more = Some(chain.clone());
    }

    #[cold]
    fn ask_for_more(&mut self, bytes: u64) {
        let more = self.more.as_ref().map_or(0, |chain| chain.take_memory(bytes));
        (self.growth, self.granted) = (self.growth.saturating_add(more), self.granted.saturating_add(more));
    }

    /// Bytes by which the running call may still grow what is held.
    pub(crate) fn left(&self) -> u64 {
        self.growth
    }

    /// Sets how much the call may still grow after a nested call, which had the same allowance.
    pub(crate) fn set_left(&mut self, left: u64) {
        self.growth = self.growth.min(left);
    }

    /// Bytes that the running call has used.
    pub(crate) fn used(&self) -> u64 {
        self.granted - self.growth
    }

    fn grow(&mut self, from: usize, bytes: u64) -> wasmtime::Result<bool> {
        let held = self.holds.bytes().saturating_add(bytes);
        let growth = if self.starting && from == 0 { 0 } else { bytes };
        if held > self.limit {
            return Err(exhausted(self.limit, self.holds.bytes(), Scope::Runtime));
        }
        if growth > self.growth {
            self.ask_for_more(growth - self.growth);
        }
        if growth > self.growth {
            return Err(exhausted(self.granted, self.used(), Scope::Call));
        }
        self.holds.hold(bytes)?;
        self.growth -= growth;
        // If the machine then cannot provide the bytes, they stay counted. That is too strict, but only happens when memory is exhausted.
        Ok(true)
    }
}

#[cold]
fn exhausted(bytes: u64, used: u64, scope: Scope) -> wasmtime::Error {
    Exhausted { limit: Limit::Memory, amount: Amount::Bytes(bytes), used: Amount::Bytes(used), scope }.into()
}

impl ResourceLimiter for Meter {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        // Growing past the memory's own maximum fails in the guest, as wasm says; it is no matter of budgets.
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        self.grow(current, desired.saturating_sub(current) as u64)
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        self.grow(current, (desired.saturating_sub(current) as u64).saturating_mul(TABLE_ELEMENT))
    }
}
