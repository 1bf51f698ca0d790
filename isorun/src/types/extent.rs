//! How large a type is as data, and whether it is refused; both are known without walking the type.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use super::label::Label;
use super::layout::{Layout, MAX_BLOCK};

/// How many levels deep types may be nested.
const MAX_DEPTH: u32 = 100;

/// The largest weight of a type. The weight counts every type inside it as often as it is used, and every byte of a label.
const MAX_WEIGHT: u64 = 1 << 20;

/// How large a type is as data, and what is wrong with it. It is computed from the parts when the type is made.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Extent {
    depth: u32,
    weight: u64,
    pub(super) flaw: Option<TypeError>,
}

impl Extent {
    /// The extent of a type that consists of `parts`, with the flaw of the first part that has one. A part without an extent is a
    /// primitive type, which has depth 0 and weight 1.
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

    /// Adds the labels' weight. It is a flaw if there is no label, or if two are the same but for upper and lower case.
    pub(super) fn labelled<'l>(mut self, kind: &'static str, labels: impl IntoIterator<Item = &'l Label>) -> Extent {
        let mut seen: HashMap<Cow<'l, str>, &Label> = HashMap::new();
        let mut twice = None;
        for label in labels {
            self.weight = self.weight.saturating_add(label.len() as u64);
            let has_upper = label.bytes().any(|byte| byte.is_ascii_uppercase());
            let lower = if has_upper { label.to_ascii_lowercase().into() } else { Cow::Borrowed(&**label) };
            if let Some(first) = seen.insert(lower, label) {
                twice.get_or_insert_with(|| match first == label {
                    true => TypeError::Duplicate(label.clone()),
                    false => TypeError::DiffersInCase(first.clone(), label.clone()),
                });
            }
        }
        self.flaw = self.flaw.or(twice);
        self.unless(seen.is_empty(), TypeError::Empty(kind))
    }

    /// Adds the flaw if `wrong`, unless there is one already.
    pub(super) fn unless(mut self, wrong: bool, flaw: TypeError) -> Extent {
        if wrong {
            self.flaw.get_or_insert(flaw);
        }
        self
    }

    /// Adds a flaw if the type is nested too deep, weighs too much, or has values that are too large.
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
    /// A record, tuple, variant, enum, flags or list of fixed length has no members.
    Empty(&'static str),
    /// Two fields, cases or flags of one type have this name.
    Duplicate(Label),
    /// Two fields, cases or flags of one type have these names, which differ in upper and lower case only. Components compare names without
    /// regard to case, so none can have both.
    DiffersInCase(Label, Label),
    /// There are more than 32 flags in one type.
    TooManyFlags(usize),
    /// Types are nested more than 100 levels deep.
    TooDeep,
    /// The type has more than 2^20 parts, each counted as often as it is used.
    TooLarge,
    /// One value takes this many bytes, not counting the contents of its lists and strings; more than 2^28 - 1, the most that a list
    /// can hold.
    TooWide(u32),
}

impl TypeError {
    /// What the author of the type can do about it.
    pub(crate) fn help(&self) -> &'static str {
        match self {
            TypeError::Empty(_) => "give it a member, or remove it",
            TypeError::Duplicate(_) | TypeError::DiffersInCase(..) => "rename one of them",
            TypeError::TooManyFlags(_) => "split them into several `flags`",
            TypeError::TooDeep => "nest less: put the inner values into a list and refer to them by index",
            TypeError::TooLarge => "use fewer types inside types: a type counts again wherever it is used",
            TypeError::TooWide(_) => "use `list<T>` instead of a long `list<T, N>`",
        }
    }
}

impl fmt::Display for TypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TypeError::Empty(kind) => write!(f, "`{kind}` has no members"),
            TypeError::Duplicate(label) => write!(f, "`{label}` is defined twice in one type"),
            TypeError::DiffersInCase(first, second) => {
                write!(f, "`{first}` and `{second}` differ in upper and lower case only, in one type")
            }
            TypeError::TooManyFlags(count) => write!(f, "`flags` has {count} labels, 32 is the limit"),
            TypeError::TooDeep => write!(f, "type is nested more than {MAX_DEPTH} levels deep"),
            TypeError::TooLarge => {
                write!(f, "type has more than {MAX_WEIGHT} parts, counting each as often as it is used")
            }
            TypeError::TooWide(size) => write!(f, "one value takes {size} bytes, {MAX_BLOCK} is the limit"),
        }
    }
}

impl std::error::Error for TypeError {}
