//! Systems for attackers to call.

use std::future::pending;

use isorun_tests::host;

/// What a system takes.
#[isorun::interface("../examples/apps/attacks/wit/attacks.wit")]
pub(crate) mod sink {}

/// What the attackers in Rust do.
#[isorun::interface("../examples/apps/attacks/wit/attacks.wit")]
pub(crate) mod attacks {}

/// Takes everything at once, and keeps the thread as it does.
pub(crate) struct AtOnce;

#[isorun::system]
impl sink::Sink for AtOnce {
    fn text(&self, _value: &str) {}

    fn texts(&self, _value: Vec<String>) {}

    fn octets(&self, _value: &[u8]) {}

    fn lists(&self, _value: Vec<Vec<u8>>) {}

    fn reply(&self, bytes: u32) -> String {
        "x".repeat(bytes as usize)
    }
}

/// Takes everything later, which is now: it never waits.
pub(crate) struct Later;

#[isorun::system]
impl sink::Sink for Later {
    async fn text(&self, _value: String) {}

    async fn texts(&self, _value: Vec<String>) {}

    async fn octets(&self, _value: Vec<u8>) {}

    async fn lists(&self, _value: Vec<Vec<u8>>) {}

    async fn reply(&self, bytes: u32) -> String {
        "x".repeat(bytes as usize)
    }
}

#[isorun::system]
impl host::Host for Later {
    async fn tick(&self, n: u64) -> u64 {
        n + 1
    }
}

/// Never answers.
pub(crate) struct Never;

#[isorun::system]
impl host::Host for Never {
    async fn tick(&self, _n: u64) -> u64 {
        pending().await
    }
}
