/// The interface `topics:results/results@1.0.0`.
///
/// Generated from `results.wit:3`.
#[allow(
    clippy::too_many_arguments,
    rustdoc::bare_urls,
    rustdoc::broken_intra_doc_links,
    rustdoc::invalid_html_tags,
    reason = "signatures and docs are those of the WIT"
)]
pub mod results {
    /// Generated from `results.wit:4`.
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
    pub struct Bits(u32);
    /// Generated from `results.wit:5`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Reason {
        /// `code`.
        pub code: u8,
    }
    /// Generated from `results.wit:6`.
    pub type Gone = ::std::string::String;
    ::isorun::__private::flags! {
        error Bits { #[doc = " `one`."] ONE = 0 "one" }
    }
    ::isorun::__private::record! {
        error Reason { code = "code" } (code, ()) : (u8, ())
    }
    /// The interface `topics:results/results@1.0.0` as a type, which names it to `register`, `caller` and `export`.
    #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
    pub struct Interface;
    ::isorun::__private::interface! {
        Interface, Caller, "topics:results/results@1.0.0" { "nothing"(); "bool"() ->
        bool; "plain"() -> ::core::result::Result < (), () >; "only-ok"() ->
        ::core::result::Result < u8, () >; "only-err"() -> ::core::result::Result < (),
        u8 >; "both"() -> ::core::result::Result < ::std::string::String, Gone >;
        "record-err"() -> ::core::result::Result < (), Reason >; "flags-err"() ->
        ::core::result::Result < (), Bits >; "deep"() -> ::core::result::Result <
        ::core::result::Result < ::core::option::Option < ::core::option::Option < u8 >
        >, ::std::string::String >, (u8,) >; }
    }
    /// Generated from `results.wit:3`.
    pub trait Results: ::core::marker::Send + ::core::marker::Sync + 'static {
        /// Generated from `results.wit:8`.
        fn nothing<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
        /// Generated from `results.wit:9`.
        fn bool<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<bool>,
        > + ::core::marker::Send;
        /// Generated from `results.wit:10`.
        fn plain<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), ()>>,
        > + ::core::marker::Send;
        /// Generated from `results.wit:11`.
        fn only_ok<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<u8, ()>>,
        > + ::core::marker::Send;
        /// Generated from `results.wit:12`.
        fn only_err<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), u8>>,
        > + ::core::marker::Send;
        /// Generated from `results.wit:13`.
        fn both<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<
                ::core::result::Result<::std::string::String, Gone>,
            >,
        > + ::core::marker::Send;
        /// Generated from `results.wit:14`.
        fn record_err<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), Reason>>,
        > + ::core::marker::Send;
        /// Generated from `results.wit:15`.
        fn flags_err<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), Bits>>,
        > + ::core::marker::Send;
        /// Generated from `results.wit:16`.
        fn deep<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<
                ::core::result::Result<
                    ::core::result::Result<
                        ::core::option::Option<::core::option::Option<u8>>,
                        ::std::string::String,
                    >,
                    (u8,),
                >,
            >,
        > + ::core::marker::Send;
    }
    /// Calls the functions of `topics:results/results@1.0.0` on the instance that it was made for.
    #[derive(::core::clone::Clone, ::core::fmt::Debug)]
    pub struct Caller(::isorun::__private::Target);
    impl Caller {
        /// The instance that is called.
        #[must_use]
        pub fn instance(&self) -> &::isorun::Instance {
            self.0.instance()
        }
        /// Generated from `results.wit:8`.
        pub fn nothing(&self) -> ::isorun::Call<'_, ()> {
            self.0.call(0, ())
        }
        /// Generated from `results.wit:9`.
        pub fn bool(&self) -> ::isorun::Call<'_, bool> {
            self.0.call(1, ())
        }
        /// Generated from `results.wit:10`.
        pub fn plain(&self) -> ::isorun::Call<'_, ::core::result::Result<(), ()>> {
            self.0.call(2, ())
        }
        /// Generated from `results.wit:11`.
        pub fn only_ok(&self) -> ::isorun::Call<'_, ::core::result::Result<u8, ()>> {
            self.0.call(3, ())
        }
        /// Generated from `results.wit:12`.
        pub fn only_err(&self) -> ::isorun::Call<'_, ::core::result::Result<(), u8>> {
            self.0.call(4, ())
        }
        /// Generated from `results.wit:13`.
        pub fn both(
            &self,
        ) -> ::isorun::Call<'_, ::core::result::Result<::std::string::String, Gone>> {
            self.0.call(5, ())
        }
        /// Generated from `results.wit:14`.
        pub fn record_err(
            &self,
        ) -> ::isorun::Call<'_, ::core::result::Result<(), Reason>> {
            self.0.call(6, ())
        }
        /// Generated from `results.wit:15`.
        pub fn flags_err(&self) -> ::isorun::Call<'_, ::core::result::Result<(), Bits>> {
            self.0.call(7, ())
        }
        /// Generated from `results.wit:16`.
        pub fn deep(
            &self,
        ) -> ::isorun::Call<
            '_,
            ::core::result::Result<
                ::core::result::Result<
                    ::core::option::Option<::core::option::Option<u8>>,
                    ::std::string::String,
                >,
                (u8,),
            >,
        > {
            self.0.call(8, ())
        }
    }
    ::isorun::__private::callers! {
        Results, Caller, Interface, 'a { 0 nothing() () -> (); 1 bool() () -> bool; 2
        plain() () -> ::core::result::Result < (), () >; 3 only_ok() () ->
        ::core::result::Result < u8, () >; 4 only_err() () -> ::core::result::Result <
        (), u8 >; 5 both() () -> ::core::result::Result < ::std::string::String, Gone >;
        6 record_err() () -> ::core::result::Result < (), Reason >; 7 flags_err() () ->
        ::core::result::Result < (), Bits >; 8 deep() () -> ::core::result::Result <
        ::core::result::Result < ::core::option::Option < ::core::option::Option < u8 >
        >, ::std::string::String >, (u8,) >; }
    }
    #[doc(hidden)]
    #[macro_export]
    macro_rules! __isorun_results_c1b0b31513157b2b {
        ($($item:tt)*) => {
            ::isorun::__private::system_impl! { ("topics:results/results@1.0.0") () ()
            (::isorun) (0 "results.wit"
            "package topics:results@1.0.0;\n\ninterface results {\n    flags bits { one }\n    record reason { code: u8 }\n    type gone = string;\n\n    nothing: func();\n    %bool: func() -> bool;\n    plain: func() -> result;\n    only-ok: func() -> result<u8>;\n    only-err: func() -> result<_, u8>;\n    both: func() -> result<string, gone>;\n    record-err: func() -> result<_, reason>;\n    flags-err: func() -> result<_, bits>;\n    deep: func() -> result<result<option<option<u8>>, string>, tuple<u8>>;\n}\n")
            $($item)* }
        };
    }
    #[doc(hidden)]
    pub use __isorun_results_c1b0b31513157b2b as __system;
    const _: &[u8] = ::core::include_bytes!(
        ::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/results.wit")
    );
}
