//! The tables of a registry: its apps, its instances, who is wired to whom, and questions that these answer.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
#[cfg(feature = "engine")]
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

#[cfg(feature = "engine")]
use crate::app::App;
use crate::error::instance::{RemoveError, START};
#[cfg(feature = "engine")]
use crate::error::replace::{Break, ReplaceError};
#[cfg(feature = "engine")]
use crate::error::wiring::{InstantiateError, WiringProblem, WiringReport};
#[cfg(feature = "engine")]
use crate::guest::forward::Behind;
#[cfg(feature = "engine")]
use crate::interface::exports::{Exports, FuncIndex, Served};
use crate::limits::tenancy::Tenancy;
use crate::provider::Provider;
use crate::provider::slot::Slot;
#[cfg(feature = "engine")]
use crate::provider::state::InstanceState;
use crate::remote::exports::ExportTable;

/// How many circles one report tells.
#[cfg(feature = "engine")]
const MOST_CIRCLES: usize = 16;

/// The apps and instances of a runtime.
#[derive(Default)]
pub(super) struct Tables {
    #[cfg(feature = "engine")]
    pub(super) apps: BTreeMap<Arc<str>, AppEntry>,
    pub(super) tenants: BTreeMap<Arc<str>, TenantEntry>,
    pub(super) instances: BTreeMap<u64, Entry>,
    pub(super) by_name: BTreeMap<Arc<str>, u64>,
    /// What starts now: a start is a user of its app and its providers as an instance is. Its number is no instance's but that which it becomes.
    pub(super) starts: BTreeMap<u64, StartEntry>,
}

#[cfg(feature = "engine")]
pub(super) struct AppEntry {
    pub(super) app: App,
    /// Its instances, and what starts to be one.
    pub(super) instances: BTreeSet<u64>,
}

pub(super) struct TenantEntry {
    pub(super) tenancy: Arc<Tenancy>,
    /// Its instances, and what starts to be one.
    pub(super) instances: BTreeSet<u64>,
}

/// An app that starts, to be a new instance or to take the place of the app behind one.
pub(super) struct StartEntry {
    /// The instance's name.
    pub(super) name: Arc<str>,
    /// The name of the app that starts.
    pub(super) app: Arc<str>,
    /// The name of the tenant that it is to be an instance of.
    pub(super) tenant: Option<Arc<str>>,
    /// What it is wired to.
    pub(super) slots: Arc<[Slot]>,
}

pub(super) struct Entry {
    pub(super) provider: Arc<Provider>,
    /// The name of the app behind it, if it is an app's.
    pub(super) app: Option<Arc<str>>,
    /// What it is wired to.
    pub(super) slots: Arc<[Slot]>,
    /// What is wired to it.
    pub(super) users: BTreeSet<u64>,
    /// What is wired to it and starts.
    pub(super) starts: BTreeSet<u64>,
}

impl Entry {
    pub(super) fn new(provider: Arc<Provider>, app: Option<Arc<str>>, slots: Arc<[Slot]>) -> Entry {
        Entry { provider, app, slots, users: BTreeSet::new(), starts: BTreeSet::new() }
    }
}

impl Tables {
    pub(super) fn name(&self, id: u64) -> Option<String> {
        self.instances.get(&id).map(|entry| entry.provider.name().to_string())
    }

    /// What uses an app or instance, in words: an instance by its name, and a start.
    pub(super) fn user(&self, id: u64) -> Option<String> {
        self.name(id).or_else(|| self.starts.get(&id).map(|start| format!("{START}{}", start.name)))
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

    pub(super) fn entry(&self, provider: &Arc<Provider>) -> Result<&Entry, RemoveError> {
        self.instances.get(&provider.id()).ok_or_else(|| RemoveError::Removed { name: provider.name().to_string() })
    }

    pub(super) fn check_unused(&self, provider: &Arc<Provider>, exports: &ExportTable) -> Result<(), RemoveError> {
        let entry = self.entry(provider)?;
        let users = entry.users.iter().chain(&entry.starts).filter_map(|id| self.user(*id));
        let mut by: Vec<String> = users.chain(exports.of(provider).into_iter().map(|(by, ..)| by)).collect();
        by.dedup();
        match by.is_empty() {
            true => Ok(()),
            false => Err(RemoveError::InUse { name: provider.name().to_string(), by }),
        }
    }

    /// Checks that the tenant, if there is one, is still there.
    #[cfg(feature = "engine")]
    pub(super) fn check_tenant(&self, tenant: Option<&Arc<Tenancy>>) -> Result<(), InstantiateError> {
        let gone = tenant
            .filter(|tenant| self.tenants.get(&tenant.name).is_none_or(|entry| !Arc::ptr_eq(&entry.tenancy, tenant)));
        gone.map_or(Ok(()), |tenant| Err(InstantiateError::TenantRemoved { tenant: tenant.name.to_string() }))
    }

    /// The tenant of an instance, which stays as long as it has instances.
    pub(super) fn tenant_of(&mut self, provider: &Provider) -> Option<&mut TenantEntry> {
        let tenant = provider.payer().tenant.as_ref()?;
        self.tenants.get_mut(&tenant.name)
    }

    /// Checks that the app and its providers are still there, and that the providers still export what it imports.
    #[cfg(feature = "engine")]
    pub(super) fn check_wiring(&self, app: &App, slots: &[Slot]) -> Result<(), InstantiateError> {
        if app.is_removed() {
            return Err(InstantiateError::AppRemoved { app: app.name().into() });
        }
        Ok(report(app, self.unfit(slots))?)
    }

    /// What is wrong with providers that were looked at before: they may have gone since, or be others now.
    #[cfg(feature = "engine")]
    pub(super) fn unfit(&self, slots: &[Slot]) -> Vec<WiringProblem> {
        let mut exported: HashMap<u64, HashSet<FuncIndex>> = HashMap::new();
        let gone = slots.iter().filter_map(|slot| {
            let instance = slot.provider.name().to_string();
            if !self.instances.contains_key(&slot.provider.id()) {
                return Some(WiringProblem::Removed { instance });
            }
            if matches!(slot.provider.state(), InstanceState::Retiring) {
                return Some(WiringProblem::Retiring { instance });
            }
            let all = exported.entry(slot.provider.id()).or_insert_with(|| slot.provider.exports().indices_of_all());
            if slot.part.functions.iter().all(|index| all.contains(index)) {
                return None;
            }
            let (import, exports) = (slot.part.import.name().to_string(), slot.provider.exports());
            Some(match exports.indices(&slot.part.uses, slot.part.uses.functions()) {
                Served::One(Err(differences)) => WiringProblem::Differs { import, instance, differences },
                _ => {
                    let interface = slot.part.uses.name().to_string();
                    WiringProblem::NotExported { import, interface, instance, exports: exports.names().into() }
                }
            })
        });
        gone.collect()
    }

    /// Checks that other instances could take the place of this one.
    #[cfg(feature = "engine")]
    pub(super) fn check_newcomer(
        &self,
        provider: &Arc<Provider>,
        by: &str,
        behind: &Behind,
        exports: &ExportTable,
    ) -> Result<(), ReplaceError> {
        let mut problems = self.unfit(behind.slots());
        problems.extend(self.circles(provider, behind.slots()));
        // An instance has a slot for each of its exports.
        problems.dedup();
        match problems.is_empty() {
            true => self.check_replacement(provider, (by, false), behind.exports(), exports),
            false => Err(ReplaceError::By { instance: provider.name().to_string(), by: by.into(), problems }),
        }
    }

    /// Checks that everything which uses the instance could still do so if it exported what is `offered`, where the functions that it exports
    /// already have their indices.
    #[cfg(feature = "engine")]
    pub(super) fn check_replacement(
        &self,
        provider: &Arc<Provider>,
        (by, is_app): (&str, bool),
        offered: &Exports,
        exports: &ExportTable,
    ) -> Result<(), ReplaceError> {
        let name = provider.name().to_string();
        let Some(entry) = self.instances.get(&provider.id()) else {
            return Err(ReplaceError::Removed { instance: name });
        };
        let wired = entry.users.iter().chain(&entry.starts).flat_map(|id| {
            let slots = self.slots(*id).iter().filter(|slot| Arc::ptr_eq(&slot.provider, provider));
            slots.map(|slot| {
                let by = format!("`{}`", self.user(*id).unwrap_or_default());
                (by, slot.part.uses.clone(), slot.part.functions.clone())
            })
        });
        let exported = exports.of(provider).into_iter();
        let used = wired.chain(exported.map(|(by, interface, functions)| (by, interface, (*functions).into())));
        let all = offered.indices_of_all();
        let broken = used.filter_map(|(by, interface, functions)| {
            // Users call by index. The names tell only what is different.
            if functions.iter().all(|index| all.contains(index)) {
                return None;
            }
            let differences = match offered.indices(&interface, interface.functions()) {
                Served::One(Err(differences)) => differences,
                _ => Vec::new(),
            };
            Some(Break { by, interface: interface.name().to_string(), differences })
        });
        let breaks: Vec<Break> = broken.collect();
        match breaks.is_empty() {
            true => Ok(()),
            false => Err(ReplaceError::Breaks { instance: name, by: by.into(), is_app, breaks }),
        }
    }

    #[cfg(feature = "engine")]
    pub(super) fn check_cycle(&self, provider: &Arc<Provider>, app: &App, slots: &[Slot]) -> Result<(), WiringReport> {
        report(app, self.circles(provider, slots))
    }

    /// Those of these providers that depend on the instance, and by way of what.
    #[cfg(feature = "engine")]
    pub(super) fn circles(&self, provider: &Arc<Provider>, slots: &[Slot]) -> Vec<WiringProblem> {
        // One walk finds all that depend on the instance; the way is looked for only where it is told.
        let dependants: HashSet<u64> = self.users_first(provider).iter().map(|user| user.id()).collect();
        let cycle = |slot: &Slot| {
            let through = self.path(&slot.provider, provider)?;
            Some(WiringProblem::Cycle { instance: slot.provider.name().to_string(), through })
        };
        let circles = slots.iter().filter(|slot| dependants.contains(&slot.provider.id()));
        circles.take(MOST_CIRCLES).filter_map(cycle).collect()
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

    /// What an instance or a start is wired to.
    #[cfg(feature = "engine")]
    fn slots(&self, id: u64) -> &[Slot] {
        let instance = self.instances.get(&id).map(|entry| &entry.slots);
        instance.or_else(|| self.starts.get(&id).map(|start| &start.slots)).map_or(&[], |slots| slots)
    }

    /// Makes an instance a user of its providers.
    #[cfg(feature = "engine")]
    pub(super) fn use_all(&mut self, user: u64, slots: &[Slot]) {
        for slot in slots {
            if let Some(entry) = self.instances.get_mut(&slot.provider.id()) {
                entry.users.insert(user);
            }
        }
    }

    /// Takes an instance out of the users of what it was wired to.
    pub(super) fn leave_providers(&mut self, user: u64, slots: &[Slot]) {
        for slot in slots {
            if let Some(provider) = self.instances.get_mut(&slot.provider.id()) {
                provider.users.remove(&user);
            }
        }
    }

    /// Notes that an app starts.
    #[cfg(feature = "engine")]
    pub(super) fn begin_start(&mut self, id: u64, start: StartEntry) {
        for slot in &*start.slots {
            if let Some(provider) = self.instances.get_mut(&slot.provider.id()) {
                provider.starts.insert(id);
            }
        }
        if let Some(app) = self.apps.get_mut(&start.app) {
            app.instances.insert(id);
        }
        if let Some(tenant) = start.tenant.as_ref().and_then(|tenant| self.tenants.get_mut(tenant)) {
            tenant.instances.insert(id);
        }
        self.starts.insert(id, start);
    }

    /// Notes that a start is over. What it was wired to is to be dropped where no lock is held.
    #[cfg(feature = "engine")]
    #[must_use = "to be dropped where no lock is held"]
    pub(super) fn end_start(&mut self, id: u64) -> Option<StartEntry> {
        let start = self.starts.remove(&id)?;
        for slot in &*start.slots {
            if let Some(provider) = self.instances.get_mut(&slot.provider.id()) {
                provider.starts.remove(&id);
            }
        }
        if let Some(app) = self.apps.get_mut(&start.app) {
            app.instances.remove(&id);
        }
        if let Some(tenant) = start.tenant.as_ref().and_then(|tenant| self.tenants.get_mut(tenant)) {
            tenant.instances.remove(&id);
        }
        Some(start)
    }

    /// Takes an instance out of the tables. What it was wired to is to be dropped where no lock is held.
    #[must_use = "to be dropped where no lock is held"]
    pub(super) fn unlink(&mut self, provider: &Arc<Provider>) -> Option<Entry> {
        let entry = self.instances.remove(&provider.id())?;
        self.by_name.remove(provider.name());
        self.leave_providers(provider.id(), &entry.slots);
        #[cfg(feature = "engine")]
        if let Some(app) = entry.app.as_ref().and_then(|app| self.apps.get_mut(app)) {
            app.instances.remove(&provider.id());
        }
        if let Some(tenant) = self.tenant_of(provider) {
            tenant.instances.remove(&provider.id());
        }
        Some(entry)
    }
}

#[cfg(feature = "engine")]
fn report(app: &App, problems: Vec<WiringProblem>) -> Result<(), WiringReport> {
    match problems.is_empty() {
        true => Ok(()),
        false => Err(WiringReport { app: app.name().into(), imports: app.all_imports().len(), problems }),
    }
}
