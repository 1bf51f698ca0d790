//! What an instance has done so far.

use std::sync::Arc;

use crate::error::call::CallError;

/// What an instance has done since it was made. Numbers of one moment; they only grow, except where it says "now".
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Counters {
    /// Calls that have ended, well or badly.
    pub calls: u64,
    /// Those of them that ended badly: without a value.
    pub failures: u64,
    /// Calls that did not begin: as many waited as may wait, the instance was poisoned, retiring or gone, there was no room for a store, or the
    /// app that is there now does not have the function.
    pub refused: u64,
    /// How often it was started anew after a fault.
    pub restarts: u64,
    /// What made its last fault, if there was one.
    pub last_fault: Option<Arc<CallError>>,
    /// Units of fuel that its calls used, nested calls included. 0 for systems and remotes, which are not metered here.
    pub fuel: u64,
    /// Calls that run now. 0 for systems and remotes, which do not queue.
    pub running: u32,
    /// Calls that wait now for their turn.
    pub waiting: usize,
    /// Stores that there are now.
    pub stores: u32,
}
