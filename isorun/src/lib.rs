//! Runs pure WebAssembly components, wired to each other and to Rust code by WIT interfaces, under budgets.
//!
//! A host program declares *interfaces* in WIT and implements some of them in Rust: a *system*. Users bring *apps*: components that import
//! and export interfaces. A [`Runtime`] makes *instances* of apps by giving every import a provider, and calls them.
//!
//! ```
//! use isorun::Runtime;
//!
//! #[isorun::system("tests/wit/greeter.wit")]
//! impl greeter::Greeter for Polite {
//!     fn greet(&self, name: &str) -> String {
//!         format!("good day, {name}")
//!     }
//! }
//!
//! struct Polite;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
//! let runtime = Runtime::new()?;
//! runtime.register::<greeter::Interface>()?;
//! let polite = runtime.provide(Polite);
//!
//! // A system, an app's instance and something remote are called, and wired, alike.
//! let caller = polite.caller::<greeter::Interface>()?;
//! assert_eq!(caller.greet("Ada").await?, "good day, Ada");
//! # Ok(()) }
//! ```
//!
//! Reading order: [`macro@interface`] and [`macro@system`] make Rust of WIT; [`Runtime`] registers, adds, wires and removes; an [`Instance`] is
//! a handle of what was made; a [`Call`] runs under a [`Budget`] and gives a [`Receipt`]; [`Remote`], [`Transport`] and [`Token`] cross
//! borders. Every error says what is wrong, where, and what to do.
//!
//! # Features
//!
//! * `engine` (on by default): apps, run by wasmtime. Without it there are interfaces, systems, callers and remotes, and
//!   [`Runtime::serve`]: enough for an interface crate, or for a client that speaks to a runtime elsewhere.
//! * `testing`: [`testing`], for tests of programs whose parts call each other over a network.
//! * `js`: the clock and the randomness of a browser or of Node.js, for `wasm32-unknown-unknown`. It does nothing on other targets.

#![warn(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(not(feature = "engine"), allow(dead_code, reason = "what only guests use has no user without the engine"))]

pub mod call;
pub mod error;
pub mod graph;
pub mod image;
pub mod instance;
pub mod limits;
pub mod observe;
pub mod remote;
pub mod runtime;
#[cfg(feature = "testing")]
#[cfg_attr(docsrs, doc(cfg(feature = "testing")))]
pub mod testing;
pub mod types;
pub mod wit;

#[cfg(feature = "engine")]
mod app;
mod bug;
mod clock;
mod component;
#[cfg(feature = "engine")]
mod engine;
#[cfg(feature = "engine")]
mod guest;
// The models of the pools need no engine, and build in seconds without it.
#[cfg(all(isorun_loom, not(feature = "engine")))]
mod guest {
    pub(crate) mod capacity;
    pub(crate) mod policy;
    pub(crate) mod pool;
}
mod give_way;
mod guesses;
mod interface;
mod let_go;
mod macros;
mod panics;
mod provider;
mod random;
#[cfg(feature = "engine")]
mod store;
mod sync;
mod system;
mod text;
#[cfg(feature = "engine")]
mod wiring;

#[doc(hidden)]
pub mod __private;

pub use macros::{interface, system};

#[cfg(feature = "engine")]
pub use app::App;
#[cfg(feature = "engine")]
pub use app::compile_worker::{Worker, compile_worker};
pub use call::Call;
pub use component::{inspect, inspect::inspect};
pub use error::{AppError, CallError, ExportError, RegisterError, RemoveError, Result, RuntimeError};
#[cfg(feature = "engine")]
pub use error::{InstantiateError, ReplaceError, TenantError};
#[cfg(any(feature = "engine", isorun_loom))]
pub use guest::policy::{GiveUp, Restart, Reuse};
pub use image::{Map, Value};
pub use instance::Instance;
pub use interface::Interface;
pub use limits::{Budget, Cx, Receipt};
pub use provider::system::Consumer;
pub use remote::{Remote, Token, Transport, TransportError};
#[cfg(feature = "engine")]
pub use runtime::Tenant;
pub use runtime::{Runtime, RuntimeBuilder};
pub use system::closure::HostFunction;
pub use system::contract::{StaticInterface, System};
pub use types::Type;
