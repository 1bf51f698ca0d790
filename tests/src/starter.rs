//! An app that calls the host while it starts, so that the host decides whether it does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use isorun::CallError;

use crate::{Gate, host};

/// Calls `tick(0)` when it starts, and `tick(1)` in `go`.
pub fn starter() -> Vec<u8> {
    let component = wat::parse_str(
        r#"(component
            (import "test:bench/host@0.1.0" (instance $host (export "tick" (func (param "n" u64) (result u64)))))
            (core func $tick (canon lower (func $host "tick")))
            (core module $code
                (import "host" "tick" (func $tick (param i64) (result i64)))
                (func $start (drop (call $tick (i64.const 0))))
                (start $start)
                (func (export "go") (result i64) (call $tick (i64.const 1)))
                (func (export "trap") unreachable))
            (core instance $code (instantiate $code (with "host" (instance (export "tick" (func $tick))))))
            (func (export "go") (result u64) (canon lift (core func $code "go")))
            (func (export "trap") (canon lift (core func $code "trap"))))"#,
    );
    component.unwrap_or_else(|error| panic!("{error}"))
}

/// What a [`starter`] is wired with: it starts as often as it is allowed to, and what else it calls goes through a gate.
#[derive(Clone)]
pub struct Starts {
    allowed: Arc<AtomicU64>,
    gate: Gate,
}

impl Starts {
    /// So many starts are allowed.
    pub fn new(allowed: u64) -> Starts {
        Starts { allowed: Arc::new(AtomicU64::new(allowed)), gate: Gate::new() }
    }

    /// So many more.
    pub fn allow(&self, starts: u64) {
        self.allowed.fetch_add(starts, Ordering::SeqCst);
    }

    /// Where calls of `go` wait.
    pub fn gate(&self) -> &Gate {
        &self.gate
    }
}

#[isorun::system]
impl host::Host for Starts {
    async fn tick(&self, n: u64) -> isorun::Result<u64> {
        let take = |left: u64| left.checked_sub(1);
        match n {
            0 if self.allowed.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_err() => {
                Err(CallError::system("no more starts"))
            }
            0 => Ok(0),
            n => Ok(self.gate.pass(n).await),
        }
    }
}
