//! What does one call from a guest into another guest's store cost?
//!
//! What is measured is the whole way, host to `relay` to `calc` and back, on both sides alike.

use wasmtime::component::{ComponentNamedList, Lift, Lower};

use crate::Bench;
use crate::measure::Row;
use crate::peer::{self, Peer, Point, Provider, export};
use crate::setup::{compute, relay};

const PEERS: [(&str, Provider); 3] = [("static", Provider::Static), ("val", Provider::Val), ("fused", Provider::Fused)];

pub(crate) async fn measure(bench: &Bench, rows: &mut Vec<Row>) -> wasmtime::Result<()> {
    let caller = &bench.setup.relay.caller::<relay::Interface>()?;
    let points: Vec<_> = (0..1000).map(|n| compute::Point { x: n, y: n }).collect();
    let texts: Vec<String> = (0..100).map(|n| format!("text number {n}")).collect();

    let add = async |times| repeat(times, async || caller.add(1, 2).await.map(drop)).await;
    against(bench, rows, "app-app/add", "add", (1u32, 2u32), |_: (u32,)| (), add).await?;
    for (id, size) in [("app-app/64B", 64), ("app-app/4KiB", 4096), ("app-app/1MiB", 1 << 20)] {
        let data = vec![7u8; size];
        let echo = async |times| repeat(times, async || caller.echo(&data).await.map(drop)).await;
        against(bench, rows, id, "echo", (&*data,), |_: (Vec<u8>,)| (), echo).await?;
    }
    let sum = async |times| repeat(times, async || caller.sum_points(&points).await.map(drop)).await;
    let theirs: Vec<Point> = points.iter().map(|point| Point { x: point.x, y: point.y }).collect();
    against(bench, rows, "app-app/records", "sum-points", (&*theirs,), |_: (u64,)| (), sum).await?;
    let join = async |times| repeat(times, async || caller.join(&texts).await.map(drop)).await;
    against(bench, rows, "app-app/strings", "join", (&*texts,), |_: (String,)| (), join).await
}

async fn repeat(times: u64, call: impl AsyncFn() -> isorun::Result<()>) -> wasmtime::Result<()> {
    for _ in 0..times {
        call().await?;
    }
    Ok(())
}

async fn against<P, R>(
    bench: &Bench,
    rows: &mut Vec<Row>,
    id: &str,
    function: &str,
    params: P,
    _: fn(R),
    ours: impl AsyncFn(u64) -> wasmtime::Result<()>,
) -> wasmtime::Result<()>
where
    P: ComponentNamedList + Lower + Clone,
    R: ComponentNamedList + Lift + 'static,
{
    if !bench.wants(id) {
        return Ok(());
    }
    for (name, provider) in PEERS {
        let peer = Peer::new()?;
        let (mut store, instance) = peer.relay(provider).await?;
        let function = export(&mut store, &instance, peer::RELAY, function)?.typed::<P, R>(&store)?;
        let theirs = async |times| {
            for _ in 0..times {
                store.set_fuel(peer::FUEL)?;
                function.call_async(&mut store, params.clone()).await?;
            }
            Ok(())
        };
        rows.push(bench.plan.compare(id, name, &ours, theirs).await?);
    }
    Ok(())
}
