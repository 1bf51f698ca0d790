/// The interface `topics:arguments/arguments@1.0.0`.
///
/// Generated from `arguments.wit:3`.
#[allow(
    clippy::too_many_arguments,
    rustdoc::bare_urls,
    rustdoc::broken_intra_doc_links,
    rustdoc::invalid_html_tags,
    reason = "signatures and docs are those of the WIT"
)]
pub mod arguments {
    /// Generated from `arguments.wit:4`.
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
    /// Generated from `arguments.wit:5`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Entry {
        /// `name`.
        pub name: ::std::string::String,
    }
    /// Generated from `arguments.wit:6`.
    pub type Name = ::std::string::String;
    /// Generated from `arguments.wit:7`.
    pub type Names = ::std::vec::Vec<Name>;
    /// Generated from `arguments.wit:8`.
    pub type Maybe = ::core::option::Option<Name>;
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
    /// The interface `topics:arguments/arguments@1.0.0` as a type: what `register`, `caller` and `export` are told.
    #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
    pub struct Interface;
    impl ::isorun::StaticInterface for Interface {
        type Caller = Caller;
        fn interface() -> &'static ::isorun::Interface {
            static INTERFACE: ::std::sync::LazyLock<::isorun::Interface> = ::std::sync::LazyLock::new(||
            {
                ::isorun::__private::interface(
                    "topics:arguments/arguments@1.0.0",
                    [
                        ::isorun::__private::function(
                            "scalars",
                            [
                                ("a", <bool as ::isorun::__private::Shape>::ty()),
                                ("b", <u8 as ::isorun::__private::Shape>::ty()),
                                ("c", <u16 as ::isorun::__private::Shape>::ty()),
                                ("d", <u32 as ::isorun::__private::Shape>::ty()),
                                ("e", <u64 as ::isorun::__private::Shape>::ty()),
                                ("f", <i8 as ::isorun::__private::Shape>::ty()),
                                ("g", <i16 as ::isorun::__private::Shape>::ty()),
                                ("h", <i32 as ::isorun::__private::Shape>::ty()),
                                ("i", <i64 as ::isorun::__private::Shape>::ty()),
                                ("j", <f32 as ::isorun::__private::Shape>::ty()),
                                ("k", <f64 as ::isorun::__private::Shape>::ty()),
                                ("l", <char as ::isorun::__private::Shape>::ty()),
                                ("m", <Level as ::isorun::__private::Shape>::ty()),
                            ],
                            ::core::option::Option::None,
                        ),
                        ::isorun::__private::function(
                            "borrowed",
                            [
                                (
                                    "a",
                                    <::std::string::String as ::isorun::__private::Shape>::ty(),
                                ),
                                (
                                    "b",
                                    <::std::vec::Vec<u8> as ::isorun::__private::Shape>::ty(),
                                ),
                                ("c", <Entry as ::isorun::__private::Shape>::ty()),
                                (
                                    "d",
                                    <(
                                        u8,
                                        ::std::string::String,
                                    ) as ::isorun::__private::Shape>::ty(),
                                ),
                                (
                                    "e",
                                    <::core::result::Result<
                                        u8,
                                        (),
                                    > as ::isorun::__private::Shape>::ty(),
                                ),
                                ("f", <[u8; 4] as ::isorun::__private::Shape>::ty()),
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
                                        ::std::vec::Vec<Entry>,
                                    > as ::isorun::__private::Shape>::ty(),
                                ),
                                (
                                    "d",
                                    <::core::option::Option<
                                        Entry,
                                    > as ::isorun::__private::Shape>::ty(),
                                ),
                                (
                                    "e",
                                    <::core::option::Option<
                                        ::core::option::Option<u8>,
                                    > as ::isorun::__private::Shape>::ty(),
                                ),
                                (
                                    "f",
                                    <::core::option::Option<
                                        Level,
                                    > as ::isorun::__private::Shape>::ty(),
                                ),
                            ],
                            ::core::option::Option::None,
                        ),
                        ::isorun::__private::function(
                            "aliases",
                            [
                                ("a", <Name as ::isorun::__private::Shape>::ty()),
                                ("b", <Names as ::isorun::__private::Shape>::ty()),
                                ("c", <Maybe as ::isorun::__private::Shape>::ty()),
                            ],
                            ::core::option::Option::None,
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
    /// Generated from `arguments.wit:3`.
    pub trait Arguments: ::core::marker::Send + ::core::marker::Sync + 'static {
        /// Generated from `arguments.wit:10`.
        fn scalars<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: bool,
            b: u8,
            c: u16,
            d: u32,
            e: u64,
            f: i8,
            g: i16,
            h: i32,
            i: i64,
            j: f32,
            k: f64,
            l: char,
            m: Level,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
        /// Generated from `arguments.wit:11`.
        fn borrowed<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: &'a str,
            b: &'a [u8],
            c: &'a Entry,
            d: &'a (u8, ::std::string::String),
            e: &'a ::core::result::Result<u8, ()>,
            f: &'a [u8; 4],
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
        /// Generated from `arguments.wit:12`.
        fn options<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: ::core::option::Option<u8>,
            b: ::core::option::Option<&'a str>,
            c: ::core::option::Option<&'a [Entry]>,
            d: ::core::option::Option<&'a Entry>,
            e: ::core::option::Option<&'a ::core::option::Option<u8>>,
            f: ::core::option::Option<Level>,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
        /// Generated from `arguments.wit:13`.
        fn aliases<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: &'a str,
            b: &'a [Name],
            c: ::core::option::Option<&'a str>,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
    }
    /// Calls the functions of `topics:arguments/arguments@1.0.0` on the instance that it was made for.
    #[derive(::core::clone::Clone, ::core::fmt::Debug)]
    pub struct Caller(::isorun::__private::Target);
    impl Caller {
        /// The instance that is called.
        #[must_use]
        pub fn instance(&self) -> &::isorun::Instance {
            self.0.instance()
        }
        /// Generated from `arguments.wit:10`.
        pub fn scalars(
            &self,
            a: bool,
            b: u8,
            c: u16,
            d: u32,
            e: u64,
            f: i8,
            g: i16,
            h: i32,
            i: i64,
            j: f32,
            k: f64,
            l: char,
            m: Level,
        ) -> ::isorun::Call<'_, ()> {
            self.0
                .call(
                    0,
                    (a, (b, (c, (d, (e, (f, (g, (h, (i, (j, (k, (l, (m, ()))))))))))))),
                )
        }
        /// Generated from `arguments.wit:11`.
        pub fn borrowed<'a>(
            &'a self,
            a: &'a str,
            b: &'a [u8],
            c: &'a Entry,
            d: &'a (u8, ::std::string::String),
            e: &'a ::core::result::Result<u8, ()>,
            f: &'a [u8; 4],
        ) -> ::isorun::Call<'a, ()> {
            self.0.call(1, (a, (b, (c, (d, (e, (f, ())))))))
        }
        /// Generated from `arguments.wit:12`.
        pub fn options<'a>(
            &'a self,
            a: ::core::option::Option<u8>,
            b: ::core::option::Option<&'a str>,
            c: ::core::option::Option<&'a [Entry]>,
            d: ::core::option::Option<&'a Entry>,
            e: ::core::option::Option<&'a ::core::option::Option<u8>>,
            f: ::core::option::Option<Level>,
        ) -> ::isorun::Call<'a, ()> {
            self.0.call(2, (a, (b, (c, (d, (e, (f, ())))))))
        }
        /// Generated from `arguments.wit:13`.
        pub fn aliases<'a>(
            &'a self,
            a: &'a str,
            b: &'a [Name],
            c: ::core::option::Option<&'a str>,
        ) -> ::isorun::Call<'a, ()> {
            self.0.call(3, (a, (b, (c, ()))))
        }
    }
    impl Arguments for Caller {
        fn scalars<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: bool,
            b: u8,
            c: u16,
            d: u32,
            e: u64,
            f: i8,
            g: i16,
            h: i32,
            i: i64,
            j: f32,
            k: f64,
            l: char,
            m: Level,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            self.0
                .call(
                    0,
                    (a, (b, (c, (d, (e, (f, (g, (h, (i, (j, (k, (l, (m, ()))))))))))))),
                )
                .within(cx)
        }
        fn borrowed<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: &'a str,
            b: &'a [u8],
            c: &'a Entry,
            d: &'a (u8, ::std::string::String),
            e: &'a ::core::result::Result<u8, ()>,
            f: &'a [u8; 4],
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            self.0.call(1, (a, (b, (c, (d, (e, (f, ()))))))).within(cx)
        }
        fn options<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: ::core::option::Option<u8>,
            b: ::core::option::Option<&'a str>,
            c: ::core::option::Option<&'a [Entry]>,
            d: ::core::option::Option<&'a Entry>,
            e: ::core::option::Option<&'a ::core::option::Option<u8>>,
            f: ::core::option::Option<Level>,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            self.0.call(2, (a, (b, (c, (d, (e, (f, ()))))))).within(cx)
        }
        fn aliases<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: &'a str,
            b: &'a [Name],
            c: ::core::option::Option<&'a str>,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            self.0.call(3, (a, (b, (c, ())))).within(cx)
        }
    }
    impl Arguments for ::isorun::Remote<Interface> {
        fn scalars<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: bool,
            b: u8,
            c: u16,
            d: u32,
            e: u64,
            f: i8,
            g: i16,
            h: i32,
            i: i64,
            j: f32,
            k: f64,
            l: char,
            m: Level,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            self.target()
                .call(
                    0,
                    (a, (b, (c, (d, (e, (f, (g, (h, (i, (j, (k, (l, (m, ()))))))))))))),
                )
                .within(cx)
        }
        fn borrowed<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: &'a str,
            b: &'a [u8],
            c: &'a Entry,
            d: &'a (u8, ::std::string::String),
            e: &'a ::core::result::Result<u8, ()>,
            f: &'a [u8; 4],
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            self.target().call(1, (a, (b, (c, (d, (e, (f, ()))))))).within(cx)
        }
        fn options<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: ::core::option::Option<u8>,
            b: ::core::option::Option<&'a str>,
            c: ::core::option::Option<&'a [Entry]>,
            d: ::core::option::Option<&'a Entry>,
            e: ::core::option::Option<&'a ::core::option::Option<u8>>,
            f: ::core::option::Option<Level>,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            self.target().call(2, (a, (b, (c, (d, (e, (f, ()))))))).within(cx)
        }
        fn aliases<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: &'a str,
            b: &'a [Name],
            c: ::core::option::Option<&'a str>,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            self.target().call(3, (a, (b, (c, ())))).within(cx)
        }
    }
    #[doc(hidden)]
    #[macro_export]
    macro_rules! __isorun_arguments_7ca3e31f41987b01 {
        ($($item:tt)*) => {
            ::isorun::__private::system_impl! { ("topics:arguments/arguments@1.0.0") ()
            () (::isorun) (0 "arguments.wit"
            "package topics:arguments@1.0.0;\n\ninterface arguments {\n    enum level { low, high }\n    record entry { name: string }\n    type name = string;\n    type names = list<name>;\n    type maybe = option<name>;\n\n    scalars: func(a: bool, b: u8, c: u16, d: u32, e: u64, f: s8, g: s16, h: s32, i: s64, j: f32, k: f64, l: char, m: level);\n    borrowed: func(a: string, b: list<u8>, c: entry, d: tuple<u8, string>, e: result<u8>, f: list<u8, 4>);\n    options: func(a: option<u8>, b: option<string>, c: option<list<entry>>, d: option<entry>, e: option<option<u8>>, f: option<level>);\n    aliases: func(a: name, b: names, c: maybe);\n}\n")
            $($item)* }
        };
    }
    #[doc(hidden)]
    pub use __isorun_arguments_7ca3e31f41987b01 as __system;
    const _: &[u8] = ::core::include_bytes!(
        ::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/arguments.wit")
    );
}
