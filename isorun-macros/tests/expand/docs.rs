/// The interface `topics:docs/docs@1.0.0`.
///
/// Generated from `docs.wit:16`.
#[allow(
    clippy::too_many_arguments,
    rustdoc::bare_urls,
    rustdoc::broken_intra_doc_links,
    rustdoc::invalid_html_tags,
    reason = "signatures and docs are those of the WIT"
)]
pub mod docs {
    /// See [get] and <https://example.org>.
    ///
    /// Generated from `docs.wit:18`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct R {
        /// Not a doc comment.
        pub a: u8,
    }
    ::isorun::__private::record! {
        R { a = "a" } (a, ()) : (u8, ())
    }
    /// The interface `topics:docs/docs@1.0.0` as a type, which names it to `register`, `caller` and `export`.
    #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
    pub struct Interface;
    ::isorun::__private::interface! {
        Interface, Caller, "topics:docs/docs@1.0.0" { "get"("r" : R); }
    }
    /// Docs with code:
    ///
    /// ```text
    /// let this = "no Rust example";
    ///
    /// ```
    /// and more:
    ///
    /// ```text
    /// get("x")
    /// ```
    ///
    /// - a list
    ///
    ///     that goes on
    ///
    /// Generated from `docs.wit:16`.
    pub trait Docs: ::core::marker::Send + ::core::marker::Sync + 'static {
        /// Generated from `docs.wit:22`.
        fn get<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            r: &'a R,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
    }
    /// Calls the functions of `topics:docs/docs@1.0.0` on the instance that it was made for.
    #[derive(::core::clone::Clone, ::core::fmt::Debug)]
    pub struct Caller(::isorun::__private::Target);
    impl Caller {
        /// The instance that is called.
        #[must_use]
        pub fn instance(&self) -> &::isorun::Instance {
            self.0.instance()
        }
        /// Generated from `docs.wit:22`.
        pub fn get<'a>(&'a self, r: &'a R) -> ::isorun::Call<'a, ()> {
            self.0.call(0, (r, ()))
        }
    }
    ::isorun::__private::callers! {
        Docs, Caller, Interface, 'a { 0 get(r : & 'a R) (r, ()) -> (); }
    }
    #[doc(hidden)]
    #[macro_export]
    macro_rules! __isorun_docs_b279f5d1ee2b578b {
        ($($item:tt)*) => {
            ::isorun::__private::system_impl! { ("topics:docs/docs@1.0.0") () ()
            (::isorun) (0 "docs.wit"
            "package topics:docs@1.0.0;\n\n/// Docs with code:\n///\n///     let this = \"no Rust example\";\n///\n/// and more:\n///\n/// ```\n/// get(\"x\")\n/// ```\n///\n/// - a list\n///\n///     that goes on\ninterface docs {\n    /// See [get] and <https://example.org>.\n    record r {\n        // Not a doc comment.\n        a: u8,\n    }\n    get: func(r: r);\n}\n")
            $($item)* }
        };
    }
    #[doc(hidden)]
    pub use __isorun_docs_b279f5d1ee2b578b as __system;
    const _: &[u8] = ::core::include_bytes!(
        ::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/docs.wit")
    );
}
