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
    ::isorun::__private::record! {
        Point { x = "x", y = "y" } (x, (y, ())) : (f64, (f64, ()))
    }
    ::isorun::__private::record! {
        Line { from = "from", to = "to", name = "name" } (from, (to, (name, ()))) :
        (Point, (Point, (::core::option::Option < ::std::string::String >, ())))
    }
    /// The interface `topics:record/record@1.0.0` as a type, which names it to `register`, `caller` and `export`.
    #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
    pub struct Interface;
    ::isorun::__private::interface! {
        Interface, Caller, "topics:record/record@1.0.0" { "length"("line" : Line) -> f64;
        "longest"("lines" : ::std::vec::Vec < Line >) -> ::core::option::Option < Line >;
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
    ::isorun::__private::callers! {
        Record, Caller, Interface, 'a { 0 length(line : & 'a Line) (line, ()) -> f64; 1
        longest(lines : & 'a[Line]) (lines, ()) -> ::core::option::Option < Line >; }
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
