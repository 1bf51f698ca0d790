//! How guests are linked to systems of one type, and how to tell that two wirings are linked in the same way.

use std::any::TypeId;
use std::collections::HashMap;

use wasmtime::component::LinkerInstance;

use crate::store::State;

/// How to link guests to a system of one type.
#[derive(Clone, Copy)]
pub(crate) struct Glue {
    /// Names the Rust type and the interface: what was linked for one system of the type serves all of them.
    pub(crate) id: TypeId,
    /// Defines the functions of the interface whose names are wanted, each at its place, for the system in the slot of that number.
    pub(crate) link: LinkSystem,
}

type LinkSystem =
    fn(&mut LinkerInstance<'_, State>, slot: usize, wanted: &HashMap<&str, usize>) -> wasmtime::Result<()>;

/// The kinds of the providers of all imports of an app: wirings of one key are linked alike.
pub(crate) type WiringKey = Box<[Way]>;

/// How a guest reaches a kind of provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Way {
    /// By the glue of this type.
    System(TypeId),
    /// Another guest: by image, and functions of a few numbers by those.
    Guest,
    /// By image: remotes, and systems that are called as those are.
    Image,
}
