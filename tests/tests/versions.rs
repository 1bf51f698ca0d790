//! Editions of one interface: those on one semver track serve each other.

use isorun_tests::{Ticker, add, apps, bench, compute, host, names_of, runtime, start};

/// An app that imports `add` of `compute` in some version and adds up what it was given, twice.
fn doubler(version: &str) -> Vec<u8> {
    let text = format!(
        r#"(component
            (import "test:bench/compute@{version}" (instance $compute
                (export "add" (func (param "a" u32) (param "b" u32) (result u32)))))
            (core func $add (canon lower (func $compute "add")))
            (core module $code
                (import "compute" "add" (func $add (param i32 i32) (result i32)))
                (func (export "double") (param i32) (result i32) (call $add (local.get 0) (local.get 0))))
            (core instance $code (instantiate $code
                (with "compute" (instance (export "add" (func $add))))))
            (func (export "double") (param "n" u32) (result u32) (canon lift (core func $code "double"))))"#
    );
    wat::parse_str(text).unwrap()
}

#[tokio::test]
async fn an_app_built_against_a_newer_edition_of_the_track_runs_on_an_older_one() {
    let bench = bench().await;
    let doubler = start(&bench.runtime, "doubler", &doubler("0.1.1"), &[&bench.calc]).await;
    assert_eq!(doubler.call("double", "(21)").await.unwrap(), "42");
}

#[tokio::test]
async fn an_app_built_against_an_older_edition_of_the_track_runs_on_a_newer_one() {
    let runtime = isorun::Runtime::new().unwrap();
    let compute =
        runtime.register_wit("package test:bench@0.1.2; interface compute { add: func(a: u32, b: u32) -> u32; }");
    assert_eq!(compute.unwrap()[0].name().to_string(), "test:bench/compute@0.1.2");
    let calc = start(&runtime, "calc", &adder("0.1.2"), &[]).await;
    let doubler = start(&runtime, "doubler", &doubler("0.1.1"), &[&calc]).await;
    assert_eq!(doubler.call("double", "(21)").await.unwrap(), "42");
}

#[tokio::test]
async fn an_import_is_wired_by_the_name_that_the_app_spells_or_without_a_version() {
    let bench = bench().await;
    let app = add(&bench.runtime, "doubler", &doubler("0.1.1")).await;
    assert_eq!(app.imports()[0].name(), "test:bench/compute@0.1.1");
    for import in ["test:bench/compute@0.1.1", "test:bench/compute"] {
        let doubler = bench.runtime.instantiate(&app).with_named(import, &bench.calc).await.unwrap();
        assert_eq!(doubler.call("double", "(21)").await.unwrap(), "42", "{import}");
    }
}

#[tokio::test]
async fn one_instance_serves_two_editions_of_a_track_at_once() {
    let component = wat::parse_str(
        r#"(component
            (import "test:bench/host@0.1.0" (instance $first (export "tick" (func (param "n" u64) (result u64)))))
            (import "test:bench/host@0.1.1" (instance $second (export "tick" (func (param "n" u64) (result u64)))))
            (core func $first (canon lower (func $first "tick")))
            (core func $second (canon lower (func $second "tick")))
            (func (export "first") (param "n" u64) (result u64) (canon lift (core func $first)))
            (func (export "second") (param "n" u64) (result u64) (canon lift (core func $second))))"#,
    );
    let runtime = runtime();
    let ticker = runtime.provide(Ticker);
    let both = start(&runtime, "both", &component.unwrap(), &[&ticker]).await;
    assert_eq!(both.call("first", "(1)").await.unwrap(), "2");
    assert_eq!(both.call("second", "(2)").await.unwrap(), "3");
}

#[tokio::test]
async fn another_track_is_another_interface() {
    let error = runtime().add_app("doubler", &doubler("0.2.0")).await.unwrap_err().to_string();
    assert!(
        error.contains("test:bench/compute@0.2.0\n    missing: no interface of this name is registered"),
        "{error}"
    );
}

#[tokio::test]
async fn a_caller_takes_an_instance_with_another_edition_of_the_track() {
    let runtime = runtime();
    let newer = start(&runtime, "newer", &ticking("0.1.7"), &[]).await;
    assert_eq!(names_of(&newer.exports()), ["test:bench/host@0.1.7"]);
    assert_eq!(newer.caller::<host::Interface>().unwrap().tick(1).await.unwrap(), 7);
}

#[tokio::test]
async fn an_app_is_held_to_the_newest_edition_that_is_registered() {
    let runtime = runtime();
    runtime
        .register_wit("package test:bench@0.1.1; interface host { tick: func(n: u64) -> u64; tock: func(); }")
        .unwrap();
    let component = wat::parse_str(r#"(component (import "test:bench/host@0.1.2" (instance (export "tock" (func)))))"#);
    let app = add(&runtime, "newest", &component.unwrap()).await;
    let older = runtime.provide(Ticker);
    assert_eq!(
        runtime.instantiate(&app).with(&older).await.unwrap_err().to_string().lines().nth(2),
        Some("    `Ticker` exports another edition of it")
    );
}

#[tokio::test]
async fn two_editions_of_one_track_are_told_apart_when_both_are_registered() {
    let runtime = runtime();
    runtime.register_wit("package test:bench@0.1.1; interface compute { add: func(a: u64, b: u64) -> u64; }").unwrap();
    add(&runtime, "older", &doubler("0.1.0")).await;
    let error = runtime.add_app("newer", &doubler("0.1.1")).await.unwrap_err().to_string();
    assert!(error.contains("registered is   func(a: u64, b: u64) -> u64"), "{error}");
    runtime.register::<compute::Interface>().unwrap();
    add(&runtime, "calc", apps::CALC).await;
}

/// An app that provides `add` of `compute` in some version.
fn adder(version: &str) -> Vec<u8> {
    let text = format!(
        r#"(component
            (core module $code
                (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))
            (core instance $code (instantiate $code))
            (func $add (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $code "add")))
            (instance $compute (export "add" (func $add)))
            (export "test:bench/compute@{version}" (instance $compute)))"#
    );
    wat::parse_str(text).unwrap()
}

/// An app that provides `host` in some version; every tick is 7.
fn ticking(version: &str) -> Vec<u8> {
    let text = format!(
        r#"(component
            (core module $code (func (export "tick") (param i64) (result i64) (i64.const 7)))
            (core instance $code (instantiate $code))
            (func $tick (param "n" u64) (result u64) (canon lift (core func $code "tick")))
            (instance $host (export "tick" (func $tick)))
            (export "test:bench/host@{version}" (instance $host)))"#
    );
    wat::parse_str(text).unwrap()
}

/// Two tracks of one interface are two interfaces, which an app imports, and another exports, side by side.
#[tokio::test]
async fn two_tracks_of_one_interface_stand_side_by_side() {
    let runtime = isorun::Runtime::new().unwrap();
    for (version, ty) in [("1.0.0", "u32"), ("2.0.0", "u64")] {
        let wit = format!("package acme:count@{version}; interface count {{ next: func(n: {ty}) -> {ty}; }}");
        runtime.register_wit(wit.as_str()).unwrap();
    }
    let old = r#"(func (param "n" u32) (result u32))"#;
    let new = r#"(func (param "n" u64) (result u64))"#;
    let provider = wat::parse_str(
        r#"(component
            (core module $code
                (func (export "old") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
                (func (export "new") (param i64) (result i64) (i64.add (local.get 0) (i64.const 2))))
            (core instance $code (instantiate $code))
            (func $old (param "n" u32) (result u32) (canon lift (core func $code "old")))
            (func $new (param "n" u64) (result u64) (canon lift (core func $code "new")))
            (instance $one (export "next" (func $old)))
            (instance $two (export "next" (func $new)))
            (export "acme:count/count@1.0.0" (instance $one))
            (export "acme:count/count@2.0.0" (instance $two)))"#,
    );
    let consumer = wat::parse_str(format!(
        r#"(component
            (import "acme:count/count@1.4.0" (instance $one (export "next" {old})))
            (import "acme:count/count@2.0.0" (instance $two (export "next" {new})))
            (core func $old (canon lower (func $one "next")))
            (core func $new (canon lower (func $two "next")))
            (func (export "old") (param "n" u32) (result u32) (canon lift (core func $old)))
            (func (export "new") (param "n" u64) (result u64) (canon lift (core func $new))))"#
    ));
    let provider = start(&runtime, "provider", &provider.unwrap(), &[]).await;
    let consumer = add(&runtime, "consumer", &consumer.unwrap()).await;
    // By the name without a version both are meant, and each gets what serves it.
    let instance = runtime.instantiate(&consumer).with_named("acme:count/count", &provider).await.unwrap();
    assert_eq!(instance.call("old", "(1)").await.unwrap(), "2");
    assert_eq!(instance.call("new", "(1)").await.unwrap(), "3");
    let only_new = provider.only(["acme:count/count@2.0.0"]).unwrap();
    let error = runtime.instantiate(&consumer).with(&only_new).await.unwrap_err().to_string();
    assert!(error.contains("acme:count/count@1.4.0\n    missing: no instance was given for it"), "{error}");
}
