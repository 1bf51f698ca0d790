//! What isorun does without any app, and so without the engine: `cargo test -p isorun --no-default-features` runs these in seconds, and
//! `cargo test` runs them beside it.

mod budgets;
mod remotes;
mod seeing;
mod store;
mod systems;

/// Values by name.
#[isorun::interface("../wit/kv/kv.wit")]
pub mod kv {}
