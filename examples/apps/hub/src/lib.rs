//! It asks three others, counts how often it has done so, and can be moved.

use std::cell::Cell;

use exports::isorun::state::snapshot;
use exports::test::moving::hub;
use test::moving::{one, three, two};

wit_bindgen::generate!({
    path: ["../../../wit/state", "../wit/moving", "wit"],
    world: "app:hub/hub",
    generate_all,
});

struct Hub;

export!(Hub);

thread_local! {
    static ASKED: Cell<u64> = const { Cell::new(0) };
}

impl hub::Guest for Hub {
    fn ask(n: u32) -> (u64, u32, u32, u32) {
        ASKED.set(ASKED.get() + 1);
        (ASKED.get(), one::f(n), two::f(n), three::f(n))
    }
}

impl snapshot::Guest for Hub {
    fn save() -> Result<Vec<u8>, String> {
        Ok(ASKED.get().to_le_bytes().to_vec())
    }

    fn load(state: Vec<u8>) -> Result<(), String> {
        let count = state.try_into().map_err(|_| "eight bytes are wanted")?;
        ASKED.set(u64::from_le_bytes(count));
        Ok(())
    }
}
