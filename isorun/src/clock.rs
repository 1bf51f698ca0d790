//! The one clock of this crate.
//!
//! Everything that measures time uses [`Instant`], so that a test which pauses tokio's clock pauses isorun's too. There are two
//! exceptions: the code cache compares the times of files, which come from the file system, and a compile worker is a process, whose time no test
//! can pause.

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
/// A moment in time: tokio's `Instant`, which respects `tokio::time::pause` in tests. `Instant::from` makes one of std's.
///
/// In a browser, with the feature `js`, it is the `Instant` of the crate `web-time`.
#[cfg(not(all(feature = "js", target_family = "wasm", target_os = "unknown")))]
pub use tokio::time::Instant;
