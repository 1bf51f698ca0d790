//! An app's imports matched to instances.
//!
//! # Invariants
//!
//! * A wiring that does not fit has not executed one instruction of the app.
//! * What is wired was there before: tokens exist before they are wired, so the graph has no cycles.

mod down;
mod link;
mod scalars;

use std::sync::Arc;

use crate::app::{App, Import};
use crate::error::{WiringProblem, WiringReport};
use crate::instance::counters::Tally;
use crate::instance::policy::Reuse;
use crate::instance::store::Slot;
use crate::instance::{Instance, InstanceState, Provider};
use crate::interface::{Interface, InterfaceName};
use crate::names::nearest;
use crate::runtime::Runtime;
use crate::system::Consumer;

pub(crate) use link::{Shape, link};

/// What an app's imports are given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    /// For every import that it provides.
    pub(crate) with: Vec<Instance>,
    /// For the import of this name.
    pub(crate) named: Vec<(String, Instance)>,
    /// What the instance is wired with whose app is replaced, for imports that are given nothing else.
    pub(crate) before: Arc<[Slot]>,
}

/// One import and its provider.
#[derive(Debug)]
pub(crate) struct Wire {
    /// The name as the component spells it.
    pub(crate) import: String,
    /// The functions that the app imports.
    pub(crate) interface: Interface,
    pub(crate) instance: Instance,
    /// The provider's handles of those functions.
    pub(crate) handles: Box<[u32]>,
}

/// The wires as the stores of an instance hold them. What was made for this consumer before serves it again, and serves all its imports.
pub(crate) fn slots(wires: Vec<Wire>, consumer: Consumer<'_>, reuse: Reuse, before: &[Slot]) -> Arc<[Slot]> {
    let mut slots: Vec<Slot> = Vec::with_capacity(wires.len());
    for Wire { interface, instance, handles, .. } in wires {
        let kept = before.iter().chain(&slots).find(|slot| slot.instance.is_same(&instance));
        let kept = kept.and_then(|slot| slot.system.clone());
        let system = match instance.provider() {
            Provider::System(system) => kept.or_else(|| system.value(&consumer)),
            Provider::Guest(_) | Provider::Remote(_) => None,
        };
        let tally = if reuse == Reuse::Serial { Tally::serial() } else { Tally::default() };
        slots.push(Slot { instance, import: interface, system, handles, tally });
    }
    slots.into()
}

impl Given {
    /// One provider for each import, or everything that keeps it from being so.
    pub(crate) fn resolve(&self, runtime: &Runtime, app: &App) -> Result<Vec<Wire>, WiringReport> {
        let imports = app.needs();
        let mut problems = Vec::new();
        let mut used = vec![false; self.with.len()];
        let mut wires = Vec::new();
        // An interface of types alone needs no provider. It has no wire either, so that a slot means the same import in all wirings of an app:
        // what was linked for one serves them all.
        for import in imports.iter().filter(|import| !import.interface.functions().is_empty()) {
            let candidates = self.candidates(import, &mut used);
            let instance = match candidates[..] {
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
            match instance.offers().handles(&import.interface, import.interface.functions()) {
                Some(Ok(handles)) => wires.push(Wire {
                    import: import.name.clone(),
                    interface: import.interface.clone(),
                    instance,
                    handles: handles.into(),
                }),
                Some(Err(differences)) => {
                    let (import_name, name) = (import.name.clone(), instance.name().to_string());
                    let functions = instance.beyond_reach(&import.interface);
                    problems.push(match functions.is_empty() {
                        true => WiringProblem::Differs { import: import_name, instance: name, differences },
                        false => WiringProblem::Narrowed { import: import_name, instance: name, functions },
                    });
                }
                None => problems.push(WiringProblem::NotProvided {
                    import: import.name.clone(),
                    instance: instance.name().into(),
                    provides: instance.provides(),
                }),
            }
        }
        self.check(runtime, app, &used, &mut problems);
        match problems.is_empty() {
            true => Ok(wires),
            false => Err(WiringReport { app: app.name().into(), imports: imports.len(), problems }),
        }
    }

    /// The instances meant for an import: those named for it, or else those given without a name that provide it, or else the one that
    /// it had before.
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
            if instance.offers().find(&import.interface).is_some() {
                *used = true;
                add(instance);
            }
        }
        if candidates.is_empty() {
            let same = |slot: &&Slot| slot.import.name() == import.interface.name();
            // Another version of what it had, not something else that a provider of before happens to have.
            let path = import.interface.name().without_version();
            let serves = |slot: &&Slot| {
                slot.import.name().without_version() == path && slot.instance.offers().find(&import.interface).is_some()
            };
            let before = self.before.iter().find(same).or_else(|| self.before.iter().find(serves));
            candidates.extend(before.map(|slot| &slot.instance));
        }
        candidates
    }

    /// Notes what was given and cannot be taken.
    fn check(&self, runtime: &Runtime, app: &App, used: &[bool], problems: &mut Vec<WiringProblem>) {
        for (instance, used) in self.with.iter().zip(used) {
            if !used {
                problems.push(WiringProblem::Superfluous {
                    instance: instance.name().into(),
                    provides: instance.provides(),
                });
            }
        }
        for (name, _) in &self.named {
            if !app.needs().iter().any(|import| names_import(name, import)) {
                let imports = app.imports();
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
            } else if matches!(instance.state(), InstanceState::Retiring) {
                problems.push(WiringProblem::Retiring { instance: name });
            } else if !runtime.owns(instance) {
                problems.push(WiringProblem::Foreign { instance: name });
            }
        }
    }
}

/// Whether `name` means the import: as it is spelt, or without its version.
fn names_import(name: &str, import: &Import) -> bool {
    name == import.name || InterfaceName::parse(&import.name).is_some_and(|full| full.without_version() == name)
}
