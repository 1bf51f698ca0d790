//! What a runtime holds: its apps, its instances, who is wired to whom.
//!
//! # Invariants
//!
//! * An instance is in `instances` from its making to its removal, and `users` of a provider names exactly the instances there that are
//!   wired to it.
//! * An instance is freed under the lock: nobody can be wired to what is going away.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::app::App;
use crate::error::{InstantiateError, RemoveError, WiringProblem, WiringReport};
use crate::graph::{Edge, Graph, Kind, Node};
use crate::instance::{Instance, Provider};

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

struct AppEntry {
    app: App,
    instances: BTreeSet<u64>,
}

struct Entry {
    instance: Instance,
    app: Option<Arc<str>>,
    edges: Vec<(String, Instance)>,
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
            tracing::debug!(app = app.name(), "app added");
            tables.apps.insert(app.shared_name(), AppEntry { app: app.clone(), instances: BTreeSet::new() });
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

    /// Makes an instance known, unless its app or a provider was removed since it was wired.
    pub(crate) fn admit(
        &self,
        name: ReservedName<'_>,
        instance: &Instance,
        app: Option<&App>,
        edges: Vec<(String, Instance)>,
    ) -> Result<(), InstantiateError> {
        let mut tables = self.tables();
        let gone: Vec<WiringProblem> = edges
            .iter()
            .filter(|(_, provider)| !tables.instances.contains_key(&provider.id()))
            .map(|(_, provider)| WiringProblem::Removed { instance: provider.name().into() })
            .collect();
        if let Some(app) = app {
            if app.is_removed() {
                return Err(InstantiateError::AppRemoved { app: app.name().into() });
            }
            if !gone.is_empty() {
                return Err(WiringReport { app: app.name().into(), imports: app.needs().len(), problems: gone }.into());
            }
            if let Some(entry) = tables.apps.get_mut(app.name()) {
                entry.instances.insert(instance.id());
            }
        }
        for (_, provider) in &edges {
            if let Some(entry) = tables.instances.get_mut(&provider.id()) {
                entry.users.insert(instance.id());
            }
        }
        let app = app.map(App::shared_name);
        let entry = Entry { instance: instance.clone(), app, edges, users: BTreeSet::new() };
        tracing::debug!(instance = instance.name(), "instance made");
        tables.instances.insert(instance.id(), entry);
        name.keep();
        Ok(())
    }

    pub(crate) fn remove(&self, instance: &Instance, exported: Option<String>) -> Result<(), RemoveError> {
        let mut tables = self.tables();
        let name = instance.name().to_string();
        let Some(entry) = tables.instances.get(&instance.id()) else {
            return Err(RemoveError::Removed { name });
        };
        let mut by: Vec<String> = entry.users.iter().filter_map(|id| tables.name(*id)).collect();
        by.extend(exported);
        if !by.is_empty() {
            return Err(RemoveError::InUse { name, by });
        }
        if !instance.free() {
            return Err(RemoveError::InUse { name, by: vec!["a running call".into()] });
        }
        let Some(entry) = tables.instances.remove(&instance.id()) else { return Ok(()) };
        for (_, provider) in &entry.edges {
            if let Some(provider) = tables.instances.get_mut(&provider.id()) {
                provider.users.remove(&instance.id());
            }
        }
        if let Some(app) = entry.app.and_then(|app| tables.apps.get_mut(&app)) {
            app.instances.remove(&instance.id());
        }
        tables.names.remove(instance.name());
        tracing::debug!(instance = instance.name(), "instance removed");
        Ok(())
    }

    pub(crate) fn graph(&self) -> Graph {
        let tables = self.tables();
        let nodes = tables.instances.values().map(|entry| Node {
            name: entry.instance.name().into(),
            kind: match (entry.instance.provider(), &entry.app) {
                (Provider::Guest(_), Some(app)) => Kind::App(app.to_string()),
                (Provider::Remote(_), _) => Kind::Remote,
                _ => Kind::System,
            },
            provides: entry.instance.provides(),
            shared: entry.users.len() > 1,
        });
        let edges = tables.instances.values().flat_map(|entry| {
            entry.edges.iter().map(|(import, provider)| Edge {
                from: entry.instance.name().into(),
                import: import.clone(),
                to: provider.name().into(),
            })
        });
        Graph { nodes: nodes.collect(), edges: edges.collect() }
    }
}

impl Tables {
    fn name(&self, id: u64) -> Option<String> {
        self.instances.get(&id).map(|entry| entry.instance.name().to_string())
    }
}
