//! Components from strangers: what is refused before it is compiled, how many are compiled at once, what is known of them without compiling.

use std::time::Duration;

use isorun::error::{AppProblemKind, AppReport};
use isorun::inspect::{Toolchain, WasiReason};
use isorun::{AppError, Runtime, inspect};
use isorun_tests::compiles::{self, Moment};
use isorun_tests::{add, apps, poll_once, runtime, runtime_of};
use proptest::prelude::*;

/// The report on an app that does not fit.
fn report(error: AppError) -> AppReport {
    match error {
        AppError::Mismatch(report) => report,
        error => panic!("{error}"),
    }
}

fn problems(report: &AppReport) -> Vec<(&str, &AppProblemKind)> {
    report.problems().iter().map(|problem| (problem.item.as_str(), &problem.kind)).collect()
}

#[tokio::test]
async fn bytes_beyond_the_limit_are_refused_before_they_are_looked_at() {
    let runtime = runtime_of(Runtime::builder().app_limits(|limits| limits.bytes = 1000));
    let error = runtime.add_app("app", &[0; 1001]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`app` means more than an app may:
  bytes: 1001, more than the 1000 of `bytes`
    help: remove names and debug information (`wasm-tools strip`); or raise `bytes` in the runtime's `app_limits`"
    );
    let error = runtime.add_app("app", &[0; 1000]).await.unwrap_err();
    assert!(matches!(error, AppError::NotAComponent { .. }), "{error}");
}

/// Its types are well, its only function's body is not.
const BROKEN_BODY: &str = "(core module (func (result i32)))";

#[tokio::test]
async fn what_does_not_fit_is_reported_without_compiling() {
    compiles::watch();
    let component = wat::parse_str(format!(r#"(component (import "log" (core module)) {BROKEN_BODY})"#)).unwrap();
    let report = report(runtime().add_app("misfit", &component).await.unwrap_err());
    assert_eq!(report.problems()[0].item, "log");
    assert_eq!(compiles::of("misfit"), []);
}

#[tokio::test]
async fn what_only_compiling_can_find_is_found() {
    compiles::watch();
    let component = wat::parse_str(format!("(component {BROKEN_BODY})")).unwrap();
    let error = runtime().add_app("broken", &component).await.unwrap_err();
    assert!(matches!(&error, AppError::Invalid { message, .. } if message.contains("type mismatch")), "{error}");
    assert_eq!(compiles::of("broken"), [Moment::Begin("broken".into()), Moment::End("broken".into())]);
}

const THREE_IMPORTS: &str = r#"(component
    (import "test:bench/compute@0.1.0" (instance (export "add" (func (param "a" u32) (param "b" u32) (result u32)))))
    (import "test:bench/host@0.1.0" (instance (export "tick" (func (param "n" u64) (result u64)))))
    (import "acme:mail/outbox@1.0.0" (instance (export "send" (func))))
    (import "acme:mail/types@1.0.0" (instance (type $text string) (export "address" (type (eq $text)))))
    (import "log" (func)))"#;

#[tokio::test]
async fn every_import_outside_the_allow_list_is_refused_at_once_and_before_compiling() {
    compiles::watch();
    let component = wat::parse_str(THREE_IMPORTS).unwrap();
    let runtime = runtime();
    let error = runtime.add_app("outside", &component).allow(["test:bench/compute", "isorun:*"]).await.unwrap_err();
    let report = report(error);
    assert_eq!(
        problems(&report),
        [
            ("acme:mail/outbox@1.0.0", &AppProblemKind::NotAllowed),
            ("acme:mail/outbox@1.0.0", &AppProblemKind::Undeclared),
            ("log", &AppProblemKind::NotAllowed),
            ("test:bench/host@0.1.0", &AppProblemKind::NotAllowed),
        ]
    );
    assert!(
        report.to_string().contains(
            "  test:bench/host@0.1.0
    not allowed: this app may not import it
    help: allowed are `test:bench/compute`, `isorun:*`; leave the import out, or allow it where the app is added"
        ),
        "{report}"
    );
    assert_eq!(compiles::of("outside"), []);
}

#[tokio::test]
async fn an_app_whose_imports_are_all_allowed_is_added() {
    let runtime = runtime();
    for (name, patterns) in [
        ("namespace", ["test:*", "acme:mail"]),
        ("package", ["test:bench@0.1.0", "acme:mail"]),
        ("interfaces", ["test:bench/compute@0.1.7", "test:bench/host"]),
    ] {
        runtime.add_app(name, apps::RELAY).allow(patterns).await.unwrap();
    }
    // Adding patterns one by one is the same.
    runtime.add_app("both", apps::RELAY).allow(["test:bench/compute"]).allow(["test:bench/host"]).await.unwrap();
    // An app without imports needs no permission; an app with some has none.
    runtime.add_app("calc", apps::CALC).allow([""; 0]).await.unwrap();
    let report = report(runtime.add_app("relay", apps::RELAY).allow([""; 0]).await.unwrap_err());
    assert_eq!(report.problems().len(), 2, "{report}");
}

#[tokio::test]
async fn patterns_that_are_none_are_told_all_at_once() {
    let error = runtime().add_app("app", apps::CALC).allow(["isorun:*", "iso_run", "isorun:kv/*"]).await.unwrap_err();
    assert!(
        matches!(&error, AppError::MalformedPattern { patterns, .. } if patterns[..] == ["iso_run", "isorun:kv/*"]),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .starts_with("cannot allow imports of `app`: these are not patterns: `iso_run`, `isorun:kv/*`\n  help: ")
    );
}

#[tokio::test]
async fn a_report_on_very_many_problems_is_cut_off() {
    let functions: String = (0..1500).map(|number| format!(r#"(export "f{number}" (func))"#)).collect();
    let component = format!(r#"(component (import "test:bench/host@0.1.0" (instance {functions})))"#);
    let error = runtime().add_app("app", &wat::parse_str(component).unwrap()).await.unwrap_err();
    let report = report(error);
    assert_eq!((report.problems().len(), report.omitted()), (1000, 500));
    assert!(report.to_string().starts_with("cannot add app `app`: 1500 problems among"));
    assert!(report.to_string().ends_with("\n  and 500 more"));
}

/// A small component can name types that are huge when written out.
#[tokio::test]
async fn types_that_are_many_when_written_out_are_not_written_out() {
    let labels: String = (0..1000).map(|number| format!("\"label{number}\" ")).collect();
    let functions: String = (0..1200)
        .map(|number| {
            format!(
                r#"(export "t{number}" (type $t{number} (eq $labels)))
                (export "f{number}" (func (param "p" $t{number})))"#
            )
        })
        .collect();
    let component = format!(r#"(component (import "a:b/c" (instance (type $labels (enum {labels})) {functions})))"#);
    let runtime = runtime_of(Runtime::builder().app_limits(|limits| limits.types = u64::MAX));
    let error = runtime.add_app("app", &wat::parse_str(component).unwrap()).await.unwrap_err();
    let what = "the types of its functions have more than 1048576 labels";
    let many = AppProblemKind::Unsupported { what: what.into() };
    assert!(report(error).problems().iter().any(|problem| problem.kind == many));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_are_compiled_at_once_than_may_be() {
    compiles::watch();
    let runtime = runtime_of(Runtime::builder().max_compiles(2));
    let adding: Vec<_> = (0..8)
        .map(|number| {
            let runtime = runtime.clone();
            tokio::spawn(async move { add(&runtime, &format!("crowd-{number}"), apps::CALC).await })
        })
        .collect();
    for adding in adding {
        adding.await.unwrap();
    }
    let moments = compiles::of("crowd");
    assert_eq!(moments.len(), 16);
    assert_eq!(compiles::most_at_once(&moments), 2, "{moments:?}");
}

#[tokio::test]
async fn a_compilation_that_was_given_up_on_keeps_its_place_until_it_ends() {
    compiles::watch();
    let runtime = runtime_of(Runtime::builder().max_compiles(1));
    let mut given_up = runtime.add_app("place-1", apps::TYPES_RELAY).into_future();
    while compiles::of("place").is_empty() {
        assert!(poll_once(&mut given_up).is_pending());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    drop(given_up);
    add(&runtime, "place-2", apps::CALC).await;
    let ordered = [
        Moment::Begin("place-1".into()),
        Moment::End("place-1".into()),
        Moment::Begin("place-2".into()),
        Moment::End("place-2".into()),
    ];
    assert_eq!(compiles::of("place"), ordered);
}

#[tokio::test]
async fn waiting_for_a_place_can_be_given_up() {
    let runtime = runtime_of(Runtime::builder().max_compiles(1));
    let mut first = runtime.add_app("first", apps::TYPES_RELAY).into_future();
    assert!(poll_once(&mut first).is_pending());
    let mut second = runtime.add_app("second", apps::CALC).into_future();
    assert!(poll_once(&mut second).is_pending());
    drop(second);
    first.await.unwrap_or_else(|error| panic!("{error}"));
    add(&runtime, "second", apps::KV).await;
}

#[test]
fn the_example_apps_are_inspected_without_a_runtime() {
    for (app, needs, provides) in [
        (apps::CALC, &[][..], &["test:bench/compute@0.1.0"][..]),
        (apps::KV, &["isorun:fs/fs@0.1.0"], &["isorun:kv/kv@0.1.0"]),
        (apps::NOTES, &["isorun:kv/kv@0.1.0"], &["isorun:server/server@0.1.0"]),
        (apps::RELAY, &["test:bench/compute@0.1.0", "test:bench/host@0.1.0"], &["test:bench/relay@0.1.0"]),
        (apps::MISBEHAVE, &[], &["test:misbehave/misbehave@0.1.0"]),
    ] {
        let inspection = inspect(app).unwrap();
        let names =
            |items: &[isorun::inspect::Inspected]| items.iter().map(|item| item.name().to_string()).collect::<Vec<_>>();
        assert_eq!((names(inspection.imports()), names(inspection.exports())), (own(needs), own(provides)));
        assert_eq!(inspection.size(), app.len() as u64);
        assert!((1..inspection.size()).contains(&inspection.code_size()), "{inspection}");
        assert!(inspection.modules() >= 1 && inspection.initial_memory() >= 1 << 16, "{inspection}");
    }
    let types = inspect(apps::TYPES).unwrap();
    assert!(types.exports().iter().any(|item| (item.name(), item.kind()) == ("main", "a function")), "{types}");
}

fn own(names: &[&str]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

/// As a program comes out of a toolchain that prints, makes a hash map and does not know that nobody is there to hear of it.
const WITH_WASI: &str = r#"(component
    (import "wasi:io/streams@0.2.6" (instance $streams (export "output-stream" (type (sub resource)))))
    (alias export $streams "output-stream" (type $output-stream))
    (import "wasi:cli/stdout@0.2.6" (instance
        (alias outer 1 $output-stream (type $output-stream))
        (export "output-stream" (type $out (eq $output-stream)))
        (export "get-stdout" (func (result (own $out))))))
    (import "wasi:random/insecure-seed@0.2.6" (instance
        (export "insecure-seed" (func (result (tuple u64 u64))))))
    (import "isorun:kv/kv@0.1.0" (instance
        (export "get" (func (param "key" string) (result (option (list u8)))))))
    (core module $code (memory (export "memory") 2) (func (export "f")))
    (core instance $code (instantiate $code))
    (func $f (canon lift (core func $code "f")))
    (export "main" (func $f)))"#;

#[test]
fn inspecting_says_why_wasi_crept_in() {
    let component = wat::parse_str(WITH_WASI).unwrap();
    let inspection = inspect(&component).unwrap();
    let reasons: Vec<_> = inspection.imports().iter().map(|need| (need.name(), need.wasi())).collect();
    assert_eq!(
        reasons,
        [
            ("wasi:io/streams@0.2.6", Some(WasiReason::Plumbing)),
            ("wasi:cli/stdout@0.2.6", Some(WasiReason::Printing)),
            ("wasi:random/insecure-seed@0.2.6", Some(WasiReason::Random)),
            ("isorun:kv/kv@0.1.0", None),
        ]
    );
    let stdout = &inspection.imports()[1].functions()[0];
    assert_eq!((stdout.name(), stdout.signature().unwrap_err()), ("get-stdout", "`own<_>`: resources"));
    assert_eq!(
        inspection.to_string().split_once('\n').unwrap().1,
        "imports
  wasi:io/streams@0.2.6
    why: it comes along with the other imports of WASI, which use streams and pollables
    output-stream: not supported: a resource
  wasi:cli/stdout@0.2.6
    why: it prints: `println!`, `eprintln!`, `dbg!`, or the default message of a panic
    get-stdout: not supported: `own<_>`: resources
    output-stream: not supported: a resource
  wasi:random/insecure-seed@0.2.6
    why: it asks for random numbers: the seeds of every `HashMap`, or a crate such as `rand`
    insecure-seed: func() -> tuple<u64, u64>
  isorun:kv/kv@0.1.0
    get: func(key: string) -> option<list<u8>>
exports
  main: func()"
    );
    assert_eq!((inspection.modules(), inspection.initial_memory()), (1, 2 << 16));
}

#[tokio::test]
async fn a_report_gives_wasi_the_same_reasons() {
    let report = report(runtime().add_app("app", &wat::parse_str(WITH_WASI).unwrap()).await.unwrap_err());
    let reasons = report.problems().iter().filter_map(|problem| match problem.kind {
        AppProblemKind::Wasi { reason } => Some(reason),
        _ => None,
    });
    assert_eq!(reasons.collect::<Vec<_>>(), [WasiReason::Printing, WasiReason::Plumbing, WasiReason::Random]);
}

/// A component that imports WASI and holds modules with these notes of the tools that had a part in it.
fn made_by(modules: &[&str]) -> Vec<u8> {
    let modules = modules.concat();
    wat::parse_str(format!(
        r#"(component (import "wasi:cli/exit@0.2.0" (instance (export "exit" (func (param "status" (result))))))
            (import "wasi:random/random@0.2.0" (instance (export "get-random-u64" (func (result u64))))) {modules})"#
    ))
    .unwrap()
}

/// One toolchain has one setting against all of WASI, so the report says that once and first. The notes are as real tools leave them.
#[test]
fn a_report_on_wasi_begins_with_the_cure_of_the_toolchain() {
    let [rust, clang, js, python] = [
        r#"(core module (@producers (language "Rust" "") (processed-by "rustc" "1.88.0")))"#,
        r#"(core module (@producers (language "C11" "") (processed-by "clang" "21.1.4-wasi-sdk")))"#,
        r#"(core module (@producers (processed-by "wit-component" "0.259.0") (processed-by "ComponentizeJS" "0.23.0")))"#,
        r#"(core module $libpython3.14.so (func $named))"#,
    ];
    let told = |modules: &[&str]| report(runtime().check_app("app", &made_by(modules)).unwrap_err());
    for (modules, toolchain, cure) in [
        (
            &[rust][..],
            Some(Toolchain::Rust),
            "rustc made this component: build for the target `wasm32-unknown-unknown`",
        ),
        (&[clang], Some(Toolchain::C), "clang made this component: link a reactor without start files"),
        // An interpreter is compiled too; who put it into the component counts.
        (
            &[rust, clang, js],
            Some(Toolchain::JavaScript),
            r#"componentize-js made this component: componentize with `disableFeatures: ["stdio", "random", "clocks", "http", "fetch-event"]`"#,
        ),
        (
            &[python, rust],
            Some(Toolchain::Python),
            "componentize-py made this component: componentize with `componentize-py .. componentize --stub-wasi",
        ),
        (&[], None, "build for a target without WASI: "),
    ] {
        let report = told(modules);
        assert_eq!((report.toolchain(), inspect(&made_by(modules)).unwrap().toolchain()), (toolchain, toolchain));
        let text = report.to_string();
        let expected = format!(
            "cannot add app `app`: 2 problems among its imports and exports
  2 imports of WASI
    missing: isorun runs pure components, there is no WASI
    help: {cure}"
        );
        assert!(text.starts_with(&expected), "{text}");
        assert_eq!(text.matches("help:").count(), 1, "{text}");
    }
    let interpreter = told(&[js]).to_string();
    assert!(interpreter.ends_with(
        "\n    `wasi:cli/exit@0.2.0`, `wasi:random/random@0.2.0`: the interpreter imports them, whether the program uses them or not"
    ));
    let compiled = told(&[rust]).to_string();
    assert!(compiled.contains("\n    `wasi:random/random@0.2.0`: it asks for random numbers: "), "{compiled}");
    assert!(compiled.contains("\n    `wasi:cli/exit@0.2.0`: it may end the program: "), "{compiled}");
}

/// What tools say of themselves is no part of what runs: nothing that is wrong with it, and no amount of it, keeps a component out.
#[test]
fn notes_of_tools_that_make_no_sense_are_passed_over() {
    let notes: String = (0..10_000).map(|number| format!(r#"(processed-by "tool-{number}" "1")"#)).collect();
    for module in [
        format!("(core module (@producers {notes}))"),
        r#"(core module (@custom "producers" "\ff\ff\ff\ff\ff"))"#.to_string(),
        r#"(core module (@custom "name" "\00\ff"))"#.to_string(),
    ] {
        let component = wat::parse_str(format!("(component {module})")).unwrap();
        assert_eq!(runtime().check_app("app", &component).unwrap().toolchain(), None);
    }
}

#[test]
fn what_no_runtime_takes_is_inspected_all_the_same() {
    let component = r#"(component
        (import "acme:news/news@1.0.0" (instance
            (export "read" (func (result (stream u8))))
            (export "wait" (func async))))
        (core module (tag)))"#;
    let inspection = inspect(&wat::parse_str(component).unwrap()).unwrap();
    let functions = inspection.imports()[0].functions().iter();
    let problems: Vec<_> = functions.map(|function| function.signature().unwrap_err()).collect();
    assert_eq!(problems, ["`stream<_>`", "`async func`"]);
    let message = inspect(b"\0asm\x01\0\0\0").unwrap_err().to_string();
    assert!(message.starts_with("not a component: it is a core wasm module\n  help: "), "{message}");
}

/// Names of interfaces are letters, but a component may also import a link.
#[tokio::test]
async fn a_name_cannot_write_to_the_terminal() {
    let component = b"(component (import \"url=<\\1b[31m\\0a>\" (instance (export \"f\" (func)))))";
    let component = wat::parse_str(str::from_utf8(component).unwrap()).unwrap();
    let inspection = inspect(&component).unwrap();
    assert_eq!(inspection.imports()[0].name(), "url=<\x1b[31m\n>");
    assert!(inspection.to_string().contains("\n  url=<\u{fffd}[31m\u{fffd}>\n"), "{inspection}");
    let error = runtime().add_app("app", &component).allow(["isorun:*"]).await.unwrap_err().to_string();
    assert!(error.contains("\n  url=<\u{fffd}[31m\u{fffd}>\n    not allowed"), "{error}");
}

/// Parts of a component, also where it ends at the border of a section, are read or refused, and nothing else.
#[test]
fn no_part_of_a_component_makes_the_reader_panic() {
    for end in 0..apps::CALC.len() {
        let _ = inspect(&apps::CALC[..end]);
    }
}

#[tokio::test]
async fn no_part_of_a_component_makes_adding_panic() {
    let runtime = runtime();
    for end in (0..apps::CALC.len()).step_by(97) {
        match runtime.add_app("part", &apps::CALC[..end]).await {
            Ok(app) => runtime.remove_app(&app).unwrap(),
            Err(error) => assert!(!error.to_string().contains("panic"), "{error}"),
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = inspect(&bytes);
        let _ = inspect(&[b"\0asm\x0d\0\x01\0", &bytes[..]].concat());
    }

    #[test]
    fn no_change_to_a_component_makes_the_reader_panic(
        changes in proptest::collection::vec((0..apps::RELAY.len(), any::<u8>()), 1..8),
    ) {
        let mut bytes = apps::RELAY.to_vec();
        for (place, byte) in changes {
            bytes[place] = byte;
        }
        if let Ok(inspection) = inspect(&bytes) {
            let _ = inspection.to_string();
        }
    }
}
