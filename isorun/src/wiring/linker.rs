//! The linker of an app: it defines the closures that run when the guest calls its imports.
//!
//! The closures find their provider in the store, by slot, so that what was linked for one wiring serves every other with providers of the
//! same kinds.

mod guest;
mod image;
mod scalars;
pub(crate) mod system;

use std::sync::Arc;

use wasmtime::component::{Component, InstancePre, Linker};
use wasmtime::{Engine, Result};

use super::import::Import;
use super::wire::Wire;
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
        Kind::System(system) => Way::System(system.glue().id),
        Kind::Guest(_) => Way::Guest,
        Kind::Remote(_) => Way::Remote,
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
    for import in imports.iter().filter(|import| import.interface.functions().is_empty()) {
        linker.instance(&import.name)?;
    }
    for (slot, wire) in wires.iter().enumerate() {
        let mut instance = linker.instance(&wire.import)?;
        let functions = wire.interface.functions();
        if let Kind::System(system) = wire.instance.provider().kind() {
            let wanted: Vec<Arc<str>> = functions.iter().map(|function| function.name().into()).collect();
            (system.glue().link)(&mut instance, slot, &wanted)?;
            continue;
        }
        for (place, function) in functions.iter().enumerate() {
            let name = function.name();
            match Scalars::of(function).filter(|_| way(wire) == Way::Guest) {
                Some(scalars) => guest::link(&mut instance, name, slot, place, function, scalars)?,
                None => image::link(&mut instance, name, slot, place, function)?,
            }
        }
    }
    linker.instantiate_pre(component)
}
