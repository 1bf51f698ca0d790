//! How many calls a second do many callers get out of two threads?
//!
//! `callers/N`: each has an instance of its own. `callers-of-one/N`: all of them share one, and take turns.

use std::sync::Arc;
use std::time::Instant;

use isorun::{Instance, Runtime};
use tokio::sync::Mutex;
use wasmtime::Store;
use wasmtime::component::TypedFunc;
use wasmtime::error::Context;

use crate::Bench;
use crate::measure::{Row, Unit, median};
use crate::peer::{self, Peer, export};
use crate::setup::{CALC, compute};

const SIZES: [u32; 4] = [1, 10, 100, 1000];
/// Calls of all callers together, in one round.
const CALLS: u32 = 100_000;
const ROUNDS: usize = 9;

pub(crate) fn measure(bench: &Bench, rows: &mut Vec<Row>) -> wasmtime::Result<()> {
    for size in SIZES {
        for (area, shared) in [("callers", false), ("callers-of-one", true)] {
            let id = format!("{area}/{size}");
            if bench.wants(&id) {
                // A runtime of its own: the bench's is of one thread.
                let (ours, peers) = std::thread::scope(|scope| scope.spawn(|| compare(size, shared)).join())
                    .map_err(|_| wasmtime::format_err!("a measurement panicked"))??;
                rows.push(Row { id, unit: Unit::CallsPerSecond, ours, peer: "wasmtime".into(), peers });
            }
        }
    }
    Ok(())
}

/// Calls a second, ours and theirs.
fn compare(size: u32, shared: bool) -> wasmtime::Result<(f64, f64)> {
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    tokio.block_on(async {
        let stores = if shared { 1 } else { size };
        let (ours, theirs) = (ours(stores).await?, theirs(stores).await?);
        let (mut our_rounds, mut their_rounds) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            our_rounds.push(round(size, |caller| our_calls(ours[caller % ours.len()].clone(), CALLS / size)).await?);
            their_rounds
                .push(round(size, |caller| their_calls(theirs[caller % theirs.len()].clone(), CALLS / size)).await?);
        }
        Ok((median(our_rounds), median(their_rounds)))
    })
}

/// Calls a second of so many callers at once.
async fn round<F>(size: u32, caller: impl Fn(usize) -> F) -> wasmtime::Result<f64>
where
    F: Future<Output = wasmtime::Result<()>> + Send + 'static,
{
    let start = Instant::now();
    let callers: Vec<_> = (0..size).map(|number| tokio::spawn(caller(number as usize))).collect();
    for caller in callers {
        caller.await.context("a caller panicked")??;
    }
    Ok(f64::from(CALLS / size * size) / start.elapsed().as_secs_f64())
}

async fn ours(stores: u32) -> wasmtime::Result<Vec<Instance>> {
    let runtime = Runtime::builder().max_stores(stores).build()?;
    runtime.register::<compute::Interface>()?;
    let app = runtime.add_app("calc", CALC).await?;
    let mut instances = Vec::new();
    for _ in 0..stores {
        instances.push(runtime.instantiate(&app).await?);
    }
    Ok(instances)
}

async fn our_calls(instance: Instance, times: u32) -> wasmtime::Result<()> {
    let caller = instance.caller::<compute::Interface>()?;
    for n in 0..times {
        caller.add(n, 1).await?;
    }
    Ok(())
}

type Shared = Arc<Mutex<(Store<()>, TypedFunc<(u32, u32), (u32,)>)>>;

async fn theirs(stores: u32) -> wasmtime::Result<Vec<Shared>> {
    let peer = Peer::of(stores)?;
    let mut all = Vec::new();
    for _ in 0..stores {
        let (mut store, instance) = peer.calc().await?;
        let add = export(&mut store, &instance, peer::COMPUTE, "add")?.typed::<(u32, u32), (u32,)>(&store)?;
        all.push(Arc::new(Mutex::new((store, add))));
    }
    Ok(all)
}

async fn their_calls(shared: Shared, times: u32) -> wasmtime::Result<()> {
    for n in 0..times {
        let mut shared = shared.lock().await;
        let (store, add) = &mut *shared;
        store.set_fuel(peer::FUEL)?;
        add.call_async(store, (n, 1)).await?;
    }
    Ok(())
}
