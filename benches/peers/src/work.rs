//! What is called, the same whoever carries the calls.

use std::sync::LazyLock;

use anyhow::{Result, ensure};
use bytes::Bytes;

/// The caller's side of the functions. What comes back from the last two is counted and dropped.
pub(crate) trait Caller: Clone + Send + Sync + 'static {
    /// Two numbers there, one back.
    fn add(&self, a: u32, b: u32) -> impl Future<Output = Result<u32>> + Send;

    /// The length of what came back.
    fn echo(&self, bytes: Bytes) -> impl Future<Output = Result<usize>> + Send;

    /// How many came back.
    fn keys(&self) -> impl Future<Output = Result<usize>> + Send;
}

const KEYS: usize = 1000;

/// What each callee answers to `keys`.
pub(crate) fn keys() -> Vec<String> {
    static ALL: LazyLock<Vec<String>> = LazyLock::new(|| (0..KEYS).map(|n| format!("key-{n:06}")).collect());
    ALL.clone()
}

/// One call, with its arguments.
#[derive(Clone)]
pub(crate) enum Work {
    Add,
    Echo(Bytes),
    Keys,
}

impl Work {
    /// All calls that are measured, with the names they have in the table.
    pub(crate) fn all() -> [(&'static str, Work); 4] {
        let bytes = |length: usize| Work::Echo((0..length).map(|n| n as u8).collect());
        [("add", Work::Add), ("echo-64", bytes(64)), ("echo-1MiB", bytes(1 << 20)), ("keys-1000", Work::Keys)]
    }

    /// Makes the call, and looks whether its answer is right as far as that costs nothing.
    pub(crate) async fn once(&self, caller: &impl Caller) -> Result<()> {
        match self {
            Work::Add => ensure!(caller.add(2, 40).await? == 42, "a wrong sum"),
            Work::Echo(bytes) => ensure!(caller.echo(bytes.clone()).await? == bytes.len(), "not all bytes came back"),
            Work::Keys => ensure!(caller.keys().await? == KEYS, "not all keys came back"),
        }
        Ok(())
    }

    /// Makes it so many times, one after another.
    pub(crate) async fn repeat(&self, caller: &impl Caller, times: u64) -> Result<()> {
        for _ in 0..times {
            self.once(caller).await?;
        }
        Ok(())
    }
}
