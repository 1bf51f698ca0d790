//! Calls that go on to their end when their callers give them up.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use isorun::instance::InstanceState;
use isorun::limits::{Limit, Scope};
use isorun::observe::CallEnded;
use isorun::{CallError, GiveUp, Instance, Restart, Reuse, Runtime};
use isorun_tests::{add, chained, guests, in_short_slices, poll_once, runtime_of, worker};

const FINISH: GiveUp = GiveUp::Finish { fuel: 100_000_000, time: Duration::from_secs(60) };

async fn finishing(runtime: &Runtime, give_up: GiveUp) -> Instance {
    let app = add(runtime, "worker", &worker()).await;
    runtime.instantiate(&app).on_give_up(give_up).await.unwrap()
}

async fn count(worker: &Instance) -> String {
    worker.call("count", "()").timeout(Duration::from_secs(60)).await.unwrap()
}

#[tokio::test]
async fn a_caller_without_fuel_is_told_at_once_and_the_call_ends_on_the_instances_account() {
    let runtime = in_short_slices();
    let worker = finishing(&runtime, FINISH).await;
    worker.set_fuel(1 << 40);
    let (result, receipt) = worker.call("work", "(5000000)").fuel(1_000_000).receipt().await;
    let error = result.unwrap_err();
    let CallError::OutOfBudget { limit: Limit::Fuel, scope: Scope::Call, goes_on: true, .. } = &error else {
        panic!("{error}")
    };
    assert!(error.to_string().contains("the call goes on to its end without it"), "{error}");
    assert!((900_000..=1_100_000).contains(&receipt.fuel), "{receipt}");
    assert!(matches!(worker.state(), InstanceState::Running), "{:?}", worker.state());
    assert_eq!(count(&worker).await, "1");
    let counters = worker.counters();
    assert_eq!((counters.calls, counters.failures), (2, 0));
    assert_eq!(worker.fuel(), Some((1 << 40) - counters.fuel), "the account pays for all of it");
}

#[tokio::test]
async fn a_caller_that_hangs_up_leaves_the_call_to_its_end() {
    let runtime = in_short_slices();
    let worker = finishing(&runtime, FINISH).await;
    let mut call = worker.call("work", "(5000000)").timeout(Duration::from_secs(60));
    assert!(poll_once(&mut call).is_pending());
    drop(call);
    assert_eq!(count(&worker).await, "1");
}

#[tokio::test]
async fn a_caller_whose_time_is_over_leaves_the_call_to_its_end() {
    let runtime = in_short_slices();
    let worker = finishing(&runtime, FINISH).await;
    let error = worker.call("work", "(20000000)").timeout(Duration::from_millis(2)).await.unwrap_err();
    assert!(matches!(&error, CallError::OutOfBudget { limit: Limit::Time, goes_on: true, .. }), "{error}");
    assert_eq!(count(&worker).await, "1");
}

#[tokio::test]
async fn what_goes_on_has_a_ceiling_of_its_own() {
    let runtime = in_short_slices();
    let worker = finishing(&runtime, GiveUp::Finish { fuel: 1_000_000, time: Duration::from_secs(60) }).await;
    let error = worker.call("work", "(1000000000)").fuel(1_000_000).await.unwrap_err();
    assert_eq!(error.out_of_budget(), Some(Limit::Fuel), "{error}");
    let error = worker.call("count", "()").timeout(Duration::from_secs(60)).await.unwrap_err();
    let CallError::Poisoned { cause, .. } = &error else { panic!("{error}") };
    assert!(matches!(&**cause, CallError::OutOfBudget { scope: Scope::GivenUp, .. }), "{cause}");
    let fuel = worker.counters().fuel;
    assert!((1_900_000..2_300_000).contains(&fuel), "{fuel}");
}

#[tokio::test]
async fn what_goes_on_ends_when_its_own_time_is_over() {
    let runtime = in_short_slices();
    let worker = finishing(&runtime, GiveUp::Finish { fuel: 1 << 60, time: Duration::from_millis(50) }).await;
    let error = worker.call("work", "(0)").fuel(1_000_000).await.unwrap_err();
    assert_eq!(error.out_of_budget(), Some(Limit::Fuel), "{error}");
    let error = worker.call("count", "()").timeout(Duration::from_secs(60)).await.unwrap_err();
    let CallError::Poisoned { cause, .. } = &error else { panic!("{error}") };
    assert_eq!(cause.out_of_budget(), Some(Limit::Time), "{cause}");
}

#[tokio::test]
async fn a_call_that_waits_for_its_turn_and_is_dropped_never_runs() {
    let runtime = in_short_slices();
    let worker = finishing(&runtime, FINISH).await;
    let mut first = worker.call("work", "(5000000)").timeout(Duration::from_secs(60));
    assert!(poll_once(&mut first).is_pending());
    let mut second = worker.call("work", "(1)");
    assert!(poll_once(&mut second).is_pending());
    drop(second);
    assert_eq!(first.await.unwrap(), "1");
    assert_eq!(count(&worker).await, "1");
}

#[tokio::test]
async fn a_call_without_fuel_does_not_run_on_the_instances_account() {
    let runtime = in_short_slices();
    let worker = finishing(&runtime, FINISH).await;
    worker.call("work", "(1)").fuel(0).await.unwrap_err();
    assert_eq!(count(&worker).await, "0");
}

#[tokio::test]
async fn a_call_is_stopped_when_the_account_that_it_goes_on_with_is_empty() {
    let runtime = in_short_slices();
    let worker = finishing(&runtime, FINISH).await;
    worker.set_fuel(2_000_000);
    let error = worker.call("work", "(5000000)").fuel(1_000_000).await.unwrap_err();
    assert_eq!(error.out_of_budget(), Some(Limit::Fuel), "{error}");
    let error = worker.call("count", "()").timeout(Duration::from_secs(60)).await.unwrap_err();
    let CallError::Poisoned { cause, .. } = &error else { panic!("{error}") };
    let CallError::OutOfBudget { scope: Scope::Instance(name), .. } = &**cause else { panic!("{cause}") };
    assert_eq!(&**name, "worker");
}

/// The instance between is lost with its caller, the one below is not.
#[tokio::test]
async fn a_provider_of_many_survives_what_is_between() {
    let runtime = in_short_slices();
    chained(&runtime);
    let spin = "(local $i i32) (local.set $i (i32.const 3000000)) (loop (br_if 0 (local.tee $i (i32.sub (local.get $i) (i32.const 1))))) (local.get 0)";
    let one = guests::provider("acme:chain/one", &[("f", r#"(param "n" u32) (result u32)"#, spin)]);
    let one = add(&runtime, "one", &one).await;
    let one = runtime.instantiate(&one).on_give_up(FINISH).await.unwrap();
    let two = add(&runtime, "two", &guests::step("acme:chain/one", "acme:chain/two", 1)).await;
    let two = runtime.instantiate(&two).with(&one).await.unwrap();
    let error = two.call("f", "(1)").fuel(1_000_000).await.unwrap_err();
    assert_eq!(error.out_of_budget(), Some(Limit::Fuel), "{error}");
    assert!(matches!(two.state(), InstanceState::Poisoned(_)));
    assert_eq!(one.call("f", "(1)").timeout(Duration::from_secs(60)).await.unwrap(), "1");
    assert_eq!(one.counters().failures, 0);
}

/// Whoever bills by what the observer sees has both parts of such a call.
#[tokio::test]
async fn the_rest_of_a_call_is_reported_when_it_ends() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sees = seen.clone();
    let observer = move |call: &CallEnded<'_>| sees.lock().unwrap().push((call.is_rest, call.fuel));
    let runtime = runtime_of(Runtime::builder().yield_every(Duration::ZERO).observer(observer));
    let worker = finishing(&runtime, FINISH).await;
    worker.call("work", "(5000000)").fuel(1_000_000).await.unwrap_err();
    while seen.lock().unwrap().len() < 2 {
        tokio::task::yield_now().await;
    }
    let seen = seen.lock().unwrap().clone();
    assert_eq!((seen[0].0, seen[1].0), (false, true));
    assert_eq!(seen[0].1 + seen[1].1, worker.counters().fuel);
}

/// A caller whose tenant has next to nothing does not have its work done at the cost of another.
#[tokio::test]
async fn the_floor_holds_for_what_all_accounts_on_the_way_have() {
    let runtime = in_short_slices();
    chained(&runtime);
    let one = guests::provider("acme:chain/one", &[("f", r#"(param "n" u32) (result u32)"#, "(local.get 0)")]);
    let one = add(&runtime, "one", &one).await;
    let one = runtime.instantiate(&one).min_fuel(10_000).on_give_up(FINISH).await.unwrap();
    let two = add(&runtime, "two", &guests::step("acme:chain/one", "acme:chain/two", 1)).await;
    let two = runtime.instantiate(&two).with(&one).fuel(5_000).await.unwrap();
    let error = two.call("f", "(1)").await.unwrap_err();
    assert!(matches!(error.root_cause(), CallError::BelowFloor { .. }), "{error:#}");
    assert_eq!(one.counters().fuel, 0);
    assert!(matches!(one.state(), InstanceState::Idle));
}

/// Where nothing can go on with the call, it ends with its caller.
#[test]
fn without_tokio_the_call_is_cancelled() {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let worker = tokio.block_on(async { finishing(&in_short_slices(), FINISH).await });
    let mut call = worker.call("work", "(5000000)");
    assert!(poll_once(&mut call).is_pending());
    drop(call);
    assert!(matches!(worker.state(), InstanceState::Poisoned(cause) if matches!(*cause, CallError::Cancelled { .. })));
}

#[tokio::test]
async fn restarts_are_left_alone_by_callers_that_hang_up() {
    let runtime = in_short_slices();
    let app = add(&runtime, "worker", &worker()).await;
    let restart = Restart::Limited { max: 1, within: Duration::MAX };
    let worker = runtime.instantiate(&app).reuse(Reuse::Serial).restart(restart).on_give_up(FINISH).await.unwrap();
    for _ in 0..20 {
        let mut call = worker.call("work", "(5000000)").timeout(Duration::from_secs(60));
        assert!(poll_once(&mut call).is_pending());
        drop(call);
        tokio::task::yield_now().await;
    }
    let begun = worker.counters().calls + u64::from(worker.counters().running);
    assert_eq!(count(&worker).await, begun.to_string());
    assert_eq!(worker.counters().restarts, 0);
}
