//! Values whose type is known only at run time.

mod convert;
mod function;
mod labels;
mod load;
pub(crate) mod mismatch;
mod store;
pub(crate) mod wave;

use labels::Labels;
use mismatch::EncodeError;

use super::Image;
use super::decode::Decoder;
use super::encode::Encoder;
use super::malformed::Malformed;
use crate::types::{Label, Type};

/// A value of any WIT type.
///
/// It is for tools, tests and scripts, which call interfaces that they were not compiled with. Each number in a list takes
/// 32 bytes, so use generated types for bulk data.
///
/// It displays as [WAVE], the text form of WIT values, and [`Value::from_wave`] reads that form back.
///
/// ```
/// use isorun::{Type, Value};
///
/// let ty = Type::record([("name", Type::String), ("sizes", Type::list(Type::U32))]);
/// let value = Value::from_wave(&ty, r#"{name: "disk", sizes: [1, 2]}"#)?;
/// assert_eq!(value, Value::record([("name", "disk".into()), ("sizes", vec![1u32, 2].into())]));
///
/// let image = value.encode(&ty)?;
/// assert_eq!(Value::decode(&ty, image.as_bytes())?.to_string(), r#"{name: "disk", sizes: [1, 2]}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [WAVE]: https://github.com/bytecodealliance/wasm-tools/tree/main/crates/wasm-wave
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum Value {
    /// `bool`
    Bool(bool),
    /// `s8`
    S8(i8),
    /// `u8`
    U8(u8),
    /// `s16`
    S16(i16),
    /// `u16`
    U16(u16),
    /// `s32`
    S32(i32),
    /// `u32`
    U32(u32),
    /// `s64`
    S64(i64),
    /// `u64`
    U64(u64),
    /// `f32`
    F32(f32),
    /// `f64`
    F64(f64),
    /// `char`
    Char(char),
    /// `string`
    String(String),
    /// `list<T>` and `list<T, N>`
    List(Vec<Value>),
    /// `map<K, V>`: its pairs in the order in which they were sent
    Map(Vec<(Value, Value)>),
    /// `record`: every field, in any order
    Record(Vec<(Label, Value)>),
    /// `tuple`
    Tuple(Vec<Value>),
    /// `variant`: a case and its payload
    Variant(Label, Option<Box<Value>>),
    /// `enum`: a case
    Enum(Label),
    /// `flags`: the labels that are set; in the order of their declaration if the value was decoded
    Flags(Vec<Label>),
    /// `option`
    Option(Option<Box<Value>>),
    /// `result`
    Result(Result<Option<Box<Value>>, Option<Box<Value>>>),
}

impl Value {
    /// Encodes the value as an image of type `ty`.
    ///
    /// # Errors
    ///
    /// [`EncodeError::Mismatch`] if the value is not of that type; [`EncodeError::TooLarge`] as for
    /// [`encode`](crate::image::encode).
    pub fn encode(&self, ty: &Type) -> Result<Image, EncodeError> {
        let mut encoder = Encoder::new(ty.layout())?;
        self.store(ty, &mut Labels::default(), &mut encoder, 0)?;
        Ok(encoder.finish())
    }

    /// Decodes `body`, the image of a value of type `ty`.
    ///
    /// # Errors
    ///
    /// [`Malformed`] as for [`decode`](crate::image::decode), and if the value has more than 2^24 parts, since each takes 32 bytes and more.
    pub fn decode(ty: &Type, body: &[u8]) -> Result<Value, Malformed> {
        let mut decoder = Decoder::new(body, ty.layout())?;
        let value = Value::load(ty, &mut decoder, 0)?;
        decoder.finish()?;
        Ok(value)
    }

    /// A record with these fields.
    pub fn record<L: Into<Label>>(fields: impl IntoIterator<Item = (L, Value)>) -> Value {
        Value::Record(fields.into_iter().map(|(label, value)| (label.into(), value)).collect())
    }

    /// A tuple with these members.
    pub fn tuple(members: impl IntoIterator<Item = Value>) -> Value {
        Value::Tuple(members.into_iter().collect())
    }

    /// This case of a variant.
    pub fn variant(case: impl Into<Label>, payload: Option<Value>) -> Value {
        Value::Variant(case.into(), payload.map(Box::new))
    }

    /// This case of an enum.
    pub fn enumeration(case: impl Into<Label>) -> Value {
        Value::Enum(case.into())
    }

    /// Flags of which these labels are set.
    pub fn flags<L: Into<Label>>(labels: impl IntoIterator<Item = L>) -> Value {
        Value::Flags(labels.into_iter().map(Into::into).collect())
    }

    /// An option: `some` of the payload, or `none`.
    pub fn option(payload: Option<Value>) -> Value {
        Value::Option(payload.map(Box::new))
    }

    /// A result: `ok` or `err`, each with or without a payload.
    pub fn result(result: Result<Option<Value>, Option<Value>>) -> Value {
        Value::Result(result.map(|ok| ok.map(Box::new)).map_err(|err| err.map(Box::new)))
    }

    /// The kind of this value, as an error message names it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Value::Bool(_) => "bool",
            Value::S8(_) => "s8",
            Value::U8(_) => "u8",
            Value::S16(_) => "s16",
            Value::U16(_) => "u16",
            Value::S32(_) => "s32",
            Value::U32(_) => "u32",
            Value::S64(_) => "s64",
            Value::U64(_) => "u64",
            Value::F32(_) => "f32",
            Value::F64(_) => "f64",
            Value::Char(_) => "char",
            Value::String(_) => "string",
            Value::List(_) => "list",
            Value::Map(_) => "map",
            Value::Record(_) => "record",
            Value::Tuple(_) => "tuple",
            Value::Variant(..) => "variant",
            Value::Enum(_) => "enum",
            Value::Flags(_) => "flags",
            Value::Option(_) => "option",
            Value::Result(_) => "result",
        }
    }
}

#[cfg(test)]
mod tests;
