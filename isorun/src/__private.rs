//! Every path that generated code may name. Nothing here is for people; it changes without notice.

// emit/types.rs, emit/codec.rs, emit/flags.rs
pub use crate::image::codec::*;
pub use crate::image::map::Map;
pub use crate::image::medium::{Sink, Source};
pub use crate::image::params::*;
pub use crate::types::{Layout, Type};

// emit/interface.rs
pub use crate::interface::function::function;
pub use crate::interface::interface;
pub use std::sync::LazyLock;

// emit/caller.rs, emit/remote.rs
pub use crate::call::target::Target;

// emit/callback.rs
pub use isorun_macros::system_impl;

// emit/system.rs
pub use crate::image::bytes::Bytes;
pub use crate::system::contract::{Functions, IntoOutcome};
