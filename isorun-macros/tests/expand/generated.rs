pub mod generated {
    /// Generated from `generated.wit:5`.
    pub type InterfaceType = u8;
    /// Generated from `generated.wit:6`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct CallerType {
        /// `x`.
        pub x: InterfaceType,
    }
    /// Generated from `generated.wit:7`.
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
    pub enum GeneratedType {
        /// `yes`.
        Yes,
    }
    ::isorun::__private::record! {
        CallerType { x = "x" } (x, ()) : (InterfaceType, ())
    }
    ::isorun::__private::enumeration! {
        GeneratedType { _ => Yes = "yes" }
    }
    ::isorun::__private::interface! {
        Interface, Caller, "topics:generated/generated@1.0.0" { "check"("caller" :
        CallerType) -> GeneratedType; }
    }
    ::isorun::__private::callers! {
        Generated, Caller, Interface, 'a { 0 check(caller : & 'a CallerType) (caller, ())
        -> GeneratedType; }
    }
}
