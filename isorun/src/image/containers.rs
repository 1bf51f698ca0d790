//! The codec of strings, lists, options, results and tuples, and of references to them.

use super::bytes::Bytes;
use super::codec::{Cases, Lift, Lower, Shape, lift_case, load_case, lower_case, store_case};
use super::malformed::Rule;
use super::medium::{Sink, Source};
use super::params::{LiftParams, LowerParams, Params};
use crate::types::Type;
use crate::types::layout::Layout;

/// The layout of a type where WIT requires one. `()` is refused, because it stands for the absence of a value.
///
/// It is only evaluated in constants, so the panic is a compile error.
pub(super) const fn required<T: Shape>() -> Layout {
    assert!(T::LAYOUT.size > 0, "`()` and `[T; 0]` have no WIT type: they cannot be an element or an `option`");
    T::LAYOUT
}

/// Writes a pointer and a length.
#[inline]
pub(crate) fn store_pointer<S: Sink>(sink: &mut S, at: usize, pointer: u32, length: u32) -> Result<(), S::Error> {
    let mut bytes = [0; 8];
    bytes[..4].copy_from_slice(&pointer.to_le_bytes());
    bytes[4..].copy_from_slice(&length.to_le_bytes());
    sink.write(at, &bytes)
}

/// Reads a pointer and a length.
#[inline]
pub(crate) fn load_pointer<S: Source>(source: &mut S, at: usize) -> Result<(u32, u32), S::Error> {
    Ok((u32::load(source, at)?, u32::load(source, at + 4)?))
}

/// Allocates the block of a list, writes its pointer and length at `at`, and gives the index for the elements.
pub(super) fn store_block<S: Sink>(sink: &mut S, at: usize, length: usize, element: Layout) -> Result<usize, S::Error> {
    let (pointer, block) = sink.block(length, element)?;
    // The block was allocated, so the length is below 2^28 and fits in 32 bits.
    store_pointer(sink, at, pointer, length as u32)?;
    Ok(block)
}

impl Shape for str {
    const LAYOUT: Layout = Layout::POINTER;

    fn ty() -> Type {
        Type::String
    }
}

impl Lower for str {
    fn store<S: Sink>(&self, sink: &mut S, at: usize) -> Result<(), S::Error> {
        let (pointer, length) = sink.string(self)?;
        store_pointer(sink, at, pointer, length)
    }

    fn lower_flat<S: Sink>(&self, sink: &mut S, flat: &mut [u64]) -> Result<(), S::Error> {
        let (pointer, length) = sink.string(self)?;
        (flat[0], flat[1]) = (u64::from(pointer), u64::from(length));
        Ok(())
    }
}

impl Lift for String {
    fn load<S: Source>(source: &mut S, at: usize) -> Result<Self, S::Error> {
        let (pointer, length) = load_pointer(source, at)?;
        source.string(pointer, length)
    }

    fn lift_flat<S: Source>(source: &mut S, flat: &[u64]) -> Result<Self, S::Error> {
        source.string(flat[0] as u32, flat[1] as u32)
    }
}

impl<T: Shape> Shape for [T] {
    const LAYOUT: Layout = {
        required::<T>();
        Layout::POINTER
    };

    fn ty() -> Type {
        Type::list(T::ty())
    }
}

impl<T: Lower> Lower for [T] {
    fn store<S: Sink>(&self, sink: &mut S, at: usize) -> Result<(), S::Error> {
        let block = store_block(sink, at, self.len(), T::LAYOUT)?;
        T::store_list(self, sink, block)
    }

    fn lower_flat<S: Sink>(&self, sink: &mut S, flat: &mut [u64]) -> Result<(), S::Error> {
        let (pointer, block) = sink.block(self.len(), T::LAYOUT)?;
        (flat[0], flat[1]) = (u64::from(pointer), self.len() as u64);
        T::store_list(self, sink, block)
    }
}

impl<T: Lift> Lift for Vec<T> {
    fn load<S: Source>(source: &mut S, at: usize) -> Result<Self, S::Error> {
        let (pointer, length) = load_pointer(source, at)?;
        let block = source.block(pointer, length, T::LAYOUT)?;
        T::load_list(source, block, length as usize)
    }

    fn lift_flat<S: Source>(source: &mut S, flat: &[u64]) -> Result<Self, S::Error> {
        let block = source.block(flat[0] as u32, flat[1] as u32, T::LAYOUT)?;
        T::load_list(source, block, flat[1] as u32 as usize)
    }
}

/// A `list<u8>` for a method that only reads it.
impl Shape for Bytes {
    const LAYOUT: Layout = Layout::POINTER;

    fn ty() -> Type {
        Type::list(Type::U8)
    }
}

impl Lift for Bytes {
    fn load<S: Source>(source: &mut S, at: usize) -> Result<Self, S::Error> {
        let (pointer, length) = load_pointer(source, at)?;
        source.bytes_in_place(pointer, length)
    }

    fn lift_flat<S: Source>(source: &mut S, flat: &[u64]) -> Result<Self, S::Error> {
        source.bytes_in_place(flat[0] as u32, flat[1] as u32)
    }
}

/// `list<T, N>`: the elements lie in place.
impl<T: Shape, const N: usize> Shape for [T; N] {
    const LAYOUT: Layout = required::<T>().repeat(N as u32);

    fn ty() -> Type {
        Type::fixed_list(T::ty(), N as u32)
    }
}

impl<T: Lower, const N: usize> Lower for [T; N] {
    fn store<S: Sink>(&self, sink: &mut S, at: usize) -> Result<(), S::Error> {
        T::store_list(self, sink, at)
    }

    fn lower_flat<S: Sink>(&self, sink: &mut S, flat: &mut [u64]) -> Result<(), S::Error> {
        for (item, slots) in self.iter().zip(flat.chunks_mut(T::LAYOUT.flat as usize)) {
            item.lower_flat(sink, slots)?;
        }
        Ok(())
    }
}

impl<T: Lift, const N: usize> Lift for [T; N] {
    fn load<S: Source>(source: &mut S, at: usize) -> Result<Self, S::Error> {
        let items = T::load_list(source, at, N)?;
        items.try_into().map_err(|_| source.malformed(Rule::Truncated, at))
    }

    fn lift_flat<S: Source>(source: &mut S, flat: &[u64]) -> Result<Self, S::Error> {
        let slots = flat.chunks(T::LAYOUT.flat as usize).take(N);
        let items = slots.map(|slots| T::lift_flat(source, slots)).collect::<Result<Vec<T>, _>>()?;
        items.try_into().map_err(|_| source.malformed(Rule::Truncated, 0))
    }
}

impl<T: Shape> Shape for Option<T> {
    const LAYOUT: Layout = Self::CASES.layout;

    fn ty() -> Type {
        Type::option(T::ty())
    }
}

/// The cases of a type that Rust knows as an enum and WIT as a variant.
trait HasCases {
    const CASES: Cases<2>;
}

impl<T: Shape> HasCases for Option<T> {
    const CASES: Cases<2> = Cases::new([None, Some(required::<T>())]);
}

impl<T: Lower> Lower for Option<T> {
    fn store<S: Sink>(&self, sink: &mut S, at: usize) -> Result<(), S::Error> {
        match self {
            None => store_case(sink, at, &Self::CASES, 0, &()),
            Some(value) => store_case(sink, at, &Self::CASES, 1, value),
        }
    }

    fn lower_flat<S: Sink>(&self, sink: &mut S, flat: &mut [u64]) -> Result<(), S::Error> {
        match self {
            None => lower_case(sink, flat, 0, &()),
            Some(value) => lower_case(sink, flat, 1, value),
        }
    }
}

impl<T: Lift> Lift for Option<T> {
    fn load<S: Source>(source: &mut S, at: usize) -> Result<Self, S::Error> {
        match load_case(source, at, &Self::CASES)? {
            (0, _) => Ok(None),
            (_, at) => Ok(Some(T::load(source, at)?)),
        }
    }

    fn lift_flat<S: Source>(source: &mut S, flat: &[u64]) -> Result<Self, S::Error> {
        match lift_case(source, flat, &Self::CASES)? {
            (0, _) => Ok(None),
            (_, flat) => Ok(Some(T::lift_flat(source, flat)?)),
        }
    }
}

impl<T: Shape, E: Shape> Shape for Result<T, E> {
    const LAYOUT: Layout = Self::CASES.layout;

    fn ty() -> Type {
        Type::result(payload::<T>(), payload::<E>())
    }
}

/// The type of a payload; `None` for `()`, which means that there is none.
fn payload<T: Shape>() -> Option<Type> {
    (T::LAYOUT.size > 0).then(T::ty)
}

impl<T: Shape, E: Shape> HasCases for Result<T, E> {
    const CASES: Cases<2> = Cases::new([Some(T::LAYOUT), Some(E::LAYOUT)]);
}

impl<T: Lower, E: Lower> Lower for Result<T, E> {
    fn store<S: Sink>(&self, sink: &mut S, at: usize) -> Result<(), S::Error> {
        match self {
            Ok(value) => store_case(sink, at, &Self::CASES, 0, value),
            Err(error) => store_case(sink, at, &Self::CASES, 1, error),
        }
    }

    fn lower_flat<S: Sink>(&self, sink: &mut S, flat: &mut [u64]) -> Result<(), S::Error> {
        match self {
            Ok(value) => lower_case(sink, flat, 0, value),
            Err(error) => lower_case(sink, flat, 1, error),
        }
    }
}

impl<T: Lift, E: Lift> Lift for Result<T, E> {
    fn load<S: Source>(source: &mut S, at: usize) -> Result<Self, S::Error> {
        match load_case(source, at, &Self::CASES)? {
            (0, at) => Ok(Ok(T::load(source, at)?)),
            (_, at) => Ok(Err(E::load(source, at)?)),
        }
    }

    fn lift_flat<S: Source>(source: &mut S, flat: &[u64]) -> Result<Self, S::Error> {
        match lift_case(source, flat, &Self::CASES)? {
            (0, flat) => Ok(Ok(T::lift_flat(source, flat)?)),
            (_, flat) => Ok(Err(E::lift_flat(source, flat)?)),
        }
    }
}

/// The absence of a value: no result, or no payload. WIT has no type for it, so its type is an empty tuple, which [`Type::check`] refuses.
impl Shape for () {
    const LAYOUT: Layout = Layout::EMPTY;

    fn ty() -> Type {
        Type::tuple([])
    }
}

impl Lower for () {
    fn store<S: Sink>(&self, _: &mut S, _: usize) -> Result<(), S::Error> {
        Ok(())
    }

    fn lower_flat<S: Sink>(&self, _: &mut S, _: &mut [u64]) -> Result<(), S::Error> {
        Ok(())
    }
}

impl Lift for () {
    fn load<S: Source>(_: &mut S, _: usize) -> Result<Self, S::Error> {
        Ok(())
    }

    fn lift_flat<S: Source>(_: &mut S, _: &[u64]) -> Result<Self, S::Error> {
        Ok(())
    }
}

/// Implements writing for types that refer to another type or wrap it, and are written as that one.
macro_rules! written_as {
    ($([$($generics:tt)*] $outer:ty as $inner:ty;)*) => {$(
        impl<$($generics)*> Shape for $outer where $inner: Shape {
            const LAYOUT: Layout = <$inner as Shape>::LAYOUT;

            fn ty() -> Type {
                <$inner as Shape>::ty()
            }
        }

        impl<$($generics)*> Lower for $outer where $inner: Lower {
            #[inline]
            fn store<S: Sink>(&self, sink: &mut S, at: usize) -> Result<(), S::Error> {
                <$inner as Lower>::store(self, sink, at)
            }

            #[inline]
            fn lower_flat<S: Sink>(&self, sink: &mut S, flat: &mut [u64]) -> Result<(), S::Error> {
                <$inner as Lower>::lower_flat(self, sink, flat)
            }
        }
    )*};
}

written_as! {
    [] String as str;
    [T] Vec<T> as [T];
    [T: ?Sized] &T as T;
}

/// The cons list of the given identifiers, which can be used as a type, a pattern or an expression.
macro_rules! cons {
    () => { () };
    ($head:ident $($tail:ident)*) => { ($head, cons!($($tail)*)) };
}

/// Implements the codec of tuples of every length up to that of the given list, as the cons lists of their members.
macro_rules! tuples {
    () => {};
    ($head:ident $($tail:ident)*) => {
        impl<$head: Shape, $($tail: Shape),*> Shape for ($head, $($tail,)*) {
            const LAYOUT: Layout = <cons!($head $($tail)*) as Params>::LAYOUT;

            fn ty() -> Type {
                Type::tuple([$head::ty(), $($tail::ty()),*])
            }
        }

        #[allow(non_snake_case, reason = "a member is named like its type")]
        impl<$head: Lower, $($tail: Lower),*> Lower for ($head, $($tail,)*) {
            fn store<S: Sink>(&self, sink: &mut S, at: usize) -> Result<(), S::Error> {
                let ($head, $($tail,)*) = self;
                LowerParams::store(&cons!($head $($tail)*), sink, at)
            }

            fn lower_flat<S: Sink>(&self, sink: &mut S, flat: &mut [u64]) -> Result<(), S::Error> {
                let ($head, $($tail,)*) = self;
                LowerParams::lower_flat(&cons!($head $($tail)*), sink, flat)
            }
        }

        #[allow(non_snake_case, reason = "a member is named like its type")]
        impl<$head: Lift, $($tail: Lift),*> Lift for ($head, $($tail,)*) {
            fn load<S: Source>(source: &mut S, at: usize) -> Result<Self, S::Error> {
                let cons!($head $($tail)*) = LiftParams::load(source, at)?;
                Ok(($head, $($tail,)*))
            }

            fn lift_flat<S: Source>(source: &mut S, flat: &[u64]) -> Result<Self, S::Error> {
                let cons!($head $($tail)*) = LiftParams::lift_flat(source, flat)?;
                Ok(($head, $($tail,)*))
            }
        }

        tuples!($($tail)*);
    };
}

tuples!(A B C D E F G H I J K L M N O P);
