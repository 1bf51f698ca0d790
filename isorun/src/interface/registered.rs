//! The interfaces that a runtime knows.

use std::collections::{HashMap, HashSet};

use super::Interface;
use super::name::InterfaceName;
use super::tracks::Tracks;

/// Interfaces, found by their names and by the tracks of their versions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Registered {
    list: Vec<Interface>,
    positions: Tracks<usize>,
    /// The names without versions.
    paths: HashSet<String>,
    /// Why interfaces were left out of WIT that was registered, by their names, for those who import one.
    left_out: HashMap<String, String>,
}

/// Most reasons that are remembered: texts come from strangers, and a reason is a courtesy.
const MOST_REASONS: usize = 4096;

impl Registered {
    /// The interfaces, in the order in which they were added.
    pub(crate) fn list(&self) -> &[Interface] {
        &self.list
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = String> {
        self.list.iter().map(|interface| interface.name().to_string())
    }

    /// Adds an interface. If one of this very name is there, it stays, unless it lacks functions behind features that this one has.
    pub(crate) fn add(&mut self, interface: &Interface) {
        match self.positions.get(interface.name()) {
            Some(&position) if self.list[position].is_extended_by(interface) => self.list[position] = interface.clone(),
            Some(_) => {}
            None => {
                self.positions.insert(interface.name(), self.list.len());
                self.paths.insert(interface.name().path().to_owned());
                self.list.push(interface.clone());
            }
        }
    }

    /// Whether an interface of this name is there, in any version.
    pub(crate) fn has_path(&self, path: &str) -> bool {
        self.paths.contains(path)
    }

    /// The differences between an interface and the one of this very name that is there. Functions that one of the two lacks because of a
    /// feature are no difference.
    pub(crate) fn conflicts(&self, interface: &Interface) -> Vec<String> {
        match self.get(interface.name()) {
            Some(old) if !old.is_extended_by(interface) && !interface.is_extended_by(old) => old.differences(interface),
            _ => Vec::new(),
        }
    }

    /// Remembers why an interface was left out.
    pub(crate) fn leave_out(&mut self, interface: &str, reason: &str) {
        if self.left_out.len() < MOST_REASONS || self.left_out.contains_key(interface) {
            self.left_out.insert(interface.to_owned(), reason.to_owned());
        }
    }

    /// Why the interface of this name was left out, if it was.
    pub(crate) fn why_left_out(&self, interface: &str) -> Option<&str> {
        self.left_out.get(interface).map(String::as_str)
    }

    /// The interface of this very name.
    pub(crate) fn get(&self, name: &InterfaceName) -> Option<&Interface> {
        self.list.get(*self.positions.get(name)?)
    }

    /// The interface that serves who asks for `wanted`: of the very version if there is one, or else the newest of its track.
    pub(crate) fn find(&self, wanted: &InterfaceName) -> Option<&Interface> {
        self.list.get(*self.positions.find(wanted)?)
    }
}
