//! What the code that the attributes generate is made of: one macro call for each type, interface and caller.
//!
//! An attribute writes the items that users see and document: types, trait, methods. What follows from them, the codec of a type above
//! all, is written once, here, and each call passes what differs. The calls are emitted by `isorun-macros/src/emit/`, and their form may
//! change with every version, as that of everything in [`__private`](crate::__private) may. `codec/tests.rs` has the same impls in full.

use std::fmt;

use super::codec::Shape;
use super::params::Params;
use crate::types::{Layout, Type};

/// A cons list of WIT types that can be listed at run time.
pub trait Types: Params {
    /// Adds the types to those of the fields before.
    fn push(types: &mut Vec<Type>);
}

impl Types for () {
    fn push(_: &mut Vec<Type>) {}
}

impl<H: Shape, T: Types> Types for (H, T) {
    fn push(types: &mut Vec<Type>) {
        types.push(H::ty());
        T::push(types);
    }
}

/// The type of a record with the fields `F`.
pub fn record_type<F: Types, const N: usize>(labels: [&str; N]) -> Type {
    let mut types = Vec::with_capacity(N);
    F::push(&mut types);
    Type::record(labels.into_iter().zip(types))
}

/// The type of a payload or result, of none or one.
pub fn optional<const N: usize>(ty: [Type; N]) -> Option<Type> {
    ty.into_iter().next()
}

/// The layout of a payload, of none or one.
pub const fn payload_layout<const N: usize>(payload: [Layout; N]) -> Option<Layout> {
    if N == 0 { None } else { Some(payload[0]) }
}

/// The parameters of a function. It gives the labels of no parameters a type.
pub fn params<const N: usize>(params: [(&str, Type); N]) -> [(&str, Type); N] {
    params
}

/// The bits of all flags of a type with so many labels, at most 32.
pub const fn all_flags(labels: usize) -> u32 {
    if labels >= 32 { u32::MAX } else { (1 << labels) - 1 }
}

/// Writes the labels of the flags that are set: `read | write`.
pub fn write_flags(f: &mut fmt::Formatter<'_>, bits: u32, labels: &[&str]) -> fmt::Result {
    let mut separator = "";
    for (_, label) in labels.iter().enumerate().filter(|(index, _)| bits >> index & 1 == 1) {
        f.write_str(separator)?;
        f.write_str(label)?;
        separator = " | ";
    }
    Ok(())
}

/// The codec of a record.
///
/// `Point { x = "x", y = "y" } (x, (y, ())): (f64, (f64, ()))`: each field and its WIT name, then the fields and their types as the cons
/// lists that hold them. Here and below, `error` in front makes the type an error too.
#[doc(hidden)]
#[macro_export]
macro_rules! __isorun_record {
    (error $name:ident $($rest:tt)*) => {
        $crate::__private::record! { $name $($rest)* }
        $crate::__private::error! { $name }
    };
    ($name:ident { $($field:ident = $label:literal),* } $list:tt: $fields:ty) => {
        impl $crate::__private::Shape for $name {
            const LAYOUT: $crate::__private::Layout = <$fields as $crate::__private::Params>::LAYOUT;
            fn ty() -> $crate::__private::Type {
                $crate::__private::record_type::<$fields, _>([$($label),*])
            }
        }
        impl $crate::__private::Lower for $name {
            fn store<S: $crate::__private::Sink>(&self, sink: &mut S, at: usize) -> ::core::result::Result<(), S::Error> {
                let Self { $($field),* } = self;
                $crate::__private::LowerParams::store(&$list, sink, at)
            }
            fn lower_flat<S: $crate::__private::Sink>(&self, sink: &mut S, flat: &mut [u64]) -> ::core::result::Result<(), S::Error> {
                let Self { $($field),* } = self;
                $crate::__private::LowerParams::lower_flat(&$list, sink, flat)
            }
        }
        impl $crate::__private::Lift for $name {
            fn load<S: $crate::__private::Source>(source: &mut S, at: usize) -> ::core::result::Result<Self, S::Error> {
                let $list = <$fields as $crate::__private::LiftParams>::load(source, at)?;
                ::core::result::Result::Ok(Self { $($field),* })
            }
            fn lift_flat<S: $crate::__private::Source>(source: &mut S, flat: &[u64]) -> ::core::result::Result<Self, S::Error> {
                let $list = <$fields as $crate::__private::LiftParams>::lift_flat(source, flat)?;
                ::core::result::Result::Ok(Self { $($field),* })
            }
        }
    };
}

/// The codec of a variant.
///
/// `Failure { 0, 0 => NotFound = "not-found", 1, _ => Busy(payload: u32) = "busy" }`: each case and its WIT name, after its index and the
/// pattern that this index is read by. What was read is below the number of cases, so the last case may stand for the rest.
#[doc(hidden)]
#[macro_export]
macro_rules! __isorun_variant {
    (error $name:ident $cases:tt) => {
        $crate::__private::variant! { $name $cases }
        $crate::__private::error! { $name $cases }
    };
    ($name:ident { $($index:literal, $read:tt => $case:ident $(($payload:ident: $ty:ty))? = $label:literal),* }) => {
        const _: () = {
            const CASES: $crate::__private::Cases<{ [$($label),*].len() }> = $crate::__private::Cases::new([
                $($crate::__private::payload_layout([$(<$ty as $crate::__private::Shape>::LAYOUT)?])),*
            ]);
            impl $crate::__private::Shape for $name {
                const LAYOUT: $crate::__private::Layout = CASES.layout;
                fn ty() -> $crate::__private::Type {
                    $crate::__private::Type::variant([
                        $(($label, $crate::__private::optional([$(<$ty as $crate::__private::Shape>::ty())?]))),*
                    ])
                }
            }
            impl $crate::__private::Lower for $name {
                fn store<S: $crate::__private::Sink>(&self, sink: &mut S, at: usize) -> ::core::result::Result<(), S::Error> {
                    match self {
                        $(Self::$case $(($payload))? => {
                            $crate::__private::store_case(sink, at, &CASES, $index, $crate::__private::payload!($($payload)?))
                        })*
                    }
                }
                fn lower_flat<S: $crate::__private::Sink>(&self, sink: &mut S, flat: &mut [u64]) -> ::core::result::Result<(), S::Error> {
                    match self {
                        $(Self::$case $(($payload))? => {
                            $crate::__private::lower_case(sink, flat, $index, $crate::__private::payload!($($payload)?))
                        })*
                    }
                }
            }
            impl $crate::__private::Lift for $name {
                fn load<S: $crate::__private::Source>(source: &mut S, at: usize) -> ::core::result::Result<Self, S::Error> {
                    let (case, at) = $crate::__private::load_case(source, at, &CASES)?;
                    // A variant without payloads does not use where they would be.
                    let _ = at;
                    ::core::result::Result::Ok(match case {
                        $($read => Self::$case $((<$ty as $crate::__private::Lift>::load(source, at)?))?,)*
                    })
                }
                fn lift_flat<S: $crate::__private::Source>(source: &mut S, flat: &[u64]) -> ::core::result::Result<Self, S::Error> {
                    let (case, flat) = $crate::__private::lift_case(source, flat, &CASES)?;
                    let _ = flat;
                    ::core::result::Result::Ok(match case {
                        $($read => Self::$case $((<$ty as $crate::__private::Lift>::lift_flat(source, flat)?))?,)*
                    })
                }
            }
        };
    };
}

/// What is written of a case: its payload, or `()` for none.
#[doc(hidden)]
#[macro_export]
macro_rules! __isorun_payload {
    () => {
        &()
    };
    ($payload:ident) => {
        $payload
    };
}

/// The codec of an enum.
///
/// `Level { 0 => Low = "low", _ => High = "high" }`: each case and its WIT name, after the pattern that its index is read by. The last
/// case stands for the rest, as that of a variant does.
#[doc(hidden)]
#[macro_export]
macro_rules! __isorun_enumeration {
    (error $name:ident $cases:tt) => {
        $crate::__private::enumeration! { $name $cases }
        $crate::__private::error! { $name $cases }
    };
    ($name:ident { $($read:tt => $case:ident = $label:literal),* }) => {
        const _: () = {
            const CASES: usize = [$($label),*].len();
            fn case(index: u32) -> $name {
                match index { $($read => $name::$case,)* }
            }
            impl $crate::__private::Shape for $name {
                const LAYOUT: $crate::__private::Layout = $crate::__private::Layout::enumeration(CASES);
                fn ty() -> $crate::__private::Type {
                    $crate::__private::Type::enumeration([$($label),*])
                }
            }
            impl $crate::__private::Lower for $name {
                fn store<S: $crate::__private::Sink>(&self, sink: &mut S, at: usize) -> ::core::result::Result<(), S::Error> {
                    $crate::__private::store_discriminant(sink, at, CASES, *self as u32)
                }
                fn lower_flat<S: $crate::__private::Sink>(&self, _: &mut S, flat: &mut [u64]) -> ::core::result::Result<(), S::Error> {
                    $crate::__private::lower_discriminant(flat, *self as u32);
                    ::core::result::Result::Ok(())
                }
            }
            impl $crate::__private::Lift for $name {
                fn load<S: $crate::__private::Source>(source: &mut S, at: usize) -> ::core::result::Result<Self, S::Error> {
                    ::core::result::Result::Ok(case($crate::__private::load_discriminant(source, at, CASES)?))
                }
                fn lift_flat<S: $crate::__private::Source>(source: &mut S, flat: &[u64]) -> ::core::result::Result<Self, S::Error> {
                    ::core::result::Result::Ok(case($crate::__private::lift_discriminant(source, flat, CASES)?))
                }
            }
        };
    };
}

/// The constants, methods, operators, texts and codec of flags, which are a struct around a `u32`.
///
/// `Rights { READ = 0 "read", WRITE = 1 "write" }`: each constant, with its docs, then its bit and its WIT name.
#[doc(hidden)]
#[macro_export]
macro_rules! __isorun_flags {
    (error $name:ident $($rest:tt)*) => {
        $crate::__private::flags! { $name $($rest)* }
        impl ::core::error::Error for $name {}
    };
    ($name:ident { $($(#[$docs:meta])* $flag:ident = $bit:literal $label:literal),* }) => {
        impl $name {
            $($(#[$docs])* pub const $flag: Self = Self(1 << $bit);)*

            /// No flag.
            #[must_use]
            pub const fn empty() -> Self {
                Self(0)
            }

            /// Every flag.
            #[must_use]
            pub const fn all() -> Self {
                const LABELS: &[&str] = &[$($label),*];
                Self($crate::__private::all_flags(LABELS.len()))
            }

            /// One bit for each flag, the first in the WIT lowest.
            #[must_use]
            pub const fn bits(self) -> u32 {
                self.0
            }

            /// The flags of these bits; bits that stand for none are dropped.
            #[must_use]
            pub const fn from_bits_truncate(bits: u32) -> Self {
                Self(bits & Self::all().0)
            }

            /// Whether there is no flag.
            #[must_use]
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }

            /// Whether all flags of `other` are here.
            #[must_use]
            pub const fn contains(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }

            /// The flags of both.
            #[must_use]
            pub const fn union(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }

            /// Adds the flags of `other`.
            pub const fn insert(&mut self, other: Self) {
                self.0 |= other.0;
            }

            /// Takes the flags of `other` away.
            pub const fn remove(&mut self, other: Self) {
                self.0 &= !other.0;
            }
        }

        impl ::core::ops::BitOr for $name {
            type Output = Self;
            fn bitor(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }
        }

        impl ::core::ops::BitOrAssign for $name {
            fn bitor_assign(&mut self, other: Self) {
                self.0 |= other.0;
            }
        }

        impl ::core::ops::BitAnd for $name {
            type Output = Self;
            fn bitand(self, other: Self) -> Self {
                Self(self.0 & other.0)
            }
        }

        impl ::core::ops::BitAndAssign for $name {
            fn bitand_assign(&mut self, other: Self) {
                self.0 &= other.0;
            }
        }

        impl ::core::ops::Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self(self.0 & !other.0)
            }
        }

        impl ::core::ops::Not for $name {
            type Output = Self;
            fn not(self) -> Self {
                Self(!self.0 & Self::all().0)
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::__private::write_flags(f, self.0, &[$($label),*])
            }
        }

        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::write!(f, ::core::concat!(::core::stringify!($name), "({})"), self)
            }
        }

        const _: () = {
            const LABELS: &[&str] = &[$($label),*];
            impl $crate::__private::Shape for $name {
                const LAYOUT: $crate::__private::Layout = $crate::__private::Layout::flags(LABELS.len());
                fn ty() -> $crate::__private::Type {
                    $crate::__private::Type::flags(LABELS.iter().copied())
                }
            }
            impl $crate::__private::Lower for $name {
                fn store<S: $crate::__private::Sink>(&self, sink: &mut S, at: usize) -> ::core::result::Result<(), S::Error> {
                    $crate::__private::store_flags(sink, at, LABELS.len(), self.0)
                }
                fn lower_flat<S: $crate::__private::Sink>(&self, _: &mut S, flat: &mut [u64]) -> ::core::result::Result<(), S::Error> {
                    $crate::__private::lower_flags(flat, LABELS.len(), self.0);
                    ::core::result::Result::Ok(())
                }
            }
            impl $crate::__private::Lift for $name {
                fn load<S: $crate::__private::Source>(source: &mut S, at: usize) -> ::core::result::Result<Self, S::Error> {
                    ::core::result::Result::Ok(Self($crate::__private::load_flags(source, at, LABELS.len())?))
                }
                fn lift_flat<S: $crate::__private::Source>(_: &mut S, flat: &[u64]) -> ::core::result::Result<Self, S::Error> {
                    ::core::result::Result::Ok(Self($crate::__private::lift_flags(flat, LABELS.len())))
                }
            }
        };
    };
}

/// `Display` and `Error` of a type that functions fail with: a record as `Debug` shows it, a case by its WIT name.
///
/// It takes what the macro for the codec of the type takes, of a record only the name.
#[doc(hidden)]
#[macro_export]
macro_rules! __isorun_error {
    ($name:ident) => {
        $crate::__private::error! { $name, self, f, ::core::fmt::Debug::fmt(self, f) }
    };
    ($name:ident { $($read:tt => $case:ident = $label:literal),* }) => {
        $crate::__private::error! { $name, self, f, f.write_str(match self { $(Self::$case => $label,)* }) }
    };
    ($name:ident { $($index:literal, $read:tt => $case:ident $(($payload:ident: $ty:ty))? = $label:literal),* }) => {
        $crate::__private::error! { $name, self, f, match self {
            $(Self::$case $(($payload))? => {
                f.write_str($label)?;
                $(::core::write!(f, "({:?})", $payload)?;)?
                ::core::result::Result::Ok(())
            })*
        } }
    };
    // `self` and `f` are passed, so that the body names those of the function.
    ($name:ident, $self:ident, $f:ident, $body:expr) => {
        impl ::core::fmt::Display for $name {
            fn fmt(&$self, $f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $body
            }
        }
        impl ::core::error::Error for $name {}
    };
}

/// The interface as a value: what the runtime compares with what apps ask for.
///
/// `Interface, Caller, "ns:pkg/name" { "get"("key": String) -> u32; "flush"(); }`: the two types, the interface's name, its functions.
/// `without { "expire" if "expiry"; }` may follow: functions that are left out, each with the feature that it is behind.
#[doc(hidden)]
#[macro_export]
macro_rules! __isorun_interface {
    ($interface:ident, $caller:ident, $name:literal {
        $($function:literal($($param:literal: $ty:ty),*) $(-> $result:ty)?;)*
    } $(without { $($gated:literal if $feature:literal;)* })?) => {
        impl $crate::StaticInterface for $interface {
            type Caller = $caller;
            fn interface() -> &'static $crate::Interface {
                static INTERFACE: ::std::sync::LazyLock<$crate::Interface> = ::std::sync::LazyLock::new(|| {
                    let functions = [$($crate::__private::function(
                        $function,
                        $crate::__private::params([$(($param, <$ty as $crate::__private::Shape>::ty())),*]),
                        $crate::__private::optional([$(<$result as $crate::__private::Shape>::ty())?]),
                    )),*];
                    $crate::__private::gated_interface($name, functions, [$($(($gated, $feature)),*)?])
                });
                &INTERFACE
            }
            fn caller(target: $crate::__private::Target) -> $caller {
                $caller(target)
            }
        }
    };
}

/// The host trait on the two types that call a provider: the caller, and the remote of the interface.
///
/// `Kv, Caller, Interface, 'a { 0 get(key: &'a str) (key, ()) -> u32; }`: each function after its index, with its parameters, the cons
/// list of their names, and its result.
#[doc(hidden)]
#[macro_export]
macro_rules! __isorun_callers {
    ($host_trait:ident, $caller:ident, $interface:ident, $a:lifetime {
        $($index:literal $function:ident($($param:ident: $ty:ty),*) $list:tt -> $result:ty;)*
    }) => {
        impl $host_trait for $caller {
            $(fn $function<$a>(
                &$a self,
                cx: &$a $crate::Cx,
                $($param: $ty),*
            ) -> impl ::core::future::Future<Output = $crate::Result<$result>> + ::core::marker::Send {
                self.0.call($index, $list).within(cx)
            })*
        }
        impl $host_trait for $crate::Remote<$interface> {
            $(fn $function<$a>(
                &$a self,
                cx: &$a $crate::Cx,
                $($param: $ty),*
            ) -> impl ::core::future::Future<Output = $crate::Result<$result>> + ::core::marker::Send {
                self.target().call($index, $list).within(cx)
            })*
        }
    };
}

#[cfg(test)]
#[allow(unreachable_pub, reason = "generated types are public")]
mod tests {
    use crate::__private::{Lift, Lower, Shape};
    use crate::image::{decode, encode};
    use crate::types::Type;

    #[derive(Clone, Debug, PartialEq)]
    struct Entry {
        id: u8,
        name: String,
    }
    crate::__private::record! { error Entry { id = "id", name = "name" } (id, (name, ())): (u8, (String, ())) }

    #[derive(Clone, Debug, PartialEq)]
    enum Failure {
        NotFound,
        Busy(u64),
        Other(Entry),
    }
    crate::__private::variant! {
        error Failure { 0, 0 => NotFound = "not-found", 1, 1 => Busy(payload: u64) = "busy", 2, _ => Other(payload: Entry) = "other" }
    }

    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Level {
        Low,
        High,
    }
    crate::__private::enumeration! { error Level { 0 => Low = "low", _ => High = "high" } }

    #[derive(Clone, Copy, PartialEq)]
    struct Rights(u32);
    crate::__private::flags! {
        error Rights {
            /// May read.
            READ = 0 "read",
            /// May write.
            WRITE = 1 "write"
        }
    }

    /// The type is what it should be, takes the room that its type says, and what is written is read again.
    fn check<T: Shape + Lower + Lift + PartialEq + std::fmt::Debug>(ty: &Type, values: &[T]) {
        assert_eq!(T::ty(), *ty);
        assert_eq!(T::LAYOUT, ty.layout());
        for value in values {
            assert_eq!(decode::<T>(encode(value).unwrap().as_bytes()).unwrap(), *value);
        }
    }

    #[test]
    fn each_kind_of_type_is_written_and_read_as_its_wit_type() {
        let entry = || Entry { id: 7, name: "ada".to_owned() };
        let entry_type = Type::record([("id", Type::U8), ("name", Type::String)]);
        check(&entry_type, &[entry()]);
        let failure_type = Type::variant([("not-found", None), ("busy", Some(Type::U64)), ("other", Some(entry_type))]);
        check(&failure_type, &[Failure::NotFound, Failure::Busy(u64::MAX), Failure::Other(entry())]);
        check(&Type::enumeration(["low", "high"]), &[Level::Low, Level::High]);
        check(&Type::flags(["read", "write"]), &[Rights::empty(), Rights::WRITE, Rights::all()]);
    }

    #[test]
    fn an_error_is_told_by_its_wit_name() {
        let errors: [(&dyn std::error::Error, &str); 5] = [
            (&Failure::NotFound, "not-found"),
            (&Failure::Busy(3), "busy(3)"),
            (&Level::High, "high"),
            (&Rights::all(), "read | write"),
            (&Entry { id: 1, name: String::new() }, r#"Entry { id: 1, name: "" }"#),
        ];
        for (error, text) in errors {
            assert_eq!(error.to_string(), text);
        }
        assert_eq!(format!("{:?}", Rights::READ), "Rights(read)");
    }

    #[test]
    fn flags_are_a_set_of_their_labels() {
        assert_eq!(Rights::READ | Rights::WRITE, Rights::all());
        assert_eq!(!Rights::READ, Rights::WRITE);
        assert_eq!(Rights::all() & Rights::READ, Rights::all() - Rights::WRITE);
        let mut rights = Rights::empty().union(Rights::READ);
        rights.insert(Rights::WRITE);
        rights.remove(Rights::READ);
        assert!(rights.contains(Rights::WRITE) && !rights.contains(Rights::READ) && !rights.is_empty());
        assert_eq!(Rights::from_bits_truncate(u32::MAX).bits(), 0b11);
        assert_eq!((super::all_flags(0), super::all_flags(31), super::all_flags(32)), (0, u32::MAX >> 1, u32::MAX));
    }
}
