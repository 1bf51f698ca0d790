//! Calls that are paused where they run out of something, and go on when they are granted more.

use std::time::Duration;

use isorun::call::{Run, Step};
use isorun::instance::InstanceState;
use isorun::limits::{Limit, Scope};
use isorun::{Budget, CallError, Instance, Runtime};
use isorun_tests::{add, again, chained, guests, in_short_slices, link_to, runtime};

/// `work` goes round a loop so many times, gives the number of rounds of all its calls, and counts those in memory.
fn worker() -> Vec<u8> {
    guests::parse(
        r#"(component
            (core module $code (global $n (mut i32) (i32.const 0))
                (func (export "work") (param i32) (result i32)
                    (loop
                        (global.set $n (i32.add (global.get $n) (i32.const 1)))
                        (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
                    (global.get $n)))
            (core instance $code (instantiate $code))
            (func (export "work") (param "rounds" u32) (result u32) (canon lift (core func $code "work"))))"#,
    )
}

async fn working(runtime: &Runtime) -> Instance {
    again(runtime, &add(runtime, "worker", &worker()).await, &[]).await
}

fn fuel(fuel: u64) -> Budget {
    Budget { fuel, time: Duration::ZERO, memory: 0 }
}

/// Grants so much whenever the run is paused. Gives its value, and how often it was paused.
async fn to_the_end(run: &mut Run<String>, grant: Budget) -> (isorun::Result<String>, u32) {
    let mut pauses = 0;
    loop {
        match run.next().await {
            Ok(Step::Done(value)) => return (Ok(value), pauses),
            Ok(Step::Paused { .. }) => pauses += 1,
            Err(error) => return (Err(error), pauses),
        }
        run.grant(grant);
    }
}

#[tokio::test]
async fn a_hundred_pauses_change_neither_the_result_nor_the_fuel() {
    let runtime = runtime();
    let app = add(&runtime, "worker", &worker()).await;
    let (whole, paused) = (again(&runtime, &app, &[]).await, again(&runtime, &app, &[]).await);
    let (result, receipt) = whole.call("work", "(1000000)").receipt().await;
    assert_eq!(result.unwrap(), "1000000");
    let part = receipt.fuel / 100;
    let mut run = paused.call("work", "(1000000)").fuel(part).timeout(Duration::from_secs(60)).pausable();
    let (result, pauses) = to_the_end(&mut run, fuel(part)).await;
    assert_eq!((result.unwrap().as_str(), run.used()), ("1000000", receipt.fuel));
    assert!(pauses >= 99, "{pauses}");
    assert_eq!(paused.counters().fuel, receipt.fuel);
    assert!(matches!(paused.state(), InstanceState::Idle));
}

#[tokio::test]
async fn a_paused_run_says_what_it_is_out_of_and_what_it_used() {
    let runtime = runtime();
    let worker = working(&runtime).await;
    let mut run = worker.call("work", "(10000000)").fuel(1_000_000).pausable();
    let Step::Paused { used, which: Limit::Fuel, whose: Scope::Call } = run.next().await.unwrap() else { panic!() };
    assert!((900_000..=1_000_000).contains(&used), "{used}");
    // Nothing was granted, so nothing happens.
    let Step::Paused { used: again, .. } = run.next().await.unwrap() else { panic!() };
    assert_eq!(again, used);
    run.grant(fuel(1 << 40));
    assert_eq!(run.next().await.unwrap(), Step::Done("10000000".into()));
}

#[tokio::test]
async fn a_paused_run_outlives_the_task_that_made_it() {
    let runtime = runtime();
    let worker = working(&runtime).await;
    let made = tokio::spawn(async move {
        let mut run = worker.call("work", "(1000000)").fuel(100_000).pausable();
        assert!(matches!(run.next().await, Ok(Step::Paused { .. })));
        run
    });
    let mut run = made.await.unwrap();
    run.grant(fuel(1 << 40));
    assert_eq!(tokio::spawn(async move { run.next().await }).await.unwrap().unwrap(), Step::Done("1000000".into()));
}

#[tokio::test]
async fn a_paused_instance_says_so_and_keeps_its_turn() {
    let runtime = runtime();
    let worker = working(&runtime).await;
    let mut run = worker.call("work", "(1000000)").fuel(100_000).pausable();
    assert!(matches!(run.next().await, Ok(Step::Paused { .. })));
    let late = worker.call("work", "(1)").timeout(Duration::from_millis(20)).await.unwrap_err();
    assert_eq!(late.out_of_budget(), Some(Limit::Time), "{late}");
    assert!(runtime.remove(&worker).is_err());
    run.grant(fuel(1 << 40));
    assert!(matches!(run.next().await, Ok(Step::Done(_))));
    assert_eq!(worker.call("work", "(1)").await.unwrap(), "1000001");
}

#[tokio::test]
async fn a_run_that_is_dropped_is_a_call_that_was_cancelled() {
    let runtime = runtime();
    let worker = working(&runtime).await;
    let mut run = worker.call("work", "(1000000)").fuel(100_000).pausable();
    assert!(matches!(run.next().await, Ok(Step::Paused { .. })));
    drop(run);
    let InstanceState::Poisoned(cause) = worker.state() else { panic!("{:?}", worker.state()) };
    assert!(matches!(&*cause, CallError::Cancelled { .. }), "{cause}");
}

#[tokio::test]
async fn a_run_that_is_never_polled_does_nothing() {
    let runtime = runtime();
    let worker = working(&runtime).await;
    drop(worker.call("work", "(1000000)").pausable());
    assert_eq!(worker.call("work", "(1)").await.unwrap(), "1");
}

#[tokio::test]
async fn time_is_waited_for_as_fuel_is() {
    let runtime = runtime();
    let worker = working(&runtime).await;
    let mut run = worker.call("work", "(4000000)").timeout(Duration::ZERO).pausable();
    for _ in 0..3 {
        let step = run.next().await.unwrap();
        assert!(matches!(step, Step::Paused { which: Limit::Time, whose: Scope::Call, .. }), "{step:?}");
    }
    let grant = Budget { fuel: 0, time: Duration::from_millis(1), memory: 0 };
    let (result, pauses) = to_the_end(&mut run, grant).await;
    assert_eq!(result.unwrap(), "4000000");
    assert!(pauses > 0);
}

#[tokio::test]
async fn dropping_a_step_leaves_the_run_where_it_is() {
    let runtime = in_short_slices();
    let worker = working(&runtime).await;
    let mut run = worker.call("work", "(4000000)").timeout(Duration::from_secs(60)).pausable();
    let mut steps = 0;
    let value = loop {
        tokio::select! {
            biased;
            () = tokio::task::yield_now() => steps += 1,
            step = run.next() => break step.unwrap(),
        }
        // The future of the step is dropped each time it has given way.
        let mut step = Box::pin(run.next());
        if let std::task::Poll::Ready(step) = isorun_tests::poll_once(&mut step) {
            break step.unwrap();
        }
    };
    assert_eq!(value, Step::Done("4000000".into()));
    assert!(steps > 1, "{steps}");
}

/// Two instances of one chain are paused together, and go on together.
#[tokio::test]
async fn a_chain_is_paused_as_a_whole() {
    let runtime = runtime();
    chained(&runtime);
    let spin = "(local $i i32) (local.set $i (i32.const 300000)) (loop (br_if 0 (local.tee $i (i32.sub (local.get $i) (i32.const 1))))) (local.get 0)";
    let one = guests::provider("acme:chain/one", &[("f", r#"(param "n" u32) (result u32)"#, spin)]);
    let one = again(&runtime, &add(&runtime, "one", &one).await, &[]).await;
    let two = guests::step("acme:chain/one", "acme:chain/two", 1);
    let two = again(&runtime, &add(&runtime, "two", &two).await, &[&one]).await;
    let (result, receipt) = two.call("f", "(1)").receipt().await;
    assert_eq!(result.unwrap(), "2");
    let mut run = two.call("f", "(1)").fuel(200_000).pausable();
    let Step::Paused { .. } = run.next().await.unwrap() else { panic!() };
    assert_eq!((one.counters().running, two.counters().running), (1, 1));
    let (result, pauses) = to_the_end(&mut run, fuel(200_000)).await;
    assert_eq!((result.unwrap().as_str(), run.used()), ("2", receipt.fuel));
    assert!(pauses > 3, "{pauses}");
}

#[tokio::test]
async fn a_run_waits_for_an_account_too_and_names_it() {
    let runtime = runtime();
    let worker = working(&runtime).await;
    worker.set_fuel(500_000);
    let mut run = worker.call("work", "(1000000)").pausable();
    let Step::Paused { whose, .. } = run.next().await.unwrap() else { panic!() };
    assert_eq!(whose, Scope::Instance("worker".into()));
    worker.add_fuel(1 << 40);
    assert_eq!(run.next().await.unwrap(), Step::Done("1000000".into()));
    assert_eq!(worker.fuel(), Some(500_000 + (1 << 40) - run.used()));
}

#[tokio::test]
async fn a_run_is_paused_from_outside_without_a_step() {
    let runtime = runtime();
    let worker = working(&runtime).await;
    let mut run = worker.call("work", "(1000000)").fuel(100_000).timeout(Duration::from_secs(1)).pausable();
    assert!(matches!(run.next().await, Ok(Step::Paused { which: Limit::Fuel, .. })));
    worker.pause();
    run.grant(fuel(1 << 40));
    let waited = tokio::time::timeout(Duration::from_millis(1500), run.next()).await;
    assert!(waited.is_err(), "{waited:?}");
    worker.resume();
    // It was held for longer than it had, and has as much left as before.
    assert_eq!(run.next().await.unwrap(), Step::Done("1000000".into()));
}

/// A guest that calls what is paused waits with it, as does who calls the guest, also where the import has a time of its own.
#[tokio::test]
async fn who_waits_for_what_is_paused_loses_no_time() {
    let runtime = runtime();
    chained(&runtime);
    let one = guests::provider("acme:chain/one", &[("f", r#"(param "n" u32) (result u32)"#, "(local.get 0)")]);
    let one = again(&runtime, &add(&runtime, "one", &one).await, &[]).await;
    let two = add(&runtime, "two", &guests::step("acme:chain/one", "acme:chain/two", 1)).await;
    let two = runtime.instantiate(&two).with_timeout(&one, Duration::from_millis(50)).await.unwrap();
    one.pause();
    let mut call = two.call("f", "(1)").timeout(Duration::from_millis(100));
    assert!(tokio::time::timeout(Duration::from_millis(300), &mut call).await.is_err());
    one.resume();
    assert_eq!(call.await.unwrap(), "2");
}

#[tokio::test]
async fn as_many_wait_for_the_end_of_a_pause_as_for_their_turn() {
    let runtime = runtime();
    let app = add(&runtime, "worker", &worker()).await;
    let worker = runtime.instantiate(&app).queue(3).await.unwrap();
    worker.pause();
    let mut waiting: Vec<_> = (0..3).map(|_| worker.call("work", "(1)")).collect();
    assert!(waiting.iter_mut().all(|call| isorun_tests::poll_once(call).is_pending()));
    assert_eq!(worker.counters().waiting, 3);
    let error = worker.call("work", "(1)").await.unwrap_err();
    assert!(matches!(error, CallError::Busy { waiting: 3, .. }), "{error}");
    worker.resume();
    for call in waiting {
        call.await.unwrap();
    }
    assert_eq!(worker.counters().waiting, 0);
}

#[tokio::test]
async fn who_finds_a_paused_call_before_it_is_told_so() {
    let runtime = runtime();
    let worker = working(&runtime).await;
    let mut run = worker.call("work", "(1000000)").fuel(100_000).pausable();
    assert!(matches!(run.next().await, Ok(Step::Paused { .. })));
    let error = worker.call("work", "(1)").timeout(Duration::from_millis(10)).await.unwrap_err();
    assert!(error.to_string().contains("as the call that has its turn is paused"), "{error}");
}

/// A peer cannot be asked to wait: it is lent what the run has when it is called, and what runs out there ends the call.
#[tokio::test]
async fn a_run_is_not_paused_behind_a_remote() {
    let (far, near) = (runtime(), runtime());
    [&far, &near].into_iter().for_each(chained);
    let burn = "(loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (i32.const 7)";
    let one = guests::provider("acme:chain/one", &[("f", r#"(param "n" u32) (result u32)"#, burn)]);
    let app = add(&far, "one", &one).await;
    let one = again(&far, &app, &[]).await;
    let interface = one.exports()[0].interface().clone();
    let token = far.export_interface(&one, &interface).unwrap();
    let remote = near.import_interface(&interface, token, link_to(&far));
    let two = add(&near, "two", &guests::step("acme:chain/one", "acme:chain/two", 1)).await;
    let two = again(&near, &two, &[&remote]).await;
    let mut run = two.call("f", "(1000)").fuel(1_000_000).pausable();
    assert_eq!(run.next().await.unwrap(), Step::Done("8".into()));
    assert_eq!(run.used(), two.counters().fuel);
    assert!(one.counters().fuel > 1_000 && run.used() > one.counters().fuel, "what the peer has used is charged");
    let mut run = two.call("f", "(1000000)").fuel(100_000).pausable();
    let error = run.next().await.unwrap_err();
    assert!(error.is_out_of_budget(), "{error}");
    assert!(one.counters().fuel < 200_000, "{}", one.counters().fuel);
}

/// What is within another call uses what that was granted, and is paused with it.
#[tokio::test]
async fn a_call_within_another_cannot_be_paused_by_itself() {
    let runtime = runtime();
    let worker = working(&runtime).await;
    let cx = isorun::Cx::root(Budget::default());
    let mut run = worker.call("work", "(1)").within(&cx).pausable();
    let error = run.next().await.unwrap_err();
    assert!(error.to_string().contains("cannot be paused by itself"), "{error}");
}

/// What a run may grow by is granted like what it may use, though a guest cannot wait for it.
#[tokio::test]
async fn memory_that_is_granted_later_is_there_when_it_is_needed() {
    let app = guests::parse(
        r#"(component
            (core module $code (memory 1)
                (func (export "grow") (param i32) (result i32)
                    (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
                    (memory.grow (i32.const 4))))
            (core instance $code (instantiate $code))
            (func (export "grow") (param "rounds" u32) (result u32) (canon lift (core func $code "grow"))))"#,
    );
    let runtime = runtime();
    let app = again(&runtime, &add(&runtime, "app", &app).await, &[]).await;
    let mut run = app.call("grow", "(1000000)").fuel(100_000).memory(1 << 16).pausable();
    assert!(matches!(run.next().await, Ok(Step::Paused { .. })));
    run.grant(Budget { fuel: 1 << 40, time: Duration::ZERO, memory: 3 << 16 });
    assert_eq!(run.next().await.unwrap(), Step::Done("1".into()));
    let error = app.call("grow", "(1)").memory(1 << 16).await.unwrap_err();
    assert_eq!(error.out_of_budget(), Some(Limit::Memory), "{error}");
}

/// A call that was let in and has not begun costs nobody anything when it goes.
#[tokio::test]
async fn callers_of_a_paused_instance_can_hang_up() {
    let runtime = runtime();
    let worker = working(&runtime).await;
    worker.call("work", "(1)").await.unwrap();
    worker.pause();
    assert!(matches!(worker.state(), InstanceState::Paused), "{:?}", worker.state());
    // Their time does not run: whoever wants to wait no longer hangs up.
    let late = worker.call("work", "(1)").timeout(Duration::from_millis(10));
    assert!(tokio::time::timeout(Duration::from_millis(100), late).await.is_err());
    for _ in 0..100 {
        let mut call = worker.call("work", "(1)");
        assert!(isorun_tests::poll_once(&mut call).is_pending());
    }
    let mut run = worker.call("work", "(1)").fuel(0).pausable();
    worker.resume();
    assert!(matches!(run.next().await, Ok(Step::Paused { used: 0, .. })));
    drop(run);
    assert_eq!(worker.call("work", "(1)").await.unwrap(), "2", "nothing was lost");
}
