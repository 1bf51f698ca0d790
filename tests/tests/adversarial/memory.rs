//! Attacks on memory.

use std::time::Duration;

use isorun::Budget;
use isorun::limits::Limit;
use isorun_tests::apps;

use super::code::attacking;
use super::end::End;
use super::siege::{fuel, siege};
use super::sink::AtOnce;

/// What a call may take in these attacks.
const GRANTED: Budget = Budget { fuel: u64::MAX, time: Duration::from_secs(60), memory: 32 << 20 };

/// What the program may grow by in them: what was granted, and what else a guest and its code need.
const MOST: u64 = GRANTED.memory + (32 << 20);

/// A guest that takes more than it was granted. What it has got it uses, so that the machine must provide it.
fn takes_too_much(parts: &str, code: &str, end: End) {
    siege(async |mut siege| {
        siege.most_memory = MOST;
        let guest = siege.guest(&attacking(parts, code), &[]).await;
        siege.attack(&guest, ("attack", "()"), GRANTED, end).await;
    });
}

#[test]
fn memory_in_one_step() {
    takes_too_much("(memory 1)", "(drop (memory.grow (i32.const 513)))", End::OutOf(Limit::Memory));
}

/// No call can be granted as much as that.
#[test]
fn all_the_memory_there_is_in_one_step() {
    takes_too_much("(memory 1)", "(drop (memory.grow (i32.const 65535)))", End::OutOfInstance(Limit::Memory));
}

#[test]
fn memory_in_small_steps() {
    let code = "(local i32) (loop
        (local.set 0 (memory.grow (i32.const 1)))
        (memory.fill (i32.mul (local.get 0) (i32.const 65536)) (i32.const 7) (i32.const 65536))
        (br 0))";
    takes_too_much("(memory 1)", code, End::OutOf(Limit::Memory));
}

/// Each of them is far from any limit.
#[test]
fn memory_in_many_memories() {
    let grow = |i: u32| {
        format!(
            "(local.set 0 (memory.grow $m{i} (i32.const 1)))
            (memory.fill $m{i} (i32.mul (local.get 0) (i32.const 65536)) (i32.const 7) (i32.const 65536))"
        )
    };
    let code = format!("(local i32) (loop {} (br 0))", (0..4).map(grow).collect::<String>());
    let memories = "(memory $m0 1) (memory $m1 1) (memory $m2 1) (memory $m3 1)";
    takes_too_much(memories, &code, End::OutOf(Limit::Memory));
}

#[test]
fn tables_in_small_steps() {
    let tables = (0..6).map(|i| format!("(table $t{i} 0 funcref)")).collect::<String>();
    let grow = (0..6).map(|i| format!("(drop (table.grow $t{i} (ref.func $f) (i32.const 10000)))"));
    let code = format!("(loop {} (br 0))", grow.collect::<String>());
    takes_too_much(&format!("(func $f) (elem declare func $f) {tables}"), &code, End::OutOf(Limit::Memory));
}

/// An allocator at work, as in any program.
#[test]
fn memory_in_blocks_of_all_sizes() {
    siege(async |mut siege| {
        siege.most_memory = MOST;
        let sink = siege.runtime.provide(AtOnce);
        let guest = siege.guest(apps::ATTACKS, &[&sink]).await;
        siege.attack(&guest, ("churn", "()"), GRANTED, End::OutOf(Limit::Memory)).await;
    });
}

/// The host makes room for them before the guest has done anything.
#[test]
fn memory_for_arguments_that_a_guest_keeps() {
    siege(async |mut siege| {
        siege.most_memory = 4 * MOST;
        let guest = siege.guest(apps::MISBEHAVE, &[]).await;
        let arguments = format!("([{}])", "1, ".repeat(24_000));
        let budget = Budget { memory: 0, ..fuel(u64::MAX) };
        siege.attack(&guest, ("echo", &arguments), budget, End::OutOf(Limit::Memory)).await;
    });
}
