//! Attacks by depth.

use isorun::limits::Limit;
use isorun_tests::apps;
use isorun_tests::guests::{hostile, importing};

use super::code::attacking;
use super::end::End;
use super::siege::{fuel, siege};

#[test]
fn recursion_without_end() {
    siege(async |siege| {
        let guest = siege.guest(apps::MISBEHAVE, &[]).await;
        siege.attack(&guest, ("recurse", "(4294967295)"), fuel(u64::MAX), End::OutOfInstance(Limit::Stack)).await;
    });
}

/// Each call takes a kilobyte of the stack for itself.
#[test]
fn recursion_with_large_frames() {
    siege(async |siege| {
        let locals = "i64 ".repeat(128);
        let parts = format!(
            "(func $f (param i64) (result i64) (local {locals})
                {} (i64.add (call $f (local.get 127)) (i64.add (local.get 1) (local.get 100))))",
            (1..=128)
                .map(|i| format!("(local.set {i} (i64.add (local.get {}) (i64.const {i})))", i - 1))
                .collect::<String>()
        );
        let guest = siege.guest(&attacking(&parts, "(drop (call $f (i64.const 1)))"), &[]).await;
        siege.attack(&guest, ("attack", "()"), fuel(u64::MAX), End::OutOfInstance(Limit::Stack)).await;
    });
}

/// Instances that call each other, each from the depth of its own stack: the last of them are one too many, and those above are told.
#[test]
fn a_chain_of_instances_that_is_too_deep() {
    siege(async |siege| {
        siege.runtime.register_wit("package test:chain; interface link { down: func(n: u32) -> u32; }").unwrap();
        let code = r#"
            (func $deep (param i32 i32) (result i32)
                (if (result i32) (local.get 1)
                    (then (i32.add (call $deep (local.get 0) (i32.sub (local.get 1) (i32.const 1))) (i32.const 1)))
                    (else (call $down (local.get 0)))))
            (func (export "down") (param i32) (result i32) (call $deep (local.get 0) (i32.const 1000)))"#;
        let around = r#"(func $up (param "n" u32) (result u32) (canon lift (core func $code "down")))
            (instance $up (export "down" (func $up))) (export "test:chain/link" (instance $up))"#;
        let bottom = "(func $down (param i32) (result i32) (local.get 0))";
        let bottom = siege.guest(&hostile(&format!("{bottom} {code}"), around), &[]).await;
        let link = importing(
            r#"(import "test:chain/link" (instance $below (export "down" (func (param "n" u32) (result u32)))))
                (core func $down (canon lower (func $below "down")))"#,
            r#"(with "" (instance (export "down" (func $down))))"#,
            &format!(r#"(import "" "down" (func $down (param i32) (result i32))) {code}"#),
            around,
        );
        let link = siege.app("link", &link).await;
        let (mut all, mut top) = (Vec::new(), bottom);
        for _ in 0..80 {
            top = siege.instance(&link, &[&top]).await;
            all.push(top.clone());
        }
        // It is the caller who went too far. Whom he did not reach has no share in it, and all others serve again.
        siege.attack(&top, ("down", "(1)"), fuel(u64::MAX), End::TooDeep).await;
        assert_eq!(all[40].call("down", "(1)").await.unwrap(), "42001");
    });
}
