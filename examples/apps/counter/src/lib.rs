//! It counts, and can be moved from one runtime to another while it does.

use std::cell::Cell;

use exports::isorun::state::snapshot;
use exports::test::moving::counter::{self, Failure};

wit_bindgen::generate!({
    path: ["../../../wit/state", "../wit/moving", "wit"],
    world: "app:counter/counter",
    generate_all,
});

struct Counter;

export!(Counter);

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
    static FAILURE: Cell<Failure> = const { Cell::new(Failure::Nothing) };
}

fn next() -> u64 {
    COUNT.set(COUNT.get() + 1);
    COUNT.get()
}

/// Some quanta of fuel.
fn take_long() {
    (0..200_000).for_each(|n| {
        core::hint::black_box(n);
    });
}

impl counter::Guest for Counter {
    fn next() -> u64 {
        next()
    }

    fn label(before: String) -> String {
        format!("{before}{}", next())
    }

    fn count() -> u64 {
        COUNT.get()
    }

    fn fail(how: Failure) {
        FAILURE.set(how);
    }
}

impl snapshot::Guest for Counter {
    fn save() -> Result<Vec<u8>, String> {
        let last = match FAILURE.get() {
            Failure::Nothing => 0,
            Failure::TakesLong => {
                take_long();
                3
            }
            Failure::SaveTraps => core::arch::wasm32::unreachable(),
            Failure::SaveRefuses => return Err("not now".into()),
            Failure::SaveLoops => loop {
                core::hint::black_box(0);
            },
            Failure::LoadTraps => 1,
            Failure::LoadRefuses => 2,
        };
        let mut state = COUNT.get().to_le_bytes().to_vec();
        state.push(last);
        Ok(state)
    }

    fn load(state: Vec<u8>) -> Result<(), String> {
        match state.split_first_chunk() {
            Some((count, [0])) => {
                COUNT.set(u64::from_le_bytes(*count));
                Ok(())
            }
            Some((count, [3])) => {
                take_long();
                COUNT.set(u64::from_le_bytes(*count));
                Ok(())
            }
            Some((_, [1])) => core::arch::wasm32::unreachable(),
            _ => Err("these are no bytes of mine".into()),
        }
    }
}
