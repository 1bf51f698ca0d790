//! Systems called by image.

use super::contract::{Functions, StaticInterface, System};
use crate::error::call::Result;
use crate::image::Image;
use crate::image::bytes::Reach;
use crate::image::codec::Lower;
use crate::image::decode::decode_params;
use crate::image::encode::encode;
use crate::image::params::LiftParams;
use crate::limits::cx::Cx;
use crate::provider::system::{BoxFuture, Handler};

/// How each function of a system is called by image, in the order of the interface.
pub(crate) fn handlers<I: StaticInterface, T: System<I>>() -> Vec<Handler<T>> {
    let mut handlers = Handlers(Vec::new());
    T::functions(&mut handlers);
    handlers.0
}

/// Makes one handler per function, in the interface's order.
struct Handlers<T>(Vec<Handler<T>>);

impl<T: Send + Sync + 'static> Functions<T> for Handlers<T> {
    fn sync<P, R, const N: usize, const M: usize>(
        &mut self,
        _: u32,
        call: impl Fn(&T, Reach<'_>, P) -> Result<R> + Copy + Send + Sync + 'static,
    ) where
        P: LiftParams + Send + Sync + 'static,
        R: Lower + Send + Sync + 'static,
    {
        self.0.push(Box::new(move |system, _, params| {
            let answer =
                || -> Result<Image> { Ok(encode(&call(system, Reach::none(), decode_params(params.as_bytes())?)?)?) };
            Box::pin(std::future::ready(answer()))
        }));
    }

    fn sync_cx<P, R, const N: usize, const M: usize>(
        &mut self,
        _: u32,
        call: impl Fn(&T, Reach<'_>, &Cx, P) -> Result<R> + Copy + Send + Sync + 'static,
    ) where
        P: LiftParams + Send + Sync + 'static,
        R: Lower + Send + Sync + 'static,
    {
        self.0.push(Box::new(move |system, cx, params| {
            let answer = || -> Result<Image> {
                Ok(encode(&call(system, Reach::none(), cx, decode_params(params.as_bytes())?)?)?)
            };
            Box::pin(std::future::ready(answer()))
        }));
    }

    fn asynchronous<P, R, const N: usize, const M: usize>(
        &mut self,
        _: u32,
        call: impl for<'a> Fn(&'a T, &'a Cx, P) -> BoxFuture<'a, Result<R>> + Copy + Send + Sync + 'static,
    ) where
        P: LiftParams + Send + Sync + 'static,
        R: Lower + Send + Sync + 'static,
    {
        self.0.push(Box::new(move |system, cx, params| {
            Box::pin(async move { Ok(encode(&call(system, cx, decode_params(params.as_bytes())?).await?)?) })
        }));
    }
}
