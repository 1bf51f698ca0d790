//! What does a call in a store of its own cost, with the store's making and its end?

use isorun::Reuse;

use crate::Bench;
use crate::measure::Row;
use crate::peer::{self, Peer, export};
use crate::setup::compute;

pub(crate) async fn measure(bench: &Bench, rows: &mut Vec<Row>) -> wasmtime::Result<()> {
    if !bench.wants("fresh/add") {
        return Ok(());
    }
    let setup = &bench.setup;
    let fresh = setup.runtime.instantiate(&setup.calc_app).reuse(Reuse::Fresh).await?;
    let caller = fresh.caller::<compute::Interface>()?;
    let ours = async |times| {
        for n in 0..times {
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
        }
        Ok(())
    };
    rows.push(bench.plan.compare("fresh/add", "wasmtime", ours, theirs).await?);
    setup.runtime.remove(&fresh)?;
    Ok(())
}
