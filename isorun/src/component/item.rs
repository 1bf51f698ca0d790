//! What a component imports or exports.

use std::sync::Arc;

use wasmparser::component_types::{ComponentAnyTypeId, ComponentEntityType};

use crate::interface::function::Function;

/// Something that is imported or exported.
#[derive(Clone)]
pub(crate) struct Item {
    pub(crate) name: Arc<str>,
    /// The interface that it is, if its name is not that interface's own.
    pub(crate) implements: Option<Arc<str>>,
    pub(crate) kind: Kind,
}

impl Item {
    /// The name for messages, with that of the interface if it is another one: `primary: isorun:kv/kv`.
    pub(crate) fn label(&self) -> String {
        match &self.implements {
            Some(interface) => format!("{}: {interface}", self.name),
            None => self.name.to_string(),
        }
    }

    /// The name of the interface that an instance is.
    pub(crate) fn interface(&self) -> &str {
        self.implements.as_deref().unwrap_or(&self.name)
    }
}

#[derive(Clone)]
pub(crate) enum Kind {
    /// An interface, or what looks like one: an instance, with its items.
    Instance(Arc<[Item]>),
    /// A function, or why isorun cannot carry it.
    Function(Result<Function, String>),
    /// A value type, which is of interest only where functions use it.
    Type,
    /// Anything else, in the words of the component model.
    Other(&'static str),
}

/// A kind of item that is neither function nor type nor instance.
pub(super) fn other(ty: &ComponentEntityType) -> Kind {
    match ty {
        ComponentEntityType::Module(_) => Kind::Other("a core module"),
        ComponentEntityType::Component(_) => Kind::Other("a component"),
        ComponentEntityType::Value(_) => Kind::Other("a value"),
        ComponentEntityType::Type { created: ComponentAnyTypeId::Resource(_), .. } => Kind::Other("a resource"),
        ComponentEntityType::Type { .. } => Kind::Type,
        ComponentEntityType::Instance(_) => Kind::Other("an instance"),
        ComponentEntityType::Func(_) => Kind::Other("a function"),
    }
}
