//! What the host does for values on its own side: it gives way, it ends at the deadline, and it takes what was paid for and no more.

use std::time::Duration;

use isorun::image::Image;
use isorun::limits::{Amount, Limit};
use isorun::{CallError, Instance, Runtime, RuntimeBuilder};
use isorun_tests::{Memory, kv, link_to, poll_once, runtime, runtime_of, with_turns_of_another};

/// An app whose `get` gives the first so many elements of a memory that is zero, and whose `put` takes such a list.
async fn lists(runtime: &Runtime, types: &str, element: &str) -> Instance {
    let component = format!(
        r#"(component {types}
            (core module $code
                (memory (export "memory") 600)
                (func (export "get") (param i32) (result i32)
                    (i32.store (i32.const 0) (i32.const 1024)) (i32.store (i32.const 4) (local.get 0)) (i32.const 0))
                (func (export "put") (param i32 i32) (result i32) (local.get 1))
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
            (core instance $code (instantiate $code))
            (alias core export $code "memory" (core memory $memory))
            (func (export "get") (param "count" u32) (result (list {element}))
                (canon lift (core func $code "get") (memory $memory)))
            (func (export "put") (param "list" (list {element})) (result u32)
                (canon lift (core func $code "put") (memory $memory) (realloc (core func $code "realloc")))))"#
    );
    let app = runtime.add_app("lists", &wat::parse_str(component).unwrap()).await.unwrap();
    runtime.instantiate(&app).await.unwrap()
}

/// The type `$deep`: a `u8` in ninety tuples of one.
fn deep() -> String {
    let mut types = "(type $t0 (tuple u8))".to_string();
    for level in 1..89 {
        types += &format!("(type $t{level} (tuple $t{}))", level - 1);
    }
    types + "(type $deep (tuple $t88))"
}

/// A runtime whose calls let others run after each step.
fn stepwise() -> RuntimeBuilder {
    Runtime::builder().yield_every(Duration::ZERO)
}

/// The most memory that this process has had so far, in MiB.
#[cfg(target_os = "linux")]
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.split_whitespace().next().unwrap().parse::<u64>().unwrap() >> 10
}

/// Far less than a tree of values would take, and than the text would without a bound.
#[cfg(target_os = "linux")]
const FEW_MIB: u64 = 400;

#[track_caller]
fn has_no_room(error: CallError, bytes: u64) {
    match error {
        CallError::OutOfBudget { limit: Limit::Message, amount, .. } => assert_eq!(amount, Amount::Bytes(bytes)),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn text_of_values_in_many_tuples_ends_at_its_bound_and_the_instance_lives() {
    let runtime = Runtime::builder().max_message(1 << 20).build().unwrap();
    let app = lists(&runtime, &deep(), "$deep").await;
    has_no_room(app.call("get", "(1000000)").memory(0).await.unwrap_err(), 1 << 20);
    assert_eq!(app.call("get", "(1)").await.unwrap(), format!("[{}0{}]", "(".repeat(90), ")".repeat(90)));
    #[cfg(target_os = "linux")]
    assert!(peak() < FEW_MIB, "{} MiB", peak());
}

#[tokio::test]
async fn text_of_a_case_with_a_long_name_ends_at_its_bound() {
    let name = "a".repeat(250);
    let types = format!(r#"(type $long (enum "{name}")) (export $e "e" (type $long))"#);
    let runtime = Runtime::builder().max_message(1 << 20).build().unwrap();
    let app = lists(&runtime, &types, "$e").await;
    has_no_room(app.call("get", "(50000)").await.unwrap_err(), 1 << 20);
    assert_eq!(app.call("get", "(4000)").await.unwrap().len(), 4000 * 252);
    #[cfg(target_os = "linux")]
    assert!(peak() < FEW_MIB, "{} MiB", peak());
}

#[tokio::test(flavor = "current_thread")]
async fn other_tasks_run_while_text_is_written() {
    let runtime = stepwise().build().unwrap();
    let app = lists(&runtime, "", "u8").await;
    let (text, turns) = with_turns_of_another(app.call("get", "(1000000)")).await;
    assert_eq!(text.unwrap().len(), 3_000_000);
    assert!(turns > 20, "{turns} turns");
}

#[tokio::test]
async fn the_deadline_holds_while_text_is_written() {
    let runtime = Runtime::builder().max_message(1 << 30).build().unwrap();
    let app = lists(&runtime, "", "(tuple u8 u8)").await;
    // The guest has ended after a few milliseconds, and its text has 120 million bytes.
    let error = app.call("get", "(15000000)").timeout(Duration::from_millis(100)).await.unwrap_err();
    assert_eq!(error.out_of_budget(), Some(Limit::Time), "{error}");
}

#[tokio::test(flavor = "current_thread")]
async fn other_tasks_run_while_an_image_is_checked() {
    let runtime = stepwise().max_message(64 << 20).build().unwrap();
    let app = lists(&runtime, "", "(option (option bool))").await;
    let image = |count: u32| {
        let mut bytes = [8u32.to_le_bytes(), count.to_le_bytes()].concat();
        bytes.resize(8 + 3 * count as usize, 1);
        bytes
    };
    let (count, turns) = with_turns_of_another(app.call_image("put", Image::from_bytes(image(1_000_000)))).await;
    assert_eq!(count.unwrap().as_bytes(), 1_000_000u32.to_le_bytes());
    assert!(turns > 20, "{turns} turns");

    let mut bad = image(1_000_000);
    *bad.last_mut().unwrap() = 2;
    let error = app.call_image("put", Image::from_bytes(bad)).await.unwrap_err();
    assert!(matches!(error, CallError::Malformed(error) if error.offset == 3_000_007), "{error}");
}

/// The message and the help of arguments that are refused.
#[track_caller]
fn refused(result: Result<String, CallError>) -> String {
    match result.unwrap_err() {
        CallError::Arguments { message, help, .. } => format!("{message}; {help}"),
        other => panic!("{other}"),
    }
}

#[tokio::test(flavor = "current_thread")]
async fn text_that_takes_long_to_read_is_refused_before_it_is_read() {
    let runtime = stepwise().max_message(1 << 20).build().unwrap();
    let app = lists(&runtime, "", "u8").await;
    let zeros = |count| format!("([{}])", vec!["0"; count].join(","));
    let (count, turns) = with_turns_of_another(app.call("put", &zeros(20_000))).await;
    assert_eq!(count.unwrap(), "20000");
    assert!(turns >= 2, "{turns} turns");
    let many = "the text has more than 50000 parts, at 1:1; pass the values as an image, with `call_image`";
    assert_eq!(refused(app.call("put", &zeros(25_000)).await), many);
    assert_eq!(refused(app.call("put", &format!("(\"{}\")", "\\n".repeat(50_000))).await), many);
    assert!(
        refused(app.call("put", &zeros(1_000_000)).await).starts_with("the text has 2000003 bytes, more than 524288")
    );
}

#[tokio::test]
async fn values_that_take_no_text_take_room_all_the_same() {
    let runtime = Runtime::builder().max_message(1 << 20).build().unwrap();
    let fields: String = (0..500).map(|i| format!(r#"(field "f{i}" (option u8))"#)).collect();
    let types = format!(r#"(type $many (record {fields})) (export $e "e" (type $many))"#);
    let app = lists(&runtime, &types, "$e").await;
    let records = |count| format!("([{}])", vec!["{:}"; count].join(","));
    assert_eq!(app.call("put", &records(100)).await.unwrap(), "100");
    let error = refused(app.call("put", &records(101)).await);
    assert_eq!(error, "the records have too many fields, at 1:403; pass the values as an image, with `call_image`");

    let wide =
        "(type $wide (list u64 1000)) (type $v (variant (case \"a\") (case \"b\" $wide))) (export $e \"e\" (type $v))";
    let runtime = Runtime::builder().max_message(1 << 20).build().unwrap();
    let app = lists(&runtime, wide, "$e").await;
    let cases = |count| format!("([{}])", vec!["a"; count].join(","));
    assert_eq!(app.call("put", &cases(100)).await.unwrap(), "100");
    let error = app.call("put", &cases(200)).await.unwrap_err();
    assert!(matches!(error, CallError::TooLarge(error) if error.limit == 1 << 20), "{error}");
}

#[tokio::test(flavor = "current_thread")]
async fn other_tasks_run_while_a_reply_is_checked() {
    let (here, elsewhere) = (runtime(), runtime_of(stepwise()));
    let memory = here.provide(Memory::default());
    let kv = memory.caller::<kv::Interface>().unwrap();
    for number in 0..20_000 {
        kv.set(&format!("{number:070}"), &[]).await.unwrap().unwrap();
    }
    let token = here.export::<kv::Interface>(&memory).unwrap();
    let remote = elsewhere.import::<kv::Interface>(token, link_to(&here)).caller::<kv::Interface>().unwrap();
    let (keys, turns) = with_turns_of_another(remote.keys("")).await;
    assert_eq!(keys.unwrap().unwrap().len(), 20_000);
    assert!(turns > 2, "{turns} turns");
}

#[tokio::test(flavor = "current_thread")]
async fn other_tasks_run_while_a_peers_message_is_checked() {
    let (here, elsewhere) = (runtime(), runtime_of(stepwise()));
    let token = here.export::<kv::Interface>(&here.provide(Memory::default())).unwrap();
    let remote = elsewhere.import::<kv::Interface>(token, link_to(&here)).caller::<kv::Interface>().unwrap();
    let key = "x".repeat(7 << 20);
    let (result, turns) = with_turns_of_another(remote.set(&key, &[])).await;
    assert!(matches!(result.unwrap(), Err(kv::Error::InvalidKey(_))));
    assert!(turns > 4, "{turns} turns");
}

#[test]
fn text_is_written_in_steps_on_any_executor() {
    let setup = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let runtime = Runtime::new().unwrap();
    let app = setup.block_on(lists(&runtime, "", "bool"));
    drop(setup);
    let mut call = std::pin::pin!(app.call("get", "(300000)"));
    let mut polls = 0;
    let text = loop {
        polls += 1;
        if let std::task::Poll::Ready(text) = poll_once(&mut call) {
            break text;
        }
    };
    assert_eq!(text.unwrap().len(), 300_000 * 7);
    assert!(polls > 5, "{polls} polls");
}
