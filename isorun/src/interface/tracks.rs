//! Finding what serves the name of an interface, among any number of names.

use std::collections::HashMap;

use super::name::InterfaceName;

/// Values by the names of interfaces, found also by other versions of the same track.
#[derive(Clone, Debug)]
pub(crate) struct Tracks<T> {
    exact: HashMap<InterfaceName, T>,
    /// The name of the newest version of each track.
    newest: HashMap<String, InterfaceName>,
}

impl<T> Default for Tracks<T> {
    fn default() -> Tracks<T> {
        Tracks { exact: HashMap::new(), newest: HashMap::new() }
    }
}

impl<T> Tracks<T> {
    /// Adds a value, in place of an earlier one of this very name.
    pub(crate) fn insert(&mut self, name: &InterfaceName, value: T) {
        let newest = self.newest.entry(name.on_track()).or_insert_with(|| name.clone());
        if name.version() > newest.version() {
            *newest = name.clone();
        }
        self.exact.insert(name.clone(), value);
    }

    /// The value of this very name.
    pub(crate) fn get(&self, name: &InterfaceName) -> Option<&T> {
        self.exact.get(name)
    }

    /// The value that serves who asks for `wanted`: of the very version if there is one, or else of the newest of its track.
    pub(crate) fn find(&self, wanted: &InterfaceName) -> Option<&T> {
        self.get(wanted).or_else(|| self.get(self.newest.get(&wanted.on_track())?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_very_version_comes_first_and_then_the_newest_of_the_track() {
        let mut tracks = Tracks::default();
        let name = |version: &str| format!("a:b/c{version}").parse::<InterfaceName>().unwrap();
        for version in ["@1.2.0", "@1.10.0", "@1.9.0", "@2.0.0", "@0.1.0-rc.1", ""] {
            tracks.insert(&name(version), version);
        }
        for (wanted, found) in [
            ("@1.2.0", Some("@1.2.0")),
            ("@1.3.0", Some("@1.10.0")),
            ("@2.7.1", Some("@2.0.0")),
            ("@3.0.0", None),
            ("@0.1.0", None),
            ("@0.1.0-rc.1", Some("@0.1.0-rc.1")),
            ("", Some("")),
        ] {
            assert_eq!(tracks.find(&name(wanted)).copied(), found, "{wanted}");
        }
    }
}
