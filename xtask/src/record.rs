//! The record beside the components: from which sources each was built.
//!
//! It is a text with one line for each component, `<hash of its sources>  <hash of the component>  <name>`, so that a
//! change shows up as one line in a diff.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::guest::COMPONENTS;

/// What is recorded about all components, by name.
#[derive(Debug, Default)]
pub(crate) struct Record(pub(crate) BTreeMap<String, Line>);

/// What is recorded about one component.
#[derive(Debug)]
pub(crate) struct Line {
    /// The hash of the sources from which it was built.
    pub(crate) sources: String,
    /// The hash of the component that was built from them.
    pub(crate) component: String,
}

impl Record {
    /// Reads the record; one that is not there is empty.
    pub(crate) fn load(root: &Path) -> Result<Record> {
        let path = path(root);
        if !path.exists() {
            return Ok(Record::default());
        }
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        Record::parse(&text).with_context(|| format!("cannot read `{}`", path.display()))
    }

    /// Writes the record, sorted by name.
    pub(crate) fn save(&self, root: &Path) -> Result<()> {
        let path = path(root);
        fs::write(&path, self.text()).with_context(|| format!("cannot write `{}`", path.display()))
    }

    fn parse(text: &str) -> Result<Record> {
        let mut record = Record::default();
        for line in text.lines() {
            let mut words = line.split_whitespace().map(str::to_owned);
            let (Some(sources), Some(component), Some(name), None) =
                (words.next(), words.next(), words.next(), words.next())
            else {
                anyhow::bail!("`{line}` is not two hashes and a name");
            };
            record.0.insert(name, Line { sources, component });
        }
        Ok(record)
    }

    fn text(&self) -> String {
        self.0.iter().map(|(name, Line { sources, component })| format!("{sources}  {component}  {name}\n")).collect()
    }
}

fn path(root: &Path) -> PathBuf {
    root.join(COMPONENTS).join("sources.txt")
}

#[cfg(test)]
mod tests {
    use super::Record;

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let text = "12  34  kv\n56  78  notes\n";
        assert_eq!(Record::parse(text).unwrap().text(), text);
    }

    #[test]
    fn a_line_that_was_cut_is_refused() {
        assert!(Record::parse("12  34  kv\n56  78\n").is_err());
    }
}
