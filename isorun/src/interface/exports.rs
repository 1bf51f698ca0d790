//! The functions that an instance exports.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::function::Function;
use super::{Interface, interface};

/// The number by which callers and wirings know one function of an instance.
///
/// It means that function for as long as the instance lives, whatever app is behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FuncIndex(pub(crate) u32);

impl FuncIndex {
    /// What no function has: a call by it is told that there is no such function.
    pub(crate) const NONE: FuncIndex = FuncIndex(u32::MAX);

    /// Its place in a table of all functions.
    pub(crate) fn place(self) -> usize {
        self.0 as usize
    }
}

/// The functions that an instance exports, each with its index.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exports {
    pub(crate) interfaces: Arc<[Interface]>,
    /// Functions that belong to no interface: those that an app's world exports at its root.
    pub(crate) root: Arc<[Function]>,
    /// The index of each function, when those of all interfaces are counted through, and then those of the root.
    indices: Arc<[FuncIndex]>,
    /// The function of each index that was ever given out.
    ever: Arc<[Entry]>,
}

/// A function, and the interface it belongs to if it belongs to one.
type Entry = (Option<Interface>, Function);

impl Exports {
    /// Everything in order, with indices counted from 0.
    pub(crate) fn new(interfaces: Vec<Interface>, root: Vec<Function>) -> Exports {
        let (interfaces, root): (Arc<[_]>, Arc<[_]>) = (interfaces.into(), root.into());
        let ever: Arc<[Entry]> =
            in_order(&interfaces, &root).map(|(of, function)| (of.cloned(), function.clone())).collect();
        Exports { interfaces, root, indices: (0..ever.len() as u32).map(FuncIndex).collect(), ever }
    }

    pub(crate) fn one(interface: Interface) -> Exports {
        Exports::new(vec![interface], Vec::new())
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.interfaces.iter().map(|interface| interface.name().to_string()).collect()
    }

    /// The index of every function and the function itself, in order, with the interface it belongs to.
    pub(crate) fn all(&self) -> impl Iterator<Item = (FuncIndex, Option<&Interface>, &Function)> {
        let functions = in_order(&self.interfaces, &self.root);
        self.indices.iter().zip(functions).map(|(index, (interface, function))| (*index, interface, function))
    }

    /// The name of a function for messages: `isorun:kv/kv@0.1.0#get`.
    pub(crate) fn label(&self, index: FuncIndex) -> Arc<str> {
        match self.ever.get(index.place()) {
            Some((interface, function)) => label(interface.as_ref(), function).into(),
            None => "a function that is not there".into(),
        }
    }

    pub(crate) fn function(&self, index: FuncIndex) -> Option<&Function> {
        self.ever.get(index.place()).map(|(_, function)| function)
    }

    /// The interface that serves who asks for `wanted`: the same name, and a version of the same track.
    pub(crate) fn find(&self, wanted: &Interface) -> Option<(usize, &Interface)> {
        let mut first = 0;
        for interface in &*self.interfaces {
            if interface.name().serves(wanted.name()) {
                return Some((first, interface));
            }
            first += interface.functions().len();
        }
        None
    }

    /// The indices of the named functions of `wanted`, or every difference between what is wanted and what is there.
    pub(crate) fn indices<'f>(
        &self,
        wanted: &Interface,
        functions: impl IntoIterator<Item = &'f Function>,
    ) -> Option<Result<Vec<FuncIndex>, Vec<String>>> {
        let (first, provided) = self.find(wanted)?;
        let mut indices = Vec::new();
        let mut differences = Vec::new();
        for function in functions {
            let place = provided.functions().iter().position(|other| other.name() == function.name());
            match place.map(|place| (place, &provided.functions()[place])) {
                Some((place, other)) if other == function => indices.push(self.indices[first + place]),
                Some((_, other)) => {
                    differences.push(format!("{}\n  wanted    {function}\n  provided  {other}", function.name()));
                }
                None => differences
                    .push(format!("{}\n  wanted    {function}\n  provided  no such function", function.name())),
            }
        }
        Some(if differences.is_empty() { Ok(indices) } else { Err(differences) })
    }

    /// Only those functions whose indices are named.
    pub(crate) fn only(&self, indices: &[FuncIndex]) -> Exports {
        let wanted: HashSet<FuncIndex> = indices.iter().copied().collect();
        let mut reached = self.indices.iter().map(|index| wanted.contains(index));
        let mut kept = |functions: &[Function]| -> Vec<Function> {
            functions
                .iter()
                .zip(reached.by_ref())
                .filter(|(_, kept)| *kept)
                .map(|(function, _)| function.clone())
                .collect()
        };
        let interfaces = self.interfaces.iter().filter_map(|whole| {
            let functions = kept(whole.functions());
            (!functions.is_empty()).then(|| interface(&whole.name().to_string(), functions))
        });
        Exports {
            interfaces: interfaces.collect(),
            root: kept(&self.root).into(),
            indices: self.indices.iter().copied().filter(|index| wanted.contains(index)).collect(),
            ever: self.ever.clone(),
        }
    }

    /// What is exported after another app has taken the place of this one, and for each index the place of its function among those of
    /// the new app. A function that was ever there has its index again; others get new ones.
    pub(crate) fn replaced_by(&self, new: &Exports) -> (Exports, Vec<Option<usize>>) {
        let mut ever = self.ever.to_vec();
        let mut places = vec![None; ever.len()];
        let mut indices = Vec::new();
        let mut alike: HashMap<_, Vec<usize>> = HashMap::new();
        for (index, (interface, function)) in self.ever.iter().enumerate() {
            alike.entry(whatever_version(interface.as_ref(), function)).or_default().push(index);
        }
        for (place, (_, interface, function)) in new.all().enumerate() {
            let same = |(of, other): &Entry| {
                let serves = match (of, interface) {
                    (Some(old), Some(new)) => new.name().serves(old.name()),
                    (None, None) => true,
                    _ => false,
                };
                serves && other == function
            };
            // An index has one function, even if an app exports two versions of one track.
            let mut alike = alike.get(&whatever_version(interface, function)).into_iter().flatten().copied();
            let known = alike.find(|index| places[*index].is_none() && same(&ever[*index]));
            let index = known.unwrap_or_else(|| {
                ever.push((interface.cloned(), function.clone()));
                places.push(None);
                ever.len() - 1
            });
            places[index] = Some(place);
            indices.push(FuncIndex(index as u32));
        }
        (Exports { indices: indices.into(), ever: ever.into(), ..new.clone() }, places)
    }
}

/// Functions in the order in which they are counted.
fn in_order<'a>(
    interfaces: &'a [Interface],
    root: &'a [Function],
) -> impl Iterator<Item = (Option<&'a Interface>, &'a Function)> {
    let inside = interfaces
        .iter()
        .flat_map(|interface| interface.functions().iter().map(move |function| (Some(interface), function)));
    inside.chain(root.iter().map(|function| (None, function)))
}

/// What two functions have in common that could be the same one.
fn whatever_version<'a>(interface: Option<&'a Interface>, function: &'a Function) -> (Option<&'a str>, &'a str) {
    (interface.map(|interface| interface.name().path()), function.name())
}

/// The full name of a function.
pub(crate) fn label(interface: Option<&Interface>, function: &Function) -> String {
    match interface {
        Some(interface) => format!("{}#{}", interface.name(), function.name()),
        None => function.name().to_string(),
    }
}

/// Whether `name` means the function: its full label, or an end of it that starts at a border between names.
pub(crate) fn named(interface: Option<&Interface>, function: &Function, name: &str) -> bool {
    let full = label(interface, function);
    let unversioned = interface.map(|interface| format!("{}#{}", interface.name().without_version(), function.name()));
    [Some(full), unversioned].into_iter().flatten().any(|label| {
        label.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with(['#', '/', ':']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interface::function::function;
    use crate::types::Type;

    fn exports(version: &str, functions: &[(&str, Option<Type>)]) -> Exports {
        let functions =
            functions.iter().map(|(name, result)| function(*name, Vec::<(String, Type)>::new(), result.clone()));
        Exports::one(interface(&format!("a:b/c@{version}"), functions))
    }

    #[test]
    fn functions_keep_their_indices_when_an_app_is_replaced() {
        let old = exports("1.0.0", &[("f", None), ("g", None), ("h", None)]);
        let new = exports("1.1.0", &[("new", None), ("h", Some(Type::U8)), ("f", None)]);
        let (now, places) = old.replaced_by(&new);
        let indices: Vec<_> = now.all().map(|(index, _, function)| (index.0, function.name())).collect();
        assert_eq!(indices, [(3, "new"), (4, "h"), (0, "f")]);
        assert_eq!(places, [Some(2), None, None, Some(0), Some(1)]);
        let (back, places) = now.replaced_by(&old);
        let indices: Vec<_> = back.all().map(|(index, _, function)| (index.0, function.name())).collect();
        assert_eq!(indices, [(0, "f"), (1, "g"), (2, "h")]);
        assert_eq!(places, [Some(0), Some(1), Some(2), None, None]);
    }

    #[test]
    fn a_part_keeps_the_indices_of_the_whole() {
        let whole = exports("1.0.0", &[("f", None), ("g", None), ("h", None)]);
        let part = whole.only(&[FuncIndex(1)]);
        assert_eq!(part.label(FuncIndex(1)).as_ref(), "a:b/c@1.0.0#g");
        assert_eq!(part.all().count(), 1);
        assert_eq!(
            part.indices(&whole.interfaces[0], &whole.interfaces[0].functions()[1..2]),
            Some(Ok(vec![FuncIndex(1)]))
        );
        assert!(matches!(part.indices(&whole.interfaces[0], &whole.interfaces[0].functions()[..1]), Some(Err(_))));
    }
}
