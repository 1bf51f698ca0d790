//! What must hold of isorun for any bytes, and what it takes to make such bytes. No app runs here, so that none of this needs the engine.

pub mod choices;
pub mod fuzzed;
pub mod relayed;
pub mod server;
pub mod simulation;
pub mod spelled;
pub mod uploads;
pub mod wire;

mod echo;

pub use echo::Echo;

/// Values of every type.
#[isorun::interface("../../examples/apps/wit/types")]
pub mod types {}
