//! The functions that an instance exports.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Interface;
use super::function::Function;
use super::name::InterfaceName;
use super::port::Export;
use super::tracks::Tracks;
use crate::text::{printable, signature};

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

/// The functions that an instance exports, each with its index. Clones share everything.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exports(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// The interfaces; functions at the root of a world are the last of them, named `$root`.
    exports: Box<[Export]>,
    /// The position of each export's first function among all functions.
    first: Box<[usize]>,
    /// The exports under the names of their interfaces.
    own: Tracks<usize>,
    /// The exports under other names, by the track of their interface.
    renamed: HashMap<String, Vec<usize>>,
    /// The index of each function in order.
    indices: Box<[FuncIndex]>,
    /// The function of every index that was ever issued, by index; those of apps that were replaced are among them.
    issued: Arc<[Entry]>,
}

/// A function, with the export that it belongs to.
type Entry = (Export, Function);

/// How many differences between two interfaces are told.
const MOST_DIFFERENCES: usize = 1000;

/// What serves an interface.
#[derive(Debug, PartialEq)]
pub(crate) enum Served<T> {
    Nothing,
    One(T),
    /// The names of several exports of the interface.
    Several(Vec<String>),
}

impl Exports {
    /// The exports of something new: the indices count from 0 in order.
    pub(crate) fn new(exports: Vec<Export>) -> Exports {
        let issued: Arc<[Entry]> = in_order(&exports).map(|(of, function)| (of.clone(), function.clone())).collect();
        let indices = (0..issued.len() as u32).map(FuncIndex).collect();
        Exports::of(exports, indices, issued)
    }

    pub(crate) fn one(interface: Interface) -> Exports {
        Exports::new(vec![Export::of(interface)])
    }

    fn of(exports: Vec<Export>, indices: Box<[FuncIndex]>, issued: Arc<[Entry]>) -> Exports {
        let (mut first, mut next) = (Vec::with_capacity(exports.len()), 0);
        let (mut own, mut renamed) = (Tracks::default(), HashMap::<String, Vec<usize>>::new());
        for (position, export) in exports.iter().enumerate() {
            first.push(next);
            next += export.interface().functions().len();
            let name = export.interface().name();
            match export.is_renamed() {
                true => renamed.entry(name.on_track()).or_default().push(position),
                false => own.insert(name, position),
            }
        }
        Exports(Arc::new(Inner { exports: exports.into(), first: first.into(), own, renamed, indices, issued }))
    }

    /// The exports, in the component's order.
    pub(crate) fn list(&self) -> &[Export] {
        &self.0.exports
    }

    /// The names of the exports for messages: of each interface, and of each function at the root.
    pub(crate) fn names(&self) -> Vec<String> {
        let names = self.0.exports.iter().flat_map(|export| match export.is_root() {
            true => export.interface().functions().iter().map(|function| function.name().to_owned()).collect(),
            false => vec![export.name().to_owned()],
        });
        names.collect()
    }

    /// The index of every function and the function itself, in order, with the export that it belongs to.
    pub(crate) fn all(&self) -> impl Iterator<Item = (FuncIndex, &Export, &Function)> {
        let functions = in_order(&self.0.exports);
        self.0.indices.iter().zip(functions).map(|(index, (export, function))| (*index, export, function))
    }

    /// The indices of all functions that are exported.
    pub(crate) fn indices_of_all(&self) -> HashSet<FuncIndex> {
        self.0.indices.iter().copied().collect()
    }

    /// The name of a function for messages: `isorun:kv/kv@0.1.0#get`.
    pub(crate) fn label(&self, index: FuncIndex) -> Arc<str> {
        match self.0.issued.get(index.place()) {
            Some((export, function)) => export.label(function).into(),
            None => "a function that is not there".into(),
        }
    }

    pub(crate) fn function(&self, index: FuncIndex) -> Option<&Function> {
        self.0.issued.get(index.place()).map(|(_, function)| function)
    }

    /// The export that serves `wanted`, by its name and the track of its version. One under the interface's own name comes before those under
    /// other names.
    fn find(&self, wanted: &InterfaceName) -> Served<usize> {
        if let Some(&position) = self.0.own.find(wanted) {
            return Served::One(position);
        }
        match self.0.renamed.get(&wanted.on_track()).map(Vec::as_slice) {
            None | Some([]) => Served::Nothing,
            Some([position]) => Served::One(*position),
            Some(several) => {
                Served::Several(several.iter().map(|position| self.0.exports[*position].name().to_owned()).collect())
            }
        }
    }

    /// Whether something here serves the interface. Of functions at the root, all that are wanted must be there.
    pub(crate) fn has(&self, wanted: &Interface) -> bool {
        match self.find(wanted.name()) {
            Served::Nothing => false,
            Served::One(position) if wanted.name().is_root() => {
                let here = self.0.exports[position].interface();
                wanted.functions().iter().all(|function| here.function(function.name()).is_some())
            }
            Served::One(_) | Served::Several(_) => true,
        }
    }

    /// The indices of the given functions of `wanted`, or every difference between them and what is exported.
    pub(crate) fn indices<'f>(
        &self,
        wanted: &Interface,
        functions: impl IntoIterator<Item = &'f Function>,
    ) -> Served<Result<Vec<FuncIndex>, Vec<String>>> {
        let position = match self.find(wanted.name()) {
            Served::One(position) => position,
            Served::Nothing => return Served::Nothing,
            Served::Several(names) => return Served::Several(names),
        };
        let (first, provided) = (self.0.first[position], self.0.exports[position].interface());
        let mut indices = Vec::new();
        let mut differences = Vec::new();
        for function in functions {
            match provided.function(function.name()) {
                Some((place, other)) if other == function => indices.push(self.0.indices[first + place as usize]),
                // As many as anybody reads: each may be long.
                _ if differences.len() == MOST_DIFFERENCES => {}
                found => {
                    let provided = found.map_or_else(|| "no such function".into(), |(_, other)| signature(other));
                    let (name, wanted) = (printable(function.name()), signature(function));
                    differences.push(format!("{name}\n  wanted    {wanted}\n  provided  {provided}"));
                }
            }
        }
        Served::One(if differences.is_empty() { Ok(indices) } else { Err(differences) })
    }

    /// The functions that a name means: the full name of a function, with or without the version, or an end of that which begins with a whole
    /// part, such as `kv#get` or `get`. An interface under another name is meant by its own name too.
    pub(crate) fn named(&self, name: &str) -> impl Iterator<Item = (FuncIndex, &Export, &Function)> {
        let (interface, name) = match name.rsplit_once('#') {
            Some((interface, name)) => (Some(interface), name),
            None => (None, name),
        };
        self.0.exports.iter().zip(&self.0.first).filter_map(move |(export, first)| {
            let (place, function) = export.interface().function(name)?;
            let is_meant = interface.is_none_or(|interface| export.is_named(interface));
            is_meant.then(|| (self.0.indices[first + place as usize], export, function))
        })
    }

    /// The indices of all functions of the exports that a name means, as in [`named`](Exports::named).
    pub(crate) fn of_exports_named(&self, name: &str) -> Vec<(&Export, &[FuncIndex])> {
        let exports = self.0.exports.iter().zip(&self.0.first).filter(|(export, _)| export.is_named(name));
        exports
            .map(|(export, first)| (export, &self.0.indices[*first..][..export.interface().functions().len()]))
            .collect()
    }

    /// The exports without the functions whose indices are not given.
    pub(crate) fn only(&self, indices: &[FuncIndex]) -> Exports {
        let wanted: HashSet<FuncIndex> = indices.iter().copied().collect();
        let mut reached = self.0.indices.iter().map(|index| wanted.contains(index));
        let exports = self.0.exports.iter().filter_map(|whole| {
            let functions = whole.interface().functions().iter().zip(reached.by_ref());
            let functions: Vec<_> = functions.filter(|(_, kept)| *kept).map(|(function, _)| function.clone()).collect();
            (!functions.is_empty()).then(|| whole.with(functions))
        });
        let kept = self.0.indices.iter().copied().filter(|index| wanted.contains(index)).collect();
        Exports::of(exports.collect(), kept, self.0.issued.clone())
    }

    /// The exports after the app was replaced by one that exports `new`, and for each index the position of its function in `new`, `None` if
    /// it has none there.
    ///
    /// A function that an earlier app exported gets its old index, and so callers that kept it work again. Others get new indices.
    pub(crate) fn replaced_by(&self, new: &Exports) -> (Exports, Vec<Option<usize>>) {
        let mut issued = self.0.issued.to_vec();
        let mut places = vec![None; issued.len()];
        let mut alike: HashMap<_, Vec<usize>> = HashMap::new();
        for (index, (export, function)) in self.0.issued.iter().enumerate() {
            alike.entry(unversioned(export, function)).or_default().push(index);
        }
        // An index is given to one function only, although an app may export two versions of one track: first to the very same version.
        let mut indices: Vec<Option<usize>> = vec![None; new.0.indices.len()];
        for exactly in [true, false] {
            for (place, (_, export, function)) in new.all().enumerate() {
                if indices[place].is_some() {
                    continue;
                }
                let same = |(old, other): &Entry| {
                    let serves = export.interface().name().serves(old.interface().name());
                    other == function && if exactly { old.name() == export.name() } else { serves }
                };
                let mut alike = alike.get(&unversioned(export, function)).into_iter().flatten().copied();
                indices[place] = alike.find(|index| places[*index].is_none() && same(&self.0.issued[*index]));
                if let Some(index) = indices[place] {
                    places[index] = Some(place);
                }
            }
        }
        let indices = new.all().zip(indices).enumerate().map(|(place, ((_, export, function), known))| {
            let index = known.unwrap_or_else(|| {
                issued.push((export.clone(), function.clone()));
                places.push(Some(place));
                issued.len() - 1
            });
            FuncIndex(index as u32)
        });
        let indices = indices.collect();
        (Exports::of(new.0.exports.to_vec(), indices, issued.into()), places)
    }
}

/// All functions in the order of their positions.
fn in_order(exports: &[Export]) -> impl Iterator<Item = (&Export, &Function)> {
    exports.iter().flat_map(|export| export.interface().functions().iter().map(move |function| (export, function)))
}

/// A key for lookup: two functions that could be the same one have the same key.
fn unversioned<'a>(export: &'a Export, function: &'a Function) -> (&'a str, &'a str) {
    let name = if export.is_renamed() { export.name() } else { export.interface().name().path() };
    (name, function.name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interface::function::function;
    use crate::interface::interface;
    use crate::types::Type;

    fn exports(version: &str, functions: &[(&str, Option<Type>)]) -> Exports {
        Exports::one(of("a:b/c", version, functions))
    }

    fn of(path: &str, version: &str, functions: &[(&str, Option<Type>)]) -> Interface {
        let functions =
            functions.iter().map(|(name, result)| function(*name, Vec::<(String, Type)>::new(), result.clone()));
        interface(&format!("{path}@{version}"), functions)
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
        let interface = whole.list()[0].interface();
        assert_eq!(part.label(FuncIndex(1)).as_ref(), "a:b/c@1.0.0#g");
        assert_eq!(part.all().count(), 1);
        assert_eq!(part.indices(interface, &interface.functions()[1..2]), Served::One(Ok(vec![FuncIndex(1)])));
        assert!(matches!(part.indices(interface, &interface.functions()[..1]), Served::One(Err(_))));
    }

    #[test]
    fn an_interface_under_several_names_is_served_by_the_one_under_its_own() {
        let kv = of("a:b/kv", "1.0.0", &[("get", None)]);
        let named = |name: &str| Export::new(name, kv.clone());
        let both = Exports::new(vec![named("primary"), named("backup")]);
        let names = ["primary", "backup"].map(String::from).to_vec();
        assert_eq!(both.indices(&kv, kv.functions()), Served::Several(names));
        let one = both.only(&[FuncIndex(1)]);
        assert_eq!(one.indices(&kv, kv.functions()), Served::One(Ok(vec![FuncIndex(1)])));
        assert_eq!(one.label(FuncIndex(1)).as_ref(), "backup#get");
        let all = Exports::new(vec![named("primary"), Export::of(kv.clone()), named("backup")]);
        assert_eq!(all.indices(&kv, kv.functions()), Served::One(Ok(vec![FuncIndex(1)])));
    }

    #[test]
    fn a_function_is_named_by_any_end_that_begins_with_a_whole_part() {
        let kv = of("a:b/kv", "1.0.0", &[("get", None)]);
        let means = |export: &Export, name: &str| Exports::new(vec![export.clone()]).named(name).count() == 1;
        let own = Export::of(kv.clone());
        for name in ["get", "kv#get", "kv@1.0.0#get", "b/kv#get", "a:b/kv#get", "a:b/kv@1.0.0#get"] {
            assert!(means(&own, name), "{name}");
        }
        let renamed = Export::new("primary", kv);
        for name in ["get", "primary#get", "kv#get", "a:b/kv@1.0.0#get"] {
            assert!(means(&renamed, name), "{name}");
        }
        for name in ["", "et", "#get", "v#get", "1.0.0#get", "kv/get", "kv#", "mary#get"] {
            assert!(!means(&own, name) && !means(&renamed, name), "{name}");
        }
        let root = Export::of(interface("$root", [function("main", Vec::<(&str, Type)>::new(), None)]));
        assert!(means(&root, "main"));
        assert!(!means(&root, "$root#main"));
    }
}
