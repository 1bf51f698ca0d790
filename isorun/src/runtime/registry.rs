//! What a runtime holds: its apps, its instances, who is wired to whom.
//!
//! # Invariants
//!
//! * An instance is in `instances` from its making to its removal, and `users` of a provider names exactly the instances there that are
//!   wired to it.
//! * What goes away is closed and leaves the tables under the lock, so nobody can be wired to it, and is freed after it: what a user's value
//!   does when it is dropped is not known, nor what a subscriber does with what is logged.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::app::App;
use crate::error::{Break, InstantiateError, RemoveError, ReplaceError, WiringProblem, WiringReport};
use crate::graph::{Edge, Graph, Kind, Node};
use crate::instance::counters::Counters;
use crate::instance::places::Hold;
use crate::instance::prototype::{Live, Prototype};
use crate::instance::provides::Provides;
use crate::instance::store::Slot;
use crate::instance::{Closed, Instance, InstanceState, Provider};
use crate::interface::Interface;
use crate::remote::server::Exports;

#[derive(Default)]
pub(crate) struct Registry {
    tables: Mutex<Tables>,
    ids: AtomicU64,
}

/// A name that nobody else gets.
pub(crate) struct ReservedName<'a> {
    registry: &'a Registry,
    name: Option<Arc<str>>,
}

impl ReservedName<'_> {
    pub(crate) fn get(&self) -> Arc<str> {
        self.name.clone().unwrap_or_default()
    }

    /// The instance of this name is known; removing it frees the name.
    fn keep(mut self) {
        self.name = None;
    }
}

impl Drop for ReservedName<'_> {
    fn drop(&mut self) {
        if let Some(name) = self.name.take() {
            self.registry.tables().names.remove(&name);
        }
    }
}

#[derive(Default)]
struct Tables {
    apps: BTreeMap<Arc<str>, AppEntry>,
    instances: BTreeMap<u64, Entry>,
    /// Names in use, and for each the number that was last put behind it.
    names: BTreeMap<Arc<str>, u64>,
}

impl Drop for Tables {
    /// Users go before their providers, as far as numbers tell: an instance that goes last takes all below it along, one within the other.
    fn drop(&mut self) {
        while let Some(last) = self.instances.pop_last() {
            drop(last);
        }
    }
}

struct AppEntry {
    app: App,
    instances: BTreeSet<u64>,
}

struct Entry {
    instance: Instance,
    app: Option<Arc<str>>,
    /// What it is wired to.
    slots: Arc<[Slot]>,
    /// What is wired to it.
    users: BTreeSet<u64>,
}

impl Registry {
    fn tables(&self) -> MutexGuard<'_, Tables> {
        // Every change is made of steps that cannot panic half-way, so a poisoned lock guards whole tables.
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn next_id(&self) -> u64 {
        self.ids.fetch_add(1, Ordering::Relaxed)
    }

    /// Reserves the name, with a number behind it if it is taken, until the instance of that name is removed or the reservation is dropped.
    pub(crate) fn reserve(&self, wanted: &str) -> ReservedName<'_> {
        let mut tables = self.tables();
        let mut name: Arc<str> = wanted.into();
        let mut number = tables.names.get(wanted).copied().unwrap_or(1);
        while tables.names.contains_key(&name) {
            number += 1;
            name = format!("{wanted}-{number}").into();
        }
        // The next one to want the name starts counting here.
        tables.names.entry(wanted.into()).and_modify(|last| *last = number);
        tables.names.insert(name.clone(), 1);
        ReservedName { registry: self, name: Some(name) }
    }

    pub(crate) fn has_app(&self, name: &str) -> bool {
        self.tables().apps.contains_key(name)
    }

    /// `false` if the name is taken.
    pub(crate) fn add_app(&self, app: &App) -> bool {
        let mut tables = self.tables();
        let free = !tables.apps.contains_key(app.name());
        if free {
            tables.apps.insert(app.shared_name(), AppEntry { app: app.clone(), instances: BTreeSet::new() });
            drop(tables);
            tracing::debug!(app = app.name(), "app added");
        }
        free
    }

    /// Whether the app is one of this registry.
    pub(crate) fn check_app(&self, app: &App) -> Result<(), InstantiateError> {
        let name = app.name().to_string();
        match self.tables().apps.get(app.name()) {
            Some(entry) if entry.app == *app => Ok(()),
            _ if app.is_removed() => Err(InstantiateError::AppRemoved { app: name }),
            _ => Err(InstantiateError::Foreign { app: name }),
        }
    }

    pub(crate) fn remove_app(&self, app: &App) -> Result<(), RemoveError> {
        let mut tables = self.tables();
        let name = app.name().to_string();
        let Some(entry) = tables.apps.get(app.name()).filter(|entry| entry.app == *app) else {
            return Err(if app.is_removed() { RemoveError::Removed { name } } else { RemoveError::Foreign { name } });
        };
        if !entry.instances.is_empty() {
            let by = entry.instances.iter().filter_map(|id| tables.name(*id)).collect();
            return Err(RemoveError::InUse { name, by });
        }
        tables.apps.remove(app.name());
        app.set_removed();
        Ok(())
    }

    /// Makes an instance known, unless its app or a provider was removed since it was wired, or a provider replaced by what does not fit.
    pub(crate) fn admit(
        &self,
        name: ReservedName<'_>,
        instance: &Instance,
        app: Option<&App>,
        slots: Arc<[Slot]>,
    ) -> Result<(), InstantiateError> {
        let mut tables = self.tables();
        if let Some(app) = app {
            tables.check_wiring(app, &slots)?;
            if let Some(entry) = tables.apps.get_mut(app.name()) {
                entry.instances.insert(instance.id());
            }
        }
        tables.use_all(instance.id(), &slots);
        let app = app.map(App::shared_name);
        let entry = Entry { instance: instance.clone(), app, slots, users: BTreeSet::new() };
        tables.instances.insert(instance.id(), entry);
        name.keep();
        drop(tables);
        tracing::debug!(instance = instance.name(), "instance made");
        Ok(())
    }

    /// Removes an instance that nothing uses.
    pub(crate) fn remove(&self, instance: &Instance, exports: &Exports) -> Result<(), RemoveError> {
        let mut tables = self.tables();
        tables.check_unused(instance, exports)?;
        let closed = instance.close().ok_or_else(|| busy(instance))?;
        tables.unlink(instance);
        drop(tables);
        closed.free();
        Ok(())
    }

    /// Removes an instance with everything that is wired to it, near or far; gives their names, in the order in which they went.
    pub(crate) fn remove_tree(&self, instance: &Instance, exports: &Exports) -> Result<Vec<String>, RemoveError> {
        let mut tables = self.tables();
        tables.entry(instance)?;
        let all = tables.users_first(instance);
        let mut by: Vec<String> = all.iter().flat_map(|one| exports.of(one)).map(|(by, _)| by).collect();
        by.dedup();
        let mut closed = Vec::new();
        for one in &all {
            match one.close() {
                Some(one) => closed.push(one),
                None => by.push(format!("{} of {}", occupation(one), one.name())),
            }
        }
        if !by.is_empty() {
            // What was closed opens again, and wakes those who came meanwhile: what that does is not known.
            drop(tables);
            return Err(RemoveError::InUse { name: instance.name().into(), by });
        }
        all.iter().for_each(|one| tables.unlink(one));
        drop(tables);
        closed.into_iter().for_each(Closed::free);
        Ok(all.iter().map(|one| one.name().to_string()).collect())
    }

    /// Makes an export of an instance if it is there, and while it is neither removed nor replaced.
    pub(crate) fn export<T>(&self, instance: &Instance, export: impl FnOnce() -> T) -> Option<T> {
        let tables = self.tables();
        tables.instances.contains_key(&instance.id()).then(export)
    }

    /// Closes an instance that nothing uses to new calls and to new users.
    pub(crate) fn retire<'i>(&self, instance: &'i Instance, exports: &Exports) -> Result<Closed<'i>, RemoveError> {
        let tables = self.tables();
        tables.check_unused(instance, exports)?;
        instance.retire().ok_or_else(|| busy(instance))
    }

    /// Removes an instance that has retired. A system or remote has nothing that keeps new users away, and anything can be exported.
    pub(crate) fn remove_retired(
        &self,
        instance: &Instance,
        closed: Closed<'_>,
        exports: &Exports,
    ) -> Result<(), RemoveError> {
        let mut tables = self.tables();
        tables.check_unused(instance, exports)?;
        tables.unlink(instance);
        drop(tables);
        closed.free();
        Ok(())
    }

    /// Whether everything that uses an instance could go on if it provided this.
    pub(crate) fn check_replacement(
        &self,
        instance: &Instance,
        app: &App,
        offers: &Provides,
        exports: &Exports,
    ) -> Result<(), ReplaceError> {
        self.tables().check_replacement(instance, app, offers, exports)
    }

    /// Whether an instance would come to depend on itself if it were wired like this.
    pub(crate) fn check_cycle(&self, instance: &Instance, app: &App, slots: &[Slot]) -> Result<(), WiringReport> {
        self.tables().check_cycle(instance, app, slots)
    }

    /// Puts another app behind an instance whose calls are held, if nothing that matters has changed meanwhile.
    pub(crate) fn swap(
        &self,
        instance: &Instance,
        hold: &Hold<'_>,
        prototype: Arc<Prototype>,
        first: Option<Box<Live>>,
        exports: &Exports,
    ) -> Result<(), ReplaceError> {
        let mut tables = self.tables();
        let (app, slots, id) = (prototype.app.clone(), prototype.slots.clone(), instance.id());
        tables.check_replacement(instance, &app, &prototype.provides, exports)?;
        tables.check_wiring(&app, &slots)?;
        tables.check_cycle(instance, &app, &slots).map_err(InstantiateError::from)?;
        tables.leave_providers(id);
        tables.use_all(id, &slots);
        let name = app.shared_name();
        if let Some(entry) = tables.apps.get_mut(&name) {
            entry.instances.insert(id);
        }
        let Some(entry) = tables.instances.get_mut(&id) else { return Ok(()) };
        entry.slots = slots;
        let old = entry.app.replace(name.clone()).filter(|old| *old != name);
        if let Some(entry) = old.and_then(|old| tables.apps.get_mut(&old)) {
            entry.instances.remove(&id);
        }
        instance.set_offers(prototype.provides.clone());
        let old = hold.swap(prototype, first);
        drop(tables);
        drop(old);
        tracing::debug!(instance = instance.name(), app = app.name(), "instance replaced");
        Ok(())
    }

    /// What an instance has done so far.
    pub(crate) fn counters(&self, instance: &Instance) -> Counters {
        self.tables().counters(instance)
    }

    pub(crate) fn graph(&self) -> Graph {
        let tables = self.tables();
        let shared = tables.shared();
        let nodes = tables.instances.values().map(|entry| Node {
            name: entry.instance.name().into(),
            kind: match (entry.instance.provider(), &entry.app) {
                (Provider::Guest(_), Some(app)) => Kind::App(app.to_string()),
                (Provider::Remote(_), _) => Kind::Remote,
                _ => Kind::System,
            },
            provides: entry.instance.offers_in_all().names(),
            shared: shared.contains(&entry.instance.id()),
            state: entry.instance.state(),
            counters: tables.counters(&entry.instance),
        });
        let edges = tables.instances.values().flat_map(|entry| {
            entry.slots.iter().map(|slot| {
                let (calls, failures) = slot.tally.read();
                Edge {
                    from: entry.instance.name().into(),
                    import: slot.import.name().to_string(),
                    to: slot.instance.name().into(),
                    calls,
                    failures,
                }
            })
        });
        Graph { nodes: nodes.collect(), edges: edges.collect() }
    }
}

/// Why an instance that nothing uses cannot be closed.
fn busy(instance: &Instance) -> RemoveError {
    let name = instance.name().to_string();
    match instance.state() {
        InstanceState::Replacing | InstanceState::Retiring => RemoveError::InProgress { name },
        _ => RemoveError::InUse { name, by: vec![occupation(instance).into()] },
    }
}

/// What keeps an instance from being closed.
fn occupation(instance: &Instance) -> &'static str {
    match instance.state() {
        InstanceState::Replacing => "a replacement",
        InstanceState::Retiring => "a retirement",
        _ => "a running call",
    }
}

impl Tables {
    fn name(&self, id: u64) -> Option<String> {
        self.instances.get(&id).map(|entry| entry.instance.name().to_string())
    }

    /// The instances that two consumers or more reach, directly or by way of one that they share.
    fn shared(&self) -> BTreeSet<u64> {
        let (mut shared, mut below) = (BTreeSet::new(), Vec::new());
        below.extend(self.instances.iter().filter(|(_, entry)| entry.users.len() > 1).map(|(id, _)| *id));
        while let Some(id) = below.pop() {
            if let Some(entry) = self.instances.get(&id).filter(|_| shared.insert(id)) {
                below.extend(entry.slots.iter().map(|slot| slot.instance.id()));
            }
        }
        shared
    }

    /// A guest counts for itself; calls of others are counted on the way to them.
    fn counters(&self, instance: &Instance) -> Counters {
        let mut counters = instance.own_counters();
        if !matches!(instance.provider(), Provider::Guest(_)) {
            let users = self.instances.get(&instance.id()).map(|entry| &entry.users);
            let users = users.into_iter().flatten().filter_map(|user| self.instances.get(user));
            for slot in users.flat_map(|user| &*user.slots).filter(|slot| slot.instance.is_same(instance)) {
                let (calls, failures) = slot.tally.read();
                counters.calls += calls;
                counters.failures += failures;
            }
        }
        counters
    }

    fn entry(&self, instance: &Instance) -> Result<&Entry, RemoveError> {
        self.instances.get(&instance.id()).ok_or_else(|| RemoveError::Removed { name: instance.name().into() })
    }

    fn check_unused(&self, instance: &Instance, exports: &Exports) -> Result<(), RemoveError> {
        let users = self.entry(instance)?.users.iter().filter_map(|id| self.name(*id));
        let mut by: Vec<String> = users.chain(exports.of(instance).into_iter().map(|(by, _)| by)).collect();
        by.dedup();
        match by.is_empty() {
            true => Ok(()),
            false => Err(RemoveError::InUse { name: instance.name().into(), by }),
        }
    }

    /// Whether the app and all its providers are still there, and the providers still have what it needs.
    fn check_wiring(&self, app: &App, slots: &[Slot]) -> Result<(), InstantiateError> {
        if app.is_removed() {
            return Err(InstantiateError::AppRemoved { app: app.name().into() });
        }
        let gone = slots.iter().filter_map(|slot| {
            let instance = slot.instance.name().to_string();
            if !self.instances.contains_key(&slot.instance.id()) {
                return Some(WiringProblem::Removed { instance });
            }
            if matches!(slot.instance.state(), InstanceState::Retiring) {
                return Some(WiringProblem::Retiring { instance });
            }
            let import = slot.import.name().to_string();
            match slot.instance.offers().handles(&slot.import, slot.import.functions()) {
                Some(Ok(_)) => None,
                Some(Err(differences)) => Some(WiringProblem::Differs { import, instance, differences }),
                None => Some(WiringProblem::NotProvided { import, instance, provides: slot.instance.provides() }),
            }
        });
        let problems: Vec<WiringProblem> = gone.collect();
        match problems.is_empty() {
            true => Ok(()),
            false => Err(WiringReport { app: app.name().into(), imports: app.needs().len(), problems }.into()),
        }
    }

    fn check_replacement(
        &self,
        instance: &Instance,
        app: &App,
        offers: &Provides,
        exports: &Exports,
    ) -> Result<(), ReplaceError> {
        let name = instance.name().to_string();
        let Some(entry) = self.instances.get(&instance.id()) else {
            return Err(ReplaceError::Removed { instance: name });
        };
        let users = entry.users.iter().filter_map(|id| self.instances.get(id));
        let wired = users.flat_map(|user| {
            let uses = user.slots.iter().filter(|slot| slot.instance.is_same(instance));
            uses.map(|slot| (format!("`{}`", user.instance.name()), slot.import.clone()))
        });
        let needs: Vec<(String, Interface)> = wired.chain(exports.of(instance)).collect();
        let broken = needs.into_iter().filter_map(|(by, interface)| {
            let differences = match offers.handles(&interface, interface.functions()) {
                Some(Ok(_)) => return None,
                Some(Err(differences)) => differences,
                None => Vec::new(),
            };
            Some(Break { by, interface: interface.name().to_string(), differences })
        });
        let breaks: Vec<Break> = broken.collect();
        match breaks.is_empty() {
            true => Ok(()),
            false => Err(ReplaceError::Breaks { instance: name, app: app.name().into(), breaks }),
        }
    }

    fn check_cycle(&self, instance: &Instance, app: &App, slots: &[Slot]) -> Result<(), WiringReport> {
        let cycle = |slot: &Slot| {
            let through = self.path(&slot.instance, instance)?;
            Some(WiringProblem::Cycle { instance: slot.instance.name().into(), through })
        };
        let problems: Vec<WiringProblem> = slots.iter().filter_map(cycle).collect();
        match problems.is_empty() {
            true => Ok(()),
            false => Err(WiringReport { app: app.name().into(), imports: app.needs().len(), problems }),
        }
    }

    /// The names of the instances by way of which `from` depends on `to`, itself first.
    fn path(&self, from: &Instance, to: &Instance) -> Option<Vec<String>> {
        // No recursion here and below: how deep a graph is decides who wires it.
        let mut users: BTreeMap<u64, Option<u64>> = BTreeMap::from([(from.id(), None)]);
        let mut next = VecDeque::from([from.id()]);
        while let Some(id) = next.pop_front() {
            if id == to.id() {
                let back = std::iter::successors(Some(id), |id| users.get(id).copied().flatten());
                let mut names: Vec<String> = back.filter_map(|id| self.name(id)).collect();
                names.reverse();
                return Some(names);
            }
            for provider in self.instances.get(&id).into_iter().flat_map(|entry| &*entry.slots) {
                users.entry(provider.instance.id()).or_insert_with(|| {
                    next.push_back(provider.instance.id());
                    Some(id)
                });
            }
        }
        None
    }

    /// The instance and all that depend on it, each before what it depends on.
    fn users_first(&self, instance: &Instance) -> Vec<Instance> {
        let (mut order, mut seen) = (Vec::new(), BTreeSet::new());
        let mut stack = vec![(instance.id(), false)];
        while let Some((id, users_are_done)) = stack.pop() {
            let Some(entry) = self.instances.get(&id) else { continue };
            if users_are_done {
                order.push(entry.instance.clone());
            } else if seen.insert(id) {
                stack.push((id, true));
                stack.extend(entry.users.iter().rev().map(|user| (*user, false)));
            }
        }
        order
    }

    fn use_all(&mut self, user: u64, slots: &[Slot]) {
        for slot in slots {
            if let Some(entry) = self.instances.get_mut(&slot.instance.id()) {
                entry.users.insert(user);
            }
        }
    }

    /// Takes an instance out of the users of its providers, which keep what was counted on the way to them.
    fn leave_providers(&mut self, user: u64) {
        let slots = self.instances.get(&user).map(|entry| entry.slots.clone()).unwrap_or_default();
        for slot in &*slots {
            slot.instance.tally().absorb(&slot.tally);
            if let Some(provider) = self.instances.get_mut(&slot.instance.id()) {
                provider.users.remove(&user);
            }
        }
    }

    /// Takes an instance out of the tables; its name is free.
    fn unlink(&mut self, instance: &Instance) {
        self.leave_providers(instance.id());
        let Some(entry) = self.instances.remove(&instance.id()) else { return };
        if let Some(app) = entry.app.and_then(|app| self.apps.get_mut(&app)) {
            app.instances.remove(&instance.id());
        }
        self.names.remove(instance.name());
    }
}
