//! The functions that an instance exports.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::function::Function;
use super::{Interface, interface};

/// The number of one function of an instance, which callers and wirings keep.
///
/// It means the same function for as long as the instance lives, also after its app was replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FuncIndex(pub(crate) u32);

impl FuncIndex {
    /// An index that no function has. A call with it fails, because there is no such function.
    pub(crate) const NONE: FuncIndex = FuncIndex(u32::MAX);

    /// The position of the function in a table of all functions.
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
    /// The index of each function in order: first the functions of all interfaces, then those at the root.
    indices: Arc<[FuncIndex]>,
    /// The function of every index that was ever issued, by index; those of apps that were replaced are among them.
    issued: Arc<[Entry]>,
}

/// A function, with the interface that it belongs to; `None` for one at the root.
type Entry = (Option<Interface>, Function);

impl Exports {
    /// The exports of something new: the indices count from 0 in order.
    pub(crate) fn new(interfaces: Vec<Interface>, root: Vec<Function>) -> Exports {
        let (interfaces, root): (Arc<[_]>, Arc<[_]>) = (interfaces.into(), root.into());
        let issued: Arc<[Entry]> =
            in_order(&interfaces, &root).map(|(of, function)| (of.cloned(), function.clone())).collect();
        Exports { interfaces, root, indices: (0..issued.len() as u32).map(FuncIndex).collect(), issued }
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
        match self.issued.get(index.place()) {
            Some((interface, function)) => label(interface.as_ref(), function).into(),
            None => "a function that is not there".into(),
        }
    }

    pub(crate) fn function(&self, index: FuncIndex) -> Option<&Function> {
        self.issued.get(index.place()).map(|(_, function)| function)
    }

    /// The interface that serves `wanted`, by its name and the track of its version, and the position of its first function.
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

    /// The indices of the given functions of `wanted`, or every difference between them and what is exported; `None` if no interface
    /// serves `wanted`.
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

    /// The exports without the functions whose indices are not given.
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
            issued: self.issued.clone(),
        }
    }

    /// The exports after the app was replaced by one that exports `new`, and for each index the position of its function in `new`, `None` if
    /// it has none there.
    ///
    /// A function that an earlier app exported gets its old index, and so callers that kept it work again. Others get new indices.
    pub(crate) fn replaced_by(&self, new: &Exports) -> (Exports, Vec<Option<usize>>) {
        let mut issued = self.issued.to_vec();
        let mut places = vec![None; issued.len()];
        let mut indices = Vec::new();
        let mut alike: HashMap<_, Vec<usize>> = HashMap::new();
        for (index, (interface, function)) in self.issued.iter().enumerate() {
            alike.entry(unversioned(interface.as_ref(), function)).or_default().push(index);
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
            // An index is given to one function only, although an app may export two versions of one track.
            let mut alike = alike.get(&unversioned(interface, function)).into_iter().flatten().copied();
            let known = alike.find(|index| places[*index].is_none() && same(&issued[*index]));
            let index = known.unwrap_or_else(|| {
                issued.push((interface.cloned(), function.clone()));
                places.push(None);
                issued.len() - 1
            });
            places[index] = Some(place);
            indices.push(FuncIndex(index as u32));
        }
        (Exports { indices: indices.into(), issued: issued.into(), ..new.clone() }, places)
    }
}

/// All functions in the order of their positions: those of the interfaces, then those at the root.
fn in_order<'a>(
    interfaces: &'a [Interface],
    root: &'a [Function],
) -> impl Iterator<Item = (Option<&'a Interface>, &'a Function)> {
    let inside = interfaces
        .iter()
        .flat_map(|interface| interface.functions().iter().map(move |function| (Some(interface), function)));
    inside.chain(root.iter().map(|function| (None, function)))
}

/// A key for lookup: two functions that could be the same one have the same key.
fn unversioned<'a>(interface: Option<&'a Interface>, function: &'a Function) -> (Option<&'a str>, &'a str) {
    (interface.map(|interface| interface.name().path()), function.name())
}

/// The full name of a function: `isorun:kv/kv@0.1.0#get`, or the bare name of one at the root.
pub(crate) fn label(interface: Option<&Interface>, function: &Function) -> String {
    match interface {
        Some(interface) => format!("{}#{}", interface.name(), function.name()),
        None => function.name().to_string(),
    }
}

/// The function's own name in a name that may begin with the interface, or a part of that: `get` of `kv#get`.
pub(crate) fn own_name(name: &str) -> &str {
    name.rsplit_once('#').map_or(name, |(_, own)| own)
}

/// Whether `name` means the function: it is the full name, with or without the version, or an end of that which begins with a whole part,
/// such as `kv#get` or `get`.
///
/// Most functions have another name of their own, and no text is made for those: an app may have a hundred thousand functions.
pub(crate) fn named(interface: Option<&Interface>, function: &Function, name: &str) -> bool {
    if own_name(name) != function.name() {
        return false;
    }
    let Some((end, _)) = name.rsplit_once('#') else { return true };
    let Some(interface) = interface.map(Interface::name) else { return false };
    [interface.without_version().to_string(), interface.to_string()]
        .into_iter()
        .any(|label| label.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with(['/', ':'])))
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
