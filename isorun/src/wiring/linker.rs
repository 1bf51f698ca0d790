//! The linker of an app: it defines the closures that run when the guest calls its imports.
//!
//! The closures find their provider in the store, by slot, so that what was linked for one wiring serves every other with providers of the
//! same kinds.

mod guest;
mod image;
mod scalars;
pub(crate) mod system;

use std::collections::HashMap;

use wasmtime::component::{Component, InstancePre, Linker};
use wasmtime::{Engine, Result};

use super::wire::Wire;
use crate::interface::port::Import;
use crate::provider::Kind;
use crate::provider::glue::{Way, WiringKey};
use crate::store::State;

use scalars::Scalars;

/// What wirings have in common that are linked alike.
pub(crate) fn key(wires: &[Wire]) -> WiringKey {
    wires.iter().map(way).collect()
}

fn way(wire: &Wire) -> Way {
    match wire.instance.provider().kind() {
        // Glue goes by the names that functions have in the system's own interface.
        Kind::System(system) if wire.part.function.is_none() => {
            system.glue().map_or(Way::Image, |glue| Way::System(glue.id))
        }
        Kind::System(_) | Kind::Remote(_) => Way::Image,
        Kind::Guest(_) => Way::Guest,
    }
}

/// Links a component: every import is defined for the kind of provider that its wire has.
pub(crate) fn link(
    engine: &Engine,
    component: &Component,
    imports: &[Import],
    wires: &[Wire],
) -> Result<InstancePre<State>> {
    let mut linker = Linker::new(engine);
    // An interface of types alone is an instance with nothing in it.
    for import in imports.iter().filter(|import| !import.needs_provider()) {
        linker.instance(import.name())?;
    }
    for (slot, wire) in wires.iter().enumerate() {
        let mut instance = match wire.part.import.is_function() {
            true => linker.root(),
            false => linker.instance(wire.part.import.name())?,
        };
        let functions = wire.part.import.interface().functions();
        let way = way(wire);
        if let (Kind::System(system), Way::System(_)) = (wire.instance.provider().kind(), way)
            && let Some(glue) = system.glue()
        {
            let wanted: HashMap<&str, usize> =
                functions.iter().enumerate().map(|(place, function)| (function.name(), place)).collect();
            (glue.link)(&mut instance, slot, &wanted)?;
            continue;
        }
        for (place, function) in functions.iter().enumerate() {
            let name = function.name();
            match Scalars::of(function).filter(|_| way == Way::Guest) {
                Some(scalars) => guest::link(&mut instance, name, slot, place, function, scalars)?,
                None => image::link(&mut instance, name, slot, place, function)?,
            }
        }
    }
    linker.instantiate_pre(component)
}
