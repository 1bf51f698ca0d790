//! Names of interfaces, and which version serves which.

use std::fmt;
use std::sync::Arc;

use semver::Version;

/// The name of an interface: `isorun:kv/kv@0.1.0`.
///
/// ```
/// use isorun::wit::InterfaceName;
///
/// let name = InterfaceName::parse("isorun:kv/store@0.2.1").unwrap();
/// assert_eq!((name.namespace(), name.package(), name.interface()), ("isorun", "kv", "store"));
/// assert_eq!(name.track().as_deref(), Some("0.2"));
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct InterfaceName {
    /// All but the version.
    path: Arc<str>,
    version: Option<Version>,
}

impl InterfaceName {
    /// Reads `namespace:package/interface`, with or without `@version`.
    ///
    /// Anything else gives `None`, such as the plain name that a component may use for an interface of its own.
    pub fn parse(text: &str) -> Option<InterfaceName> {
        let (path, version) = match text.split_once('@') {
            Some((path, version)) => (path, Some(Version::parse(version).ok()?)),
            None => (text, None),
        };
        let (package, interface) = path.split_once('/')?;
        let (namespace, package) = package.split_once(':')?;
        let parts = [namespace, package, interface];
        parts.into_iter().all(is_kebab).then(|| InterfaceName { path: path.into(), version })
    }

    /// A name that is not in a package.
    pub(crate) fn plain(text: &str) -> InterfaceName {
        InterfaceName { path: text.into(), version: None }
    }

    /// `isorun` of `isorun:kv/store@0.2.1`; empty if the name is not in a package.
    pub fn namespace(&self) -> &str {
        self.path.split_once(':').map_or("", |(namespace, _)| namespace)
    }

    /// `kv` of `isorun:kv/store@0.2.1`; empty if the name is not in a package.
    pub fn package(&self) -> &str {
        let package = self.path.rsplit_once('/').map_or("", |(package, _)| package);
        package.split_once(':').map_or("", |(_, package)| package)
    }

    /// `store` of `isorun:kv/store@0.2.1`.
    pub fn interface(&self) -> &str {
        self.path.rsplit_once('/').map_or(&self.path, |(_, interface)| interface)
    }

    /// `0.2.1` of `isorun:kv/store@0.2.1`.
    pub fn version(&self) -> Option<&Version> {
        self.version.as_ref()
    }

    /// `isorun:kv/store` of `isorun:kv/store@0.2.1`.
    pub fn without_version(&self) -> String {
        self.path.to_string()
    }

    /// The same without a copy.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The semver track of the version, on which all versions are compatible: `1`, `0.2` or `0.0.3`.
    ///
    /// A pre-release is compatible with nothing else, so it is a track of its own.
    pub fn track(&self) -> Option<String> {
        let Version { major, minor, patch, pre, .. } = self.version.as_ref()?;
        Some(match (major, minor) {
            _ if !pre.is_empty() => format!("{major}.{minor}.{patch}-{pre}"),
            (0, 0) => format!("0.0.{patch}"),
            (0, minor) => format!("0.{minor}"),
            (major, _) => format!("{major}"),
        })
    }

    /// The name with the track for a version.
    pub(super) fn on_track(&self) -> String {
        match self.track() {
            Some(track) => format!("{}@{track}", self.path),
            None => self.path.to_string(),
        }
    }

    /// Whether an interface of this name can serve who asks for `wanted`: the same path, and the same version or at
    /// least the same track. So `0.2.0` meets `0.2.1`, either way.
    pub fn serves(&self, wanted: &InterfaceName) -> bool {
        self.path == wanted.path && (self.version == wanted.version || self.track() == wanted.track())
    }
}

/// Whether a part of a name is words with hyphens between, each in one case: `open-at`, `IO`, `v2-FS`.
fn is_kebab(part: &str) -> bool {
    part.starts_with(|first: char| first.is_ascii_alphabetic())
        && part.split('-').all(|word| {
            let lower = word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
            let upper = word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
            !word.is_empty() && (lower || upper)
        })
}

impl fmt::Display for InterfaceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.version {
            Some(version) => write!(f, "{}@{version}", self.path),
            None => f.write_str(&self.path),
        }
    }
}

impl fmt::Debug for InterfaceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InterfaceName({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(version: &str) -> InterfaceName {
        InterfaceName::parse(&format!("isorun:kv/kv{version}")).unwrap()
    }

    #[test]
    fn versions_of_one_track_serve_each_other() {
        for (provided, wanted) in [
            ("", ""),
            ("@0.2.0", "@0.2.1"),
            ("@0.2.1", "@0.2.0"),
            ("@1.0.0", "@1.9.3"),
            ("@0.0.3", "@0.0.3"),
            ("@1.0.0-rc.1", "@1.0.0-rc.1"),
            ("@0.2.0+a", "@0.2.1+b"),
        ] {
            assert!(name(provided).serves(&name(wanted)), "{provided} {wanted}");
        }
        for (provided, wanted) in [
            ("", "@0.1.0"),
            ("@0.1.0", ""),
            ("@0.2.0", "@0.3.0"),
            ("@0.0.3", "@0.0.4"),
            ("@1.0.0", "@2.0.0"),
            ("@1.0.0-rc.1", "@1.0.0"),
            ("@1.0.0-rc.1", "@1.0.0-rc.2"),
        ] {
            assert!(!name(provided).serves(&name(wanted)), "{provided} {wanted}");
        }
        assert!(!name("@0.1.0").serves(&InterfaceName::parse("isorun:kv/other@0.1.0").unwrap()));
    }

    #[test]
    fn what_is_not_the_name_of_an_interface_is_not_read() {
        for text in [
            "",
            "kv",
            "a:b",
            "a:b/",
            "a:b/c@",
            "a:b/c@1",
            "a:b/c@0.1.0@0.1.0",
            "A-b:c/d/e",
            "a:b/c_d",
            "a:b/-c",
            "a:b/cD",
        ] {
            assert_eq!(InterfaceName::parse(text), None, "{text}");
        }
        assert_eq!(InterfaceName::parse("a:b-c/D-2e").unwrap().to_string(), "a:b-c/D-2e");
    }

    #[test]
    fn a_plain_name_has_no_package() {
        let plain = InterfaceName::plain("types");
        assert_eq!((plain.namespace(), plain.package(), plain.interface()), ("", "", "types"));
    }
}
