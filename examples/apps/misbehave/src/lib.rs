//! An app that does, on request, what no app should do. Tests use it to see that the host stays well.

use core::arch::wasm32;
use core::hint::black_box;
use core::sync::atomic::{AtomicU64, Ordering};

use exports::test::misbehave::misbehave::Guest;

wit_bindgen::generate!({
    path: "wit",
    world: "app",
});

/// The size of a page of wasm memory in bytes.
const PAGE: u64 = 64 * 1024;

/// What `count` has counted. It is the only state, and lives as long as the instance.
static CALLS: AtomicU64 = AtomicU64::new(0);

struct Misbehave;

export!(Misbehave);

impl Guest for Misbehave {
    fn spin() {
        loop {
            core::hint::spin_loop();
        }
    }

    fn spin_for(iterations: u64) -> u64 {
        let mut done = 0;
        while done < iterations {
            // Without this the compiler sees what comes out of the loop, and drops the loop.
            done = black_box(done) + 1;
        }
        done
    }

    fn grow(bytes: u64) -> u64 {
        while memory_size() < bytes && wasm32::memory_grow(0, 1) != usize::MAX {}
        memory_size()
    }

    fn trap() {
        wasm32::unreachable()
    }

    fn recurse(depth: u32) -> u32 {
        dive(depth)
    }

    fn huge(len: u32) -> Vec<u8> {
        vec![0x5a; len as usize]
    }

    fn echo(data: Vec<u8>) -> Vec<u8> {
        data
    }

    fn add(a: u32, b: u32) -> u32 {
        a.wrapping_add(b)
    }

    fn count() -> u64 {
        CALLS.fetch_add(1, Ordering::Relaxed) + 1
    }
}

fn memory_size() -> u64 {
    wasm32::memory_size(0) as u64 * PAGE
}

/// Returns `depth`, by calling itself that often.
///
/// What a call returns is compared before it is added to. So the addition cannot be moved in front of the call, and
/// the compiler cannot make a loop of it, as it does with a plain `1 + dive(depth - 1)`.
#[inline(never)]
fn dive(depth: u32) -> u32 {
    if depth == 0 {
        return 0;
    }
    let below = dive(depth - 1);
    if below == depth {
        wasm32::unreachable()
    }
    below + 1
}
