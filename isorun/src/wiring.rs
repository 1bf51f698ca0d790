//! An app's imports matched to instances, and the instance that comes of it.
//!
//! # Invariants
//!
//! * A wiring that does not fit has not executed one instruction of the app.
//! * What is wired was there before: tokens exist before they are wired, so the graph has no cycles.

use std::any::TypeId;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;

use wasmtime::component::{InstancePre, Linker, LinkerInstance};
use wasmtime::{PoolConcurrencyLimitError, Store, StoreContextMut};

use crate::app::{App, Import};
use crate::budget::{Deadline, Exhausted, Frame, Meter};
use crate::call::until;
use crate::engine::guest::{Guest, MAX_FLAT_PARAMS, MAX_FLAT_RESULTS, RawOutcome, RawParams};
use crate::error::{Amount, InstantiateError, Resource, WiringProblem, WiringReport};
use crate::instance::guest::GuestInstance;
use crate::instance::stop::explain;
use crate::instance::store::{Slot, State, enter, leave};
use crate::instance::{Instance, Provider};
use crate::interface::InterfaceName;
use crate::names::nearest;
use crate::runtime::Runtime;
use crate::system::Glue;

/// An instance that is about to be made: its app, and what its imports are given. Awaiting it makes the instance.
///
/// ```no_run
/// # async fn example(runtime: isorun::Runtime, app: isorun::App, disk: isorun::Instance) -> Result<(), isorun::InstantiateError> {
/// let kv = runtime.instantiate(&app).with(&disk).await?;
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// [`InstantiateError::Wiring`] with everything that does not fit; [`InstantiateError::Start`] if the component traps while it starts,
/// uses up the runtime's default budget, or is larger than an instance may be; [`InstantiateError::NoCapacity`] if every place is taken.
/// Nothing of it is left then.
///
/// # Cancel safety
///
/// Dropping it leaves nothing.
#[must_use = "an instance is made when this is awaited"]
#[derive(Debug)]
pub struct Instantiate<'a> {
    runtime: &'a Runtime,
    app: &'a App,
    name: Option<String>,
    with: Vec<Instance>,
    named: Vec<(String, Instance)>,
}

impl<'a> Instantiate<'a> {
    pub(crate) fn new(runtime: &'a Runtime, app: &'a App) -> Instantiate<'a> {
        Instantiate { runtime, app, name: None, with: Vec::new(), named: Vec::new() }
    }

    /// Gives an instance to every import that it provides and that is not given one by name.
    pub fn with(mut self, instance: &Instance) -> Instantiate<'a> {
        self.with.push(instance.clone());
        self
    }

    /// Gives an instance to one import, named as the component spells it, with or without its version.
    pub fn with_named(mut self, import: &str, instance: &Instance) -> Instantiate<'a> {
        self.named.push((import.into(), instance.clone()));
        self
    }

    /// Names the instance, for messages and the graph. By default it has its app's name, with a number if that is taken.
    pub fn name(mut self, name: &str) -> Instantiate<'a> {
        self.name = Some(name.into());
        self
    }

    async fn make(self) -> Result<Instance, InstantiateError> {
        self.runtime.check_app(self.app)?;
        let wiring = self.resolve()?;
        let pre = self
            .app
            .linked(shape(&wiring), || link(self.runtime, self.app, &wiring))
            .map_err(|error| self.failed(error))?;
        let limits = self.runtime.limits();
        let deadline = Deadline::after(limits.budget.time);
        let name = self.runtime.reserve_name(self.name.as_deref().unwrap_or(self.app.name()));
        let state = State {
            name: name.get(),
            slots: wiring.iter().map(slot).collect(),
            meter: Meter::new(limits.instance_memory),
            frame: Frame::first(deadline),
            yielded_at: 0,
            slice: limits.slice,
        };
        let started = until(deadline, start(self.runtime, &pre, state)).await;
        let (store, instance) = started.unwrap_or_else(too_late).map_err(|error| self.failed(error))?;
        let guest = GuestInstance::new(self.app.clone(), name.get(), store, instance);
        let edges = wiring.into_iter().map(|wire| (wire.import.name.clone(), wire.instance)).collect();
        self.runtime.admit_guest(name, self.app, guest, edges)
    }

    /// One provider for each import, or everything that keeps it from being so.
    fn resolve(&self) -> Result<Vec<Wire<'a>>, WiringReport> {
        let imports = self.app.needs();
        let mut problems = Vec::new();
        let mut used = vec![false; self.with.len()];
        let mut wires = Vec::new();
        for import in imports {
            let candidates = self.candidates(import, &mut used);
            let instance = match candidates[..] {
                [instance] => instance.clone(),
                [] if import.interface.functions().is_empty() => continue,
                [] => {
                    problems.push(WiringProblem::Missing { import: import.name.clone() });
                    continue;
                }
                _ => {
                    let candidates = candidates.iter().map(|instance| instance.name().to_string()).collect();
                    problems.push(WiringProblem::Ambiguous { import: import.name.clone(), candidates });
                    continue;
                }
            };
            match instance.offers().handles(&import.interface, import.interface.functions()) {
                Some(Ok(handles)) => wires.push(Wire { import, instance, handles: handles.into() }),
                Some(Err(differences)) => problems.push(WiringProblem::Differs {
                    import: import.name.clone(),
                    instance: instance.name().into(),
                    differences,
                }),
                None if import.interface.functions().is_empty() => {}
                None => problems.push(WiringProblem::NotProvided {
                    import: import.name.clone(),
                    instance: instance.name().into(),
                    provides: instance.provides(),
                }),
            }
        }
        self.check_given(&used, &mut problems);
        match problems.is_empty() {
            true => Ok(wires),
            false => Err(WiringReport { app: self.app.name().into(), imports: imports.len(), problems }),
        }
    }

    /// The instances meant for an import: those named for it, or else those given without a name that provide it.
    fn candidates(&self, import: &Import, used: &mut [bool]) -> Vec<&Instance> {
        let mut candidates: Vec<&Instance> = Vec::new();
        let mut add = |instance| {
            if !candidates.contains(&instance) {
                candidates.push(instance);
            }
        };
        let mut named = self.named.iter().filter(|(name, _)| names_import(name, import)).peekable();
        if named.peek().is_some() {
            named.for_each(|(_, instance)| add(instance));
            return candidates;
        }
        for (instance, used) in self.with.iter().zip(used) {
            if !import.interface.functions().is_empty() && instance.offers().find(&import.interface).is_some() {
                *used = true;
                add(instance);
            }
        }
        candidates
    }

    /// Notes what was given and cannot be taken.
    fn check_given(&self, used: &[bool], problems: &mut Vec<WiringProblem>) {
        for (instance, used) in self.with.iter().zip(used) {
            if !used {
                problems.push(WiringProblem::Superfluous {
                    instance: instance.name().into(),
                    provides: instance.provides(),
                });
            }
        }
        for (name, _) in &self.named {
            if !self.app.needs().iter().any(|import| names_import(name, import)) {
                let imports = self.app.imports();
                let import = match nearest(name, imports.iter().map(String::as_str)) {
                    Some(nearest) => format!("{name} (did you mean `{nearest}`?)"),
                    None => name.clone(),
                };
                problems.push(WiringProblem::UnknownImport { import, imports });
            }
        }
        let mut all: Vec<&Instance> = Vec::new();
        for instance in self.with.iter().chain(self.named.iter().map(|(_, instance)| instance)) {
            if all.contains(&instance) {
                continue;
            }
            all.push(instance);
            let name = instance.name().to_string();
            if instance.is_removed() {
                problems.push(WiringProblem::Removed { instance: name });
            } else if !self.runtime.owns(instance) {
                problems.push(WiringProblem::Foreign { instance: name });
            }
        }
    }

    #[cold]
    fn failed(&self, error: wasmtime::Error) -> InstantiateError {
        let app = self.app.name().to_string();
        let message = error.chain().map(|cause| cause.to_string()).collect::<Vec<_>>().join(": ");
        if error.is::<PoolConcurrencyLimitError>() {
            return InstantiateError::NoCapacity { app, message };
        }
        let limits = self.runtime.limits();
        let cause = explain(&error, app.as_str().into(), "start".into(), limits.budget.fuel, limits.message);
        InstantiateError::Start { app, cause }
    }
}

impl<'a> IntoFuture for Instantiate<'a> {
    type Output = Result<Instance, InstantiateError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.make())
    }
}

/// Whether `name` means the import: as it is spelt, or without its version.
fn names_import(name: &str, import: &Import) -> bool {
    name == import.name || InterfaceName::parse(&import.name).is_some_and(|full| full.without_version() == name)
}

/// One import and its provider.
struct Wire<'a> {
    import: &'a Import,
    instance: Instance,
    handles: Arc<[u32]>,
}

impl Wire<'_> {
    fn glue(&self) -> Option<Glue> {
        match self.instance.provider() {
            Provider::System(system) => Some(system.glue()),
            Provider::Guest(_) | Provider::Remote(_) => None,
        }
    }
}

fn slot(wire: &Wire<'_>) -> Slot {
    let system = match wire.instance.provider() {
        Provider::System(system) => Some(system.value().clone()),
        Provider::Guest(_) | Provider::Remote(_) => None,
    };
    Slot { instance: wire.instance.clone(), system, handles: wire.handles.iter().copied().collect() }
}

/// What was linked for each import: the glue of a system's type, or images.
pub(crate) type Shape = Box<[Option<TypeId>]>;

fn shape(wiring: &[Wire<'_>]) -> Shape {
    wiring.iter().map(|wire| wire.glue().map(|glue| glue.id)).collect()
}

/// Defines every import of an app. The closures find their provider in the store, by slot.
fn link(runtime: &Runtime, app: &App, wiring: &[Wire<'_>]) -> wasmtime::Result<InstancePre<State>> {
    let mut linker = Linker::new(runtime.engine());
    // An interface of types alone is an instance with nothing in it.
    for import in app.needs().iter().filter(|import| import.interface.functions().is_empty()) {
        linker.instance(&import.name)?;
    }
    for (slot, wire) in wiring.iter().enumerate() {
        let mut instance = linker.instance(&wire.import.name)?;
        let functions = wire.import.interface.functions();
        match wire.glue() {
            Some(glue) => {
                let wanted: Vec<Arc<str>> = functions.iter().map(|function| function.name().into()).collect();
                (glue.link)(&mut instance, slot, &wanted)?;
            }
            None => {
                for (index, function) in functions.iter().enumerate() {
                    let params = function.params_layout().flat;
                    let results = function.result_layout().flat;
                    link_image(&mut instance, function.name(), slot, index, params, results)?;
                }
            }
        }
    }
    linker.instantiate_pre(app.component())
}

fn too_late<T>(deadline: Deadline) -> wasmtime::Result<T> {
    Err(Exhausted { resource: Resource::Deadline, limit: Amount::Time(deadline.span) }.into())
}

/// Makes a store and the component's instance in it.
async fn start(
    runtime: &Runtime,
    pre: &InstancePre<State>,
    state: State,
) -> wasmtime::Result<(Store<State>, wasmtime::component::Instance)> {
    let limits = runtime.limits();
    let mut store = Store::new(runtime.engine(), state);
    store.limiter(|state| &mut state.meter);
    store.fuel_async_yield_interval(Some(limits.slice))?;
    store.set_fuel(limits.budget.fuel)?;
    store.set_hostcall_fuel(limits.message);
    let instance = pre.instantiate_async(&mut store).await?;
    Ok((store, instance))
}

/// Defines one function whose provider is called by image.
///
/// How many core values it has is part of a type, so there is one closure for each count that the canonical ABI allows; a function with
/// more of them gets one pointer, which the empty slice of core values stands for.
fn link_image(
    linker: &mut LinkerInstance<'_, State>,
    name: &str,
    slot: usize,
    index: usize,
    params: u32,
    results: u32,
) -> wasmtime::Result<()> {
    macro_rules! by_params {
        ($($n:literal)*) => {
            match (if params > MAX_FLAT_PARAMS { 0 } else { params }, results == MAX_FLAT_RESULTS) {
                $(($n, true) => link_image_of::<$n, 1>(linker, name, slot, index),)*
                $(($n, false) => link_image_of::<$n, 0>(linker, name, slot, index),)*
                _ => Ok(()),
            }
        };
    }
    by_params!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)
}

fn link_image_of<const N: usize, const M: usize>(
    linker: &mut LinkerInstance<'_, State>,
    name: &str,
    slot: usize,
    index: usize,
) -> wasmtime::Result<()> {
    linker.func_wrap_async(name, move |mut store: StoreContextMut<'_, State>, params: Guest<RawParams, N>| {
        Box::new(async move {
            let (provider, handle) = store.data().provider(slot, index)?;
            let cx = enter(&store)?;
            let result = provider.call_image(&cx, handle, params.0.0).await;
            leave(&mut store, cx).await?;
            Ok(Guest::<_, M>(RawOutcome(result?)))
        })
    })
}
