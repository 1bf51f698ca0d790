pub mod variant {
    /// Generated from `variant.wit:13`.
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
    /// Generated from `variant.wit:6`.
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
}
