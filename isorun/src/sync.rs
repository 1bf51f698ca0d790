//! The locks of what is modelled: std's own, or loom's where a model runs (`--cfg isorun_loom`).

#[cfg(isorun_loom)]
pub(crate) use loom::sync::{Mutex, MutexGuard};
#[cfg(not(isorun_loom))]
pub(crate) use std::sync::{Mutex, MutexGuard};
