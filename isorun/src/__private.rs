//! Every path that generated code may name. Nothing here is for people; it changes without notice.

// emit/types.rs, emit/codec.rs
pub use crate::image::codec::*;
pub use crate::image::generated::{all_flags, optional, payload_layout, record_type, write_flags};
pub use crate::image::map::Map;
pub use crate::image::medium::{Sink, Source};
pub use crate::image::params::*;
pub use crate::types::{Layout, Type};
pub use crate::{
    __isorun_enumeration as enumeration, __isorun_error as error, __isorun_flags as flags, __isorun_payload as payload,
    __isorun_record as record, __isorun_variant as variant,
};

// emit/interface.rs
pub use crate::__isorun_interface as interface;
pub use crate::image::generated::params;
pub use crate::interface::function::function;
pub use crate::interface::gated_interface;

// emit/caller.rs
pub use crate::__isorun_callers as callers;
pub use crate::call::target::Target;

// emit/callback.rs
pub use isorun_macros::system_impl;

// emit/system.rs
pub use crate::image::bytes::Bytes;
pub use crate::system::contract::{Functions, IntoOutcome};
