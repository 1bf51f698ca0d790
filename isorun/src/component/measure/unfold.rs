//! What a component is when it is unfolded: with everything that it instantiates laid out, as the engine lays it out when it compiles.

mod scope;
mod types;

use std::collections::HashMap;

use wasmparser::{
    CanonicalFunction, ComponentAlias, ComponentAliasSectionReader, ComponentCanonicalSectionReader, ComponentExport,
    ComponentExportSectionReader, ComponentExternalKind, ComponentImportSectionReader, ComponentInstance,
    ComponentInstanceSectionReader, ComponentOuterAliasKind, ComponentTypeSectionReader, Instance,
    InstanceSectionReader, Result,
};

use super::module::Facts;
use scope::{Component, Item, Unfolded};

/// A part of a component, as it was read.
pub(super) enum Part<'a> {
    Types(ComponentTypeSectionReader<'a>),
    Imports(ComponentImportSectionReader<'a>),
    Exports(ComponentExportSectionReader<'a>),
    Aliases(ComponentAliasSectionReader<'a>),
    Canonical(ComponentCanonicalSectionReader<'a>),
    CoreInstances(InstanceSectionReader<'a>),
    Instances(ComponentInstanceSectionReader<'a>),
    /// A core module, by its place among all of them.
    Module(usize),
    /// A component, by its place among all of them.
    Component(usize),
}

impl Part<'_> {
    /// How many bytes are read when it is run through.
    fn bytes(&self) -> u64 {
        let range = match self {
            Part::Types(section) => section.range(),
            Part::Imports(section) => section.range(),
            Part::Exports(section) => section.range(),
            Part::Aliases(section) => section.range(),
            Part::Canonical(section) => section.range(),
            Part::CoreInstances(section) => section.range(),
            Part::Instances(section) => section.range(),
            Part::Module(_) | Part::Component(_) => 0..0,
        };
        range.len() as u64
    }
}

/// A component, the outermost or one inside it, as it was read.
#[derive(Default)]
pub(super) struct Code<'a> {
    pub(super) parts: Vec<Part<'a>>,
    /// The modules and components around it that it makes use of: how many components up, and which index there.
    pub(super) captured: Vec<(ComponentOuterAliasKind, u32, u32)>,
}

/// Sums over everything that was unfolded. They stop at the largest number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    /// Definitions, each as often as it is copied or made.
    pub(super) items: u64,
    /// Types, written out, each as often as something has them.
    pub(super) types: u64,
    pub(super) instances: u64,
    pub(super) core_instances: u64,
    pub(super) memories: u64,
    pub(super) tables: u64,
    /// Functions that the engine makes between components, and between components and the host.
    pub(super) trampolines: u64,
    /// Functions that pass values from component to component.
    pub(super) adapters: u64,
    pub(super) engine_bytes: u64,
}

impl Totals {
    fn add(&mut self, other: &Totals) {
        for (sum, more) in [
            (&mut self.items, other.items),
            (&mut self.types, other.types),
            (&mut self.instances, other.instances),
            (&mut self.core_instances, other.core_instances),
            (&mut self.memories, other.memories),
            (&mut self.tables, other.tables),
            (&mut self.trampolines, other.trampolines),
            (&mut self.adapters, other.adapters),
            (&mut self.engine_bytes, other.engine_bytes),
        ] {
            *sum = sum.saturating_add(more);
        }
    }
}

/// How much may be counted before counting stops.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub(super) depth: u64,
    /// Steps: one for each thing that is read, and one for each [`STEP`] bytes of it, as often as it is read.
    pub(super) steps: u64,
}

/// What was counted.
pub(super) struct Counted {
    pub(super) totals: Totals,
    /// How deep instances are made by each other.
    pub(super) depth: u64,
    /// How many functions the outermost component exports, those of its instances included.
    pub(super) exported: u64,
}

/// Counts what the outermost component, the first of `codes`, means. Each component is run through once for each different list of arguments that it
/// is instantiated with, and what it comes to is added up for all others; so nothing is laid out. Where a component does not run out of different
/// arguments, the bounds end it, and the sums are past them.
pub(super) fn count<'a>(codes: &[Code<'a>], modules: &[Facts], bounds: Bounds) -> Result<Counted> {
    let mut unfolding = Unfolding {
        codes,
        modules,
        bounds,
        unfolded: Unfolded::default(),
        known: HashMap::new(),
        once: Totals::default(),
        steps: 0,
        depth: 0,
    };
    let done = unfolding.run(Component { code: Some(0), scope: None, ..Component::default() }, None, 1, true)?;
    let mut totals = done.totals;
    totals.add(&unfolding.once);
    if unfolding.stopped() {
        totals.items = totals.items.max(unfolding.steps);
    }
    totals.engine_bytes = totals.engine_bytes.saturating_add(component_bytes(&totals));
    let exported = unfolding.unfolded.functions(done.instance);
    Ok(Counted { totals, depth: unfolding.depth, exported })
}

/// An upper bound of what the engine allocates for an instance of the outermost component, beside its core instances.
///
/// It follows `VMComponentOffsets` of wasmtime-environ and `vm/component.rs`.
fn component_bytes(totals: &Totals) -> u64 {
    // Adapters are put into modules of their own, at most one between two core instances.
    let adapter_modules = totals.adapters.min(totals.core_instances.saturating_add(1));
    [(1, 8192), (totals.instances, 1024), (totals.trampolines, 80), (totals.adapters, 1024), (adapter_modules, 1024)]
        .iter()
        .fold(0, |sum, (count, bytes): &(u64, u64)| sum.saturating_add(count.saturating_mul(*bytes)))
}

/// What a component comes to with certain arguments.
#[derive(Clone, Copy)]
struct Done {
    totals: Totals,
    /// The instance that it makes.
    instance: usize,
    /// How deep the instances are that it makes of others, itself included.
    height: u64,
}

/// A component and the arguments that it is instantiated with, sorted by name.
type Instantiation<'a> = (usize, Vec<(&'a str, Item)>);

struct Unfolding<'c, 'a> {
    codes: &'c [Code<'a>],
    modules: &'c [Facts],
    bounds: Bounds,
    unfolded: Unfolded<'a>,
    known: HashMap<Instantiation<'a>, Done>,
    /// What is done once for each component that lies in another, whether it is instantiated or not.
    once: Totals,
    steps: u64,
    depth: u64,
}

/// A component that is being run through.
struct Run<'a> {
    scope: usize,
    args: Option<HashMap<&'a str, Item>>,
    depth: u64,
    height: u64,
    /// Whether what it instantiates is added to its sums.
    adds: bool,
    /// Whether the components in it have not been run through for themselves.
    first: bool,
    totals: Totals,
    exports: HashMap<&'a str, Item>,
}

impl<'a> Unfolding<'_, 'a> {
    fn stopped(&self) -> bool {
        self.steps > self.bounds.steps || self.depth > self.bounds.depth
    }

    /// Runs through a component: for its instantiation with arguments, or for itself, when its imports stand for whatever they are given.
    fn run(
        &mut self,
        component: Component,
        args: Option<HashMap<&'a str, Item>>,
        depth: u64,
        adds: bool,
    ) -> Result<Done> {
        self.depth = self.depth.max(depth);
        let first = args.is_none();
        let scope = self.unfolded.scope(component.scope);
        let totals = Totals { instances: 1, ..Totals::default() };
        let mut run = Run { scope, args, depth, height: 1, adds, first, totals, exports: HashMap::new() };
        let codes = self.codes;
        let parts = component.code.and_then(|code| codes.get(code)).map_or(&[][..], |code| &code.parts);
        for part in parts {
            if self.stopped() {
                break;
            }
            self.part(&mut run, part)?;
        }
        let instance = self.unfolded.instance(run.exports);
        Ok(Done { totals: run.totals, instance, height: run.height })
    }

    fn part(&mut self, run: &mut Run<'a>, part: &Part<'a>) -> Result<()> {
        self.step(run, 1);
        // Names are read, hashed and compared again each time, and one of them may be most of a component.
        self.steps = self.steps.saturating_add(part.bytes() / STEP);
        match part {
            Part::Types(section) => {
                for ty in section.clone() {
                    let ty = self.component_type(run, run.scope, &ty?)?;
                    self.unfolded.scopes[run.scope].types.push(ty);
                }
            }
            Part::Imports(section) => {
                for import in section.clone() {
                    let import = import?;
                    let given = run.args.as_ref().and_then(|args| args.get(import.name.name).copied());
                    let item = given.unwrap_or_else(|| self.unfolded.declared(run.scope, import.ty));
                    self.copied(run, item);
                    self.unfolded.scopes[run.scope].push(item);
                }
            }
            Part::Exports(section) => {
                for export in section.clone() {
                    let export = export?;
                    let item = self.item(run, export.kind, export.index);
                    self.copied(run, item);
                    self.unfolded.scopes[run.scope].push(item);
                    run.exports.insert(export.name.name, item);
                }
            }
            Part::Aliases(section) => {
                for alias in section.clone() {
                    let item = self.alias(run, run.scope, &alias?);
                    self.unfolded.scopes[run.scope].push(item);
                }
            }
            Part::Canonical(section) => {
                for function in section.clone() {
                    self.canonical(run, &function?);
                }
            }
            Part::CoreInstances(section) => {
                for instance in section.clone() {
                    self.core_instance(run, &instance?);
                }
            }
            Part::Instances(section) => {
                for instance in section.clone() {
                    let instance = self.component_instance(run, instance?)?;
                    self.unfolded.scopes[run.scope].push(Item::Instance(instance));
                }
            }
            Part::Module(module) => self.unfolded.scopes[run.scope].push(Item::Module(Some(*module))),
            Part::Component(code) => self.component(run, *code)?,
        }
        Ok(())
    }

    /// Counts work that is done once where it stands.
    fn step(&mut self, run: &mut Run<'_>, items: u64) {
        self.steps = self.steps.saturating_add(items);
        run.totals.items = run.totals.items.saturating_add(items);
    }

    /// Counts an item that is copied, with all that is in it, and its type, which is written out or compared.
    fn copied(&mut self, run: &mut Run<'_>, item: Item) {
        self.step(run, 1);
        let size = self.unfolded.size(item);
        run.totals.items = run.totals.items.saturating_add(size.weight.saturating_sub(1));
        run.totals.types = run.totals.types.saturating_add(size.types);
    }

    fn item(&self, run: &Run<'_>, kind: ComponentExternalKind, index: u32) -> Item {
        self.unfolded.scopes[run.scope].get(kind, index)
    }

    fn alias(&mut self, run: &mut Run<'_>, scope: usize, alias: &ComponentAlias<'_>) -> Item {
        let item = match *alias {
            ComponentAlias::InstanceExport { kind, instance_index, name } => {
                let instance = self.unfolded.scopes[scope].get(ComponentExternalKind::Instance, instance_index);
                self.unfolded.export(instance, name).unwrap_or(Item::unknown(kind))
            }
            // What a core instance exports is counted where the instance is made.
            ComponentAlias::CoreInstanceExport { .. } => Item::Core,
            ComponentAlias::Outer { kind, count, index } => self.unfolded.outer(scope, kind, count, index),
        };
        self.copied(run, item);
        item
    }

    fn canonical(&mut self, run: &mut Run<'_>, function: &CanonicalFunction) {
        let ty = match function {
            CanonicalFunction::Lift { type_index, .. } => {
                let ty = self.unfolded.scopes[run.scope].ty(*type_index);
                let function = Item::Func { ty, lifted: true };
                self.unfolded.scopes[run.scope].push(function);
                Some((ty, false))
            }
            CanonicalFunction::Lower { func_index, .. } => {
                match self.item(run, ComponentExternalKind::Func, *func_index) {
                    Item::Func { ty, lifted } => Some((ty, lifted)),
                    _ => None,
                }
            }
            _ => None,
        };
        self.step(run, 1);
        run.totals.trampolines = run.totals.trampolines.saturating_add(1);
        if let Some((ty, adapts)) = ty {
            let types = self.unfolded.type_size(ty);
            run.totals.types = run.totals.types.saturating_add(types);
            if adapts {
                // An adapter takes both sides' types apart.
                run.totals.types = run.totals.types.saturating_add(types.saturating_mul(ADAPTED));
                run.totals.adapters = run.totals.adapters.saturating_add(1);
            }
        }
    }

    fn core_instance(&mut self, run: &mut Run<'_>, instance: &Instance<'_>) {
        match instance {
            Instance::FromExports(exports) => self.step(run, 1 + exports.len() as u64),
            Instance::Instantiate { module_index, args } => {
                self.step(run, 1 + args.len() as u64);
                let module = self.unfolded.scopes[run.scope].get(ComponentExternalKind::Module, *module_index);
                let totals = &mut run.totals;
                totals.core_instances = totals.core_instances.saturating_add(1);
                if let Item::Module(Some(module)) = module
                    && let Some(facts) = self.modules.get(module)
                {
                    totals.items = totals.items.saturating_add(facts.imports());
                    totals.memories = totals.memories.saturating_add(facts.memories);
                    totals.tables = totals.tables.saturating_add(facts.tables);
                    totals.engine_bytes = totals.engine_bytes.saturating_add(facts.engine_bytes());
                }
            }
        }
    }

    fn component_instance(&mut self, run: &mut Run<'a>, instance: ComponentInstance<'a>) -> Result<usize> {
        let instance = match instance {
            ComponentInstance::FromExports(exports) => {
                let mut items = HashMap::new();
                for ComponentExport { name, kind, index, .. } in exports {
                    let item = self.item(run, kind, index);
                    self.copied(run, item);
                    items.insert(name.name, item);
                }
                self.unfolded.instance(items)
            }
            ComponentInstance::Instantiate { component_index, args } => {
                let mut given = Vec::with_capacity(args.len());
                for arg in &args {
                    let item = self.item(run, arg.kind, arg.index);
                    self.copied(run, item);
                    given.push((arg.name, item));
                }
                let component = self.item(run, ComponentExternalKind::Component, component_index);
                self.instantiate(run, component, given)?
            }
        };
        self.copied(run, Item::Instance(instance));
        Ok(instance)
    }

    fn instantiate(&mut self, run: &mut Run<'a>, component: Item, mut args: Vec<(&'a str, Item)>) -> Result<usize> {
        let Item::Component(index) = component else { return Ok(self.unfolded.instance(HashMap::new())) };
        let component = self.unfolded.components[index];
        if let (None, Some(instance)) = (component.code, component.declared) {
            return Ok(instance);
        }
        args.sort_by_key(|(name, _)| *name);
        let instantiation = (index, args);
        let done = match self.known.get(&instantiation) {
            Some(done) => *done,
            None => {
                let args = instantiation.1.iter().copied().collect();
                let done = self.run(component, Some(args), run.depth + 1, true)?;
                self.known.insert(instantiation, done);
                done
            }
        };
        run.height = run.height.max(done.height.saturating_add(1));
        self.depth = self.depth.max(run.depth.saturating_add(done.height));
        if run.adds {
            run.totals.add(&done.totals);
        }
        Ok(done.instance)
    }

    /// A component that lies in the one that is run through.
    fn component(&mut self, run: &mut Run<'a>, code: usize) -> Result<()> {
        // With a component go the modules and components that it takes from around it, each with what that takes.
        let mut weight = 1_u64;
        let codes = self.codes;
        for &(kind, count, index) in codes.get(code).map_or(&[][..], |code| &code.captured) {
            self.step(run, 1);
            let item = match count.checked_sub(1) {
                Some(up) => self.unfolded.outer(run.scope, kind, up, index),
                None => Item::Core,
            };
            weight = weight.saturating_add(self.unfolded.size(item).weight);
        }
        run.totals.items = run.totals.items.saturating_add(weight);
        let mut component = Component { code: Some(code), scope: Some(run.scope), weight, ..Component::default() };
        if run.first {
            let own = self.run(component, None, run.depth + 1, false)?;
            self.once.add(&Totals {
                instances: 0,
                core_instances: 0,
                memories: 0,
                tables: 0,
                engine_bytes: 0,
                ..own.totals
            });
            component.types = self.unfolded.size(Item::Instance(own.instance)).types;
        }
        let index = self.unfolded.component(component);
        self.unfolded.scopes[run.scope].push(Item::Component(index));
        Ok(())
    }
}

/// How many bytes that are read count as much as one thing.
const STEP: u64 = 64;

/// How many times the size of a function's type an adapter's code is counted: two sides, each with a load and a store.
const ADAPTED: u64 = 4;
