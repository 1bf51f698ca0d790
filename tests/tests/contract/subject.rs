//! What the suite is about: providers of three interfaces, here or beyond borders.

use std::sync::Arc;
use std::time::Duration;

use isorun::remote::{Cancel, ExportPolicy, ImportPolicy};
use isorun::{Instance, Restart, Runtime, StaticInterface};
use isorun_tests::{Disk, Echo, Folder, Memory, add, apps, kv, misbehave, runtime_of, start, types};

use crate::system::Behaved;
use crate::way::{Between, Way};

/// What the providers are made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Made {
    System,
    App,
}

/// Providers of three interfaces, and the runtime where they are called.
pub(crate) struct Subject {
    runtime: Runtime,
    pub(crate) made: Made,
    ways: Vec<Way>,
    misbehaving: Instance,
    echo: Instance,
    store: Instance,
    /// Where the app keeps its values.
    _folder: Option<Folder>,
    /// What is beyond the border.
    _far: Option<Box<Subject>>,
}

fn runtime() -> Runtime {
    // A guest that computes gives way often, so that others have their turn on a machine of any speed.
    // Few stores, since each reserves addresses of which a process has no end of runtimes' worth.
    runtime_of(Runtime::builder().yield_every(Duration::ZERO).max_stores(8))
}

impl Subject {
    /// Makes the providers themselves.
    pub(crate) async fn new(made: Made) -> Subject {
        let runtime = runtime();
        let (misbehaving, echo, store, folder) = match made {
            Made::System => {
                let store = runtime.provide(Memory::default());
                (runtime.provide(Behaved::default()), runtime.provide(Echo), store, None)
            }
            Made::App => {
                let app = add(&runtime, "misbehave", apps::MISBEHAVE).await;
                let restart = Restart::Limited { max: 1000, within: Duration::from_secs(1) };
                let misbehaving = runtime.instantiate(&app).restart(restart).await.unwrap();
                let echo = start(&runtime, "types", apps::TYPES, &[]).await;
                let folder = Folder::new().unwrap();
                let disk = runtime.provide(Disk::new(&folder));
                (misbehaving, echo, start(&runtime, "kv", apps::KV, &[&disk]).await, Some(folder))
            }
        };
        Subject { runtime, made, ways: Vec::new(), misbehaving, echo, store, _folder: folder, _far: None }
    }

    /// The same, one border further away.
    pub(crate) fn beyond(self, way: Way) -> Subject {
        let near = runtime();
        let between = way.between(&near, &self.runtime);
        let misbehaving = self.import::<misbehave::Interface>(&near, way, &between, &self.misbehaving);
        let echo = self.import::<types::Interface>(&near, way, &between, &self.echo);
        let store = self.import::<kv::Interface>(&near, way, &between, &self.store);
        let ways = self.ways.iter().copied().chain([way]).collect();
        let (runtime, made, far) = (near, self.made, Some(Box::new(self)));
        Subject { runtime, made, ways, misbehaving, echo, store, _folder: None, _far: far }
    }

    fn import<I: StaticInterface>(
        &self,
        near: &Runtime,
        way: Way,
        between: &Arc<Between>,
        instance: &Instance,
    ) -> Instance {
        // Who hangs up stops what runs, so that the next call of the suite need not wait for it.
        let policy = ExportPolicy::default().on_cancel(Cancel::Stop);
        let token = self.runtime.export_with::<I>(instance, &policy).unwrap();
        let between = between.clone();
        let transport = move |message| {
            let between = between.clone();
            async move { between.call(message).await }
        };
        let mut policy = ImportPolicy::default();
        if !way.is_good() {
            // What is lost is sent again, for which a function must say that it may run twice.
            let functions = I::interface().functions().iter().map(|function| function.name().to_owned());
            policy = policy.idempotent(functions.collect::<Vec<_>>()).retries(30);
        }
        near.import_with::<I>(token, transport, &policy)
    }

    /// Whether every call runs once and at once, wherever it is made.
    pub(crate) fn is_near_or_good(&self) -> bool {
        self.ways.iter().all(|way| way.is_good())
    }

    pub(crate) fn misbehaving(&self) -> misbehave::Caller {
        self.misbehaving.caller::<misbehave::Interface>().unwrap()
    }

    pub(crate) fn echo(&self) -> types::Caller {
        self.echo.caller::<types::Interface>().unwrap()
    }

    pub(crate) fn store(&self) -> kv::Caller {
        self.store.caller::<kv::Interface>().unwrap()
    }
}
