/// The interface `topics:flags/flags@1.0.0`.
///
/// Generated from `flags.wit:3`.
#[allow(
    clippy::too_many_arguments,
    rustdoc::bare_urls,
    rustdoc::broken_intra_doc_links,
    rustdoc::invalid_html_tags,
    reason = "signatures and docs are those of the WIT"
)]
pub mod flags {
    /// What may be done.
    ///
    /// Generated from `flags.wit:5`.
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
    /// The interface `topics:flags/flags@1.0.0` as a type, which names it to `register`, `caller` and `export`.
    #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
    pub struct Interface;
    ::isorun::__private::interface! {
        Interface, Caller, "topics:flags/flags@1.0.0" { "grant"("rights" : Rights, "more"
        : ::core::option::Option < Rights >) -> Rights; }
    }
    /// Generated from `flags.wit:3`.
    pub trait Flags: ::core::marker::Send + ::core::marker::Sync + 'static {
        /// Generated from `flags.wit:8`.
        fn grant<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            rights: Rights,
            more: ::core::option::Option<Rights>,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<Rights>,
        > + ::core::marker::Send;
    }
    /// Calls the functions of `topics:flags/flags@1.0.0` on the instance that it was made for.
    #[derive(::core::clone::Clone, ::core::fmt::Debug)]
    pub struct Caller(::isorun::__private::Target);
    impl Caller {
        /// The instance that is called.
        #[must_use]
        pub fn instance(&self) -> &::isorun::Instance {
            self.0.instance()
        }
        /// Generated from `flags.wit:8`.
        pub fn grant(
            &self,
            rights: Rights,
            more: ::core::option::Option<Rights>,
        ) -> ::isorun::Call<'_, Rights> {
            self.0.call(0, (rights, (more, ())))
        }
    }
    ::isorun::__private::callers! {
        Flags, Caller, Interface, 'a { 0 grant(rights : Rights, more :
        ::core::option::Option < Rights >) (rights, (more, ())) -> Rights; }
    }
    #[doc(hidden)]
    #[macro_export]
    macro_rules! __isorun_flags_0f29caec25e1e30e {
        ($($item:tt)*) => {
            ::isorun::__private::system_impl! { ("topics:flags/flags@1.0.0") () ()
            (::isorun) (0 "flags.wit"
            "package topics:%flags@1.0.0;\n\ninterface %flags {\n    /// What may be done.\n    flags rights { read, write, read-only-once }\n    flags nine { a, b, c, d, e, f, g, h, i }\n\n    grant: func(rights: rights, more: option<rights>) -> rights;\n}\n")
            $($item)* }
        };
    }
    #[doc(hidden)]
    pub use __isorun_flags_0f29caec25e1e30e as __system;
    const _: &[u8] = ::core::include_bytes!(
        ::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/flags.wit")
    );
}
