/// The interface `topics:record/record@1.0.0`.
///
/// Generated from `record.wit:4`.
#[allow(
    clippy::too_many_arguments,
    rustdoc::bare_urls,
    rustdoc::broken_intra_doc_links,
    rustdoc::invalid_html_tags,
    reason = "signatures and docs are those of the WIT"
)]
pub mod record {
    /// A point.
    ///
    /// Generated from `record.wit:6`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Point {
        /// From left to right.
        pub x: f64,
        /// `y`.
        pub y: f64,
    }
    /// Generated from `record.wit:12`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Line {
        /// `from`.
        pub from: Point,
        /// `to`.
        pub to: Point,
        /// `name`.
        pub name: ::core::option::Option<::std::string::String>,
    }
    const _: () = {
        type __Fields = (f64, (f64, ()));
        impl ::isorun::__private::Shape for Point {
            const LAYOUT: ::isorun::__private::Layout = <__Fields as ::isorun::__private::Params>::LAYOUT;
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::record([
                    ("x", <f64 as ::isorun::__private::Shape>::ty()),
                    ("y", <f64 as ::isorun::__private::Shape>::ty()),
                ])
            }
        }
        impl ::isorun::__private::Lower for Point {
            fn store<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::LowerParams::store(
                    &(&self.x, (&self.y, ())),
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
                    &(&self.x, (&self.y, ())),
                    sink,
                    flat,
                )
            }
        }
        impl ::isorun::__private::Lift for Point {
            fn load<S: ::isorun::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                let (x, (y, ())) = <__Fields as ::isorun::__private::LiftParams>::load(
                    source,
                    at,
                )?;
                ::core::result::Result::Ok(Self { x, y })
            }
            fn lift_flat<S: ::isorun::__private::Source>(
                source: &mut S,
                flat: &[u64],
            ) -> ::core::result::Result<Self, S::Error> {
                let (x, (y, ())) = <__Fields as ::isorun::__private::LiftParams>::lift_flat(
                    source,
                    flat,
                )?;
                ::core::result::Result::Ok(Self { x, y })
            }
        }
    };
    const _: () = {
        type __Fields = (
            Point,
            (Point, (::core::option::Option<::std::string::String>, ())),
        );
        impl ::isorun::__private::Shape for Line {
            const LAYOUT: ::isorun::__private::Layout = <__Fields as ::isorun::__private::Params>::LAYOUT;
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::record([
                    ("from", <Point as ::isorun::__private::Shape>::ty()),
                    ("to", <Point as ::isorun::__private::Shape>::ty()),
                    (
                        "name",
                        <::core::option::Option<
                            ::std::string::String,
                        > as ::isorun::__private::Shape>::ty(),
                    ),
                ])
            }
        }
        impl ::isorun::__private::Lower for Line {
            fn store<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::LowerParams::store(
                    &(&self.from, (&self.to, (&self.name, ()))),
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
                    &(&self.from, (&self.to, (&self.name, ()))),
                    sink,
                    flat,
                )
            }
        }
        impl ::isorun::__private::Lift for Line {
            fn load<S: ::isorun::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                let (from, (to, (name, ()))) = <__Fields as ::isorun::__private::LiftParams>::load(
                    source,
                    at,
                )?;
                ::core::result::Result::Ok(Self { from, to, name })
            }
            fn lift_flat<S: ::isorun::__private::Source>(
                source: &mut S,
                flat: &[u64],
            ) -> ::core::result::Result<Self, S::Error> {
                let (from, (to, (name, ()))) = <__Fields as ::isorun::__private::LiftParams>::lift_flat(
                    source,
                    flat,
                )?;
                ::core::result::Result::Ok(Self { from, to, name })
            }
        }
    };
    /// The interface `topics:record/record@1.0.0` as a type: what `register`, `caller` and `export` are told.
    #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
    pub struct Interface;
    impl ::isorun::StaticInterface for Interface {
        type Caller = Caller;
        fn interface() -> &'static ::isorun::Interface {
            static INTERFACE: ::std::sync::LazyLock<::isorun::Interface> = ::std::sync::LazyLock::new(||
            {
                ::isorun::__private::interface(
                    "topics:record/record@1.0.0",
                    [
                        ::isorun::__private::function(
                            "length",
                            [("line", <Line as ::isorun::__private::Shape>::ty())],
                            ::core::option::Option::Some(
                                <f64 as ::isorun::__private::Shape>::ty(),
                            ),
                        ),
                        ::isorun::__private::function(
                            "longest",
                            [
                                (
                                    "lines",
                                    <::std::vec::Vec<Line> as ::isorun::__private::Shape>::ty(),
                                ),
                            ],
                            ::core::option::Option::Some(
                                <::core::option::Option<
                                    Line,
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
    /// Records, by reference and in a list.
    ///
    /// Generated from `record.wit:4`.
    pub trait Record: ::core::marker::Send + ::core::marker::Sync + 'static {
        /// How long it is.
        ///
        /// Generated from `record.wit:15`.
        fn length<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            line: &'a Line,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<f64>,
        > + ::core::marker::Send;
        /// Generated from `record.wit:16`.
        fn longest<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            lines: &'a [Line],
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::option::Option<Line>>,
        > + ::core::marker::Send;
    }
    /// Calls the functions of `topics:record/record@1.0.0` on the instance that it was made for.
    #[derive(::core::clone::Clone, ::core::fmt::Debug)]
    pub struct Caller(::isorun::__private::Target);
    impl Caller {
        /// The instance that is called.
        #[must_use]
        pub fn instance(&self) -> &::isorun::Instance {
            self.0.instance()
        }
        /// How long it is.
        ///
        /// Generated from `record.wit:15`.
        pub fn length<'a>(&'a self, line: &'a Line) -> ::isorun::Call<'a, f64> {
            self.0.call(0, (line, ()))
        }
        /// Generated from `record.wit:16`.
        pub fn longest<'a>(
            &'a self,
            lines: &'a [Line],
        ) -> ::isorun::Call<'a, ::core::option::Option<Line>> {
            self.0.call(1, (lines, ()))
        }
    }
    impl Record for Caller {
        fn length<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            line: &'a Line,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<f64>,
        > + ::core::marker::Send {
            self.0.call(0, (line, ())).within(cx)
        }
        fn longest<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            lines: &'a [Line],
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::option::Option<Line>>,
        > + ::core::marker::Send {
            self.0.call(1, (lines, ())).within(cx)
        }
    }
    impl Record for ::isorun::Remote<Interface> {
        fn length<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            line: &'a Line,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<f64>,
        > + ::core::marker::Send {
            self.target().call(0, (line, ())).within(cx)
        }
        fn longest<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            lines: &'a [Line],
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::option::Option<Line>>,
        > + ::core::marker::Send {
            self.target().call(1, (lines, ())).within(cx)
        }
    }
    #[doc(hidden)]
    #[macro_export]
    macro_rules! __isorun_record_debfb0cd5296cbb9 {
        ($($item:tt)*) => {
            ::isorun::__private::system_impl! { ("topics:record/record@1.0.0") () ()
            (::isorun) (0 "record.wit"
            "package topics:%record@1.0.0;\n\n/// Records, by reference and in a list.\ninterface %record {\n    /// A point.\n    record point {\n        /// From left to right.\n        x: f64,\n        y: f64,\n    }\n\n    record line { %from: point, to: point, name: option<string> }\n\n    /// How long it is.\n    length: func(line: line) -> f64;\n    longest: func(lines: list<line>) -> option<line>;\n}\n")
            $($item)* }
        };
    }
    #[doc(hidden)]
    pub use __isorun_record_debfb0cd5296cbb9 as __system;
    const _: &[u8] = ::core::include_bytes!(
        ::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/record.wit")
    );
}
