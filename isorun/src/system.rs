//! Rust code behind a WIT interface.

pub(crate) mod contract;
pub(crate) mod handlers;
