//! What an app imports.

use crate::interface::Interface;
use crate::interface::name::InterfaceName;

/// An interface that an app imports.
#[derive(Debug)]
pub(crate) struct Import {
    /// The name as the component spells it, which is the one to link.
    pub(crate) name: String,
    /// The interface, with the functions that the app imports and no others.
    pub(crate) interface: Interface,
}

impl Import {
    /// Whether `name` means the import: as it is spelt, or without its version.
    pub(super) fn is_named(&self, name: &str) -> bool {
        name == self.name || self.name.parse().is_ok_and(|full: InterfaceName| full.path() == name)
    }
}
