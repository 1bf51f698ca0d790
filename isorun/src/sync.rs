//! The locks and atomics of what is modelled: std's own, or loom's where a model runs (`--cfg isorun_loom`).

#[cfg(isorun_loom)]
pub(crate) use loom::sync::{Mutex, MutexGuard, atomic};
#[cfg(not(isorun_loom))]
pub(crate) use std::sync::{Mutex, MutexGuard, atomic};
