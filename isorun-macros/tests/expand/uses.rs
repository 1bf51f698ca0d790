/// The interface `topics:uses/uses@1.0.0`.
///
/// Generated from `uses.wit:17`.
#[allow(
    clippy::too_many_arguments,
    rustdoc::bare_urls,
    rustdoc::broken_intra_doc_links,
    rustdoc::invalid_html_tags,
    reason = "signatures and docs are those of the WIT"
)]
pub mod uses {
    /// What is at the bottom.
    ///
    /// Generated from `uses.wit:5`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct BaseError {
        /// `depth`.
        pub depth: BaseDepth,
    }
    /// Generated from `uses.wit:8`.
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
    /// Generated from `uses.wit:8`.
    pub type Measure = Unit;
    /// Generated from `uses.wit:13`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Pair {
        /// `one`.
        pub one: Item,
        /// `other`.
        pub other: Item,
    }
    /// Its own.
    ///
    /// Generated from `uses.wit:21`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub enum Error {
        /// `low`.
        Low(BaseError),
        /// `unit`.
        Unit(Unit),
    }
    /// Generated from `uses.wit:22`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Depth {
        /// `pair`.
        pub pair: Pair,
    }
    /// Generated from `uses.wit:6`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct BaseDepth {
        /// `metres`.
        pub metres: u32,
    }
    /// Generated from `uses.wit:7`.
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
    /// The interface `topics:uses/uses@1.0.0` as a type, which names it to `register`, `caller` and `export`.
    #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
    pub struct Interface;
    ::isorun::__private::interface! {
        Interface, Caller, "topics:uses/uses@1.0.0" { "dive"("depth" : Depth, "measure" :
        Measure) -> ::core::result::Result < (), Error >; }
    }
    /// Generated from `uses.wit:17`.
    pub trait Uses: ::core::marker::Send + ::core::marker::Sync + 'static {
        /// Generated from `uses.wit:24`.
        fn dive<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            depth: &'a Depth,
            measure: Measure,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), Error>>,
        > + ::core::marker::Send;
    }
    /// Calls the functions of `topics:uses/uses@1.0.0` on the instance that it was made for.
    #[derive(::core::clone::Clone, ::core::fmt::Debug)]
    pub struct Caller(::isorun::__private::Target);
    impl Caller {
        /// The instance that is called.
        #[must_use]
        pub fn instance(&self) -> &::isorun::Instance {
            self.0.instance()
        }
        /// Generated from `uses.wit:24`.
        pub fn dive<'a>(
            &'a self,
            depth: &'a Depth,
            measure: Measure,
        ) -> ::isorun::Call<'a, ::core::result::Result<(), Error>> {
            self.0.call(0, (depth, (measure, ())))
        }
    }
    ::isorun::__private::callers! {
        Uses, Caller, Interface, 'a { 0 dive(depth : & 'a Depth, measure : Measure)
        (depth, (measure, ())) -> ::core::result::Result < (), Error >; }
    }
    #[doc(hidden)]
    #[macro_export]
    macro_rules! __isorun_uses_c9d0869b6cb7915f {
        ($($item:tt)*) => {
            ::isorun::__private::system_impl! { ("topics:uses/uses@1.0.0") () ()
            (::isorun) (0 "uses.wit"
            "package topics:uses@1.0.0;\n\ninterface base {\n    /// What is at the bottom.\n    record error { depth: depth }\n    record depth { metres: u32 }\n    record item { depth: depth, unit: unit }\n    enum unit { m, km }\n}\n\ninterface middle {\n    use base.{item as thing};\n    record pair { one: thing, other: thing }\n    record depth { levels: u32 }\n}\n\ninterface uses {\n    use base.{error as base-error, unit, unit as measure};\n    use middle.{pair};\n    /// Its own.\n    variant error { low(base-error), unit(unit) }\n    record depth { pair: pair }\n\n    dive: func(depth: depth, measure: measure) -> result<_, error>;\n}\n")
            $($item)* }
        };
    }
    #[doc(hidden)]
    pub use __isorun_uses_c9d0869b6cb7915f as __system;
    const _: &[u8] = ::core::include_bytes!(
        ::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/uses.wit")
    );
}
