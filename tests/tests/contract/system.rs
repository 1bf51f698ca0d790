//! The app that misbehaves on request, as a system.

use std::sync::atomic::{AtomicU64, Ordering};

use isorun_tests::misbehave;

/// Does what the app `misbehave` does, as far as Rust code can.
#[derive(Default)]
pub(crate) struct Behaved {
    calls: AtomicU64,
}

#[isorun::system]
impl misbehave::Misbehave for Behaved {
    async fn spin(&self) {
        std::future::pending().await
    }

    fn spin_for(&self, iterations: u64) -> u64 {
        iterations
    }

    fn grow(&self, bytes: u64) -> u64 {
        bytes
    }

    fn trap(&self) {
        panic!("it was told to")
    }

    fn recurse(&self, depth: u32) -> u32 {
        depth
    }

    fn huge(&self, len: u32) -> Vec<u8> {
        vec![0x5a; len as usize]
    }

    fn echo(&self, data: &[u8]) -> Vec<u8> {
        data.into()
    }

    fn add(&self, a: u32, b: u32) -> u32 {
        a.wrapping_add(b)
    }

    fn count(&self) -> u64 {
        self.calls.fetch_add(1, Ordering::SeqCst) + 1
    }
}
