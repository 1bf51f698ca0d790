//! Imports that a system serves: its methods are called with Rust values read out of the guest.

use std::any::TypeId;
use std::collections::HashMap;
use std::marker::PhantomData;

use wasmtime::component::LinkerInstance;
use wasmtime::{AsContext, StoreContextMut};

use crate::engine::guest::{Guest, Returned, TakenParams};
use crate::error::call::{CallResult, Result};
use crate::image::bytes::Reach;
use crate::image::codec::Lower;
use crate::image::params::LiftParams;
use crate::interface::Interface;
use crate::interface::exports::FuncIndex;
use crate::limits::cx::Cx;
use crate::provider::glue::Glue;
use crate::provider::slot::Slot;
use crate::provider::system::BoxFuture;
use crate::store::State;
use crate::store::crossing::{Crossing, cross, cross_sync, cross_sync_with_cx};
use crate::system::contract::{Functions, StaticInterface, System};

/// How guests are linked to systems of a type.
pub(crate) fn glue<I: StaticInterface, T: System<I>>() -> Glue {
    Glue { id: TypeId::of::<fn(T, I)>(), link: link::<I, T> }
}

fn link<I: StaticInterface, T: System<I>>(
    linker: &mut LinkerInstance<'_, State>,
    slot: usize,
    wanted: &HashMap<&str, usize>,
) -> wasmtime::Result<()> {
    let mut link = Link { linker, slot, wanted, interface: I::interface(), result: Ok(()) };
    T::functions(&mut link);
    link.result
}

/// Defines each function for guests.
struct Link<'a, 'l> {
    linker: &'a mut LinkerInstance<'l, State>,
    slot: usize,
    /// The place of each imported function among those of the import, by its name.
    wanted: &'a HashMap<&'a str, usize>,
    interface: &'static Interface,
    result: wasmtime::Result<()>,
}

impl Link<'_, '_> {
    /// The name of a function, and its place among the imported ones, if the guest imports it.
    fn import(&self, function: u32) -> Option<(&'static str, usize)> {
        let name = self.interface.functions().get(function as usize)?.name();
        Some((name, *self.wanted.get(name)?))
    }

    fn defined(&mut self, result: wasmtime::Result<()>) {
        if self.result.is_ok() {
            self.result = result;
        }
    }
}

impl<T: Send + Sync + 'static> Functions<T> for Link<'_, '_> {
    fn sync<P, R, const N: usize, const M: usize>(
        &mut self,
        function: u32,
        call: impl Fn(&T, Reach<'_>, P) -> Result<R> + Copy + Send + Sync + 'static,
    ) where
        P: LiftParams + Send + Sync + 'static,
        R: Lower + Send + Sync + 'static,
    {
        let Some((name, place)) = self.import(function) else { return };
        let slot = self.slot;
        let defined = self.linker.func_wrap(
            name,
            move |mut store: StoreContextMut<'_, State>, params: Guest<TakenParams<P>, N>| {
                let Guest(TakenParams { values, lent }) = params;
                let result = cross_sync(&mut store, slot, place, |store, slot| {
                    let lender = lent.of(store.as_context());
                    call(slot.system()?, Reach::into(&lender), values)
                });
                Ok(Guest::<_, M>(Returned(result?)))
            },
        );
        self.defined(defined);
    }

    fn sync_cx<P, R, const N: usize, const M: usize>(
        &mut self,
        function: u32,
        call: impl Fn(&T, Reach<'_>, &Cx, P) -> Result<R> + Copy + Send + Sync + 'static,
    ) where
        P: LiftParams + Send + Sync + 'static,
        R: Lower + Send + Sync + 'static,
    {
        let Some((name, place)) = self.import(function) else { return };
        let slot = self.slot;
        let defined = self.linker.func_wrap(
            name,
            move |mut store: StoreContextMut<'_, State>, params: Guest<TakenParams<P>, N>| {
                let Guest(TakenParams { values, lent }) = params;
                let result = cross_sync_with_cx(&mut store, slot, place, |store, slot, cx| {
                    let lender = lent.of(store.as_context());
                    call(slot.system()?, Reach::into(&lender), cx, values)
                });
                Ok(Guest::<_, M>(Returned(result?)))
            },
        );
        self.defined(defined);
    }

    fn asynchronous<P, R, const N: usize, const M: usize>(
        &mut self,
        function: u32,
        call: impl for<'a> Fn(&'a T, &'a Cx, P) -> BoxFuture<'a, Result<R>> + Copy + Send + Sync + 'static,
    ) where
        P: LiftParams + Send + Sync + 'static,
        R: Lower + Send + Sync + 'static,
    {
        let Some((name, place)) = self.import(function) else { return };
        let slot = self.slot;
        let defined = self.linker.func_wrap_async(
            name,
            move |mut store: StoreContextMut<'_, State>, Guest(params): Guest<TakenParams<P>, N>| {
                Box::new(async move {
                    let result =
                        cross(&mut store, slot, place, SystemCall { call, params: params.values, system: PhantomData });
                    Ok(Guest::<_, M>(Returned(result.await?)))
                })
            },
        );
        self.defined(defined);
    }
}

/// A call of an `async` method.
struct SystemCall<T, F, P> {
    call: F,
    params: P,
    system: PhantomData<fn(T)>,
}

impl<T, F, P, R> Crossing for SystemCall<T, F, P>
where
    T: Send + Sync + 'static,
    F: for<'a> Fn(&'a T, &'a Cx, P) -> BoxFuture<'a, Result<R>> + Send,
    P: Send,
    R: Send,
{
    type Value = R;

    async fn call(self, slot: &Slot, _: FuncIndex, cx: &Cx) -> CallResult<R> {
        Ok((self.call)(slot.system()?, cx, self.params).await?)
    }
}
