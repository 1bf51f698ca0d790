pub mod results {
    /// Generated from `results.wit:5`.
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
    /// Generated from `results.wit:6`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Reason {
        /// `code`.
        pub code: u8,
    }
    ::isorun::__private::flags! {
        error Bits { #[doc = " `one`."] ONE = 0 "one" }
    }
    ::isorun::__private::record! {
        error Reason { code = "code" } (code, ()) : (u8, ())
    }
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
    /// Generated from `results.wit:4`.
    pub trait Results: ::core::marker::Send + ::core::marker::Sync + 'static {
        /// Generated from `results.wit:9`.
        fn nothing<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
        /// Generated from `results.wit:10`.
        fn bool<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<bool>,
        > + ::core::marker::Send;
        /// Generated from `results.wit:11`.
        fn plain<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), ()>>,
        > + ::core::marker::Send;
        /// Generated from `results.wit:12`.
        fn only_ok<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<u8, ()>>,
        > + ::core::marker::Send;
        /// Generated from `results.wit:13`.
        fn only_err<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), u8>>,
        > + ::core::marker::Send;
        /// Generated from `results.wit:14`.
        fn both<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<
                ::core::result::Result<::std::string::String, Gone>,
            >,
        > + ::core::marker::Send;
        /// Generated from `results.wit:15`.
        fn record_err<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), Reason>>,
        > + ::core::marker::Send;
        /// Generated from `results.wit:16`.
        fn flags_err<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), Bits>>,
        > + ::core::marker::Send;
        /// Generated from `results.wit:17`.
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
}
