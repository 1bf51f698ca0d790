//! Shared parts of the tests: the interfaces that they speak, the apps that they run, and systems to put under those.

pub mod apps;
pub mod compiles;
pub mod engine;
pub mod guests;
pub mod lines;
pub mod moving;
pub mod remote;
pub mod shop;
pub mod typed;

mod disk;
mod gate;
mod memory;
mod starter;
mod ticker;
pub mod tree;
mod turns;
mod worker;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use isorun::wit::Export;
use isorun::{App, Instance, Runtime, RuntimeBuilder, Transport};

pub use isorun_checks::{Echo, choices, spelled, types, wire};

pub use disk::{Disk, Folder, files};
pub use gate::Gate;
pub use memory::Memory;
pub use starter::{Starts, starter};
pub use ticker::{Ticker, host};
pub use turns::with_turns_of_another;
pub use worker::{chained, worker};

/// Values by name.
#[isorun::interface("../wit/kv/kv.wit")]
pub mod kv {}

/// Requests and responses.
#[isorun::interface("../wit/server/server.wit")]
pub mod server {}

/// Small pieces of work: what `calc` provides.
#[isorun::interface("../examples/apps/wit/bench/bench.wit")]
pub mod compute {}

/// The same work passed on: what `relay` provides.
#[isorun::interface("../examples/apps/wit/bench/bench.wit", with("test:bench/compute" = crate::compute))]
pub mod relay {}

/// What no guest should do.
#[isorun::interface("../examples/apps/misbehave/wit/misbehave.wit")]
pub mod misbehave {}

/// A runtime that knows all of the interfaces above.
pub fn runtime() -> Runtime {
    runtime_of(Runtime::builder())
}

/// The same, where every quantum is a slice, so that a call which computes gives way however fast the machine is.
pub fn in_short_slices() -> Runtime {
    runtime_of(Runtime::builder().yield_every(Duration::ZERO))
}

/// The same with other limits.
pub fn runtime_of(builder: RuntimeBuilder) -> Runtime {
    let runtime = builder.build().expect("this machine can make a runtime");
    runtime.register::<files::Interface>().expect("first of its name");
    runtime.register::<kv::Interface>().expect("first of its name");
    runtime.register::<server::Interface>().expect("first of its name");
    runtime.register::<compute::Interface>().expect("first of its name");
    runtime.register::<relay::Interface>().expect("first of its name");
    runtime.register::<host::Interface>().expect("first of its name");
    runtime.register::<misbehave::Interface>().expect("first of its name");
    runtime.register::<types::Interface>().expect("first of its name");
    runtime
}

/// Adds an app; these are known to fit.
pub async fn add(runtime: &Runtime, name: &str, component: &[u8]) -> App {
    runtime.add_app(name, component).await.unwrap_or_else(|error| panic!("{error}"))
}

/// An instance of an app under the app's own name, wired to `providers`.
pub async fn start(runtime: &Runtime, name: &str, component: &[u8], providers: &[&Instance]) -> Instance {
    again(runtime, &add(runtime, name, component).await, providers).await
}

/// One more instance of an app.
pub async fn again(runtime: &Runtime, app: &App, providers: &[&Instance]) -> Instance {
    let instantiate =
        providers.iter().fold(runtime.instantiate(app), |instantiate, provider| instantiate.with(provider));
    instantiate.await.unwrap_or_else(|error| panic!("{error}"))
}

/// `relay` on `calc` and a [`Ticker`], all in one runtime.
pub struct Bench {
    /// The runtime they live in.
    pub runtime: Runtime,
    /// Does the work.
    pub calc: Instance,
    /// Has it done.
    pub relay: Instance,
}

/// Makes the smallest graph in which one guest calls another.
pub async fn bench() -> Bench {
    let runtime = runtime();
    let calc = start(&runtime, "calc", apps::CALC, &[]).await;
    let ticker = runtime.provide(Ticker);
    let relay = start(&runtime, "relay", apps::RELAY, &[&calc, &ticker]).await;
    Bench { runtime, calc, relay }
}

/// A guest that misbehaves on request, in a runtime with default limits.
pub async fn misbehaving() -> (Runtime, Instance, misbehave::Caller) {
    let runtime = runtime();
    let instance = start(&runtime, "misbehave", apps::MISBEHAVE, &[]).await;
    let caller = caller_of(&instance);
    (runtime, instance, caller)
}

/// The caller that tells a misbehaving guest what to do.
pub fn caller_of(misbehave: &Instance) -> misbehave::Caller {
    misbehave.caller::<misbehave::Interface>().unwrap_or_else(|error| panic!("{error}"))
}

/// The shortest way to another runtime: its answers, without a network between.
pub fn link_to(runtime: &Runtime) -> impl Transport + Clone + use<> {
    runtime.clone()
}

/// The names of what is exported.
pub fn names_of(exports: &[Export]) -> Vec<&str> {
    exports.iter().map(Export::name).collect()
}

/// Polls a future once, as an executor would that then forgets it.
pub fn poll_once<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}
