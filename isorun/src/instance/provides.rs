//! The functions that an instance provides.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::interface::{Function, Interface, interface};

/// The functions that an instance provides, each with its handle: the number by which callers and wirings know it.
///
/// A handle means one function for as long as the instance lives, whatever app is behind it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Provides {
    pub(crate) interfaces: Arc<[Interface]>,
    /// Functions that belong to no interface: those that an app's world exports at its root.
    pub(crate) root: Arc<[Function]>,
    /// The handle of each function, when those of all interfaces are counted through, and then those of the root.
    handles: Arc<[u32]>,
    /// The function of each handle that was ever given out.
    ever: Arc<[Entry]>,
}

/// A function, and the interface it belongs to if it belongs to one.
type Entry = (Option<Interface>, Function);

impl Provides {
    /// Everything in order, with handles counted from 0.
    pub(crate) fn new(interfaces: Vec<Interface>, root: Vec<Function>) -> Provides {
        let (interfaces, root): (Arc<[_]>, Arc<[_]>) = (interfaces.into(), root.into());
        let ever: Arc<[Entry]> =
            in_order(&interfaces, &root).map(|(of, function)| (of.cloned(), function.clone())).collect();
        Provides { interfaces, root, handles: (0..ever.len() as u32).collect(), ever }
    }

    pub(crate) fn one(interface: Interface) -> Provides {
        Provides::new(vec![interface], Vec::new())
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.interfaces.iter().map(|interface| interface.name().to_string()).collect()
    }

    /// The handle and function of every function, in order, with the interface it belongs to.
    pub(crate) fn all(&self) -> impl Iterator<Item = (u32, Option<&Interface>, &Function)> {
        let functions = in_order(&self.interfaces, &self.root);
        self.handles.iter().zip(functions).map(|(handle, (interface, function))| (*handle, interface, function))
    }

    /// The name of a function for messages: `isorun:kv/kv@0.1.0#get`.
    pub(crate) fn label(&self, handle: u32) -> Arc<str> {
        match self.ever.get(handle as usize) {
            Some((interface, function)) => label(interface.as_ref(), function).into(),
            None => "a function that is not there".into(),
        }
    }

    pub(crate) fn function(&self, handle: u32) -> Option<&Function> {
        self.ever.get(handle as usize).map(|(_, function)| function)
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

    /// The handles of the named functions of `wanted`, or every difference between what is wanted and what is there.
    pub(crate) fn handles<'f>(
        &self,
        wanted: &Interface,
        functions: impl IntoIterator<Item = &'f Function>,
    ) -> Option<Result<Vec<u32>, Vec<String>>> {
        let (first, provided) = self.find(wanted)?;
        let mut handles = Vec::new();
        let mut differences = Vec::new();
        for function in functions {
            let place = provided.functions().iter().position(|other| other.name() == function.name());
            match place.map(|place| (place, &provided.functions()[place])) {
                Some((place, other)) if other == function => handles.push(self.handles[first + place]),
                Some((_, other)) => {
                    differences.push(format!("{}\n  wanted    {function}\n  provided  {other}", function.name()));
                }
                None => differences
                    .push(format!("{}\n  wanted    {function}\n  provided  no such function", function.name())),
            }
        }
        Some(if differences.is_empty() { Ok(handles) } else { Err(differences) })
    }

    /// The handles of all functions.
    pub(crate) fn reached(&self) -> &[u32] {
        &self.handles
    }

    /// Whether two parts of one instance are the same part.
    pub(crate) fn reaches_the_same(&self, other: &Provides) -> bool {
        let all = |part: &Provides| -> BTreeSet<u32> { part.handles.iter().copied().collect() };
        all(self) == all(other)
    }

    /// Only those functions whose handles are named.
    pub(crate) fn only(&self, handles: &[u32]) -> Provides {
        let wanted: HashSet<u32> = handles.iter().copied().collect();
        let mut reached = self.handles.iter().map(|handle| wanted.contains(handle));
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
        Provides {
            interfaces: interfaces.collect(),
            root: kept(&self.root).into(),
            handles: self.handles.iter().copied().filter(|handle| wanted.contains(handle)).collect(),
            ever: self.ever.clone(),
        }
    }

    /// What is provided after another app has taken the place of this one, and for each handle the place of its function among those of
    /// the new app. A function that was ever there has its handle again; others get new ones.
    pub(crate) fn replaced_by(&self, new: &Provides) -> (Provides, Vec<Option<usize>>) {
        let mut ever = self.ever.to_vec();
        let mut places = vec![None; ever.len()];
        let mut handles = Vec::new();
        let mut alike: HashMap<_, Vec<usize>> = HashMap::new();
        for (handle, (interface, function)) in self.ever.iter().enumerate() {
            alike.entry(whatever_version(interface.as_ref(), function)).or_default().push(handle);
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
            // A handle has one function, even if an app exports two versions of one track.
            let mut alike = alike.get(&whatever_version(interface, function)).into_iter().flatten().copied();
            let known = alike.find(|handle| places[*handle].is_none() && same(&ever[*handle]));
            let handle = known.unwrap_or_else(|| {
                ever.push((interface.cloned(), function.clone()));
                places.push(None);
                ever.len() - 1
            });
            places[handle] = Some(place);
            handles.push(handle as u32);
        }
        (Provides { handles: handles.into(), ever: ever.into(), ..new.clone() }, places)
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
    use crate::interface::function;
    use crate::types::Type;

    fn provides(version: &str, functions: &[(&str, Option<Type>)]) -> Provides {
        let functions =
            functions.iter().map(|(name, result)| function(*name, Vec::<(String, Type)>::new(), result.clone()));
        Provides::one(interface(&format!("a:b/c@{version}"), functions))
    }

    #[test]
    fn functions_keep_their_handles_when_an_app_is_replaced() {
        let old = provides("1.0.0", &[("f", None), ("g", None), ("h", None)]);
        let new = provides("1.1.0", &[("new", None), ("h", Some(Type::U8)), ("f", None)]);
        let (now, places) = old.replaced_by(&new);
        let handles: Vec<_> = now.all().map(|(handle, _, function)| (handle, function.name())).collect();
        assert_eq!(handles, [(3, "new"), (4, "h"), (0, "f")]);
        assert_eq!(places, [Some(2), None, None, Some(0), Some(1)]);
        let (back, places) = now.replaced_by(&old);
        let handles: Vec<_> = back.all().map(|(handle, _, function)| (handle, function.name())).collect();
        assert_eq!(handles, [(0, "f"), (1, "g"), (2, "h")]);
        assert_eq!(places, [Some(0), Some(1), Some(2), None, None]);
    }

    #[test]
    fn a_part_keeps_the_handles_of_the_whole() {
        let whole = provides("1.0.0", &[("f", None), ("g", None), ("h", None)]);
        let part = whole.only(&[1]);
        assert_eq!(part.label(1).as_ref(), "a:b/c@1.0.0#g");
        assert_eq!(part.all().count(), 1);
        assert_eq!(part.handles(&whole.interfaces[0], &whole.interfaces[0].functions()[1..2]), Some(Ok(vec![1])));
        assert!(matches!(part.handles(&whole.interfaces[0], &whole.interfaces[0].functions()[..1]), Some(Err(_))));
    }
}
