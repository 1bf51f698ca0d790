//! Imports that a system serves: its methods are called with Rust values read out of the guest.

use std::any::TypeId;
use std::collections::HashMap;
use std::marker::PhantomData;

use wasmtime::component::LinkerInstance;
use wasmtime::{AsContext, StoreContextMut};

use super::image::told;
use crate::engine::guest::{Answer, Guest, TakenParams, Weighed};
use crate::error::call::{CallError, CallResult, Result};
use crate::give_way::give_way;
use crate::image::bytes::Reach;
use crate::image::codec::Lower;
use crate::image::params::LiftParams;
use crate::image::scales::weigh;
use crate::interface::Interface;
use crate::interface::exports::FuncIndex;
use crate::interface::function::Function;
use crate::limits::cx::Cx;
use crate::limits::limit::Scope;
use crate::provider::glue::Glue;
use crate::provider::slot::Slot;
use crate::provider::system::BoxFuture;
use crate::store::State;
use crate::store::crossing::{Crossing, call_sync, call_sync_with_cx, cross, cross_eagerly, cross_lightly};
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

    /// Defines a sync method.
    ///
    /// One that passes only numbers, and makes no calls of its own, is called at once. One that passes strings or lists can be much work for the host, again and again, so
    /// it is called as an `async` one is, by a future, in which the guest can give way. The method itself runs before that.
    fn define<P, R, const N: usize, const M: usize>(
        &mut self,
        function: u32,
        makes_calls: bool,
        call: impl Fn(&mut StoreContextMut<'_, State>, TakenParams<P>) -> wasmtime::Result<R> + Copy + Send + Sync + 'static,
    ) where
        P: LiftParams + Send + Sync + 'static,
        R: Lower + Send + Sync + 'static,
    {
        let Some((name, _)) = self.import(function) else { return };
        let is_light = !makes_calls
            && self.interface.functions().get(function as usize).is_some_and(Function::passes_only_numbers);
        let defined = if is_light {
            self.linker.func_wrap(
                name,
                move |mut store: StoreContextMut<'_, State>, params: Guest<TakenParams<P>, N>| {
                    let result = cross_lightly(&mut store, |store| call(store, params.0));
                    Ok(Guest::<_, M>(Answer::Value(result?)))
                },
            )
        } else {
            self.linker.func_wrap_async(
                name,
                move |mut store: StoreContextMut<'_, State>, Guest(params): Guest<TakenParams<P>, N>| {
                    let (units, take) =
                        (params.units(), move |store: &mut StoreContextMut<'_, State>| call(store, params));
                    let result = cross_eagerly(&mut store, units, weigh, take);
                    Box::new(async move {
                        let (result, ended) = result?;
                        if ended {
                            give_way().await;
                        }
                        Ok(Guest::<_, M>(Answer::Value(result)))
                    })
                },
            )
        };
        self.defined(defined);
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
        let Some((_, place)) = self.import(function) else { return };
        let slot = self.slot;
        self.define::<P, R, N, M>(function, false, move |store, TakenParams { values, lent, .. }| {
            call_sync(store, slot, place, |store, slot| {
                let lender = lent.of(store.as_context());
                call(slot.system()?, Reach::into(&lender), values)
            })
        });
    }

    fn sync_cx<P, R, const N: usize, const M: usize>(
        &mut self,
        function: u32,
        call: impl Fn(&T, Reach<'_>, &Cx, P) -> Result<R> + Copy + Send + Sync + 'static,
    ) where
        P: LiftParams + Send + Sync + 'static,
        R: Lower + Send + Sync + 'static,
    {
        let Some((_, place)) = self.import(function) else { return };
        let slot = self.slot;
        self.define::<P, R, N, M>(function, true, move |store, TakenParams { values, lent, .. }| {
            call_sync_with_cx(store, slot, place, |store, slot, cx| {
                let lender = lent.of(store.as_context());
                call(slot.system()?, Reach::into(&lender), cx, values)
            })
        });
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
                    let crossing = SystemCall { call, params, system: PhantomData };
                    let result = cross(&mut store, slot, place, crossing).await?;
                    Ok(Guest::<_, M>(result))
                })
            },
        );
        self.defined(defined);
    }
}

/// A call of an `async` method.
struct SystemCall<T, F, P> {
    call: F,
    params: TakenParams<P>,
    system: PhantomData<fn(T)>,
}

impl<T, F, P, R> Crossing for SystemCall<T, F, P>
where
    T: Send + Sync + 'static,
    F: for<'a> Fn(&'a T, &'a Cx, P) -> BoxFuture<'a, Result<R>> + Send,
    P: Send,
    R: Lower + Send,
{
    type Value = Answer<R>;

    fn units(&self) -> u64 {
        self.params.units()
    }

    fn units_of(result: &Answer<R>) -> u64 {
        result.units()
    }

    /// A method's own errors stop the guest. That it did not answer in the time of the import is nothing that it could have said itself.
    fn failure(slot: &Slot, place: usize, error: &CallError) -> Option<Answer<R>> {
        let late = matches!(error, CallError::OutOfBudget { scope: Scope::Import, .. });
        if late { told(slot, place, error).map(Answer::Told) } else { None }
    }

    async fn call(self, slot: &Slot, _: usize, _: FuncIndex, cx: &Cx) -> CallResult<Answer<R>> {
        Ok(Answer::Value((self.call)(slot.system()?, cx, self.params.values).await?))
    }
}
