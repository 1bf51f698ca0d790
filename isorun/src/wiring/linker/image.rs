//! Imports whose provider is called by image: other guests, and what is behind a transport.

use std::pin::pin;

use wasmtime::StoreContextMut;
use wasmtime::component::LinkerInstance;

use crate::engine::guest::{Guest, ImageParams, ImageResult, Weighed};
use crate::error::call::{CallError, CallResult};
use crate::interface::exports::FuncIndex;
use crate::interface::function::Function;
use crate::limits::cx::Cx;
use crate::provider::Kind;
use crate::provider::finish::run_to_its_end;
use crate::provider::slot::Slot;
use crate::store::State;
use crate::store::crossing::{Crossing, cross};
use crate::types::layout::{Layout, MAX_FLAT_PARAMS, MAX_FLAT_RESULTS};
use crate::wiring::provider_down;

/// Defines one function whose provider is called by image.
///
/// How many core values it has is part of a type, so there is one closure for each count that the canonical ABI allows; a function with
/// more of them gets one pointer, which the empty slice of core values stands for.
pub(super) fn link(
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
                $(($n, true) => link_of::<$n, 1>(linker, name, slot, index),)*
                $(($n, false) => link_of::<$n, 0>(linker, name, slot, index),)*
                _ => Err(CallError::bug("a function has more core values than parameters are passed in").into()),
            }
        };
    }
    by_params!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)
}

fn link_of<const N: usize, const M: usize>(
    linker: &mut LinkerInstance<'_, State>,
    name: &str,
    slot: usize,
    place: usize,
) -> wasmtime::Result<()> {
    linker.func_wrap_async(name, move |mut store: StoreContextMut<'_, State>, Guest(params): Guest<ImageParams, N>| {
        Box::new(async move { Ok(Guest::<_, M>(cross(&mut store, slot, place, ImageCall(params)).await?)) })
    })
}

fn imported(slot: &Slot, place: usize) -> Option<&Function> {
    slot.part.import.interface().functions().get(place)
}

/// What a guest is told of its provider's failure, if the interface has a case for it.
#[cold]
pub(super) fn told(slot: &Slot, place: usize, error: &CallError) -> Option<ImageResult> {
    let function = imported(slot, place)?;
    let image = provider_down::as_value(function, error)?;
    Some(ImageResult::of(image, function.result_layout()))
}

/// A call by image.
struct ImageCall(ImageParams);

impl Crossing for ImageCall {
    type Value = ImageResult;

    fn units(&self) -> u64 {
        self.0.units()
    }

    async fn call(self, slot: &Slot, place: usize, function: FuncIndex, cx: &Cx) -> CallResult<ImageResult> {
        match slot.provider.kind() {
            Kind::Guest(guest) => {
                if let Some(ceiling) = guest.ceiling() {
                    let call = run_to_its_end::<_, _, { MAX_FLAT_PARAMS as usize }>;
                    return Box::pin(call(&slot.provider, ceiling, cx, function, self.0)).await;
                }
                let call = pin!(guest.run::<_, _, { MAX_FLAT_PARAMS as usize }>(cx, function, self.0));
                call.await
            }
            // Boxed, so that the future of a call to a guest, which is the most frequent, stays small.
            Kind::System(_) | Kind::Remote(_) => {
                let value = slot.system.as_deref();
                let image = Box::pin(slot.provider.call_host(value, cx, function, self.0.image)).await?;
                Ok(ImageResult::of(image, imported(slot, place).map_or(Layout::EMPTY, Function::result_layout)))
            }
        }
    }

    fn units_of(result: &ImageResult) -> u64 {
        result.units()
    }

    fn failure(slot: &Slot, place: usize, error: &CallError) -> Option<ImageResult> {
        told(slot, place, error)
    }
}
