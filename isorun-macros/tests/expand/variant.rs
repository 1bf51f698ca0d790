/// The interface `topics:variant/variant@1.0.0`.
///
/// Generated from `variant.wit:3`.
#[allow(
    clippy::too_many_arguments,
    rustdoc::bare_urls,
    rustdoc::broken_intra_doc_links,
    rustdoc::invalid_html_tags,
    reason = "signatures and docs are those of the WIT"
)]
pub mod variant {
    /// Generated from `variant.wit:12`.
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
    pub enum FailureCode {
        /// `low`.
        Low,
        /// `high`.
        High,
    }
    /// Why not.
    ///
    /// Generated from `variant.wit:5`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub enum Failure {
        /// `not-found`.
        NotFound,
        /// Wait so many seconds.
        Busy(u32),
        /// `nested`.
        Nested(
            ::core::result::Result<
                ::core::option::Option<(u8, ::std::string::String)>,
                ::std::vec::Vec<FailureCode>,
            >,
        ),
    }
    impl ::core::fmt::Display for Failure {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            match self {
                Self::NotFound => f.write_str("not-found"),
                Self::Busy(payload) => ::core::write!(f, "busy({payload:?})"),
                Self::Nested(payload) => ::core::write!(f, "nested({payload:?})"),
            }
        }
    }
    impl ::core::error::Error for Failure {}
    const _: () = {
        fn __case(index: u32) -> FailureCode {
            match index {
                0 => FailureCode::Low,
                _ => FailureCode::High,
            }
        }
        impl ::isorun::__private::Shape for FailureCode {
            const LAYOUT: ::isorun::__private::Layout = ::isorun::__private::Layout::enumeration(
                2,
            );
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::enumeration(["low", "high"])
            }
        }
        impl ::isorun::__private::Lower for FailureCode {
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
        impl ::isorun::__private::Lift for FailureCode {
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
        const __CASES: ::isorun::__private::Cases<3> = ::isorun::__private::Cases::new([
            ::core::option::Option::None,
            ::core::option::Option::Some(<u32 as ::isorun::__private::Shape>::LAYOUT),
            ::core::option::Option::Some(
                <::core::result::Result<
                    ::core::option::Option<(u8, ::std::string::String)>,
                    ::std::vec::Vec<FailureCode>,
                > as ::isorun::__private::Shape>::LAYOUT,
            ),
        ]);
        impl ::isorun::__private::Shape for Failure {
            const LAYOUT: ::isorun::__private::Layout = __CASES.layout;
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::variant([
                    ("not-found", ::core::option::Option::None),
                    (
                        "busy",
                        ::core::option::Option::Some(
                            <u32 as ::isorun::__private::Shape>::ty(),
                        ),
                    ),
                    (
                        "nested",
                        ::core::option::Option::Some(
                            <::core::result::Result<
                                ::core::option::Option<(u8, ::std::string::String)>,
                                ::std::vec::Vec<FailureCode>,
                            > as ::isorun::__private::Shape>::ty(),
                        ),
                    ),
                ])
            }
        }
        impl ::isorun::__private::Lower for Failure {
            fn store<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                match self {
                    Self::NotFound => {
                        ::isorun::__private::store_case(sink, at, &__CASES, 0, &())
                    }
                    Self::Busy(payload) => {
                        ::isorun::__private::store_case(sink, at, &__CASES, 1, payload)
                    }
                    Self::Nested(payload) => {
                        ::isorun::__private::store_case(sink, at, &__CASES, 2, payload)
                    }
                }
            }
            fn lower_flat<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                flat: &mut [u64],
            ) -> ::core::result::Result<(), S::Error> {
                match self {
                    Self::NotFound => ::isorun::__private::lower_case(sink, flat, 0, &()),
                    Self::Busy(payload) => {
                        ::isorun::__private::lower_case(sink, flat, 1, payload)
                    }
                    Self::Nested(payload) => {
                        ::isorun::__private::lower_case(sink, flat, 2, payload)
                    }
                }
            }
        }
        impl ::isorun::__private::Lift for Failure {
            fn load<S: ::isorun::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                let (case, at) = ::isorun::__private::load_case(source, at, &__CASES)?;
                ::core::result::Result::Ok(
                    match case {
                        0 => Self::NotFound,
                        1 => Self::Busy(::isorun::__private::Lift::load(source, at)?),
                        _ => Self::Nested(::isorun::__private::Lift::load(source, at)?),
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
                        0 => Self::NotFound,
                        1 => {
                            Self::Busy(
                                ::isorun::__private::Lift::lift_flat(source, flat)?,
                            )
                        }
                        _ => {
                            Self::Nested(
                                ::isorun::__private::Lift::lift_flat(source, flat)?,
                            )
                        }
                    },
                )
            }
        }
    };
    /// The interface `topics:variant/variant@1.0.0` as a type: what `register`, `caller` and `export` are told.
    #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
    pub struct Interface;
    impl ::isorun::StaticInterface for Interface {
        type Caller = Caller;
        fn interface() -> &'static ::isorun::Interface {
            static INTERFACE: ::std::sync::LazyLock<::isorun::Interface> = ::std::sync::LazyLock::new(||
            {
                ::isorun::__private::interface(
                    "topics:variant/variant@1.0.0",
                    [
                        ::isorun::__private::function(
                            "act",
                            [("how", <Failure as ::isorun::__private::Shape>::ty())],
                            ::core::option::Option::Some(
                                <::core::result::Result<
                                    (),
                                    Failure,
                                > as ::isorun::__private::Shape>::ty(),
                            ),
                        ),
                        ::isorun::__private::function(
                            "explain",
                            [
                                ("code", <FailureCode as ::isorun::__private::Shape>::ty()),
                            ],
                            ::core::option::Option::Some(
                                <::std::string::String as ::isorun::__private::Shape>::ty(),
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
    /// Generated from `variant.wit:3`.
    pub trait Variant: ::core::marker::Send + ::core::marker::Sync + 'static {
        /// Generated from `variant.wit:14`.
        fn act<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            how: &'a Failure,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), Failure>>,
        > + ::core::marker::Send;
        /// Generated from `variant.wit:15`.
        fn explain<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            code: FailureCode,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::std::string::String>,
        > + ::core::marker::Send;
    }
    /// Calls the functions of `topics:variant/variant@1.0.0` on the instance that it was made for.
    #[derive(::core::clone::Clone, ::core::fmt::Debug)]
    pub struct Caller(::isorun::__private::Target);
    impl Caller {
        /// The instance that is called.
        #[must_use]
        pub fn instance(&self) -> &::isorun::Instance {
            self.0.instance()
        }
        /// Generated from `variant.wit:14`.
        pub fn act<'a>(
            &'a self,
            how: &'a Failure,
        ) -> ::isorun::Call<'a, ::core::result::Result<(), Failure>> {
            self.0.call(0, (how, ()))
        }
        /// Generated from `variant.wit:15`.
        pub fn explain(
            &self,
            code: FailureCode,
        ) -> ::isorun::Call<'_, ::std::string::String> {
            self.0.call(1, (code, ()))
        }
    }
    impl Variant for Caller {
        fn act<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            how: &'a Failure,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), Failure>>,
        > + ::core::marker::Send {
            self.0.call(0, (how, ())).within(cx)
        }
        fn explain<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            code: FailureCode,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::std::string::String>,
        > + ::core::marker::Send {
            self.0.call(1, (code, ())).within(cx)
        }
    }
    impl Variant for ::isorun::Remote<Interface> {
        fn act<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            how: &'a Failure,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), Failure>>,
        > + ::core::marker::Send {
            self.target().call(0, (how, ())).within(cx)
        }
        fn explain<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            code: FailureCode,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::std::string::String>,
        > + ::core::marker::Send {
            self.target().call(1, (code, ())).within(cx)
        }
    }
    #[doc(hidden)]
    #[macro_export]
    macro_rules! __isorun_variant_0fde6759231215d2 {
        ($($item:tt)*) => {
            ::isorun::__private::system_impl! { ("topics:variant/variant@1.0.0") () ()
            (::isorun) (0 "variant.wit"
            "package topics:%variant@1.0.0;\n\ninterface %variant {\n    /// Why not.\n    variant failure {\n        not-found,\n        /// Wait so many seconds.\n        busy(u32),\n        nested(result<option<tuple<u8, string>>, list<failure-code>>),\n    }\n\n    enum failure-code { low, high }\n\n    act: func(how: failure) -> result<_, failure>;\n    explain: func(code: failure-code) -> string;\n}\n")
            $($item)* }
        };
    }
    #[doc(hidden)]
    pub use __isorun_variant_0fde6759231215d2 as __system;
    const _: &[u8] = ::core::include_bytes!(
        ::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/variant.wit")
    );
}
