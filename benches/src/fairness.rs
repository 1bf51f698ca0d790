//! How long does one honest caller wait beside a hundred guests that take all they can get, on one thread?
//!
//! `budget/fairness/KIND/WHAT`: the median and the 99th percentile of a call and of a timer of 1 ms, beside a hundred guests of one kind, and alone.

use std::time::{Duration, Instant};

use isorun::{Instance, Restart, Runtime};
use tokio::task::JoinHandle;
use wasmtime::error::Context;

use crate::Bench;
use crate::measure::{Row, Unit};
use crate::setup::{ATTACKS, CALC, Sink, Tick, WORK, attacks, compute, host, sink, work};

/// How many guests there are of a kind.
const HOSTILE: u32 = 100;
/// How often the caller comes, or how long it goes on to come.
const ROUNDS: usize = 300;
const LONGEST: Duration = Duration::from_secs(20);

/// A way to take all one can get: its name, the component, the function that takes it, and what that is called with.
type Kind = (&'static str, &'static [u8], &'static str, &'static str);

const KINDS: [Kind; 4] = [
    ("spin", WORK, "spin", "(4294967295)"),
    ("grow", WORK, "grow", "(4294967295)"),
    // Eight megabytes each: together they are more than any cache holds.
    ("chase", ATTACKS, "chase", "(8388608)"),
    ("transfer", ATTACKS, "pass-octets", "(1048576)"),
];

pub(crate) fn measure(bench: &Bench, rows: &mut Vec<Row>) -> wasmtime::Result<()> {
    for kind in KINDS {
        let id = format!("budget/fairness/{}", kind.0);
        if bench.wants(&id) {
            // A thread of its own: the bench's has a runtime already.
            let figures = std::thread::scope(|scope| scope.spawn(|| compare(kind)).join())
                .map_err(|_| wasmtime::format_err!("a measurement panicked"))??;
            rows.extend(figures.into_iter().map(|(what, ours, peers)| {
                let (id, peer) = (format!("{id}/{what}"), "alone".into());
                Row { id, unit: Unit::Nanoseconds, ours, peer, peers }
            }));
        }
    }
    Ok(())
}

/// What is measured, beside the guests of this kind and alone.
fn compare(kind: Kind) -> wasmtime::Result<[(&'static str, f64, f64); 4]> {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio.block_on(async {
        let runtime = Runtime::builder().max_stores(HOSTILE + 10).build()?;
        runtime.register::<compute::Interface>()?;
        runtime.register::<host::Interface>()?;
        runtime.register::<sink::Interface>()?;
        runtime.register::<work::Interface>()?;
        runtime.register::<attacks::Interface>()?;
        let honest = runtime.instantiate(&runtime.add_app("honest", CALC).await?).await?;
        let alone = latencies(&honest).await?;
        let hostile = begin(&runtime, kind).await?;
        let beside = latencies(&honest).await?;
        hostile.iter().for_each(JoinHandle::abort);
        let [calls, timers] = [0, 1].map(|which| (&beside[which], &alone[which]));
        Ok([
            ("call-p50", percentile(calls.0, 50), percentile(calls.1, 50)),
            ("call-p99", percentile(calls.0, 99), percentile(calls.1, 99)),
            ("timer-p50", percentile(timers.0, 50), percentile(timers.1, 50)),
            ("timer-p99", percentile(timers.0, 99), percentile(timers.1, 99)),
        ])
    })
}

/// Has a hundred guests take all they can get, each again and again in a task of its own.
async fn begin(runtime: &Runtime, (_, component, function, arguments): Kind) -> wasmtime::Result<Vec<JoinHandle<()>>> {
    let app = runtime.add_app("hostile", component).await?;
    let host = runtime.provide::<host::Interface>(Tick);
    let sink = runtime.provide::<sink::Interface>(Sink);
    let import = if component == WORK { host } else { sink };
    let restart = Restart::Limited { max: u32::MAX, within: Duration::from_secs(1) };
    let mut tasks = Vec::new();
    for _ in 0..HOSTILE {
        let guest = runtime.instantiate(&app).with(&import).restart(restart).await?;
        tasks.push(tokio::spawn(async move {
            loop {
                // It is all the same how one ends: the next follows.
                let _ = guest.call(function, arguments).fuel(u64::MAX).timeout(Duration::from_secs(3600)).await;
                tokio::task::yield_now().await;
            }
        }));
    }
    // All are in the midst of it when the first is measured.
    tokio::time::sleep(Duration::from_millis(100)).await;
    Ok(tasks)
}

/// Nanoseconds of every call, and of every timer, sorted.
async fn latencies(honest: &Instance) -> wasmtime::Result<[Vec<f64>; 2]> {
    let caller = honest.caller::<compute::Interface>()?;
    let (mut calls, mut timers) = (Vec::new(), Vec::new());
    let began = Instant::now();
    while calls.len() < ROUNDS && began.elapsed() < LONGEST {
        let start = Instant::now();
        tokio::time::sleep(Duration::from_millis(1)).await;
        timers.push(start.elapsed().as_nanos() as f64);
        // In the midst of a turn of its own a call would never wait.
        tokio::task::yield_now().await;
        let start = Instant::now();
        let caller = caller.clone();
        let call = tokio::spawn(async move { caller.add(1, 2).await });
        call.await.context("the honest caller panicked")??;
        calls.push(start.elapsed().as_nanos() as f64);
    }
    Ok([calls, timers].map(|mut all| {
        all.sort_by(f64::total_cmp);
        all
    }))
}

/// The figure that so many percent do not exceed.
fn percentile(sorted: &[f64], percent: usize) -> f64 {
    sorted.get((sorted.len() * percent / 100).min(sorted.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}
