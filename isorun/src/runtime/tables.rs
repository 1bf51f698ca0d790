//! The tables of a registry: its apps, its instances, who is wired to whom, and questions that these answer.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

#[cfg(feature = "engine")]
use crate::app::App;
use crate::error::instance::RemoveError;
#[cfg(feature = "engine")]
use crate::error::replace::{Break, ReplaceError};
#[cfg(feature = "engine")]
use crate::error::wiring::{InstantiateError, WiringProblem, WiringReport};
#[cfg(feature = "engine")]
use crate::interface::Interface;
#[cfg(feature = "engine")]
use crate::interface::exports::{Exports, Served};
use crate::provider::counters::Counters;
use crate::provider::slot::Slot;
#[cfg(feature = "engine")]
use crate::provider::state::InstanceState;
use crate::provider::{Kind, Provider};
use crate::remote::server::ExportTable;
#[cfg(feature = "engine")]
use crate::wiring::given::handle;

/// The apps and instances of a runtime.
#[derive(Default)]
pub(super) struct Tables {
    #[cfg(feature = "engine")]
    pub(super) apps: BTreeMap<Arc<str>, AppEntry>,
    pub(super) instances: BTreeMap<u64, Entry>,
    pub(super) by_name: BTreeMap<Arc<str>, u64>,
}

impl Drop for Tables {
    /// Drops the youngest instance first, since users are mostly younger than their providers. In the other order, the last user of a long
    /// chain of instances would drop all of it recursively.
    fn drop(&mut self) {
        while let Some(last) = self.instances.pop_last() {
            drop(last);
        }
    }
}

#[cfg(feature = "engine")]
pub(super) struct AppEntry {
    pub(super) app: App,
    pub(super) instances: BTreeSet<u64>,
}

pub(super) struct Entry {
    pub(super) provider: Arc<Provider>,
    /// The name of the app behind it, if it is an app's.
    pub(super) app: Option<Arc<str>>,
    /// What it is wired to.
    pub(super) slots: Arc<[Slot]>,
    /// What is wired to it.
    pub(super) users: BTreeSet<u64>,
}

impl Tables {
    pub(super) fn name(&self, id: u64) -> Option<String> {
        self.instances.get(&id).map(|entry| entry.provider.name().to_string())
    }

    /// The instances that two consumers or more reach, directly or by way of one that they share.
    pub(super) fn shared(&self) -> BTreeSet<u64> {
        let (mut shared, mut below) = (BTreeSet::new(), Vec::new());
        below.extend(self.instances.iter().filter(|(_, entry)| entry.users.len() > 1).map(|(id, _)| *id));
        while let Some(id) = below.pop() {
            if let Some(entry) = self.instances.get(&id).filter(|_| shared.insert(id)) {
                below.extend(entry.slots.iter().map(|slot| slot.provider.id()));
            }
        }
        shared
    }

    /// A guest counts for itself; calls of systems and remotes are counted by the slots of their consumers.
    pub(super) fn counters(&self, provider: &Arc<Provider>) -> Counters {
        let mut counters = provider.own_counters();
        if matches!(provider.kind(), Kind::System(_) | Kind::Remote(_)) {
            let users = self.instances.get(&provider.id()).map(|entry| &entry.users);
            let users = users.into_iter().flatten().filter_map(|user| self.instances.get(user));
            for slot in users.flat_map(|user| &*user.slots).filter(|slot| Arc::ptr_eq(&slot.provider, provider)) {
                let (calls, failures) = slot.counts.read();
                counters.calls += calls;
                counters.failures += failures;
            }
        }
        counters
    }

    pub(super) fn entry(&self, provider: &Arc<Provider>) -> Result<&Entry, RemoveError> {
        self.instances.get(&provider.id()).ok_or_else(|| RemoveError::Removed { name: provider.name().to_string() })
    }

    pub(super) fn check_unused(&self, provider: &Arc<Provider>, exports: &ExportTable) -> Result<(), RemoveError> {
        let users = self.entry(provider)?.users.iter().filter_map(|id| self.name(*id));
        let mut by: Vec<String> = users.chain(exports.of(provider).into_iter().map(|(by, _)| by)).collect();
        by.dedup();
        match by.is_empty() {
            true => Ok(()),
            false => Err(RemoveError::InUse { name: provider.name().to_string(), by }),
        }
    }

    /// Checks that the app and its providers are still there, and that the providers still export what it imports.
    #[cfg(feature = "engine")]
    pub(super) fn check_wiring(&self, app: &App, slots: &[Slot]) -> Result<(), InstantiateError> {
        if app.is_removed() {
            return Err(InstantiateError::AppRemoved { app: app.name().into() });
        }
        let gone = slots.iter().filter_map(|slot| {
            let instance = slot.provider.name().to_string();
            if !self.instances.contains_key(&slot.provider.id()) {
                return Some(WiringProblem::Removed { instance });
            }
            if matches!(slot.provider.state(), InstanceState::Retiring) {
                return Some(WiringProblem::Retiring { instance });
            }
            let import = slot.import.name().to_string();
            let reached = handle(slot).reached();
            match reached.indices(&slot.uses, slot.uses.functions()) {
                Served::One(Ok(_)) => None,
                Served::One(Err(differences)) => Some(WiringProblem::Differs { import, instance, differences }),
                Served::Several(exports) => Some(WiringProblem::SeveralExports { import, instance, exports }),
                Served::Nothing => {
                    Some(WiringProblem::NotExported { import, instance, exports: reached.names().into() })
                }
            }
        });
        let problems: Vec<WiringProblem> = gone.collect();
        match problems.is_empty() {
            true => Ok(()),
            false => Err(WiringReport { app: app.name().into(), imports: app.all_imports().len(), problems }.into()),
        }
    }

    #[cfg(feature = "engine")]
    pub(super) fn check_replacement(
        &self,
        provider: &Arc<Provider>,
        app: &App,
        offered: &Exports,
        exports: &ExportTable,
    ) -> Result<(), ReplaceError> {
        let name = provider.name().to_string();
        let Some(entry) = self.instances.get(&provider.id()) else {
            return Err(ReplaceError::Removed { instance: name });
        };
        let users = entry.users.iter().filter_map(|id| self.instances.get(id));
        let wired = users.flat_map(|user| {
            let uses = user.slots.iter().filter(|slot| Arc::ptr_eq(&slot.provider, provider));
            uses.map(|slot| (format!("`{}`", user.provider.name()), slot.uses.clone()))
        });
        let used: Vec<(String, Interface)> = wired.chain(exports.of(provider)).collect();
        let broken = used.into_iter().filter_map(|(by, interface)| {
            let differences = match offered.indices(&interface, interface.functions()) {
                Served::One(Ok(_)) => return None,
                Served::One(Err(differences)) => differences,
                Served::Several(_) | Served::Nothing => Vec::new(),
            };
            Some(Break { by, interface: interface.name().to_string(), differences })
        });
        let breaks: Vec<Break> = broken.collect();
        match breaks.is_empty() {
            true => Ok(()),
            false => Err(ReplaceError::Breaks { instance: name, app: app.name().into(), breaks }),
        }
    }

    #[cfg(feature = "engine")]
    pub(super) fn check_cycle(&self, provider: &Arc<Provider>, app: &App, slots: &[Slot]) -> Result<(), WiringReport> {
        let cycle = |slot: &Slot| {
            let through = self.path(&slot.provider, provider)?;
            Some(WiringProblem::Cycle { instance: slot.provider.name().to_string(), through })
        };
        let problems: Vec<WiringProblem> = slots.iter().filter_map(cycle).collect();
        match problems.is_empty() {
            true => Ok(()),
            false => Err(WiringReport { app: app.name().into(), imports: app.all_imports().len(), problems }),
        }
    }

    /// The names of the instances by way of which `from` depends on `to`, from the one to the other; `None` if it does not.
    pub(super) fn path(&self, from: &Provider, to: &Provider) -> Option<Vec<String>> {
        // Neither this nor `users_first` uses recursion, because users decide how deep a graph is, and a deep one would exhaust the stack.
        let mut users: BTreeMap<u64, Option<u64>> = BTreeMap::from([(from.id(), None)]);
        let mut next = VecDeque::from([from.id()]);
        while let Some(id) = next.pop_front() {
            if id == to.id() {
                let back = std::iter::successors(Some(id), |id| users.get(id).copied().flatten());
                let mut names: Vec<String> = back.filter_map(|id| self.name(id)).collect();
                names.reverse();
                return Some(names);
            }
            for slot in self.instances.get(&id).into_iter().flat_map(|entry| &*entry.slots) {
                users.entry(slot.provider.id()).or_insert_with(|| {
                    next.push_back(slot.provider.id());
                    Some(id)
                });
            }
        }
        None
    }

    /// The instance and all that depend on it, each before what it depends on.
    pub(super) fn users_first(&self, provider: &Arc<Provider>) -> Vec<Arc<Provider>> {
        let (mut order, mut seen) = (Vec::new(), BTreeSet::new());
        let mut stack = vec![(provider.id(), false)];
        while let Some((id, users_are_done)) = stack.pop() {
            let Some(entry) = self.instances.get(&id) else { continue };
            if users_are_done {
                order.push(entry.provider.clone());
            } else if seen.insert(id) {
                stack.push((id, true));
                stack.extend(entry.users.iter().rev().map(|user| (*user, false)));
            }
        }
        order
    }

    #[cfg(feature = "engine")]
    pub(super) fn use_all(&mut self, user: u64, slots: &[Slot]) {
        for slot in slots {
            if let Some(entry) = self.instances.get_mut(&slot.provider.id()) {
                entry.users.insert(user);
            }
        }
    }

    /// Takes an instance out of the users of its providers, and adds the calls that its slots counted to theirs.
    pub(super) fn leave_providers(&mut self, user: u64) {
        let slots = self.instances.get(&user).map(|entry| entry.slots.clone()).unwrap_or_default();
        for slot in &*slots {
            slot.provider.counts().absorb(&slot.counts);
            if let Some(provider) = self.instances.get_mut(&slot.provider.id()) {
                provider.users.remove(&user);
            }
        }
    }

    /// Takes an instance out of the tables.
    pub(super) fn unlink(&mut self, provider: &Arc<Provider>) {
        self.leave_providers(provider.id());
        let entry = self.instances.remove(&provider.id());
        #[cfg(feature = "engine")]
        if let Some(app) = entry.and_then(|entry| self.apps.get_mut(&entry.app?)) {
            app.instances.remove(&provider.id());
        }
        #[cfg(not(feature = "engine"))]
        drop(entry);
        self.by_name.remove(provider.name());
    }
}
