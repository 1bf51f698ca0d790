//! What does it cost to lose a store to a fault and to call what comes after it?
//!
//! One time is two calls: one that runs out of fuel at once, and one that finds no store and starts the app anew.

use std::time::Duration;

use isorun::Restart;
use wasmtime::error::Context;

use crate::Bench;
use crate::measure::Row;
use crate::peer::{self, Peer, export};
use crate::setup::compute;

pub(crate) async fn measure(bench: &Bench, rows: &mut Vec<Row>) -> wasmtime::Result<()> {
    if !bench.wants("rebuild/add") {
        return Ok(());
    }
    let setup = &bench.setup;
    let restart = Restart::Limited { max: u32::MAX, within: Duration::from_millis(1) };
    let instance = setup.runtime.instantiate(&setup.calc_app).restart(restart).await?;
    let caller = instance.caller::<compute::Interface>()?;
    let ours = async |times| {
        for n in 0..times {
            caller.add(n as u32, 1).fuel(1).await.err().context("one unit of fuel is enough")?;
            caller.add(n as u32, 1).await?;
        }
        Ok(())
    };
    let peer = Peer::new()?;
    let theirs = async |times| {
        for n in 0..times {
            let (mut store, instance) = peer.calc().await?;
            let add = export(&mut store, &instance, peer::COMPUTE, "add")?.typed::<(u32, u32), (u32,)>(&store)?;
            add.call_async(&mut store, (n as u32, 1)).await?;
            store.set_fuel(1)?;
            add.call_async(&mut store, (n as u32, 1)).await.err().context("one unit of fuel is enough")?;
        }
        Ok(())
    };
    rows.push(bench.plan.compare("rebuild/add", "wasmtime", ours, theirs).await?);
    setup.runtime.remove(&instance)?;
    Ok(())
}
