pub mod flags {
    /// What may be done.
    ///
    /// Generated from `flags.wit:6`.
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
    pub struct Rights(u32);
    /// Generated from `flags.wit:7`.
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
    pub struct Nine(u32);
    ::isorun::__private::flags! {
        Rights { #[doc = " `read`."] READ = 0 "read", #[doc = " `write`."] WRITE = 1
        "write", #[doc = " `read-only-once`."] READ_ONLY_ONCE = 2 "read-only-once" }
    }
    ::isorun::__private::flags! {
        Nine { #[doc = " `a`."] A = 0 "a", #[doc = " `b`."] B = 1 "b", #[doc = " `c`."] C
        = 2 "c", #[doc = " `d`."] D = 3 "d", #[doc = " `e`."] E = 4 "e", #[doc = " `f`."]
        F = 5 "f", #[doc = " `g`."] G = 6 "g", #[doc = " `h`."] H = 7 "h", #[doc =
        " `i`."] I = 8 "i" }
    }
}
