//! Calls that end badly: what ended is said by name, only the instance that it ended in is lost, and the host goes on.

use std::error::Error;
use std::time::Duration;

use isorun::instance::InstanceState;
use isorun::{CallError, Cx, Runtime};
use isorun_tests::{
    Bench, Ticker, add, again, apps, bench, caller_of, compute, host, misbehaving, poll_once, relay, runtime_of, start,
};

#[tokio::test]
async fn a_poisoned_instance_says_so_with_the_cause() {
    let (_runtime, instance, guest) = misbehaving().await;
    guest.trap().await.unwrap_err();
    let error = guest.count().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`misbehave` is poisoned: an earlier call ended badly (trap)
  help: replace its app, or remove it and instantiate its app again; with `.restart(Restart::Limited { .. })` it would start anew by itself"
    );
    assert_eq!(
        format!("{error:#}"),
        "`misbehave` is poisoned: `misbehave` trapped in `test:misbehave/misbehave@0.1.0#trap`: \
         wasm trap: wasm `unreachable` instruction executed
  help: replace its app, or remove it and instantiate its app again; with `.restart(Restart::Limited { .. })` it would start anew by itself"
    );
    let source = error.source().map(ToString::to_string).unwrap_or_default();
    assert!(source.starts_with("`misbehave` trapped in `test:misbehave/misbehave@0.1.0#trap`: "), "{source}");
    assert!(matches!(instance.state(), InstanceState::Poisoned(cause) if matches!(*cause, CallError::Trap { .. })));
}

#[tokio::test]
async fn every_bad_end_poisons() {
    let (runtime, first, _) = misbehaving().await;
    let app = add(&runtime, "again", apps::MISBEHAVE).await;
    for end in ["trap", "recurse", "fuel", "memory"] {
        let instance = again(&runtime, &app, &[]).await;
        let guest = caller_of(&instance);
        let ended = match end {
            "trap" => guest.trap().await.is_err(),
            "recurse" => guest.recurse(u32::MAX).await.is_err(),
            "fuel" => guest.spin().fuel(1000).await.is_err(),
            _ => guest.grow(1 << 30).memory(1 << 20).await.is_err(),
        };
        assert!(ended, "{end}");
        assert!(matches!(guest.count().await, Err(CallError::Poisoned { .. })), "{end}");
    }
    assert!(matches!(first.state(), InstanceState::Idle));
}

#[tokio::test]
async fn the_neighbours_of_a_poisoned_instance_are_unharmed() {
    let (runtime, _, guest) = misbehaving().await;
    let app = add(&runtime, "again", apps::MISBEHAVE).await;
    let neighbour = caller_of(&again(&runtime, &app, &[]).await);
    assert_eq!(neighbour.count().await.unwrap(), 1);
    guest.trap().await.unwrap_err();
    assert_eq!(neighbour.count().await.unwrap(), 2);
}

#[tokio::test]
async fn an_app_starts_anew_in_the_place_of_a_poisoned_instance() {
    let (runtime, _, _) = misbehaving().await;
    let app = add(&runtime, "guest", apps::MISBEHAVE).await;
    let instance = again(&runtime, &app, &[]).await;
    caller_of(&instance).count().await.unwrap();
    caller_of(&instance).trap().await.unwrap_err();
    runtime.remove(&instance).unwrap();
    let instance = again(&runtime, &app, &[]).await;
    assert_eq!(instance.name(), "guest");
    assert_eq!(caller_of(&instance).count().await.unwrap(), 1);
}

#[tokio::test]
async fn the_memory_of_a_poisoned_instance_is_free_at_once() {
    let runtime = runtime_of(Runtime::builder().max_stores(1));
    let app = add(&runtime, "guest", apps::MISBEHAVE).await;
    let first = again(&runtime, &app, &[]).await;
    caller_of(&first).trap().await.unwrap_err();
    let second = again(&runtime, &app, &[]).await;
    assert_eq!(caller_of(&second).count().await.unwrap(), 1);
}

#[tokio::test]
async fn a_caller_of_a_poisoned_provider_is_told_the_whole_chain() {
    let Bench { calc, relay, .. } = bench().await;
    let add = calc.caller::<compute::Interface>().unwrap();
    add.add(1, 2).fuel(1).await.unwrap_err();
    let relay = relay.caller::<relay::Interface>().unwrap();
    let error = relay.add(1, 2).await.unwrap_err();
    let CallError::ProviderDown { instance, function, cause, .. } = &error else { panic!("{error}") };
    assert_eq!((&**instance, &**function), ("relay", "test:bench/relay@0.1.0#add"));
    let CallError::Poisoned { instance, cause, .. } = &**cause else { panic!("{error}") };
    assert_eq!(&**instance, "calc");
    assert!(matches!(&**cause, CallError::OutOfBudget { .. }), "{error}");
    assert!(format!("{error:#}").starts_with(
        "`relay` stopped in `test:bench/relay@0.1.0#add` because its provider `calc` failed: `calc` is poisoned: out of fuel: "
    ));
}

#[tokio::test]
async fn dropping_a_running_call_poisons() {
    let (_runtime, instance, guest) = misbehaving().await;
    let mut call = guest.spin();
    assert!(poll_once(&mut call).is_pending());
    assert!(matches!(instance.state(), InstanceState::Running));
    drop(call);
    let error = guest.count().await.unwrap_err();
    assert!(
        format!("{error:#}").starts_with(
            "`misbehave` is poisoned: the call of `test:misbehave/misbehave@0.1.0#spin` was cancelled while `misbehave` ran\n"
        ),
        "{error}"
    );
}

#[tokio::test]
async fn dropping_a_call_that_runs_in_an_app_below_poisons_both() {
    let Bench { runtime, calc, .. } = bench().await;
    let silent = runtime.provide(Silent);
    let below = start(&runtime, "below", apps::RELAY, &[&calc, &silent]).await;
    let above = start(&runtime, "above", &passing_on(), &[&below]).await;
    let mut call = above.call("wait", "()");
    assert!(poll_once(&mut call).is_pending());
    drop(call);
    for instance in [&above, &below] {
        let InstanceState::Poisoned(cause) = instance.state() else { panic!("{:?}", instance.state()) };
        assert!(matches!(&*cause, CallError::Cancelled { instance: by, .. } if **by == *instance.name()), "{cause}");
    }
    assert!(matches!(calc.state(), InstanceState::Idle));
}

/// Never answers.
struct Silent;

#[isorun::system]
impl host::Host for Silent {
    async fn tick(&self, _n: u64) -> u64 {
        std::future::pending().await
    }
}

/// An app whose `wait` calls `tick-many` of a relay.
fn passing_on() -> Vec<u8> {
    let component = wat::parse_str(
        r#"(component
            (import "test:bench/relay@0.1.0" (instance $relay
                (export "tick-many" (func (param "times" u32) (result u64)))))
            (core func $tick-many (canon lower (func $relay "tick-many")))
            (core module $code
                (import "relay" "tick-many" (func $tick-many (param i32) (result i64)))
                (func (export "wait") (drop (call $tick-many (i32.const 1)))))
            (core instance $code (instantiate $code (with "relay" (instance (export "tick-many" (func $tick-many))))))
            (func (export "wait") (canon lift (core func $code "wait"))))"#,
    );
    component.unwrap()
}

#[tokio::test]
async fn dropping_a_call_before_its_first_poll_does_nothing() {
    let (_runtime, instance, guest) = misbehaving().await;
    drop(guest.count());
    drop(guest.trap());
    assert!(matches!(instance.state(), InstanceState::Idle));
    assert_eq!(guest.count().await.unwrap(), 1);
}

#[tokio::test]
async fn dropping_a_call_that_waits_for_its_turn_does_nothing() {
    let runtime = runtime_of(Runtime::builder().yield_every(Duration::ZERO));
    let guest = caller_of(&start(&runtime, "misbehave", apps::MISBEHAVE, &[]).await);
    let mut running = guest.spin_for(100_000);
    assert!(poll_once(&mut running).is_pending());
    let mut waiting = guest.count();
    assert!(poll_once(&mut waiting).is_pending());
    drop(waiting);
    assert_eq!(running.await.unwrap(), 100_000);
    assert_eq!(guest.count().await.unwrap(), 1);
}

/// Panics at 13, and only then.
struct Superstitious;

#[isorun::system]
impl host::Host for Superstitious {
    fn tick(&self, n: u64) -> u64 {
        assert!(n != 13, "the thirteenth tick");
        n + 1
    }
}

/// The same, after it has waited.
struct Later;

#[isorun::system]
impl host::Host for Later {
    async fn tick(&self, n: u64) -> u64 {
        tokio::task::yield_now().await;
        assert!(n != 13, "the thirteenth tick");
        n + 1
    }
}

#[tokio::test]
async fn a_panic_in_a_system_ends_the_call_and_not_the_host() {
    let Bench { runtime, calc, .. } = bench().await;
    let systems = [runtime.provide(Superstitious), runtime.provide(Later)];
    for system in &systems {
        let name = format!("on-{}", system.name());
        let relay = start(&runtime, &name, apps::RELAY, &[&calc, system]).await;
        let relay = relay.caller::<relay::Interface>().unwrap();
        let error = relay.tick_many(14).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "`{name}` stopped in `test:bench/relay@0.1.0#tick-many` because its provider `{}` failed (host panic): the thirteenth tick\n  help: correct the system or transport that panicked; a guest that was running is poisoned",
                system.name()
            )
        );
        assert!(matches!(relay.add(1, 2).await, Err(CallError::Poisoned { .. })));
    }
    assert!(matches!(calc.state(), InstanceState::Idle));
}

#[tokio::test]
async fn a_panic_in_a_system_that_the_host_calls_leaves_the_system_well() {
    let Bench { runtime, .. } = bench().await;
    for system in [runtime.provide(Superstitious), runtime.provide(Later)] {
        let caller = system.caller::<host::Interface>().unwrap();
        assert_eq!(
            caller.tick(13).await.unwrap_err().to_string(),
            format!(
                "the host panicked while it served `test:bench/host@0.1.0#tick` of `{}`: the thirteenth tick\n  help: correct the system or transport that panicked; a guest that was running is poisoned",
                system.name()
            )
        );
        assert_eq!(caller.tick(14).await.unwrap(), 15);
    }
}

/// Refuses to go on, in every way that a method can return it.
struct Refusing;

#[isorun::system]
impl host::Host for Refusing {
    fn tick(&self, _cx: &Cx, _n: u64) -> isorun::Result<u64> {
        Err(CallError::system("the disk is gone"))
    }
}

#[tokio::test]
async fn an_error_of_a_system_stops_the_guest_that_called() {
    let Bench { runtime, calc, .. } = bench().await;
    let refusing = runtime.provide(Refusing);
    let relay = start(&runtime, "caller", apps::RELAY, &[&calc, &refusing]).await;
    let relay = relay.caller::<relay::Interface>().unwrap();
    let error = relay.tick_many(1).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`caller` stopped in `test:bench/relay@0.1.0#tick-many` because its provider `Refusing` failed (system error)"
    );
    assert_eq!(error.source().unwrap().to_string(), "the disk is gone");
    let CallError::ProviderDown { cause, .. } = &error else { panic!("{error}") };
    assert!(matches!(&**cause, CallError::System(why) if why.to_string() == "the disk is gone"));
    let direct = refusing.caller::<host::Interface>().unwrap();
    assert_eq!(direct.tick(1).await.unwrap_err().to_string(), "the disk is gone");
}

#[tokio::test]
async fn a_fault_in_one_system_leaves_the_other_wirings_of_its_app_well() {
    let Bench { runtime, calc, .. } = bench().await;
    let app = add(&runtime, "relays", apps::RELAY).await;
    let (refusing, ticker) = (runtime.provide(Refusing), runtime.provide(Ticker));
    let bad = again(&runtime, &app, &[&calc, &refusing]).await;
    let good = again(&runtime, &app, &[&calc, &ticker]).await;
    bad.call("tick-many", "(1)").await.unwrap_err();
    assert_eq!(good.call("tick-many", "(3)").await.unwrap(), "3");
}

#[tokio::test]
async fn calls_that_wait_are_told_when_the_instance_is_lost() {
    let (_runtime, _, guest) = misbehaving().await;
    let mut running = guest.spin();
    assert!(poll_once(&mut running).is_pending());
    let mut waiting = guest.count();
    assert!(poll_once(&mut waiting).is_pending());
    drop(running);
    let error = waiting.await.unwrap_err();
    assert!(
        matches!(&error, CallError::Poisoned { cause, .. } if matches!(**cause, CallError::Cancelled { .. })),
        "{error}"
    );
}
