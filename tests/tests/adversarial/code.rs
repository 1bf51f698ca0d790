//! Attacks by code alone.

use isorun::limits::Limit;
use isorun_tests::apps;
use isorun_tests::guests::hostile;

use super::end::End;
use super::siege::{A_WHILE, Siege, fuel, siege, time};
use super::sink::AtOnce;

/// A guest whose `attack` is this code, with what else its module has.
pub(crate) fn attacking(parts: &str, code: &str) -> Vec<u8> {
    hostile(
        &format!(r#"{parts} (func (export "attack") {code})"#),
        r#"(func (export "attack") (canon lift (core func $code "attack")))"#,
    )
}

/// A guest that goes on until its time is over.
async fn until_its_time_is_over(siege: &Siege, parts: &str, code: &str) {
    let guest = siege.guest(&attacking(parts, code), &[]).await;
    siege.attack(&guest, ("attack", "()"), time(A_WHILE), End::OutOf(Limit::Time)).await;
}

#[test]
fn an_endless_loop_with_fuel() {
    siege(async |siege| {
        let guest = siege.guest(apps::MISBEHAVE, &[]).await;
        siege.attack(&guest, ("spin", "()"), fuel(500_000_000), End::OutOf(Limit::Fuel)).await;
    });
}

#[test]
fn an_endless_loop_with_time() {
    siege(async |siege| {
        let guest = siege.guest(apps::MISBEHAVE, &[]).await;
        siege.attack(&guest, ("spin", "()"), time(A_WHILE), End::OutOf(Limit::Time)).await;
    });
}

/// A unit of fuel is worth a hundred times as much of the machine's time here as in an empty loop.
#[test]
fn a_loop_that_grows_memory_by_nothing() {
    siege(async |siege| {
        until_its_time_is_over(&siege, "(memory 1)", "(loop (drop (memory.grow (i32.const 0))) (br 0))").await;
    });
}

#[test]
fn a_loop_that_grows_a_table_by_nothing() {
    siege(async |siege| {
        let code = "(loop (drop (table.grow (ref.null func) (i32.const 0))) (br 0))";
        until_its_time_is_over(&siege, "(table 1 funcref)", code).await;
    });
}

#[test]
fn a_loop_whose_loads_no_cache_holds() {
    siege(async |siege| {
        let sink = siege.runtime.provide(AtOnce);
        let guest = siege.guest(apps::ATTACKS, &[&sink]).await;
        siege.attack(&guest, ("chase", "(33554432)"), time(A_WHILE), End::OutOf(Limit::Time)).await;
    });
}

#[test]
fn a_loop_of_divisions() {
    siege(async |siege| {
        let code = "(local i64) (local.set 0 (i64.const 3))
            (loop (local.set 0 (i64.add (i64.div_u (i64.const -1) (local.get 0)) (i64.const 3))) (br 0))";
        until_its_time_is_over(&siege, "", code).await;
    });
}

/// One instruction for a whole memory, which nothing can interrupt.
#[test]
fn a_loop_that_fills_its_whole_memory() {
    siege(async |siege| {
        let code = "(loop (memory.fill (i32.const 0) (i32.const 7) (i32.const 0x4000000)) (br 0))";
        until_its_time_is_over(&siege, "(memory 1024)", code).await;
    });
}

#[test]
fn a_loop_that_copies_half_its_memory_over_the_other() {
    siege(async |siege| {
        let code = "(loop (memory.copy (i32.const 0x2000000) (i32.const 0) (i32.const 0x2000000)) (br 0))";
        until_its_time_is_over(&siege, "(memory 1024)", code).await;
    });
}

#[test]
fn a_loop_that_fills_a_whole_table() {
    siege(async |siege| {
        let code = "(loop (table.fill (i32.const 0) (ref.null func) (i32.const 1000000)) (br 0))";
        until_its_time_is_over(&siege, "(table 1000000 funcref)", code).await;
    });
}

/// What a large instruction costs is known before it runs, so a caller who granted little does not wait for it.
#[test]
fn a_large_instruction_for_a_caller_with_little_fuel() {
    siege(async |siege| {
        let code = "(loop (memory.fill (i32.const 0) (i32.const 7) (i32.const 0x4000000)) (br 0))";
        let guest = siege.guest(&attacking("(memory 1024)", code), &[]).await;
        siege.attack(&guest, ("attack", "()"), fuel(10_000_000), End::OutOf(Limit::Fuel)).await;
        assert!(guest.counters().fuel < 20_000_000, "{:?}", guest.counters());
    });
}

/// Whoever grants too little loses his own call, and nobody else's: it is not the app's fault.
#[test]
fn callers_with_next_to_no_fuel() {
    siege(async |siege| {
        let guest = siege.guest(apps::MISBEHAVE, &[]).await;
        for _ in 0..100 {
            siege.attack(&guest, ("spin", "()"), fuel(1), End::OutOf(Limit::Fuel)).await;
        }
    });
}
