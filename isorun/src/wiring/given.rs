//! Matches the imports of an app with the instances that they are given.

#![expect(clippy::mutable_key_type, reason = "an instance is hashed by what it stands for, which never changes")]

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use super::wire::Wire;
use crate::error::wiring::{WiringProblem, WiringReport};
use crate::guesses::Guesses;
use crate::instance::Instance;
use crate::interface::exports::{Exports, Served};
use crate::interface::interface;
use crate::interface::port::{Export, Import};
use crate::provider::slot::{Part, Slot};
use crate::provider::state::InstanceState;

/// What an app's imports are given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    /// Instances for every import that they export.
    pub(crate) with: Vec<Instance>,
    /// Instances for the import of this name.
    pub(crate) named: Vec<(String, Instance)>,
    /// For the import of this name, which is a function: a function of an instance, by its name there.
    pub(crate) functions: Vec<(String, Instance, String)>,
    /// How long a provider may take for one call.
    pub(crate) times: Vec<(Instance, Duration)>,
    /// In a replacement: what the old app was wired with, for imports that are given nothing else.
    pub(crate) before: Arc<[Slot]>,
}

/// The instance that an import is given, and the name of the function that is meant if it is one by itself.
type Candidate<'a> = (&'a Instance, Option<&'a str>);

impl Given {
    /// Finds one provider for each import, or reports every problem with that.
    pub(crate) fn resolve(
        &self,
        app: &str,
        imports: &[Import],
        is_ours: impl Fn(&Instance) -> bool,
    ) -> Result<Vec<Wire>, WiringReport> {
        let before: Vec<Instance> = self.before.iter().map(handle).collect();
        let mut matching = Matching::new(self, &before);
        let mut problems = Vec::new();
        let mut wires = Vec::new();
        // An interface of types alone needs no provider. It has no wire either, so that a slot means the same import in all wirings of an app:
        // what was linked for one serves them all.
        for import in imports.iter().filter(|import| import.needs_provider()) {
            let candidates = matching.candidates(import);
            let wired = match candidates[..] {
                [(instance, None)] => matching.wire(import, instance),
                [(instance, Some(function))] => matching.wire_function(import, instance, function),
                [] if import.is_function() => Err(WiringProblem::MissingFunction { import: import.name().into() }),
                [] => {
                    let interface = import.interface().name().to_string();
                    Err(WiringProblem::Missing { import: import.name().into(), interface })
                }
                _ => {
                    let candidates = candidates.iter().map(|(instance, _)| instance.name().to_string()).collect();
                    Err(WiringProblem::Ambiguous { import: import.name().into(), candidates })
                }
            };
            match wired {
                Ok(wire) => wires.push(wire),
                Err(problem) => problems.push(problem),
            }
        }
        matching.unused(imports, &mut problems);
        self.unusable(is_ours, &mut problems);
        match problems.is_empty() {
            true => Ok(wires),
            false => Err(WiringReport { app: app.into(), imports: imports.len(), problems }),
        }
    }

    fn instances(&self) -> impl Iterator<Item = &Instance> {
        let named = self.named.iter().map(|(_, instance)| instance);
        self.with.iter().chain(named).chain(self.functions.iter().map(|(_, instance, _)| instance))
    }

    /// Reports instances that were given and cannot be used by anybody.
    fn unusable(&self, is_ours: impl Fn(&Instance) -> bool, problems: &mut Vec<WiringProblem>) {
        let mut seen = HashSet::new();
        for instance in self.instances().filter(|instance| seen.insert(Arc::as_ptr(instance.provider()))) {
            let name = instance.name().to_string();
            if instance.provider().is_removed() {
                problems.push(WiringProblem::Removed { instance: name });
            } else if matches!(instance.state(), InstanceState::Retiring) {
                problems.push(WiringProblem::Retiring { instance: name });
            } else if !is_ours(instance) {
                problems.push(WiringProblem::Foreign { instance: name });
            }
        }
    }
}

/// What was given, arranged so that nothing is looked for one by one: how many imports and exports there are is up to strangers.
struct Matching<'a> {
    given: &'a Given,
    /// Handles like those of the slots in `given.before`.
    before: &'a [Instance],
    /// What each instance exports, asked for once.
    exports: HashMap<&'a Instance, Exported>,
    /// The instances of `given.with` that export an interface of this track. Functions at the root are listed by their names, after `$root#`.
    with: HashMap<String, Vec<&'a Instance>>,
    used: HashSet<&'a Instance>,
    /// The names by which something was given that an import has got.
    used_names: HashSet<&'a str>,
    /// What is given by the name of an import.
    named: HashMap<&'a str, Vec<Candidate<'a>>>,
    /// The slots that the replaced app had, by the names of its imports and by the paths of their interfaces.
    before_by_name: HashMap<&'a str, usize>,
    before_by_path: HashMap<&'a str, Vec<usize>>,
}

/// The exports that a handle reaches, and their names as reports list them.
struct Exported {
    exports: Exports,
    names: Arc<[String]>,
}

impl<'a> Matching<'a> {
    fn new(given: &'a Given, before: &'a [Instance]) -> Matching<'a> {
        let mut exports = HashMap::new();
        for instance in given.instances().chain(before) {
            exports.entry(instance).or_insert_with(|| {
                let exports = instance.reached();
                Exported { names: exports.names().into(), exports }
            });
        }
        let mut with: HashMap<String, Vec<&Instance>> = HashMap::new();
        let mut seen = HashSet::new();
        for instance in given.with.iter().filter(|instance| seen.insert(*instance)) {
            for key in exports[instance].exports.list().iter().flat_map(keys_of_export).collect::<HashSet<_>>() {
                with.entry(key).or_default().push(instance);
            }
        }
        let mut named: HashMap<&str, Vec<Candidate<'_>>> = HashMap::new();
        let instances = given.named.iter().map(|(name, instance)| (name, (instance, None)));
        let functions =
            given.functions.iter().map(|(name, instance, function)| (name, (instance, Some(function.as_str()))));
        let mut seen = HashSet::new();
        for (name, candidate) in instances.chain(functions).filter(|one| seen.insert(*one)) {
            named.entry(name).or_default().push(candidate);
        }
        let (mut before_by_name, mut before_by_path) = (HashMap::new(), HashMap::<&str, Vec<usize>>::new());
        for (position, slot) in given.before.iter().enumerate() {
            before_by_name.insert(slot.part.import.name(), position);
            if !slot.part.import.is_function() {
                before_by_path.entry(slot.part.import.interface().name().path()).or_default().push(position);
            }
        }
        let (used, used_names) = (HashSet::new(), HashSet::new());
        Matching { given, before, exports, with, used, used_names, named, before_by_name, before_by_path }
    }

    /// The instances that may be meant for an import: those named for it, or else those given without a name that export it, or else the
    /// one that the import had before.
    fn candidates(&mut self, import: &Import) -> Vec<Candidate<'a>> {
        // The whole name is meant for this import alone; without the version it may be meant for several.
        if let Some((name, named)) = names_of_import(import).find_map(|name| self.named.get_key_value(name)) {
            self.used_names.insert(name);
            return named.clone();
        }
        let with = self.with.get(&key_of_import(import)).into_iter().flatten().copied();
        let with: Vec<Candidate<'a>> = with.map(|instance| (instance, None)).collect();
        self.used.extend(with.iter().map(|(instance, _)| *instance));
        if !with.is_empty() {
            return with;
        }
        self.before(import).into_iter().collect()
    }

    /// What the replaced app had for an import of this name, or of another version of the same interface.
    fn before(&self, import: &Import) -> Option<Candidate<'a>> {
        let same = self.before_by_name.get(import.name()).copied();
        let same =
            same.filter(|&position| self.given.before[position].part.import.is_function() == import.is_function());
        let mut others = self.before_by_path.get(import.interface().name().path()).into_iter().flatten().copied();
        // Only another version of the same interface counts, not any old provider that happens to export what fits.
        let serves = |&position: &usize| self.exports[&self.before[position]].exports.has(import.interface());
        let position = same.or_else(|| others.find(serves))?;
        Some((&self.before[position], self.given.before[position].part.function.as_deref()))
    }

    /// A wire to the export of an instance that serves the import.
    fn wire(&self, import: &Import, instance: &Instance) -> Result<Wire, WiringProblem> {
        let Exported { exports, names } = &self.exports[instance];
        let (wanted, name) = (import.interface(), instance.name().to_string());
        let import_name = import.name().to_string();
        match exports.indices(wanted, wanted.functions()) {
            Served::One(Ok(functions)) => {
                let uses = wanted.clone();
                let part = Part { import: import.clone(), uses, functions: functions.into(), function: None };
                Ok(Wire { instance: instance.clone(), part })
            }
            Served::One(Err(differences)) => {
                let functions = instance.beyond_reach(wanted, exports);
                Err(match functions.is_empty() {
                    true => WiringProblem::Differs { import: import_name, instance: name, differences },
                    false => WiringProblem::Narrowed { import: import_name, instance: name, functions },
                })
            }
            Served::Several(exports) => {
                Err(WiringProblem::SeveralExports { import: import_name, instance: name, exports })
            }
            Served::Nothing => {
                let interface = wanted.name().to_string();
                Err(WiringProblem::NotExported {
                    import: import_name,
                    interface,
                    instance: name,
                    exports: names.clone(),
                })
            }
        }
    }

    /// A wire from an imported function to one function of an instance, which may have another name.
    fn wire_function(&self, import: &Import, instance: &Instance, name: &str) -> Result<Wire, WiringProblem> {
        let (import_name, instance_name) = (import.name().to_string(), instance.name().to_string());
        let found: Vec<_> = self.exports[instance].exports.named(name).collect();
        let &[(index, export, provided)] = &found[..] else {
            let candidates = found.iter().map(|(_, export, function)| export.label(function)).collect();
            let function = name.to_string();
            return Err(WiringProblem::NotOneFunction {
                import: import_name,
                instance: instance_name,
                function,
                candidates,
            });
        };
        match import.interface().functions() {
            [wanted] if import.is_function() && wanted.has_types_of(provided) => {
                let uses = interface(&export.interface().name().to_string(), [provided.clone()]);
                let (functions, function) = ([index].into(), Some(name.into()));
                Ok(Wire {
                    instance: instance.clone(),
                    part: Part { import: import.clone(), uses, functions, function },
                })
            }
            [wanted] if import.is_function() => {
                let (wanted, provided) = (wanted.to_string(), provided.to_string());
                let function = export.label(found[0].2);
                Err(WiringProblem::FunctionDiffers {
                    import: import_name,
                    instance: instance_name,
                    function,
                    wanted,
                    provided,
                })
            }
            _ => Err(WiringProblem::NotAFunction { import: import_name }),
        }
    }

    /// Reports instances and names that were given and that no import has a use for.
    fn unused(&self, imports: &[Import], problems: &mut Vec<WiringProblem>) {
        let mut reported = HashSet::new();
        for instance in &self.given.with {
            if !self.used.contains(instance) && reported.insert(instance) {
                let exports = self.exports[instance].names.clone();
                problems.push(WiringProblem::Superfluous { instance: instance.name().into(), exports });
            }
        }
        let known: HashSet<&str> = imports.iter().flat_map(names_of_import).collect();
        // What is given to an interface of types alone moves nothing else, and harms nobody.
        let types: HashSet<&str> =
            imports.iter().filter(|import| !import.needs_provider()).flat_map(names_of_import).collect();
        let all: Arc<[String]> = imports.iter().map(|import| import.name().to_string()).collect();
        let mut guesses = Guesses::default();
        let named = self.given.named.iter().map(|(name, instance)| (name, instance));
        for (name, instance) in named.chain(self.given.functions.iter().map(|(name, instance, _)| (name, instance))) {
            // All imports that the name without a version could mean were given something by their whole names.
            if known.contains(name.as_str())
                && !self.used_names.contains(name.as_str())
                && !types.contains(name.as_str())
            {
                let exports = self.exports[instance].names.clone();
                problems.push(WiringProblem::Superfluous { instance: instance.name().into(), exports });
            }
            if !known.contains(name.as_str()) {
                let import = match guesses.nearest(name, &*all) {
                    Some(nearest) => format!("{name} (did you mean `{nearest}`?)"),
                    None => name.clone(),
                };
                problems.push(WiringProblem::UnknownImport { import, imports: all.clone() });
            }
        }
    }
}

/// The names by which an import can be given something, the one that is meant for it alone first.
fn names_of_import(import: &Import) -> impl Iterator<Item = &str> {
    std::iter::once(import.name()).chain(import.unversioned())
}

/// Under what a provider of the import is found.
fn key_of_import(import: &Import) -> String {
    let track = import.interface().name().on_track();
    if import.is_function() { format!("{track}#{}", import.name()) } else { track }
}

/// Under what an export can be found by imports.
fn keys_of_export(export: &Export) -> Vec<String> {
    let track = export.interface().name().on_track();
    match export.is_root() {
        true => export.interface().functions().iter().map(|function| format!("{track}#{}", function.name())).collect(),
        false => vec![track],
    }
}

/// A handle like the one that the import in the slot was given.
fn handle(slot: &Slot) -> Instance {
    Instance::reaching(slot.provider.clone(), slot.reach.clone())
}
