//! Attacks by what is passed: to systems, to other guests, and back.
//!
//! What is taken of a guest at a time is limited, what passes in all is paid for, and the host looks at the clock: which of these comes first
//! is a matter of prices.

use isorun::Instance;
use isorun_tests::{apps, guests};

use super::end::End;
use super::siege::{A_WHILE, Siege, siege, time};
use super::sink::{AtOnce, Later, sink};

/// Has a guest in Rust do this, beside a system of each kind.
fn passes(function: &'static str, amount: &str) {
    siege(async |siege| {
        for system in [at_once(&siege), later(&siege)] {
            let app = siege.app(&format!("passes to {}", system.name()), apps::ATTACKS).await;
            let guest = siege.instance(&app, &[&system]).await;
            siege.attack(&guest, (function, amount), time(A_WHILE), End::OutOfBudget).await;
        }
    });
}

fn at_once(siege: &Siege) -> Instance {
    siege.runtime.provide::<sink::Interface>(AtOnce)
}

fn later(siege: &Siege) -> Instance {
    siege.runtime.provide::<sink::Interface>(Later)
}

#[test]
fn a_large_text_to_a_system_again_and_again() {
    passes("pass-text", "(16777216)");
}

#[test]
fn many_empty_texts_to_a_system_again_and_again() {
    passes("pass-texts", "(2000000)");
}

#[test]
fn many_bytes_to_a_system_again_and_again() {
    passes("pass-octets", "(16777216)");
}

/// The same in pieces that no limit of one transfer meets.
#[test]
fn a_text_of_a_mebibyte_to_a_system_again_and_again() {
    passes("pass-text", "(1048576)");
}

#[test]
fn large_answers_of_a_system_again_and_again() {
    passes("take-replies", "(16777216)");
}

/// A guest that passes a list of this type without end: so many elements, which lie at address 0.
fn passing(interface: &str, function: &str, ty: &str, n: u32, code: &str) -> Vec<u8> {
    guests::importing(
        &format!(
            r#"(import "{interface}" (instance $sink (export "{function}" (func (param "value" {ty})))))
            (core module $memory (memory (export "memory") 1024))
            (core instance $memory (instantiate $memory))
            (core func $take (canon lower (func $sink "{function}") (memory (core memory $memory "memory"))))"#
        ),
        r#"(with "" (instance (export "take" (func $take)) (export "memory" (memory $memory "memory"))))"#,
        &format!(
            r#"(import "" "take" (func $take (param i32 i32)))
            (import "" "memory" (memory 1))
            (func (export "attack") (local i32) {code} (loop (call $take (i32.const 0) (i32.const {n})) (br 0)))"#
        ),
        r#"(func (export "attack") (canon lift (core func $code "attack")))"#,
    )
}

/// A million lists that are all the same megabyte: as a value they are a terabyte.
#[test]
fn lists_that_share_one_block_to_a_system() {
    siege(async |siege| {
        let code = "(loop
            (i32.store (local.get 0) (i32.const 0x1000000))
            (i32.store (i32.add (local.get 0) (i32.const 4)) (i32.const 0x100000))
            (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 8))) (i32.const 8000000))))";
        let component = passing("test:attacks/sink@0.1.0", "lists", "(list (list u8))", 1_000_000, code);
        for system in [at_once(&siege), later(&siege)] {
            let app = siege.app(&format!("shares with {}", system.name()), &component).await;
            let guest = siege.instance(&app, &[&system]).await;
            siege.attack(&guest, ("attack", "()"), time(A_WHILE), End::OutOfBudget).await;
        }
    });
}

/// From guest to guest: the receiver is as much the attacker's, and makes room as fast as it can.
#[test]
fn much_to_another_guest_again_and_again() {
    siege(async |siege| {
        siege.runtime.register_wit("package test:pit; interface pit { take: func(value: list<string>); }").unwrap();
        let pit = guests::hostile(
            r#"(memory (export "memory") 1024)
            (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
            (func (export "take") (param i32 i32))"#,
            r#"(func $take (param "value" (list string)) (canon lift (core func $code "take")
                (memory (core memory $code "memory")) (realloc (core func $code "realloc"))))
            (instance $pit (export "take" (func $take)))
            (export "test:pit/pit" (instance $pit))"#,
        );
        let pit = siege.instance(&siege.app("pit", &pit).await, &[]).await;
        let guest = siege.guest(&passing("test:pit/pit", "take", "(list string)", 500_000, ""), &[&pit]).await;
        siege.attack(&guest, ("attack", "()"), time(A_WHILE), End::OutOfBudget).await;
    });
}
