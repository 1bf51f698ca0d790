//! What does an idle instance hold of the machine's memory, and does that grow with their number?
//!
//! Each has served one call, so that it has a stack and has touched its memory. What is counted is the process's resident memory.

use isorun::{Instance, Runtime};
use wasmtime::error::Context;

use crate::Bench;
use crate::measure::{Row, Unit};
use crate::peer::{self, Peer, export};
use crate::setup::{CALC, compute};

const SIZES: [u32; 3] = [100, 1000, 10_000];

pub(crate) async fn measure(bench: &Bench, rows: &mut Vec<Row>) -> wasmtime::Result<()> {
    for size in SIZES {
        let id = format!("idle/{size}");
        if !bench.wants(&id) {
            continue;
        }
        let ours = ours(size).await.with_context(|| format!("{size} instances"))?;
        let theirs = theirs(size).await.with_context(|| format!("{size} stores"))?;
        rows.push(Row { id, unit: Unit::Bytes, ours, peer: "wasmtime".into(), peers: theirs });
    }
    Ok(())
}

/// Bytes for each of so many instances.
async fn ours(size: u32) -> wasmtime::Result<f64> {
    let runtime = Runtime::builder().max_instances(size).build()?;
    runtime.register::<compute::Interface>()?;
    let app = runtime.add_app("calc", CALC).await?;
    let before = resident()?;
    let mut instances: Vec<Instance> = Vec::with_capacity(size as usize);
    for n in 0..size {
        let instance = runtime.instantiate(&app).await?;
        instance.caller::<compute::Interface>()?.add(n, 1).await?;
        instances.push(instance);
    }
    Ok((resident()? - before) / f64::from(size))
}

/// The same of stores by hand.
async fn theirs(size: u32) -> wasmtime::Result<f64> {
    let peer = Peer::of(size)?;
    let before = resident()?;
    let mut stores = Vec::with_capacity(size as usize);
    for n in 0..size {
        let (mut store, instance) = peer.calc().await?;
        let add = export(&mut store, &instance, peer::COMPUTE, "add")?.typed::<(u32, u32), (u32,)>(&store)?;
        add.call_async(&mut store, (n, 1)).await?;
        stores.push((store, instance));
    }
    Ok((resident()? - before) / f64::from(size))
}

/// Bytes of this process that are in memory.
fn resident() -> wasmtime::Result<f64> {
    let statm = std::fs::read_to_string("/proc/self/statm").context("this bench needs Linux's /proc")?;
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse::<f64>().ok()).context("no such field")?;
    Ok(pages * 4096.0)
}
