//! What do accounts cost, and a pause?
//!
//! `budget/full`: one call from the host into a guest with a grant, an account of its instance and one of a tenant with all its ceilings, beside the same call
//! without them, and beside hand-written wasmtime with fuel alone. `budget/finish`: the same call where it could go on without its caller.
//! `budget/quantum`: a guest that computes, with accounts and without.
//!
//! `budget/pause`: a pause and what it takes to go on, in a run that is granted a thousand units at a time, beside a future of wasmtime that
//! is not polled for a while at the end of each thousand units.

use std::time::Duration;

use isorun::call::Step;
use isorun::runtime::Instantiate;
use isorun::{Budget, GiveUp, Instance, Runtime, Tenant};

use crate::measure::Row;
use crate::peer::{self, Peer, export};
use crate::setup::{CALC, compute};
use crate::{Bench, fuel};

/// More than a benchmark uses, and yet a limit.
const PLENTY: u64 = 1 << 60;

/// Units of fuel between two pauses.
const PART: u64 = 1_000;

pub(crate) async fn measure(bench: &Bench, rows: &mut Vec<Row>) -> wasmtime::Result<()> {
    if bench.wants("budget/full") || bench.wants("budget/finish") || bench.wants("budget/quantum") {
        let runtime = Runtime::builder().max_stores(8).build()?;
        runtime.register::<compute::Interface>()?;
        let app = runtime.add_app("calc", CALC).await?;
        let tenant = runtime.tenant("acme").fuel(PLENTY).memory(1 << 30).stores(8).calls(8).waiting(8).build()?;
        let plain = runtime.instantiate(&app).await?;
        let full = limited(runtime.instantiate(&app), &tenant, GiveUp::Cancel).await?;
        let finishing =
            limited(runtime.instantiate(&app), &tenant, GiveUp::Finish { fuel: PLENTY, time: BUDGET.time }).await?;
        if bench.wants("budget/full") {
            rows.push(bench.plan.compare("budget/full", "no account", adding(&full), adding(&plain)).await?);
            let peer = Peer::new()?;
            let (mut store, calc) = peer.calc().await?;
            let add = export(&mut store, &calc, peer::COMPUTE, "add")?.typed::<(u32, u32), (u32,)>(&store)?;
            let theirs = async |times| {
                for n in 0..times {
                    store.set_fuel(peer::FUEL)?;
                    add.call_async(&mut store, (n as u32, 1)).await?;
                }
                Ok(())
            };
            rows.push(bench.plan.compare("budget/full", "wasmtime", adding(&full), theirs).await?);
        }
        if bench.wants("budget/finish") {
            rows.push(bench.plan.compare("budget/finish", "no account", adding(&finishing), adding(&plain)).await?);
        }
    }
    if bench.wants("budget/quantum") {
        let (plain, full) = (fuel::worker().await?, fuel::worker().await?);
        full.set_fuel(PLENTY);
        rows.push(bench.plan.compare("budget/quantum", "no account", spinning(&full), spinning(&plain)).await?);
    }
    if bench.wants("budget/pause") {
        let guest = fuel::worker().await?;
        let per_round = fuel_of(&guest, 1_000_000).await? as f64 / 1e6;
        let rounds = |times: u64| u32::try_from((times * PART) as f64 as u64 / per_round.ceil() as u64);
        let ours = async |times| pauses(&guest, rounds(times)?).await;
        let mut peer = fuel::Guest::new(fuel::Metering::Fuel, "spin").await?;
        let theirs = async |times| peer.polls(PART, rounds(times)?);
        rows.push(bench.plan.compare("budget/pause", "wasmtime", ours, theirs).await?);
    }
    Ok(())
}

/// What a call is granted.
const BUDGET: Budget = Budget { fuel: 1_000_000_000, time: Duration::from_secs(60), memory: 64 << 20 };

/// An instance of the tenant, with an account of its own.
async fn limited(instantiate: Instantiate, tenant: &Tenant, give_up: GiveUp) -> wasmtime::Result<Instance> {
    let instance = instantiate.tenant(tenant).on_give_up(give_up).await?;
    instance.set_fuel(PLENTY);
    Ok(instance)
}

fn adding(instance: &Instance) -> impl AsyncFnMut(u64) -> wasmtime::Result<()> {
    let caller = instance.caller::<compute::Interface>();
    async move |times| {
        let caller = caller.as_ref().map_err(|error| wasmtime::Error::msg(error.to_string()))?;
        for n in 0..times {
            caller.add(n as u32, 1).fuel(BUDGET.fuel).timeout(BUDGET.time).await?;
        }
        Ok(())
    }
}

fn spinning(instance: &Instance) -> impl AsyncFnMut(u64) -> wasmtime::Result<()> {
    async move |times| {
        // A thousand rounds are one time.
        let arguments = format!("({})", u32::try_from(times.saturating_mul(1_000))?);
        instance.call("spin", &arguments).fuel(PLENTY).timeout(BUDGET.time).await?;
        Ok(())
    }
}

/// Units of fuel of so many rounds.
async fn fuel_of(guest: &Instance, rounds: u32) -> wasmtime::Result<u64> {
    let (result, receipt) = guest.call("spin", &format!("({rounds})")).receipt().await;
    result?;
    Ok(receipt.fuel)
}

/// Lets the guest go so many rounds, and pauses it whenever it has used a part.
async fn pauses(guest: &Instance, rounds: u32) -> wasmtime::Result<()> {
    let mut run = guest.call("spin", &format!("({rounds})")).fuel(PART).timeout(BUDGET.time).pausable();
    while let Step::Paused { .. } = run.next().await? {
        run.grant(Budget { fuel: PART, time: Duration::ZERO, memory: 0 });
    }
    Ok(())
}
