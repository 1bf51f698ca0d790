//! Imports of a few numbers whose provider is another guest: their core values need no image.

use std::pin::pin;

use wasmtime::StoreContextMut;
use wasmtime::component::LinkerInstance;

use super::scalars::Scalars;
use crate::engine::guest::{FlatParams, FlatResult, Guest, MAX_SCALARS};
use crate::error::call::{CallError, CallResult};
use crate::interface::exports::FuncIndex;
use crate::interface::function::Function;
use crate::limits::cx::Cx;
use crate::provider::finish::run_to_its_end;
use crate::provider::slot::Slot;
use crate::store::State;
use crate::store::crossing::{Crossing, cross};

/// Defines one function of a few numbers, whose provider is another guest.
pub(super) fn link(
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
                $(($n, 0) => link_of::<$n, 0>(linker, name, slot, index, scalars),)*
                $(($n, _) => link_of::<$n, 1>(linker, name, slot, index, scalars),)*
                _ => Err(CallError::bug("a function has more core values than are passed without an image").into()),
            }
        };
    }
    by_params!(0 1 2 3 4)
}

fn link_of<const N: usize, const M: usize>(
    linker: &mut LinkerInstance<'_, State>,
    name: &str,
    slot: usize,
    place: usize,
    scalars: Scalars,
) -> wasmtime::Result<()> {
    linker.func_wrap_async(
        name,
        move |mut store: StoreContextMut<'_, State>, Guest(mut params): Guest<FlatParams, N>| {
            // What the future has to keep is little, so that it is allocated fast.
            let (params, result) = (scalars.normalise_params(&mut params).map(|()| params), scalars.of_result());
            Box::new(async move {
                let value = cross(&mut store, slot, place, FlatCall(params?)).await?;
                Ok(Guest::<_, M>(FlatResult(result.normal(value)?)))
            })
        },
    )
}

/// A call by core values.
struct FlatCall(FlatParams);

impl Crossing for FlatCall {
    type Value = u64;

    async fn call(self, slot: &Slot, _: usize, function: FuncIndex, cx: &Cx) -> CallResult<u64> {
        let guest = slot.provider.guest()?;
        let FlatResult(value) = match guest.ceiling() {
            None => pin!(guest.run::<_, _, MAX_SCALARS>(cx, function, self.0)).await?,
            Some(ceiling) => {
                Box::pin(run_to_its_end::<_, _, MAX_SCALARS>(&slot.provider, ceiling, cx, function, self.0)).await?
            }
        };
        Ok(value)
    }
}
