//! Whether the components are built from the sources beside them.

use std::fmt;
use std::path::Path;

use anyhow::Result;

use crate::guest::{GUESTS, hash_of_file};
use crate::record::Record;

/// A component that does not belong to the sources beside it. Its `Display` says what to do.
#[derive(Debug, PartialEq, Eq)]
pub struct Stale {
    /// The name of the guest.
    pub name: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Stale { name, reason } = self;
        write!(f, "component `{name}` {reason}\n help: run `cargo run -p xtask -- guests` and commit what it writes")
    }
}

/// Compares the components, the sources and the record, and returns every component that does not fit, sorted by
/// name.
///
/// # Errors
///
/// If a file cannot be read. That a component is stale or missing is not an error but the answer.
pub fn check(root: &Path) -> Result<Vec<Stale>> {
    let mut record = Record::load(root)?;
    let mut stale = Vec::new();
    for guest in GUESTS {
        let component = guest.component(root);
        let line = record.0.remove(guest.name);
        let reason = match line {
            _ if !component.exists() => "is missing",
            None => "is not in the record",
            Some(line) if line.sources != guest.hash_of_sources(root)? => {
                "is not built from the sources as they are now"
            }
            Some(line) if line.component != hash_of_file(&component)? => "is not the one that was built",
            Some(_) => continue,
        };
        stale.push(Stale { name: guest.name.to_owned(), reason });
    }
    stale.extend(
        record.0.into_keys().map(|name| Stale { name, reason: "is in the record, but there is no such guest" }),
    );
    stale.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(stale)
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::guest::{GUESTS, root};

    #[test]
    fn every_component_that_is_missing_is_reported_with_what_to_do() {
        // There is no guest below `xtask/`, so there is no component either.
        let stale = check(&root().unwrap().join("xtask")).unwrap();

        assert_eq!(stale.len(), GUESTS.len());
        assert_eq!(
            stale[0].to_string(),
            "component `attacks` is missing\n help: run `cargo run -p xtask -- guests` and commit what it writes"
        );
    }
}
