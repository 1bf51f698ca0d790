//! Calls by name, with values as text.

use std::sync::Arc;

use super::{Instance, labels};
use crate::call::Call;
use crate::call::work::{CallCx, owned};
use crate::error::call::{CallError, CallResult, Result};
use crate::image::value::mismatch::EncodeError;
use crate::image::value::wave;
use crate::image::value::wave::arguments::{NoArguments, copied};
use crate::image::value::wave::error::WaveError;
use crate::image::value::wave::trace::{NoText, result_text};
use crate::interface::exports::FuncIndex;
use crate::interface::function::Function;
use crate::limits::limit::{Amount, Exhausted, Limit, Scope};
use crate::observe::Callee;
use crate::provider::Provider;

impl Instance {
    /// Calls a function by name, with arguments and result as [WAVE] text: for tools and tests. The result of a function that has none is
    /// the empty text.
    ///
    /// `function` is `namespace:package/interface@version#function`, or any end of it that is unique: `kv#get`, `get`; a function that the
    /// app's world exports at its root is named as it is: `main`. `arguments` are the values in parentheses: `("name", [1, 2, 3])`.
    ///
    /// The text of the arguments has at most 512 KiB and 50 000 parts, such as numbers and brackets, and the records in it at most 50 000 fields;
    /// [`call_image`](Instance::call_image) takes more. The text of the result has at most [`max_message`](crate::RuntimeBuilder::max_message) bytes. Where it would have more the call ends with
    /// [`CallError::OutOfBudget`], and the instance lives, since it has ended by then. Text is written in steps, between which other tasks run and
    /// the deadline is looked at.
    ///
    /// # Errors
    ///
    /// [`CallError::UnknownFunction`], [`CallError::AmbiguousFunction`] and [`CallError::Arguments`], and all that a typed call gives.
    ///
    /// [WAVE]: https://github.com/bytecodealliance/wasm-tools/tree/main/crates/wasm-wave
    ///
    /// ```no_run
    /// # async fn example(kv: isorun::Instance) -> isorun::Result<()> {
    /// let answer = kv.call("get", r#"("name")"#).await?;
    /// # Ok(()) }
    /// ```
    pub fn call<'a>(&'a self, function: &str, arguments: &str) -> Call<'a, String> {
        let (found, name, text) = (self.find(function), Arc::<str>::from(function), copied(arguments));
        let index = found.as_ref().map_or(FuncIndex::NONE, |(index, _)| *index);
        let provider = self.provider();
        Call::new(
            provider,
            index,
            Arguments { found, name, text },
            move |arguments, cx| call(provider, cx, arguments),
            move |arguments| {
                owned((provider.clone(), arguments), |(provider, arguments), cx| async move {
                    call(&provider, cx, arguments).await
                })
            },
        )
    }

    /// The one function of this name.
    pub(super) fn find(&self, name: &str) -> Result<(FuncIndex, Function)> {
        let exports = self.provider().exports();
        // What a narrowed handle reaches is not put together for the sake of one function.
        let found: Vec<_> = exports.named(name).filter(|(index, ..)| self.reaches(*index)).collect();
        let (instance, function) = (self.provider().name().clone(), name.into());
        match found[..] {
            [(index, _, found)] => Ok((index, found.clone())),
            [] => Err(CallError::UnknownFunction { instance, function, available: labels(self.reached().all()) }),
            _ => Err(CallError::AmbiguousFunction { instance, function, candidates: labels(found) }),
        }
    }
}

/// A function that was looked up by a name, and the text of its arguments.
struct Arguments {
    found: Result<(FuncIndex, Function)>,
    name: Arc<str>,
    text: std::result::Result<String, WaveError>,
}

async fn call(provider: &Arc<Provider>, cx: CallCx<'_>, arguments: Arguments) -> CallResult<String> {
    let Arguments { found, name, text } = arguments;
    let (index, function) = found?;
    let limit = provider.max_message();
    let params = match text {
        Ok(text) => wave::arguments::arguments(&function, &text, limit).await,
        Err(error) => Err(NoArguments::Text(error)),
    };
    let params = params.map_err(|error| wrong_arguments(name, &function, error))?;
    let image = provider.call_by_host(None, &cx, index, params).await?;
    let text = result_text(&function, image.as_bytes(), limit).await;
    Ok(text.map_err(|error| match error {
        NoText::Malformed(error) => error.into(),
        NoText::TooLong => {
            let amount = Amount::Bytes(limit as u64);
            let met = Exhausted { limit: Limit::Message, amount, used: amount, scope: Scope::Call };
            CallError::met(met, provider.name().clone(), provider.label(index))
        }
    })?)
}

/// The error for arguments that were not read, or do not fit the function that was called by this name.
fn wrong_arguments(name: Arc<str>, function: &Function, error: NoArguments) -> CallError {
    let (message, help) = match error {
        NoArguments::Text(WaveError { line, column, message, help }) => {
            // The message shows the signature already.
            let help = match help.ends_with(&format!("`{function}`")) {
                true => "write one value for each parameter, in parentheses".into(),
                false => help,
            };
            (format!("{message}, at {line}:{column}"), help)
        }
        NoArguments::Values(EncodeError::Mismatch(error)) => {
            (error.headline(), "give a value of the expected type".into())
        }
        NoArguments::Values(EncodeError::TooLarge(error)) => return error.into(),
    };
    let signature = function.to_string().into();
    CallError::Arguments { function: name, signature, message: message.into(), help: help.into() }
}
