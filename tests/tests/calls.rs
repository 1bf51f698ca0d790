//! Calls that end well: typed and by text, of apps and of systems, alone and many at once.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use isorun::image::{Image, Malformed, Rule};
use isorun::{CallError, Cx, Instance, Runtime, Value};
use isorun_tests::types::{Colour, Point};
use isorun_tests::{
    Bench, Echo, Memory, Ticker, apps, bench, caller_of, compute, host, kv, misbehaving, relay, runtime, runtime_of,
    start, types,
};

#[tokio::test]
async fn an_app_answers_typed_calls() {
    let calc = bench().await.calc.caller::<compute::Interface>().unwrap();
    let points = [compute::Point { x: 1, y: 2 }, compute::Point { x: 3, y: 4 }];
    assert_eq!(calc.add(u32::MAX, 3).await.unwrap(), 2);
    assert_eq!(calc.echo(b"bytes").await.unwrap(), b"bytes");
    assert_eq!(calc.sum_points(&points).await.unwrap(), 10);
    assert_eq!(calc.join(&["ab".into(), String::new(), "c".into()]).await.unwrap(), "abc");
}

#[tokio::test]
async fn an_app_has_another_app_and_a_system_work_for_it() {
    let relay = bench().await.relay.caller::<relay::Interface>().unwrap();
    let points = [relay::Point { x: 1, y: 2 }, relay::Point { x: 3, y: 4 }];
    assert_eq!(relay.add(1, 2).await.unwrap(), 3);
    assert_eq!(relay.sum_points(&points).await.unwrap(), 10);
    assert_eq!(relay.join(&["ab".into(), "c".into()]).await.unwrap(), "abc");
    assert_eq!(relay.tick_many(1000).await.unwrap(), 1000);
}

#[tokio::test]
async fn a_megabyte_passes_from_app_to_app() {
    let relay = bench().await.relay.caller::<relay::Interface>().unwrap();
    let data: Vec<u8> = (0..1 << 20).map(|index: u32| (index % 251) as u8).collect();
    assert!(relay.echo(&data).await.unwrap() == data);
}

/// More parameters than an ABI passes in registers, on every way that they can go.
#[tokio::test]
async fn twenty_parameters_arrive_each_in_its_place() {
    let runtime = runtime();
    let echo = runtime.provide(Echo);
    let types = start(&runtime, "types", apps::TYPES, &[]).await;
    let on_system = start(&runtime, "on-system", apps::TYPES_RELAY, &[&echo]).await;
    let on_app = start(&runtime, "on-app", apps::TYPES_RELAY, &[&types]).await;
    for provider in [&echo, &types, &on_system, &on_app] {
        let caller = provider.caller::<types::Interface>().unwrap();
        let sum = caller.twenty(20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1);
        assert_eq!(sum.await.unwrap(), 1540, "{}", provider.name());
        let text = "(20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)";
        assert_eq!(provider.call("twenty", text).await.unwrap(), "1540", "{}", provider.name());
    }
}

#[tokio::test]
async fn the_host_calls_a_system_as_it_calls_an_app() {
    let store = runtime().provide(Memory::default());
    let kv = store.caller::<kv::Interface>().unwrap();
    kv.set("a", b"one").await.unwrap().unwrap();
    assert_eq!(kv.get("a").await.unwrap(), Ok(Some(b"one".to_vec())));
    assert_eq!(kv.keys("").await.unwrap(), Ok(vec!["a".to_string()]));
    assert_eq!(kv.get("").await.unwrap(), Err(kv::Error::InvalidKey("the key is empty".into())));
    assert_eq!(store.call("get", r#"("a")"#).await.unwrap(), "ok(some([111, 110, 101]))");
}

/// Notes who calls; the names come out of the mutex that the test keeps.
struct Witness(Arc<Mutex<Vec<Option<String>>>>);

#[isorun::system]
impl host::Host for Witness {
    async fn tick(&self, cx: &Cx, n: u64) -> u64 {
        self.0.lock().unwrap().push(cx.caller().map(Into::into));
        n
    }
}

#[tokio::test]
async fn a_system_is_told_who_calls() {
    let Bench { runtime, calc, .. } = bench().await;
    let callers = Arc::default();
    let witness = runtime.provide(Witness(Arc::clone(&callers)));
    let caller = start(&runtime, "caller", apps::RELAY, &[&calc, &witness]).await;
    caller.call("tick-many", "(1)").await.unwrap();
    witness.call("tick", "(1)").await.unwrap();
    assert_eq!(*callers.lock().unwrap(), [Some("caller".to_string()), None]);
}

#[tokio::test]
async fn a_call_by_text_is_answered_in_text() {
    let types = types_app().await;
    assert_eq!(
        types.call("mixed", r#"("a\"b", -5, some({x: 1.5, y: -2}), green)"#).await.unwrap(),
        r#"("a\"b", -5, some({x: 1.5, y: -2}), green)"#
    );
    assert_eq!(
        types.call("echo-variant", "(lines([{points: [], closed: true}]))").await.unwrap(),
        "lines([{points: [], closed: true}])"
    );
    assert_eq!(types.call("echo-few", "({c, a})").await.unwrap(), "{a, c}");
    assert_eq!(types.call("answer", "()").await.unwrap(), "42");
}

#[tokio::test]
async fn a_function_without_a_result_is_answered_with_the_empty_text() {
    assert_eq!(types_app().await.call("swallow", r#"("x")"#).await.unwrap(), "");
}

#[tokio::test]
async fn options_at_the_end_of_a_call_by_text_may_be_left_out() {
    let types = types_app().await;
    assert_eq!(types.call("echo-option", "()").await.unwrap(), "none");
    assert_eq!(types.call("echo-option", r#"("x")"#).await.unwrap(), r#"some("x")"#);
}

#[tokio::test]
async fn a_call_by_text_and_a_typed_call_agree() {
    let types = types_app().await;
    let typed = types.caller::<types::Interface>().unwrap();
    let (name, number, place, colour) =
        typed.mixed("a", -5, Some(&Point { x: 1.5, y: -2.0 }), Colour::Green).await.unwrap();
    assert_eq!((name.as_str(), number, place, colour), ("a", -5, Some(Point { x: 1.5, y: -2.0 }), Colour::Green));
    let text = types.call("mixed", r#"("a", -5, some({x: 1.5, y: -2}), green)"#).await.unwrap();
    assert_eq!(text, r#"("a", -5, some({x: 1.5, y: -2}), green)"#);
}

#[tokio::test]
async fn a_function_at_the_root_of_an_app_is_called_by_its_name() {
    assert_eq!(types_app().await.call("main", "(7)").await.unwrap(), r#""the number is 7""#);
}

#[tokio::test]
async fn a_function_is_found_by_every_end_of_its_name_that_begins_at_a_border() {
    let calc = bench().await.calc;
    for name in [
        "test:bench/compute@0.1.0#add",
        "test:bench/compute#add",
        "bench/compute@0.1.0#add",
        "compute@0.1.0#add",
        "compute#add",
        "add",
    ] {
        assert_eq!(calc.call(name, "(1, 2)").await.unwrap(), "3", "{name}");
    }
    for name in ["dd", "#add", "ute#add", "compute", "compute/add", "test:bench/compute@0.1.1#add", ""] {
        let error = calc.call(name, "(1, 2)").await.unwrap_err();
        assert!(error.to_string().starts_with(&format!("`calc` has no function `{name}`\n")), "{error}");
    }
}

#[tokio::test]
async fn a_name_that_no_function_has_is_refused_with_those_that_there_are() {
    let calc = bench().await.calc;
    assert_eq!(
        calc.call("subtract", "(1, 2)").await.unwrap_err().to_string(),
        "`calc` has no function `subtract`
  it has: `test:bench/compute@0.1.0#add`, `test:bench/compute@0.1.0#echo`, `test:bench/compute@0.1.0#sum-points`, \
         `test:bench/compute@0.1.0#join`
  help: write `namespace:package/interface#function`, or the bare name if it is unique"
    );
}

#[tokio::test]
async fn a_name_that_two_functions_have_is_refused_with_both() {
    let component = wat::parse_str(
        r#"(component
            (core module $code
                (func (export "one") (result i32) (i32.const 1))
                (func (export "two") (result i32) (i32.const 2)))
            (core instance $code (instantiate $code))
            (func $one (result u32) (canon lift (core func $code "one")))
            (func $two (result u32) (canon lift (core func $code "two")))
            (instance $one (export "get" (func $one)))
            (instance $two (export "get" (func $two)))
            (export "acme:numbers/one" (instance $one))
            (export "acme:numbers/two" (instance $two)))"#,
    );
    let numbers = start(&runtime(), "numbers", &component.unwrap(), &[]).await;
    assert_eq!(
        numbers.call("get", "()").await.unwrap_err().to_string(),
        "`numbers` has several functions `get`
  it has: `acme:numbers/one#get`, `acme:numbers/two#get`
  help: write as much of the name as makes it unique"
    );
    assert_eq!(numbers.call("two#get", "()").await.unwrap(), "2");
}

#[tokio::test]
async fn arguments_that_do_not_fit_are_refused_with_the_place_and_the_signature() {
    let types = types_app().await;
    let signature = "\n  it takes: func(name: string, number: s64, place: option<record { x: f64, y: f64 }>, \
        colour: enum { red, green, blue }) -> tuple<string, s64, option<record { x: f64, y: f64 }>, enum { red, green, blue }>";
    for (arguments, what) in [
        ("(\"a\", -5, none)", "parameter `colour` is missing, at 1:15"),
        ("(\"a\", -5, none, green, 1)", "there are more parameters than the function has, at 1:24"),
        ("(\"a\", -5, none, pink)", "no label `pink`, at 1:17"),
        ("(\"a\", 5.5, none, green)", "this is not a value of the expected type, at 1:7"),
        ("(\"a\", -5, none, green", "unexpected end of input, at 1:22"),
        ("\"a\"", "parameters must be in parentheses, at 1:1"),
    ] {
        let error = types.call("mixed", arguments).await.unwrap_err().to_string();
        let start = format!("cannot read the arguments of `mixed`: {what}{signature}\n  help: write ");
        assert!(error.starts_with(&start), "{arguments}: {error}");
        assert_eq!(error.lines().count(), 3, "{error}");
    }
}

/// The first call keeps the instance while the others arrive.
#[tokio::test]
async fn calls_of_one_instance_run_in_the_order_of_their_arrival() {
    let runtime = runtime_of(Runtime::builder().yield_every(Duration::ZERO));
    let guest = caller_of(&start(&runtime, "misbehave", apps::MISBEHAVE, &[]).await);
    let first = tokio::spawn({
        let guest = guest.clone();
        async move { guest.spin_for(100_000).await }
    });
    let others: Vec<_> = (0..20)
        .map(|_| {
            let guest = guest.clone();
            tokio::spawn(async move { guest.count().await })
        })
        .collect();
    assert_eq!(first.await.unwrap().unwrap(), 100_000);
    for (turn, call) in (1..).zip(others) {
        assert_eq!(call.await.unwrap().unwrap(), turn);
    }
}

/// On one thread, a task that never waits would keep it for itself.
#[tokio::test]
async fn a_task_that_does_nothing_but_call_lets_others_run() {
    let (_runtime, _, guest) = misbehaving().await;
    let stop = Arc::new(AtomicBool::new(false));
    let calling = tokio::spawn({
        let stop = stop.clone();
        async move {
            while !stop.load(Ordering::Relaxed) {
                guest.count().await.unwrap();
            }
        }
    });
    tokio::spawn(async move { stop.store(true, Ordering::Relaxed) }).await.unwrap();
    calling.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn callers_on_many_threads_share_one_instance_and_no_call_is_lost() {
    let (_runtime, _, guest) = misbehaving().await;
    let callers: Vec<_> = (0..500)
        .map(|_| {
            let guest = guest.clone();
            tokio::spawn(async move { guest.count().await })
        })
        .collect();
    let mut turns = Vec::new();
    for call in callers {
        turns.push(call.await.unwrap().unwrap());
    }
    turns.sort_unstable();
    assert_eq!(turns, (1..=500).collect::<Vec<_>>());
}

#[tokio::test]
async fn one_system_serves_many_instances() {
    let Bench { runtime, calc, .. } = bench().await;
    let ticker = runtime.provide(Ticker);
    let mut relays = Vec::new();
    let app = runtime.add_app("relays", apps::RELAY).await.unwrap();
    for _ in 0..10 {
        relays.push(runtime.instantiate(&app).with(&calc).with(&ticker).await.unwrap());
    }
    for relay in &relays {
        assert_eq!(relay.call("tick-many", "(5)").await.unwrap(), "5");
    }
}

#[test]
fn calls_need_no_executor_of_a_certain_kind() {
    let sum = run_without_tokio(async {
        let relay = bench().await.relay.caller::<relay::Interface>().unwrap();
        relay.add(1, 2).await.unwrap()
    });
    assert_eq!(sum, 3);
}

async fn types_app() -> Instance {
    start(&runtime(), "types", apps::TYPES, &[]).await
}

fn run_without_tokio<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}

#[tokio::test]
async fn a_call_by_image_is_checked_before_anything_is_called() {
    let Bench { runtime: _runtime, calc, .. } = bench().await;
    let exports = calc.exports();
    let interface = exports[0].interface();
    let (_, add) = interface.function("add").unwrap();
    let params = Value::encode_params(add, &[1u32.into(), 2u32.into()]).unwrap();
    let (result, receipt) = calc.call_image("compute#add", params.clone()).receipt().await;
    assert_eq!(Value::decode_result(add, result.unwrap().as_bytes()).unwrap(), Some(3u32.into()));
    assert!(receipt.fuel > 0);
    let cut = Image::from_bytes(params.as_bytes()[..7].to_vec());
    let (result, receipt) = calc.call_image("add", cut).receipt().await;
    assert!(matches!(result, Err(CallError::Malformed(Malformed { rule: Rule::Truncated, .. }))), "{result:?}");
    assert_eq!((receipt.fuel, calc.counters().failures), (0, 0));
    let error = calc.call_image("ad", params).await.unwrap_err();
    assert!(matches!(error, CallError::UnknownFunction { .. }), "{error}");
}
