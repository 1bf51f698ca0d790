//! The peer: wasmtime by hand, with the types known at compile time, in the engine mode that isorun uses.
#![allow(unsafe_code, reason = "wasmtime's derives write `unsafe impl`")]

use std::sync::Arc;

use tokio::sync::Mutex;
use wasmtime::component::{
    Component, ComponentType, Func, Instance, InstancePre, Lift, Linker, LinkerInstance, Lower, TypedFunc, Val,
};
use wasmtime::error::Context;
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store, StoreContextMut};

use crate::{fused, setup};

/// The interface of `calc`.
pub(crate) const COMPUTE: &str = "test:bench/compute@0.1.0";
/// The interface of `relay`.
pub(crate) const RELAY: &str = "test:bench/relay@0.1.0";
/// The interface of the host.
pub(crate) const HOST: &str = "test:bench/host@0.1.0";

/// What isorun grants a call by default.
pub(crate) const FUEL: u64 = 1_000_000_000;
const SLICE: u64 = 4_000_000;

/// `record point` of `test:bench/compute`.
#[derive(Clone, Copy, ComponentType, Lift, Lower)]
#[component(record)]
pub(crate) struct Point {
    /// To the right.
    pub(crate) x: u32,
    /// Upwards.
    pub(crate) y: u32,
}

/// How the calls of `relay` reach `calc`.
#[derive(Clone, Copy)]
pub(crate) enum Provider {
    /// Static types on both sides.
    Static,
    /// wasmtime's `Val`, for types known only at run time.
    Val,
    /// Within one component, in one store: wasmtime's own code between the two, compiled with them.
    Fused,
}

/// An engine, and `calc` ready to be instantiated.
pub(crate) struct Peer {
    engine: Engine,
    calc: InstancePre<()>,
    relay: Component,
}

/// A `calc` of its own store, shared as isorun shares an instance.
type Shared<T> = Arc<Mutex<(Store<()>, T)>>;

impl Peer {
    /// With room for as many stores as the bench's own runtime has.
    pub(crate) fn new() -> wasmtime::Result<Peer> {
        Peer::of(setup::STORES)
    }

    /// With room for so many stores. The settings are those of isorun's runtime.
    pub(crate) fn of(stores: u32) -> wasmtime::Result<Peer> {
        let mut pool = PoolingAllocationConfig::new();
        pool.total_component_instances(stores)
            .total_core_instances(4 * stores)
            .total_memories(2 * stores)
            .total_tables(4 * stores)
            .total_stacks(stores);
        let mut config = Config::new();
        config
            .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
            .consume_fuel(true)
            .concurrency_support(false)
            .wasm_component_model_map(true)
            .wasm_component_model_fixed_length_lists(true);
        let engine = Engine::new(&config)?;
        let calc = Linker::new(&engine).instantiate_pre(&Component::new(&engine, setup::CALC)?)?;
        let relay = Component::new(&engine, setup::RELAY)?;
        Ok(Peer { engine, calc, relay })
    }

    fn store(&self) -> wasmtime::Result<Store<()>> {
        let mut store = Store::new(&self.engine, ());
        store.fuel_async_yield_interval(Some(SLICE))?;
        store.set_fuel(FUEL)?;
        Ok(store)
    }

    /// A new `calc`.
    pub(crate) async fn calc(&self) -> wasmtime::Result<(Store<()>, Instance)> {
        let mut store = self.store()?;
        let instance = self.calc.instantiate_async(&mut store).await?;
        Ok((store, instance))
    }

    /// A new `relay`, wired to a new `calc` and to a host function.
    pub(crate) async fn relay(&self, provider: Provider) -> wasmtime::Result<(Store<()>, Instance)> {
        let mut linker = Linker::new(&self.engine);
        linker.instance(HOST)?.func_wrap("tick", |_: StoreContextMut<'_, ()>, (n,): (u64,)| Ok((n + 1,)))?;
        let (mut store, calc) = self.calc().await?;
        let mut function = |name| export(&mut store, &calc, COMPUTE, name);
        let functions = (function("add")?, function("echo")?, function("sum-points")?, function("join")?);
        let mut compute = linker.instance(COMPUTE)?;
        match provider {
            Provider::Static => {
                let typed = (
                    functions.0.typed::<(u32, u32), (u32,)>(&store)?,
                    functions.1.typed::<(Vec<u8>,), (Vec<u8>,)>(&store)?,
                    functions.2.typed::<(Vec<Point>,), (u64,)>(&store)?,
                    functions.3.typed::<(Vec<String>,), (String,)>(&store)?,
                );
                let shared = Arc::new(Mutex::new((store, typed)));
                pass_on(&mut compute, "add", &shared, |typed| typed.0)?;
                pass_on(&mut compute, "echo", &shared, |typed| typed.1)?;
                pass_on(&mut compute, "sum-points", &shared, |typed| typed.2)?;
                pass_on(&mut compute, "join", &shared, |typed| typed.3)?;
            }
            Provider::Val => {
                let shared = Arc::new(Mutex::new((store, functions)));
                pass_on_vals(&mut compute, "add", &shared, |functions| functions.0)?;
                pass_on_vals(&mut compute, "echo", &shared, |functions| functions.1)?;
                pass_on_vals(&mut compute, "sum-points", &shared, |functions| functions.2)?;
                pass_on_vals(&mut compute, "join", &shared, |functions| functions.3)?;
            }
            // What it would import is inside it.
            Provider::Fused => {}
        }
        let relay = match provider {
            Provider::Fused => &Component::new(&self.engine, fused::component())?,
            Provider::Static | Provider::Val => &self.relay,
        };
        let mut store = self.store()?;
        let instance = linker.instantiate_async(&mut store, relay).await?;
        Ok((store, instance))
    }
}

/// Looks a function of an exported interface up.
pub(crate) fn export(
    store: &mut Store<()>,
    instance: &Instance,
    interface: &str,
    name: &str,
) -> wasmtime::Result<Func> {
    let interface = instance.get_export_index(&mut *store, None, interface).context("no such interface")?;
    let function = instance.get_export_index(&mut *store, Some(&interface), name).context("no such function")?;
    instance.get_func(store, function).context("no function")
}

fn pass_on<F, P, R>(
    linker: &mut LinkerInstance<'_, ()>,
    name: &str,
    shared: &Shared<F>,
    pick: impl Fn(&F) -> TypedFunc<P, R> + Copy + Send + Sync + 'static,
) -> wasmtime::Result<()>
where
    F: Send + 'static,
    P: wasmtime::component::ComponentNamedList + Lift + Lower + Send + Sync + 'static,
    R: wasmtime::component::ComponentNamedList + Lift + Lower + Send + Sync + 'static,
{
    let shared = shared.clone();
    linker.func_wrap_async(name, move |mut caller: StoreContextMut<'_, ()>, params: P| {
        let shared = shared.clone();
        Box::new(async move {
            let mut shared = shared.lock().await;
            let (store, functions) = &mut *shared;
            let fuel = caller.get_fuel()?;
            store.set_fuel(fuel)?;
            let result = pick(functions).call_async(&mut *store, params).await?;
            caller.set_fuel(store.get_fuel()?)?;
            Ok(result)
        })
    })
}

fn pass_on_vals<F: Send + 'static>(
    linker: &mut LinkerInstance<'_, ()>,
    name: &str,
    shared: &Shared<F>,
    pick: impl Fn(&F) -> Func + Copy + Send + Sync + 'static,
) -> wasmtime::Result<()> {
    let shared = shared.clone();
    linker.func_new_async(name, move |mut caller, _, params: &[Val], results: &mut [Val]| {
        let shared = shared.clone();
        Box::new(async move {
            let mut shared = shared.lock().await;
            let (store, functions) = &mut *shared;
            let fuel = caller.get_fuel()?;
            store.set_fuel(fuel)?;
            pick(functions).call_async(&mut *store, params, results).await?;
            caller.set_fuel(store.get_fuel()?)?;
            Ok(())
        })
    })
}
