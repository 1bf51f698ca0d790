//! Attacks on accounts: what a tenant has is all that it gets, whatever it does, and what is left of the others' share is theirs.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use isorun::instance::InstanceState;
use isorun::limits::{Limit, Scope};
use isorun::{App, CallError, Instance, Restart, Reuse, Runtime, Tenant};
use isorun_tests::{add, guests, poll_once, runtime, runtime_of};

use super::siege::{is_honest, siege};
use super::sink::sink;

/// Units that are more than anything here uses.
const PLENTY: u64 = 1 << 50;

/// `spin` never ends, `work` goes round a loop so many times and counts the call, and `count` says how many of them came to their end.
fn worker() -> Vec<u8> {
    guests::hostile(
        r#"(global $n (mut i32) (i32.const 0))
        (func (export "spin") (loop (br 0)))
        (func (export "work") (param i32) (result i32)
            (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
            (global.set $n (i32.add (global.get $n) (i32.const 1)))
            (global.get $n))
        (func (export "count") (result i32) (global.get $n))"#,
        r#"(func (export "spin") (canon lift (core func $code "spin")))
        (func (export "work") (param "rounds" u32) (result u32) (canon lift (core func $code "work")))
        (func (export "count") (result u32) (canon lift (core func $code "count")))"#,
    )
}

const FORGIVING: Restart = Restart::Limited { max: 10_000, within: Duration::from_secs(3600) };

/// What is left of a tenant's account, debts included, when nothing runs.
fn balance(tenant: &Tenant) -> i64 {
    tenant.add_fuel(PLENTY);
    let balance = tenant.fuel().unwrap() as i64 - PLENTY as i64;
    tenant.set_fuel(0);
    balance
}

/// The same of an instance's.
fn balance_of(instance: &Instance) -> i64 {
    instance.add_fuel(PLENTY);
    let balance = instance.fuel().unwrap() as i64 - PLENTY as i64;
    instance.set_fuel(0);
    balance
}

fn whose(error: &CallError) -> &Scope {
    let CallError::OutOfBudget { limit: Limit::Fuel, scope, .. } = error else { panic!("{error:#}") };
    scope
}

/// A hundred calls that never end, all at once. Gives what their receipts say in all.
async fn spend_it_all(runtime: &Runtime, app: &App, tenant: &Tenant) -> u64 {
    let attackers = runtime.instantiate(app).tenant(tenant).reuse(Reuse::pool(100)).restart(FORGIVING).await.unwrap();
    let calls: Vec<_> = (0..100)
        .map(|_| {
            let attackers = attackers.clone();
            tokio::spawn(async move { attackers.call("spin", "()").timeout(Duration::from_secs(600)).receipt().await })
        })
        .collect();
    let mut used = 0;
    for call in calls {
        let (result, receipt) = call.await.unwrap();
        assert_eq!(*whose(&result.unwrap_err()), Scope::Tenant("hostile".into()));
        used += receipt.fuel;
    }
    used
}

/// What is left when all have ended is less than a quantum, and what is owed is a block of each quantum.
fn is_spent(tenant: &Tenant, given: u64, used: u64, calls: u64) {
    let left = balance(tenant);
    assert_eq!(left, given as i64 - used as i64, "of {given} units {used} were used");
    let most_owed = (used / 10_000 + calls) * 10;
    assert!((-(most_owed as i64)..100_000).contains(&left), "{left}");
}

#[test]
fn a_balance_that_is_spent_by_a_hundred_calls_at_once() {
    siege(async |siege| {
        let app = siege.app("hostile", &worker()).await;
        let tenant = siege.runtime.tenant("hostile").build().unwrap();
        tenant.set_fuel(50_000_000);
        // No start used anything.
        let (runtime, spending) = (siege.runtime.clone(), tenant.clone());
        let used = siege.beside_others(async move { spend_it_all(&runtime, &app, &spending).await }).await;
        is_spent(&tenant, 50_000_000, used, 100);
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_balance_that_is_spent_by_a_hundred_calls_on_several_threads() {
    let runtime = runtime();
    let app = add(&runtime, "hostile", &worker()).await;
    let tenant = runtime.tenant("hostile").fuel(200_000_000).build().unwrap();
    let used = spend_it_all(&runtime, &app, &tenant).await;
    let left = balance(&tenant);
    assert_eq!(left, 200_000_000 - used as i64);
    // Whoever finds too little stops, though another thread may give some back.
    assert!((-100_000..1_000_000).contains(&left), "{left}");
}

/// How many turns another task of the thread had during each of the calls of two honest tenants, the longest but one in a hundred.
async fn slowest(runtime: &Runtime, honest: &[Instance; 2]) -> u64 {
    let turns = Arc::new(AtomicU64::new(0));
    let counted = turns.clone();
    let other = tokio::spawn(async move {
        loop {
            counted.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
        }
    });
    let callers = honest.each_ref().map(|instance| {
        let (instance, turns) = (instance.clone(), turns.clone());
        tokio::spawn(async move {
            let mut all = Vec::new();
            for _ in 0..50 {
                let before = turns.load(Ordering::Relaxed);
                // Some ten quanta.
                instance.call("work", "(200000)").timeout(Duration::from_secs(600)).await.unwrap();
                all.push(turns.load(Ordering::Relaxed) - before);
            }
            all
        })
    });
    let mut all = Vec::new();
    for caller in callers {
        all.extend(caller.await.unwrap());
    }
    other.abort();
    assert!(runtime.graph().nodes.len() >= 2);
    all.sort_unstable();
    all[all.len() - 2]
}

/// Each quantum gives way, and guests take turns, so that what others wait for is counted in turns.
#[tokio::test(flavor = "current_thread")]
async fn a_flood_from_one_tenant_among_three() {
    let runtime = runtime_of(Runtime::builder().yield_every(Duration::ZERO));
    let app = add(&runtime, "worker", &worker()).await;
    let of_tenant = async |name: &str| {
        let tenant = runtime.tenant(name).calls(1).waiting(1000).build().unwrap();
        runtime.instantiate(&app).tenant(&tenant).reuse(Reuse::pool(8)).await.unwrap()
    };
    let honest = [of_tenant("one").await, of_tenant("two").await];
    let hostile = of_tenant("hostile").await;
    let before = slowest(&runtime, &honest).await;

    let stop = Arc::new(AtomicBool::new(false));
    let flood: Vec<_> = (0..500)
        .map(|_| {
            let (hostile, stop) = (hostile.clone(), stop.clone());
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    hostile.call("work", "(2000000)").timeout(Duration::from_secs(600)).await.unwrap();
                }
            })
        })
        .collect();
    let during = slowest(&runtime, &honest).await;
    stop.store(true, Ordering::Relaxed);
    flood.iter().for_each(|call| call.abort());

    assert!(before >= 5, "{before} turns are too few to measure anything");
    assert!(during <= 2 * before, "{before} turns before, {during} during the flood");
}

/// Those that wait have done nothing, and what runs is finished on the account of the instance.
#[test]
fn a_thousand_callers_that_hang_up() {
    siege(async |siege| {
        let app = siege.app("shared", &worker()).await;
        let tenant = siege.runtime.tenant("shared").build().unwrap();
        let shared = siege.runtime.instantiate(&app).tenant(&tenant).queue(2000).await.unwrap();
        tenant.set_fuel(PLENTY);
        let attacked = shared.clone();
        siege
            .beside_others(async move {
                let callers: Vec<_> = (0..1000)
                    .map(|n| {
                        let shared = attacked.clone();
                        tokio::spawn(async move {
                            let mut call = shared.call("work", "(100000)").timeout(Duration::from_secs(600));
                            for _ in 0..n % 7 {
                                if poll_once(&mut call).is_ready() {
                                    return;
                                }
                                tokio::task::yield_now().await;
                            }
                        })
                    })
                    .collect();
                for caller in callers {
                    caller.await.unwrap();
                }
                while attacked.counters().running > 0 {
                    tokio::task::yield_now().await;
                }
            })
            .await;
        let counters = shared.counters();
        assert!(counters.calls > 0 && (counters.failures, counters.restarts) == (0, 0), "{counters:?}");
        assert_eq!(shared.call("count", "()").await.unwrap(), counters.calls.to_string());
        let used = shared.counters().fuel;
        assert_eq!(tenant.fuel(), Some(PLENTY - used), "and its tenant has paid for it");
        is_honest(&shared).await;
    });
}

/// What ends a call is a value, or a limit as it was at some moment; and what is there at last is there.
#[test]
fn limits_that_are_lowered_raised_and_set_to_nothing_under_load() {
    siege(async |siege| {
        let app = siege.app("hostile", &worker()).await;
        let tenant = siege.runtime.tenant("hostile").build().unwrap();
        let instantiate = siege.runtime.instantiate(&app).tenant(&tenant).reuse(Reuse::pool(10)).restart(FORGIVING);
        let instance = instantiate.await.unwrap();
        let (attacked, changing) = (instance.clone(), tenant.clone());
        let (values, ended) = siege
            .beside_others(async move {
                let calls: Vec<_> = (0..200)
                    .map(|_| {
                        let attacked = attacked.clone();
                        tokio::spawn(async move {
                            attacked.call("work", "(500000)").timeout(Duration::from_secs(600)).await
                        })
                    })
                    .collect();
                let mut step = 0_u64;
                while !calls.iter().all(|call| call.is_finished()) {
                    step += 1;
                    match step % 8 {
                        0 => changing.set_fuel(0),
                        1 => changing.set_fuel(None),
                        2 => attacked.set_fuel(50_000 * (step % 100)),
                        3 => changing.set_memory(0),
                        4 => attacked.set_fuel(None),
                        5 => changing.set_fuel(1_000_000),
                        6 => changing.set_memory(None),
                        _ => attacked.add_fuel(u64::MAX),
                    }
                    tokio::task::yield_now().await;
                }
                let (mut values, mut ended) = (0, 0);
                for call in calls {
                    match call.await.unwrap() {
                        Ok(_) => values += 1,
                        Err(error) => {
                            let of_account = matches!(
                                &error,
                                CallError::OutOfBudget { scope: Scope::Instance(_) | Scope::Tenant(_), .. }
                            );
                            assert!(of_account, "{error:#}");
                            ended += 1;
                        }
                    }
                }
                (values, ended)
            })
            .await;
        assert!(values > 0 && ended > 0, "{values} values, {ended} ended");
        tenant.set_memory(None);
        tenant.set_fuel(10_000_000);
        instance.set_fuel(10_000_000);
        let (result, receipt) = instance.call("work", "(1000)").receipt().await;
        result.unwrap();
        // Nothing that was taken before comes back now, and nothing is missing.
        let left = Some(10_000_000 - receipt.fuel);
        assert_eq!((tenant.fuel(), instance.fuel()), (left, left));
        is_honest(&instance).await;
    });
}

/// An app whose `once` is one basic block of 300 000 instructions, and whose `again` never ends to go through it.
fn straight() -> Vec<u8> {
    let block = "(local.set 0 (i32.add (local.get 0) (i32.const 1)))".repeat(75_000);
    guests::hostile(
        &format!(
            r#"(func (export "once") (local i32) {block})
            (func (export "again") (local i32) (loop {block} (br 0)))"#
        ),
        r#"(func (export "once") (canon lift (core func $code "once")))
        (func (export "again") (canon lift (core func $code "again")))"#,
    )
}

/// Nobody can look into a basic block, so it is booked as a debt when it has ended. That is paid before anything else is done.
#[test]
fn a_basic_block_that_is_larger_than_the_balance() {
    siege(async |siege| {
        let app = siege.app("hostile", &straight()).await;
        let instance = siege.runtime.instantiate(&app).restart(FORGIVING).await.unwrap();
        instance.set_fuel(5_000);
        let (_, receipt) = instance.call("once", "()").receipt().await;
        assert!(receipt.fuel > 250_000, "{receipt}");
        let debt = receipt.fuel - 5_000;
        instance.add_fuel(debt);
        assert_eq!(instance.fuel(), Some(0));
        let (result, receipt) = instance.call("add", "(1, 2)").receipt().await;
        assert_eq!(*whose(&result.unwrap_err()), Scope::Instance("hostile".into()));
        assert_eq!(receipt.fuel, 0, "it has not run");
        instance.add_fuel(1_000);
        is_honest(&instance).await;
    });
}

/// As long as it does not come to an import, what each quantum goes too far is not known. At its end it is, to the unit.
#[test]
fn basic_blocks_without_end_that_are_longer_than_a_quantum() {
    siege(async |siege| {
        let app = siege.app("hostile", &straight()).await;
        let instance = siege.runtime.instantiate(&app).restart(FORGIVING).await.unwrap();
        instance.set_fuel(100_000);
        let (result, receipt) = instance.call("again", "()").receipt().await;
        assert_eq!(*whose(&result.unwrap_err()), Scope::Instance("hostile".into()));
        assert_eq!(balance_of(&instance), 100_000 - receipt.fuel as i64);
        let (result, receipt) = instance.call("again", "()").fuel(1_000_000).receipt().await;
        assert_eq!((*whose(&result.unwrap_err()) != Scope::Call, receipt.fuel), (true, 0), "its account is empty");
    });
}

/// A guest that passes four megabytes, which cost more than it has.
fn passes_megabytes() -> Vec<u8> {
    guests::importing(
        r#"(import "test:attacks/sink@0.1.0" (instance $sink (export "octets" (func (param "value" (list u8))))))
        (core module $memory (memory (export "memory") 64))
        (core instance $memory (instantiate $memory))
        (core func $take (canon lower (func $sink "octets") (memory (core memory $memory "memory"))))"#,
        r#"(with "" (instance (export "take" (func $take)) (export "memory" (memory $memory "memory"))))"#,
        r#"(import "" "take" (func $take (param i32 i32)))
        (import "" "memory" (memory 1))
        (func (export "attack") (call $take (i32.const 0) (i32.const 4194304)))"#,
        r#"(func (export "attack") (canon lift (core func $code "attack")))"#,
    )
}

/// Counts what comes.
struct Counts(Arc<AtomicU64>);

#[isorun::system]
impl sink::Sink for Counts {
    fn text(&self, _: &str) {}
    fn texts(&self, _: Vec<String>) {}
    async fn octets(&self, value: Vec<u8>) {
        self.0.fetch_add(value.len() as u64, Ordering::Relaxed);
    }
    fn lists(&self, _: Vec<Vec<u8>>) {}
    fn reply(&self, _: u32) -> String {
        String::new()
    }
}

/// Whatever the call was granted, more than the message costs or less: nothing passes, and nothing is owed.
#[test]
fn megabytes_that_are_more_than_the_balance_pays_for() {
    siege(async |siege| {
        let passed = Arc::new(AtomicU64::new(0));
        let sink = siege.runtime.provide::<sink::Interface>(Counts(passed.clone()));
        let app = siege.app("hostile", &passes_megabytes()).await;
        let instance = siege.runtime.instantiate(&app).with(&sink).restart(FORGIVING).await.unwrap();
        for granted in [PLENTY, 10_000_000] {
            instance.set_fuel(1_000_000);
            let (result, receipt) = instance.call("attack", "()").fuel(granted).receipt().await;
            assert_eq!(*whose(&result.unwrap_err()), Scope::Instance("hostile".into()), "granted {granted}");
            assert!(receipt.fuel < 1000, "{receipt}");
            assert_eq!(balance_of(&instance), 1_000_000 - receipt.fuel as i64);
        }
        assert_eq!(passed.load(Ordering::Relaxed), 0);
        // Where the call itself has less than the account, all that it has is used.
        instance.set_fuel(PLENTY);
        let (result, receipt) = instance.call("attack", "()").fuel(10_000_000).receipt().await;
        assert_eq!((whose(&result.unwrap_err()), receipt.fuel), (&Scope::Call, 10_000_000));
        assert_eq!(instance.fuel(), Some(PLENTY - 10_000_000));
        instance.call("attack", "()").await.unwrap();
        assert_eq!(passed.load(Ordering::Relaxed), 4 << 20);
    });
}

/// What it is set to is always enough, so that no call ends because of it; and nothing of what calls take meanwhile is left or lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_balance_that_is_set_again_and_again_on_another_thread() {
    let runtime = runtime();
    let app = add(&runtime, "hostile", &worker()).await;
    let instance = runtime.instantiate(&app).reuse(Reuse::pool(4)).restart(FORGIVING).await.unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let (hammered, stopped) = (instance.clone(), stop.clone());
    let hammer = std::thread::spawn(move || {
        let mut n = 0_u64;
        while !stopped.load(Ordering::Relaxed) {
            n += 1;
            match n % 4 {
                0 => hammered.set_fuel(None),
                1 => hammered.set_fuel(u64::MAX),
                2 => hammered.add_fuel(u64::MAX),
                _ => hammered.set_fuel(PLENTY),
            }
        }
    });
    let calls: Vec<_> = (0..200)
        .map(|_| {
            let instance = instance.clone();
            tokio::spawn(async move { instance.call("work", "(300000)").timeout(Duration::from_secs(600)).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    stop.store(true, Ordering::Relaxed);
    hammer.join().unwrap();
    instance.set_fuel(10_000_000);
    let (result, receipt) = instance.call("work", "(100000)").receipt().await;
    result.unwrap();
    assert_eq!(instance.fuel(), Some(10_000_000 - receipt.fuel));
}

/// Awaits that these calls wait, and hangs up.
async fn hang_up<T>(calls: impl IntoIterator<Item = impl Future<Output = T> + Unpin>) {
    let mut calls: Vec<_> = calls.into_iter().collect();
    for _ in 0..3 {
        assert!(calls.iter_mut().all(|call| poll_once(call).is_pending()), "one has ended");
        tokio::task::yield_now().await;
    }
}

#[test]
fn a_paused_instance_whose_callers_all_hang_up() {
    siege(async |siege| {
        let app = siege.app("shared", &worker()).await;
        let tenant = siege.runtime.tenant("shared").build().unwrap();
        let shared = siege.runtime.instantiate(&app).tenant(&tenant).queue(2000).await.unwrap();
        shared.call("work", "(1)").await.unwrap();
        tenant.set_fuel(PLENTY);
        let (attacked, pausing) = (shared.clone(), tenant.clone());
        siege
            .beside_others(async move {
                for _ in 0..5 {
                    pausing.pause();
                    hang_up((0..100).map(|_| attacked.call("work", "(1)"))).await;
                    pausing.resume();
                }
            })
            .await;
        let counters = shared.counters();
        assert_eq!((counters.restarts, counters.failures, counters.stores, counters.waiting), (0, 0, 1, 0));
        assert!(matches!(shared.state(), InstanceState::Idle), "{:?}", shared.state());
        assert_eq!(tenant.fuel(), Some(PLENTY), "nothing ran");
        assert_eq!(shared.call("count", "()").await.unwrap(), "1", "it kept its memory");
        is_honest(&shared).await;
    });
}
