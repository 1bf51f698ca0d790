//! Attacks by calls of the host.

use isorun::limits::Limit;
use isorun::{CallError, Instance};
use isorun_tests::{Ticker, guests, host};

use super::end::End;
use super::siege::{A_WHILE, Siege, fuel, siege, time};
use super::sink::{Later, Never};

/// A guest that calls `tick` without end.
fn ticking() -> Vec<u8> {
    guests::importing(
        r#"(import "test:bench/host@0.1.0" (instance $host (export "tick" (func (param "n" u64) (result u64)))))
            (core func $tick (canon lower (func $host "tick")))"#,
        r#"(with "" (instance (export "tick" (func $tick))))"#,
        r#"(import "" "tick" (func $tick (param i64) (result i64)))
            (func (export "attack") (loop (drop (call $tick (i64.const 1))) (br 0)))"#,
        r#"(func (export "attack") (canon lift (core func $code "attack")))"#,
    )
}

async fn ticks(siege: &Siege, host: &Instance, budget: isorun::Budget, end: End) {
    let guest = siege.guest(&ticking(), &[host]).await;
    siege.attack(&guest, ("attack", "()"), budget, end).await;
}

#[test]
fn a_loop_around_a_sync_system_with_time() {
    siege(async |siege| ticks(&siege, &siege.runtime.provide(Ticker), time(A_WHILE), End::OutOf(Limit::Time)).await);
}

#[test]
fn a_loop_around_a_sync_system_with_fuel() {
    siege(async |siege| ticks(&siege, &siege.runtime.provide(Ticker), fuel(5_000_000), End::OutOf(Limit::Fuel)).await);
}

#[test]
fn a_loop_around_an_async_system_with_time() {
    siege(async |siege| {
        let host = siege.runtime.provide::<host::Interface>(Later);
        ticks(&siege, &host, time(A_WHILE), End::OutOf(Limit::Time)).await;
    });
}

#[test]
fn a_loop_around_an_async_system_with_fuel() {
    siege(async |siege| {
        let host = siege.runtime.provide::<host::Interface>(Later);
        ticks(&siege, &host, fuel(500_000), End::OutOf(Limit::Fuel)).await;
    });
}

/// A system that takes a moment each time, which is its author's fault and not to be everybody's misfortune.
#[test]
fn a_loop_around_a_system_that_keeps_the_thread() {
    struct Slow;

    #[isorun::system]
    impl host::Host for Slow {
        fn tick(&self, n: u64) -> u64 {
            let mut sum = n;
            for i in 0..20_000 {
                sum = std::hint::black_box(sum ^ i);
            }
            sum
        }
    }
    siege(async |siege| ticks(&siege, &siege.runtime.provide(Slow), time(A_WHILE), End::OutOf(Limit::Time)).await);
}

#[test]
fn a_call_of_the_host_that_never_returns() {
    siege(async |siege| {
        let never = siege.runtime.provide(Never);
        let guest = siege.guest(&ticking(), &[&never]).await;
        siege.attack(&guest, ("attack", "()"), time(A_WHILE), End::OutOf(Limit::Time)).await;
        let error = guest.call("attack", "()").timeout(A_WHILE).await.unwrap_err();
        let CallError::OutOfBudget { waits_for, .. } = &error else { panic!("{error}") };
        assert_eq!(waits_for.as_deref(), Some(never.name()), "{error}");
    });
}
