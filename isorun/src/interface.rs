//! WIT interfaces as data.

pub(crate) mod exports;
pub(crate) mod function;
mod id;
pub(crate) mod name;
pub(crate) mod port;
pub(crate) mod registered;
pub(crate) mod tracks;

use std::fmt;
use std::sync::Arc;

use crate::text;
use function::Function;
use name::InterfaceName;

use crate::types::Label;

/// A WIT interface: its name and its functions, with the types of their parameters and results.
///
/// Clones share the same interface. It may have been generated from a WIT file, read from WIT text at run time, or read from a
/// component; interfaces from different origins are equal if their names and functions are.
///
/// ```
/// use isorun::Interface;
///
/// let interfaces = Interface::from_wit(
///     "package isorun:kv@0.1.0;
///
///     interface kv {
///         variant error { not-found, io(string) }
///         get: func(key: string) -> result<list<u8>, error>;
///     }",
/// )?;
/// let kv = &interfaces[0];
/// assert_eq!(kv.name().to_string(), "isorun:kv/kv@0.1.0");
/// assert_eq!(
///     kv.functions()[0].to_string(),
///     "func(key: string) -> result<list<u8>, variant { not-found, io(string) }>"
/// );
/// # Ok::<(), isorun::wit::WitError>(())
/// ```
#[derive(Clone)]
pub struct Interface(Arc<Inner>);

struct Inner {
    name: InterfaceName,
    functions: Box<[Function]>,
    /// The positions of the functions, in the order of their names: who writes an interface decides how many functions it has, so none is
    /// looked for one by one.
    by_name: Box<[u32]>,
    /// The functions that the WIT has behind features, and this interface has not, in the order of their names.
    gated: Box<[Gated]>,
    id: u64,
}

/// A function that an interface has only with a feature.
#[derive(Clone, Debug)]
pub(crate) struct Gated {
    pub(crate) function: Label,
    /// The name in `@unstable(feature = name)`.
    pub(crate) feature: Label,
}

impl Interface {
    /// Its name, such as `isorun:kv/kv@0.1.0`.
    pub fn name(&self) -> &InterfaceName {
        &self.0.name
    }

    /// Its functions, in the order of their declaration.
    pub fn functions(&self) -> &[Function] {
        &self.0.functions
    }

    /// The function of this name, and its position in [`functions`](Interface::functions).
    pub fn function(&self, name: &str) -> Option<(u32, &Function)> {
        let Inner { functions, by_name, .. } = &*self.0;
        let found = by_name.binary_search_by(|&position| functions[position as usize].name().cmp(name)).ok()?;
        Some((by_name[found], &functions[by_name[found] as usize]))
    }

    /// The feature that a function of its WIT is behind, if that was not asked for.
    pub(crate) fn feature_of(&self, function: &str) -> Option<&str> {
        let gated = &self.0.gated;
        let found = gated.binary_search_by(|gated| (*gated.function).cmp(function)).ok()?;
        Some(&gated[found].feature)
    }

    /// Whether `other` is the same interface with functions more, each of which is behind a feature here.
    pub(crate) fn is_extended_by(&self, other: &Interface) -> bool {
        let same = |function: &Function| other.function(function.name()).is_some_and(|(_, theirs)| theirs == function);
        let added = |function: &Function| {
            self.function(function.name()).is_some() || self.feature_of(function.name()).is_some()
        };
        self.functions().iter().all(same) && other.functions().iter().all(added)
    }

    /// The id that stands for it in messages: the same for all versions of one semver track.
    pub fn id(&self) -> u64 {
        self.0.id
    }

    /// The differences between its functions and those of `other`, each as a text with both signatures; empty if there are none.
    ///
    /// Functions are matched by name. Neither their order nor the names of the interfaces matter.
    #[must_use]
    pub fn differences(&self, other: &Interface) -> Vec<String> {
        let mut differences = Vec::new();
        for function in self.functions() {
            match other.function(function.name()) {
                Some((_, same)) if same == function => {}
                found => {
                    let found = found.map(|(_, found)| found);
                    differences.push(difference(function.name(), Some(function), found));
                }
            }
        }
        for function in other.functions() {
            if self.function(function.name()).is_none() {
                differences.push(difference(function.name(), None, Some(function)));
            }
        }
        differences
    }
}

fn difference(name: &str, here: Option<&Function>, there: Option<&Function>) -> String {
    let signature = |function: Option<&Function>| match function {
        Some(function) => text::signature(function),
        None => "no such function".to_owned(),
    };
    let name = text::printable(name);
    format!("`{name}`\n  one    {}\n  other  {}", signature(here), signature(there))
}

/// Two interfaces are equal if they have the same name and the same functions, in any order.
impl PartialEq for Interface {
    fn eq(&self, other: &Interface) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || (self.name() == other.name() && self.differences(other).is_empty())
    }
}

impl Eq for Interface {}

impl fmt::Debug for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Interface").field(&self.name().to_string()).finish()
    }
}

/// Makes an interface. The reader of components calls it.
///
/// A plain name, of an interface that a world defines in place or of the functions at its root, is kept although it belongs to no package.
pub(crate) fn interface(name: &str, functions: impl IntoIterator<Item = Function>) -> Interface {
    interface_with_gated(name, functions, [])
}

/// Makes an interface of which some functions are left out, each with the feature that it is behind. Generated code calls it.
#[doc(hidden)]
pub fn gated_interface(
    name: &str,
    functions: impl IntoIterator<Item = Function>,
    gated: impl IntoIterator<Item = (&'static str, &'static str)>,
) -> Interface {
    let gated =
        gated.into_iter().map(|(function, feature)| Gated { function: function.into(), feature: feature.into() });
    interface_with_gated(name, functions, gated)
}

/// Makes an interface that knows which functions it does not have.
pub(crate) fn interface_with_gated(
    name: &str,
    functions: impl IntoIterator<Item = Function>,
    gated: impl IntoIterator<Item = Gated>,
) -> Interface {
    let name = InterfaceName::of(name);
    let id = id::of_interface(&name);
    let functions: Box<[Function]> = functions.into_iter().collect();
    let mut by_name: Box<[u32]> = (0..functions.len() as u32).collect();
    by_name.sort_by_key(|&position| functions[position as usize].name());
    let mut gated: Box<[Gated]> = gated.into_iter().collect();
    gated.sort_by(|one, other| one.function.cmp(&other.function));
    Interface(Arc::new(Inner { name, functions, by_name, gated, id }))
}

#[cfg(test)]
mod tests {
    use super::function::function;
    use super::*;
    use crate::types::Type;

    fn kv(value: Type) -> Interface {
        let get = function("get", [("key", Type::String)], Some(value));
        interface("isorun:kv/kv@0.1.0", [get, function("flush", Vec::<(&str, Type)>::new(), None)])
    }

    #[test]
    fn every_difference_shows_both_signatures() {
        let put = interface("isorun:kv/kv@0.1.0", [function("put", [("key", Type::String)], None)]);
        assert_eq!(kv(Type::U32).differences(&kv(Type::U32)), [""; 0]);
        assert_eq!(
            kv(Type::U32).differences(&kv(Type::U64)),
            ["`get`\n  one    func(key: string) -> u32\n  other  func(key: string) -> u64"]
        );
        assert_eq!(kv(Type::U32).differences(&put).len(), 3);
        assert_ne!(kv(Type::U32), kv(Type::U64));
    }

    #[test]
    fn a_name_that_is_not_in_a_package_is_kept() {
        assert_eq!(interface("types", []).name().to_string(), "types");
    }
}
