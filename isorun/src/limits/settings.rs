//! The limits that apply to every instance and call of a runtime.

use std::time::Duration;

use super::app::AppLimits;
use super::budget::Budget;
use super::cx::MAX_DEPTH;

/// How long a call runs by default before it lets other tasks of its thread run.
pub(crate) const SLICE: Duration = Duration::from_millis(1);

/// The limits that a runtime was built with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// The budget of a call that does not set its own.
    pub(crate) budget: Budget,
    /// The most bytes that the memories and tables of one instance may have together.
    pub(crate) instance_memory: u64,
    /// How long a call runs before it lets other tasks of the thread run.
    pub(crate) slice: Duration,
    /// The most bytes that a message may have.
    pub(crate) message: usize,
    /// How many instances may wait for one call, each for the next.
    pub(crate) depth: u16,
    /// The most bytes of stack that a guest's functions use.
    pub(crate) stack: usize,
    /// The most calls that may wait for one instance.
    pub(crate) queue: usize,
    /// The most stores that may exist at the same time.
    pub(crate) stores: u32,
    /// What a component may be.
    pub(crate) app: AppLimits,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            budget: Budget::default(),
            instance_memory: 128 << 20,
            slice: SLICE,
            message: 8 << 20,
            depth: MAX_DEPTH,
            stack: 512 << 10,
            queue: 4096,
            stores: 1000,
            app: AppLimits::default(),
        }
    }
}
