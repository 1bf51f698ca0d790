//! The codec of numbers, `bool` and `char`.

use super::codec::{Lift, Lower, Shape};
use super::malformed::Rule;
use super::medium::{Sink, Source};
use crate::types::Type;
use crate::types::layout::Layout;

/// Implements the codec of integers. Every bit pattern is a value, so a list of them is copied as a whole.
///
/// `$core` are the casts that lead to the bits of the core value; a signed integer is sign-extended to 32 bits.
macro_rules! integers {
    ($($integer:ident $ty:ident as $($core:ident)+;)*) => {$(
        impl Shape for $integer {
            const LAYOUT: Layout = Layout::scalar(size_of::<$integer>() as u32);

            fn ty() -> Type {
                Type::$ty
            }
        }

        impl Lower for $integer {
            #[inline]
            fn store<S: Sink>(&self, sink: &mut S, at: usize) -> Result<(), S::Error> {
                sink.write(at, &self.to_le_bytes())
            }

            #[inline]
            fn lower_flat<S: Sink>(&self, _: &mut S, flat: &mut [u64]) -> Result<(), S::Error> {
                flat[0] = *self $(as $core)+;
                Ok(())
            }

            fn store_list<S: Sink>(items: &[Self], sink: &mut S, at: usize) -> Result<(), S::Error> {
                if !S::KEEPS {
                    return Ok(());
                }
                let bytes = sink.slice_mut(at, size_of_val(items))?;
                for (slot, item) in bytes.as_chunks_mut().0.iter_mut().zip(items) {
                    *slot = item.to_le_bytes();
                }
                Ok(())
            }
        }

        impl Lift for $integer {
            #[inline]
            fn load<S: Source>(source: &mut S, at: usize) -> Result<Self, S::Error> {
                Ok($integer::from_le_bytes(source.bytes(at)?))
            }

            #[inline]
            fn lift_flat<S: Source>(_: &mut S, flat: &[u64]) -> Result<Self, S::Error> {
                Ok(flat[0] as $integer)
            }

            fn load_list<S: Source>(source: &mut S, at: usize, length: usize) -> Result<Vec<Self>, S::Error> {
                let bytes = source.slice(at, length * size_of::<$integer>())?;
                Ok(bytes.as_chunks().0.iter().map(|slot| $integer::from_le_bytes(*slot)).collect())
            }
        }
    )*};
}

integers! {
    u8 U8 as u64;
    u16 U16 as u64;
    u32 U32 as u64;
    u64 U64 as u64;
    i8 S8 as i32 u32 u64;
    i16 S16 as i32 u32 u64;
    i32 S32 as u32 u64;
    i64 S64 as u64;
}

/// Floats: an image holds one NaN only, so a list of them is scanned as well.
macro_rules! floats {
    ($($float:ident $ty:ident $bits:ident $nan:literal;)*) => {$(
        impl Shape for $float {
            const LAYOUT: Layout = Layout::scalar(size_of::<$float>() as u32);

            fn ty() -> Type {
                Type::$ty
            }
        }

        impl Lower for $float {
            #[inline]
            fn store<S: Sink>(&self, sink: &mut S, at: usize) -> Result<(), S::Error> {
                let bits: $bits = if S::STRICT && self.is_nan() { $nan } else { self.to_bits() };
                sink.write(at, &bits.to_le_bytes())
            }

            #[inline]
            fn lower_flat<S: Sink>(&self, _: &mut S, flat: &mut [u64]) -> Result<(), S::Error> {
                flat[0] = u64::from(if S::STRICT && self.is_nan() { $nan } else { self.to_bits() });
                Ok(())
            }

            fn store_list<S: Sink>(items: &[Self], sink: &mut S, at: usize) -> Result<(), S::Error> {
                if !S::KEEPS {
                    return Ok(());
                }
                let bytes = sink.slice_mut(at, size_of_val(items))?;
                for (slot, item) in bytes.as_chunks_mut().0.iter_mut().zip(items) {
                    let bits: $bits = if S::STRICT && item.is_nan() { $nan } else { item.to_bits() };
                    *slot = bits.to_le_bytes();
                }
                Ok(())
            }
        }

        impl Lift for $float {
            #[inline]
            fn load<S: Source>(source: &mut S, at: usize) -> Result<Self, S::Error> {
                let bits = $bits::from_le_bytes(source.bytes(at)?);
                let float = $float::from_bits(bits);
                if S::STRICT && float.is_nan() && bits != $nan {
                    return Err(source.malformed(Rule::Nan, at));
                }
                Ok(float)
            }

            #[inline]
            fn lift_flat<S: Source>(_: &mut S, flat: &[u64]) -> Result<Self, S::Error> {
                Ok($float::from_bits(flat[0] as $bits))
            }

            fn load_list<S: Source>(source: &mut S, at: usize, length: usize) -> Result<Vec<Self>, S::Error> {
                let slots = source.slice(at, length * size_of::<$float>())?.as_chunks().0;
                let odd = |slot: &[u8; size_of::<$float>()]| {
                    let bits = $bits::from_le_bytes(*slot);
                    $float::from_bits(bits).is_nan() && bits != $nan
                };
                if S::STRICT && let Some(index) = first(slots, odd) {
                    return Err(source.malformed(Rule::Nan, at + index * size_of::<$float>()));
                }
                Ok(slots.iter().map(|slot| $float::from_le_bytes(*slot)).collect())
            }
        }
    )*};
}

floats! {
    f32 F32 u32 0x7fc0_0000;
    f64 F64 u64 0x7ff8_0000_0000_0000;
}

impl Shape for bool {
    const LAYOUT: Layout = Layout::scalar(1);

    fn ty() -> Type {
        Type::Bool
    }
}

impl Lower for bool {
    #[inline]
    fn store<S: Sink>(&self, sink: &mut S, at: usize) -> Result<(), S::Error> {
        sink.write(at, &[u8::from(*self)])
    }

    #[inline]
    fn lower_flat<S: Sink>(&self, _: &mut S, flat: &mut [u64]) -> Result<(), S::Error> {
        flat[0] = u64::from(*self);
        Ok(())
    }

    fn store_list<S: Sink>(items: &[Self], sink: &mut S, at: usize) -> Result<(), S::Error> {
        if !S::KEEPS {
            return Ok(());
        }
        for (byte, item) in sink.slice_mut(at, items.len())?.iter_mut().zip(items) {
            *byte = u8::from(*item);
        }
        Ok(())
    }
}

impl Lift for bool {
    #[inline]
    fn load<S: Source>(source: &mut S, at: usize) -> Result<Self, S::Error> {
        let [byte] = source.bytes(at)?;
        if S::STRICT && byte > 1 { Err(source.malformed(Rule::Bool, at)) } else { Ok(byte != 0) }
    }

    #[inline]
    fn lift_flat<S: Source>(_: &mut S, flat: &[u64]) -> Result<Self, S::Error> {
        Ok(flat[0] as u32 != 0)
    }

    fn load_list<S: Source>(source: &mut S, at: usize, length: usize) -> Result<Vec<Self>, S::Error> {
        let bytes = source.slice(at, length)?;
        if S::STRICT
            && let Some(index) = first(bytes, |byte| *byte > 1)
        {
            return Err(source.malformed(Rule::Bool, at + index));
        }
        Ok(bytes.iter().map(|byte| *byte != 0).collect())
    }
}

impl Shape for char {
    const LAYOUT: Layout = Layout::scalar(4);

    fn ty() -> Type {
        Type::Char
    }
}

impl Lower for char {
    #[inline]
    fn store<S: Sink>(&self, sink: &mut S, at: usize) -> Result<(), S::Error> {
        u32::from(*self).store(sink, at)
    }

    #[inline]
    fn lower_flat<S: Sink>(&self, sink: &mut S, flat: &mut [u64]) -> Result<(), S::Error> {
        u32::from(*self).lower_flat(sink, flat)
    }

    fn store_list<S: Sink>(items: &[Self], sink: &mut S, at: usize) -> Result<(), S::Error> {
        if !S::KEEPS {
            return Ok(());
        }
        let bytes = sink.slice_mut(at, size_of_val(items))?;
        for (slot, item) in bytes.as_chunks_mut().0.iter_mut().zip(items) {
            *slot = u32::from(*item).to_le_bytes();
        }
        Ok(())
    }
}

impl Lift for char {
    #[inline]
    fn load<S: Source>(source: &mut S, at: usize) -> Result<Self, S::Error> {
        let number = u32::load(source, at)?;
        char::from_u32(number).ok_or_else(|| source.malformed(Rule::Char, at))
    }

    #[inline]
    fn lift_flat<S: Source>(source: &mut S, flat: &[u64]) -> Result<Self, S::Error> {
        char::from_u32(flat[0] as u32).ok_or_else(|| source.malformed(Rule::Char, 0))
    }

    fn load_list<S: Source>(source: &mut S, at: usize, length: usize) -> Result<Vec<Self>, S::Error> {
        let slots = source.slice(at, length * 4)?.as_chunks().0;
        let odd = |slot: &[u8; 4]| char::from_u32(u32::from_le_bytes(*slot)).is_none();
        if let Some(index) = first(slots, odd) {
            return Err(source.malformed(Rule::Char, at + index * 4));
        }
        Ok(slots.iter().map(|slot| char::from_u32(u32::from_le_bytes(*slot)).unwrap_or_default()).collect())
    }
}

/// The position of the first item that is odd. Almost always none is, so all are checked without stopping first, which is ten times as
/// fast as stopping at the first one.
fn first<T>(items: &[T], odd: impl Fn(&T) -> bool) -> Option<usize> {
    let any = items.iter().fold(0, |any, item| any | u8::from(odd(item)));
    if any != 0 { items.iter().position(odd) } else { None }
}
