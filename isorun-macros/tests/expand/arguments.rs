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
    ::isorun::__private::enumeration! {
        Level { 0 => Low = "low", _ => High = "high" }
    }
    ::isorun::__private::record! {
        Entry { name = "name" } (name, ()) : (::std::string::String, ())
    }
    /// The interface `topics:arguments/arguments@1.0.0` as a type, which names it to `register`, `caller` and `export`.
    #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
    pub struct Interface;
    ::isorun::__private::interface! {
        Interface, Caller, "topics:arguments/arguments@1.0.0" { "scalars"("a" : bool, "b"
        : u8, "c" : u16, "d" : u32, "e" : u64, "f" : i8, "g" : i16, "h" : i32, "i" : i64,
        "j" : f32, "k" : f64, "l" : char, "m" : Level); "borrowed"("a" :
        ::std::string::String, "b" : ::std::vec::Vec < u8 >, "c" : Entry, "d" : (u8,
        ::std::string::String,), "e" : ::core::result::Result < u8, () >, "f" : [u8; 4]);
        "options"("a" : ::core::option::Option < u8 >, "b" : ::core::option::Option <
        ::std::string::String >, "c" : ::core::option::Option < ::std::vec::Vec < Entry >
        >, "d" : ::core::option::Option < Entry >, "e" : ::core::option::Option <
        ::core::option::Option < u8 > >, "f" : ::core::option::Option < Level >);
        "aliases"("a" : Name, "b" : Names, "c" : Maybe); }
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
    ::isorun::__private::callers! {
        Arguments, Caller, Interface, 'a { 0 scalars(a : bool, b : u8, c : u16, d : u32,
        e : u64, f : i8, g : i16, h : i32, i : i64, j : f32, k : f64, l : char, m :
        Level) (a, (b, (c, (d, (e, (f, (g, (h, (i, (j, (k, (l, (m, ()))))))))))))) -> ();
        1 borrowed(a : & 'a str, b : & 'a[u8], c : & 'a Entry, d : & 'a(u8,
        ::std::string::String,), e : & 'a::core::result::Result < u8, () >, f : & 'a[u8;
        4]) (a, (b, (c, (d, (e, (f, ())))))) -> (); 2 options(a : ::core::option::Option
        < u8 >, b : ::core::option::Option < & 'a str >, c : ::core::option::Option < &
        'a[Entry] >, d : ::core::option::Option < & 'a Entry >, e :
        ::core::option::Option < & 'a::core::option::Option < u8 > >, f :
        ::core::option::Option < Level >) (a, (b, (c, (d, (e, (f, ())))))) -> (); 3
        aliases(a : & 'a str, b : & 'a[Name], c : ::core::option::Option < & 'a str >)
        (a, (b, (c, ()))) -> (); }
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
