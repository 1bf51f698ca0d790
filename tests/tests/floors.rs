//! Small budgets are not the app's fault: what a call must bring along, and which ends count against restarts.

use std::time::Duration;

use isorun::instance::InstanceState;
use isorun::limits::{Amount, Limit};
use isorun::{Budget, CallError, Restart, Runtime};
use isorun_tests::{add, again, chained, guests, runtime, runtime_of, start};

/// `f` counts its calls and gives the number; `spin` never ends; `deep` calls itself without end.
fn app() -> Vec<u8> {
    guests::parse(
        r#"(component
            (core module $code (global $n (mut i32) (i32.const 0))
                (func (export "f") (result i32) (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n))
                (func (export "spin") (loop (br 0)))
                (func $deep (export "deep") (call $deep)))
            (core instance $code (instantiate $code))
            (func (export "f") (result u32) (canon lift (core func $code "f")))
            (func (export "spin") (canon lift (core func $code "spin")))
            (func (export "deep") (canon lift (core func $code "deep"))))"#,
    )
}

#[tokio::test]
async fn a_call_that_brings_too_little_is_refused_before_it_runs() {
    let runtime = runtime();
    let app = add(&runtime, "app", &app()).await;
    let floor = runtime.instantiate(&app).min_fuel(1000).min_time(Duration::from_millis(10));
    let instance = floor.await.unwrap();
    assert_eq!(instance.call("f", "()").fuel(1000).await.unwrap(), "1");
    let error = instance.call("f", "()").fuel(999).await.unwrap_err();
    let CallError::BelowFloor { granted, floor, .. } = &error else { panic!("{error}") };
    assert_eq!((*granted, *floor), (Amount::Fuel(999), Amount::Fuel(1000)));
    assert_eq!(
        error.to_string(),
        "`f` of `app` was not called: the call has 999 units of fuel left, and the instance takes none with less than 1000 units of fuel
  help: grant the call more, or lower `.min_fuel(..)` and `.min_time(..)` where the instance is made"
    );
    let error = instance.call("f", "()").timeout(Duration::from_millis(9)).await.unwrap_err();
    assert!(matches!(&error, CallError::BelowFloor { floor: Amount::Time(_), .. }), "{error}");
    // Without fuel it is what it always was.
    let error = instance.call("f", "()").fuel(0).await.unwrap_err();
    assert_eq!(error.out_of_budget(), Some(Limit::Fuel), "{error}");
    assert!(matches!(instance.state(), InstanceState::Idle));
    assert_eq!(instance.call("f", "()").await.unwrap(), "2", "it kept its memory");
}

/// A guest below gets what is left of its caller, and is no worse off for that.
#[tokio::test]
async fn the_floor_holds_for_guests_that_call() {
    let runtime = runtime();
    chained(&runtime);
    let one = guests::provider("acme:chain/one", &[("f", r#"(param "n" u32) (result u32)"#, "(local.get 0)")]);
    let one = add(&runtime, "one", &one).await;
    let one = runtime.instantiate(&one).min_fuel(10_000).await.unwrap();
    let two = start(&runtime, "two", &guests::step("acme:chain/one", "acme:chain/two", 1), &[&one]).await;
    assert_eq!(two.call("f", "(1)").fuel(20_000).await.unwrap(), "2");
    let error = two.call("f", "(1)").fuel(5_000).await.unwrap_err();
    assert!(matches!(error.root_cause(), CallError::BelowFloor { .. }), "{error:#}");
    assert!(matches!(one.state(), InstanceState::Idle));
}

#[tokio::test]
async fn no_end_that_a_small_grant_brought_about_counts_against_restarts() {
    let budget = Budget { fuel: 1_000_000, time: Duration::from_secs(60), memory: 1 << 20 };
    let runtime = runtime_of(Runtime::builder().budget(budget));
    let app = add(&runtime, "app", &app()).await;
    let none = Restart::Limited { max: 0, within: Duration::from_secs(3600) };
    let instance = runtime.instantiate(&app).restart(none).await.unwrap();
    for fuel in [1, 10, 500_000, 999_999] {
        let error = instance.call("spin", "()").fuel(fuel).await.unwrap_err();
        assert_eq!(error.out_of_budget(), Some(Limit::Fuel), "{error}");
        assert_eq!(instance.call("f", "()").await.unwrap(), "1", "it started anew");
    }
    let error = instance.call("spin", "()").timeout(Duration::from_millis(1)).fuel(u64::MAX).await.unwrap_err();
    assert_eq!(error.out_of_budget(), Some(Limit::Time), "{error}");
    assert_eq!(instance.call("f", "()").await.unwrap(), "1");
    // With what every call has, it is the app that does not come to an end.
    instance.call("spin", "()").await.unwrap_err();
    assert!(matches!(instance.call("f", "()").await, Err(CallError::Poisoned { .. })));
}

#[tokio::test]
async fn a_stack_that_is_used_up_has_its_own_name() {
    let runtime = runtime_of(Runtime::builder().max_stack(64 << 10));
    let app = add(&runtime, "app", &app()).await;
    let instance = again(&runtime, &app, &[]).await;
    let (result, small) = instance.call("deep", "()").receipt().await;
    let error = result.unwrap_err();
    assert_eq!(error.out_of_budget(), Some(Limit::Stack), "{error}");
    assert_eq!(
        error.to_string(),
        "out of stack: `app` was stopped in `deep`, since its calls of itself were more than 65536 bytes deep
  help: let the app recurse less, or raise `max_stack` in the runtime's builder"
    );
    let runtime = runtime_of(Runtime::builder().max_stack(1 << 20));
    let instance = start(&runtime, "app", &self::app(), &[]).await;
    let (_, large) = instance.call("deep", "()").receipt().await;
    assert!(large.fuel > 8 * small.fuel, "{large}, {small}");
}

#[tokio::test]
async fn the_depth_of_calls_is_a_setting() {
    let runtime = runtime_of(Runtime::builder().max_depth(2));
    let names = ["one", "two", "three"];
    let interfaces: String =
        names.iter().map(|name| format!("interface {name} {{ f: func(n: u32) -> u32; }} ")).collect();
    runtime.register_wit(format!("package acme:chain; {interfaces}")).unwrap();
    let one = guests::provider("acme:chain/one", &[("f", r#"(param "n" u32) (result u32)"#, "(local.get 0)")]);
    let mut all = vec![start(&runtime, "one", &one, &[]).await];
    for pair in names.windows(2) {
        let step = guests::step(&format!("acme:chain/{}", pair[0]), &format!("acme:chain/{}", pair[1]), 1);
        let below = all.last().unwrap().clone();
        all.push(start(&runtime, pair[1], &step, &[&below]).await);
    }
    assert_eq!(all[1].call("f", "(1)").await.unwrap(), "2");
    let error = all[2].call("f", "(1)").await.unwrap_err();
    assert!(matches!(error.root_cause(), CallError::TooDeep { limit: 2, .. }), "{error:#}");
}

/// As many steps of a loop as it is given.
fn slow() -> Vec<u8> {
    let body = "(local i32) (loop (local.set 1 (i32.add (local.get 1) (i32.const 1))) (br_if 0 (i32.lt_u (local.get 1) (local.get 0)))) (local.get 0)";
    guests::provider("acme:chain/one", &[("f", r#"(param "n" u32) (result u32)"#, body)])
}

const CHAIN: &str =
    "package acme:chain; interface one { f: func(n: u32) -> u32; } interface two { f: func(n: u32) -> u32; }";
const NONE: Restart = Restart::Limited { max: 0, within: Duration::from_secs(3600) };

/// Whoever waits long in the line has little time left when its turn comes, and that is nobody's fault.
#[tokio::test]
async fn time_that_was_spent_in_the_line_is_not_the_apps() {
    let budget = Budget { time: Duration::from_millis(200), ..Budget::default() };
    let runtime = runtime_of(Runtime::builder().budget(budget));
    runtime.register_wit(CHAIN).unwrap();
    let app = add(&runtime, "one", &slow()).await;
    let instance = runtime.instantiate(&app).restart(NONE).await.unwrap();
    let calls: Vec<_> = (0..60)
        .map(|_| {
            let instance = instance.clone();
            tokio::spawn(async move { instance.call("f", "(30000000)").await.is_err() })
        })
        .collect();
    let mut late = 0;
    for call in calls {
        late += usize::from(call.await.unwrap());
    }
    assert!(late > 0, "all were in time");
    assert!(!matches!(instance.state(), InstanceState::Poisoned(_)), "{:?}", instance.state());
}

/// What a provider refuses, or does, says nothing of the app that has called it.
#[tokio::test]
async fn what_a_provider_does_is_not_the_apps() {
    let runtime = runtime();
    runtime.register_wit(CHAIN).unwrap();
    let one = add(&runtime, "one", &slow()).await;
    let one = runtime.instantiate(&one).min_fuel(10_000).await.unwrap();
    let two = add(&runtime, "two", &guests::step("acme:chain/one", "acme:chain/two", 1)).await;
    let two = runtime.instantiate(&two).with(&one).restart(NONE).await.unwrap();
    two.call("f", "(1)").fuel(5_000).await.unwrap_err();
    assert_eq!(two.call("f", "(1)").await.unwrap(), "2");
    // From here on the provider is poisoned.
    one.call("f", "(4000000000)").fuel(20_000).await.unwrap_err();
    for _ in 0..3 {
        let error = two.call("f", "(1)").await.unwrap_err();
        assert!(matches!(error.root_cause(), CallError::OutOfBudget { .. }), "{error:#}");
    }
    assert!(!matches!(two.state(), InstanceState::Poisoned(_)), "{:?}", two.state());
}
