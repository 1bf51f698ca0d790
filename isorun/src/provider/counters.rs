//! What an instance has done so far.

use std::sync::Arc;

use crate::error::call::CallError;

/// What an instance has done since it was made, as of one moment. The numbers only grow, except those that say "now".
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Counters {
    /// Calls that have ended, with a value or without.
    pub calls: u64,
    /// Those of them that ended without a value.
    pub failures: u64,
    /// Calls that were refused before they began, because the queue was full, the instance was poisoned, retiring or removed, there was no
    /// room for a store, an account had too little to begin, or the present app does not have the function.
    pub refused: u64,
    /// How often it was restarted after a fault.
    pub restarts: u64,
    /// The cause of its last fault, if there was one.
    pub last_fault: Option<Arc<CallError>>,
    /// Units of fuel that its calls used, nested calls included. 0 for systems and remotes, which are not metered here.
    pub fuel: u64,
    /// Calls that run now. 0 for systems and remotes, which do not queue.
    pub running: u32,
    /// Calls that wait now for their turn, or for a place for their store.
    pub waiting: usize,
    /// Calls that are stopped now where they are: by a pause, or because something has run out that may yet be granted.
    pub stopped: u32,
    /// Stores that exist now.
    pub stores: u32,
}
