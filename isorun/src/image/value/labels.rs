//! Looking labels up in types.

use std::collections::HashMap;

use crate::types::{Case, Field, Label};

/// What has a label.
pub(super) trait Labelled {
    fn label(&self) -> &str;
}

impl Labelled for Label {
    fn label(&self) -> &str {
        self
    }
}

impl Labelled for Field {
    fn label(&self) -> &str {
        &self.label
    }
}

impl Labelled for Case {
    fn label(&self) -> &str {
        &self.label
    }
}

impl<T> Labelled for (Label, T) {
    fn label(&self) -> &str {
        &self.0
    }
}

/// The positions of labels in the types of one value.
///
/// A stranger's enum may have a hundred thousand cases and another stranger's list as many values of it, so looking through all cases for
/// each value would never end. The first look at a type with many labels makes a map of them, which lasts as long as the value is worked on.
#[derive(Default)]
pub(super) struct Labels<'t> {
    /// A map for each type, by the address of its labels, which stay where they are while they are borrowed.
    maps: HashMap<usize, HashMap<&'t str, usize>>,
}

/// With this many labels at most, looking at one after the other is faster than a map.
const FEW: usize = 16;

impl<'t> Labels<'t> {
    /// The position of the first item with this label.
    pub(super) fn position<L: Labelled>(&mut self, items: &'t [L], label: &str) -> Option<usize> {
        if items.len() <= FEW {
            return items.iter().position(|item| item.label() == label);
        }
        self.maps.entry(items.as_ptr().addr()).or_insert_with(|| positions(items)).get(label).copied()
    }
}

/// The position of the first item with each label.
pub(super) fn positions<L: Labelled>(items: &[L]) -> HashMap<&str, usize> {
    // Backwards, so that of several items with one label the first is put last and stays.
    items.iter().enumerate().rev().map(|(index, item)| (item.label(), index)).collect()
}
