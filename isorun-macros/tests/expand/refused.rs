::core::compile_error! {
    "`descriptor` is a resource with 2 functions, and isorun passes plain values only\n --> refused.wit:5:14\nhelp: let a plain value stand for it, such as an id or a path, that functions take as a parameter"
}
::core::compile_error! {
    "the record `entry` cannot be used: field `at` is `own<descriptor>`\n --> refused.wit:9:12\nhelp: let a plain value stand for it, such as an id or a path, that functions take as a parameter"
}
::core::compile_error! {
    "the record `empty` has no fields, and the component model no longer allows that\n --> refused.wit:10:12\nhelp: leave it out of the signatures, or give it a field"
}
::core::compile_error! {
    "the flags `many` have 33 labels, and the component model allows 32\n --> refused.wit:11:11\nhelp: split them into two types of flags"
}
::core::compile_error! {
    "`open` cannot be called: its result is `result<own<descriptor>, string>`\n --> refused.wit:13:5\nhelp: let a plain value stand for it, such as an id or a path, that functions take as a parameter"
}
::core::compile_error! {
    "`list` cannot be called: parameter `dir` is `borrow<descriptor>`\n --> refused.wit:14:5\nhelp: let a plain value stand for it, such as an id or a path, that functions take as a parameter"
}
::core::compile_error! {
    "`watch` cannot be called: its result is `stream<u8>`\n --> refused.wit:15:5\nhelp: pass the values as a `list`, a piece with each call"
}
::core::compile_error! {
    "`later` cannot be called: its result is `future<u8>`\n --> refused.wit:16:5\nhelp: return the value itself: the caller awaits the call"
}
::core::compile_error! {
    "`slow` is an `async func`, and isorun has plain functions only\n --> refused.wit:17:5\nhelp: remove `async` in the WIT: the host's method may be async anyway, and a call never blocks a thread"
}
::core::compile_error! {
    "`explain` cannot be called: parameter `e` is `error-context`\n --> refused.wit:18:5\nhelp: use an error type of your own, such as a variant or a `string`"
}
pub mod refused {
    /// Generated from `refused.wit:5`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Descriptor;
    /// Generated from `refused.wit:9`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Entry {
        /// `name`.
        pub name: ::std::string::String,
        /// `at`.
        pub at: (),
    }
    /// Generated from `refused.wit:10`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Empty {}
    /// Generated from `refused.wit:11`.
    #[derive(
        ::core::clone::Clone,
        ::core::marker::Copy,
        ::core::default::Default,
        ::core::cmp::PartialEq,
        ::core::cmp::Eq,
        ::core::hash::Hash,
        ::core::cmp::PartialOrd,
        ::core::cmp::Ord,
    )]
    pub struct Many(u32);
    ::isorun::__private::flags! {
        Many { #[doc = " `a0`."] A0 = 0 "a0", #[doc = " `a1`."] A1 = 1 "a1", #[doc =
        " `a2`."] A2 = 2 "a2", #[doc = " `a3`."] A3 = 3 "a3", #[doc = " `a4`."] A4 = 4
        "a4", #[doc = " `a5`."] A5 = 5 "a5", #[doc = " `a6`."] A6 = 6 "a6", #[doc =
        " `a7`."] A7 = 7 "a7", #[doc = " `a8`."] A8 = 8 "a8", #[doc = " `a9`."] A9 = 9
        "a9", #[doc = " `a10`."] A10 = 10 "a10", #[doc = " `a11`."] A11 = 11 "a11", #[doc
        = " `a12`."] A12 = 12 "a12", #[doc = " `a13`."] A13 = 13 "a13", #[doc =
        " `a14`."] A14 = 14 "a14", #[doc = " `a15`."] A15 = 15 "a15", #[doc = " `a16`."]
        A16 = 16 "a16", #[doc = " `a17`."] A17 = 17 "a17", #[doc = " `a18`."] A18 = 18
        "a18", #[doc = " `a19`."] A19 = 19 "a19", #[doc = " `a20`."] A20 = 20 "a20",
        #[doc = " `a21`."] A21 = 21 "a21", #[doc = " `a22`."] A22 = 22 "a22", #[doc =
        " `a23`."] A23 = 23 "a23", #[doc = " `a24`."] A24 = 24 "a24", #[doc = " `a25`."]
        A25 = 25 "a25", #[doc = " `a26`."] A26 = 26 "a26", #[doc = " `a27`."] A27 = 27
        "a27", #[doc = " `a28`."] A28 = 28 "a28", #[doc = " `a29`."] A29 = 29 "a29",
        #[doc = " `a30`."] A30 = 30 "a30", #[doc = " `a31`."] A31 = 31 "a31", #[doc =
        " `a32`."] A32 = 31 "a32" }
    }
    /// Not generated.
    #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
    pub struct Interface;
    /// Not generated.
    #[derive(::core::clone::Clone, ::core::fmt::Debug)]
    pub struct Caller(());
    impl ::isorun::StaticInterface for Interface {
        type Caller = Caller;
        fn interface() -> &'static ::isorun::Interface {
            ::core::unreachable!()
        }
        fn caller(_: ::isorun::__private::Target) -> Caller {
            ::core::unreachable!()
        }
    }
    impl Caller {
        /// Not generated.
        #[allow(unused_variables, reason = "nothing is called")]
        pub fn open<'a>(
            &'a self,
            path: &'a str,
        ) -> ::isorun::Call<'a, ::core::result::Result<(), ::std::string::String>> {
            ::core::unreachable!()
        }
        /// Not generated.
        #[allow(unused_variables, reason = "nothing is called")]
        pub fn list<'a>(
            &'a self,
            dir: &'a (),
            deep: bool,
        ) -> ::isorun::Call<'a, ::std::vec::Vec<Entry>> {
            ::core::unreachable!()
        }
        /// Not generated.
        #[allow(unused_variables, reason = "nothing is called")]
        pub fn watch<'a>(&'a self) -> ::isorun::Call<'a, ()> {
            ::core::unreachable!()
        }
        /// Not generated.
        #[allow(unused_variables, reason = "nothing is called")]
        pub fn later<'a>(&'a self) -> ::isorun::Call<'a, ()> {
            ::core::unreachable!()
        }
        /// Not generated.
        #[allow(unused_variables, reason = "nothing is called")]
        pub fn slow<'a>(&'a self, a: u8) -> ::isorun::Call<'a, ()> {
            ::core::unreachable!()
        }
        /// Not generated.
        #[allow(unused_variables, reason = "nothing is called")]
        pub fn explain<'a>(&'a self, e: &'a ()) -> ::isorun::Call<'a, ()> {
            ::core::unreachable!()
        }
        /// Not generated.
        #[allow(unused_variables, reason = "nothing is called")]
        pub fn plain<'a>(&'a self, a: u8) -> ::isorun::Call<'a, u8> {
            ::core::unreachable!()
        }
    }
    impl Refused for Caller {
        #[allow(unused_variables, reason = "nothing is called")]
        fn open<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            path: &'a str,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), ::std::string::String>>,
        > + ::core::marker::Send {
            ::core::future::pending()
        }
        #[allow(unused_variables, reason = "nothing is called")]
        fn list<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            dir: &'a (),
            deep: bool,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::std::vec::Vec<Entry>>,
        > + ::core::marker::Send {
            ::core::future::pending()
        }
        #[allow(unused_variables, reason = "nothing is called")]
        fn watch<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            ::core::future::pending()
        }
        #[allow(unused_variables, reason = "nothing is called")]
        fn later<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            ::core::future::pending()
        }
        #[allow(unused_variables, reason = "nothing is called")]
        fn slow<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: u8,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            ::core::future::pending()
        }
        #[allow(unused_variables, reason = "nothing is called")]
        fn explain<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            e: &'a (),
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            ::core::future::pending()
        }
        #[allow(unused_variables, reason = "nothing is called")]
        fn plain<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: u8,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<u8>,
        > + ::core::marker::Send {
            ::core::future::pending()
        }
    }
    #[doc(hidden)]
    #[macro_export]
    macro_rules! __isorun_refused_f3e3fec52353365d {
        ($($item:tt)*) => {};
    }
}
