//! Conversions of Rust values into run-time values.

use super::Value;

macro_rules! from {
    ($($rust:ty => $value:ident;)*) => {$(
        impl From<$rust> for Value {
            fn from(value: $rust) -> Value {
                Value::$value(value.into())
            }
        }
    )*};
}

from! {
    bool => Bool;
    i8 => S8;
    u8 => U8;
    i16 => S16;
    u16 => U16;
    i32 => S32;
    u32 => U32;
    i64 => S64;
    u64 => U64;
    f32 => F32;
    f64 => F64;
    char => Char;
    String => String;
    &str => String;
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Value {
        Value::List(items.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Value>, const N: usize> From<[T; N]> for Value {
    fn from(items: [T; N]) -> Value {
        Value::List(items.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        Value::option(value.map(Into::into))
    }
}

impl<T: Into<Value>, E: Into<Value>> From<Result<T, E>> for Value {
    fn from(value: Result<T, E>) -> Value {
        Value::result(value.map(|ok| Some(ok.into())).map_err(|err| Some(err.into())))
    }
}
