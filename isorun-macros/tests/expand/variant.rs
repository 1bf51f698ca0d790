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
    ::isorun::__private::enumeration! {
        FailureCode { 0 => Low = "low", _ => High = "high" }
    }
    ::isorun::__private::variant! {
        error Failure { 0, 0 => NotFound = "not-found", 1, 1 => Busy(payload : u32) =
        "busy", 2, _ => Nested(payload : ::core::result::Result < ::core::option::Option
        < (u8, ::std::string::String,) >, ::std::vec::Vec < FailureCode > >) = "nested" }
    }
    /// The interface `topics:variant/variant@1.0.0` as a type, which names it to `register`, `caller` and `export`.
    #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
    pub struct Interface;
    ::isorun::__private::interface! {
        Interface, Caller, "topics:variant/variant@1.0.0" { "act"("how" : Failure) ->
        ::core::result::Result < (), Failure >; "explain"("code" : FailureCode) ->
        ::std::string::String; }
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
    ::isorun::__private::callers! {
        Variant, Caller, Interface, 'a { 0 act(how : & 'a Failure) (how, ()) ->
        ::core::result::Result < (), Failure >; 1 explain(code : FailureCode) (code, ())
        -> ::std::string::String; }
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
