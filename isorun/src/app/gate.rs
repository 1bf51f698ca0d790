//! The gate between strangers' bytes and the compiler: it limits how many are read and compiled at once.

use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::thread::available_parallelism;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use wasmtime::Engine;
use wasmtime::component::Component;

use super::code_cache::{CacheDir, CodeCache};
use super::compile_worker::{Stopped, Watch, Worker, Workers};
use crate::engine::cause;
use crate::engine::precompiled::Code;
use crate::error::app::AppError;
use crate::error::runtime::RuntimeError;
use crate::panics::message_of;

/// Settings of a [`Gate`].
#[derive(Clone, Debug)]
pub(crate) struct GateSettings {
    pub(crate) max_compiles: usize,
    pub(crate) cache: Option<CacheDir>,
    pub(crate) max_cache: u64,
    pub(crate) worker: Option<Worker>,
}

impl Default for GateSettings {
    fn default() -> GateSettings {
        let cores = available_parallelism().map_or(1, NonZero::get);
        GateSettings { max_compiles: (cores / 2).max(1), cache: None, max_cache: 1 << 30, worker: None }
    }
}

impl GateSettings {
    pub(crate) fn cache(&mut self, folder: &Path, key: Option<[u8; 32]>) {
        self.cache = Some(CacheDir::new(folder, key));
    }

    pub(crate) fn open(self, engine: &Engine) -> Result<Gate, RuntimeError> {
        let cache = self.cache.map(|dir| CodeCache::open(&dir, self.max_cache, engine)).transpose()?;
        let workers = self.worker.map(|worker| Workers::new(worker, engine)).transpose()?;
        // Checks have permits of their own, so that a component that does not fit is refused without waiting for compilations.
        let permits = || Permits(Arc::new(Semaphore::new(self.max_compiles.clamp(1, Semaphore::MAX_PERMITS))));
        Ok(Gate { checks: permits(), compiles: permits(), cache: cache.map(Arc::new), workers: workers.map(Arc::new) })
    }
}

/// What every app that is added passes through.
pub(crate) struct Gate {
    pub(crate) checks: Permits,
    pub(crate) compiles: Permits,
    cache: Option<Arc<CodeCache>>,
    workers: Option<Arc<Workers>>,
}

impl Gate {
    pub(crate) fn compiler(&self, engine: &Engine) -> Compiler {
        Compiler { engine: engine.clone(), cache: self.cache.clone(), workers: self.workers.clone() }
    }
}

/// How many pieces of work are done at once, off the async threads.
pub(crate) struct Permits(Arc<Semaphore>);

impl Permits {
    /// Waits for a permit, first come, first served, and does the work. The error says why the work has no result.
    ///
    /// Dropping the future gives up the wait. Work that has begun cannot be stopped, and keeps its permit until it ends.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Unfinished> {
        // An error would mean that the semaphore is closed, which nobody does.
        let permit = self.0.clone().acquire_owned().await;
        let work = move || {
            let _permit = permit;
            catch_unwind(AssertUnwindSafe(work)).map_err(|panic| Unfinished::Panicked(message_of(&*panic)))
        };
        if Handle::try_current().is_err() {
            return work();
        }
        // Tokio panics if the system has no thread left to give.
        let spawned = catch_unwind(AssertUnwindSafe(|| tokio::task::spawn_blocking(work)));
        let spawned = spawned.map_err(|panic| Unfinished::NotBegun(message_of(&*panic)))?;
        spawned.await.unwrap_or_else(|end| Err(Unfinished::NotBegun(end.to_string())))
    }
}

/// Why work has no result.
#[derive(Debug)]
pub(crate) enum Unfinished {
    /// It panicked, with this message.
    Panicked(String),
    /// It had no thread to run on, because tokio is shutting down or the system has none.
    NotBegun(String),
}

/// A component's code, and where it came from.
pub(crate) struct Compiled {
    pub(crate) component: Component,
    pub(crate) was_cached: bool,
}

/// What was loaded, with the code that it was loaded from if that is there.
type Made = (Component, Option<wasmtime::Result<Code>>);

/// Makes code of components, or finds code that was made before.
pub(crate) struct Compiler {
    engine: Engine,
    cache: Option<Arc<CodeCache>>,
    workers: Option<Arc<Workers>>,
}

impl Compiler {
    /// Compiles bytes. Blocks for as long as that takes. `None` if a worker compiled them and nobody waits any more.
    pub(crate) fn compile(&self, app: &str, bytes: &Arc<[u8]>, watch: Watch) -> Option<Result<Compiled, AppError>> {
        let cache = self.cache.as_ref().map(|cache| (cache, cache.key(bytes)));
        if let Some(component) = cache.as_ref().and_then(|(cache, key)| cache.load(&self.engine, key)) {
            tracing::debug!(app, "found compiled");
            return Some(Ok(Compiled { component, was_cached: true }));
        }
        tracing::debug!(app, "compiling");
        let made = match &self.workers {
            Some(workers) => self.compile_in(workers, app, bytes, watch)?,
            None => self.compile_here(app, bytes, cache.is_some()),
        };
        Some(made.map(|(component, code)| {
            if let (Some((cache, key)), Some(code)) = (cache, code) {
                cache.store(&key, code.as_ref());
            }
            Compiled { component, was_cached: false }
        }))
    }

    /// Compiles in this process. The code is given only if it is to be kept, since it is as large again as what is loaded.
    fn compile_here(&self, app: &str, bytes: &[u8], keep: bool) -> Result<Made, AppError> {
        let component = Component::from_binary(&self.engine, bytes);
        tracing::debug!(app, "compiled");
        let component = component.map_err(|error| cause::not_compiled(app, &error))?;
        let code = keep.then(|| Code::of(&component));
        Ok((component, code))
    }

    /// Compiles in a process of its own.
    fn compile_in(
        &self,
        workers: &Workers,
        app: &str,
        bytes: &Arc<[u8]>,
        watch: Watch,
    ) -> Option<Result<Made, AppError>> {
        let code = match workers.compile(bytes, watch) {
            Ok((code, used)) => {
                tracing::debug!(app, used = used.map(tracing::field::display), "compiled");
                code
            }
            Err(Stopped::Invalid(message)) => {
                tracing::debug!(app, "compiled");
                return Some(Err(cause::not_compiled_for(app, message)));
            }
            Err(Stopped::By(by, used)) => {
                // Not a warning: whoever brings apps could fill the log with them.
                tracing::info!(app, %by, used = used.map(tracing::field::display), "compiling was stopped");
                return Some(Err(AppError::CompileStopped { app: app.into(), by, used }));
            }
            Err(Stopped::GivenUp) => {
                tracing::debug!(app, "compiling was given up");
                return None;
            }
        };
        let component = code.load(&self.engine).map_err(|error| cause::not_compiled(app, &error));
        Some(component.map(|component| (component, Some(Ok(code)))))
    }
}
