//! The names of instances: no two of one runtime are the same.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Names in use, and for each the number that was last put behind it.
#[derive(Default)]
pub(super) struct Names(Mutex<BTreeMap<Arc<str>, u64>>);

/// A name that no other instance gets. If it is dropped before it was [kept](ReservedName::keep), the name is free again.
pub(crate) struct ReservedName<'a> {
    names: &'a Names,
    name: Arc<str>,
    kept: bool,
}

impl ReservedName<'_> {
    pub(crate) fn get(&self) -> Arc<str> {
        self.name.clone()
    }

    /// Keeps the name for an instance that is in the registry now. The name is freed when that instance is removed.
    pub(super) fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for ReservedName<'_> {
    fn drop(&mut self) {
        if !self.kept {
            self.names.free(&self.name);
        }
    }
}

impl Names {
    /// Reserves exactly this name; `None` if it is taken.
    #[cfg(feature = "engine")]
    pub(super) fn reserve(&self, name: &str) -> Option<ReservedName<'_>> {
        let mut names = self.names();
        if names.contains_key(name) {
            return None;
        }
        let name: Arc<str> = name.into();
        names.insert(name.clone(), 1);
        Some(ReservedName { names: self, name, kept: false })
    }

    /// Reserves the name, with a number behind it if it is taken.
    pub(super) fn reserve_like(&self, wanted: &str) -> ReservedName<'_> {
        let mut names = self.names();
        let mut name: Arc<str> = wanted.into();
        let mut number = names.get(wanted).copied().unwrap_or(1);
        while names.contains_key(&name) {
            number += 1;
            name = format!("{wanted}-{number}").into();
        }
        // The next one who wants this name continues counting here, and need not try all the numbers again.
        names.entry(wanted.into()).and_modify(|last| *last = number);
        names.insert(name.clone(), 1);
        ReservedName { names: self, name, kept: false }
    }

    pub(super) fn free(&self, name: &str) {
        self.names().remove(name);
    }

    fn names(&self) -> MutexGuard<'_, BTreeMap<Arc<str>, u64>> {
        // Nothing panics under the lock, so it is never poisoned.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
