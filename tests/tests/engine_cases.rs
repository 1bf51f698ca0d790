//! What the suites of the component model and of wasmtime pin down, run through isorun.
//!
//! The cases of those suites are no part of this repository. `ISORUN_ENGINE_CASES` names the file of them, beside which there is
//! `host-cases.jsonl`. A few cases of our own, in the same form, are always run: `tests/engine-cases`.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use isorun::error::AppProblemKind;
use isorun::instance::InstanceState;
use isorun::limits::{Amount, Limit};
use isorun::remote::{Cancel, Detail, ExportPolicy, Revoke};
use isorun::{App, AppError, Budget, CallError, Cx, Instance, Runtime, RuntimeBuilder, Value};
use isorun_tests::engine::{ALONE, End, HOST_IMPORT, HOST_WAT, HOST_WIT, ON_A_HOST, Step, follow, lives, thrice};
use isorun_tests::{add, again, host, link_to, runtime_of, start};
use serde_json::Value as Json;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};

/// Cases of our own.
const OWN: &str = include_str!("../engine-cases/cases.jsonl");

/// The cases of the suites, if they are there, and our own.
fn cases(test: &str) -> Vec<Json> {
    let suites = suites("cases.jsonl", test, "only our own cases are run").unwrap_or_default();
    suites.into_iter().chain(read(OWN)).collect()
}

/// Components that want a host. None of them is our own.
fn host_cases(test: &str) -> Option<Vec<Json>> {
    suites("host-cases.jsonl", test, "not run")
}

/// A file of cases, or `None` if there is none; then the test says what it does without.
fn suites(file: &str, test: &str, without: &str) -> Option<Vec<Json>> {
    let Some(path) = std::env::var_os("ISORUN_ENGINE_CASES") else {
        // Not `eprintln!`, which is only seen when a test fails.
        let _ = writeln!(std::io::stderr(), "{test}: {without}, as ISORUN_ENGINE_CASES is not set");
        return None;
    };
    let path = Path::new(&path).with_file_name(file);
    Some(read(&fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))))
}

/// One case a line.
fn read(text: &str) -> Vec<Json> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Some cases make their memories grow to gigabytes.
const PLENTY: u64 = 64 << 30;

fn generous() -> Runtime {
    runtime_of(generous_builder())
}

fn generous_builder() -> RuntimeBuilder {
    let budget = Budget { fuel: u64::MAX / 2, time: Duration::from_secs(60), memory: PLENTY };
    Runtime::builder().budget(budget).max_instance_memory(PLENTY)
}

#[tokio::test]
async fn every_case_of_the_suites_ends_as_it_must() {
    let cases = cases("every_case_of_the_suites_ends_as_it_must");
    let runtime = generous();
    let mut apps: BTreeMap<&str, Option<App>> = BTreeMap::new();
    let (mut passed, mut refused, mut wrong) = (0, 0, Vec::new());
    for case in &cases {
        let id = text(case, "id");
        if let Some(wat) = case["wat"].as_str() {
            let added = runtime.add_app(id, &wat::parse_str(wat).unwrap()).await;
            let app = match (added, refusal(case)) {
                (Ok(app), None) => Some(app),
                (Err(error), Some(refusal)) if refusal.is(&error) => None,
                (added, refusal) => {
                    wrong.push(format!("{id}: {added:?}, expected refusal: {refusal:?}"));
                    None
                }
            };
            apps.insert(id, app);
        }
        let Some(app) = &apps[case["wat_of"].as_str().unwrap_or(id)] else {
            refused += 1;
            continue;
        };
        match thrice(&runtime, app, &steps(case)).await {
            Ok(()) => passed += 1,
            Err(error) => wrong.push(format!("{id}: {error}")),
        }
    }
    println!("{passed} cases passed, {refused} are of components that isorun refuses, {} failed", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The functions of a case as an interface of an app, which is called from afar: the values cross as images, which are checked strictly.
/// Meanwhile the guest gives its thread away after every few instructions, wherever it is: in a `realloc`, between its own components.
#[tokio::test]
async fn every_case_ends_the_same_behind_a_remote() {
    let cases = cases("every_case_ends_the_same_behind_a_remote");
    let runtime = runtime_of(generous_builder().yield_every(Duration::ZERO));
    let mut components: BTreeMap<&str, &Json> = BTreeMap::new();
    let (mut passed, mut wrong) = (0, Vec::new());
    for (number, case) in cases.iter().enumerate() {
        let id = text(case, "id");
        let component = *components.entry(case["wat_of"].as_str().unwrap_or(id)).or_insert(case);
        // The texts say `list<tuple<K, V>>` where the component has maps.
        if component["wit"].is_null() || component["default_config"] == false || refusal(component).is_some() {
            continue;
        }
        let functions = text(component, "wit").lines().filter_map(|line| line.trim().strip_prefix("export "));
        let name = format!("test:case/api{number}");
        let wit = format!("package test:case; interface api{number} {{ {} }}", functions.collect::<String>());
        let interface = runtime.register_wit(&wit).unwrap()[0].clone();
        let wat = format!(
            "(component {} (instance $inner (instantiate 0)) (export \"{name}\" (instance $inner)))",
            text(component, "wat")
        );
        let guest = start(&runtime, &name, &wat::parse_str(wat).unwrap(), &[]).await;
        // The cases look at what the engine says.
        let policy = ExportPolicy::default().on_cancel(Cancel::Stop).tell(Detail::Text);
        let token = runtime.export_interface_with(&guest, &interface, &policy).unwrap();
        let far = runtime.import_interface(&interface, token, link_to(&runtime));
        let steps = steps(case);
        let mut result = Ok(());
        for step in &steps {
            result = result.and(step.take(&far, &guest).await);
        }
        match result {
            Ok(()) => passed += 1,
            Err(error) => wrong.push(format!("{id}: {error}")),
        }
        runtime.revoke(&token, Revoke::New).await;
        runtime.remove(&guest).unwrap();
    }
    println!("{passed} cases passed, {} failed", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the cases of strings of gigabytes meet in a runtime that has not been told to expect them.
#[tokio::test]
async fn gigabytes_must_be_granted() {
    let cases = cases("gigabytes_must_be_granted");
    let strings = cases.iter().find(|case| text(case, "id").contains("big-strings")).unwrap();
    let strings = wat::parse_str(text(strings, "wat")).unwrap();
    for (builder, most) in [
        (Runtime::builder(), 128 << 20),
        (Runtime::builder().max_instance_memory(PLENTY), 64 << 20),
        (Runtime::builder().budget(Budget { memory: PLENTY, ..Budget::default() }), 128 << 20),
    ] {
        let runtime = runtime_of(builder);
        let instance = start(&runtime, "strings", &strings, &[]).await;
        let error = instance.call("grow", "(32768)").await.unwrap_err();
        let CallError::OutOfBudget { limit, amount, .. } = error else { panic!("{error}") };
        assert_eq!((limit, amount), (Limit::Memory, Amount::Bytes(most)));
        assert!(matches!(instance.state(), InstanceState::Poisoned(_)));
    }
}

/// Why isorun does not run the component of a case.
#[derive(Debug)]
enum Refusal {
    /// It uses what the engine is built without; these are the validator's words.
    Feature(&'static str),
    /// It exports a resource.
    Resource,
}

impl Refusal {
    fn is(&self, error: &AppError) -> bool {
        match (self, error) {
            (Refusal::Feature(words), AppError::Invalid { message, .. }) => message.contains(words),
            (Refusal::Resource, AppError::Mismatch(report)) => report.problems().iter().all(
                |problem| matches!(&problem.kind, AppProblemKind::Unsupported { what } if what.contains("resource")),
            ),
            _ => false,
        }
    }
}

fn refusal(case: &Json) -> Option<Refusal> {
    let wat = text(case, "wat");
    let has = |words: &[&str]| words.iter().any(|words| wat.contains(words));
    if case["wit"].is_null() && case["internal_resources"] == true {
        Some(Refusal::Resource)
    } else if has(&["(tag ", "(throw "]) {
        Some(Refusal::Feature("exceptions proposal not enabled"))
    } else if has(&["i31"]) {
        Some(Refusal::Feature("gc types are disallowed"))
    } else if has(&["(canon context.", "(canon backpressure."]) {
        Some(Refusal::Feature("requires the component model async feature"))
    } else {
        None
    }
}

fn text<'a>(case: &'a Json, key: &str) -> &'a str {
    case[key].as_str().unwrap_or_else(|| panic!("no {key} in {case}"))
}

fn steps(case: &Json) -> Vec<Step> {
    let waves = |values: &Json| values.as_array().unwrap().iter().map(|json| value(json).to_wave()).collect::<Vec<_>>();
    let step = |step: &Json| Step {
        function: text(step, "call").into(),
        arguments: format!("({})", waves(&step["args"]).join(", ")),
        end: match step["trap"].as_str() {
            Some(words) => End::Trap([words].into_iter().chain(own_words(words)).map(Into::into).collect()),
            None => End::Value(waves(&step["returns"]).concat()),
        },
    };
    case["steps"].as_array().unwrap().iter().map(step).collect()
}

/// What isorun says, which reads results itself, for a trap of wasmtime's.
fn own_words(words: &str) -> Option<&'static str> {
    words.starts_with("discriminant").then_some("a discriminant names no case")
}

/// A value as the cases write it: numbers as text, floats as the number that their bits are.
fn value(json: &Json) -> Value {
    let (ty, json) = (text(json, "type"), &json["value"]);
    let text = json.as_str().unwrap_or_default();
    let all = |json: &Json| json.as_array().unwrap().iter().map(value).collect();
    let payload = |json: &Json| (!json.is_null()).then(|| value(json));
    match ty {
        "bool" => json.as_bool().unwrap().into(),
        "u8" => text.parse::<u8>().unwrap().into(),
        "s8" => text.parse::<i8>().unwrap().into(),
        "u16" => text.parse::<u16>().unwrap().into(),
        "s16" => text.parse::<i16>().unwrap().into(),
        "u32" => text.parse::<u32>().unwrap().into(),
        "s32" => text.parse::<i32>().unwrap().into(),
        "u64" => text.parse::<u64>().unwrap().into(),
        "s64" => text.parse::<i64>().unwrap().into(),
        "f32" => f32::from_bits(text.parse().unwrap()).into(),
        "f64" => f64::from_bits(text.parse().unwrap()).into(),
        "char" => text.parse::<char>().unwrap().into(),
        "string" => text.into(),
        "list" => Value::List(all(json)),
        "tuple" => Value::Tuple(all(json)),
        "record" => {
            Value::record(json.as_array().unwrap().iter().map(|field| (field[0].as_str().unwrap(), value(&field[1]))))
        }
        "variant" => Value::variant(json["case"].as_str().unwrap(), payload(&json["payload"])),
        "enum" => Value::enumeration(text),
        "flags" => Value::flags(json.as_array().unwrap().iter().map(|label| label.as_str().unwrap())),
        "option" => Value::option(payload(json)),
        "result" => Value::result(match json.get("Err") {
            Some(err) => Err(payload(err)),
            None => Ok(payload(&json["Ok"])),
        }),
        other => panic!("a value of type `{other}`"),
    }
}

/// A component of `host-cases.jsonl`.
fn host_case(cases: &[Json], id: &str) -> String {
    text(cases.iter().find(|case| text(case, "id") == id).unwrap_or_else(|| panic!("no case {id}")), "wat").into()
}

#[tokio::test]
async fn components_that_need_no_host_end_as_they_must() {
    let Some(cases) = host_cases("components_that_need_no_host_end_as_they_must") else { return };
    let runtime = generous();
    let mut apps: BTreeMap<&str, App> = BTreeMap::new();
    let (mut passed, mut wrong) = (0, Vec::new());
    for (id, steps) in lives(ALONE) {
        if !apps.contains_key(id) {
            apps.insert(id, add(&runtime, id, &wat::parse_str(host_case(&cases, id)).unwrap()).await);
        }
        match thrice(&runtime, &apps[id], &steps).await {
            Ok(()) => passed += 1,
            Err(error) => wrong.push(format!("{id}: {error}")),
        }
    }
    println!("{} components, {passed} lives passed, {} failed", apps.len(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// 16 bytes an element: two discriminants, a payload, a pointer and a length, each in its place.
#[tokio::test]
async fn a_list_of_tuples_lies_in_memory_as_the_abi_says() {
    let Some(cases) = host_cases("a_list_of_tuples_lies_in_memory_as_the_abi_says") else { return };
    let take = wat::parse_str(host_case(&cases, "func-fancy-list")).unwrap();
    let instance = start(&generous(), "take", &take, &[]).await;
    let list = r#"[(none, ok), (some(2), err("hello there")), (some(200), err("general kenobi"))]"#;
    let answer = instance.call("take", &format!("({list})")).await.unwrap();
    let (at, rest) = answer[1..].split_once(", ").unwrap();
    let (length, memory) = rest.split_once(", [").unwrap();
    let memory: Vec<u8> = memory.trim_end_matches("])").split(", ").map(|byte| byte.parse().unwrap()).collect();
    assert_eq!(length, "3");
    let element = |index: usize| &memory[at.parse::<usize>().unwrap() + 16 * index..][..16];
    let string = |element: &[u8]| {
        let word = |at: usize| u32::from_le_bytes(element[at..at + 4].try_into().unwrap()) as usize;
        String::from_utf8(memory[word(8)..][..word(12)].to_vec()).unwrap()
    };
    assert_eq!((element(0)[0], element(0)[4]), (0, 0));
    assert_eq!((&element(1)[..2], element(1)[4], string(element(1))), (&[1, 2][..], 1, "hello there".into()));
    assert_eq!((&element(2)[..2], element(2)[4], string(element(2))), (&[1, 200][..], 1, "general kenobi".into()));
}

#[tokio::test]
async fn components_on_a_host_end_as_they_must() {
    let Some(cases) = host_cases("components_on_a_host_end_as_they_must") else { return };
    let (mut passed, mut wrong) = (0, Vec::new());
    for (title, steps) in lives(ON_A_HOST) {
        let (id, wires) = title.split_once(' ').unwrap();
        let runtime = generous();
        runtime.register_wit(HOST_WIT).unwrap();
        let host = start(&runtime, "host", &app_of(HOST_WIT, HOST_WAT), &[]).await;
        let wires: Vec<_> = wires.split(' ').map(|wire| wire.split_once('=').unwrap()).collect();
        let guest = wrapped(&host_case(&cases, id), HOST_IMPORT, &given(&wires), &exports(&steps));
        let guest = start(&runtime, id, &guest, &[&host]).await;
        let mut result = Ok(());
        for step in &steps {
            let at = if step.function.starts_with("host#") { &host } else { &guest };
            result = result.and(step.take(at, at).await);
        }
        match result {
            Ok(()) => passed += 1,
            Err(error) => wrong.push(format!("{id}: {error}")),
        }
    }
    println!("{passed} lives passed, {} failed", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is given to a component for its imports, as arguments of its instantiation.
fn given(wires: &[(&str, &str)]) -> String {
    let wire = |(import, function): &(&str, &str)| match import.split_once('#') {
        Some((interface, name)) => {
            format!("(with \"{interface}\" (instance (export \"{name}\" (func $host \"{function}\"))))")
        }
        None => format!("(with \"{import}\" (func $host \"{function}\"))"),
    };
    wires.iter().map(wire).collect()
}

/// The functions of a guest that steps call.
fn exports(steps: &[Step]) -> Vec<&str> {
    let mut names: Vec<_> = steps.iter().map(|step| &*step.function).filter(|name| !name.contains('#')).collect();
    names.sort();
    names.dedup();
    names
}

/// A component within one that has its own imports and passes them on, since isorun wires interfaces and no functions at the root.
fn wrapped(wat: &str, head: &str, given: &str, exports: &[&str]) -> Vec<u8> {
    let exports: String = exports.iter().map(|name| format!("(export \"{name}\" (func $guest \"{name}\"))")).collect();
    // The inner component is named by its place: some have a name already, and others begin with one of their own parts.
    let text = format!("(component {wat} {head} (instance $guest (instantiate 0 {given})) {exports})");
    wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}"))
}

/// The component that the world `app` makes of a core module.
fn app_of(wit: &str, wat: &str) -> Vec<u8> {
    let mut resolve = wit_parser::Resolve::default();
    let package = resolve.push_str("app.wit", wit).unwrap();
    let world = resolve.select_world(&[package], Some("app")).unwrap();
    let mut module = wat::parse_str(wat).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().module(&module).unwrap().encode().unwrap()
}

/// A bound on what a call takes out of a guest: the bytes are refused before the host sees them.
#[tokio::test]
async fn more_than_a_message_does_not_leave_a_guest() {
    let Some(cases) = host_cases("more_than_a_message_does_not_leave_a_guest") else { return };
    let runtime = runtime_of(Runtime::builder().max_message(100));
    runtime.register_wit(HOST_WIT).unwrap();
    let host = start(&runtime, "host", &app_of(HOST_WIT, HOST_WAT), &[]).await;
    let case = host_case(&cases, "import-hostcall-fuel-limits-val");
    let guest = wrapped(&case, HOST_IMPORT, &given(&[("hi", "bytes")]), &["run"]);
    let guest = start(&runtime, "guest", &guest, &[&host]).await;
    let error = guest.call("run", "()").await.unwrap_err();
    let CallError::OutOfBudget { limit, amount, .. } = error else { panic!("{error}") };
    assert_eq!((limit, amount), (Limit::Message, Amount::Bytes(100)));
    assert!(matches!(host.state(), InstanceState::Idle));
}

/// Error types of every shape: functions from one interface that a component imports to the one of the same kind that it exports.
#[tokio::test]
async fn errors_of_a_provider_are_values_and_its_failures_are_not() {
    let Some(cases) = host_cases("errors_of_a_provider_are_values_and_its_failures_are_not") else { return };
    for (id, types, function, payload, err) in [
        ("empty-error", "", "empty-error: func(a: f64) -> result<f64>", "", "err"),
        (
            "string-error",
            "",
            "string-error: func(a: f64) -> result<f64, string>",
            r"\30\00\00\00\05\00\00\00error",
            "err(\"error\")",
        ),
        ("enum-error", "enum err { a, b, c }", "enum-error: func(a: f64) -> result<f64, err>", r"\00", "err(a)"),
        (
            "record-error",
            "record e2 { line: u32, col: u32 }",
            "record-error: func(a: f64) -> result<f64, e2>",
            r"\a4\01\00\00\20\05\00\00",
            "err({line: 420, col: 1312})",
        ),
        (
            "variant-error",
            "enum e1 { a, b, c } record e2 { line: u32, col: u32 } variant e3 { E1(e1), E2(e2) }",
            "variant-error: func(a: f64) -> result<f64, e3>",
            r"\01\00\00\00\a4\01\00\00\20\05\00\00",
            "err(E2({line: 420, col: 1312}))",
        ),
        (
            "multiple-interfaces-error",
            "enum e1 { a, b, c }",
            "enum-error: func(a: f64) -> result<f64, e1>",
            r"\00",
            "err(a)",
        ),
    ] {
        let wit = format!(
            "package inline:inline; interface imports {{ {types} {function}; }} world app {{ export imports; }}"
        );
        let name = function.split(':').next().unwrap();
        let provider = format!(
            r#"(module
                (memory (export "memory") 1)
                (data (i32.const 32) "\01\00\00\00\00\00\00\00{payload}")
                (func (export "inline:inline/imports#{name}") (param f64) (result i32)
                    (if (f64.eq (local.get 0) (f64.const 0)) (then (return (i32.const 64))))
                    (if (f64.eq (local.get 0) (f64.const 1)) (then (return (i32.const 32))))
                    unreachable))"#
        );
        let runtime = generous();
        runtime.register_wit(&wit).unwrap();
        let provider = start(&runtime, "provider", &app_of(&wit, &provider), &[]).await;
        let guest = host_case(&cases, &format!("bindgen-results-{id}-run"));
        let guest = match types {
            // Those without types of their own import an interface without a full name.
            "" => wrapped(&guest, &import_of(function), r#"(with "imports" (instance $host))"#, &[name]),
            _ => wat::parse_str(guest).unwrap(),
        };
        let guest = start(&runtime, "guest", &guest, &[&provider]).await;
        let steps = [
            format!("{name}(0) => ok(0)"),
            format!("{name}(1) => {err}"),
            format!("{name}(2) => provider: unreachable"),
        ];
        let steps: Vec<_> = steps.iter().map(|line| Step::parse(line)).collect();
        follow(&guest, &steps).await.unwrap_or_else(|wrong| panic!("{id}: {wrong}"));
    }
}

/// An interface of one fallible function, as a component declares its imports.
fn import_of(function: &str) -> String {
    let (name, ty) = function.split_once(": ").unwrap();
    let error = if ty.contains("string") { "(error string)" } else { "" };
    format!(
        r#"(import "inline:inline/imports" (instance $host
            (export "{name}" (func (param "a" f64) (result (result f64 {error}))))))"#
    )
}

/// The functions that some cases want, made of the one that the system below has.
const TICKS: &str = r#"
    (import "test:bench/host@0.1.0" (instance $ticker (export "tick" (func (param "n" u64) (result u64)))))
    (component $adapter
        (import "tick" (func $tick (param "n" u64) (result u64)))
        (core func $tick (canon lower (func $tick)))
        (core module $code
            (import "" "tick" (func $tick (param i64) (result i64)))
            (func (export "thunk") (drop (call $tick (i64.const 1))))
            (func (export "act") (param i32) (drop (call $tick (i64.extend_i32_s (local.get 0)))))
            (func (export "ok") (result i32) (i32.wrap_i64 (call $tick (i64.const 42))))
            (func (export "trap") (result i32) (i32.wrap_i64 (call $tick (i64.const 0)))))
        (core instance $code (instantiate $code (with "" (instance (export "tick" (func $tick))))))
        (func (export "thunk") (canon lift (core func $code "thunk")))
        (func (export "act") (param "action" s32) (canon lift (core func $code "act")))
        (func (export "ok") (result u32) (canon lift (core func $code "ok")))
        (func (export "trap") (result u32) (canon lift (core func $code "trap"))))
    (instance $host (instantiate $adapter (with "tick" (func $ticker "tick"))))"#;

/// Returns what it is given, and fails at 0. Before that it calls the next of the instances that it was told of.
#[derive(Clone, Default)]
struct CallsBack {
    function: &'static str,
    next: Arc<Mutex<Vec<Instance>>>,
    /// Whether it goes on when that call is refused.
    patient: bool,
}

#[isorun::system]
impl host::Host for CallsBack {
    async fn tick(&self, cx: &Cx, n: u64) -> isorun::Result<u64> {
        let next = self.next.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(next) = next {
            match next.call(self.function, "()").within(cx).timeout(Duration::from_millis(20)).await {
                Err(error) if self.patient => assert!(matches!(error, CallError::ReEntered { .. }), "{error}"),
                called => called.map(drop)?,
            }
        }
        if n == 0 { Err(CallError::system("anyhow error")) } else { Ok(n) }
    }
}

#[tokio::test]
async fn errors_of_a_system_come_out_with_their_message() {
    let Some(cases) = host_cases("errors_of_a_system_come_out_with_their_message") else { return };
    let runtime = generous();
    let system = runtime.provide(CallsBack::default());
    let case = host_case(&cases, "call-hook-trapping");
    let guest = add(&runtime, "action", &wrapped(&case, TICKS, &given(&[("f", "act")]), &["export"])).await;
    let guest = again(&runtime, &guest, &[&system]).await;
    let steps = ["export(5) => ", "export(0) => provider: anyhow error"].map(Step::parse);
    follow(&guest, &steps).await.unwrap();
    let case = host_case(&cases, "bindgen-anyhow-errors-run");
    let wit = "package foo:foo; interface my-interface { ok: func() -> u32; trap: func() -> u32; }";
    runtime.register_wit(wit).unwrap();
    let guest = wrapped(&case, TICKS, r#"(with "foo:foo/my-interface" (instance $host))"#, &["ok", "trap"]);
    let guest = start(&runtime, "anyhow", &guest, &[&system]).await;
    let steps = ["ok() => 42", "trap() => provider: anyhow error"].map(Step::parse);
    follow(&guest, &steps).await.unwrap();
}

/// How a step ends whose provider calls back the instance that waits for it.
const CALLED_BACK: &str = "provider: was called back while";

#[tokio::test]
async fn who_is_called_back_by_a_system_is_not_entered_again() {
    let Some(cases) = host_cases("who_is_called_back_by_a_system_is_not_entered_again") else { return };
    let runtime = generous();
    let case = wrapped(&host_case(&cases, "func-test-recurse"), TICKS, &given(&[("import", "thunk")]), &["export"]);
    let app = add(&runtime, "recurse", &case).await;
    // `a` calls the system, which calls the first that is named here, which calls the system, which calls the second.
    for (called, end) in [("", ""), ("b", ""), ("a", CALLED_BACK), ("ba", CALLED_BACK)] {
        let calls_back = CallsBack { function: "export", ..CallsBack::default() };
        let system = runtime.provide(calls_back.clone());
        let a = again(&runtime, &app, &[&system]).await;
        let b = again(&runtime, &app, &[&system]).await;
        let named = called.chars().rev().map(|name| if name == 'a' { a.clone() } else { b.clone() });
        *calls_back.next.lock().unwrap() = named.collect();
        Step::parse(&format!("export() => {end}"))
            .take(&a, &a)
            .await
            .unwrap_or_else(|wrong| panic!("{called}: {wrong}"));
    }
}

#[tokio::test]
async fn a_system_that_cannot_enter_its_caller_may_go_on() {
    let Some(cases) = host_cases("a_system_that_cannot_enter_its_caller_may_go_on") else { return };
    let runtime = generous();
    let calls_back = CallsBack { function: "run", patient: true, ..CallsBack::default() };
    let system = runtime.provide(calls_back.clone());
    let case = host_case(&cases, "import-attempt-to-reenter-during-host");
    let guest = wrapped(&case, TICKS, &given(&[("thunk", "thunk")]), &["run"]);
    let guest = start(&runtime, "guest", &guest, &[&system]).await;
    calls_back.next.lock().unwrap().push(guest.clone());
    assert_eq!(guest.call("run", "()").await.unwrap(), "");
    assert!(matches!(guest.state(), InstanceState::Idle));
}

/// Each component as it is: those with resources are refused, and the reason is named. Functions at the root and interfaces that a world
/// defines in place are not registered by anybody, and can be given a provider all the same.
#[tokio::test]
async fn what_cannot_be_wired_is_refused_by_name() {
    let Some(cases) = host_cases("what_cannot_be_wired_is_refused_by_name") else { return };
    let (mut added, mut refused) = (0, 0);
    for case in &cases {
        let (id, wit) = (text(case, "id"), case["wit"].as_str().unwrap_or_default());
        let runtime = Runtime::new().unwrap();
        // The interfaces of the worlds, where they can be had.
        if !wit.contains("resource ") && wit.contains("\npackage ") {
            runtime.register_wit(wit).unwrap_or_else(|error| panic!("{id}: {error}"));
        }
        let expected = if wit.contains("resource ") {
            "not supported"
        } else if id == "import-functions-in-instances" {
            // It imports one half of an interface and exports the other. What is registered is the whole.
            "component has   no such function"
        } else {
            ""
        };
        match runtime.add_app(id, &wat::parse_str(text(case, "wat")).unwrap()).await {
            Ok(_) if expected.is_empty() => added += 1,
            Err(AppError::Mismatch(report)) if !expected.is_empty() && report.to_string().contains(expected) => {
                refused += 1;
            }
            result => panic!("{id}: {result:?}, expected: {expected}"),
        }
    }
    println!("{added} components added, {refused} refused");
}
