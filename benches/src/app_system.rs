//! What does one call from a guest into a system cost?

use crate::Bench;
use crate::measure::Row;
use crate::peer::{self, Peer, Provider, export};
use crate::setup::relay;

pub(crate) async fn measure(bench: &Bench, rows: &mut Vec<Row>) -> wasmtime::Result<()> {
    if !bench.wants("app-system/tick") {
        return Ok(());
    }
    // One call from outside is spread over many from inside, so that these are what is measured.
    const MANY: u64 = 10_000;
    let caller = bench.setup.relay.caller::<relay::Interface>()?;
    let ours = async |times: u64| {
        for _ in 0..times.div_ceil(MANY) {
            caller.tick_many(MANY.min(times) as u32).await?;
        }
        Ok(())
    };
    let peer = Peer::new()?;
    let (mut store, instance) = peer.relay(Provider::Static).await?;
    let tick = export(&mut store, &instance, peer::RELAY, "tick-many")?.typed::<(u32,), (u64,)>(&store)?;
    let theirs = async |times: u64| {
        for _ in 0..times.div_ceil(MANY) {
            store.set_fuel(peer::FUEL)?;
            tick.call_async(&mut store, (MANY.min(times) as u32,)).await?;
        }
        Ok(())
    };
    rows.push(bench.plan.compare("app-system/tick", "wasmtime", ours, theirs).await?);
    Ok(())
}
