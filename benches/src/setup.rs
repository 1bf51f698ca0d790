//! The guests and the host's side of them, in isorun.

use isorun::{App, Instance, Runtime};

/// `test:bench/compute`: what `calc` provides and `relay` imports.
#[isorun::interface("../examples/apps/wit/bench/bench.wit")]
pub mod compute {}

/// `test:bench/relay`: the same work, passed on. It shares the type of a point.
#[isorun::interface("../examples/apps/wit/bench/bench.wit", with("test:bench/compute" = crate::setup::compute))]
pub mod relay {}

/// A host function that does next to nothing.
pub(crate) struct Tick;

#[isorun::system("../examples/apps/wit/bench/bench.wit")]
impl host::Host for Tick {
    fn tick(&self, n: u64) -> u64 {
        n + 1
    }
}

/// `test:work/work`: code of many kinds.
#[isorun::interface("../examples/apps/wit/work/work.wit")]
pub mod work {}

/// `test:attacks/attacks`: code that takes much.
#[isorun::interface("../examples/apps/attacks/wit/attacks.wit")]
pub mod attacks {}

/// Takes whatever it is given.
pub(crate) struct Sink;

#[isorun::system("../examples/apps/attacks/wit/attacks.wit")]
impl sink::Sink for Sink {
    fn text(&self, _value: &str) {}

    fn texts(&self, _value: Vec<String>) {}

    fn octets(&self, _value: &[u8]) {}

    fn lists(&self, _value: Vec<Vec<u8>>) {}

    fn reply(&self, bytes: u32) -> String {
        "x".repeat(bytes as usize)
    }
}

/// The component that computes.
pub(crate) const CALC: &[u8] = include_bytes!("../../examples/apps/components/calc.wasm");
/// The component that passes on.
pub(crate) const RELAY: &[u8] = include_bytes!("../../examples/apps/components/relay.wasm");
/// The component that does work of many kinds.
pub(crate) const WORK: &[u8] = include_bytes!("../../examples/apps/components/work.wasm");
/// The component that takes much.
pub(crate) const ATTACKS: &[u8] = include_bytes!("../../examples/apps/components/attacks.wasm");

/// Stores that there is room for, on both sides: few, so that the address space suffices for `valgrind` too.
pub(crate) const STORES: u32 = 4;

/// A runtime with both.
pub(crate) struct Setup {
    /// The runtime.
    pub(crate) runtime: Runtime,
    /// The prototype of `calc`.
    pub(crate) calc_app: App,
    /// An instance of `calc`.
    pub(crate) calc: Instance,
    /// An instance of `relay`, wired to it and to [`Tick`].
    pub(crate) relay: Instance,
}

impl Setup {
    /// Adds both apps and wires them.
    pub(crate) async fn new() -> wasmtime::Result<Setup> {
        let runtime = Runtime::builder().max_stores(STORES).build()?;
        runtime.register::<compute::Interface>()?;
        runtime.register::<relay::Interface>()?;
        runtime.register::<host::Interface>()?;
        let calc_app = runtime.add_app("calc", CALC).await?;
        let calc = runtime.instantiate(&calc_app).await?;
        let tick = runtime.provide(Tick);
        let relay = runtime.add_app("relay", RELAY).await?;
        let relay = runtime.instantiate(&relay).with(&calc).with(&tick).await?;
        Ok(Setup { runtime, calc_app, calc, relay })
    }
}
