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
    const _: () = {
        type __Fields = (u8, ());
        impl ::isorun::__private::Shape for R {
            const LAYOUT: ::isorun::__private::Layout = <__Fields as ::isorun::__private::Params>::LAYOUT;
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::record([
                    ("a", <u8 as ::isorun::__private::Shape>::ty()),
                ])
            }
        }
        impl ::isorun::__private::Lower for R {
            fn store<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::LowerParams::store(&(&self.a, ()), sink, at)
            }
            fn lower_flat<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                flat: &mut [u64],
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::LowerParams::lower_flat(&(&self.a, ()), sink, flat)
            }
        }
        impl ::isorun::__private::Lift for R {
            fn load<S: ::isorun::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                let (a, ()) = <__Fields as ::isorun::__private::LiftParams>::load(
                    source,
                    at,
                )?;
                ::core::result::Result::Ok(Self { a })
            }
            fn lift_flat<S: ::isorun::__private::Source>(
                source: &mut S,
                flat: &[u64],
            ) -> ::core::result::Result<Self, S::Error> {
                let (a, ()) = <__Fields as ::isorun::__private::LiftParams>::lift_flat(
                    source,
                    flat,
                )?;
                ::core::result::Result::Ok(Self { a })
            }
        }
    };
    /// The interface `topics:docs/docs@1.0.0` as a type: what `register`, `caller` and `export` are told.
    #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
    pub struct Interface;
    impl ::isorun::StaticInterface for Interface {
        type Caller = Caller;
        fn interface() -> &'static ::isorun::Interface {
            static INTERFACE: ::std::sync::LazyLock<::isorun::Interface> = ::std::sync::LazyLock::new(||
            {
                ::isorun::__private::interface(
                    "topics:docs/docs@1.0.0",
                    [
                        ::isorun::__private::function(
                            "get",
                            [("r", <R as ::isorun::__private::Shape>::ty())],
                            ::core::option::Option::None,
                        ),
                    ],
                )
            });
            &INTERFACE
        }
        fn caller(target: ::isorun::__private::Target) -> Caller {
            Caller(target)
        }
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
    impl Docs for Caller {
        fn get<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            r: &'a R,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            self.0.call(0, (r, ())).within(cx)
        }
    }
    impl Docs for ::isorun::Remote<Interface> {
        fn get<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            r: &'a R,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            self.target().call(0, (r, ())).within(cx)
        }
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
