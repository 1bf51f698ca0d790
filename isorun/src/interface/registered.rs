//! The interfaces that a runtime knows.

use super::Interface;
use super::name::InterfaceName;
use super::tracks::Tracks;

/// Interfaces, found by their names and by the tracks of their versions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Registered {
    list: Vec<Interface>,
    positions: Tracks<usize>,
}

impl Registered {
    /// The interfaces, in the order in which they were added.
    pub(crate) fn list(&self) -> &[Interface] {
        &self.list
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = String> {
        self.list.iter().map(|interface| interface.name().to_string())
    }

    /// Adds an interface, unless one of this very name is there.
    pub(crate) fn add(&mut self, interface: &Interface) {
        if self.get(interface.name()).is_none() {
            self.positions.insert(interface.name(), self.list.len());
            self.list.push(interface.clone());
        }
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
