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
//! let polite = runtime.system(Polite);
//!
//! // A system, an app's instance and something remote are called, and wired, alike.
//! let caller = polite.caller::<greeter::Interface>()?;
//! assert_eq!(caller.greet("Ada").await?, "good day, Ada");
//! # Ok(()) }
//! ```
//!
//! Reading order: [`macro@interface`] and [`macro@system`] make Rust of WIT; [`Runtime`] registers, adds, wires and removes; [`Instance`] is
//! the token; [`Call`] runs under a [`Budget`] and gives a [`Receipt`]; [`Remote`], [`Transport`] and [`Token`] cross borders. Every error says
//! what is wrong, where, and what to do.

#![warn(missing_docs)]

pub mod types;

mod app;
mod budget;
mod call;
mod engine;
mod error;
mod graph;
mod image;
mod instance;
mod instantiate;
mod interface;
mod names;
mod observe;
mod panics;
mod remote;
mod replace;
mod runtime;
mod system;
mod timer;
mod wiring;

#[doc(hidden)]
pub mod __private;

pub use isorun_macros::{interface, system};

pub use app::{AddApp, App, Inspected, InspectedFunction, Inspection, WasiReason, inspect};
pub use budget::{Budget, Cx, Receipt};
pub use call::{Call, CallWithReceipt};
pub use error::{
    Amount, AppError, AppProblem, AppProblemKind, AppReport, Break, CallError, InspectError, InstantiateError,
    NarrowError, ProvideError, RegisterError, RemoteError, RemoveError, ReplaceError, Resource, Result, RuntimeError,
    WiringProblem, WiringReport,
};
pub use graph::{Edge, Graph, Kind, Node};
pub use image::Image;
pub use image::decode::{Decoder, decode, decode_params};
pub use image::encode::{Encoder, TooLarge, encode, encode_params};
pub use image::malformed::{Malformed, Rule};
pub use image::map::Map;
pub use image::value::{EncodeError, Mismatch, Value, WaveError};
pub use instance::counters::Counters;
pub use instance::policy::{Restart, Reuse};
pub use instance::{Instance, InstanceState};
pub use instantiate::Instantiate;
pub use interface::{Function, Interface, InterfaceName, WitError, WitProblem};
pub use observe::{CallEnded, Observer};
pub use remote::{ParseTokenError, Remote, Status, Token, Transport, TransportError};
pub use replace::Replace;
pub use runtime::{Runtime, RuntimeBuilder};
pub use system::{Consumer, StaticInterface, System};
pub use types::{Type, TypeError};
