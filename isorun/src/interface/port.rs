//! Interfaces under the names by which a component imports and exports them.
//!
//! The name is what the component calls the import or export; the interface is the identity of its functions and types. They differ where a
//! component has one interface under several names: `import primary: isorun:kv/kv` has the name `primary`. The component model says that
//! such an import `implements` the interface.

use std::sync::Arc;

use super::function::Function;
use super::name::InterfaceName;
use super::{Interface, interface};

/// Something that a component imports: an interface, or a function at the root of its world.
///
/// ```
/// use isorun::wit::Import;
///
/// /// What `App::imports` gives, as a list for people.
/// fn wanted(imports: &[Import]) -> Vec<String> {
///     let needed = imports.iter().filter(|import| import.needs_provider());
///     needed.map(|import| format!("{}: {}", import.name(), import.interface().name())).collect()
/// }
/// # assert!(wanted(&[]).is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    name: Arc<str>,
    interface: Interface,
}

/// Something that a component or a provider exports: an interface, or all functions at the root of a world together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    name: Arc<str>,
    interface: Interface,
}

impl Import {
    /// An interface, as the component spells it, with the functions that the component may call and no others.
    pub(crate) fn new(name: impl Into<Arc<str>>, interface: Interface) -> Import {
        Import { name: name.into(), interface }
    }

    /// A function at the root of the component's world.
    pub(crate) fn function(function: Function) -> Import {
        Import { name: function.name().into(), interface: interface(InterfaceName::ROOT, [function]) }
    }

    /// What the component calls it: the interface's name, another name that it has for that interface, or the name of a function at the root
    /// of its world. [`with_named`](crate::runtime::Instantiate::with_named) takes it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The interface, with the functions that the component may call and no others. For a function at the root of the component's world it is
    /// an interface named `$root` with that function.
    pub fn interface(&self) -> &Interface {
        &self.interface
    }

    /// Whether an instance must be given for it. An interface of types alone has nothing to call, and is linked by itself.
    pub fn needs_provider(&self) -> bool {
        !self.interface.functions().is_empty()
    }

    /// The functions by which the app is not told that its provider has failed, because their results have no error type with a case
    /// `provider-down` (without a payload, or with a `string`). A failure of the provider ends the app's own call there.
    pub fn ends_its_app(&self) -> impl Iterator<Item = &Function> {
        self.interface.functions().iter().filter(|function| function.provider_down().is_none())
    }

    /// Whether it is a function at the root of the component's world.
    pub fn is_function(&self) -> bool {
        self.interface.name().is_root()
    }

    /// The name without its version, which means the import too where that is clear.
    pub(crate) fn unversioned(&self) -> Option<&str> {
        let name = self.interface.name();
        (name.version().is_some() && self.name.split('@').next() == Some(name.path())).then(|| name.path())
    }
}

impl Export {
    /// An interface under its own name.
    pub(crate) fn of(interface: Interface) -> Export {
        Export { name: interface.name().to_string().into(), interface }
    }

    /// An interface under the name by which a component exports it.
    pub(crate) fn new(name: impl Into<Arc<str>>, interface: Interface) -> Export {
        Export { name: name.into(), interface }
    }

    /// What the component calls it: the interface's name, or another name that it has for that interface. The functions at the root of a world
    /// are exported as `$root`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The interface, with the functions that can be called.
    pub fn interface(&self) -> &Interface {
        &self.interface
    }

    /// Whether these are the functions at the root of a world.
    pub fn is_root(&self) -> bool {
        self.interface.name().is_root()
    }

    /// Whether the interface is exported under another name than its own.
    pub(crate) fn is_renamed(&self) -> bool {
        !self.is_root() && self.name.split('@').next() != Some(self.interface.name().path())
    }

    /// Whether `name` means the export: its name or its interface's, with or without the version, or an end of that which begins with a whole
    /// part. The functions at the root have no name of their own.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        let own = self.interface.name();
        let is_end = |full: &str| {
            full.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with(['/', ':']))
        };
        !self.is_root() && (is_end(&self.name) || is_end(own.path()) || (self.is_renamed() && is_end(&own.to_string())))
    }

    /// The full name of one of its functions: `isorun:kv/kv@0.1.0#get`, or the bare name of one at the root.
    pub(crate) fn label(&self, function: &Function) -> String {
        match self.is_root() {
            true => function.name().to_owned(),
            false => format!("{}#{}", self.name, function.name()),
        }
    }

    /// The same export with some of its functions.
    pub(crate) fn with(&self, functions: Vec<Function>) -> Export {
        Export { name: self.name.clone(), interface: interface(&self.interface.name().to_string(), functions) }
    }
}
