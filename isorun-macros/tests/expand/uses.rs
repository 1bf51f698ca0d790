/// The interface `topics:uses/uses@1.0.0`.
///
/// Generated from `uses.wit:17`.
#[allow(
    clippy::too_many_arguments,
    rustdoc::bare_urls,
    rustdoc::broken_intra_doc_links,
    rustdoc::invalid_html_tags,
    reason = "signatures and docs are those of the WIT"
)]
pub mod uses {
    /// What is at the bottom.
    ///
    /// Generated from `uses.wit:5`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct BaseError {
        /// `depth`.
        pub depth: BaseDepth,
    }
    impl ::core::fmt::Display for BaseError {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            ::core::fmt::Debug::fmt(self, f)
        }
    }
    impl ::core::error::Error for BaseError {}
    /// Generated from `uses.wit:8`.
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
    pub enum Unit {
        /// `m`.
        M,
        /// `km`.
        Km,
    }
    /// Generated from `uses.wit:8`.
    pub type Measure = Unit;
    /// Generated from `uses.wit:13`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Pair {
        /// `one`.
        pub one: Item,
        /// `other`.
        pub other: Item,
    }
    /// Its own.
    ///
    /// Generated from `uses.wit:21`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub enum Error {
        /// `low`.
        Low(BaseError),
        /// `unit`.
        Unit(Unit),
    }
    impl ::core::fmt::Display for Error {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            match self {
                Self::Low(payload) => ::core::write!(f, "low({payload:?})"),
                Self::Unit(payload) => ::core::write!(f, "unit({payload:?})"),
            }
        }
    }
    impl ::core::error::Error for Error {}
    /// Generated from `uses.wit:22`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Depth {
        /// `pair`.
        pub pair: Pair,
    }
    /// Generated from `uses.wit:6`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct BaseDepth {
        /// `metres`.
        pub metres: u32,
    }
    /// Generated from `uses.wit:7`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Item {
        /// `depth`.
        pub depth: BaseDepth,
        /// `unit`.
        pub unit: Unit,
    }
    const _: () = {
        type __Fields = (BaseDepth, ());
        impl ::isorun::__private::Shape for BaseError {
            const LAYOUT: ::isorun::__private::Layout = <__Fields as ::isorun::__private::Params>::LAYOUT;
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::record([
                    ("depth", <BaseDepth as ::isorun::__private::Shape>::ty()),
                ])
            }
        }
        impl ::isorun::__private::Lower for BaseError {
            fn store<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::LowerParams::store(&(&self.depth, ()), sink, at)
            }
            fn lower_flat<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                flat: &mut [u64],
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::LowerParams::lower_flat(
                    &(&self.depth, ()),
                    sink,
                    flat,
                )
            }
        }
        impl ::isorun::__private::Lift for BaseError {
            fn load<S: ::isorun::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                let (depth, ()) = <__Fields as ::isorun::__private::LiftParams>::load(
                    source,
                    at,
                )?;
                ::core::result::Result::Ok(Self { depth })
            }
            fn lift_flat<S: ::isorun::__private::Source>(
                source: &mut S,
                flat: &[u64],
            ) -> ::core::result::Result<Self, S::Error> {
                let (depth, ()) = <__Fields as ::isorun::__private::LiftParams>::lift_flat(
                    source,
                    flat,
                )?;
                ::core::result::Result::Ok(Self { depth })
            }
        }
    };
    const _: () = {
        fn __case(index: u32) -> Unit {
            match index {
                0 => Unit::M,
                _ => Unit::Km,
            }
        }
        impl ::isorun::__private::Shape for Unit {
            const LAYOUT: ::isorun::__private::Layout = ::isorun::__private::Layout::enumeration(
                2,
            );
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::enumeration(["m", "km"])
            }
        }
        impl ::isorun::__private::Lower for Unit {
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
        impl ::isorun::__private::Lift for Unit {
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
        type __Fields = (Item, (Item, ()));
        impl ::isorun::__private::Shape for Pair {
            const LAYOUT: ::isorun::__private::Layout = <__Fields as ::isorun::__private::Params>::LAYOUT;
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::record([
                    ("one", <Item as ::isorun::__private::Shape>::ty()),
                    ("other", <Item as ::isorun::__private::Shape>::ty()),
                ])
            }
        }
        impl ::isorun::__private::Lower for Pair {
            fn store<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::LowerParams::store(
                    &(&self.one, (&self.other, ())),
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
                    &(&self.one, (&self.other, ())),
                    sink,
                    flat,
                )
            }
        }
        impl ::isorun::__private::Lift for Pair {
            fn load<S: ::isorun::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                let (one, (other, ())) = <__Fields as ::isorun::__private::LiftParams>::load(
                    source,
                    at,
                )?;
                ::core::result::Result::Ok(Self { one, other })
            }
            fn lift_flat<S: ::isorun::__private::Source>(
                source: &mut S,
                flat: &[u64],
            ) -> ::core::result::Result<Self, S::Error> {
                let (one, (other, ())) = <__Fields as ::isorun::__private::LiftParams>::lift_flat(
                    source,
                    flat,
                )?;
                ::core::result::Result::Ok(Self { one, other })
            }
        }
    };
    const _: () = {
        const __CASES: ::isorun::__private::Cases<2> = ::isorun::__private::Cases::new([
            ::core::option::Option::Some(
                <BaseError as ::isorun::__private::Shape>::LAYOUT,
            ),
            ::core::option::Option::Some(<Unit as ::isorun::__private::Shape>::LAYOUT),
        ]);
        impl ::isorun::__private::Shape for Error {
            const LAYOUT: ::isorun::__private::Layout = __CASES.layout;
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::variant([
                    (
                        "low",
                        ::core::option::Option::Some(
                            <BaseError as ::isorun::__private::Shape>::ty(),
                        ),
                    ),
                    (
                        "unit",
                        ::core::option::Option::Some(
                            <Unit as ::isorun::__private::Shape>::ty(),
                        ),
                    ),
                ])
            }
        }
        impl ::isorun::__private::Lower for Error {
            fn store<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                match self {
                    Self::Low(payload) => {
                        ::isorun::__private::store_case(sink, at, &__CASES, 0, payload)
                    }
                    Self::Unit(payload) => {
                        ::isorun::__private::store_case(sink, at, &__CASES, 1, payload)
                    }
                }
            }
            fn lower_flat<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                flat: &mut [u64],
            ) -> ::core::result::Result<(), S::Error> {
                match self {
                    Self::Low(payload) => {
                        ::isorun::__private::lower_case(sink, flat, 0, payload)
                    }
                    Self::Unit(payload) => {
                        ::isorun::__private::lower_case(sink, flat, 1, payload)
                    }
                }
            }
        }
        impl ::isorun::__private::Lift for Error {
            fn load<S: ::isorun::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                let (case, at) = ::isorun::__private::load_case(source, at, &__CASES)?;
                ::core::result::Result::Ok(
                    match case {
                        0 => Self::Low(::isorun::__private::Lift::load(source, at)?),
                        _ => Self::Unit(::isorun::__private::Lift::load(source, at)?),
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
                            Self::Low(
                                ::isorun::__private::Lift::lift_flat(source, flat)?,
                            )
                        }
                        _ => {
                            Self::Unit(
                                ::isorun::__private::Lift::lift_flat(source, flat)?,
                            )
                        }
                    },
                )
            }
        }
    };
    const _: () = {
        type __Fields = (Pair, ());
        impl ::isorun::__private::Shape for Depth {
            const LAYOUT: ::isorun::__private::Layout = <__Fields as ::isorun::__private::Params>::LAYOUT;
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::record([
                    ("pair", <Pair as ::isorun::__private::Shape>::ty()),
                ])
            }
        }
        impl ::isorun::__private::Lower for Depth {
            fn store<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::LowerParams::store(&(&self.pair, ()), sink, at)
            }
            fn lower_flat<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                flat: &mut [u64],
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::LowerParams::lower_flat(
                    &(&self.pair, ()),
                    sink,
                    flat,
                )
            }
        }
        impl ::isorun::__private::Lift for Depth {
            fn load<S: ::isorun::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                let (pair, ()) = <__Fields as ::isorun::__private::LiftParams>::load(
                    source,
                    at,
                )?;
                ::core::result::Result::Ok(Self { pair })
            }
            fn lift_flat<S: ::isorun::__private::Source>(
                source: &mut S,
                flat: &[u64],
            ) -> ::core::result::Result<Self, S::Error> {
                let (pair, ()) = <__Fields as ::isorun::__private::LiftParams>::lift_flat(
                    source,
                    flat,
                )?;
                ::core::result::Result::Ok(Self { pair })
            }
        }
    };
    const _: () = {
        type __Fields = (u32, ());
        impl ::isorun::__private::Shape for BaseDepth {
            const LAYOUT: ::isorun::__private::Layout = <__Fields as ::isorun::__private::Params>::LAYOUT;
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::record([
                    ("metres", <u32 as ::isorun::__private::Shape>::ty()),
                ])
            }
        }
        impl ::isorun::__private::Lower for BaseDepth {
            fn store<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::LowerParams::store(&(&self.metres, ()), sink, at)
            }
            fn lower_flat<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                flat: &mut [u64],
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::LowerParams::lower_flat(
                    &(&self.metres, ()),
                    sink,
                    flat,
                )
            }
        }
        impl ::isorun::__private::Lift for BaseDepth {
            fn load<S: ::isorun::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                let (metres, ()) = <__Fields as ::isorun::__private::LiftParams>::load(
                    source,
                    at,
                )?;
                ::core::result::Result::Ok(Self { metres })
            }
            fn lift_flat<S: ::isorun::__private::Source>(
                source: &mut S,
                flat: &[u64],
            ) -> ::core::result::Result<Self, S::Error> {
                let (metres, ()) = <__Fields as ::isorun::__private::LiftParams>::lift_flat(
                    source,
                    flat,
                )?;
                ::core::result::Result::Ok(Self { metres })
            }
        }
    };
    const _: () = {
        type __Fields = (BaseDepth, (Unit, ()));
        impl ::isorun::__private::Shape for Item {
            const LAYOUT: ::isorun::__private::Layout = <__Fields as ::isorun::__private::Params>::LAYOUT;
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::record([
                    ("depth", <BaseDepth as ::isorun::__private::Shape>::ty()),
                    ("unit", <Unit as ::isorun::__private::Shape>::ty()),
                ])
            }
        }
        impl ::isorun::__private::Lower for Item {
            fn store<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::LowerParams::store(
                    &(&self.depth, (&self.unit, ())),
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
                    &(&self.depth, (&self.unit, ())),
                    sink,
                    flat,
                )
            }
        }
        impl ::isorun::__private::Lift for Item {
            fn load<S: ::isorun::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                let (depth, (unit, ())) = <__Fields as ::isorun::__private::LiftParams>::load(
                    source,
                    at,
                )?;
                ::core::result::Result::Ok(Self { depth, unit })
            }
            fn lift_flat<S: ::isorun::__private::Source>(
                source: &mut S,
                flat: &[u64],
            ) -> ::core::result::Result<Self, S::Error> {
                let (depth, (unit, ())) = <__Fields as ::isorun::__private::LiftParams>::lift_flat(
                    source,
                    flat,
                )?;
                ::core::result::Result::Ok(Self { depth, unit })
            }
        }
    };
    /// The interface `topics:uses/uses@1.0.0` as a type: what `register`, `caller` and `export` are told.
    #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
    pub struct Interface;
    impl ::isorun::StaticInterface for Interface {
        type Caller = Caller;
        fn interface() -> &'static ::isorun::Interface {
            static INTERFACE: ::std::sync::LazyLock<::isorun::Interface> = ::std::sync::LazyLock::new(||
            {
                ::isorun::__private::interface(
                    "topics:uses/uses@1.0.0",
                    [
                        ::isorun::__private::function(
                            "dive",
                            [
                                ("depth", <Depth as ::isorun::__private::Shape>::ty()),
                                ("measure", <Measure as ::isorun::__private::Shape>::ty()),
                            ],
                            ::core::option::Option::Some(
                                <::core::result::Result<
                                    (),
                                    Error,
                                > as ::isorun::__private::Shape>::ty(),
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
    /// Generated from `uses.wit:17`.
    pub trait Uses: ::core::marker::Send + ::core::marker::Sync + 'static {
        /// Generated from `uses.wit:24`.
        fn dive<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            depth: &'a Depth,
            measure: Measure,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), Error>>,
        > + ::core::marker::Send;
    }
    /// Calls the functions of `topics:uses/uses@1.0.0` on the instance that it was made for.
    #[derive(::core::clone::Clone, ::core::fmt::Debug)]
    pub struct Caller(::isorun::__private::Target);
    impl Caller {
        /// The instance that is called.
        #[must_use]
        pub fn instance(&self) -> &::isorun::Instance {
            self.0.instance()
        }
        /// Generated from `uses.wit:24`.
        pub fn dive<'a>(
            &'a self,
            depth: &'a Depth,
            measure: Measure,
        ) -> ::isorun::Call<'a, ::core::result::Result<(), Error>> {
            self.0.call(0, (depth, (measure, ())))
        }
    }
    impl Uses for Caller {
        fn dive<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            depth: &'a Depth,
            measure: Measure,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), Error>>,
        > + ::core::marker::Send {
            self.0.call(0, (depth, (measure, ()))).within(cx)
        }
    }
    impl Uses for ::isorun::Remote<Interface> {
        fn dive<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            depth: &'a Depth,
            measure: Measure,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), Error>>,
        > + ::core::marker::Send {
            self.target().call(0, (depth, (measure, ()))).within(cx)
        }
    }
    #[doc(hidden)]
    #[macro_export]
    macro_rules! __isorun_uses_c9d0869b6cb7915f {
        ($($item:tt)*) => {
            ::isorun::__private::system_impl! { ("topics:uses/uses@1.0.0") () ()
            (::isorun) (0 "uses.wit"
            "package topics:uses@1.0.0;\n\ninterface base {\n    /// What is at the bottom.\n    record error { depth: depth }\n    record depth { metres: u32 }\n    record item { depth: depth, unit: unit }\n    enum unit { m, km }\n}\n\ninterface middle {\n    use base.{item as thing};\n    record pair { one: thing, other: thing }\n    record depth { levels: u32 }\n}\n\ninterface uses {\n    use base.{error as base-error, unit, unit as measure};\n    use middle.{pair};\n    /// Its own.\n    variant error { low(base-error), unit(unit) }\n    record depth { pair: pair }\n\n    dive: func(depth: depth, measure: measure) -> result<_, error>;\n}\n")
            $($item)* }
        };
    }
    #[doc(hidden)]
    pub use __isorun_uses_c9d0869b6cb7915f as __system;
    const _: &[u8] = ::core::include_bytes!(
        ::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/uses.wit")
    );
}
