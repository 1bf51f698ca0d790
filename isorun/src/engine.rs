//! The edge between isorun and wasmtime: the engine's settings, and all use of wasmtime's unsafe and hidden items.
//!
//! `guest` makes a guest's memory a medium of the codec, `transcode` moves values along a component's own type tables, `precompiled` loads
//! code that was compiled before, `meter` watches what memories hold, and `cause` turns wasmtime's words into causes.
//!
//! # Obligations
//!
//! This is the only module with `unsafe`, and the only one that names hidden items of wasmtime. What its `unsafe` promises, and why it
//! holds:
//!
//! * The `Lower` of a value is `[ValRaw; N]`, which is what wasmtime's traits ask for, and every slot is written before it is handed over.
//! * A function is called with room for at least as many core values as its own component declares: `guest::typed` looks. There is room for
//!   at least as many as a result has, so that the slots of a result are initialised where a function has none: `guest::typed` asserts it.
//! * `typecheck` accepts everything. Types are compared when an app is added and wired (`app.rs`, `wiring.rs`); memory safety does not
//!   rest on it, since every access to a guest's memory is checked against that memory's length, whatever the types say.
//! * Compiled code is loaded only if it carries a MAC under a secret of this host, which is made for nothing but what wasmtime serialized
//!   (`precompiled.rs`). Where the code cache's secret is kept, and who may read it, is `app/code_cache.rs`; a worker is told one that serves for a
//!   single answer (`app/compile_worker.rs`).
//! * The hidden items belong to wasmtime 48.0.8 and its patch releases: the dependency is pinned to `~48.0.8`.
#![allow(unsafe_code, reason = "the one module that implements wasmtime's unsafe traits")]

pub(crate) mod cause;
pub(crate) mod guest;
pub(crate) mod meter;
pub(crate) mod precompiled;
mod transcode;

use wasmtime::{
    Config, Engine, InstanceAllocationStrategy, OperatorCost, PoolingAllocationConfig, VariableOperatorCost,
};

use crate::limits::app::AppLimits;
use crate::limits::places::Places;

/// An engine with room for so much, for apps within these limits, whose guests use `stack` bytes of stack each.
pub(crate) fn new(places: Places, app: &AppLimits, stack: usize) -> wasmtime::Result<Engine> {
    let mut config = config();
    config
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool(places, app)))
        .max_wasm_stack(stack)
        .async_stack_size(stack + STACK_OF_HOST);
    Engine::new(&config)
}

/// Bytes of a store's stack that host functions use, which run on it too.
const STACK_OF_HOST: usize = 3 << 19;

/// An engine that makes the same code as a runtime's, and reserves nothing because nothing runs in it.
pub(crate) fn compiling() -> wasmtime::Result<Engine> {
    Engine::new(&config())
}

/// The places that an engine has for `stores` stores.
pub(crate) fn places(stores: u32) -> Places {
    // Python's components are made of some forty core instances with one memory and two tables between them. The engine only counts core instances,
    // while each memory reserves 4 GiB of address space, and each table 8 MiB and a few bytes of the host's own.
    Places {
        stores,
        core_instances: stores.saturating_mul(64),
        memories: stores.saturating_mul(2),
        tables: stores.saturating_mul(4),
    }
}

fn pool(places: Places, app: &AppLimits) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    // A store has one component's instance, and keeps its stack until it is dropped.
    pool.total_component_instances(places.stores)
        .total_core_instances(places.core_instances)
        .total_memories(places.memories)
        .total_tables(places.tables)
        .total_stacks(places.stores);
    // The gate counts before anything is compiled, so these refuse nothing that it lets through: they stay as a second lock. What they are
    // about is address space until it is used.
    let number = |limit: u64| u32::try_from(limit).unwrap_or(u32::MAX);
    let bytes = usize::try_from(app.engine_bytes).unwrap_or(usize::MAX);
    pool.max_memories_per_module(number(app.memories))
        .max_tables_per_module(number(app.tables))
        .max_core_instances_per_component(number(app.core_instances))
        .max_memories_per_component(number(app.memories))
        .max_tables_per_component(number(app.tables))
        .table_elements(1 << 20)
        .max_core_instance_size(bytes)
        .max_component_instance_size(bytes);
    pool
}

/// What code depends on.
fn config() -> Config {
    let mut config = Config::new();
    config
        .consume_fuel(true)
        .operator_cost(operator_cost())
        // Plain components pay for concurrency on every call and never use it.
        .concurrency_support(false)
        .wasm_component_model_map(true)
        .wasm_component_model_fixed_length_lists(true)
        .wasm_component_model_implements(true);
    config
}

/// What each instruction costs: one unit, except for those that call the engine. They take as long as a hundred others, so a guest that did
/// nothing else would run a hundred times as long for its fuel, and between two looks at the clock.
fn operator_cost() -> OperatorCost {
    let variable = VariableOperatorCost { memory_grow_per_page: u8::MAX, ..VariableOperatorCost::new() };
    OperatorCost { MemoryGrow: u8::MAX, TableGrow: u8::MAX, variable, ..OperatorCost::new() }
}
