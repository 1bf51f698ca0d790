//! The siege that every attack is part of: a guest attacks, and nobody else may notice.

use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use isorun::instance::InstanceState;
use isorun::{App, AppError, Budget, Instance, InstantiateError, Restart, Runtime, RuntimeBuilder};
use isorun_tests::{add, apps, compiles, guests, runtime_of, start};
use tokio::runtime::Builder;

use super::end::End;
use super::others::Others;
use super::sink::{attacks, sink};

/// A runtime with an honest instance in it, beside which others attack.
pub(crate) struct Siege {
    pub(crate) runtime: Runtime,
    /// Does not attack, and is not attacked.
    neighbour: Instance,
    /// Bytes by which this program may grow during an attack.
    pub(crate) most_memory: u64,
}

/// Runs attacks on one thread, in a runtime with default limits.
pub(crate) fn siege(attacks: impl AsyncFnOnce(Siege)) {
    siege_of(Runtime::builder(), attacks);
}

/// Runs attacks on one thread, in a runtime with these limits.
pub(crate) fn siege_of(builder: RuntimeBuilder, attacks: impl AsyncFnOnce(Siege)) {
    // One siege at a time: the memory that it looks at is that of the whole program.
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let executor = Builder::new_current_thread().enable_all().build().unwrap();
    let executor = Executor(Some(executor));
    executor.0.as_ref().unwrap().block_on(async { attacks(Siege::new(builder).await).await });
}

/// An executor that does not wait for threads as it goes: a compilation that should not have begun may take an hour.
struct Executor(Option<tokio::runtime::Runtime>);

impl Drop for Executor {
    fn drop(&mut self) {
        if let Some(executor) = self.0.take() {
            executor.shutdown_background();
        }
    }
}

impl Siege {
    async fn new(builder: RuntimeBuilder) -> Siege {
        compiles::watch();
        let runtime = runtime_of(builder);
        runtime.register::<sink::Interface>().unwrap();
        runtime.register::<attacks::Interface>().unwrap();
        let neighbour = start(&runtime, "neighbour", apps::CALC, &[]).await;
        is_honest(&neighbour).await;
        Siege { runtime, neighbour, most_memory: 256 << 20 }
    }

    /// An instance that is about to attack. It is made anew whenever it fails.
    pub(crate) async fn guest(&self, component: &[u8], providers: &[&Instance]) -> Instance {
        let app = self.app("hostile", component).await;
        self.instance(&app, providers).await
    }

    /// An app of a guest.
    pub(crate) async fn app(&self, name: &str, component: &[u8]) -> App {
        add(&self.runtime, name, component).await
    }

    /// An instance of it, which is made anew whenever it fails.
    pub(crate) async fn instance(&self, app: &App, providers: &[&Instance]) -> Instance {
        let instantiate = self.runtime.instantiate(app).restart(FORGIVING);
        let instantiate = providers.iter().fold(instantiate, |instantiate, provider| instantiate.with(provider));
        let instance = instantiate.await.unwrap_or_else(|error| panic!("{error}"));
        is_honest(&instance).await;
        instance
    }

    /// Has a guest attack, and looks at how that ends, at what is left of the guest, and at everybody else meanwhile.
    pub(crate) async fn attack(&self, guest: &Instance, call: (&'static str, &str), budget: Budget, end: End) {
        let (attacker, function, arguments) = (guest.clone(), call.0, call.1.to_owned());
        let restarts = guest.counters().restarts;
        let attack = async move {
            let call = attacker.call(function, &arguments);
            call.fuel(budget.fuel).timeout(budget.time).memory(budget.memory).await
        };
        let result = self.beside_others(attack).await;
        end.check(&result, &budget);
        self.is_whole(guest, restarts + u64::from(end.costs_the_store())).await;
    }

    /// Looks at whether an instance serves an honest caller after so many restarts in all.
    pub(crate) async fn is_whole(&self, guest: &Instance, restarts: u64) {
        is_honest(guest).await;
        let counters = guest.counters();
        assert_eq!((counters.restarts, counters.stores), (restarts, 1), "{counters:?}");
        assert!(matches!(guest.state(), InstanceState::Idle), "{:?}", guest.state());
    }

    /// Awaits an attack beside everybody else: see [`Others`].
    pub(crate) async fn beside_others<T: Send + 'static>(&self, attack: impl Future<Output = T> + Send + 'static) -> T {
        let others = Others::begin(&self.neighbour);
        // As in a server, where the attacker is one task among others.
        let output = tokio::spawn(attack).await;
        let output = output.unwrap_or_else(|end| resume_unwind(end.into_panic()));
        others.end(self.most_memory).await;
        output
    }

    /// Has somebody upload an app, which must be refused before the compiler has seen it. Afterwards others can upload.
    pub(crate) async fn refuse(&self, name: &'static str, component: Vec<u8>) -> AppError {
        let runtime = self.runtime.clone();
        let upload = async move {
            tokio::select! {
                result = runtime.add_app(name, &component).into_future() => result.err(),
                () = compiling(name) => None,
            }
        };
        let error = self.beside_others(upload).await;
        assert_eq!(compiles::of(name), [], "`{name}` was given to the compiler");
        let error = error.unwrap_or_else(|| panic!("`{name}` was added"));
        self.others_can_start(&format!("honest beside {name}")).await;
        error
    }

    /// Has an app start, which must end badly and leave nothing behind.
    pub(crate) async fn start(&self, component: &[u8], budget: Budget, end: End) {
        let app = self.app("hostile", component).await;
        let nodes = self.runtime.graph().nodes.len();
        let (runtime, starting) = (self.runtime.clone(), app.clone());
        let error = self.beside_others(async move { runtime.instantiate(&starting).await.unwrap_err() }).await;
        let InstantiateError::Start { cause, .. } = &error else { panic!("{error}") };
        end.check(&Err(cause.clone()), &budget);
        assert_eq!(self.runtime.graph().nodes.len(), nodes);
        self.others_can_start("honest").await;
    }

    /// Looks at whether somebody else can upload an app, make an instance of it, and call that.
    async fn others_can_start(&self, name: &str) {
        is_honest(&start(&self.runtime, name, &guests::hostile("", ""), &[]).await).await;
    }
}

/// No siege is long enough for this.
const FORGIVING: Restart = Restart::Limited { max: 2000, within: Duration::from_secs(3600) };

/// What a call gets that runs out of nothing but time.
pub(crate) fn time(span: Duration) -> Budget {
    Budget { fuel: u64::MAX, time: span, ..Budget::default() }
}

/// What a call gets that runs out of nothing but fuel.
pub(crate) fn fuel(units: u64) -> Budget {
    Budget { fuel: units, time: Duration::from_secs(60), ..Budget::default() }
}

/// Long enough for an attack to be noticed.
pub(crate) const A_WHILE: Duration = Duration::from_millis(400);

/// Looks at whether an instance does what it is there for.
pub(crate) async fn is_honest(instance: &Instance) {
    assert_eq!(instance.call("add", "(1, 2)").await.unwrap_or_else(|error| panic!("{error:#}")), "3");
}

/// Waits until an app of this name is compiled.
async fn compiling(name: &str) {
    while compiles::of(name).is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
