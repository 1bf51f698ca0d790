//! Guests that take too much: each is stopped, by a limit that names itself, and nobody else notices.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use isorun::instance::InstanceState;
use isorun::limits::{Amount, Limit};
use isorun::{Budget, CallError, InstantiateError, Reuse, Runtime};
use isorun_tests::{
    Memory, add, apps, caller_of, guests, host, misbehaving, poll_once, relay, runtime, runtime_of, start,
    with_turns_of_another,
};

/// A page of wasm memory, by which it grows.
const PAGE: u64 = 64 << 10;

#[tokio::test]
async fn endless_loop_is_stopped_when_its_fuel_is_used_up() {
    let (_runtime, _, guest) = misbehaving().await;
    let (result, receipt) = guest.spin().fuel(1_000_000).receipt().await;
    assert_eq!(
        result.unwrap_err().to_string(),
        "out of fuel: `misbehave` was stopped in `test:misbehave/misbehave@0.1.0#spin` at its limit of 1000000 units of fuel
  help: grant the call more with `.fuel(..)`, or raise the `budget` in the runtime's builder"
    );
    assert_eq!(receipt.fuel, 1_000_000);
}

#[tokio::test]
async fn endless_loop_is_stopped_at_its_deadline() {
    let (_runtime, _, guest) = misbehaving().await;
    let error = guest.spin().fuel(u64::MAX).timeout(Duration::from_millis(20)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "out of time: `misbehave` was stopped in `test:misbehave/misbehave@0.1.0#spin` at its limit of 20ms
  help: give the call more time with `.timeout(..)` or a later `.deadline(..)`, or raise the `budget` in the runtime's builder"
    );
}

/// Fuel for one quantum, after which a guest lets others run if its slice is over.
const QUANTUM: u64 = 100_000;

#[tokio::test(flavor = "current_thread")]
async fn endless_loop_lets_other_tasks_run() {
    let runtime = runtime_of(Runtime::builder().yield_every(Duration::ZERO));
    let guest = caller_of(&start(&runtime, "misbehave", apps::MISBEHAVE, &[]).await);
    let (result, turns) = with_turns_of_another(guest.spin().fuel(100 * QUANTUM)).await;
    assert_eq!(result.unwrap_err().out_of_budget(), Some(Limit::Fuel));
    // One turn for each quantum, give or take those at the ends.
    assert!(turns >= 90, "{turns}");
}

/// A guest that only calls never comes to the end of a slice of its own.
#[tokio::test(flavor = "current_thread")]
async fn a_guest_that_calls_all_the_time_lets_other_tasks_run() {
    let runtime = runtime_of(Runtime::builder().yield_every(Duration::ZERO));
    let (calc, ticker) = (start(&runtime, "calc", apps::CALC, &[]).await, runtime.provide(Later));
    let relay = start(&runtime, "relay", apps::RELAY, &[&calc, &ticker]).await;
    let relay = relay.caller::<relay::Interface>().unwrap();
    let ((result, receipt), turns) = with_turns_of_another(relay.tick_many(20_000).receipt()).await;
    assert_eq!(result.unwrap(), 20_000);
    // By fuel alone it would come to the end of a few quanta only. A hundred calls count as one.
    assert!(receipt.fuel / QUANTUM < 10 && turns >= 190, "{turns} turns, {receipt}");
}

/// Counts on, and is asynchronous without ever waiting.
struct Later;

#[isorun::system]
impl host::Host for Later {
    async fn tick(&self, n: u64) -> u64 {
        n + 1
    }
}

/// Counts on, and keeps the thread for a while if it is told to.
struct Blocking {
    blocks: Arc<AtomicBool>,
}

#[isorun::system]
impl host::Host for Blocking {
    fn tick(&self, n: u64) -> u64 {
        if self.blocks.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_micros(100));
        }
        n + 1
    }
}

/// Methods that are not `async` cannot give the thread away, and a slice of the usual length has room for thousands of them.
#[tokio::test(flavor = "current_thread")]
async fn a_guest_whose_calls_keep_the_thread_lets_other_tasks_run_between_them() {
    let runtime = runtime();
    let blocks = Arc::new(AtomicBool::new(true));
    let ticker = runtime.provide(Blocking { blocks: blocks.clone() });
    let calc = start(&runtime, "calc", apps::CALC, &[]).await;
    let relay = start(&runtime, "relay", apps::RELAY, &[&calc, &ticker]).await;
    let relay = relay.caller::<relay::Interface>().unwrap();
    let ((result, receipt), turns) = with_turns_of_another(relay.tick_many(2_000).receipt()).await;
    assert_eq!(result.unwrap(), 2_000);
    let short_slices = receipt.fuel / 1_000;
    assert!(short_slices >= 10 && turns >= short_slices / 2, "{turns} turns in {short_slices} short slices");

    // The next call is no worse off for it.
    blocks.store(false, Ordering::Relaxed);
    let ((result, receipt), turns) = with_turns_of_another(relay.tick_many(2_000).receipt()).await;
    assert_eq!(result.unwrap(), 2_000);
    assert!(turns <= 3, "{turns} turns, {receipt}");
}

#[tokio::test]
async fn memory_is_granted_to_the_byte() {
    let (_runtime, _, guest) = misbehaving().await;
    let size = guest.grow(0).await.unwrap();
    let (grown, receipt) = guest.grow(size + 3 * PAGE).memory(3 * PAGE).receipt().await;
    assert_eq!(grown.unwrap(), size + 3 * PAGE);
    assert_eq!(receipt.memory, 3 * PAGE);
    let (grown, receipt) = guest.grow(size + 4 * PAGE).memory(PAGE - 1).receipt().await;
    assert_eq!(
        grown.unwrap_err().to_string(),
        "out of memory: `misbehave` was stopped in `test:misbehave/misbehave@0.1.0#grow` at its limit of 65535 bytes
  help: let the call use more with `.memory(..)`, or raise the `budget` in the runtime's builder"
    );
    assert_eq!(receipt.memory, 0);
}

/// The guest makes room for them with memory that the call must grant.
#[tokio::test]
async fn arguments_count_as_memory_of_the_call() {
    let (_runtime, _, guest) = misbehaving().await;
    let error = guest.echo(&vec![1; 4 << 20]).memory(1 << 20).await.unwrap_err();
    let CallError::OutOfBudget { limit, amount, .. } = error else { panic!("{error}") };
    assert_eq!((limit, amount), (Limit::Memory, Amount::Bytes(1 << 20)));
}

#[tokio::test]
async fn memory_that_an_instance_has_already_costs_a_call_nothing() {
    let (_runtime, _, guest) = misbehaving().await;
    let size = guest.grow(10 << 20).await.unwrap();
    assert_eq!(guest.grow(size).memory(0).await.unwrap(), size);
}

#[tokio::test]
async fn an_instance_grows_up_to_its_own_limit_whatever_its_calls_are_granted() {
    let runtime = runtime_of(Runtime::builder().max_instance_memory(4 << 20));
    let guest = caller_of(&start(&runtime, "misbehave", apps::MISBEHAVE, &[]).await);
    // Tables count as well, so not quite all of it is for the memory.
    let most = (4 << 20) - PAGE;
    assert_eq!(guest.grow(most).await.unwrap(), most);
    let error = guest.grow((4 << 20) + 1).memory(1 << 30).await.unwrap_err();
    let CallError::OutOfBudget { limit, amount, .. } = error else { panic!("{error}") };
    assert_eq!((limit, amount), (Limit::Memory, Amount::Bytes(4 << 20)));
}

#[tokio::test]
async fn an_app_that_starts_with_more_memory_than_it_may_have_does_not_start() {
    let runtime = runtime_of(Runtime::builder().max_instance_memory(1 << 20));
    let component = wat::parse_str("(component (core module $big (memory 17)) (core instance (instantiate $big)))");
    let app = add(&runtime, "big", &component.unwrap()).await;
    let error = runtime.instantiate(&app).await.unwrap_err();
    let InstantiateError::Start { cause, .. } = &error else { panic!("{error}") };
    assert_eq!(cause.out_of_budget(), Some(Limit::Memory));
    assert!(error.to_string().starts_with("`big` failed while it started (out of memory)\n"), "{error}");
    let error = format!("{error:#}");
    assert!(error.starts_with("`big` failed while it started: out of memory: "), "{error}");
    assert!(error.contains("1048576 bytes"), "{error}");
    assert!(runtime.graph().nodes.is_empty());
}

/// An app whose only module runs this code when it starts.
async fn started(runtime: &Runtime, code: &str) -> InstantiateError {
    let component = wat::parse_str(format!(
        "(component (core module $m (func $main {code}) (start $main)) (core instance (instantiate $m)))"
    ));
    let app = add(runtime, "app", &component.unwrap()).await;
    let error = runtime.instantiate(&app).await.unwrap_err();
    assert!(runtime.graph().nodes.is_empty());
    error
}

#[tokio::test]
async fn an_app_that_loops_while_it_starts_is_stopped() {
    let budget = Budget { fuel: 1_000_000, ..Budget::default() };
    let error = started(&runtime_of(Runtime::builder().budget(budget)), "(loop (br 0))").await;
    let InstantiateError::Start { cause, .. } = &error else { panic!("{error}") };
    assert!(matches!(cause, CallError::OutOfBudget { amount: Amount::Fuel(1_000_000), .. }), "{error}");

    let budget = Budget { fuel: u64::MAX, time: Duration::from_millis(20), ..Budget::default() };
    let error = started(&runtime_of(Runtime::builder().budget(budget)), "(loop (br 0))").await;
    let InstantiateError::Start { cause, .. } = &error else { panic!("{error}") };
    assert_eq!(cause.out_of_budget(), Some(Limit::Time), "{error}");
}

#[tokio::test]
async fn an_app_that_traps_while_it_starts_says_so() {
    let error = format!("{:#}", started(&runtime(), "unreachable").await);
    let start =
        "`app` failed while it started: `app` trapped in `start`: wasm trap: wasm `unreachable` instruction executed\n";
    assert!(error.starts_with(start), "{error}");
    // There is no instance that could be poisoned or removed.
    assert!(!error.contains("poisoned"), "{error}");
}

#[tokio::test]
async fn endless_recursion_ends_at_the_limit_of_the_stack() {
    let (_runtime, _, guest) = misbehaving().await;
    assert_eq!(guest.recurse(1000).await.unwrap(), 1000);
    assert_eq!(
        guest.recurse(u32::MAX).await.unwrap_err().to_string(),
        "out of stack: `misbehave` was stopped in `test:misbehave/misbehave@0.1.0#recurse`, since its calls of itself were more than 524288 bytes deep
  help: let the app recurse less, or raise `max_stack` in the runtime's builder"
    );
}

#[tokio::test]
async fn unreachable_is_a_trap_that_names_its_cause() {
    let (_runtime, _, guest) = misbehaving().await;
    assert_eq!(
        guest.trap().await.unwrap_err().to_string(),
        "`misbehave` trapped in `test:misbehave/misbehave@0.1.0#trap`: wasm trap: wasm `unreachable` instruction executed
  help: what it kept in memory is lost; a running instance stays poisoned unless its `Restart` policy starts it anew"
    );
}

#[tokio::test]
async fn a_result_larger_than_a_message_is_not_taken() {
    let runtime = runtime_of(Runtime::builder().max_message(1 << 20));
    let guest = caller_of(&start(&runtime, "misbehave", apps::MISBEHAVE, &[]).await);
    assert_eq!(guest.huge(1 << 20).await.unwrap().len(), 1 << 20);
    let error = guest.huge((1 << 20) + 1).await.unwrap_err().to_string();
    assert!(error.contains("1048576 bytes"), "{error}");
    assert!(error.contains("max_message"), "{error}");
}

#[tokio::test]
async fn what_an_app_passes_to_another_is_held_to_the_size_of_a_message() {
    let runtime = runtime_of(Runtime::builder().max_message(1 << 20));
    let types = start(&runtime, "types", apps::TYPES, &[]).await;
    let calls = start(&runtime, "sender", &sender(), &[&types]).await;
    assert_eq!(calls.call("send", "(1048576)").await.unwrap(), "");
    let error = calls.call("send", "(1048577)").await.unwrap_err().to_string();
    assert!(error.contains("1048576 bytes"), "{error}");
    assert!(matches!(types.state(), InstanceState::Idle), "{:?}", types.state());
}

/// An app that passes so many bytes of its memory to `swallow`, which are text since they are zero.
fn sender() -> Vec<u8> {
    let component = wat::parse_str(
        r#"(component
            (import "test:types/types@0.1.0" (instance $types (export "swallow" (func (param "value" string)))))
            (core module $memory (memory (export "memory") 32))
            (core instance $memory (instantiate $memory))
            (core func $swallow (canon lower (func $types "swallow") (memory (core memory $memory "memory"))))
            (core module $code
                (import "types" "swallow" (func $swallow (param i32 i32)))
                (func (export "send") (param i32) (call $swallow (i32.const 0) (local.get 0))))
            (core instance $code (instantiate $code (with "types" (instance (export "swallow" (func $swallow))))))
            (func (export "send") (param "bytes" u32) (canon lift (core func $code "send"))))"#,
    );
    component.unwrap()
}

/// 1024 strings that all lie at the same kilobyte: the message is small, what it means is not.
#[tokio::test]
async fn lists_that_share_their_bytes_are_counted_as_often_as_they_occur() {
    let component = wat::parse_str(
        r#"(component
            (core module $code
                (memory (export "memory") 2)
                (func (export "texts") (param $length i32) (result i32)
                    (local $at i32)
                    (loop
                        (i32.store (i32.add (local.get $at) (i32.const 64)) (i32.const 65536))
                        (i32.store (i32.add (local.get $at) (i32.const 68)) (local.get $length))
                        (local.set $at (i32.add (local.get $at) (i32.const 8)))
                        (br_if 0 (i32.lt_u (local.get $at) (i32.const 8192))))
                    (i32.store (i32.const 16) (i32.const 64))
                    (i32.store (i32.const 20) (i32.const 1024))
                    (i32.const 16)))
            (core instance $code (instantiate $code))
            (func (export "texts") (param "length" u32) (result (list string))
                (canon lift (core func $code "texts") (memory (core memory $code "memory")))))"#,
    );
    let runtime = runtime_of(Runtime::builder().max_message(1 << 20));
    let texts = start(&runtime, "texts", &component.unwrap(), &[]).await;
    let small = texts.call("texts", "(10)").await.unwrap();
    assert_eq!(small.matches("\\u{0}").count(), 10 * 1024, "{}", &small[..100]);
    let error = texts.call("texts", "(2048)").await.unwrap_err().to_string();
    assert!(error.contains("1048576 bytes"), "{error}");
}

#[tokio::test]
async fn a_guest_without_fuel_does_not_begin_and_lives_on() {
    let (_runtime, _, guest) = misbehaving().await;
    let error = guest.count().fuel(0).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "out of fuel: nothing is left for `test:misbehave/misbehave@0.1.0#count` of `misbehave`
  help: grant the call more with `.fuel(..)`, or raise the `budget` in the runtime's builder"
    );
    assert_eq!(guest.count().await.unwrap(), 1);
}

#[tokio::test]
async fn a_deadline_that_passes_in_the_queue_harms_nobody() {
    let runtime = runtime_of(Runtime::builder().yield_every(Duration::ZERO));
    let guest = caller_of(&start(&runtime, "misbehave", apps::MISBEHAVE, &[]).await);
    let mut running = guest.spin_for(100_000);
    assert!(poll_once(&mut running).is_pending());
    // Nobody polls the call that runs, so this one never has its turn.
    let error = guest.count().timeout(Duration::from_millis(5)).await.unwrap_err();
    assert_eq!(error.out_of_budget(), Some(Limit::Time));
    assert_eq!(running.await.unwrap(), 100_000);
    assert_eq!(guest.count().await.unwrap(), 1);
}

#[tokio::test]
async fn a_call_without_limits_of_its_own_has_those_of_the_runtime() {
    let budget = Budget { fuel: 1_000_000, ..Budget::default() };
    let runtime = runtime_of(Runtime::builder().budget(budget));
    let guest = caller_of(&start(&runtime, "misbehave", apps::MISBEHAVE, &[]).await);
    let error = guest.spin_for(u64::MAX).await.unwrap_err();
    let CallError::OutOfBudget { limit, amount, .. } = error else { panic!("{error}") };
    assert_eq!((limit, amount), (Limit::Fuel, Amount::Fuel(1_000_000)));
}

/// An app that calls the import of this name without end, with a list that takes so many bytes.
fn calling_for_ever(import: &str, bytes: u32) -> Vec<u8> {
    guests::parse(&format!(
        r#"(component
            (import "{import}" (instance $sink (export "take" (func (param "v" (list u8))))))
            (core module $memory (memory (export "memory") 32))
            (core instance $memory (instantiate $memory))
            (core func $take (canon lower (func $sink "take") (memory (core memory $memory "memory"))))
            (core module $run
                (import "" "take" (func $take (param i32 i32)))
                (func (export "run") (loop (call $take (i32.const 0) (i32.const {bytes})) (br 0))))
            (core instance $run (instantiate $run (with "" (instance (export "take" (func $take))))))
            (func (export "run") (canon lift (core func $run "run"))))"#
    ))
}

/// Fuel does not tell the time of a guest that has others do something: to start, or to take a megabyte.
#[tokio::test]
async fn a_guest_that_does_nothing_but_call_is_stopped_at_its_deadline() {
    let runtime = Runtime::new().unwrap();
    runtime.register_wit("package acme:sink; interface sink { take: func(v: list<u8>); }").unwrap();
    let sink = guests::parse(
        r#"(component
            (core module $code
                (memory (export "memory") 32)
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
                (func (export "take") (param i32 i32)))
            (core instance $code (instantiate $code))
            (func $take (param "v" (list u8)) (canon lift (core func $code "take")
                (memory (core memory $code "memory")) (realloc (core func $code "realloc"))))
            (instance $sink (export "take" (func $take)))
            (export "acme:sink/sink" (instance $sink)))"#,
    );
    let sink = add(&runtime, "sink", &sink).await;
    for (reuse, bytes) in [(Reuse::Serial, 1 << 20), (Reuse::Fresh, 0)] {
        let sink = runtime.instantiate(&sink).reuse(reuse).await.unwrap();
        let app = start(&runtime, &format!("{bytes}"), &calling_for_ever("acme:sink/sink", bytes), &[&sink]).await;
        let started = Instant::now();
        let error = app.call("run", "()").timeout(Duration::from_millis(50)).await.unwrap_err();
        assert_eq!(error.out_of_budget(), Some(Limit::Time), "{error}");
        assert!(started.elapsed() < Duration::from_secs(2), "{bytes} bytes each: {:?}", started.elapsed());
        assert!(sink.counters().calls > 1);
    }
}

/// The same with a system whose methods answer at once, so that there is no moment to give the thread away.
#[tokio::test]
async fn a_guest_that_does_nothing_but_call_a_sync_system_is_stopped_at_its_deadline() {
    let runtime = runtime();
    let store = runtime.provide(Memory::default());
    let app = guests::parse(
        r#"(component
            (import "isorun:kv/kv@0.1.0" (instance $kv
                (type $e (variant (case "invalid-key" string) (case "too-large" u64) (case "no-space")
                    (case "access-denied") (case "other" string)))
                (export "error" (type $error (eq $e)))
                (export "delete" (func (param "key" string) (result (result bool (error $error)))))))
            (core module $memory
                (memory (export "memory") 40)
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0x200000)))
            (core instance $memory (instantiate $memory))
            (core func $delete (canon lower (func $kv "delete")
                (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
            (core module $run
                (import "" "delete" (func $delete (param i32 i32 i32)))
                (func (export "run")
                    (loop (call $delete (i32.const 0) (i32.const 0x100000) (i32.const 0x110000)) (br 0))))
            (core instance $run (instantiate $run (with "" (instance (export "delete" (func $delete))))))
            (func (export "run") (canon lift (core func $run "run"))))"#,
    );
    let app = start(&runtime, "app", &app, &[&store]).await;
    let started = Instant::now();
    let error = app.call("run", "()").timeout(Duration::from_millis(50)).await.unwrap_err();
    assert_eq!(error.out_of_budget(), Some(Limit::Time), "{error}");
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
}
