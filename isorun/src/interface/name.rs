//! Names of interfaces, and which versions are compatible.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use semver::Version;

/// The name of an interface: `isorun:kv/kv@0.1.0`.
///
/// It is read from `namespace:package/interface`, with or without `@version`. An interface that a world defines in place has a plain name,
/// `clip`; functions at the root of a world are those of an interface named `$root`.
///
/// ```
/// use isorun::wit::InterfaceName;
///
/// let name: InterfaceName = "isorun:kv/store@0.2.1".parse()?;
/// assert_eq!((name.namespace(), name.package(), name.interface()), ("isorun", "kv", "store"));
/// assert_eq!(name.track().as_deref(), Some("0.2"));
/// # Ok::<(), isorun::wit::InterfaceNameError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct InterfaceName {
    /// The whole name without the version.
    path: Arc<str>,
    version: Option<Version>,
}

/// A text is not the name of an interface in a package.
///
/// A plain name is none either: a component may use one for an interface that it defines itself.
///
/// ```
/// use isorun::wit::InterfaceName;
///
/// let error = "isorun:kv/kv@1".parse::<InterfaceName>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`isorun:kv/kv@1` is not the name of an interface: `1` is not a version
///   help: write `namespace:package/interface`, or `namespace:package/interface@1.0.0`"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not the name of an interface: {problem}\n  help: write `namespace:package/interface`, or `namespace:package/interface@1.0.0`"
)]
#[non_exhaustive]
pub struct InterfaceNameError {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub problem: String,
}

impl FromStr for InterfaceName {
    type Err = InterfaceNameError;

    fn from_str(text: &str) -> Result<InterfaceName, InterfaceNameError> {
        read(text).map_err(|problem| InterfaceNameError { text: text.into(), problem })
    }
}

/// The name that a text spells, or what is wrong with the text.
fn read(text: &str) -> Result<InterfaceName, String> {
    let (path, version) = match text.split_once('@') {
        Some((path, version)) => {
            (path, Some(Version::parse(version).map_err(|_| format!("`{version}` is not a version"))?))
        }
        None => (text, None),
    };
    let (package, interface) = path.split_once('/').ok_or("it names no interface, which stands after `/`")?;
    let (namespace, package) = package.split_once(':').ok_or("it names no package, which stands after `:`")?;
    match [namespace, package, interface].into_iter().find(|part| !is_kebab(part)) {
        Some(part) => Err(format!("`{part}` is not words of letters and digits with `-` between them")),
        None => Ok(InterfaceName { path: path.into(), version }),
    }
}

impl InterfaceName {
    /// The name that stands for the functions at the root of a world, which belong to no interface. No interface can have it.
    pub(crate) const ROOT: &str = "$root";

    /// A name that is not in a package: that of an interface which a world defines in place, or [`ROOT`](InterfaceName::ROOT).
    pub(crate) fn plain(text: &str) -> InterfaceName {
        InterfaceName { path: text.into(), version: None }
    }

    /// The name that a component spells, whatever it looks like.
    pub(crate) fn of(text: &str) -> InterfaceName {
        text.parse().unwrap_or_else(|_| InterfaceName::plain(text))
    }

    /// Whether it stands for the functions at the root of a world.
    pub fn is_root(&self) -> bool {
        *self.path == *InterfaceName::ROOT
    }

    /// Whether it is in no package: that of an interface which a world defines in place, such as `clip`, or of the functions at a world's root.
    /// Such a name means something in that world only.
    pub fn is_plain(&self) -> bool {
        is_kebab(&self.path) || self.is_root()
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

    /// The name without its version, borrowed.
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

    /// The name with its semver track in place of its version.
    pub(crate) fn on_track(&self) -> String {
        match self.track() {
            Some(track) => format!("{}@{track}", self.path),
            None => self.path.to_string(),
        }
    }

    /// Whether an interface of this name can stand in for `wanted`: they have the same namespace, package and interface, and the same
    /// version or at least the same [track](InterfaceName::track).
    ///
    /// Within a track neither version has to be the newer one: `0.2.0` serves `0.2.1`, and the other way round.
    #[must_use]
    pub fn serves(&self, wanted: &InterfaceName) -> bool {
        self.path == wanted.path && (self.version == wanted.version || self.track() == wanted.track())
    }
}

/// Whether a part of a name consists of words with hyphens between them, each word all in lower case or all in upper case: `open-at`,
/// `IO`, `v2-FS`.
pub(crate) fn is_kebab(part: &str) -> bool {
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
        format!("isorun:kv/kv{version}").parse().unwrap()
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
        assert!(!name("@0.1.0").serves(&"isorun:kv/other@0.1.0".parse().unwrap()));
    }

    #[test]
    fn a_text_that_is_not_the_name_of_an_interface_is_refused_with_what_is_wrong() {
        for (text, problem) in [
            ("", "names no interface"),
            ("kv", "names no interface"),
            ("a:b", "names no interface"),
            ("b/c", "names no package"),
            ("a:b/", "`` is not words"),
            ("a:b/c@", "`` is not a version"),
            ("a:b/c@1", "`1` is not a version"),
            ("a:b/c@0.1.0@0.1.0", "`0.1.0@0.1.0` is not a version"),
            ("A-b:c/d/e", "`d/e` is not words"),
            ("a:b/c_d", "`c_d` is not words"),
            ("a:b/-c", "`-c` is not words"),
            ("a:b/cD", "`cD` is not words"),
        ] {
            let error = text.parse::<InterfaceName>().unwrap_err();
            assert!(error.problem.contains(problem), "{error}");
        }
        assert_eq!("a:b-c/D-2e".parse::<InterfaceName>().unwrap().to_string(), "a:b-c/D-2e");
    }

    #[test]
    fn a_plain_name_has_no_package() {
        let plain = InterfaceName::plain("types");
        assert_eq!((plain.namespace(), plain.package(), plain.interface()), ("", "", "types"));
    }
}
