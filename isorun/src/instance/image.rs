//! Calls by name, with values as images.

use std::sync::Arc;

use super::Instance;
use crate::call::Call;
use crate::call::work::{CallCx, owned};
use crate::error::call::{CallError, CallResult, Result};
use crate::image::Image;
use crate::image::check::check_params;
use crate::interface::exports::FuncIndex;
use crate::interface::function::Function;
use crate::provider::Provider;

impl Instance {
    /// Calls a function by name, with the [image](crate::image) of its parameters, and gives the image of its result: for programs
    /// that know types only at run time and pass more than [text](Instance::call) should carry, such as a relay or a test tool.
    ///
    /// A function is named as for [`call`](Instance::call). Its type is in [`exports`](Instance::exports);
    /// [`Value::encode_params`](crate::Value::encode_params) makes the image of parameters, [`Value::decode_result`](crate::Value::decode_result)
    /// reads that of a result, which is empty for a function without one.
    ///
    /// # Errors
    ///
    /// [`CallError::UnknownFunction`] and [`CallError::AmbiguousFunction`]; [`CallError::Malformed`] if the bytes are no image of the
    /// function's parameters, in which case nothing was called; and every error of a typed call.
    ///
    /// ```
    /// use isorun::{Runtime, Value};
    ///
    /// #[isorun::system("tests/wit/greeter.wit")]
    /// impl greeter::Greeter for Polite {
    ///     fn greet(&self, name: &str) -> String {
    ///         format!("good day, {name}")
    ///     }
    /// }
    ///
    /// struct Polite;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let runtime = Runtime::new()?;
    /// let polite = runtime.provide(Polite);
    /// let export = &polite.exports()[0];
    /// let greet = &export.interface().functions()[0];
    /// let params = Value::encode_params(greet, &["Ada".into()])?;
    /// let result = polite.call_image("greet", params).await?;
    /// assert_eq!(Value::decode_result(greet, result.as_bytes())?, Some("good day, Ada".into()));
    /// # Ok(()) }
    /// ```
    pub fn call_image<'a>(&'a self, function: &str, params: Image) -> Call<'a, Image> {
        let found = self.find(function);
        let index = found.as_ref().map_or(FuncIndex::NONE, |(index, _)| *index);
        let provider = self.provider();
        Call::new(
            provider,
            index,
            (found, params),
            move |arguments, cx| call(provider, cx, arguments),
            move |arguments| {
                owned((provider.clone(), arguments), |(provider, arguments), cx| async move {
                    call(&provider, cx, arguments).await
                })
            },
        )
    }
}

async fn call(
    provider: &Arc<Provider>,
    cx: CallCx<'_>,
    (found, params): (Result<(FuncIndex, Function)>, Image),
) -> CallResult<Image> {
    let (index, function) = found?;
    // Checked before the call, because a malformed image would otherwise stop the guest while it reads, and cost its store.
    check_params(&function, params.as_bytes(), provider.max_message()).await.map_err(CallError::from)?;
    provider.call_by_host(None, &cx, index, params).await
}
