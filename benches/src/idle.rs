//! What does an idle instance hold of the machine's memory, and does that grow with their number?
//!
//! Each has served one call, so that it has a stack and has touched its memory. What is counted is resident memory, of a process for each
//! figure, since memory that another has left behind would serve again.

use std::process::Command;

use isorun::{Instance, Runtime};
use wasmtime::error::Context;

use crate::Bench;
use crate::measure::{Row, Unit};
use crate::peer::{self, Peer, export};
use crate::setup::{CALC, compute};

const SIZES: [u32; 3] = [100, 1000, 10_000];

pub(crate) fn measure(bench: &Bench, rows: &mut Vec<Row>) -> wasmtime::Result<()> {
    for size in SIZES {
        let id = format!("idle/{size}");
        if bench.wants(&id) {
            let (ours, theirs) = (elsewhere("ours", size)?, elsewhere("theirs", size)?);
            rows.push(Row { id, unit: Unit::Bytes, ours, peer: "wasmtime".into(), peers: theirs });
        }
    }
    Ok(())
}

/// The argument by which this program is started for one figure: `--idle ours 100`.
pub(crate) const ARGUMENT: &str = "--idle";

/// A figure from a process of its own.
fn elsewhere(whose: &str, size: u32) -> wasmtime::Result<f64> {
    let mut command = Command::new(std::env::current_exe()?);
    let output =
        command.args([ARGUMENT, whose, &size.to_string()]).output().context("cannot start this program again")?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim()
        .parse::<f64>()
        .with_context(|| format!("{size} of {whose}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// Prints one figure.
pub(crate) async fn print(whose: &str, size: &str) -> wasmtime::Result<()> {
    let size = size.parse()?;
    println!("{}", if whose == "ours" { ours(size).await? } else { theirs(size).await? });
    Ok(())
}

/// Bytes for each of so many instances.
async fn ours(size: u32) -> wasmtime::Result<f64> {
    let runtime = Runtime::builder().max_stores(size).build()?;
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
