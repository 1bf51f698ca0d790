//! The linker of an app: what its imports run when the guest calls them.
//!
//! The closures find their provider in the store, by slot, so that what was linked for one wiring serves every other with providers of the
//! same kinds.

use std::any::TypeId;
use std::pin::pin;
use std::sync::Arc;

use wasmtime::StoreContextMut;
use wasmtime::component::{InstancePre, Linker, LinkerInstance};

use super::scalars::Scalars;
use super::{Wire, down};
use crate::app::App;
use crate::engine::guest::{Few, Guest, MAX_FEW, MAX_FLAT_PARAMS, MAX_FLAT_RESULTS, One, RawOutcome, RawParams};
use crate::instance::Provider;
use crate::instance::store::{State, enter, leave};
use crate::interface::Function;
use crate::observe::see;
use crate::runtime::Runtime;

/// How the functions of each import are linked.
pub(crate) type Shape = Box<[Way]>;

/// How a guest reaches a kind of provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Way {
    /// By the glue of this type.
    System(TypeId),
    /// Another guest: by image, and functions of a few numbers by those.
    Guest,
    /// By image.
    Remote,
}

impl Wire {
    fn way(&self) -> Way {
        match self.instance.provider() {
            Provider::System(system) => Way::System(system.glue().id),
            Provider::Guest(_) => Way::Guest,
            Provider::Remote(_) => Way::Remote,
        }
    }
}

/// The app with every import defined for providers of these kinds.
pub(crate) fn link(runtime: &Runtime, app: &App, wiring: &[Wire]) -> wasmtime::Result<InstancePre<State>> {
    app.linked(wiring.iter().map(Wire::way).collect(), || define(runtime, app, wiring))
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
        if let Provider::System(system) = wire.instance.provider() {
            let wanted: Vec<Arc<str>> = functions.iter().map(|function| function.name().into()).collect();
            (system.glue().link)(&mut instance, slot, &wanted)?;
            continue;
        }
        for (index, function) in functions.iter().enumerate() {
            let name = function.name();
            match Scalars::of(function).filter(|_| wire.way() == Way::Guest) {
                Some(scalars) => link_scalars(&mut instance, name, slot, index, function, scalars)?,
                None => link_image(&mut instance, name, slot, index, function)?,
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
    function: &Function,
) -> wasmtime::Result<()> {
    let (params, results) = (function.params_layout().flat, function.result_layout().flat);
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

/// Defines one function of a few numbers, whose provider is another guest.
fn link_scalars(
    linker: &mut LinkerInstance<'_, State>,
    name: &str,
    slot: usize,
    index: usize,
    function: &Function,
    scalars: Scalars,
) -> wasmtime::Result<()> {
    macro_rules! by_params {
        ($($n:literal)*) => {
            match (function.params_layout().flat, function.result_layout().flat) {
                $(($n, 0) => link_scalars_of::<$n, 0>(linker, name, slot, index, scalars),)*
                $(($n, _) => link_scalars_of::<$n, 1>(linker, name, slot, index, scalars),)*
                _ => Ok(()),
            }
        };
    }
    by_params!(0 1 2 3 4)
}

fn link_scalars_of<const N: usize, const M: usize>(
    linker: &mut LinkerInstance<'_, State>,
    name: &str,
    slot: usize,
    index: usize,
    scalars: Scalars,
) -> wasmtime::Result<()> {
    linker.func_wrap_async(name, move |mut store: StoreContextMut<'_, State>, Guest(mut params): Guest<Few, N>| {
        Box::new(async move {
            scalars.normalise_params(&mut params)?;
            let mut cx = enter(&mut store)?;
            let result = {
                let slot = store.data().slot(slot)?;
                let (provider, handle) = (&slot.instance, slot.handle(index)?);
                let counting = slot.tally.begin();
                let mut watch = provider.observers().watch(provider, handle, &cx);
                let call = pin!(provider.guest()?.run::<_, One, MAX_FEW>(&cx, handle, params));
                let result = see(&mut watch, call).await;
                counting.end(result.is_err());
                result
            };
            leave(&mut store, &mut cx, 0)?.now().await;
            let One(value) = result.map_err(|error| *error)?;
            Ok(Guest::<_, M>(One(scalars.result(value))))
        })
    })
}

fn link_image_of<const N: usize, const M: usize>(
    linker: &mut LinkerInstance<'_, State>,
    name: &str,
    slot: usize,
    index: usize,
) -> wasmtime::Result<()> {
    linker.func_wrap_async(
        name,
        move |mut store: StoreContextMut<'_, State>, Guest(RawParams(params)): Guest<RawParams, N>| {
            Box::new(async move {
                let mut cx = enter(&mut store)?;
                let slot = store.data().slot(slot)?;
                let (provider, handle) = (&slot.instance, slot.handle(index)?);
                let counting = slot.tally.begin();
                let given = params.as_bytes().len();
                let mut result = match provider.provider() {
                    Provider::Guest(guest) => {
                        let mut watch = provider.observers().watch(provider, handle, &cx);
                        let call = pin!(guest.run::<_, RawOutcome, { MAX_FLAT_PARAMS as usize }>(
                            &cx,
                            handle,
                            RawParams(params)
                        ));
                        see(&mut watch, call).await.map(|RawOutcome(image)| image)
                    }
                    // Boxed, so that the many calls of guests move a small future.
                    Provider::System(_) | Provider::Remote(_) => {
                        Box::pin(provider.call_image(&cx, handle, params)).await
                    }
                };
                counting.end(result.is_err());
                if let Err(error) = &result
                    && let Some(value) = down::as_value(slot.import.functions().get(index), error)
                {
                    result = Ok(value);
                }
                let got = result.as_ref().map_or(0, |image| image.as_bytes().len());
                leave(&mut store, &mut cx, given + got)?.now().await;
                Ok(Guest::<_, M>(RawOutcome(result.map_err(|error| *error)?)))
            })
        },
    )
}
