//! Matches the imports of an app with the instances that they are given.

use std::sync::Arc;

use isorun_wit::nearest;

use super::import::Import;
use super::wire::Wire;
use crate::error::wiring::{WiringProblem, WiringReport};
use crate::instance::Instance;
use crate::provider::slot::Slot;
use crate::provider::state::InstanceState;

/// The instances that an app's imports are given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    /// Instances for every import that they export.
    pub(crate) with: Vec<Instance>,
    /// Instances for the import of this name.
    pub(crate) named: Vec<(String, Instance)>,
    /// In a replacement: what the old app was wired with, for imports that are given nothing else.
    pub(crate) before: Arc<[Slot]>,
}

impl Given {
    /// Finds one provider for each import, or reports every problem with that.
    pub(crate) fn resolve(
        &self,
        app: &str,
        imports: &[Import],
        is_ours: impl Fn(&Instance) -> bool,
    ) -> Result<Vec<Wire>, WiringReport> {
        let mut problems = Vec::new();
        let mut used = vec![false; self.with.len()];
        let mut wires = Vec::new();
        // An interface of types alone needs no provider. It has no wire either, so that a slot means the same import in all wirings of an app:
        // what was linked for one serves them all.
        for import in imports.iter().filter(|import| !import.interface.functions().is_empty()) {
            let candidates = self.candidates(import, &mut used);
            let instance = match &candidates[..] {
                [instance] => instance.clone(),
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
            match instance.reached().indices(&import.interface, import.interface.functions()) {
                Some(Ok(functions)) => wires.push(Wire {
                    import: import.name.clone(),
                    interface: import.interface.clone(),
                    instance,
                    functions: functions.into(),
                }),
                Some(Err(differences)) => {
                    let (import_name, name) = (import.name.clone(), instance.name().to_string());
                    let functions = instance.beyond_reach(&import.interface);
                    problems.push(match functions.is_empty() {
                        true => WiringProblem::Differs { import: import_name, instance: name, differences },
                        false => WiringProblem::Narrowed { import: import_name, instance: name, functions },
                    });
                }
                None => problems.push(WiringProblem::NotExported {
                    import: import.name.clone(),
                    instance: instance.name().into(),
                    exports: instance.reached().names(),
                }),
            }
        }
        self.check(imports, is_ours, &used, &mut problems);
        match problems.is_empty() {
            true => Ok(wires),
            false => Err(WiringReport { app: app.into(), imports: imports.len(), problems }),
        }
    }

    /// The instances that may be meant for an import: those named for it, or else those given without a name that export it, or else the
    /// one that the import had before.
    fn candidates(&self, import: &Import, used: &mut [bool]) -> Vec<Instance> {
        let mut candidates: Vec<Instance> = Vec::new();
        let mut add = |instance: &Instance| {
            if !candidates.contains(instance) {
                candidates.push(instance.clone());
            }
        };
        let mut named = self.named.iter().filter(|(name, _)| import.is_named(name)).peekable();
        if named.peek().is_some() {
            named.for_each(|(_, instance)| add(instance));
            return candidates;
        }
        for (instance, used) in self.with.iter().zip(used) {
            if instance.reached().find(&import.interface).is_some() {
                *used = true;
                add(instance);
            }
        }
        if candidates.is_empty() {
            let same = |slot: &&Slot| slot.import.name() == import.interface.name();
            // Only another version of the same interface counts, not any old provider that happens to export what fits.
            let path = import.interface.name().path();
            let serves = |slot: &&Slot| {
                slot.import.name().path() == path && handle(slot).reached().find(&import.interface).is_some()
            };
            let before = self.before.iter().find(same).or_else(|| self.before.iter().find(serves));
            candidates.extend(before.map(handle));
        }
        candidates
    }

    /// Reports instances and names that were given and cannot be used.
    fn check(
        &self,
        imports: &[Import],
        is_ours: impl Fn(&Instance) -> bool,
        used: &[bool],
        problems: &mut Vec<WiringProblem>,
    ) {
        for (instance, used) in self.with.iter().zip(used) {
            if !used {
                problems.push(WiringProblem::Superfluous {
                    instance: instance.name().into(),
                    exports: instance.reached().names(),
                });
            }
        }
        for (name, _) in &self.named {
            if !imports.iter().any(|import| import.is_named(name)) {
                let imports: Vec<String> = imports.iter().map(|import| import.name.clone()).collect();
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

/// A handle like the one that the import in the slot was given.
pub(crate) fn handle(slot: &Slot) -> Instance {
    Instance::reaching(slot.provider.clone(), slot.reach.clone())
}
