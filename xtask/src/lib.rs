//! The chores of this workspace, as functions, so that tests can ask the same questions as the command line.
//!
//! There is one subject: the *guests*, which are the apps under `examples/apps/`. A machine without a wasm target
//! shall be able to run every test and example, so the components built from them are committed. What keeps that
//! honest is a record beside them, which says from which sources each was built:
//!
//! * [`build()`] makes the components and writes the record;
//! * [`check()`] compares components, sources and record, and builds nothing.

mod build;
mod check;
mod guest;
mod record;
mod toolchain;

pub use build::build;
pub use check::{Stale, check};
pub use guest::{GUESTS, Guest, root};
