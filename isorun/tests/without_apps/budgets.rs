//! What a call is granted where no guest burns any of it: time, and what a system sees of the rest.

use std::time::Duration;

use isorun::limits::{Amount, Instant, Limit};
use isorun::{Budget, CallError, Cx, Remote, Runtime};

use crate::kv::{self, Kv};
use crate::store::{Broken, Store, link_to};

/// The limit that ended the call.
fn limit_of(error: &CallError) -> Option<(Limit, Amount)> {
    match error {
        CallError::OutOfBudget { limit, amount, .. } => Some((*limit, *amount)),
        _ => None,
    }
}

#[tokio::test]
async fn a_system_that_never_answers_is_left_when_the_time_is_over() {
    let runtime = Runtime::new().unwrap();
    let silent = runtime.provide(Broken).caller::<kv::Interface>().unwrap();
    let span = Duration::from_millis(20);
    let out_of_time = Some((Limit::Time, Amount::Time(span)));

    let begun = Instant::now();
    let error = silent.get("a").timeout(span).await.unwrap_err();
    assert_eq!(limit_of(&error), out_of_time, "{error}");
    assert!(begun.elapsed() >= span);
    // Of both, the earlier counts.
    let error = silent.get("a").timeout(span).deadline(begun + Duration::from_secs(3600)).await.unwrap_err();
    assert_eq!(limit_of(&error), out_of_time, "{error}");
    let error = silent.get("a").deadline(Instant::now() + span).await.unwrap_err();
    assert_eq!(error.out_of_budget(), Some(Limit::Time), "{error}");
}

#[tokio::test]
async fn a_call_that_sets_no_time_has_the_runtimes() {
    let budget = Budget { time: Duration::from_millis(20), ..Budget::default() };
    let runtime = Runtime::builder().budget(budget).build().unwrap();
    let silent = runtime.provide(Broken);
    let error = silent.call("get", r#"("a")"#).await.unwrap_err();
    assert_eq!(limit_of(&error), Some((Limit::Time, Amount::Time(budget.time))), "{error}");
    assert_eq!(silent.counters().failures, 1);
    // One that is longer than the clock can hold is no limit, and not the runtime's either.
    let silent = silent.caller::<kv::Interface>().unwrap();
    let endless = tokio::time::timeout(5 * budget.time, silent.get("a").timeout(Duration::MAX)).await;
    assert!(endless.is_err(), "{endless:?}");
}

#[tokio::test]
async fn time_is_up_on_both_sides_of_a_remote() {
    let (here, there) = (Runtime::new().unwrap(), Runtime::new().unwrap());
    let silent = here.provide(Broken);
    let token = here.export::<kv::Interface>(&silent).unwrap();
    let remote = there.import::<kv::Interface>(token, link_to(&here)).caller::<kv::Interface>().unwrap();
    let error = remote.get("a").timeout(Duration::from_millis(20)).await.unwrap_err();
    assert!(error.to_string().contains("time"), "{error}");
}

#[tokio::test]
async fn a_system_sees_what_is_left_and_a_call_within_another_gets_no_more() {
    let runtime = Runtime::new().unwrap();
    let meter = runtime.provide(Broken).caller::<kv::Interface>().unwrap();
    let left = |fuel: u64, memory: u64| Ok(vec![fuel.to_string(), memory.to_string()]);

    let (seen, receipt) = meter.keys("").fuel(77).memory(7).receipt().await;
    assert_eq!(seen.unwrap(), left(77, 7));
    assert_eq!((receipt.fuel, receipt.memory), (0, 0), "a system uses neither");

    let outer = Cx::root(Budget { fuel: 10, memory: 20, time: Duration::from_secs(5) });
    assert_eq!(meter.keys("").within(&outer).fuel(u64::MAX).memory(5).await.unwrap(), left(10, 5));
    // The trait takes the context as its first argument and does the same.
    assert_eq!(Kv::keys(&meter, &outer, "").await.unwrap(), left(10, 20));
    assert_eq!(outer.fuel(), 10);
}

#[tokio::test]
async fn what_is_granted_crosses_a_remote_up_to_the_other_sides_own() {
    let runtime = Runtime::builder().budget(Budget { memory: 100, ..Budget::default() }).build().unwrap();
    let token = runtime.export::<kv::Interface>(&runtime.provide(Broken)).unwrap();
    let meter = Remote::<kv::Interface>::new(token, link_to(&runtime)).caller();
    let seen = meter.keys("").fuel(1000).memory(7).await.unwrap();
    assert_eq!(seen, Ok(vec!["1000".into(), "7".into()]));
    let seen = meter.keys("").fuel(1000).memory(1 << 20).await.unwrap();
    assert_eq!(seen, Ok(vec!["1000".into(), "100".into()]));
}

#[tokio::test]
async fn a_call_within_one_that_is_late_does_not_begin() {
    let runtime = Runtime::new().unwrap();
    let store = runtime.provide(Store::default());
    let caller = store.caller::<kv::Interface>().unwrap();
    let late = Cx::root(Budget { time: Duration::ZERO, ..Budget::default() });
    let error = caller.set("a", b"1").within(&late).await.unwrap_err();
    assert_eq!(error.out_of_budget(), Some(Limit::Time), "{error}");
    assert_eq!(caller.get("a").await.unwrap(), Ok(None));
}
