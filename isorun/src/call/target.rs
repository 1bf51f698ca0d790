//! An instance seen through one interface.

use std::fmt;
#[cfg(feature = "engine")]
use std::pin::pin;
use std::sync::Arc;

use super::Call;
use super::work::{CallCx, owned};
#[cfg(feature = "engine")]
use crate::engine::guest::{Params, Returned};
use crate::error::call::{CallError, CallResult};
use crate::image::codec::Lift;
use crate::image::decode::decode;
use crate::image::encode::encode_params;
use crate::image::params::LowerParams;
use crate::instance::Instance;
use crate::interface::exports::FuncIndex;
#[cfg(feature = "engine")]
use crate::observe::see;
#[cfg(feature = "engine")]
use crate::provider::Kind;
use crate::provider::Provider;
#[cfg(feature = "engine")]
use crate::types::layout::MAX_FLAT_PARAMS;

/// An instance seen through one interface: what a generated caller holds.
#[doc(hidden)]
#[derive(Clone)]
pub struct Target {
    instance: Instance,
    /// The provider's index of each function, in the interface's order.
    functions: Arc<[FuncIndex]>,
}

impl Target {
    pub(crate) fn new(instance: Instance, functions: Arc<[FuncIndex]>) -> Target {
        Target { instance, functions }
    }

    /// The instance that is called.
    pub fn instance(&self) -> &Instance {
        &self.instance
    }

    pub(crate) fn provider(&self) -> &Arc<Provider> {
        self.instance.provider()
    }

    /// The provider's index of each function, in the interface's order.
    pub(crate) fn functions(&self) -> &Arc<[FuncIndex]> {
        &self.functions
    }

    /// The provider's index of function `function` of the interface.
    pub(crate) fn function(&self, function: u32) -> FuncIndex {
        self.functions.get(function as usize).copied().unwrap_or(FuncIndex::NONE)
    }

    /// A call of function `function` of the interface.
    pub fn call<'a, P, R>(&'a self, function: u32, params: P) -> Call<'a, R>
    where
        P: LowerParams + Send + Sync + 'a,
        R: Lift + Send + Sync + 'static,
    {
        let (provider, function) = (self.provider(), self.function(function));
        Call::new(
            provider,
            function,
            params,
            move |params, cx| invoke(provider, cx, function, params),
            move |params| {
                let arguments = (provider.clone(), encode_params(&params).map_err(CallError::from));
                owned(arguments, move |(provider, params), cx| async move {
                    let image = provider.call_by_host(None, &cx, function, params?).await?;
                    Ok(decode(image.as_bytes()).map_err(CallError::from)?)
                })
            },
        )
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.instance.fmt(f)
    }
}

/// Calls a function by the shortest way: Rust values go straight into a guest's memory, and by image to everything else.
async fn invoke<P, R>(provider: &Arc<Provider>, cx: CallCx<'_>, function: FuncIndex, params: P) -> CallResult<R>
where
    P: LowerParams + Send + Sync,
    R: Lift + Send + Sync + 'static,
{
    #[cfg(feature = "engine")]
    if let Kind::Guest(guest) = provider.kind()
        && guest.ceiling().is_none()
    {
        let mut watch = provider.observers().watch(&**provider, function, &cx);
        let call = pin!(guest.run::<_, _, { MAX_FLAT_PARAMS as usize }>(&cx, function, Params(params)));
        return see(&mut watch, call).await.map(|returned: Returned<R>| returned.value);
    }
    let params = encode_params(&params).map_err(CallError::from)?;
    // Boxed, so that the future of a call to a guest, which does not come here, stays small.
    let image = Box::pin(provider.call_by_host(None, &cx, function, params)).await?;
    Ok(decode(image.as_bytes()).map_err(CallError::from)?)
}
