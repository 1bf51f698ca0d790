//! Rust code behind a WIT interface.

pub(crate) mod closure;
pub(crate) mod contract;
pub(crate) mod handlers;
