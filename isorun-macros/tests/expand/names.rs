/// The interface `topics:names/names@1.0.0`.
///
/// Generated from `names.wit:3`.
#[allow(
    clippy::too_many_arguments,
    rustdoc::bare_urls,
    rustdoc::broken_intra_doc_links,
    rustdoc::invalid_html_tags,
    reason = "signatures and docs are those of the WIT"
)]
pub mod names {
    /// Generated from `names.wit:4`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Type {
        /// `self`.
        pub self_: u8,
        /// `async`.
        pub async_: bool,
        /// `cx`.
        pub cx: char,
        /// `crate`.
        pub crate_: u8,
    }
    /// Generated from `names.wit:5`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub enum Result {
        /// `ok`.
        Ok(u8),
        /// `err`.
        Err,
        /// `none`.
        None,
        /// `some`.
        Some,
    }
    impl ::core::fmt::Display for Result {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            match self {
                Self::Ok(payload) => ::core::write!(f, "ok({payload:?})"),
                Self::Err => f.write_str("err"),
                Self::None => f.write_str("none"),
                Self::Some => f.write_str("some"),
            }
        }
    }
    impl ::core::error::Error for Result {}
    /// Generated from `names.wit:6`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub enum Option {
        /// `self`.
        Self_,
        /// `x`.
        X,
    }
    /// Generated from `names.wit:8`.
    #[derive(
        ::core::clone::Clone,
        ::core::marker::Copy,
        ::core::fmt::Debug,
        ::core::cmp::PartialEq,
        ::core::cmp::Eq,
        ::core::hash::Hash,
        ::core::cmp::PartialOrd,
        ::core::cmp::Ord,
    )]
    pub enum String {
        /// `box`.
        Box,
        /// `fn`.
        Fn,
    }
    /// Generated from `names.wit:7`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Vec {
        /// `box`.
        pub box_: String,
    }
    /// Generated from `names.wit:9`.
    pub type Box = ::std::vec::Vec<Vec>;
    /// Generated from `names.wit:10`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct HttpV2 {
        /// `TLS`.
        pub tls: bool,
        /// `is-64-bit`.
        pub is_64_bit: bool,
        /// `is64-bit`.
        pub is64_bit: bool,
    }
    /// Generated from `names.wit:11`.
    #[derive(
        ::core::clone::Clone,
        ::core::marker::Copy,
        ::core::fmt::Debug,
        ::core::cmp::PartialEq,
        ::core::cmp::Eq,
        ::core::hash::Hash,
        ::core::cmp::PartialOrd,
        ::core::cmp::Ord,
    )]
    pub enum Is64Bit {
        /// `yes`.
        Yes,
    }
    /// Generated from `names.wit:12`.
    #[derive(
        ::core::clone::Clone,
        ::core::marker::Copy,
        ::core::fmt::Debug,
        ::core::cmp::PartialEq,
        ::core::cmp::Eq,
        ::core::hash::Hash,
        ::core::cmp::PartialOrd,
        ::core::cmp::Ord,
    )]
    pub enum Is64Bit2 {
        /// `yes`.
        Yes,
    }
    /// Generated from `names.wit:13`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Future {
        /// `send`.
        pub send: u8,
    }
    const _: () = {
        type __Fields = (u8, (bool, (char, (u8, ()))));
        impl ::isorun::__private::Shape for Type {
            const LAYOUT: ::isorun::__private::Layout = <__Fields as ::isorun::__private::Params>::LAYOUT;
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::record([
                    ("self", <u8 as ::isorun::__private::Shape>::ty()),
                    ("async", <bool as ::isorun::__private::Shape>::ty()),
                    ("cx", <char as ::isorun::__private::Shape>::ty()),
                    ("crate", <u8 as ::isorun::__private::Shape>::ty()),
                ])
            }
        }
        impl ::isorun::__private::Lower for Type {
            fn store<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::LowerParams::store(
                    &(&self.self_, (&self.async_, (&self.cx, (&self.crate_, ())))),
                    sink,
                    at,
                )
            }
            fn lower_flat<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                flat: &mut [u64],
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::LowerParams::lower_flat(
                    &(&self.self_, (&self.async_, (&self.cx, (&self.crate_, ())))),
                    sink,
                    flat,
                )
            }
        }
        impl ::isorun::__private::Lift for Type {
            fn load<S: ::isorun::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                let (self_, (async_, (cx, (crate_, ())))) = <__Fields as ::isorun::__private::LiftParams>::load(
                    source,
                    at,
                )?;
                ::core::result::Result::Ok(Self { self_, async_, cx, crate_ })
            }
            fn lift_flat<S: ::isorun::__private::Source>(
                source: &mut S,
                flat: &[u64],
            ) -> ::core::result::Result<Self, S::Error> {
                let (self_, (async_, (cx, (crate_, ())))) = <__Fields as ::isorun::__private::LiftParams>::lift_flat(
                    source,
                    flat,
                )?;
                ::core::result::Result::Ok(Self { self_, async_, cx, crate_ })
            }
        }
    };
    const _: () = {
        const __CASES: ::isorun::__private::Cases<4> = ::isorun::__private::Cases::new([
            ::core::option::Option::Some(<u8 as ::isorun::__private::Shape>::LAYOUT),
            ::core::option::Option::None,
            ::core::option::Option::None,
            ::core::option::Option::None,
        ]);
        impl ::isorun::__private::Shape for Result {
            const LAYOUT: ::isorun::__private::Layout = __CASES.layout;
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::variant([
                    (
                        "ok",
                        ::core::option::Option::Some(
                            <u8 as ::isorun::__private::Shape>::ty(),
                        ),
                    ),
                    ("err", ::core::option::Option::None),
                    ("none", ::core::option::Option::None),
                    ("some", ::core::option::Option::None),
                ])
            }
        }
        impl ::isorun::__private::Lower for Result {
            fn store<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                match self {
                    Self::Ok(payload) => {
                        ::isorun::__private::store_case(sink, at, &__CASES, 0, payload)
                    }
                    Self::Err => {
                        ::isorun::__private::store_case(sink, at, &__CASES, 1, &())
                    }
                    Self::None => {
                        ::isorun::__private::store_case(sink, at, &__CASES, 2, &())
                    }
                    Self::Some => {
                        ::isorun::__private::store_case(sink, at, &__CASES, 3, &())
                    }
                }
            }
            fn lower_flat<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                flat: &mut [u64],
            ) -> ::core::result::Result<(), S::Error> {
                match self {
                    Self::Ok(payload) => {
                        ::isorun::__private::lower_case(sink, flat, 0, payload)
                    }
                    Self::Err => ::isorun::__private::lower_case(sink, flat, 1, &()),
                    Self::None => ::isorun::__private::lower_case(sink, flat, 2, &()),
                    Self::Some => ::isorun::__private::lower_case(sink, flat, 3, &()),
                }
            }
        }
        impl ::isorun::__private::Lift for Result {
            fn load<S: ::isorun::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                let (case, at) = ::isorun::__private::load_case(source, at, &__CASES)?;
                ::core::result::Result::Ok(
                    match case {
                        0 => Self::Ok(::isorun::__private::Lift::load(source, at)?),
                        1 => Self::Err,
                        2 => Self::None,
                        _ => Self::Some,
                    },
                )
            }
            fn lift_flat<S: ::isorun::__private::Source>(
                source: &mut S,
                flat: &[u64],
            ) -> ::core::result::Result<Self, S::Error> {
                let (case, flat) = ::isorun::__private::lift_case(
                    source,
                    flat,
                    &__CASES,
                )?;
                ::core::result::Result::Ok(
                    match case {
                        0 => {
                            Self::Ok(::isorun::__private::Lift::lift_flat(source, flat)?)
                        }
                        1 => Self::Err,
                        2 => Self::None,
                        _ => Self::Some,
                    },
                )
            }
        }
    };
    const _: () = {
        const __CASES: ::isorun::__private::Cases<2> = ::isorun::__private::Cases::new([
            ::core::option::Option::None,
            ::core::option::Option::None,
        ]);
        impl ::isorun::__private::Shape for Option {
            const LAYOUT: ::isorun::__private::Layout = __CASES.layout;
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::variant([
                    ("self", ::core::option::Option::None),
                    ("x", ::core::option::Option::None),
                ])
            }
        }
        impl ::isorun::__private::Lower for Option {
            fn store<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                match self {
                    Self::Self_ => {
                        ::isorun::__private::store_case(sink, at, &__CASES, 0, &())
                    }
                    Self::X => {
                        ::isorun::__private::store_case(sink, at, &__CASES, 1, &())
                    }
                }
            }
            fn lower_flat<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                flat: &mut [u64],
            ) -> ::core::result::Result<(), S::Error> {
                match self {
                    Self::Self_ => ::isorun::__private::lower_case(sink, flat, 0, &()),
                    Self::X => ::isorun::__private::lower_case(sink, flat, 1, &()),
                }
            }
        }
        impl ::isorun::__private::Lift for Option {
            fn load<S: ::isorun::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                let (case, _) = ::isorun::__private::load_case(source, at, &__CASES)?;
                ::core::result::Result::Ok(
                    match case {
                        0 => Self::Self_,
                        _ => Self::X,
                    },
                )
            }
            fn lift_flat<S: ::isorun::__private::Source>(
                source: &mut S,
                flat: &[u64],
            ) -> ::core::result::Result<Self, S::Error> {
                let (case, _) = ::isorun::__private::lift_case(source, flat, &__CASES)?;
                ::core::result::Result::Ok(
                    match case {
                        0 => Self::Self_,
                        _ => Self::X,
                    },
                )
            }
        }
    };
    const _: () = {
        fn __case(index: u32) -> String {
            match index {
                0 => String::Box,
                _ => String::Fn,
            }
        }
        impl ::isorun::__private::Shape for String {
            const LAYOUT: ::isorun::__private::Layout = ::isorun::__private::Layout::enumeration(
                2,
            );
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::enumeration(["box", "fn"])
            }
        }
        impl ::isorun::__private::Lower for String {
            fn store<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::store_discriminant(sink, at, 2, *self as u32)
            }
            fn lower_flat<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                flat: &mut [u64],
            ) -> ::core::result::Result<(), S::Error> {
                let _ = sink;
                ::isorun::__private::lower_discriminant(flat, *self as u32);
                ::core::result::Result::Ok(())
            }
        }
        impl ::isorun::__private::Lift for String {
            fn load<S: ::isorun::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                ::core::result::Result::Ok(
                    __case(::isorun::__private::load_discriminant(source, at, 2)?),
                )
            }
            fn lift_flat<S: ::isorun::__private::Source>(
                source: &mut S,
                flat: &[u64],
            ) -> ::core::result::Result<Self, S::Error> {
                ::core::result::Result::Ok(
                    __case(::isorun::__private::lift_discriminant(source, flat, 2)?),
                )
            }
        }
    };
    const _: () = {
        type __Fields = (String, ());
        impl ::isorun::__private::Shape for Vec {
            const LAYOUT: ::isorun::__private::Layout = <__Fields as ::isorun::__private::Params>::LAYOUT;
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::record([
                    ("box", <String as ::isorun::__private::Shape>::ty()),
                ])
            }
        }
        impl ::isorun::__private::Lower for Vec {
            fn store<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::LowerParams::store(&(&self.box_, ()), sink, at)
            }
            fn lower_flat<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                flat: &mut [u64],
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::LowerParams::lower_flat(
                    &(&self.box_, ()),
                    sink,
                    flat,
                )
            }
        }
        impl ::isorun::__private::Lift for Vec {
            fn load<S: ::isorun::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                let (box_, ()) = <__Fields as ::isorun::__private::LiftParams>::load(
                    source,
                    at,
                )?;
                ::core::result::Result::Ok(Self { box_ })
            }
            fn lift_flat<S: ::isorun::__private::Source>(
                source: &mut S,
                flat: &[u64],
            ) -> ::core::result::Result<Self, S::Error> {
                let (box_, ()) = <__Fields as ::isorun::__private::LiftParams>::lift_flat(
                    source,
                    flat,
                )?;
                ::core::result::Result::Ok(Self { box_ })
            }
        }
    };
    const _: () = {
        type __Fields = (bool, (bool, (bool, ())));
        impl ::isorun::__private::Shape for HttpV2 {
            const LAYOUT: ::isorun::__private::Layout = <__Fields as ::isorun::__private::Params>::LAYOUT;
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::record([
                    ("TLS", <bool as ::isorun::__private::Shape>::ty()),
                    ("is-64-bit", <bool as ::isorun::__private::Shape>::ty()),
                    ("is64-bit", <bool as ::isorun::__private::Shape>::ty()),
                ])
            }
        }
        impl ::isorun::__private::Lower for HttpV2 {
            fn store<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::LowerParams::store(
                    &(&self.tls, (&self.is_64_bit, (&self.is64_bit, ()))),
                    sink,
                    at,
                )
            }
            fn lower_flat<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                flat: &mut [u64],
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::LowerParams::lower_flat(
                    &(&self.tls, (&self.is_64_bit, (&self.is64_bit, ()))),
                    sink,
                    flat,
                )
            }
        }
        impl ::isorun::__private::Lift for HttpV2 {
            fn load<S: ::isorun::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                let (tls, (is_64_bit, (is64_bit, ()))) = <__Fields as ::isorun::__private::LiftParams>::load(
                    source,
                    at,
                )?;
                ::core::result::Result::Ok(Self { tls, is_64_bit, is64_bit })
            }
            fn lift_flat<S: ::isorun::__private::Source>(
                source: &mut S,
                flat: &[u64],
            ) -> ::core::result::Result<Self, S::Error> {
                let (tls, (is_64_bit, (is64_bit, ()))) = <__Fields as ::isorun::__private::LiftParams>::lift_flat(
                    source,
                    flat,
                )?;
                ::core::result::Result::Ok(Self { tls, is_64_bit, is64_bit })
            }
        }
    };
    const _: () = {
        fn __case(index: u32) -> Is64Bit {
            match index {
                _ => Is64Bit::Yes,
            }
        }
        impl ::isorun::__private::Shape for Is64Bit {
            const LAYOUT: ::isorun::__private::Layout = ::isorun::__private::Layout::enumeration(
                1,
            );
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::enumeration(["yes"])
            }
        }
        impl ::isorun::__private::Lower for Is64Bit {
            fn store<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::store_discriminant(sink, at, 1, *self as u32)
            }
            fn lower_flat<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                flat: &mut [u64],
            ) -> ::core::result::Result<(), S::Error> {
                let _ = sink;
                ::isorun::__private::lower_discriminant(flat, *self as u32);
                ::core::result::Result::Ok(())
            }
        }
        impl ::isorun::__private::Lift for Is64Bit {
            fn load<S: ::isorun::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                ::core::result::Result::Ok(
                    __case(::isorun::__private::load_discriminant(source, at, 1)?),
                )
            }
            fn lift_flat<S: ::isorun::__private::Source>(
                source: &mut S,
                flat: &[u64],
            ) -> ::core::result::Result<Self, S::Error> {
                ::core::result::Result::Ok(
                    __case(::isorun::__private::lift_discriminant(source, flat, 1)?),
                )
            }
        }
    };
    const _: () = {
        fn __case(index: u32) -> Is64Bit2 {
            match index {
                _ => Is64Bit2::Yes,
            }
        }
        impl ::isorun::__private::Shape for Is64Bit2 {
            const LAYOUT: ::isorun::__private::Layout = ::isorun::__private::Layout::enumeration(
                1,
            );
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::enumeration(["yes"])
            }
        }
        impl ::isorun::__private::Lower for Is64Bit2 {
            fn store<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::store_discriminant(sink, at, 1, *self as u32)
            }
            fn lower_flat<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                flat: &mut [u64],
            ) -> ::core::result::Result<(), S::Error> {
                let _ = sink;
                ::isorun::__private::lower_discriminant(flat, *self as u32);
                ::core::result::Result::Ok(())
            }
        }
        impl ::isorun::__private::Lift for Is64Bit2 {
            fn load<S: ::isorun::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                ::core::result::Result::Ok(
                    __case(::isorun::__private::load_discriminant(source, at, 1)?),
                )
            }
            fn lift_flat<S: ::isorun::__private::Source>(
                source: &mut S,
                flat: &[u64],
            ) -> ::core::result::Result<Self, S::Error> {
                ::core::result::Result::Ok(
                    __case(::isorun::__private::lift_discriminant(source, flat, 1)?),
                )
            }
        }
    };
    const _: () = {
        type __Fields = (u8, ());
        impl ::isorun::__private::Shape for Future {
            const LAYOUT: ::isorun::__private::Layout = <__Fields as ::isorun::__private::Params>::LAYOUT;
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::record([
                    ("send", <u8 as ::isorun::__private::Shape>::ty()),
                ])
            }
        }
        impl ::isorun::__private::Lower for Future {
            fn store<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::LowerParams::store(&(&self.send, ()), sink, at)
            }
            fn lower_flat<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                flat: &mut [u64],
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::LowerParams::lower_flat(
                    &(&self.send, ()),
                    sink,
                    flat,
                )
            }
        }
        impl ::isorun::__private::Lift for Future {
            fn load<S: ::isorun::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                let (send, ()) = <__Fields as ::isorun::__private::LiftParams>::load(
                    source,
                    at,
                )?;
                ::core::result::Result::Ok(Self { send })
            }
            fn lift_flat<S: ::isorun::__private::Source>(
                source: &mut S,
                flat: &[u64],
            ) -> ::core::result::Result<Self, S::Error> {
                let (send, ()) = <__Fields as ::isorun::__private::LiftParams>::lift_flat(
                    source,
                    flat,
                )?;
                ::core::result::Result::Ok(Self { send })
            }
        }
    };
    /// The interface `topics:names/names@1.0.0` as a type: what `register`, `caller` and `export` are told.
    #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
    pub struct Interface;
    impl ::isorun::StaticInterface for Interface {
        type Caller = Caller;
        fn interface() -> &'static ::isorun::Interface {
            static INTERFACE: ::std::sync::LazyLock<::isorun::Interface> = ::std::sync::LazyLock::new(||
            {
                ::isorun::__private::interface(
                    "topics:names/names@1.0.0",
                    [
                        ::isorun::__private::function(
                            "match",
                            [
                                ("type", <Type as ::isorun::__private::Shape>::ty()),
                                ("cx", <u8 as ::isorun::__private::Shape>::ty()),
                                ("this", <u8 as ::isorun::__private::Shape>::ty()),
                                ("self", <u8 as ::isorun::__private::Shape>::ty()),
                            ],
                            ::core::option::Option::Some(
                                <Result as ::isorun::__private::Shape>::ty(),
                            ),
                        ),
                        ::isorun::__private::function(
                            "clone",
                            [
                                ("f", <Vec as ::isorun::__private::Shape>::ty()),
                                ("s", <Box as ::isorun::__private::Shape>::ty()),
                            ],
                            ::core::option::Option::None,
                        ),
                        ::isorun::__private::function(
                            "instance",
                            ::core::iter::empty::<(&str, ::isorun::__private::Type)>(),
                            ::core::option::Option::Some(
                                <::core::result::Result<
                                    Option,
                                    Result,
                                > as ::isorun::__private::Shape>::ty(),
                            ),
                        ),
                        ::isorun::__private::function(
                            "HTTP-get",
                            [
                                ("HTTP-v2", <HttpV2 as ::isorun::__private::Shape>::ty()),
                                ("is-64-bit", <Is64Bit as ::isorun::__private::Shape>::ty()),
                            ],
                            ::core::option::Option::Some(
                                <Is64Bit2 as ::isorun::__private::Shape>::ty(),
                            ),
                        ),
                        ::isorun::__private::function(
                            "r-box",
                            [("future", <Future as ::isorun::__private::Shape>::ty())],
                            ::core::option::Option::Some(
                                <(Box,) as ::isorun::__private::Shape>::ty(),
                            ),
                        ),
                    ],
                )
            });
            &INTERFACE
        }
        fn caller(target: ::isorun::__private::Target) -> Caller {
            Caller(target)
        }
    }
    /// Generated from `names.wit:3`.
    pub trait Names: ::core::marker::Send + ::core::marker::Sync + 'static {
        /// Generated from `names.wit:15`.
        fn match_<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            type_: &'a Type,
            cx: u8,
            this: u8,
            self_: u8,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<Result>,
        > + ::core::marker::Send;
        /// Generated from `names.wit:16`.
        fn clone<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            f: &'a Vec,
            s: &'a [Vec],
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
        /// Generated from `names.wit:17`.
        fn instance<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<Option, Result>>,
        > + ::core::marker::Send;
        /// Generated from `names.wit:18`.
        fn http_get<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            http_v2: &'a HttpV2,
            is_64_bit: Is64Bit,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<Is64Bit2>,
        > + ::core::marker::Send;
        /// Generated from `names.wit:19`.
        fn r_box<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            future: &'a Future,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<(Box,)>,
        > + ::core::marker::Send;
    }
    /// Calls the functions of `topics:names/names@1.0.0` on the instance that it was made for.
    #[derive(::core::clone::Clone, ::core::fmt::Debug)]
    pub struct Caller(::isorun::__private::Target);
    impl Caller {
        /// The instance that is called.
        #[must_use]
        pub fn instance_(&self) -> &::isorun::Instance {
            self.0.instance()
        }
        /// Generated from `names.wit:15`.
        pub fn match_<'a>(
            &'a self,
            type_: &'a Type,
            cx: u8,
            this: u8,
            self_: u8,
        ) -> ::isorun::Call<'a, Result> {
            self.0.call(0, (type_, (cx, (this, (self_, ())))))
        }
        /// Generated from `names.wit:16`.
        pub fn clone<'a>(&'a self, f: &'a Vec, s: &'a [Vec]) -> ::isorun::Call<'a, ()> {
            self.0.call(1, (f, (s, ())))
        }
        /// Generated from `names.wit:17`.
        pub fn instance(
            &self,
        ) -> ::isorun::Call<'_, ::core::result::Result<Option, Result>> {
            self.0.call(2, ())
        }
        /// Generated from `names.wit:18`.
        pub fn http_get<'a>(
            &'a self,
            http_v2: &'a HttpV2,
            is_64_bit: Is64Bit,
        ) -> ::isorun::Call<'a, Is64Bit2> {
            self.0.call(3, (http_v2, (is_64_bit, ())))
        }
        /// Generated from `names.wit:19`.
        pub fn r_box<'a>(&'a self, future: &'a Future) -> ::isorun::Call<'a, (Box,)> {
            self.0.call(4, (future, ()))
        }
    }
    impl Names for Caller {
        fn match_<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            type_: &'a Type,
            cx: u8,
            this: u8,
            self_: u8,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<Result>,
        > + ::core::marker::Send {
            self.0.call(0, (type_, (cx, (this, (self_, ()))))).within(cx)
        }
        fn clone<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            f: &'a Vec,
            s: &'a [Vec],
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            self.0.call(1, (f, (s, ()))).within(cx)
        }
        fn instance<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<Option, Result>>,
        > + ::core::marker::Send {
            self.0.call(2, ()).within(cx)
        }
        fn http_get<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            http_v2: &'a HttpV2,
            is_64_bit: Is64Bit,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<Is64Bit2>,
        > + ::core::marker::Send {
            self.0.call(3, (http_v2, (is_64_bit, ()))).within(cx)
        }
        fn r_box<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            future: &'a Future,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<(Box,)>,
        > + ::core::marker::Send {
            self.0.call(4, (future, ())).within(cx)
        }
    }
    impl Names for ::isorun::Remote<Interface> {
        fn match_<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            type_: &'a Type,
            cx: u8,
            this: u8,
            self_: u8,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<Result>,
        > + ::core::marker::Send {
            self.target().call(0, (type_, (cx, (this, (self_, ()))))).within(cx)
        }
        fn clone<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            f: &'a Vec,
            s: &'a [Vec],
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            self.target().call(1, (f, (s, ()))).within(cx)
        }
        fn instance<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<Option, Result>>,
        > + ::core::marker::Send {
            self.target().call(2, ()).within(cx)
        }
        fn http_get<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            http_v2: &'a HttpV2,
            is_64_bit: Is64Bit,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<Is64Bit2>,
        > + ::core::marker::Send {
            self.target().call(3, (http_v2, (is_64_bit, ()))).within(cx)
        }
        fn r_box<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            future: &'a Future,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<(Box,)>,
        > + ::core::marker::Send {
            self.target().call(4, (future, ())).within(cx)
        }
    }
    #[doc(hidden)]
    #[macro_export]
    macro_rules! __isorun_names_77f978f5ab913805 {
        ($($item:tt)*) => {
            ::isorun::__private::system_impl! { ("topics:names/names@1.0.0") () ()
            (::isorun) (0 "names.wit"
            "package topics:names@1.0.0;\n\ninterface names {\n    record %type { %self: u8, %async: bool, cx: char, %crate: u8 }\n    variant %result { ok(u8), err, none, %some }\n    variant %option { %self, x }\n    record vec { %box: %string }\n    enum %string { %box, %fn }\n    type %box = list<vec>;\n    record HTTP-v2 { TLS: bool, is-64-bit: bool, is64-bit: bool }\n    enum is-64-bit { yes }\n    enum is64-bit { yes }\n    record %future { send: u8 }\n\n    %match: func(%type: %type, cx: u8, this: u8, %self: u8) -> %result;\n    clone: func(f: vec, s: %box);\n    instance: func() -> result<%option, %result>;\n    HTTP-get: func(HTTP-v2: HTTP-v2, is-64-bit: is-64-bit) -> is64-bit;\n    r-box: func(%future: %future) -> tuple<%box>;\n}\n")
            $($item)* }
        };
    }
    #[doc(hidden)]
    pub use __isorun_names_77f978f5ab913805 as __system;
    const _: &[u8] = ::core::include_bytes!(
        ::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/names.wit")
    );
}
