//! Attacks by what a guest returns.

use std::time::Duration;

use isorun::limits::Limit;
use isorun::{Budget, Runtime};
use isorun_tests::apps;
use isorun_tests::guests::hostile;

use super::end::End;
use super::siege::{fuel, siege, siege_of, time};
use super::sink::AtOnce;

/// A guest that returns so many elements of a list, all of them zero.
fn returning(types: &str, element: &str) -> Vec<u8> {
    hostile(
        r#"(memory (export "memory") 1700)
            (func (export "attack") (param i32) (result i32)
                (i32.store (i32.const 0) (i32.const 16)) (i32.store (i32.const 4) (local.get 0)) (i32.const 0))"#,
        &format!(
            r#"{types} (func (export "attack") (param "n" u32) (result {element})
                (canon lift (core func $code "attack") (memory (core memory $code "memory"))))"#
        ),
    )
}

/// A guest that returns so many elements, which is more than may be taken of it.
fn returns_too_much((types, ty): (&str, &str), n: u32, (message, span): (usize, Duration), end: End) {
    siege_of(Runtime::builder().max_message(message), async |mut siege| {
        siege.most_memory = 4 * message as u64;
        let guest = siege.guest(&returning(types, ty), &[]).await;
        siege.attack(&guest, ("attack", &format!("({n})")), time(span), end).await;
    });
}

/// Bytes of a message and time as they are by default.
const LARGE: (usize, Duration) = (64 << 20, Duration::from_secs(5));
/// Fewer bytes of a message than a text would have, and less time than it would take.
const SMALL: (usize, Duration) = (8 << 20, Duration::from_millis(50));

#[test]
fn a_giant_list() {
    returns_too_much(("", "(list u8)"), 100 << 20, LARGE, End::OutOf(Limit::Message));
}

#[test]
fn a_giant_text() {
    returns_too_much(("", "string"), 100 << 20, LARGE, End::OutOf(Limit::Message));
}

#[test]
fn more_than_there_is_memory() {
    returns_too_much(("", "(list u64)"), u32::MAX, LARGE, End::Trap(""));
}

/// Each of them is eight bytes in the guest, and much more in the host that makes values of them.
#[test]
fn millions_of_empty_texts() {
    returns_too_much(("", "(list string)"), 8_000_000, (LARGE.0, SMALL.1), End::OutOfBudget);
}

/// As text each of them is 181 letters.
#[test]
fn many_values_in_ninety_tuples_each() {
    let tuples = (1..90).map(|level| format!("(type $t{level} (tuple $t{}))", level - 1)).collect::<String>();
    let types = format!("(type $t0 (tuple u8)) {tuples}");
    returns_too_much((&types, "(list $t89)"), 100_000, SMALL, End::TooMuchText);
}

/// A hundred kilobytes in the guest, and 25 megabytes of text.
#[test]
fn many_values_with_a_long_name() {
    let types = format!(r#"(type $long (enum "{}")) (export $e "e" (type $long))"#, "a".repeat(250));
    returns_too_much((&types, "(list $e)"), 100_000, SMALL, End::TooMuchText);
}

/// 65 536 lists that are all the same mebibyte.
#[test]
fn lists_that_share_one_block() {
    siege(async |siege| {
        let component = hostile(
            r#"(memory (export "memory") 1024)
            (func (export "attack") (result i32)
                (local i32)
                (local.set 0 (i32.const 16))
                (loop
                    (i32.store (local.get 0) (i32.const 0x1000000))
                    (i32.store (i32.add (local.get 0) (i32.const 4)) (i32.const 0x100000))
                    (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 8))) (i32.const 524304))))
                (i32.store (i32.const 0) (i32.const 16))
                (i32.store (i32.const 4) (i32.const 65536))
                (i32.const 0))"#,
            r#"(func (export "attack") (result (list (list u8)))
                (canon lift (core func $code "attack") (memory (core memory $code "memory"))))"#,
        );
        let guest = siege.guest(&component, &[]).await;
        siege.attack(&guest, ("attack", "()"), fuel(u64::MAX), End::OutOf(Limit::Message)).await;
    });
}

/// As Rust makes them, each in a block of its own.
#[test]
fn millions_of_tiny_texts() {
    siege(async |siege| {
        let sink = siege.runtime.provide(AtOnce);
        let guest = siege.guest(apps::ATTACKS, &[&sink]).await;
        let budget = Budget { memory: 128 << 20, time: Duration::from_secs(1), ..fuel(u64::MAX) };
        siege.attack(&guest, ("hoard", "(2000000)"), budget, End::OutOfBudget).await;
    });
}
