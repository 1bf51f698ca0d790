//! Values as text: WAVE, the text form of WIT values.
//!
//! `wasm-wave` parses the text into a tree, from which a value of the given type is read here. WAVE has no syntax for maps, so a
//! map is written as the list of pairs as which it is passed.

pub(crate) mod arguments;
pub(crate) mod error;
mod read;
pub(crate) mod trace;
mod write;

use error::WaveError;
use read::Reader;

use wasm_wave::untyped::{UntypedFuncCall, UntypedValue};

use super::Value;
use crate::interface::Interface;
use crate::interface::function::Function;
use crate::types::Type;

impl Value {
    /// Reads a value of type `ty` from text.
    ///
    /// ```
    /// use isorun::{Type, Value};
    ///
    /// let ty = Type::map(Type::String, Type::option(Type::F32));
    /// let value = Value::from_wave(&ty, r#"[("a", 1.5), ("b", none)]"#)?;
    /// assert_eq!(value.to_wave(), r#"[("a", some(1.5)), ("b", none)]"#);
    /// # Ok::<(), isorun::image::WaveError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`WaveError`] if this is not WAVE, or if the value is not of that type.
    pub fn from_wave(ty: &Type, text: &str) -> Result<Value, WaveError> {
        let parsed = UntypedValue::parse(text).map_err(|error| WaveError::syntax(text, &error))?;
        Reader::new(text).value(parsed.node(), ty)
    }

    /// Reads the parameters of a function from text: `("name", [1, 2])`, or `()` if it has none.
    ///
    /// Trailing parameters that are `option`s may be omitted; they are `none` then.
    ///
    /// # Errors
    ///
    /// [`WaveError`] if this is not WAVE, if there are more or fewer parameters than the function has, or if one is not of its type.
    pub fn params_from_wave(function: &Function, text: &str) -> Result<Vec<Value>, WaveError> {
        params(function, text, usize::MAX)
    }

    /// The value as text, on one line.
    pub fn to_wave(&self) -> String {
        self.to_string()
    }
}

/// The parameters of a function, from a text that may have records with so many fields together.
fn params(function: &Function, text: &str, fields: usize) -> Result<Vec<Value>, WaveError> {
    // WAVE has no empty tuple, so its parser would refuse this.
    if text.trim_start().strip_prefix('(').is_some_and(|rest| rest.trim() == ")") {
        return Reader::within(text, fields).params(None, function);
    }
    if text.trim().is_empty() {
        let help = match function.params() {
            [] => "write `()`: a call without arguments".into(),
            _ => format!("write them in parentheses: `{}` is `{function}`", function.name()),
        };
        return Err(WaveError::at(text, 0, "there is no text", help));
    }
    let parsed = UntypedValue::parse(text).map_err(|error| WaveError::syntax(text, &error))?;
    Reader::within(text, fields).params(Some(parsed.node()), function)
}

impl Interface {
    /// Reads a call of one of the functions from text: `get("name")`. Gives the position of the function in
    /// [`functions`](Interface::functions), and its parameters.
    ///
    /// # Errors
    ///
    /// [`WaveError`] if this is not WAVE, if there is no such function, or if the parameters do not fit.
    pub fn call_from_wave(&self, text: &str) -> Result<(u32, Vec<Value>), WaveError> {
        let call = UntypedFuncCall::parse(text).map_err(|error| WaveError::syntax(text, &error))?;
        let Some((position, function)) = self.function(call.name()) else {
            let message = format!("`{}` has no function `{}`", self.name(), call.name());
            return Err(WaveError::at(text, 0, message, "call a function of the interface"));
        };
        Ok((position, Reader::new(text).params(call.params_node(), function)?))
    }
}

#[cfg(test)]
mod tests;
