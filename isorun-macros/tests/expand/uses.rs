pub mod uses {
    /// What is at the bottom.
    ///
    /// Generated from `uses.wit:6`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct BaseError {
        /// `depth`.
        pub depth: BaseDepth,
    }
    /// Generated from `uses.wit:9`.
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
    pub enum Unit {
        /// `m`.
        M,
        /// `km`.
        Km,
    }
    /// Generated from `uses.wit:9`.
    pub type Measure = Unit;
    /// Generated from `uses.wit:14`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Pair {
        /// `one`.
        pub one: Item,
        /// `other`.
        pub other: Item,
    }
    /// Its own.
    ///
    /// Generated from `uses.wit:22`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub enum Error {
        /// `low`.
        Low(BaseError),
        /// `unit`.
        Unit(Unit),
    }
    /// Generated from `uses.wit:23`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Depth {
        /// `pair`.
        pub pair: Pair,
    }
    /// Generated from `uses.wit:7`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct BaseDepth {
        /// `metres`.
        pub metres: u32,
    }
    /// Generated from `uses.wit:8`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Item {
        /// `depth`.
        pub depth: BaseDepth,
        /// `unit`.
        pub unit: Unit,
    }
    ::isorun::__private::record! {
        error BaseError { depth = "depth" } (depth, ()) : (BaseDepth, ())
    }
    ::isorun::__private::enumeration! {
        Unit { 0 => M = "m", _ => Km = "km" }
    }
    ::isorun::__private::record! {
        Pair { one = "one", other = "other" } (one, (other, ())) : (Item, (Item, ()))
    }
    ::isorun::__private::variant! {
        error Error { 0, 0 => Low(payload : BaseError) = "low", 1, _ => Unit(payload :
        Unit) = "unit" }
    }
    ::isorun::__private::record! {
        Depth { pair = "pair" } (pair, ()) : (Pair, ())
    }
    ::isorun::__private::record! {
        BaseDepth { metres = "metres" } (metres, ()) : (u32, ())
    }
    ::isorun::__private::record! {
        Item { depth = "depth", unit = "unit" } (depth, (unit, ())) : (BaseDepth, (Unit,
        ()))
    }
    /// Generated from `uses.wit:18`.
    pub trait Uses: ::core::marker::Send + ::core::marker::Sync + 'static {
        /// Generated from `uses.wit:25`.
        fn dive<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            depth: &'a Depth,
            measure: Measure,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), Error>>,
        > + ::core::marker::Send;
    }
    ::isorun::__private::callers! {
        Uses, Caller, Interface, 'a { 0 dive(depth : & 'a Depth, measure : Measure)
        (depth, (measure, ())) -> ::core::result::Result < (), Error >; }
    }
}
