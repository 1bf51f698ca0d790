//! Which types are refused, and how that is known without walking them.

use std::collections::HashSet;
use std::fmt;

use super::{Compound, Label, Type};
use crate::image::layout::Layout;
use crate::image::medium::MAX_BLOCK;

/// How deep types may be nested.
const MAX_DEPTH: u32 = 100;

/// How much there may be of a type: a point for every type in it, written out, and one for every byte of a label.
const MAX_WEIGHT: u64 = 1 << 20;

impl Type {
    /// Checks that this is a type of WIT, and one of sensible size. It costs nothing: the answer is cached.
    ///
    /// To be called on every type that comes from outside. No value of a type that is refused can be encoded or
    /// decoded in any case.
    ///
    /// ```
    /// use isorun::Type;
    ///
    /// let mut bomb = Type::U8;
    /// for _ in 0..40 {
    ///     bomb = Type::tuple([bomb.clone(), bomb]);
    /// }
    /// assert!(bomb.check().is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// The first [`TypeError`] found in it.
    pub fn check(&self) -> Result<(), TypeError> {
        match self.extent().and_then(|extent| extent.flaw.as_ref()) {
            Some(flaw) => Err(flaw.clone()),
            None => Ok(()),
        }
    }

    /// How much there is of the type: a point for every type in it, written out, and one for every byte of a label.
    pub(crate) fn weight(&self) -> u64 {
        self.extent().map_or(1, |extent| extent.weight)
    }

    /// What is cached about a type that is made of others.
    fn extent(&self) -> Option<&Extent> {
        Some(match self {
            Type::List(whole) | Type::Option(whole) => Compound::extent(whole),
            Type::FixedList(whole) => Compound::extent(whole),
            Type::Map(whole) => Compound::extent(whole),
            Type::Record(whole) => Compound::extent(whole),
            Type::Tuple(whole) => Compound::extent(whole),
            Type::Variant(whole) => Compound::extent(whole),
            Type::Enum(whole) | Type::Flags(whole) => Compound::extent(whole),
            Type::Result(whole) => Compound::extent(whole),
            _ => return None,
        })
    }
}

/// How much there is of a type, and what is wrong with it: known from its parts when it is made.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Extent {
    depth: u32,
    weight: u64,
    pub(super) flaw: Option<TypeError>,
}

impl Extent {
    /// The extent of a type made of `parts`, with the flaw of the first that has one.
    pub(super) fn of<'t>(parts: impl IntoIterator<Item = &'t Type>) -> Extent {
        let mut whole = Extent { depth: 1, weight: 1, flaw: None };
        for part in parts {
            whole.weight = whole.weight.saturating_add(part.weight());
            if let Some(part) = part.extent() {
                whole.depth = whole.depth.max(part.depth.saturating_add(1));
                whole.flaw = whole.flaw.or_else(|| part.flaw.clone());
            }
        }
        whole
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_wit_does_not_allow_is_refused_wherever_it_stands() {
        let labels = |count: usize| (0..count).map(|i| format!("l{i}")).collect::<Vec<_>>();
        assert_eq!(Type::tuple([]).check(), Err(TypeError::Empty("tuple")));
        assert_eq!(Type::flags(labels(0)).check(), Err(TypeError::Empty("flags")));
        assert_eq!(Type::flags(labels(33)).check(), Err(TypeError::TooManyFlags(33)));
        assert_eq!(Type::flags(labels(32)).check(), Ok(()));
        assert_eq!(Type::fixed_list(Type::U8, 0).check(), Err(TypeError::Empty("list")));
        assert_eq!(Type::enumeration(["a", "b", "a"]).check(), Err(TypeError::Duplicate("a".into())));
        let inside = Type::option(Type::map(Type::U8, Type::list(Type::record::<&str>([]))));
        assert_eq!(inside.check(), Err(TypeError::Empty("record")));
    }

    #[test]
    fn size_is_limited_in_three_ways_and_the_largest_sensible_type_passes() {
        let deep = |levels| (0..levels).fold(Type::U8, |ty, _| Type::list(ty));
        assert_eq!((deep(100).check(), deep(101).check()), (Ok(()), Err(TypeError::TooDeep)));
        let broad = (0..30).fold(Type::U8, |ty, _| Type::tuple([ty.clone(), ty]));
        assert_eq!(broad.check(), Err(TypeError::TooLarge));
        let wide = (0..4).fold(Type::U8, |ty, _| Type::fixed_list(ty, 1 << 16));
        assert!(matches!(wide.check(), Err(TypeError::TooWide(_))));
        assert_eq!(Type::enumeration((0..65_536).map(|i| format!("case-{i}"))).check(), Ok(()));
    }

    #[test]
    fn a_refused_type_has_a_layout_that_no_image_has() {
        let list = Type::fixed_list(Type::record::<&str>([]), u32::MAX);
        assert!(list.check().is_err() && list.layout().size > MAX_BLOCK);
    }
}
