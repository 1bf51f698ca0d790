//! The one clock of this crate.
//!
//! Everything that measures time does it with [`Instant`], so that a test which stops tokio's clock stops isorun's with it. (The code cache
//! asks the file system for its times, which no test can stop.)

#[cfg(all(feature = "js", target_family = "wasm", target_os = "unknown"))]
mod browser;
#[cfg(not(all(feature = "js", target_family = "wasm", target_os = "unknown")))]
mod timer;

#[cfg(all(feature = "js", target_family = "wasm", target_os = "unknown"))]
pub use browser::Instant;
#[cfg(all(feature = "js", target_family = "wasm", target_os = "unknown"))]
pub(crate) use browser::Timer;
#[cfg(not(all(feature = "js", target_family = "wasm", target_os = "unknown")))]
pub(crate) use timer::Timer;
/// A moment: tokio's own `Instant`, which follows `tokio::time::pause` in tests, and into which std's turns by `into`. In a browser, with
/// the feature `js`, it is that of the crate `web-time`.
#[cfg(not(all(feature = "js", target_family = "wasm", target_os = "unknown")))]
pub use tokio::time::Instant;
