//! What does fuel cost, and what is a unit of it?
//!
//! `budget/fuel/CODE`: real code with fuel, beside the same code without any metering and beside epochs, by hand-written wasmtime on both sides.
//!
//! `budget/unit/CODE`: the time of a unit of fuel in an app of isorun, for code of many kinds. It is printed as a table for the docs.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use isorun::{Instance, Runtime};
use wasmtime::component::{Component, Linker, TypedFunc};
use wasmtime::error::Context as _;
use wasmtime::{Config, Engine, Store, StoreContextMut};

use crate::Bench;
use crate::measure::{Plan, Row, median};
use crate::peer::{HOST, export};
use crate::setup::{Tick, WORK, host, work};

/// Functions of `work` that are programs of their own.
const PROGRAMS: [&str; 3] = ["json", "sha256", "sort"];

/// Functions of `work` that span what a unit of fuel can be, and what they do.
const CODES: [(&str, &str); 8] = [
    ("spin", "an empty loop"),
    ("sha256", "dense arithmetic: SHA-256"),
    ("json", "reading JSON"),
    ("sort", "sorting"),
    ("divide", "divisions"),
    ("chase", "loads that no cache holds"),
    ("grow", "`memory.grow(0)`"),
    ("tick", "calls of a sync system"),
];

pub(crate) async fn measure(bench: &Bench, rows: &mut Vec<Row>) -> wasmtime::Result<()> {
    for program in PROGRAMS {
        let id = format!("budget/fuel/{program}");
        if bench.wants(&id) {
            for peer in [Metering::None, Metering::Epochs] {
                rows.push(compare(bench.plan, &id, program, peer).await?);
            }
        }
    }
    let wanted: Vec<_> = CODES.into_iter().filter(|(code, _)| bench.wants(&format!("budget/unit/{code}"))).collect();
    if !wanted.is_empty() {
        print_units(bench.plan, &wanted).await?;
    }
    Ok(())
}

/// How an engine keeps a guest from running for ever.
#[derive(Clone, Copy)]
pub(crate) enum Metering {
    None,
    Fuel,
    Epochs,
}

async fn compare(plan: Plan, id: &str, program: &str, peer: Metering) -> wasmtime::Result<Row> {
    let (mut fuel, mut other) = (Guest::new(Metering::Fuel, program).await?, Guest::new(peer, program).await?);
    let name = match peer {
        Metering::None => "unmetered",
        Metering::Fuel => "fuel",
        Metering::Epochs => "epochs",
    };
    plan.compare(id, name, async |times| fuel.run(times).await, async |times| other.run(times).await).await
}

/// A function of `work` in wasmtime by hand.
pub(crate) struct Guest {
    store: Store<()>,
    metering: Metering,
    function: TypedFunc<(u32,), (u64,)>,
}

impl Guest {
    pub(crate) async fn new(metering: Metering, function: &str) -> wasmtime::Result<Guest> {
        let mut config = Config::new();
        config
            .consume_fuel(matches!(metering, Metering::Fuel))
            .epoch_interruption(matches!(metering, Metering::Epochs))
            .concurrency_support(false);
        let engine = Engine::new(&config)?;
        let mut linker = Linker::new(&engine);
        linker.instance(HOST)?.func_wrap("tick", |_: StoreContextMut<'_, ()>, (n,): (u64,)| Ok((n + 1,)))?;
        let mut store = Store::new(&engine, ());
        match metering {
            Metering::None => {}
            Metering::Fuel => {
                store.set_fuel(u64::MAX)?;
                store.fuel_async_yield_interval(Some(100_000))?;
            }
            // What is measured is the look at the epoch, which never ends.
            Metering::Epochs => store.set_epoch_deadline(u64::MAX / 2),
        }
        let instance = linker.instantiate_async(&mut store, &Component::new(&engine, WORK)?).await?;
        let function = export(&mut store, &instance, "test:work/work@0.1.0", function)?.typed(&store)?;
        Ok(Guest { store, metering, function })
    }

    async fn run(&mut self, times: u64) -> wasmtime::Result<()> {
        if let Metering::Fuel = self.metering {
            self.store.set_fuel(u64::MAX)?;
        }
        self.function.call_async(&mut self.store, (u32::try_from(times)?,)).await?;
        Ok(())
    }

    /// Makes a call that stops whenever it has used so much fuel, and goes on at once.
    pub(crate) fn polls(&mut self, interval: u64, argument: u32) -> wasmtime::Result<()> {
        self.store.set_fuel(u64::MAX)?;
        self.store.fuel_async_yield_interval(Some(interval))?;
        let mut call = pin!(self.function.call_async(&mut self.store, (argument,)));
        let mut task = Context::from_waker(Waker::noop());
        loop {
            if let Poll::Ready(result) = call.as_mut().poll(&mut task) {
                return result.map(drop);
            }
        }
    }
}

/// `work` in a runtime of its own.
pub(crate) async fn worker() -> wasmtime::Result<Instance> {
    let runtime = Runtime::builder().max_stores(4).build()?;
    runtime.register::<host::Interface>()?;
    runtime.register::<work::Interface>()?;
    let app = runtime.add_app("work", WORK).await?;
    Ok(runtime.instantiate(&app).with(&runtime.provide::<host::Interface>(Tick)).await?)
}

/// Prints what a unit of fuel is in each of these, in Markdown.
async fn print_units(plan: Plan, codes: &[(&str, &str)]) -> wasmtime::Result<()> {
    let guest = worker().await?;
    println!("| code | a unit of fuel | a million units | units in a millisecond |");
    println!("| --- | ---: | ---: | ---: |");
    for (code, what) in codes {
        let ns = unit(plan, &guest, code).await?;
        println!("| {what} | {ns:.2} ns | {:.2} ms | {:.0} |", ns, 1e6 / ns);
    }
    println!();
    Ok(())
}

/// Nanoseconds of a unit of fuel in this function: the median of all rounds.
async fn unit(plan: Plan, guest: &Instance, code: &str) -> wasmtime::Result<f64> {
    // What a first call does once is no part of it.
    run(guest, code, 1).await?;
    let mut times = 1;
    // Until one call fills a round.
    while run(guest, code, times).await?.0 * 2.0 < plan.round_ns as f64 {
        times *= 2;
    }
    let mut rounds = Vec::new();
    for _ in 0..plan.rounds.min(31) {
        let (ns, fuel) = run(guest, code, times).await?;
        rounds.push(ns / fuel);
    }
    Ok(median(rounds))
}

/// Nanoseconds and fuel of one call that does its work so many times.
async fn run(guest: &Instance, code: &str, times: u32) -> wasmtime::Result<(f64, f64)> {
    let arguments = format!("({times})");
    let call = guest.call(code, &arguments).fuel(u64::MAX).timeout(Duration::from_secs(60));
    let (result, receipt) = call.receipt().await;
    result.with_context(|| format!("`{code}` did not do its work"))?;
    Ok((receipt.time.as_nanos() as f64, receipt.fuel as f64))
}
