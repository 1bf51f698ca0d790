//! What a runtime holds: its apps, its instances, who is wired to whom.
//!
//! # Invariants
//!
//! * An instance is in the tables from its making to its removal, and `users` of a provider names exactly the instances there that are
//!   wired to it.
//! * What is removed is closed and leaves the tables under the lock, so nobody can be wired to it. It is freed after the lock is released,
//!   because dropping a user's value, or logging, runs code that is not ours.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::names::{Names, ReservedName};
#[cfg(feature = "engine")]
use super::tables::AppEntry;
use super::tables::{Entry, Tables};
#[cfg(feature = "engine")]
use crate::app::App;
use crate::error::instance::RemoveError;
#[cfg(feature = "engine")]
use crate::error::replace::ReplaceError;
#[cfg(feature = "engine")]
use crate::error::wiring::{InstantiateError, WiringReport};
use crate::graph::{Edge, Graph, Node, NodeKind};
#[cfg(feature = "engine")]
use crate::guest::pool::Closed as ClosedPool;
#[cfg(feature = "engine")]
use crate::guest::prototype::{Live, Prototype};
#[cfg(feature = "engine")]
use crate::interface::exports::Exports;
use crate::provider::counters::Counters;
#[cfg(feature = "engine")]
use crate::provider::slot::Slot;
use crate::provider::state::InstanceState;
use crate::provider::{Closed, Kind, Provider};
use crate::remote::server::ExportTable;

/// The apps and instances of a runtime, and the names in use.
#[derive(Default)]
pub(super) struct Registry {
    tables: Mutex<Tables>,
    names: Names,
    ids: AtomicU64,
}

impl Registry {
    fn tables(&self) -> MutexGuard<'_, Tables> {
        // No change of the tables can panic half-way, so they are consistent even if the lock is poisoned.
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn names(&self) -> &Names {
        &self.names
    }

    pub(super) fn next_id(&self) -> u64 {
        self.ids.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn instance(&self, name: &str) -> Option<Arc<Provider>> {
        let tables = self.tables();
        let id = tables.by_name.get(name)?;
        Some(tables.instances.get(id)?.provider.clone())
    }

    #[cfg(feature = "engine")]
    pub(super) fn app(&self, name: &str) -> Option<App> {
        self.tables().apps.get(name).map(|entry| entry.app.clone())
    }

    /// `false` if the name is taken.
    #[cfg(feature = "engine")]
    pub(super) fn add_app(&self, app: &App) -> bool {
        let mut tables = self.tables();
        let free = !tables.apps.contains_key(app.name());
        if free {
            tables.apps.insert(app.shared_name(), AppEntry { app: app.clone(), instances: BTreeSet::new() });
            drop(tables);
            tracing::debug!(app = app.name(), "app added");
        }
        free
    }

    /// Checks that the app is in this registry.
    #[cfg(feature = "engine")]
    pub(super) fn check_app(&self, app: &App) -> Result<(), InstantiateError> {
        let name = app.name().to_string();
        match self.tables().apps.get(app.name()) {
            Some(entry) if entry.app == *app => Ok(()),
            _ if app.is_removed() => Err(InstantiateError::AppRemoved { app: name }),
            _ => Err(InstantiateError::Foreign { app: name }),
        }
    }

    #[cfg(feature = "engine")]
    pub(super) fn remove_app(&self, app: &App) -> Result<(), RemoveError> {
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

    /// Puts a system or remote into the tables. It has no app and no imports, so nothing that it needs can have been removed.
    pub(super) fn admit(&self, name: ReservedName<'_>, provider: &Arc<Provider>) {
        let entry = Entry { provider: provider.clone(), app: None, slots: Arc::default(), users: BTreeSet::new() };
        self.insert(name, self.tables(), entry);
    }

    /// Puts an app's instance into the tables, unless since its wiring the app or a provider was removed, or a provider was replaced by
    /// one that does not fit.
    #[cfg(feature = "engine")]
    pub(super) fn admit_guest(
        &self,
        name: ReservedName<'_>,
        provider: &Arc<Provider>,
        app: &App,
        slots: Arc<[Slot]>,
    ) -> Result<(), InstantiateError> {
        let mut tables = self.tables();
        tables.check_wiring(app, &slots)?;
        if let Some(entry) = tables.apps.get_mut(app.name()) {
            entry.instances.insert(provider.id());
        }
        tables.use_all(provider.id(), &slots);
        let app = Some(app.shared_name());
        self.insert(name, tables, Entry { provider: provider.clone(), app, slots, users: BTreeSet::new() });
        Ok(())
    }

    fn insert(&self, name: ReservedName<'_>, mut tables: MutexGuard<'_, Tables>, entry: Entry) {
        let (id, shared_name) = (entry.provider.id(), entry.provider.name().clone());
        tables.by_name.insert(shared_name.clone(), id);
        tables.instances.insert(id, entry);
        name.keep();
        drop(tables);
        tracing::debug!(instance = &*shared_name, "instance made");
    }

    /// Takes an instance out of the tables and frees its name.
    fn unlink(&self, tables: &mut Tables, provider: &Arc<Provider>) {
        tables.unlink(provider);
        self.names.free(provider.name());
    }

    /// Removes an instance that nothing uses.
    pub(super) fn remove(&self, provider: &Arc<Provider>, exports: &ExportTable) -> Result<(), RemoveError> {
        let mut tables = self.tables();
        tables.check_unused(provider, exports)?;
        let closed = provider.close().ok_or_else(|| busy(provider))?;
        self.unlink(&mut tables, provider);
        drop(tables);
        closed.free();
        Ok(())
    }

    /// Removes an instance with everything that is wired to it, directly or by way of others. Returns their names, in the order of removal.
    pub(super) fn remove_tree(
        &self,
        provider: &Arc<Provider>,
        exports: &ExportTable,
    ) -> Result<Vec<String>, RemoveError> {
        let mut tables = self.tables();
        tables.entry(provider)?;
        let all = tables.users_first(provider);
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
            // Dropping `closed` after the lock lets calls in again, which wakes those that came meanwhile: wakers run code that is not ours.
            drop(tables);
            return Err(RemoveError::InUse { name: provider.name().to_string(), by });
        }
        all.iter().for_each(|one| self.unlink(&mut tables, one));
        drop(tables);
        closed.into_iter().for_each(Closed::free);
        Ok(all.iter().map(|one| one.name().to_string()).collect())
    }

    /// Makes an export of an instance if the instance is in the tables. The lock keeps it from being removed or replaced meanwhile.
    pub(super) fn export<T>(&self, provider: &Provider, export: impl FnOnce() -> T) -> Option<T> {
        let tables = self.tables();
        tables.instances.contains_key(&provider.id()).then(export)
    }

    /// Closes an instance that nothing uses to new calls and to new users.
    pub(super) fn retire<'p>(
        &self,
        provider: &'p Arc<Provider>,
        exports: &ExportTable,
    ) -> Result<Closed<'p>, RemoveError> {
        let tables = self.tables();
        tables.check_unused(provider, exports)?;
        provider.retire().ok_or_else(|| busy(provider))
    }

    /// Removes an instance whose retirement is over, unless it was exported or wired meanwhile.
    pub(super) fn remove_retired(
        &self,
        provider: &Arc<Provider>,
        closed: Closed<'_>,
        exports: &ExportTable,
    ) -> Result<(), RemoveError> {
        let mut tables = self.tables();
        tables.check_unused(provider, exports)?;
        self.unlink(&mut tables, provider);
        drop(tables);
        closed.free();
        Ok(())
    }

    /// Checks that everything which uses the instance could still use it if it exported what is `offered`.
    #[cfg(feature = "engine")]
    pub(super) fn check_replacement(
        &self,
        provider: &Arc<Provider>,
        app: &App,
        offered: &Exports,
        exports: &ExportTable,
    ) -> Result<(), ReplaceError> {
        self.tables().check_replacement(provider, app, offered, exports)
    }

    /// Checks that the instance would not depend on itself if it were wired to these slots.
    #[cfg(feature = "engine")]
    pub(super) fn check_cycle(&self, provider: &Arc<Provider>, app: &App, slots: &[Slot]) -> Result<(), WiringReport> {
        self.tables().check_cycle(provider, app, slots)
    }

    /// Puts another app behind an instance whose calls are suspended, if the checks of the replacement still hold under the lock.
    #[cfg(feature = "engine")]
    pub(super) fn swap(
        &self,
        provider: &Arc<Provider>,
        suspended: &ClosedPool<'_, Box<Live>, Arc<Prototype>>,
        app: &App,
        prototype: Arc<Prototype>,
        first: Option<Box<Live>>,
        exports: &ExportTable,
    ) -> Result<(), ReplaceError> {
        let mut tables = self.tables();
        let (slots, id) = (prototype.slots.clone(), provider.id());
        tables.check_replacement(provider, app, &prototype.exports, exports)?;
        tables.check_wiring(app, &slots)?;
        tables.check_cycle(provider, app, &slots).map_err(InstantiateError::from)?;
        tables.leave_providers(id);
        tables.use_all(id, &slots);
        let name = app.shared_name();
        if let Some(entry) = tables.apps.get_mut(&name) {
            entry.instances.insert(id);
        }
        let Some(entry) = tables.instances.get_mut(&id) else {
            return Err(ReplaceError::Removed { instance: provider.name().to_string() });
        };
        entry.slots = slots;
        let old = entry.app.replace(name.clone()).filter(|old| *old != name);
        if let Some(entry) = old.and_then(|old| tables.apps.get_mut(&old)) {
            entry.instances.remove(&id);
        }
        provider.set_exports(prototype.exports.clone());
        let old = suspended.swap(prototype, first);
        drop(tables);
        drop(old);
        tracing::debug!(instance = &**provider.name(), app = app.name(), "instance replaced");
        Ok(())
    }

    /// What an instance has done so far.
    pub(super) fn counters(&self, provider: &Arc<Provider>) -> Counters {
        self.tables().counters(provider)
    }

    pub(super) fn graph(&self) -> Graph {
        let tables = self.tables();
        let shared = tables.shared();
        let nodes = tables.instances.values().map(|entry| Node {
            name: entry.provider.name().to_string(),
            kind: match (entry.provider.kind(), &entry.app) {
                (_, Some(app)) => NodeKind::App(app.to_string()),
                (Kind::Remote(_), _) => NodeKind::Remote,
                _ => NodeKind::System,
            },
            exports: entry.provider.exports().names(),
            shared: shared.contains(&entry.provider.id()),
            state: entry.provider.state(),
            counters: tables.counters(&entry.provider),
        });
        let edges = tables.instances.values().flat_map(|entry| {
            entry.slots.iter().map(|slot| {
                let (calls, failures) = slot.counts.read();
                Edge {
                    from: entry.provider.name().to_string(),
                    import: slot.import.name().to_string(),
                    to: slot.provider.name().to_string(),
                    calls,
                    failures,
                }
            })
        });
        Graph { nodes: nodes.collect(), edges: edges.collect() }
    }
}

/// Why an instance that nothing uses cannot be closed.
fn busy(provider: &Provider) -> RemoveError {
    let name = provider.name().to_string();
    match provider.state() {
        InstanceState::Replacing | InstanceState::Retiring => RemoveError::InProgress { name },
        _ => RemoveError::InUse { name, by: vec![occupation(provider).into()] },
    }
}

/// What keeps an instance from being closed.
fn occupation(provider: &Provider) -> &'static str {
    match provider.state() {
        InstanceState::Replacing => "a replacement",
        InstanceState::Retiring => "a retirement",
        _ => "a running call",
    }
}
