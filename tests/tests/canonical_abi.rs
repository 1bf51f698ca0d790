//! Guests that stretch or break the rules of the canonical ABI: what is allowed has its meaning, what is not is a trap.
//!
//! Each guest runs on a system, which is typed, and on an app, which is reached by image.

use isorun::instance::InstanceState;
use isorun::{CallError, Instance, Runtime};
use isorun_tests::{Echo, apps, runtime, start};

/// An app that passes core values to `test:types/types` and from it as they are.
const RAW: &str = r#"(component
    (import "test:types/types@0.1.0" (instance $types
        (type $colours (enum "red" "green" "blue"))
        (export "colour" (type $colour (eq $colours)))
        (type $labels (flags "a" "b" "c"))
        (export "few" (type $few (eq $labels)))
        (export "echo-bool" (func (param "value" bool) (result bool)))
        (export "echo-u8" (func (param "value" u8) (result u8)))
        (export "echo-u16" (func (param "value" u16) (result u16)))
        (export "echo-s8" (func (param "value" s8) (result s8)))
        (export "echo-s16" (func (param "value" s16) (result s16)))
        (export "echo-char" (func (param "value" char) (result char)))
        (export "echo-enum" (func (param "value" $colour) (result $colour)))
        (export "echo-few" (func (param "value" $few) (result $few)))))
    (core func $bool (canon lower (func $types "echo-bool")))
    (core func $u8 (canon lower (func $types "echo-u8")))
    (core func $u16 (canon lower (func $types "echo-u16")))
    (core func $s8 (canon lower (func $types "echo-s8")))
    (core func $s16 (canon lower (func $types "echo-s16")))
    (core func $char (canon lower (func $types "echo-char")))
    (core func $enum (canon lower (func $types "echo-enum")))
    (core func $few (canon lower (func $types "echo-few")))
    (func (export "bool") (param "bits" u32) (result u32) (canon lift (core func $bool)))
    (func (export "u8") (param "bits" u32) (result u32) (canon lift (core func $u8)))
    (func (export "u16") (param "bits" u32) (result u32) (canon lift (core func $u16)))
    (func (export "s8") (param "bits" u32) (result u32) (canon lift (core func $s8)))
    (func (export "s16") (param "bits" u32) (result u32) (canon lift (core func $s16)))
    (func (export "char") (param "bits" u32) (result u32) (canon lift (core func $char)))
    (func (export "enum") (param "bits" u32) (result u32) (canon lift (core func $enum)))
    (func (export "few") (param "bits" u32) (result u32) (canon lift (core func $few))))"#;

/// What a guest of `test:types/types` can be wired to.
async fn providers(runtime: &Runtime) -> [Instance; 2] {
    [runtime.provide(Echo), start(runtime, "types", apps::TYPES, &[]).await]
}

#[tokio::test]
async fn bits_that_a_type_does_not_use_mean_nothing() {
    let runtime = runtime();
    let raw = wat::parse_str(RAW).unwrap();
    for provider in providers(&runtime).await {
        let raw = start(&runtime, &format!("raw-on-{}", provider.name()), &raw, &[&provider]).await;
        for (function, given, back) in [
            ("bool", 0_u32, 0_u32),
            ("bool", 2, 1),
            ("bool", u32::MAX, 1),
            ("u8", 0x1ff, 0xff),
            ("u16", 0xabcd_1234, 0x1234),
            ("s8", 0x80, 0xffff_ff80),
            ("s8", 0x17f, 0x7f),
            ("s16", 0x8000, 0xffff_8000),
            ("char", 0x10_ffff, 0x10_ffff),
            ("enum", 2, 2),
            ("few", 0xff, 0b111),
        ] {
            let answer = raw.call(function, &format!("({given})")).await.unwrap();
            assert_eq!(answer, back.to_string(), "{function} {given:#x} on {}", provider.name());
        }
    }
}

#[tokio::test]
async fn bits_that_mean_nothing_in_a_type_are_a_trap() {
    let runtime = runtime();
    let raw = wat::parse_str(RAW).unwrap();
    for provider in providers(&runtime).await {
        for (function, given, rule) in [
            ("char", 0xd800, "a `char` is not a Unicode scalar value"),
            ("char", 0x11_0000, "a `char` is not a Unicode scalar value"),
            ("enum", 3, "a discriminant names no case"),
            ("enum", u32::MAX, "a discriminant names no case"),
        ] {
            let name = format!("{function}-{given}-on-{}", provider.name());
            let raw = start(&runtime, &name, &raw, &[&provider]).await;
            assert_trap(raw.call(function, &format!("({given})")).await, rule, &name);
        }
        // The mistake is the caller's, and was found before the provider was entered.
        assert!(matches!(provider.state(), InstanceState::Idle), "{}", provider.name());
    }
}

/// An app that passes parts of its memory to `test:types/types`; the byte at 32 is no UTF-8.
const POINTERS: &str = r#"(component
    (import "test:types/types@0.1.0" (instance $types
        (export "echo-bytes" (func (param "value" (list u8)) (result (list u8))))
        (export "echo-doubles" (func (param "value" (list f64)) (result (list f64))))
        (export "swallow" (func (param "value" string)))))
    (core module $memory
        (memory (export "memory") 1)
        (data (i32.const 32) "\ff")
        (global $next (export "next") (mut i32) (i32.const 1024))
        (func (export "set-next") (param i32) (global.set $next (local.get 0)))
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) (global.get $next)))
    (core instance $memory (instantiate $memory))
    (core func $bytes (canon lower (func $types "echo-bytes")
        (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
    (core func $doubles (canon lower (func $types "echo-doubles")
        (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
    (core func $swallow (canon lower (func $types "swallow") (memory (core memory $memory "memory"))))
    (core module $code
        (import "types" "bytes" (func $bytes (param i32 i32 i32)))
        (import "types" "doubles" (func $doubles (param i32 i32 i32)))
        (import "types" "swallow" (func $swallow (param i32 i32)))
        (import "memory" "set-next" (func $set-next (param i32)))
        (func (export "bytes") (param i32 i32) (call $bytes (local.get 0) (local.get 1) (i32.const 16)))
        (func (export "doubles") (param i32 i32) (call $doubles (local.get 0) (local.get 1) (i32.const 16)))
        (func (export "text") (param i32 i32) (call $swallow (local.get 0) (local.get 1)))
        (func (export "results-to") (param i32 i32)
            (call $set-next (local.get 0))
            (call $doubles (i32.const 0) (local.get 1) (i32.const 16)))
        (func (export "result-to") (param i32 i32) (call $doubles (i32.const 0) (i32.const 0) (local.get 0))))
    (core instance $code (instantiate $code
        (with "memory" (instance $memory))
        (with "types" (instance
            (export "bytes" (func $bytes)) (export "doubles" (func $doubles)) (export "swallow" (func $swallow))))))
    (func (export "bytes") (param "at" u32) (param "length" u32) (canon lift (core func $code "bytes")))
    (func (export "doubles") (param "at" u32) (param "length" u32) (canon lift (core func $code "doubles")))
    (func (export "text") (param "at" u32) (param "length" u32) (canon lift (core func $code "text")))
    (func (export "results-to") (param "at" u32) (param "length" u32) (canon lift (core func $code "results-to")))
    (func (export "result-to") (param "at" u32) (param "unused" u32) (canon lift (core func $code "result-to"))))"#;

/// One page of 64 KiB is all the memory that the guest has.
#[tokio::test]
async fn pointers_that_lead_nowhere_are_a_trap() {
    let runtime = runtime();
    let pointers = wat::parse_str(POINTERS).unwrap();
    for provider in providers(&runtime).await {
        for (function, at, length, rule) in [
            // A system reads bytes where they lie, so it is wasmtime that finds the mistake.
            ("bytes", 65_536, 1, "out of bounds or end before the value does"),
            ("bytes", 65_535, 2, "out of bounds or end before the value does"),
            ("bytes", 0, u32::MAX, "out of bounds or longer than 2^28 - 1 bytes"),
            ("bytes", u32::MAX, u32::MAX, "out of bounds or longer than 2^28 - 1 bytes"),
            ("doubles", 4, 1, "not aligned"),
            ("doubles", 0, 0x2000_0001, "longer than 2^28 - 1 bytes"),
            ("doubles", 65_536 - 8, 2, "end before the value does"),
            ("text", 65_535, 2, "out of bounds"),
            ("text", u32::MAX, u32::MAX, "out of bounds"),
            ("text", 32, 1, "utf-8"),
            ("results-to", 4, 1, "not aligned"),
            ("results-to", 65_536 - 8, 2, "beyond end of memory"),
            ("results-to", u32::MAX - 7, 1, "beyond end of memory"),
            ("result-to", 2, 0, "not aligned"),
            ("result-to", 65_532, 0, "out of bounds"),
        ] {
            let name = format!("{function}-{at}-{length}-on-{}", provider.name());
            let guest = start(&runtime, &name, &pointers, &[&provider]).await;
            assert_trap(guest.call(function, &format!("({at}, {length})")).await, rule, &name);
        }
        assert!(matches!(provider.state(), InstanceState::Idle), "{}", provider.name());
    }
}

#[tokio::test]
async fn pointers_up_to_the_end_of_memory_are_good() {
    let runtime = runtime();
    let pointers = wat::parse_str(POINTERS).unwrap();
    for provider in providers(&runtime).await {
        let guest = start(&runtime, &format!("guest-on-{}", provider.name()), &pointers, &[&provider]).await;
        for (function, at, length) in [
            ("bytes", 65_535, 1),
            ("bytes", 65_536, 0),
            ("doubles", 65_536 - 8, 1),
            ("text", 0, 32),
            ("results-to", 65_536 - 8, 1),
            ("result-to", 65_536 - 8, 0),
        ] {
            guest.call(function, &format!("({at}, {length})")).await.unwrap();
        }
    }
}

/// The same mistakes in what a guest returns.
#[tokio::test]
async fn results_that_lead_nowhere_are_a_trap() {
    for (ty, pointer, length, rule) in [
        ("string", "0xfffffff0", "1", "out of bounds"),
        ("string", "0", "0xffffffff", "out of bounds"),
        ("string", "65535", "2", "out of bounds"),
        ("string", "32", "1", "utf-8"),
        ("(list u64)", "4", "1", "not aligned"),
        ("(list u64)", "65528", "2", "end before the value does"),
        ("(list char)", "40", "1", "a `char` is not a Unicode scalar value"),
        ("(list (option u8))", "44", "1", "a discriminant names no case"),
        ("(option u32)", "9", "0", "a discriminant names no case"),
    ] {
        let component = wat::parse_str(format!(
            r#"(component
                (core module $code
                    (memory (export "memory") 1)
                    (data (i32.const 32) "\ff\00\00\00\00\00\00\00" "\00\d8\00\00" "\02\00")
                    (func (export "value") (result i32)
                        (i32.store (i32.const 16) (i32.const {pointer}))
                        (i32.store (i32.const 20) (i32.const {length}))
                        (i32.const 16)))
                (core instance $code (instantiate $code))
                (func (export "value") (result {ty})
                    (canon lift (core func $code "value") (memory (core memory $code "memory")))))"#
        ));
        let guest = start(&runtime(), "liar", &component.unwrap(), &[]).await;
        assert_trap(guest.call("value", "()").await, rule, &format!("{ty} {pointer} {length}"));
    }
}

/// That the call trapped, in words which `rule` says; there may be two ways to say it.
#[track_caller]
fn assert_trap(result: isorun::Result<String>, rule: &str, case: &str) {
    match result {
        Err(CallError::Trap { message, .. }) => {
            assert!(rule.split(" or ").any(|rule| message.contains(rule)), "{case}: {message}");
        }
        other => panic!("{case}: {other:?}"),
    }
}

/// wit-bindgen frees a result when the host has read it, if the host says so.
#[tokio::test]
async fn a_guest_is_told_when_its_result_was_read() {
    let (_runtime, _, guest) = isorun_tests::misbehaving().await;
    for _ in 0..32 {
        assert_eq!(guest.huge(1 << 20).await.unwrap().len(), 1 << 20);
    }
    assert!(guest.grow(0).await.unwrap() < 8 << 20);
}
