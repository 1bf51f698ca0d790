//! What a runtime holds: its apps, its instances, who is wired to whom.
//!
//! # Invariants
//!
//! * An instance is in the tables from its making to its removal, and `users` of a provider names exactly the instances there that are
//!   wired to it.
//! * An app that starts is in the tables from its wiring to the end of its start, so that what its start function can call stays.
//! * What is removed is closed and leaves the tables under the lock, so nobody can be wired to it. It is freed after the lock is released,
//!   because dropping a user's value, or logging, runs code that is not ours.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::names::{Names, ReservedName};
#[cfg(feature = "engine")]
use super::tables::AppEntry;
#[cfg(feature = "engine")]
use super::tables::StartEntry;
use super::tables::{Entry, Tables, TenantEntry};
#[cfg(feature = "engine")]
use crate::app::App;
use crate::error::instance::RemoveError;
#[cfg(feature = "engine")]
use crate::error::replace::ReplaceError;
#[cfg(feature = "engine")]
use crate::error::wiring::InstantiateError;
use crate::graph::{Edge, Graph, Node, NodeKind, TenantNode};
#[cfg(feature = "engine")]
use crate::guest::forward::Behind;
#[cfg(feature = "engine")]
use crate::guest::pool::Closed as ClosedPool;
#[cfg(feature = "engine")]
use crate::guest::prototype::Live;
#[cfg(feature = "engine")]
use crate::interface::exports::Exports;
#[cfg(feature = "engine")]
use crate::limits::chain::Payer;
use crate::limits::tenancy::Tenancy;
#[cfg(feature = "engine")]
use crate::provider::slot::Slot;
use crate::provider::state::InstanceState;
use crate::provider::{Closed, Kind, Provider};
use crate::remote::exports::ExportTable;

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

    /// An app of these bytes.
    #[cfg(feature = "engine")]
    pub(super) fn app_of(&self, sha256: &[u8; 32]) -> Option<App> {
        self.tables().apps.values().map(|entry| &entry.app).find(|app| app.sha256() == *sha256).cloned()
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
            let by = entry.instances.iter().filter_map(|id| tables.user(*id)).collect();
            return Err(RemoveError::InUse { name, by });
        }
        tables.apps.remove(app.name());
        app.set_removed();
        Ok(())
    }

    pub(super) fn tenant(&self, name: &str) -> Option<Arc<Tenancy>> {
        self.tables().tenants.get(name).map(|entry| entry.tenancy.clone())
    }

    /// `false` if the name is taken.
    pub(super) fn add_tenant(&self, tenancy: &Arc<Tenancy>) -> bool {
        let mut tables = self.tables();
        let free = !tables.tenants.contains_key(&tenancy.name);
        if free {
            let entry = TenantEntry { tenancy: tenancy.clone(), instances: BTreeSet::new() };
            tables.tenants.insert(tenancy.name.clone(), entry);
            drop(tables);
            tracing::debug!(tenant = &*tenancy.name, "tenant added");
        }
        free
    }

    /// Checks that the tenant, if there is one, is in this registry.
    #[cfg(feature = "engine")]
    pub(super) fn check_tenant(&self, tenant: Option<&Arc<Tenancy>>) -> Result<(), InstantiateError> {
        self.tables().check_tenant(tenant)
    }

    /// Removes a tenant that has no instances.
    pub(super) fn remove_tenant(&self, tenancy: &Arc<Tenancy>) -> Result<(), RemoveError> {
        let mut tables = self.tables();
        let name = tenancy.name.to_string();
        let Some(entry) = tables.tenants.get(&tenancy.name).filter(|entry| Arc::ptr_eq(&entry.tenancy, tenancy)) else {
            return Err(RemoveError::Removed { name });
        };
        if !entry.instances.is_empty() {
            let by = entry.instances.iter().filter_map(|id| tables.user(*id)).collect();
            return Err(RemoveError::InUse { name, by });
        }
        let removed = tables.tenants.remove(&tenancy.name);
        drop(tables);
        drop(removed);
        tracing::debug!(tenant = &*tenancy.name, "tenant removed");
        Ok(())
    }

    /// Puts a system or remote into the tables. It has no app and no imports, so nothing that it needs can have been removed.
    pub(super) fn admit(&self, name: ReservedName<'_>, provider: &Arc<Provider>) {
        self.insert(name, self.tables(), Entry::new(provider.clone(), None, Arc::default()));
    }

    /// Begins a start: from now on its app and its providers stay, and fit, until the answer is dropped or has become an instance.
    ///
    /// In a replacement, `replaced` is the instance whose place is to be taken.
    #[cfg(feature = "engine")]
    pub(super) fn begin_start(
        &self,
        payer: &Payer,
        app: &App,
        slots: &Arc<[Slot]>,
        replaced: Option<&Arc<Provider>>,
    ) -> Result<Starting<'_>, InstantiateError> {
        let id = self.next_id();
        let mut tables = self.tables();
        tables.check_tenant(payer.tenant.as_ref())?;
        tables.check_wiring(app, slots)?;
        if let Some(replaced) = replaced {
            tables.check_cycle(replaced, app, slots)?;
        }
        let (name, tenant) = (payer.name.clone(), payer.tenant.as_ref().map(|tenant| tenant.name.clone()));
        tables.begin_start(id, StartEntry { name, app: app.shared_name(), tenant, slots: slots.clone() });
        drop(tables);
        Ok(Starting { registry: self, id, app: app.shared_name(), slots: slots.clone() })
    }

    /// Puts an app's instance, which has started, into the tables. Since its start began, nothing that it needs can have gone.
    #[cfg(feature = "engine")]
    pub(super) fn admit_guest(&self, name: ReservedName<'_>, start: Starting<'_>, provider: &Arc<Provider>) {
        let mut tables = self.tables();
        let over = tables.end_start(start.id);
        if let Some(entry) = tables.apps.get_mut(&start.app) {
            entry.instances.insert(provider.id());
        }
        if let Some(entry) = tables.tenant_of(provider) {
            entry.instances.insert(provider.id());
        }
        tables.use_all(provider.id(), &start.slots);
        self.insert(name, tables, Entry::new(provider.clone(), Some(start.app.clone()), start.slots.clone()));
        drop(over);
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
    #[must_use = "to be dropped where no lock is held"]
    fn unlink(&self, tables: &mut Tables, provider: &Arc<Provider>) -> Option<Entry> {
        self.names.free(provider.name());
        tables.unlink(provider)
    }

    /// Removes an instance that nothing uses.
    pub(super) fn remove(&self, provider: &Arc<Provider>, exports: &ExportTable) -> Result<(), RemoveError> {
        let mut tables = self.tables();
        tables.check_unused(provider, exports)?;
        let closed = provider.close().ok_or_else(|| busy(provider))?;
        let entry = self.unlink(&mut tables, provider);
        drop(tables);
        drop(entry);
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
        let starts: BTreeSet<u64> = all
            .iter()
            .filter_map(|one| tables.instances.get(&one.id()))
            .flat_map(|entry| &entry.starts)
            .copied()
            .collect();
        let mut by: Vec<String> = starts.into_iter().filter_map(|start| tables.user(start)).collect();
        by.extend(all.iter().flat_map(|one| exports.of(one)).map(|(by, ..)| by));
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
        let entries: Vec<_> = all.iter().map(|one| self.unlink(&mut tables, one)).collect();
        drop(tables);
        drop(entries);
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
        let entry = self.unlink(&mut tables, provider);
        drop(tables);
        drop(entry);
        closed.free();
        Ok(())
    }

    /// Checks that everything which uses the instance could still use it if it exported what is `offered`.
    #[cfg(feature = "engine")]
    pub(super) fn check_replacement(
        &self,
        provider: &Arc<Provider>,
        by: (&str, bool),
        offered: &Exports,
        exports: &ExportTable,
    ) -> Result<(), ReplaceError> {
        self.tables().check_replacement(provider, by, offered, exports)
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
        self.tables().check_newcomer(provider, by, behind, exports)
    }

    /// Puts something else behind an instance whose calls are suspended, if the checks of the replacement still hold under the lock.
    #[cfg(feature = "engine")]
    pub(super) fn swap(
        &self,
        provider: &Arc<Provider>,
        suspended: &ClosedPool<'_, Box<Live>, Behind>,
        (by, start): (Newcomer<'_>, Option<Starting<'_>>),
        (behind, first): (Behind, Option<Box<Live>>),
        exports: &ExportTable,
    ) -> Result<(), ReplaceError> {
        let mut tables = self.tables();
        let (slots, id) = (behind.slots().clone(), provider.id());
        match by {
            Newcomer::App(app) => {
                tables.check_replacement(provider, (app.name(), true), behind.exports(), exports)?;
                tables.check_cycle(provider, app, &slots).map_err(InstantiateError::from)?;
            }
            Newcomer::Instance(by) => {
                tables.check_newcomer(provider, by, &behind, exports)?;
            }
        }
        let Some(entry) = tables.instances.get_mut(&id) else {
            return Err(ReplaceError::Removed { instance: provider.name().to_string() });
        };
        let old_slots = std::mem::replace(&mut entry.slots, slots.clone());
        let app = start.as_ref().map(|start| start.app.clone());
        let old_app = std::mem::replace(&mut entry.app, app.clone());
        tables.leave_providers(id, &old_slots);
        tables.use_all(id, &slots);
        if let Some(entry) = old_app.and_then(|old| tables.apps.get_mut(&old)) {
            entry.instances.remove(&id);
        }
        if let Some(entry) = app.and_then(|app| tables.apps.get_mut(&app)) {
            entry.instances.insert(id);
        }
        let over = start.as_ref().and_then(|start| tables.end_start(start.id));
        provider.set_exports(behind.exports().clone());
        let old = suspended.swap(behind, first);
        drop(tables);
        drop((old, old_slots, over, start));
        tracing::debug!(instance = &**provider.name(), by = by.name(), "instance replaced");
        Ok(())
    }

    pub(super) fn graph(&self) -> Graph {
        let tables = self.tables();
        let shared = tables.shared();
        let nodes = tables.instances.values().map(|entry| Node {
            name: entry.provider.name().to_string(),
            kind: match (entry.provider.kind(), &entry.app) {
                (_, Some(app)) => NodeKind::App(app.to_string()),
                (Kind::Remote(_), None) => NodeKind::Remote,
                (Kind::System(_), None) => NodeKind::System,
                #[cfg(feature = "engine")]
                (Kind::Guest(_), None) => NodeKind::Forwarder,
            },
            exports: entry.provider.exports().names(),
            shared: shared.contains(&entry.provider.id()),
            state: entry.provider.state(),
            counters: entry.provider.counters(),
            tenant: entry.provider.payer().tenant.as_ref().map(|tenant| tenant.name.to_string()),
            pays_for_itself: entry.provider.payer().alone,
            epoch: entry.provider.payer().epoch.load(Ordering::Relaxed),
            fuel: entry.provider.payer().account.fuel(),
            memory: entry.provider.payer().account.held(),
        });
        let edges = tables.instances.values().flat_map(|entry| {
            entry.slots.iter().map(|slot| {
                let (calls, failures) = slot.counts.read();
                Edge {
                    from: entry.provider.name().to_string(),
                    import: slot.part.import.name().to_string(),
                    to: slot.provider.name().to_string(),
                    timeout: slot.timeout,
                    ends_its_app: slot.part.import.ends_its_app().map(|function| function.name().into()).collect(),
                    calls,
                    failures,
                }
            })
        });
        let tenants = tables.tenants.values().map(|entry| TenantNode {
            name: entry.tenancy.name.to_string(),
            paused: entry.tenancy.account.is_paused(),
            fuel: entry.tenancy.account.fuel(),
            counters: entry.tenancy.counters(),
        });
        Graph { nodes: nodes.collect(), edges: edges.collect(), tenants: tenants.collect() }
    }
}

/// What takes the place of something else behind a handle.
#[cfg(feature = "engine")]
#[derive(Clone, Copy)]
pub(crate) enum Newcomer<'a> {
    App(&'a App),
    /// The name of an instance.
    Instance(&'a str),
}

#[cfg(feature = "engine")]
impl Newcomer<'_> {
    fn name(&self) -> &str {
        match self {
            Newcomer::App(app) => app.name(),
            Newcomer::Instance(name) => name,
        }
    }
}

/// An app that starts, and holds its app and its providers. Dropping it lets go of them.
#[cfg(feature = "engine")]
pub(crate) struct Starting<'a> {
    registry: &'a Registry,
    /// The number of the start, which is that of the instance it becomes.
    id: u64,
    app: Arc<str>,
    slots: Arc<[Slot]>,
}

#[cfg(feature = "engine")]
impl Starting<'_> {
    pub(super) fn id(&self) -> u64 {
        self.id
    }
}

#[cfg(feature = "engine")]
impl Drop for Starting<'_> {
    fn drop(&mut self) {
        // Nothing is left of one that became an instance. The rest is dropped after the lock.
        let start = self.registry.tables().end_start(self.id);
        drop(start);
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
