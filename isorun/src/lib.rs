//! isorun
#![warn(missing_docs)]

extern crate self as isorun;

pub mod types;

mod app;
mod budget;
mod call;
mod error;
mod graph;
mod image;
mod instance;
mod interface;
mod names;
mod panics;
mod remote;
mod runtime;
mod system;
mod wiring;

#[doc(hidden)]
pub mod __private;

pub use isorun_macros::{interface, system};

pub use app::App;
pub use budget::{Budget, Cx, Receipt};
pub use call::{Call, CallWithReceipt};
pub use error::{
    Amount, AppError, AppProblem, AppProblemKind, AppReport, CallError, InstantiateError, ProvideError, RegisterError, RemoteError, RemoveError,
    Resource, Result, RuntimeError, WiringProblem, WiringReport,
};
pub use graph::{Edge, Graph, Kind, Node};
pub use image::decode::{Decoder, decode, decode_params};
pub use image::encode::{Encoder, TooLarge, encode, encode_params};
pub use image::malformed::{Malformed, Rule};
pub use image::map::Map;
pub use image::value::Value;
pub use image::Image;
pub use instance::{Instance, InstanceState};
pub use interface::{Function, Interface, InterfaceName, WitError, WitProblem};
pub use remote::{ParseTokenError, Remote, Status, Token, Transport, TransportError};
pub use runtime::{Runtime, RuntimeBuilder};
pub use system::{StaticInterface, System};
pub use types::{Type, TypeError};
pub use wiring::Instantiate;
