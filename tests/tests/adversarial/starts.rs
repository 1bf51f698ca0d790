//! Attacks by apps that start, before anybody has called them.

use isorun::limits::Limit;
use isorun::{Budget, Runtime};
use isorun_tests::guests::hostile;

use super::end::End;
use super::siege::{A_WHILE, fuel, siege_of, time};

/// An app that runs this code when it starts.
fn starting(parts: &str, code: &str) -> Vec<u8> {
    hostile(&format!("{parts} (func $main {code}) (start $main)"), "")
}

/// An app that starts so, in a runtime whose calls get this by default.
fn starts_badly(parts: &str, code: &str, budget: Budget, end: End) {
    siege_of(Runtime::builder().budget(budget), async |siege| siege.start(&starting(parts, code), budget, end).await);
}

#[test]
fn a_start_that_never_ends_with_fuel() {
    starts_badly("", "(loop (br 0))", fuel(500_000_000), End::OutOf(Limit::Fuel));
}

#[test]
fn a_start_that_never_ends_with_time() {
    starts_badly("", "(loop (br 0))", time(A_WHILE), End::OutOf(Limit::Time));
}

#[test]
fn a_start_that_grows() {
    let code = "(local i32) (loop
        (local.set 0 (memory.grow (i32.const 16)))
        (memory.fill (i32.mul (local.get 0) (i32.const 65536)) (i32.const 7) (i32.const 0x100000))
        (br 0))";
    let budget = Budget { memory: 32 << 20, ..fuel(u64::MAX) };
    starts_badly("(memory 1)", code, budget, End::OutOf(Limit::Memory));
}

#[test]
fn a_start_that_traps() {
    starts_badly("", "unreachable", Budget::default(), End::Trap("unreachable"));
}

/// Data is copied to where a module says, and before its first instruction.
#[test]
fn a_start_whose_data_lie_outside_of_its_memory() {
    starts_badly(r#"(memory 1) (data (i32.const 65535) "xx")"#, "", Budget::default(), End::Trap("out of bounds"));
}

/// Each instance of such an app is within every limit; so is what a thousand of them cost.
#[test]
fn a_module_that_is_instantiated_again_and_again() {
    let budget = Budget { fuel: 100_000_000, ..time(std::time::Duration::from_secs(60)) };
    siege_of(Runtime::builder().budget(budget), async |siege| {
        let many = "(core module $loop (func $main (local i32)
                (loop (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 10000000)))))
                (start $main))"
            .to_owned()
            + &"(core instance (instantiate $loop))".repeat(20);
        siege.start(&hostile("", &many), budget, End::OutOf(Limit::Fuel)).await;
    });
}
