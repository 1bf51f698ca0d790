//! What does one call from the host into a guest cost?

use crate::measure::Row;
use crate::peer::{Peer, export};
use crate::setup::compute;
use crate::{Bench, peer};

pub(crate) async fn measure(bench: &Bench, rows: &mut Vec<Row>) -> wasmtime::Result<()> {
    if !bench.wants("host-app/add") {
        return Ok(());
    }
    let caller = bench.setup.calc.caller::<compute::Interface>()?;
    let ours = async |times| {
        for n in 0..times {
            caller.add(n as u32, 1).await?;
        }
        Ok(())
    };
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
    rows.push(bench.plan.compare("host-app/add", "wasmtime", ours, theirs).await?);
    Ok(())
}
