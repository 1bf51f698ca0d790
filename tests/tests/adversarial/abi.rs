//! Attacks by the functions that a guest lends its host: where arguments go, and what is done with a result afterwards.

use isorun::limits::Limit;
use isorun_tests::guests::hostile;

use super::end::End;
use super::siege::{fuel, siege};

/// A guest that takes numbers and texts, and makes room for them by this code. It returns what it got as its last argument's length.
fn taking(realloc: &str) -> Vec<u8> {
    hostile(
        &format!(
            r#"(memory (export "memory") 16)
            (global $next (mut i32) (i32.const 1024))
            (func (export "realloc") (param i32 i32 i32 i32) (result i32) {realloc})
            (func (export "attack") (param i32 i32 i32 i32) (result i32) (local.get 3))"#
        ),
        r#"(func (export "attack") (param "numbers" (list u32)) (param "texts" (list string)) (result u32)
            (canon lift (core func $code "attack") (memory (core memory $code "memory")) (realloc (core func $code "realloc"))))"#,
    )
}

/// Has a guest make room so.
fn makes_room(realloc: &str, end: End) {
    siege(async |siege| {
        let guest = siege.guest(&taking(realloc), &[]).await;
        let arguments = r#"([1, 2, 3, 4, 5, 6, 7, 8], ["a text", "another", "a third"])"#;
        siege.attack(&guest, ("attack", arguments), fuel(100_000_000), end).await;
    });
}

#[test]
fn a_realloc_that_traps() {
    makes_room("unreachable", End::Trap("unreachable"));
}

#[test]
fn a_realloc_that_never_returns() {
    makes_room("(loop (br 0)) unreachable", End::OutOf(Limit::Fuel));
}

#[test]
fn a_realloc_that_gives_what_is_outside_of_its_memory() {
    makes_room("(i32.const 0x7fffff00)", End::Trap(""));
}

#[test]
fn a_realloc_that_gives_what_is_half_outside_of_its_memory() {
    makes_room("(i32.const 0xffff8)", End::Trap(""));
}

#[test]
fn a_realloc_that_gives_the_last_address_there_is() {
    makes_room("(i32.const -4)", End::Trap(""));
}

#[test]
fn a_realloc_that_gives_what_is_not_aligned() {
    makes_room("(i32.const 1025)", End::Trap(""));
}

/// The guest harms itself: the host has written to where it was told, one thing over the other.
#[test]
fn a_realloc_that_gives_one_place_for_everything() {
    makes_room("(i32.const 1024)", End::Value("3"));
}

#[test]
fn a_realloc_that_grows_without_end() {
    siege(async |siege| {
        let guest = siege.guest(&taking("(loop (drop (memory.grow (i32.const 16))) (br 0)) unreachable"), &[]).await;
        siege.attack(&guest, ("attack", "([1], [])"), fuel(u64::MAX), End::OutOf(Limit::Memory)).await;
    });
}

/// A realloc that calls itself, and the host is where it began.
#[test]
fn a_realloc_without_end() {
    siege(async |siege| {
        let realloc = "(call $again (i32.const 1))) (func $again (param i32) (result i32)
            (i32.add (call $again (local.get 0)) (i32.const 1))";
        let guest = siege.guest(&taking(realloc), &[]).await;
        siege.attack(&guest, ("attack", "([1], [])"), fuel(u64::MAX), End::OutOfInstance(Limit::Stack)).await;
    });
}

/// A guest that does this with a text once the host has read it.
fn cleans_up(code: &str, end: End) {
    let component = hostile(
        &format!(
            r#"(memory (export "memory") 1)
            (func (export "attack") (result i32) (i32.store (i32.const 4) (i32.const 100)) (i32.const 0))
            (func (export "after") (param i32) {code})"#
        ),
        r#"(func (export "attack") (result string) (canon lift (core func $code "attack")
            (memory (core memory $code "memory")) (post-return (core func $code "after"))))"#,
    );
    siege(async |siege| {
        let guest = siege.guest(&component, &[]).await;
        siege.attack(&guest, ("attack", "()"), fuel(100_000_000), end).await;
    });
}

#[test]
fn a_trap_after_the_return() {
    cleans_up("unreachable", End::Trap("unreachable"));
}

#[test]
fn a_loop_after_the_return() {
    cleans_up("(loop (br 0))", End::OutOf(Limit::Fuel));
}

#[test]
fn growth_after_the_return() {
    cleans_up("(loop (drop (memory.grow (i32.const 16))) (br 0))", End::OutOf(Limit::Memory));
}
