//! Guests that keep their texts in another encoding than UTF-8, called by text and calling systems and apps.

use isorun::Instance;
use isorun_tests::{Echo, apps, runtime, start};

/// An app that has `test:types/types` return its texts, all in one encoding. `units` tells how long a text is in it.
fn echo_in(encoding: &str) -> Vec<u8> {
    let options = format!(
        r#"(memory (core memory $memory "memory")) (realloc (core func $memory "realloc")) string-encoding={encoding}"#
    );
    let text = format!(
        r#"(component
            (import "test:types/types@0.1.0" (instance $types
                (export "echo-string" (func (param "value" string) (result string)))
                (export "echo-strings" (func (param "value" (list string)) (result (list string))))))
            (core module $memory
                (memory (export "memory") 16)
                (global $free (mut i32) (i32.const 1024))
                (func (export "realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32)
                    (result i32)
                    (local $new i32)
                    (local.set $new (i32.and
                        (i32.add (global.get $free) (i32.sub (local.get $align) (i32.const 1)))
                        (i32.sub (i32.const 0) (local.get $align))))
                    (global.set $free (i32.add (local.get $new) (local.get $size)))
                    (memory.copy (local.get $new) (local.get $old) (local.get $old-size))
                    (local.get $new)))
            (core instance $memory (instantiate $memory))
            (core func $echo-string (canon lower (func $types "echo-string") {options}))
            (core func $echo-strings (canon lower (func $types "echo-strings") {options}))
            (core module $code
                (import "types" "echo-string" (func $echo-string (param i32 i32 i32)))
                (import "types" "echo-strings" (func $echo-strings (param i32 i32 i32)))
                (func (export "echo-string") (param i32 i32) (result i32)
                    (call $echo-string (local.get 0) (local.get 1) (i32.const 16))
                    (i32.const 16))
                (func (export "echo-strings") (param i32 i32) (result i32)
                    (call $echo-strings (local.get 0) (local.get 1) (i32.const 16))
                    (i32.const 16))
                (func (export "units") (param i32 i32) (result i32) (local.get 1)))
            (core instance $code (instantiate $code (with "types" (instance
                (export "echo-string" (func $echo-string))
                (export "echo-strings" (func $echo-strings))))))
            (func (export "echo-string") (param "value" string) (result string)
                (canon lift (core func $code "echo-string") {options}))
            (func (export "echo-strings") (param "value" (list string)) (result (list string))
                (canon lift (core func $code "echo-strings") {options}))
            (func (export "units") (param "value" string) (result u32)
                (canon lift (core func $code "units") {options})))"#
    );
    wat::parse_str(text).unwrap()
}

/// Empty, plain, within Latin-1, beyond it, beyond 16 bits, and one that only turns out to be no Latin-1 at its end.
const TEXTS: [&str; 6] = ["", "plain", "grüße", "日本語", "a🎉b", "grüße und mehr, und am Ende 日"];

async fn units(guest: &Instance, text: &str) -> u32 {
    guest.call("units", &format!("({text:?})")).await.unwrap().parse().unwrap()
}

async fn assert_texts_come_back(guest: &Instance) {
    for text in TEXTS {
        let argument = format!("({text:?})");
        assert_eq!(guest.call("echo-string", &argument).await.unwrap(), format!("{text:?}"), "{}", guest.name());
    }
    let all = format!("{TEXTS:?}");
    assert_eq!(guest.call("echo-strings", &format!("({all})")).await.unwrap(), all, "{}", guest.name());
}

#[tokio::test]
async fn a_guest_in_utf16_exchanges_texts_with_a_system_and_with_an_app() {
    let runtime = runtime();
    let echo = runtime.provide(Echo);
    let types = start(&runtime, "types", apps::TYPES, &[]).await;
    let on_system = start(&runtime, "on-system", &echo_in("utf16"), &[&echo]).await;
    let on_app = start(&runtime, "on-app", &echo_in("utf16"), &[&types]).await;
    // It really has another encoding: two units for what is four bytes in UTF-8.
    assert_eq!(units(&on_system, "🎉").await, 2);
    assert_texts_come_back(&on_system).await;
    assert_texts_come_back(&on_app).await;
}

#[tokio::test]
async fn a_guest_in_latin1_or_utf16_exchanges_texts_with_a_system_and_with_an_app() {
    /// Marks the length of a text that is not in Latin-1.
    const UTF16: u32 = 1 << 31;
    let runtime = runtime();
    let echo = runtime.provide(Echo);
    let types = start(&runtime, "types", apps::TYPES, &[]).await;
    let on_system = start(&runtime, "on-system", &echo_in("latin1+utf16"), &[&echo]).await;
    let on_app = start(&runtime, "on-app", &echo_in("latin1+utf16"), &[&types]).await;
    assert_eq!(units(&on_system, "grüße").await, 5);
    assert_eq!(units(&on_system, "🎉").await, 2 | UTF16);
    assert_texts_come_back(&on_system).await;
    assert_texts_come_back(&on_app).await;
}

#[tokio::test]
async fn guests_of_different_encodings_exchange_texts() {
    let runtime = runtime();
    let types = start(&runtime, "types", apps::TYPES, &[]).await;
    let relay = start(&runtime, "types-relay", apps::TYPES_RELAY, &[&types]).await;
    let utf16 = start(&runtime, "utf16", &echo_in("utf16"), &[&relay]).await;
    assert_texts_come_back(&utf16).await;
}
