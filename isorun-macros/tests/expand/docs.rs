pub mod docs {
    /// See [get] and <https://example.org>.
    ///
    /// Generated from `docs.wit:19`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct R {
        /// Not a doc comment.
        pub a: u8,
    }
    ::isorun::__private::record! {
        R { a = "a" } (a, ()) : (u8, ())
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
    /// Generated from `docs.wit:17`.
    pub trait Docs: ::core::marker::Send + ::core::marker::Sync + 'static {
        /// Generated from `docs.wit:23`.
        fn get<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            r: &'a R,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
    }
    ::isorun::__private::callers! {
        Docs, Caller, Interface, 'a { 0 get(r : & 'a R) (r, ()) -> (); }
    }
}
