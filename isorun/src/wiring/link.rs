//! The linker of an app: what its imports run when the guest calls them.
//!
//! The closures find their provider in the store, by slot, so that what was linked for one wiring serves every other with providers of the
//! same kinds.

use std::any::TypeId;
use std::sync::Arc;

use wasmtime::StoreContextMut;
use wasmtime::component::{InstancePre, Linker, LinkerInstance};

use super::Wire;
use super::down;
use crate::app::App;
use crate::engine::guest::{Guest, MAX_FLAT_PARAMS, MAX_FLAT_RESULTS, RawOutcome, RawParams};
use crate::instance::store::{State, enter, leave};
use crate::runtime::Runtime;

/// What was linked for each import: the glue of a system's type, or images.
pub(crate) type Shape = Box<[Option<TypeId>]>;

/// The app with every import defined for providers of these kinds.
pub(crate) fn link(runtime: &Runtime, app: &App, wiring: &[Wire]) -> wasmtime::Result<InstancePre<State>> {
    let shape: Shape = wiring.iter().map(|wire| wire.glue().map(|glue| glue.id)).collect();
    app.linked(shape, || define(runtime, app, wiring))
}

fn define(runtime: &Runtime, app: &App, wiring: &[Wire]) -> wasmtime::Result<InstancePre<State>> {
    let mut linker = Linker::new(runtime.engine());
    // An interface of types alone is an instance with nothing in it.
    for import in app.needs().iter().filter(|import| import.interface.functions().is_empty()) {
        linker.instance(&import.name)?;
    }
    for (slot, wire) in wiring.iter().enumerate() {
        let mut instance = linker.instance(&wire.import)?;
        let functions = wire.interface.functions();
        match wire.glue() {
            Some(glue) => {
                let wanted: Vec<Arc<str>> = functions.iter().map(|function| function.name().into()).collect();
                (glue.link)(&mut instance, slot, &wanted)?;
            }
            None => {
                for (index, function) in functions.iter().enumerate() {
                    let params = function.params_layout().flat;
                    let results = function.result_layout().flat;
                    link_image(&mut instance, function.name(), slot, index, params, results)?;
                }
            }
        }
    }
    linker.instantiate_pre(app.component())
}

/// Defines one function whose provider is called by image.
///
/// How many core values it has is part of a type, so there is one closure for each count that the canonical ABI allows; a function with
/// more of them gets one pointer, which the empty slice of core values stands for.
fn link_image(
    linker: &mut LinkerInstance<'_, State>,
    name: &str,
    slot: usize,
    index: usize,
    params: u32,
    results: u32,
) -> wasmtime::Result<()> {
    macro_rules! by_params {
        ($($n:literal)*) => {
            match (if params > MAX_FLAT_PARAMS { 0 } else { params }, results == MAX_FLAT_RESULTS) {
                $(($n, true) => link_image_of::<$n, 1>(linker, name, slot, index),)*
                $(($n, false) => link_image_of::<$n, 0>(linker, name, slot, index),)*
                _ => Ok(()),
            }
        };
    }
    by_params!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)
}

fn link_image_of<const N: usize, const M: usize>(
    linker: &mut LinkerInstance<'_, State>,
    name: &str,
    slot: usize,
    index: usize,
) -> wasmtime::Result<()> {
    linker.func_wrap_async(name, move |mut store: StoreContextMut<'_, State>, params: Guest<RawParams, N>| {
        Box::new(async move {
            let cx = enter(&store)?;
            let slot = store.data().slot(slot)?;
            let handle = slot.handle(index)?;
            let counting = slot.tally.begin();
            let mut result = slot.instance.call_image(&cx, handle, params.0.0).await;
            counting.end(result.is_err());
            if let Err(error) = &result
                && let Some(value) = down::as_value(slot.import.functions().get(index), error)
            {
                result = Ok(value);
            }
            leave(&mut store, cx).await?;
            Ok(Guest::<_, M>(RawOutcome(result.map_err(|error| *error)?)))
        })
    })
}
