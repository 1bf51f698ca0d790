//! Apps and interfaces that cannot be taken: bytes that are no component, components that do not fit, WIT with mistakes.

use std::fs;
use std::path::Path;

use isorun::error::AppProblemKind;
use isorun::{AppError, RegisterError, Runtime};
use isorun_tests::{add, again, apps, compute, kv, runtime, start};

/// What `add_app` says to these bytes.
async fn refusal(bytes: &[u8]) -> String {
    runtime().add_app("app", bytes).await.expect_err("the app does not fit").to_string()
}

/// The same for a component in text form.
async fn refusal_of(component: &str) -> String {
    refusal(&wat::parse_str(component).expect("the fixture is wasm text")).await
}

/// The same for `tests/wiring/{case}.wat`, beside `tests/wiring/{case}.txt`.
async fn assert_report(case: &str) {
    let file = |extension| Path::new(env!("CARGO_MANIFEST_DIR")).join("wiring").join(case).with_extension(extension);
    let component = fs::read_to_string(file("wat")).expect("there is a component");
    let expected = fs::read_to_string(file("txt")).expect("there is an expected report");
    assert_eq!(refusal_of(&component).await, expected.trim_end());
}

#[tokio::test]
async fn bytes_that_are_no_component_are_told_what_they_are() {
    for (bytes, expected) in [
        (&b""[..], "`app` is not a component: there are no bytes\n  help: check how the file was read"),
        (b"{}", "`app` is not a component: it does not start like wasm\n  help: check that the right file was given"),
        (
            b"(component)",
            "`app` is not a component: it looks like wasm text\n  help: assemble it with `wasm-tools parse`",
        ),
        (
            b"\x7fELF\x02\x01\x01",
            "`app` is not a component: it is a native program\n  \
             help: build it for `wasm32-unknown-unknown` and make a component of it",
        ),
        (
            b"\0asm\x01\0\0\0",
            "`app` is not a component: it is a core wasm module\n  \
             help: turn it into a component with `wasm-tools component new`, after embedding its WIT; \
             `cargo component` and `componentize-*` tools do both",
        ),
        (
            b"\0asm\x0d\0\x02\0",
            "`app` is not a component: it is wasm of a version that this build does not know\n  \
             help: build it with current tools",
        ),
    ] {
        assert_eq!(refusal(bytes).await, expected);
    }
}

#[tokio::test]
async fn a_component_that_is_cut_off_is_refused_as_damaged() {
    for end in [8 + 1, apps::CALC.len() / 2, apps::CALC.len() - 1] {
        let message = refusal(&apps::CALC[..end]).await;
        let (what, help) = message.split_once("\n  help: ").expect("there is help");
        assert!(what.starts_with("`app` is not a valid component: "), "{message}");
        assert_eq!(help, "the file is damaged or cut off; build or send it again");
    }
}

#[tokio::test]
async fn an_app_that_was_refused_leaves_its_name_free() {
    let runtime = runtime();
    runtime.add_app("calc", b"no component").await.unwrap_err();
    assert_eq!(add(&runtime, "calc", apps::CALC).await.name(), "calc");
}

#[tokio::test]
async fn an_import_of_wasi_is_refused_with_its_usual_cause() {
    let component = r#"(component (import "wasi:cli/environment@0.2.0" (instance
        (export "get-arguments" (func (result (list string)))))))"#;
    assert_eq!(
        refusal_of(component).await,
        "cannot add app `app`: 1 problem among its imports and exports
  1 import of WASI
    missing: isorun runs pure components, there is no WASI
    help: build for a target without WASI: `wasm32-unknown-unknown` in Rust, `disableFeatures` of componentize-js, \
         `--stub-wasi` of componentize-py, a reactor without start files in C
    `wasi:cli/environment@0.2.0`: it reads its environment: `std::env`, or a standard library that prepares to; \
         take settings as parameters"
    );
}

#[tokio::test]
async fn an_import_of_another_type_is_refused_with_both_signatures() {
    let component = r#"(component (import "test:bench/compute@0.1.0" (instance
        (export "add" (func (param "a" u32) (param "b" u64) (result u32))))))"#;
    assert_eq!(
        refusal_of(component).await,
        "cannot add app `app`: 1 problem among its imports and exports
  test:bench/compute@0.1.0, function `add`
    component has   func(a: u32, b: u64) -> u32
    registered is   func(a: u32, b: u32) -> u32
    help: versions of one track must agree, so one side was built from an edited WIT; rebuild it"
    );
}

#[tokio::test]
async fn an_import_that_nobody_declared_is_refused_with_the_nearest_name() {
    let import = |name: &str| format!(r#"(component (import "{name}" (instance (export "f" (func)))))"#);
    let refusal = refusal_of(&import("test:bench/computer@0.1.0")).await;
    assert_eq!(
        refusal,
        "cannot add app `app`: 1 problem among its imports and exports
  test:bench/computer@0.1.0
    missing: no interface of this name is registered
    help: did you mean `test:bench/compute@0.1.0`? register the interface before the app is added"
    );
    let far = refusal_of(&import("acme:mail/outbox@1.0.0")).await;
    assert_eq!(
        far.lines().last(),
        Some(
            "    help: register it with `register::<..::Interface>()` or `register_wit(text)` before the app is added"
        )
    );
    let other_track = refusal_of(&import("test:bench/compute@0.2.0")).await;
    assert_eq!(
        other_track.lines().last(),
        Some("    help: did you mean `test:bench/compute@0.1.0`? register the interface before the app is added")
    );
}

#[tokio::test]
async fn a_function_that_the_registered_interface_lacks_is_refused_with_the_nearest_name() {
    let component = r#"(component (import "test:bench/compute@0.1.0" (instance
        (export "adds" (func (param "a" u32) (param "b" u32) (result u32))))))"#;
    assert_eq!(
        refusal_of(component).await,
        "cannot add app `app`: 1 problem among its imports and exports
  test:bench/compute@0.1.0, function `adds`
    missing: the registered interface has no such function
    help: did you mean `add`? otherwise register the newer edition of the interface"
    );
}

#[tokio::test]
async fn every_problem_of_an_app_is_reported_at_once_and_sorted() {
    assert_report("everything-wrong").await;
}

#[tokio::test]
async fn the_problems_of_an_app_are_data_too() {
    let component = wat::parse_str(
        r#"(component
            (import "test:bench/host@0.1.0" (instance (export "tick" (func (param "n" u32) (result u64)))))
            (import "acme:mail/outbox@1.0.0" (instance (export "send" (func)))))"#,
    );
    let error = runtime().add_app("app", &component.unwrap()).await.unwrap_err();
    let AppError::Mismatch(report) = error else { panic!("{error}") };
    let problems: Vec<_> = report.problems().iter().map(|problem| (problem.item.as_str(), &problem.kind)).collect();
    let differs =
        AppProblemKind::Differs { component: "func(n: u32) -> u64".into(), registered: "func(n: u64) -> u64".into() };
    assert_eq!(report.app(), "app");
    assert_eq!(
        problems,
        [("acme:mail/outbox@1.0.0", &AppProblemKind::Undeclared), ("test:bench/host@0.1.0, function `tick`", &differs)]
    );
}

#[tokio::test]
async fn an_export_of_another_type_than_registered_is_refused_with_both_signatures() {
    let component = r#"(component
        (core module $code (func (export "tick") (param i32) (result i32) (local.get 0)))
        (core instance $code (instantiate $code))
        (func $tick (param "n" u32) (result u32) (canon lift (core func $code "tick")))
        (instance $host (export "tick" (func $tick)))
        (export "test:bench/host@0.1.0" (instance $host)))"#;
    assert_eq!(
        refusal_of(component).await,
        "cannot add app `app`: 1 problem among its imports and exports
  test:bench/host@0.1.0, function `tick`
    component has   func(n: u32) -> u32
    registered is   func(n: u64) -> u64
    help: versions of one track must agree, so one side was built from an edited WIT; rebuild it"
    );
}

#[tokio::test]
async fn an_export_without_a_function_that_is_registered_is_refused() {
    let component = r#"(component
        (core module $code (func (export "tock")))
        (core instance $code (instantiate $code))
        (func $tock (canon lift (core func $code "tock")))
        (instance $host (export "tock" (func $tock)))
        (export "test:bench/host@0.1.0" (instance $host)))"#;
    assert_eq!(
        refusal_of(component).await,
        "cannot add app `app`: 1 problem among its imports and exports
  test:bench/host@0.1.0, function `tick`
    component has   no such function
    registered is   func(n: u64) -> u64
    help: versions of one track must agree, so one side was built from an edited WIT; rebuild it"
    );
}

/// Nobody needs to register what means something in one world only.
#[tokio::test]
async fn a_function_imported_at_the_root_is_compared_if_it_is_registered() {
    let runtime = runtime();
    let component = r#"(component (import "log" (func (param "text" string))) (import "other" (func)))"#;
    let component = wat::parse_str(component).unwrap();
    runtime.add_app("unregistered", &component).await.unwrap();
    let log = isorun::wit::Function::from_wit("log: func(text: string, level: u8)").unwrap();
    let root = runtime.provide_function(&log, |_: String, _: u8| ()).unwrap().exports()[0].interface().clone();
    runtime.register_interface(&root).unwrap();
    assert_eq!(
        runtime.add_app("app", &component).await.unwrap_err().to_string(),
        "cannot add app `app`: 1 problem among its imports and exports
  log
    component has   func(text: string)
    registered is   func(text: string, level: u8)
    help: versions of one track must agree, so one side was built from an edited WIT; rebuild it"
    );
}

/// What is registered and fits is wired, whatever its namespace.
#[tokio::test]
async fn a_registered_interface_of_wasi_is_like_any_other() {
    let runtime = runtime();
    let wit = "package wasi:random@0.2.0; interface types { type seed = u64; } interface random { use types.{seed}; draw: func() -> seed; }";
    runtime.register_wit(wit).unwrap();
    let component = r#"(component
        (import "wasi:random/types@0.2.0" (instance $types (type $seed u64) (export "seed" (type (eq $seed)))))
        (import "wasi:random/random@0.2.3" (instance $random (export "draw" (func (result u64)))))
        (core func $draw (canon lower (func $random "draw")))
        (core module $code (import "" "draw" (func $draw (result i64))) (func (export "f") (result i64) (call $draw)))
        (core instance $code (instantiate $code (with "" (instance (export "draw" (func $draw))))))
        (func (export "f") (result u64) (canon lift (core func $code "f"))))"#;
    let app = add(&runtime, "app", &wat::parse_str(component).unwrap()).await;
    let provider =
        isorun_tests::guests::provider("wasi:random/random@0.2.0", &[("draw", "(result u64)", "(i64.const 4)")]);
    let provider = start(&runtime, "provider", &provider, &[]).await;
    let instance = again(&runtime, &app, &[&provider]).await;
    assert_eq!(instance.call("f", "()").await.unwrap(), "4");
    // Another one of WASI is explained as before.
    let other = r#"(component (import "wasi:random/insecure@0.2.0" (instance (export "f" (func)))))"#;
    let error = runtime.add_app("other", &wat::parse_str(other).unwrap()).await.unwrap_err();
    assert!(error.to_string().contains("1 import of WASI"), "{error}");
}

#[tokio::test]
async fn a_core_module_among_the_imports_is_refused() {
    assert_eq!(
        refusal_of(r#"(component (import "code" (core module)))"#).await,
        "cannot add app `app`: 1 problem among its imports and exports
  code
    not supported: the import is a core module
    help: import interfaces of functions and value types only"
    );
}

#[tokio::test]
async fn resources_are_refused_where_they_are_imported() {
    let component = r#"(component (import "acme:files/files@1.0.0" (instance
        (export "file" (type $file (sub resource)))
        (export "open" (func (param "path" string) (result (own $file))))
        (export "size" (func (param "of" (borrow $file)) (result u64))))))"#;
    assert_eq!(
        refusal_of(component).await,
        "cannot add app `app`: 3 problems among its imports and exports
  acme:files/files@1.0.0, `file`
    not supported: a resource
    help: pass ids or values instead; isorun carries plain values only
  acme:files/files@1.0.0, `open`
    not supported: `own<_>`: resources
    help: pass ids or values instead; isorun carries plain values only
  acme:files/files@1.0.0, `size`
    not supported: `borrow<_>`: resources
    help: pass ids or values instead; isorun carries plain values only"
    );
}

#[tokio::test]
async fn resources_are_refused_where_they_are_exported() {
    assert_eq!(
        refusal_of(r#"(component (type $file (resource (rep i32))) (export "file" (type $file)))"#).await,
        "cannot add app `app`: 1 problem among its imports and exports
  file
    not supported: the export is a resource
    help: export interfaces of functions and value types only"
    );
}

/// Streams, futures and async functions need an engine of another kind, which does not even read them.
#[tokio::test]
async fn what_is_asynchronous_is_refused_as_such_and_not_as_a_damaged_file() {
    for function in ["(func (result (stream u8)))", "(func (param \"value\" (future u8)))", "(func async)"] {
        let component = format!(r#"(component (import "acme:news/news@1.0.0" (instance (export "read" {function}))))"#);
        let message = refusal_of(&component).await;
        assert!(message.contains("async"), "{function}: {message}");
        assert!(!message.contains("damaged"), "{function}: {message}");
    }
}

#[tokio::test]
async fn wasm_that_this_build_does_not_run_is_refused_as_such_and_not_as_a_damaged_file() {
    for (module, proposal) in [("(tag)", "exceptions"), ("(type (struct))", "gc")] {
        let message = refusal_of(&format!("(component (core module {module}))")).await;
        assert!(message.contains(proposal), "{message}");
        let help =
            "\n  help: isorun is built without this wasm proposal; build the app without it (C++: `-fno-exceptions`)";
        assert!(message.ends_with(help), "{message}");
    }
}

#[tokio::test]
async fn an_app_that_no_place_is_large_enough_for_is_told_the_limit() {
    let component = wat::parse_str("(component (core module (table 100000000 funcref)))").unwrap();
    // The gate lets it through only where its limit was raised above what the engine has room for.
    let runtime = Runtime::builder().app_limits(|limits| limits.elements = u64::MAX).build().unwrap();
    let message = runtime.add_app("app", &component).await.unwrap_err().to_string();
    assert!(message.starts_with("`app` is too large for this runtime: "), "{message}");
    assert!(message.contains("element size of 100000000 which exceeds the limit of"), "{message}");
    assert!(message.ends_with("\n  help: make it smaller; all stores of a runtime have the same room"), "{message}");
}

#[tokio::test]
async fn an_app_name_is_given_once() {
    let runtime = runtime();
    add(&runtime, "calc", apps::CALC).await;
    let error = runtime.add_app("calc", apps::KV).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is an app named `calc` already\n  help: choose another name, or remove that app with `remove_app`"
    );
}

#[tokio::test]
async fn an_app_with_instances_stays_and_names_them() {
    let runtime = runtime();
    let app = add(&runtime, "calc", apps::CALC).await;
    let (one, two) = (again(&runtime, &app, &[]).await, again(&runtime, &app, &[]).await);
    assert_eq!(
        runtime.remove_app(&app).unwrap_err().to_string(),
        "`calc` is in use by `calc`, `calc-2`\n  help: remove those first"
    );
    runtime.remove(&one).unwrap();
    runtime.remove(&two).unwrap();
    runtime.remove_app(&app).unwrap();
}

#[tokio::test]
async fn a_removed_app_is_used_no_more() {
    let runtime = runtime();
    let app = add(&runtime, "calc", apps::CALC).await;
    runtime.remove_app(&app).unwrap();
    assert_eq!(
        runtime.instantiate(&app).await.unwrap_err().to_string(),
        "app `calc` was removed\n  help: add it again and instantiate the new handle"
    );
    assert_eq!(
        runtime.remove_app(&app).unwrap_err().to_string(),
        "`calc` was removed before\n  help: a handle does not outlive `remove`; drop it"
    );
    start(&runtime, "calc", apps::CALC, &[]).await;
}

#[tokio::test]
async fn an_app_of_another_runtime_is_refused() {
    let (here, elsewhere) = (runtime(), runtime());
    let app = add(&elsewhere, "calc", apps::CALC).await;
    let error = here.instantiate(&app).await.unwrap_err();
    assert!(error.to_string().starts_with("app `calc` belongs to another runtime\n  help: "), "{error}");
    let error = here.remove_app(&app).unwrap_err();
    assert_eq!(error.to_string(), "`calc` belongs to another runtime\n  help: remove it there");
}

#[test]
fn wit_that_does_not_parse_is_refused_with_line_and_column() {
    let text = "package acme:mail@1.0.0;\n\ninterface outbox {\n    send: func(to string);\n}\n";
    let error = runtime().register_wit(text).unwrap_err();
    assert_eq!(
        error.to_string(),
        "expected ':', found keyword `string`\n  --> 4:19\n  help: correct the text at this place"
    );
}

#[test]
fn every_mistake_in_a_wit_text_is_reported_at_once() {
    let text = "package acme:files@1.0.0;
interface files {
    resource file;
    open: func(path: string) -> file;
    follow: func(path: string) -> stream<u8>;
    wait: async func();
}";
    assert_eq!(
        runtime().register_wit(text).unwrap_err().to_string(),
        "`open`: result holds `own<file>`
  --> 4:5
  help: pass an id, a path or the data itself instead of a resource
`follow`: result holds `stream`
  --> 5:5
  help: pass a `list`, in several calls if it is long
`wait` is an `async func`
  --> 6:5
  help: remove `async`: for a host every call is asynchronous anyway"
    );
}

#[test]
fn one_interface_is_registered_with_one_set_of_functions() {
    let runtime = runtime();
    let text = "package test:bench@0.1.0;
        interface host { tick: func(n: u32) -> u64; tock: func(); }
        interface other { f: func(); }";
    let error = runtime.register_wit(text).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`test:bench/host@0.1.0` is registered already, with other functions
    `tick`
      registered  func(n: u64) -> u64
      new         func(n: u32) -> u64
    `tock`
      registered  no such function
      new         func()
  help: an interface that was changed needs a new version; give it one"
    );
    // The text is taken whole or not at all.
    assert!(runtime.interfaces().iter().all(|interface| interface.name().to_string() != "test:bench/other@0.1.0"));
}

#[test]
fn every_interface_that_is_registered_otherwise_is_reported_at_once() {
    let runtime = runtime();
    let before = "package acme:a@1.0.0; interface one { f: func(); } interface two { g: func(); } interface three { h: func(); }";
    runtime.register_wit(before).unwrap();
    let changed = "package acme:a@1.0.0; interface one { f: func(n: u8); } interface two { g: func(); } interface three { h: func() -> u8; }";
    assert_eq!(
        runtime.register_wit(changed).unwrap_err().to_string(),
        "`acme:a/one@1.0.0` is registered already, with other functions
    `f`
      registered  func()
      new         func(n: u8)
`acme:a/three@1.0.0` is registered already, with other functions
    `h`
      registered  func()
      new         func() -> u8
  help: an interface that was changed needs a new version; give it one"
    );
}

#[test]
fn one_text_cannot_hold_two_editions_of_an_interface() {
    let text = "package acme:all@1.0.0;
        package acme:a@1.0.0 { interface i { f: func() -> u8; } }
        package acme:a@1.0.0 { interface i { f: func() -> u16; } }";
    let error = runtime().register_wit(text).unwrap_err();
    assert!(matches!(&error, RegisterError::Wit(wit) if wit.problems()[0].line == 3), "{error}");
}

#[test]
fn registering_the_same_interface_again_is_no_mistake() {
    let runtime = runtime();
    let before = runtime.interfaces().len();
    let again = runtime.register::<kv::Interface>().unwrap();
    let text = "package test:bench@0.1.0; interface compute {
        record point { x: u32, y: u32 }
        join: func(parts: list<string>) -> string;
        sum-points: func(points: list<point>) -> u64;
        echo: func(data: list<u8>) -> list<u8>;
        add: func(a: u32, b: u32) -> u32;
    }";
    let from_text = runtime.register_wit(text).unwrap();
    assert_eq!(again.name().to_string(), "isorun:kv/kv@0.1.0");
    assert_eq!(from_text[0], runtime.register::<compute::Interface>().unwrap());
    assert_eq!(runtime.interfaces().len(), before);
}
