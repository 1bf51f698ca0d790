//! `map<K, V>` in Rust.

use super::codec::{Lift, Lower, Shape};
use super::medium::{Sink, Source};
use crate::types::Type;

/// A WIT `map<K, V>`: pairs, in the order in which they were sent.
///
/// WIT passes a map as a list of pairs, and neither gives them an order nor forbids a key to occur twice. So this type keeps all
/// pairs as they are. Collect them into a `HashMap` or `BTreeMap` for lookups.
///
/// ```
/// use std::collections::BTreeMap;
/// use isorun::Map;
///
/// let sent = Map::from([("b", 2), ("a", 1)]);
/// let sorted: BTreeMap<_, _> = sent.into_iter().collect();
/// assert_eq!(sorted["a"], 1);
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Map<K, V>(Vec<(K, V)>);

impl<K, V> Map<K, V> {
    /// A map without pairs.
    pub const fn new() -> Map<K, V> {
        Map(Vec::new())
    }

    /// The pairs.
    pub fn pairs(&self) -> &[(K, V)] {
        &self.0
    }

    /// The pairs, without copying them.
    pub fn into_pairs(self) -> Vec<(K, V)> {
        self.0
    }

    /// The first value with this key. It takes time linear in the number of pairs.
    pub fn get(&self, key: &K) -> Option<&V>
    where
        K: PartialEq,
    {
        self.0.iter().find(|(sent, _)| sent == key).map(|(_, value)| value)
    }
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Map<K, V> {
        Map::new()
    }
}

impl<K, V> From<Vec<(K, V)>> for Map<K, V> {
    fn from(pairs: Vec<(K, V)>) -> Map<K, V> {
        Map(pairs)
    }
}

impl<K, V, const N: usize> From<[(K, V); N]> for Map<K, V> {
    fn from(pairs: [(K, V); N]) -> Map<K, V> {
        Map(pairs.into())
    }
}

impl<K, V> FromIterator<(K, V)> for Map<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Map<K, V> {
        Map(pairs.into_iter().collect())
    }
}

impl<K, V> Extend<(K, V)> for Map<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, pairs: I) {
        self.0.extend(pairs);
    }
}

impl<K, V> IntoIterator for Map<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'m, K, V> IntoIterator for &'m Map<K, V> {
    type Item = &'m (K, V);
    type IntoIter = std::slice::Iter<'m, (K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<K: Shape, V: Shape> Shape for Map<K, V> {
    const LAYOUT: crate::types::layout::Layout = <[(K, V)]>::LAYOUT;

    fn ty() -> Type {
        Type::map(K::ty(), V::ty())
    }
}

impl<K: Lower, V: Lower> Lower for Map<K, V> {
    fn store<S: Sink>(&self, sink: &mut S, at: usize) -> Result<(), S::Error> {
        self.0.store(sink, at)
    }

    fn lower_flat<S: Sink>(&self, sink: &mut S, flat: &mut [u64]) -> Result<(), S::Error> {
        self.0.lower_flat(sink, flat)
    }
}

impl<K: Lift, V: Lift> Lift for Map<K, V> {
    fn load<S: Source>(source: &mut S, at: usize) -> Result<Self, S::Error> {
        Vec::load(source, at).map(Map)
    }

    fn lift_flat<S: Source>(source: &mut S, flat: &[u64]) -> Result<Self, S::Error> {
        Vec::lift_flat(source, flat).map(Map)
    }
}
