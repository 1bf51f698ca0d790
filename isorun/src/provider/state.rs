//! The state of an instance: ready, running, paused, poisoned, or on its way out.

use std::sync::Arc;

use crate::error::call::CallError;

/// The state of an instance at one moment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum InstanceState {
    /// Ready for the next call.
    Idle,
    /// A call runs or waits.
    Running,
    /// It is paused, or its tenant is, or a call is stopped in it because something has run out that may yet be granted.
    Paused,
    /// An earlier call ended in a fault, by which the instance's memory was lost, and its policy allows no further restart. Calls fail with this cause.
    Poisoned(Arc<CallError>),
    /// It is being replaced or moved: calls wait until that is done.
    Replacing,
    /// It was replaced by another instance, to which its calls go.
    Forwarding,
    /// It takes no new calls, and is removed when those that run or wait have ended.
    Retiring,
    /// It was removed.
    Removed,
}
