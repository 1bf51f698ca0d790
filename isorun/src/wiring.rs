//! An app's imports matched to instances, and linked.
//!
//! # Invariants
//!
//! * A wiring that does not fit has not executed one instruction of the app.
//! * What is wired was there before: a handle exists before anything is wired with it, so the graph has no cycles.

pub(crate) mod given;
pub(crate) mod import;
pub(crate) mod linker;
mod provider_down;
pub(crate) mod wire;
