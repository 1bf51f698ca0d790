//! How much there is of a type, and which types are refused: known without walking them.

use std::collections::HashSet;
use std::fmt;

use super::label::Label;
use super::layout::{Layout, MAX_BLOCK};

/// How deep types may be nested.
const MAX_DEPTH: u32 = 100;

/// How much there may be of a type: a point for every type in it, written out, and one for every byte of a label.
const MAX_WEIGHT: u64 = 1 << 20;

/// How much there is of a type, and what is wrong with it: known from its parts when it is made.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Extent {
    depth: u32,
    weight: u64,
    pub(super) flaw: Option<TypeError>,
}

impl Extent {
    /// The extent of a type made of `parts`, with the flaw of the first that has one. A part without an extent is a type that
    /// is made of no others, which counts as one.
    pub(super) fn of<'e>(parts: impl IntoIterator<Item = Option<&'e Extent>>) -> Extent {
        let mut whole = Extent { depth: 1, weight: 1, flaw: None };
        for part in parts {
            whole.weight = whole.weight.saturating_add(part.map_or(1, |part| part.weight));
            if let Some(part) = part {
                whole.depth = whole.depth.max(part.depth.saturating_add(1));
                whole.flaw = whole.flaw.or_else(|| part.flaw.clone());
            }
        }
        whole
    }

    pub(super) fn weight(&self) -> u64 {
        self.weight
    }

    /// The same with labels, of which there must be at least one and no two the same.
    pub(super) fn labelled<'l>(mut self, kind: &'static str, labels: impl IntoIterator<Item = &'l Label>) -> Extent {
        let mut seen = HashSet::new();
        let mut twice = None;
        for label in labels {
            self.weight = self.weight.saturating_add(label.len() as u64);
            if !seen.insert(label) {
                twice.get_or_insert_with(|| TypeError::Duplicate(label.clone()));
            }
        }
        self.flaw = self.flaw.or(twice);
        self.unless(seen.is_empty(), TypeError::Empty(kind))
    }

    /// The same, with a flaw if `wrong`.
    pub(super) fn unless(mut self, wrong: bool, flaw: TypeError) -> Extent {
        if wrong {
            self.flaw.get_or_insert(flaw);
        }
        self
    }

    /// The same, with a flaw if there is too much of the type.
    pub(super) fn limited(self, layout: Layout) -> Extent {
        let (deep, heavy) = (self.depth > MAX_DEPTH, self.weight > MAX_WEIGHT);
        self.unless(deep, TypeError::TooDeep)
            .unless(heavy, TypeError::TooLarge)
            .unless(layout.size > MAX_BLOCK, TypeError::TooWide(layout.size))
    }
}

/// Why a type is refused.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum TypeError {
    /// A record, tuple, variant, enum, flags or list of fixed length has nothing in it.
    Empty(&'static str),
    /// Two fields, cases or flags of one type have this name.
    Duplicate(Label),
    /// There are more than 32 flags in one type.
    TooManyFlags(usize),
    /// Types are nested more than 100 levels deep.
    TooDeep,
    /// Written out, the type has more than a million parts.
    TooLarge,
    /// A single value takes so many bytes, lists and strings not counted, that no list could hold it.
    TooWide(u32),
}

impl TypeError {
    /// What to do about it.
    pub(crate) fn help(&self) -> &'static str {
        match self {
            TypeError::Empty(_) => "give it a member, or leave it away",
            TypeError::Duplicate(_) => "rename one of them",
            TypeError::TooManyFlags(_) => "split them into several `flags`",
            TypeError::TooDeep => "nest less: put what repeats into a list and refer to it by index",
            TypeError::TooLarge => "use fewer types inside types: each use counts in full",
            TypeError::TooWide(_) => "use `list<T>` instead of a long `list<T, N>`",
        }
    }
}

impl fmt::Display for TypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TypeError::Empty(kind) => write!(f, "`{kind}` has nothing in it"),
            TypeError::Duplicate(label) => write!(f, "`{label}` is defined twice in one type"),
            TypeError::TooManyFlags(count) => write!(f, "`flags` has {count} labels, 32 is the limit"),
            TypeError::TooDeep => write!(f, "type is nested more than {MAX_DEPTH} levels deep"),
            TypeError::TooLarge => write!(f, "type has more than {MAX_WEIGHT} parts, written out"),
            TypeError::TooWide(size) => write!(f, "one value takes {size} bytes, {MAX_BLOCK} is the limit"),
        }
    }
}

impl std::error::Error for TypeError {}
