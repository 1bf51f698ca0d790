//! The parameters and the result of a function whose types are known only at run time.

use super::Value;
use super::labels::Labels;
use super::load::load_row;
use super::mismatch::{EncodeError, Mismatch};
use super::store::store_field;
use crate::image::Image;
use crate::image::decode::{Decoder, decode};
use crate::image::encode::Encoder;
use crate::image::malformed::Malformed;
use crate::image::params::Row;
use crate::interface::function::Function;

impl Value {
    /// Encodes the parameters of a function as an image.
    ///
    /// # Errors
    ///
    /// [`EncodeError::Mismatch`] if there are more or fewer than the function has, or if one is not of its type;
    /// [`EncodeError::TooLarge`] as for [`encode`](crate::image::encode).
    pub fn encode_params(function: &Function, params: &[Value]) -> Result<Image, EncodeError> {
        Value::encode_params_within(function, params, u32::MAX)
    }

    /// The same for an image of at most `limit` bytes.
    pub(crate) fn encode_params_within(
        function: &Function,
        params: &[Value],
        limit: u32,
    ) -> Result<Image, EncodeError> {
        if params.len() != function.params().len() {
            return Err(Mismatch::arguments(function, params.len()).into());
        }
        let mut encoder = Encoder::within(function.params_layout(), limit)?;
        let (mut row, mut labels) = (Row::new(0), Labels::default());
        for (value, param) in params.iter().zip(function.params()) {
            store_field(value, &param.ty, &mut labels, &mut encoder, &mut row, || format!(" of `{}`", param.label))?;
        }
        Ok(encoder.finish())
    }

    /// Decodes `body`, the image of the parameters of a function.
    ///
    /// # Errors
    ///
    /// [`Malformed`] as for [`decode_params`](crate::image::decode_params), and if the parameters have more than 2^24 parts.
    pub fn decode_params(function: &Function, body: &[u8]) -> Result<Vec<Value>, Malformed> {
        let layout = function.params_layout();
        let mut decoder = Decoder::new(body, layout)?;
        let params = load_row(function.params().iter().map(|param| &param.ty), layout, &mut decoder, 0)?;
        decoder.finish()?;
        Ok(params)
    }

    /// Encodes the result of a function as an image. `result` must be `None` if the function has none.
    ///
    /// # Errors
    ///
    /// [`EncodeError::Mismatch`] if the result is not of the function's type; [`EncodeError::TooLarge`] as for
    /// [`encode`](crate::image::encode).
    pub fn encode_result(function: &Function, result: Option<&Value>) -> Result<Image, EncodeError> {
        match (result, function.result()) {
            (Some(value), Some(ty)) => value.encode(ty),
            (None, None) => Ok(Image::default()),
            (found, _) => Err(Mismatch::result(function, found).into()),
        }
    }

    /// Decodes `body`, the image of the result of a function; gives `None` if the function has no result.
    ///
    /// # Errors
    ///
    /// [`Malformed`] as for [`Value::decode`].
    pub fn decode_result(function: &Function, body: &[u8]) -> Result<Option<Value>, Malformed> {
        match function.result() {
            Some(ty) => Value::decode(ty, body).map(Some),
            None => decode::<()>(body).map(|()| None),
        }
    }
}
