//! Where an instance is in its life.

use std::sync::Arc;

use crate::error::call::CallError;

/// Where an instance is in its life.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum InstanceState {
    /// Ready for the next call.
    Idle,
    /// A call runs or waits.
    Running,
    /// An earlier call ended badly and took the instance's memory with it.
    Poisoned(Arc<CallError>),
    /// Another app takes its place: calls wait.
    Replacing,
    /// It takes no new calls and goes when those that it has have ended.
    Retiring,
    /// It was removed.
    Removed,
}
