//! Reading the arguments of a call from a text that a stranger may have written.
//!
//! The text is parsed, read and encoded in one go each, so what these take is bounded before. Other tasks run in between.

use wasm_wave::lex::Lexer;

use super::error::WaveError;
use super::params;
use crate::image::Image;
use crate::image::value::Value;
use crate::image::value::mismatch::EncodeError;
use crate::interface::function::Function;

/// The most bytes of a text.
const MAX_TEXT: usize = 512 << 10;

/// The most parts of a text: numbers, names, brackets, commas, lines, and characters that are escaped. Measured in a release build, so many take
/// some 0.1 ms to count, 1.3 ms to parse and read, and 0.1 ms to encode.
const MAX_PARTS: usize = 50_000;

/// The most fields that the records in a text have together, be they given or omitted.
const MAX_FIELDS: usize = 50_000;

/// Why a text gives no arguments.
pub(crate) enum NoArguments {
    /// It is not read, or does not fit.
    Text(WaveError),
    /// The values do not fit, or are too large together.
    Values(EncodeError),
}

/// Reads the arguments of `function` from a [copied] text into an image of at most `limit` bytes. Can be dropped at any time.
pub(crate) async fn arguments(function: &Function, text: &str, limit: usize) -> Result<Image, NoArguments> {
    check(text).map_err(NoArguments::Text)?;
    let values = params(function, text, MAX_FIELDS).map_err(NoArguments::Text)?;
    if text.len() > A_LITTLE {
        crate::give_way::give_way().await;
    }
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    let image = Value::encode_params_within(function, &values, limit).map_err(NoArguments::Values)?;
    drop(values);
    if text.len() > A_LITTLE {
        crate::give_way::give_way().await;
    }
    Ok(image)
}

/// A text of so many bytes takes a few tens of microseconds.
const A_LITTLE: usize = 1024;

/// A copy of a text, unless it has too many bytes.
pub(crate) fn copied(text: &str) -> Result<String, WaveError> {
    match text.len() <= MAX_TEXT {
        true => Ok(text.to_owned()),
        false => Err(too_much(format!("the text has {} bytes, more than {MAX_TEXT}", text.len()))),
    }
}

/// Refuses a text that has too many parts, before anything is made of them.
fn check(text: &str) -> Result<(), WaveError> {
    let escapes = text.bytes().filter(|byte| matches!(byte, b'\\' | b'\n')).count();
    if escapes > MAX_PARTS || Lexer::new(text).nth(MAX_PARTS - escapes).is_some() {
        return Err(too_much(format!("the text has more than {MAX_PARTS} parts")));
    }
    Ok(())
}

fn too_much(message: String) -> WaveError {
    WaveError::at("", 0, message, "pass the values as an image, with `call_image`")
}
