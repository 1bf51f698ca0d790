/// The interface `topics:options/options@1.2.0`.
///
/// Generated from `options.wit:4`.
#[allow(
    clippy::too_many_arguments,
    rustdoc::bare_urls,
    rustdoc::broken_intra_doc_links,
    rustdoc::invalid_html_tags,
    reason = "signatures and docs are those of the WIT"
)]
pub mod options {
    /// Generated from `options.wit:6`.
    #[derive(
        ::core::clone::Clone,
        ::core::fmt::Debug,
        ::core::cmp::PartialEq,
        serde::Serialize,
        Eq,
        Hash
    )]
    pub struct Old {
        /// `a`.
        pub a: u8,
    }
    /// Generated from `options.wit:9`.
    #[derive(
        ::core::clone::Clone,
        ::core::marker::Copy,
        ::core::fmt::Debug,
        ::core::cmp::PartialEq,
        ::core::cmp::Eq,
        ::core::hash::Hash,
        ::core::cmp::PartialOrd,
        ::core::cmp::Ord,
        serde::Serialize
    )]
    pub enum Newer {
        /// `a`.
        A,
    }
    /// Generated from `options.wit:11`.
    #[derive(
        ::core::clone::Clone,
        ::core::fmt::Debug,
        ::core::cmp::PartialEq,
        serde::Serialize,
        Eq,
        Hash
    )]
    pub struct Fast {
        /// `a`.
        pub a: Newer,
    }
    crate::reexported::__private::record! {
        Old { a = "a" } (a, ()) : (u8, ())
    }
    crate::reexported::__private::enumeration! {
        Newer { _ => A = "a" }
    }
    crate::reexported::__private::record! {
        Fast { a = "a" } (a, ()) : (Newer, ())
    }
    /// The interface `topics:options/options@1.2.0` as a type, which names it to `register`, `caller` and `export`.
    #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
    pub struct Interface;
    crate::reexported::__private::interface! {
        Interface, Caller, "topics:options/options@1.2.0" { "old-way"("old" : Old);
        "fast-way"("fast" : Fast); } without { "never-way" if "never"; }
    }
    /// Generated from `options.wit:4`.
    pub trait Options: ::core::marker::Send + ::core::marker::Sync + 'static {
        /// Generated from `options.wit:16`.
        fn old_way<'a>(
            &'a self,
            cx: &'a crate::reexported::Cx,
            old: &'a Old,
        ) -> impl ::core::future::Future<
            Output = crate::reexported::Result<()>,
        > + ::core::marker::Send;
        /// Generated from `options.wit:18`.
        fn fast_way<'a>(
            &'a self,
            cx: &'a crate::reexported::Cx,
            fast: &'a Fast,
        ) -> impl ::core::future::Future<
            Output = crate::reexported::Result<()>,
        > + ::core::marker::Send;
    }
    /// Calls the functions of `topics:options/options@1.2.0` on the instance that it was made for.
    #[derive(::core::clone::Clone, ::core::fmt::Debug)]
    pub struct Caller(crate::reexported::__private::Target);
    impl Caller {
        /// The instance that is called.
        #[must_use]
        pub fn instance(&self) -> &crate::reexported::Instance {
            self.0.instance()
        }
        /// Generated from `options.wit:16`.
        pub fn old_way<'a>(&'a self, old: &'a Old) -> crate::reexported::Call<'a, ()> {
            self.0.call(0, (old, ()))
        }
        /// Generated from `options.wit:18`.
        pub fn fast_way<'a>(
            &'a self,
            fast: &'a Fast,
        ) -> crate::reexported::Call<'a, ()> {
            self.0.call(1, (fast, ()))
        }
    }
    crate::reexported::__private::callers! {
        Options, Caller, Interface, 'a { 0 old_way(old : & 'a Old) (old, ()) -> (); 1
        fast_way(fast : & 'a Fast) (fast, ()) -> (); }
    }
    #[doc(hidden)]
    #[macro_export]
    macro_rules! __isorun_options_4578353afd8da989 {
        ($($item:tt)*) => {
            $crate::reexported::__private::system_impl! {
            ("topics:options/options@1.2.0") ("fast-lane") () ($crate::reexported) (0
            "options.wit"
            "// attribute: derives(serde::Serialize, Eq, Hash), features(\"fast-lane\"), crate = crate::reexported\npackage topics:options@1.2.0;\n\ninterface options {\n    @since(version = 1.0.0)\n    record old { a: u8 }\n    @since(version = 1.1.0)\n    @deprecated(version = 1.2.0)\n    enum newer { a }\n    @unstable(feature = fast-lane)\n    record fast { a: newer }\n    @unstable(feature = never)\n    record never { a: u8 }\n\n    @since(version = 1.0.0)\n    old-way: func(old: old);\n    @unstable(feature = fast-lane)\n    fast-way: func(fast: fast);\n    @unstable(feature = never)\n    never-way: func(never: never);\n}\n")
            $($item)* }
        };
    }
    #[doc(hidden)]
    pub use __isorun_options_4578353afd8da989 as __system;
    const _: &[u8] = ::core::include_bytes!(
        ::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/options.wit")
    );
}
