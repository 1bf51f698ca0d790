/// The interface `topics:system/system@1.0.0`.
///
/// Generated from `system.wit:3`.
#[allow(
    clippy::too_many_arguments,
    rustdoc::bare_urls,
    rustdoc::broken_intra_doc_links,
    rustdoc::invalid_html_tags,
    reason = "signatures and docs are those of the WIT"
)]
pub mod system {
    /// Generated from `system.wit:4`.
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
    pub enum Level {
        /// `low`.
        Low,
        /// `high`.
        High,
    }
    /// Generated from `system.wit:5`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Entry {
        /// `name`.
        pub name: ::std::string::String,
    }
    /// Generated from `system.wit:6`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub enum Error {
        /// `gone`.
        Gone,
    }
    impl ::core::fmt::Display for Error {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            match self {
                Self::Gone => f.write_str("gone"),
            }
        }
    }
    impl ::core::error::Error for Error {}
    const _: () = {
        fn __case(index: u32) -> Level {
            match index {
                0 => Level::Low,
                _ => Level::High,
            }
        }
        impl ::isorun::__private::Shape for Level {
            const LAYOUT: ::isorun::__private::Layout = ::isorun::__private::Layout::enumeration(
                2,
            );
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::enumeration(["low", "high"])
            }
        }
        impl ::isorun::__private::Lower for Level {
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
        impl ::isorun::__private::Lift for Level {
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
        type __Fields = (::std::string::String, ());
        impl ::isorun::__private::Shape for Entry {
            const LAYOUT: ::isorun::__private::Layout = <__Fields as ::isorun::__private::Params>::LAYOUT;
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::record([
                    ("name", <::std::string::String as ::isorun::__private::Shape>::ty()),
                ])
            }
        }
        impl ::isorun::__private::Lower for Entry {
            fn store<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::LowerParams::store(&(&self.name, ()), sink, at)
            }
            fn lower_flat<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                flat: &mut [u64],
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::LowerParams::lower_flat(
                    &(&self.name, ()),
                    sink,
                    flat,
                )
            }
        }
        impl ::isorun::__private::Lift for Entry {
            fn load<S: ::isorun::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                let (name, ()) = <__Fields as ::isorun::__private::LiftParams>::load(
                    source,
                    at,
                )?;
                ::core::result::Result::Ok(Self { name })
            }
            fn lift_flat<S: ::isorun::__private::Source>(
                source: &mut S,
                flat: &[u64],
            ) -> ::core::result::Result<Self, S::Error> {
                let (name, ()) = <__Fields as ::isorun::__private::LiftParams>::lift_flat(
                    source,
                    flat,
                )?;
                ::core::result::Result::Ok(Self { name })
            }
        }
    };
    const _: () = {
        const __CASES: ::isorun::__private::Cases<1> = ::isorun::__private::Cases::new([
            ::core::option::Option::None,
        ]);
        impl ::isorun::__private::Shape for Error {
            const LAYOUT: ::isorun::__private::Layout = __CASES.layout;
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::variant([
                    ("gone", ::core::option::Option::None),
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
                    Self::Gone => {
                        ::isorun::__private::store_case(sink, at, &__CASES, 0, &())
                    }
                }
            }
            fn lower_flat<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                flat: &mut [u64],
            ) -> ::core::result::Result<(), S::Error> {
                match self {
                    Self::Gone => ::isorun::__private::lower_case(sink, flat, 0, &()),
                }
            }
        }
        impl ::isorun::__private::Lift for Error {
            fn load<S: ::isorun::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                let (case, _) = ::isorun::__private::load_case(source, at, &__CASES)?;
                ::core::result::Result::Ok(
                    match case {
                        _ => Self::Gone,
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
                        _ => Self::Gone,
                    },
                )
            }
        }
    };
    /// The interface `topics:system/system@1.0.0` as a type: what `register`, `caller` and `export` are told.
    #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
    pub struct Interface;
    impl ::isorun::StaticInterface for Interface {
        type Caller = Caller;
        fn interface() -> &'static ::isorun::Interface {
            static INTERFACE: ::std::sync::LazyLock<::isorun::Interface> = ::std::sync::LazyLock::new(||
            {
                ::isorun::__private::interface(
                    "topics:system/system@1.0.0",
                    [
                        ::isorun::__private::function(
                            "none",
                            ::core::iter::empty::<(&str, ::isorun::__private::Type)>(),
                            ::core::option::Option::None,
                        ),
                        ::isorun::__private::function(
                            "values",
                            [
                                ("a", <u8 as ::isorun::__private::Shape>::ty()),
                                ("b", <u8 as ::isorun::__private::Shape>::ty()),
                                ("c", <Level as ::isorun::__private::Shape>::ty()),
                                ("d", <Level as ::isorun::__private::Shape>::ty()),
                            ],
                            ::core::option::Option::None,
                        ),
                        ::isorun::__private::function(
                            "texts",
                            [
                                (
                                    "a",
                                    <::std::string::String as ::isorun::__private::Shape>::ty(),
                                ),
                                (
                                    "b",
                                    <::std::string::String as ::isorun::__private::Shape>::ty(),
                                ),
                                (
                                    "c",
                                    <::std::vec::Vec<u8> as ::isorun::__private::Shape>::ty(),
                                ),
                                (
                                    "d",
                                    <::std::vec::Vec<u8> as ::isorun::__private::Shape>::ty(),
                                ),
                            ],
                            ::core::option::Option::None,
                        ),
                        ::isorun::__private::function(
                            "records",
                            [
                                ("a", <Entry as ::isorun::__private::Shape>::ty()),
                                ("b", <Entry as ::isorun::__private::Shape>::ty()),
                                ("c", <(u8, u8) as ::isorun::__private::Shape>::ty()),
                            ],
                            ::core::option::Option::None,
                        ),
                        ::isorun::__private::function(
                            "options",
                            [
                                (
                                    "a",
                                    <::core::option::Option<
                                        u8,
                                    > as ::isorun::__private::Shape>::ty(),
                                ),
                                (
                                    "b",
                                    <::core::option::Option<
                                        ::std::string::String,
                                    > as ::isorun::__private::Shape>::ty(),
                                ),
                                (
                                    "c",
                                    <::core::option::Option<
                                        ::std::string::String,
                                    > as ::isorun::__private::Shape>::ty(),
                                ),
                                (
                                    "d",
                                    <::core::option::Option<
                                        ::std::string::String,
                                    > as ::isorun::__private::Shape>::ty(),
                                ),
                                (
                                    "e",
                                    <::core::option::Option<
                                        Entry,
                                    > as ::isorun::__private::Shape>::ty(),
                                ),
                                (
                                    "f",
                                    <::core::option::Option<
                                        ::core::option::Option<u8>,
                                    > as ::isorun::__private::Shape>::ty(),
                                ),
                            ],
                            ::core::option::Option::None,
                        ),
                        ::isorun::__private::function(
                            "waits",
                            [
                                (
                                    "a",
                                    <::std::string::String as ::isorun::__private::Shape>::ty(),
                                ),
                                (
                                    "b",
                                    <::std::vec::Vec<Entry> as ::isorun::__private::Shape>::ty(),
                                ),
                            ],
                            ::core::option::Option::Some(
                                <::core::result::Result<
                                    u64,
                                    Error,
                                > as ::isorun::__private::Shape>::ty(),
                            ),
                        ),
                        ::isorun::__private::function(
                            "knows",
                            [("cx", <u8 as ::isorun::__private::Shape>::ty())],
                            ::core::option::Option::Some(
                                <::core::result::Result<
                                    (),
                                    Error,
                                > as ::isorun::__private::Shape>::ty(),
                            ),
                        ),
                        ::isorun::__private::function(
                            "stops",
                            ::core::iter::empty::<(&str, ::isorun::__private::Type)>(),
                            ::core::option::Option::Some(
                                <u8 as ::isorun::__private::Shape>::ty(),
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
    /// Generated from `system.wit:3`.
    pub trait System: ::core::marker::Send + ::core::marker::Sync + 'static {
        /// Generated from `system.wit:8`.
        fn none<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
        /// Generated from `system.wit:9`.
        fn values<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: u8,
            b: u8,
            c: Level,
            d: Level,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
        /// Generated from `system.wit:10`.
        fn texts<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: &'a str,
            b: &'a str,
            c: &'a [u8],
            d: &'a [u8],
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
        /// Generated from `system.wit:11`.
        fn records<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: &'a Entry,
            b: &'a Entry,
            c: &'a (u8, u8),
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
        /// Generated from `system.wit:12`.
        fn options<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: ::core::option::Option<u8>,
            b: ::core::option::Option<&'a str>,
            c: ::core::option::Option<&'a str>,
            d: ::core::option::Option<&'a str>,
            e: ::core::option::Option<&'a Entry>,
            f: ::core::option::Option<&'a ::core::option::Option<u8>>,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
        /// Generated from `system.wit:13`.
        fn waits<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: &'a str,
            b: &'a [Entry],
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<u64, Error>>,
        > + ::core::marker::Send;
        /// Generated from `system.wit:14`.
        fn knows<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            cx: u8,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), Error>>,
        > + ::core::marker::Send;
        /// Generated from `system.wit:15`.
        fn stops<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<u8>,
        > + ::core::marker::Send;
    }
    /// Calls the functions of `topics:system/system@1.0.0` on the instance that it was made for.
    #[derive(::core::clone::Clone, ::core::fmt::Debug)]
    pub struct Caller(::isorun::__private::Target);
    impl Caller {
        /// The instance that is called.
        #[must_use]
        pub fn instance(&self) -> &::isorun::Instance {
            self.0.instance()
        }
        /// Generated from `system.wit:8`.
        pub fn none(&self) -> ::isorun::Call<'_, ()> {
            self.0.call(0, ())
        }
        /// Generated from `system.wit:9`.
        pub fn values(
            &self,
            a: u8,
            b: u8,
            c: Level,
            d: Level,
        ) -> ::isorun::Call<'_, ()> {
            self.0.call(1, (a, (b, (c, (d, ())))))
        }
        /// Generated from `system.wit:10`.
        pub fn texts<'a>(
            &'a self,
            a: &'a str,
            b: &'a str,
            c: &'a [u8],
            d: &'a [u8],
        ) -> ::isorun::Call<'a, ()> {
            self.0.call(2, (a, (b, (c, (d, ())))))
        }
        /// Generated from `system.wit:11`.
        pub fn records<'a>(
            &'a self,
            a: &'a Entry,
            b: &'a Entry,
            c: &'a (u8, u8),
        ) -> ::isorun::Call<'a, ()> {
            self.0.call(3, (a, (b, (c, ()))))
        }
        /// Generated from `system.wit:12`.
        pub fn options<'a>(
            &'a self,
            a: ::core::option::Option<u8>,
            b: ::core::option::Option<&'a str>,
            c: ::core::option::Option<&'a str>,
            d: ::core::option::Option<&'a str>,
            e: ::core::option::Option<&'a Entry>,
            f: ::core::option::Option<&'a ::core::option::Option<u8>>,
        ) -> ::isorun::Call<'a, ()> {
            self.0.call(4, (a, (b, (c, (d, (e, (f, ())))))))
        }
        /// Generated from `system.wit:13`.
        pub fn waits<'a>(
            &'a self,
            a: &'a str,
            b: &'a [Entry],
        ) -> ::isorun::Call<'a, ::core::result::Result<u64, Error>> {
            self.0.call(5, (a, (b, ())))
        }
        /// Generated from `system.wit:14`.
        pub fn knows(
            &self,
            cx: u8,
        ) -> ::isorun::Call<'_, ::core::result::Result<(), Error>> {
            self.0.call(6, (cx, ()))
        }
        /// Generated from `system.wit:15`.
        pub fn stops(&self) -> ::isorun::Call<'_, u8> {
            self.0.call(7, ())
        }
    }
    impl System for Caller {
        fn none<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            self.0.call(0, ()).within(cx)
        }
        fn values<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: u8,
            b: u8,
            c: Level,
            d: Level,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            self.0.call(1, (a, (b, (c, (d, ()))))).within(cx)
        }
        fn texts<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: &'a str,
            b: &'a str,
            c: &'a [u8],
            d: &'a [u8],
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            self.0.call(2, (a, (b, (c, (d, ()))))).within(cx)
        }
        fn records<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: &'a Entry,
            b: &'a Entry,
            c: &'a (u8, u8),
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            self.0.call(3, (a, (b, (c, ())))).within(cx)
        }
        fn options<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: ::core::option::Option<u8>,
            b: ::core::option::Option<&'a str>,
            c: ::core::option::Option<&'a str>,
            d: ::core::option::Option<&'a str>,
            e: ::core::option::Option<&'a Entry>,
            f: ::core::option::Option<&'a ::core::option::Option<u8>>,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            self.0.call(4, (a, (b, (c, (d, (e, (f, ()))))))).within(cx)
        }
        fn waits<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: &'a str,
            b: &'a [Entry],
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<u64, Error>>,
        > + ::core::marker::Send {
            self.0.call(5, (a, (b, ()))).within(cx)
        }
        fn knows<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            cx: u8,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), Error>>,
        > + ::core::marker::Send {
            self.0.call(6, (cx, ())).within(cx)
        }
        fn stops<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<u8>,
        > + ::core::marker::Send {
            self.0.call(7, ()).within(cx)
        }
    }
    impl System for ::isorun::Remote<Interface> {
        fn none<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            self.target().call(0, ()).within(cx)
        }
        fn values<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: u8,
            b: u8,
            c: Level,
            d: Level,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            self.target().call(1, (a, (b, (c, (d, ()))))).within(cx)
        }
        fn texts<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: &'a str,
            b: &'a str,
            c: &'a [u8],
            d: &'a [u8],
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            self.target().call(2, (a, (b, (c, (d, ()))))).within(cx)
        }
        fn records<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: &'a Entry,
            b: &'a Entry,
            c: &'a (u8, u8),
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            self.target().call(3, (a, (b, (c, ())))).within(cx)
        }
        fn options<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: ::core::option::Option<u8>,
            b: ::core::option::Option<&'a str>,
            c: ::core::option::Option<&'a str>,
            d: ::core::option::Option<&'a str>,
            e: ::core::option::Option<&'a Entry>,
            f: ::core::option::Option<&'a ::core::option::Option<u8>>,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            self.target().call(4, (a, (b, (c, (d, (e, (f, ()))))))).within(cx)
        }
        fn waits<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: &'a str,
            b: &'a [Entry],
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<u64, Error>>,
        > + ::core::marker::Send {
            self.target().call(5, (a, (b, ()))).within(cx)
        }
        fn knows<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            cx: u8,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), Error>>,
        > + ::core::marker::Send {
            self.target().call(6, (cx, ())).within(cx)
        }
        fn stops<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<u8>,
        > + ::core::marker::Send {
            self.target().call(7, ()).within(cx)
        }
    }
    #[doc(hidden)]
    #[macro_export]
    macro_rules! __isorun_system_d9475476b481f4af {
        ($($item:tt)*) => {
            ::isorun::__private::system_impl! { ("topics:system/system@1.0.0") () ()
            (::isorun) (0 "system.wit"
            "package topics:system@1.0.0;\n\ninterface system {\n    enum level { low, high }\n    record entry { name: string }\n    variant error { gone }\n\n    none: func();\n    values: func(a: u8, b: u8, c: level, d: level);\n    texts: func(a: string, b: string, c: list<u8>, d: list<u8>);\n    records: func(a: entry, b: entry, c: tuple<u8, u8>);\n    options: func(a: option<u8>, b: option<string>, c: option<string>, d: option<string>, e: option<entry>, f: option<option<u8>>);\n    waits: func(a: string, b: list<entry>) -> result<u64, error>;\n    knows: func(cx: u8) -> result<_, error>;\n    stops: func() -> u8;\n}\n")
            $($item)* }
        };
    }
    #[doc(hidden)]
    pub use __isorun_system_d9475476b481f4af as __system;
    const _: &[u8] = ::core::include_bytes!(
        ::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/system.wit")
    );
}
#[cfg(unix)]
const _: () = {
    #[allow(clippy::too_many_arguments, reason = "the signatures are those of the WIT")]
    trait __System<T>
    where
        T: Send + Sync + 'static,
    {
        fn none(&self);
        fn values(&self, _: u8, _: &u8, _: system::Level, _: &system::Level);
        fn texts(&self, _: &str, _: String, _: &[u8], _: Vec<u8>);
        fn records(&self, _: &system::Entry, _: system::Entry, _: (u8, u8));
        fn options(
            &self,
            _: Option<u8>,
            _: Option<&str>,
            _: Option<String>,
            _: &Option<String>,
            _: Option<&system::Entry>,
            _: Option<&Option<u8>>,
        ) -> impl ::core::future::Future<Output = ()> + ::core::marker::Send;
        fn waits(
            &self,
            _: &isorun::Cx,
            _: String,
            _: &[system::Entry],
        ) -> impl ::core::future::Future<
            Output = Result<u64, system::Error>,
        > + ::core::marker::Send;
        fn knows(
            &self,
            _: &isorun::Cx,
            _: u8,
        ) -> isorun::Result<Result<(), system::Error>>;
        fn stops(&self) -> isorun::Result<u8>;
    }
    impl<T> __System<T> for Mine<T>
    where
        T: Send + Sync + 'static,
    {
        fn none(&self) {}
        fn values(&self, a: u8, b: &u8, _c: system::Level, d: &system::Level) {}
        fn texts(&self, a: &str, mut b: String, c: &[u8], d: Vec<u8>) {}
        fn records(&self, a: &system::Entry, b: system::Entry, (one, two): (u8, u8)) {}
        async fn options(
            &self,
            a: Option<u8>,
            b: Option<&str>,
            c: Option<String>,
            d: &Option<String>,
            e: Option<&system::Entry>,
            f: Option<&Option<u8>>,
        ) {}
        async fn waits(
            &self,
            cx: &isorun::Cx,
            a: String,
            b: &[system::Entry],
        ) -> Result<u64, system::Error> {
            Ok(0)
        }
        fn knows(
            &self,
            cx: &isorun::Cx,
            level: u8,
        ) -> isorun::Result<Result<(), system::Error>> {
            Ok(Ok(()))
        }
        fn stops(&self) -> isorun::Result<u8> {
            Ok(0)
        }
    }
    /// Docs of the user's.
    impl<T> system::System for Mine<T>
    where
        T: Send + Sync + 'static,
    {
        fn none<'a>(
            &'a self,
            _: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            ::core::future::ready(
                ::isorun::__private::IntoOutcome::<
                    (),
                >::into_outcome(<Self as __System<T>>::none(self)),
            )
        }
        fn values<'a>(
            &'a self,
            _: &'a ::isorun::Cx,
            a: u8,
            b: u8,
            c: system::Level,
            d: system::Level,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            ::core::future::ready(
                ::isorun::__private::IntoOutcome::<
                    (),
                >::into_outcome(<Self as __System<T>>::values(self, a, &b, c, &d)),
            )
        }
        fn texts<'a>(
            &'a self,
            _: &'a ::isorun::Cx,
            a: &'a str,
            b: &'a str,
            c: &'a [u8],
            d: &'a [u8],
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            ::core::future::ready(
                ::isorun::__private::IntoOutcome::<
                    (),
                >::into_outcome(
                    <Self as __System<
                        T,
                    >>::texts(
                        self,
                        a,
                        ::std::borrow::ToOwned::to_owned(b),
                        c,
                        ::std::borrow::ToOwned::to_owned(d),
                    ),
                ),
            )
        }
        fn records<'a>(
            &'a self,
            _: &'a ::isorun::Cx,
            a: &'a system::Entry,
            b: &'a system::Entry,
            c: &'a (u8, u8),
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            ::core::future::ready(
                ::isorun::__private::IntoOutcome::<
                    (),
                >::into_outcome(
                    <Self as __System<
                        T,
                    >>::records(
                        self,
                        a,
                        ::core::clone::Clone::clone(b),
                        ::core::clone::Clone::clone(c),
                    ),
                ),
            )
        }
        fn options<'a>(
            &'a self,
            _: &'a ::isorun::Cx,
            a: ::core::option::Option<u8>,
            b: ::core::option::Option<&'a str>,
            c: ::core::option::Option<&'a str>,
            d: ::core::option::Option<&'a str>,
            e: ::core::option::Option<&'a system::Entry>,
            f: ::core::option::Option<&'a ::core::option::Option<u8>>,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            async move {
                ::isorun::__private::IntoOutcome::<
                    (),
                >::into_outcome(
                    <Self as __System<
                        T,
                    >>::options(
                            self,
                            a,
                            b,
                            ::core::option::Option::map(
                                c,
                                ::std::borrow::ToOwned::to_owned,
                            ),
                            &::core::option::Option::map(
                                d,
                                ::std::borrow::ToOwned::to_owned,
                            ),
                            e,
                            f,
                        )
                        .await,
                )
            }
        }
        fn waits<'a>(
            &'a self,
            __cx: &'a ::isorun::Cx,
            a: &'a str,
            b: &'a [system::Entry],
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<u64, system::Error>>,
        > + ::core::marker::Send {
            async move {
                ::isorun::__private::IntoOutcome::<
                    ::core::result::Result<u64, system::Error>,
                >::into_outcome(
                    <Self as __System<
                        T,
                    >>::waits(self, __cx, ::std::borrow::ToOwned::to_owned(a), b)
                        .await,
                )
            }
        }
        fn knows<'a>(
            &'a self,
            __cx: &'a ::isorun::Cx,
            cx: u8,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), system::Error>>,
        > + ::core::marker::Send {
            ::core::future::ready(
                ::isorun::__private::IntoOutcome::<
                    ::core::result::Result<(), system::Error>,
                >::into_outcome(<Self as __System<T>>::knows(self, __cx, cx)),
            )
        }
        fn stops<'a>(
            &'a self,
            _: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<u8>,
        > + ::core::marker::Send {
            ::core::future::ready(
                ::isorun::__private::IntoOutcome::<
                    u8,
                >::into_outcome(<Self as __System<T>>::stops(self)),
            )
        }
    }
    impl<T> ::isorun::System<system::Interface> for Mine<T>
    where
        T: Send + Sync + 'static,
    {
        fn functions<__Table: ::isorun::__private::Functions<Self>>(
            __functions: &mut __Table,
        ) {
            __functions
                .sync::<
                    (),
                    (),
                    { ::isorun::__private::slots::<()>() },
                    { ::isorun::__private::result_slots::<()>() },
                >(
                    0,
                    |__this, __reach, ()| {
                        let _ = __reach;
                        ::isorun::__private::IntoOutcome::<
                            (),
                        >::into_outcome(<Self as __System<T>>::none(__this))
                    },
                );
            __functions
                .sync::<
                    (u8, (u8, (system::Level, (system::Level, ())))),
                    (),
                    {
                        ::isorun::__private::slots::<
                            (u8, (u8, (system::Level, (system::Level, ())))),
                        >()
                    },
                    { ::isorun::__private::result_slots::<()>() },
                >(
                    1,
                    |__this, __reach, (a, (b, (c, (d, ()))))| {
                        let _ = __reach;
                        ::isorun::__private::IntoOutcome::<
                            (),
                        >::into_outcome(
                            <Self as __System<T>>::values(__this, a, &b, c, &d),
                        )
                    },
                );
            __functions
                .sync::<
                    (
                        ::std::string::String,
                        (
                            ::std::string::String,
                            (::isorun::__private::Bytes, (::std::vec::Vec<u8>, ())),
                        ),
                    ),
                    (),
                    {
                        ::isorun::__private::slots::<
                            (
                                ::std::string::String,
                                (
                                    ::std::string::String,
                                    (::isorun::__private::Bytes, (::std::vec::Vec<u8>, ())),
                                ),
                            ),
                        >()
                    },
                    { ::isorun::__private::result_slots::<()>() },
                >(
                    2,
                    |__this, __reach, (a, (b, (c, (d, ()))))| {
                        let _ = __reach;
                        ::isorun::__private::IntoOutcome::<
                            (),
                        >::into_outcome(
                            <Self as __System<
                                T,
                            >>::texts(__this, &a, b, c.get(__reach), d),
                        )
                    },
                );
            __functions
                .sync::<
                    (system::Entry, (system::Entry, ((u8, u8), ()))),
                    (),
                    {
                        ::isorun::__private::slots::<
                            (system::Entry, (system::Entry, ((u8, u8), ()))),
                        >()
                    },
                    { ::isorun::__private::result_slots::<()>() },
                >(
                    3,
                    |__this, __reach, (a, (b, (c, ())))| {
                        let _ = __reach;
                        ::isorun::__private::IntoOutcome::<
                            (),
                        >::into_outcome(<Self as __System<T>>::records(__this, &a, b, c))
                    },
                );
            __functions
                .asynchronous::<
                    (
                        ::core::option::Option<u8>,
                        (
                            ::core::option::Option<::std::string::String>,
                            (
                                ::core::option::Option<::std::string::String>,
                                (
                                    ::core::option::Option<::std::string::String>,
                                    (
                                        ::core::option::Option<system::Entry>,
                                        (::core::option::Option<::core::option::Option<u8>>, ()),
                                    ),
                                ),
                            ),
                        ),
                    ),
                    (),
                    {
                        ::isorun::__private::slots::<
                            (
                                ::core::option::Option<u8>,
                                (
                                    ::core::option::Option<::std::string::String>,
                                    (
                                        ::core::option::Option<::std::string::String>,
                                        (
                                            ::core::option::Option<::std::string::String>,
                                            (
                                                ::core::option::Option<system::Entry>,
                                                (::core::option::Option<::core::option::Option<u8>>, ()),
                                            ),
                                        ),
                                    ),
                                ),
                            ),
                        >()
                    },
                    { ::isorun::__private::result_slots::<()>() },
                >(
                    4,
                    |__this, _, (a, (b, (c, (d, (e, (f, ()))))))| ::std::boxed::Box::pin(async move {
                        ::isorun::__private::IntoOutcome::<
                            (),
                        >::into_outcome(
                            <Self as __System<
                                T,
                            >>::options(
                                    __this,
                                    a,
                                    ::core::option::Option::as_deref(&b),
                                    c,
                                    &d,
                                    ::core::option::Option::as_ref(&e),
                                    ::core::option::Option::as_ref(&f),
                                )
                                .await,
                        )
                    }),
                );
            __functions
                .asynchronous::<
                    (::std::string::String, (::std::vec::Vec<system::Entry>, ())),
                    ::core::result::Result<u64, system::Error>,
                    {
                        ::isorun::__private::slots::<
                            (::std::string::String, (::std::vec::Vec<system::Entry>, ())),
                        >()
                    },
                    {
                        ::isorun::__private::result_slots::<
                            ::core::result::Result<u64, system::Error>,
                        >()
                    },
                >(
                    5,
                    |__this, __cx, (a, (b, ()))| ::std::boxed::Box::pin(async move {
                        ::isorun::__private::IntoOutcome::<
                            ::core::result::Result<u64, system::Error>,
                        >::into_outcome(
                            <Self as __System<T>>::waits(__this, __cx, a, &b).await,
                        )
                    }),
                );
            __functions
                .sync_cx::<
                    (u8, ()),
                    ::core::result::Result<(), system::Error>,
                    { ::isorun::__private::slots::<(u8, ())>() },
                    {
                        ::isorun::__private::result_slots::<
                            ::core::result::Result<(), system::Error>,
                        >()
                    },
                >(
                    6,
                    |__this, __reach, __cx, (cx, ())| {
                        let _ = __reach;
                        ::isorun::__private::IntoOutcome::<
                            ::core::result::Result<(), system::Error>,
                        >::into_outcome(<Self as __System<T>>::knows(__this, __cx, cx))
                    },
                );
            __functions
                .sync::<
                    (),
                    u8,
                    { ::isorun::__private::slots::<()>() },
                    { ::isorun::__private::result_slots::<u8>() },
                >(
                    7,
                    |__this, __reach, ()| {
                        let _ = __reach;
                        ::isorun::__private::IntoOutcome::<
                            u8,
                        >::into_outcome(<Self as __System<T>>::stops(__this))
                    },
                );
        }
    }
};
