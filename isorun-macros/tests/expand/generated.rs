/// The interface `topics:generated/generated@1.0.0`.
///
/// Generated from `generated.wit:3`.
#[allow(
    clippy::too_many_arguments,
    rustdoc::bare_urls,
    rustdoc::broken_intra_doc_links,
    rustdoc::invalid_html_tags,
    reason = "signatures and docs are those of the WIT"
)]
pub mod generated {
    /// Generated from `generated.wit:4`.
    pub type InterfaceType = u8;
    /// Generated from `generated.wit:5`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct CallerType {
        /// `x`.
        pub x: InterfaceType,
    }
    /// Generated from `generated.wit:6`.
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
    /// The interface `topics:generated/generated@1.0.0` as a type, which names it to `register`, `caller` and `export`.
    #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
    pub struct Interface;
    ::isorun::__private::interface! {
        Interface, Caller, "topics:generated/generated@1.0.0" { "check"("caller" :
        CallerType) -> GeneratedType; }
    }
    /// Generated from `generated.wit:3`.
    pub trait Generated: ::core::marker::Send + ::core::marker::Sync + 'static {
        /// Generated from `generated.wit:8`.
        fn check<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            caller: &'a CallerType,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<GeneratedType>,
        > + ::core::marker::Send;
    }
    /// Calls the functions of `topics:generated/generated@1.0.0` on the instance that it was made for.
    #[derive(::core::clone::Clone, ::core::fmt::Debug)]
    pub struct Caller(::isorun::__private::Target);
    impl Caller {
        /// The instance that is called.
        #[must_use]
        pub fn instance(&self) -> &::isorun::Instance {
            self.0.instance()
        }
        /// Generated from `generated.wit:8`.
        pub fn check<'a>(
            &'a self,
            caller: &'a CallerType,
        ) -> ::isorun::Call<'a, GeneratedType> {
            self.0.call(0, (caller, ()))
        }
    }
    ::isorun::__private::callers! {
        Generated, Caller, Interface, 'a { 0 check(caller : & 'a CallerType) (caller, ())
        -> GeneratedType; }
    }
    #[doc(hidden)]
    #[macro_export]
    macro_rules! __isorun_generated_03954ab9fe7f0850 {
        ($($item:tt)*) => {
            ::isorun::__private::system_impl! { ("topics:generated/generated@1.0.0") ()
            () (::isorun) (0 "generated.wit"
            "package topics:generated@1.0.0;\n\ninterface generated {\n    type %interface = u8;\n    record caller { x: %interface }\n    enum generated { yes }\n\n    check: func(caller: caller) -> generated;\n}\n")
            $($item)* }
        };
    }
    #[doc(hidden)]
    pub use __isorun_generated_03954ab9fe7f0850 as __system;
    const _: &[u8] = ::core::include_bytes!(
        ::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/generated.wit")
    );
}
