//! What stores take of the engine, and how much of it a runtime has.

use std::fmt;

/// Stores, and what they take of the engine's pool: each store of an app takes as many places of each kind as its component needs.
///
/// Displays as the kinds of which there are any: `1 store, 26 core instances, 2 memories and 4 tables`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Places {
    /// Stores.
    pub stores: u32,
    /// Instances of the core modules that components are made of. A component of a compiled language has a few of them, one with an
    /// interpreter some forty.
    pub core_instances: u32,
    /// Linear memories.
    pub memories: u32,
    /// Tables.
    pub tables: u32,
}

/// How many places of a runtime are taken, as of one moment; see [`Runtime::places`](crate::Runtime::places).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlacesInUse {
    /// Those that stores have taken. Some of them may be for stores that start, and not all of what they are for need exist.
    pub used: Places,
    /// All that there are.
    pub total: Places,
    /// How many instances have calls that wait until there is a place for a store.
    pub waiting: usize,
}

/// A kind of place of which there are too few left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shortage {
    /// What there is too little of, in the plural: `stores`, `core instances`, `memories` or `tables`.
    pub what: &'static str,
    /// How many a store of the app needs, with those that have to be there for what its calls may call.
    pub needed: u32,
    /// How many are left, besides those that are kept for what running calls may call.
    pub left: u32,
    /// How many there are in all.
    pub total: u32,
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shortage { what, needed, left, total } = self;
        let one = KINDS.iter().find(|kind| kind.1 == *what && *needed == 1);
        let what = one.map_or(*what, |kind| kind.0);
        write!(f, "it needs {needed} {what}, and {left} of {total} are left")
    }
}

impl fmt::Display for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = |(kind, count): (&Kind, u32)| format!("{count} {}", if count == 1 { kind.0 } else { kind.1 });
        let all: Vec<String> = KINDS.iter().zip(self.each()).filter(|(_, count)| *count > 0).map(one).collect();
        match all.split_last() {
            None => f.write_str("nothing"),
            Some((last, [])) => f.write_str(last),
            Some((last, before)) => write!(f, "{} and {last}", before.join(", ")),
        }
    }
}

/// A kind of place in the singular and the plural.
struct Kind(&'static str, &'static str);

/// In the order of [`Places::each`].
const KINDS: [Kind; 4] = [
    Kind("store", "stores"),
    Kind("core instance", "core instances"),
    Kind("memory", "memories"),
    Kind("table", "tables"),
];

impl Places {
    /// What one store takes that holds so much.
    pub(crate) fn of_a_store(core_instances: u32, memories: u32, tables: u32) -> Places {
        Places { stores: 1, core_instances, memories, tables }
    }

    fn each(self) -> [u32; 4] {
        [self.stores, self.core_instances, self.memories, self.tables]
    }

    /// Kind by kind.
    fn with(self, other: Places, each: impl Fn(u32, u32) -> u32) -> Places {
        Places {
            stores: each(self.stores, other.stores),
            core_instances: each(self.core_instances, other.core_instances),
            memories: each(self.memories, other.memories),
            tables: each(self.tables, other.tables),
        }
    }

    pub(crate) fn plus(self, other: Places) -> Places {
        self.with(other, u32::saturating_add)
    }

    pub(crate) fn minus(self, other: Places) -> Places {
        self.with(other, u32::saturating_sub)
    }

    pub(crate) fn times(self, count: u32) -> Places {
        self.with(self, |each, _| each.saturating_mul(count))
    }

    pub(crate) fn larger(self, other: Places) -> Places {
        self.with(other, u32::max)
    }

    pub(crate) fn smaller(self, other: Places) -> Places {
        self.with(other, u32::min)
    }

    /// Only those of the kinds of which there are some in the other.
    pub(crate) fn where_some(self, other: Places) -> Places {
        self.with(other, |mine, other| if other > 0 { mine } else { 0 })
    }

    /// Whether there are at least so many of each kind in the other.
    pub(crate) fn fit(self, left: Places) -> bool {
        self.each().into_iter().zip(left.each()).all(|(need, left)| need <= left)
    }

    /// Every kind of which the store that needs these finds too few in what is left.
    pub(crate) fn short(self, left: Places, total: Places) -> Vec<Shortage> {
        let kinds = KINDS.iter().zip(self.each()).zip(left.each().into_iter().zip(total.each()));
        let all = kinds.map(|((kind, needed), (left, total))| Shortage { what: kind.1, needed, left, total });
        all.filter(|shortage| shortage.needed > shortage.left).collect()
    }
}

/// All shortages in one line.
pub(crate) fn shortages(all: &[Shortage]) -> String {
    match all {
        // Only if the engine has counted otherwise than isorun does.
        [] => "the engine has no place left".into(),
        all => all.iter().map(Shortage::to_string).collect::<Vec<_>>().join("; "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_named_in_words() {
        assert_eq!(Places::default().to_string(), "nothing");
        assert_eq!(Places::of_a_store(0, 0, 0).to_string(), "1 store");
        let python = Places::of_a_store(26, 1, 4);
        assert_eq!(python.to_string(), "1 store, 26 core instances, 1 memory and 4 tables");
    }

    #[test]
    fn every_kind_that_is_short_is_told() {
        let (left, total) = (Places::of_a_store(3, 0, 9), Places::of_a_store(9, 9, 9));
        let short = Places::of_a_store(4, 1, 9).short(left, total);
        assert_eq!(
            shortages(&short),
            "it needs 4 core instances, and 3 of 9 are left; it needs 1 memory, and 0 of 9 are left"
        );
    }
}
