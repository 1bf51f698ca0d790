//! An app's imports matched to instances, and linked.
//!
//! # Invariants
//!
//! * If a wiring does not fit, no instruction of the app has run.
//! * An instance can be wired only to instances that exist already, because that takes their handles, so the graph has no cycles.

pub(crate) mod given;
pub(crate) mod linker;
mod provider_down;
pub(crate) mod wire;
