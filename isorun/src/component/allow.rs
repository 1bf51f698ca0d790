//! Which interfaces an app may import.

use std::fmt;

use semver::Version;

use crate::interface::name::{InterfaceName, is_kebab};
use crate::text::list;

/// Patterns, one of which an import must meet.
#[derive(Clone, Debug)]
pub(crate) struct Allowed(Box<[Pattern]>);

/// A namespace `isorun:*`, a package `isorun:kv` or an interface `isorun:kv/kv`, the last two with or without a version; or the plain name
/// of an interface or a function that a world defines in place, `log`.
#[derive(Clone, Debug)]
struct Pattern {
    text: String,
    /// A name of the pattern's version; what the pattern leaves open has a placeholder.
    name: InterfaceName,
    width: Width,
}

/// How much of a name must be the pattern's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Width {
    Namespace,
    Package,
    Interface,
    Plain,
}

impl Allowed {
    /// Reads patterns, or gives back those that are none.
    pub(crate) fn parse(patterns: &[String]) -> Result<Allowed, Vec<String>> {
        let malformed: Vec<String> =
            patterns.iter().filter(|pattern| Pattern::parse(pattern).is_none()).cloned().collect();
        match malformed.is_empty() {
            true => Ok(Allowed(patterns.iter().filter_map(|pattern| Pattern::parse(pattern)).collect())),
            false => Err(malformed),
        }
    }

    /// Whether the import of this name may be there.
    pub(crate) fn has(&self, import: &str) -> bool {
        let name = InterfaceName::of(import);
        self.0.iter().any(|pattern| pattern.meets(&name))
    }
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let patterns: Vec<String> = self.0.iter().map(|pattern| pattern.text.clone()).collect();
        f.write_str(&list(&patterns))
    }
}

impl Pattern {
    fn parse(text: &str) -> Option<Pattern> {
        let (path, version) = match text.split_once('@') {
            Some((path, version)) => (path, Some(Version::parse(version).ok()?)),
            None => (text, None),
        };
        if is_kebab(text) {
            return Some(Pattern { text: text.into(), name: InterfaceName::plain(text), width: Width::Plain });
        }
        let (namespace, rest) = path.split_once(':')?;
        let (width, path) = match rest {
            // Packages of a namespace have nothing to do with each other, so one version for all of them would say nothing.
            "*" if version.is_none() => (Width::Namespace, format!("{namespace}:any/any")),
            _ if !rest.contains('/') => (Width::Package, format!("{path}/any")),
            _ => (Width::Interface, path.to_string()),
        };
        let name = match version {
            Some(version) => format!("{path}@{version}").parse().ok()?,
            None => path.parse().ok()?,
        };
        Some(Pattern { text: text.into(), name, width })
    }

    fn meets(&self, import: &InterfaceName) -> bool {
        if self.width == Width::Plain || import.namespace().is_empty() {
            return self.width == Width::Plain && self.name == *import;
        }
        let package = self.width == Width::Namespace || self.name.package() == import.package();
        let interface = self.width != Width::Interface || self.name.interface() == import.interface();
        let version = self.name.version().is_none() || self.name.track() == import.track();
        self.name.namespace() == import.namespace() && package && interface && version
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(pattern: &str, import: &str) -> bool {
        Allowed::parse(&[pattern.into()]).unwrap().has(import)
    }

    #[test]
    fn a_pattern_is_met_by_what_it_names_and_by_nothing_beside_it() {
        for (pattern, import) in [
            ("isorun:*", "isorun:kv/kv@0.1.0"),
            ("isorun:*", "isorun:kv/kv"),
            ("isorun:kv", "isorun:kv/kv@0.1.0"),
            ("isorun:kv", "isorun:kv/other"),
            ("isorun:kv@0.1.0", "isorun:kv/kv@0.1.3"),
            ("isorun:kv/kv", "isorun:kv/kv@0.1.0"),
            ("isorun:kv/kv", "isorun:kv/kv"),
            ("isorun:kv/kv@0.1.2", "isorun:kv/kv@0.1.0"),
            ("log", "log"),
        ] {
            assert!(allows(pattern, import), "{pattern} {import}");
        }
        for (pattern, import) in [
            ("isorun:*", "isorunner:kv/kv"),
            ("isorun:*", "log"),
            ("log", "logs"),
            ("log", "isorun:log/log"),
            ("log", "$root"),
            ("isorun:kv", "isorun:kv2/kv"),
            ("isorun:kv", "acme:kv/kv"),
            ("isorun:kv@0.1.0", "isorun:kv/kv@0.2.0"),
            ("isorun:kv@0.1.0", "isorun:kv/kv"),
            ("isorun:kv/kv", "isorun:kv/other"),
            ("isorun:kv/kv@0.1.0", "isorun:kv/kv@0.2.0"),
            ("isorun:kv/kv@1.0.0-rc.1", "isorun:kv/kv@1.0.0"),
        ] {
            assert!(!allows(pattern, import), "{pattern} {import}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_given_back() {
        let wrong = [
            "",
            "*",
            "k_v",
            "$root",
            ":",
            "isorun:",
            "isorun:*/kv",
            "isorun:kv/*",
            "isorun:*@0.1.0",
            "isorun:kv@1",
            "a:b:c",
        ];
        let wrong = wrong.map(String::from);
        assert_eq!(Allowed::parse(&wrong).unwrap_err(), wrong);
        assert!(!Allowed::parse(&[]).unwrap().has("isorun:kv/kv"));
    }
}
