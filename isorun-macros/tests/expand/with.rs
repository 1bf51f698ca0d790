/// The interface `topics:with/with@1.0.0`.
///
/// Generated from `with.wit:4`.
#[allow(
    clippy::too_many_arguments,
    rustdoc::bare_urls,
    rustdoc::broken_intra_doc_links,
    rustdoc::invalid_html_tags,
    reason = "signatures and docs are those of the WIT"
)]
pub mod with {
    mod __with {
        #[allow(
            unused_imports,
            reason = "a path of `with` may begin with a module beside this one"
        )]
        use super::super::*;
        pub use crate::types::Error;
        pub use crate::types::Path;
        pub use crate::types::Kind;
        pub use base::CallerType;
    }
    pub use __with::Error;
    pub use __with::Path;
    pub use __with::Kind;
    pub use __with::CallerType;
    /// The interface `topics:with/with@1.0.0` as a type, which names it to `register`, `caller` and `export`.
    #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
    pub struct Interface;
    ::isorun::__private::interface! {
        Interface, Caller, "topics:with/with@1.0.0" { "open"("path" : Path, "kind" :
        Kind, "caller" : CallerType) -> ::core::result::Result < ::std::vec::Vec < Path
        >, Error >; }
    }
    /// Generated from `with.wit:4`.
    pub trait With: ::core::marker::Send + ::core::marker::Sync + 'static {
        /// Generated from `with.wit:8`.
        fn open<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            path: &'a [::std::string::String],
            kind: Kind,
            caller: &'a CallerType,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<
                ::core::result::Result<::std::vec::Vec<Path>, Error>,
            >,
        > + ::core::marker::Send;
    }
    /// Calls the functions of `topics:with/with@1.0.0` on the instance that it was made for.
    #[derive(::core::clone::Clone, ::core::fmt::Debug)]
    pub struct Caller(::isorun::__private::Target);
    impl Caller {
        /// The instance that is called.
        #[must_use]
        pub fn instance(&self) -> &::isorun::Instance {
            self.0.instance()
        }
        /// Generated from `with.wit:8`.
        pub fn open<'a>(
            &'a self,
            path: &'a [::std::string::String],
            kind: Kind,
            caller: &'a CallerType,
        ) -> ::isorun::Call<'a, ::core::result::Result<::std::vec::Vec<Path>, Error>> {
            self.0.call(0, (path, (kind, (caller, ()))))
        }
    }
    ::isorun::__private::callers! {
        With, Caller, Interface, 'a { 0 open(path : & 'a[::std::string::String], kind :
        Kind, caller : & 'a CallerType) (path, (kind, (caller, ()))) ->
        ::core::result::Result < ::std::vec::Vec < Path >, Error >; }
    }
    #[doc(hidden)]
    #[macro_export]
    macro_rules! __isorun_with_a9872ddf95ec1b9e {
        ($($item:tt)*) => {
            ::isorun::__private::system_impl! { ("topics:with/with@1.0.0") ()
            ("topics:shared/types" "topics:shared/base@1.0.0") (::isorun) (0 "with.wit"
            "// attribute: interface = \"with\", with(\"topics:shared/types\" = crate::types, \"topics:shared/base@1.0.0\" = base)\npackage topics:%with@1.0.0;\n\ninterface %with {\n    use topics:shared/types@1.0.0.{error, path, kind};\n    use topics:shared/base@1.0.0.{caller};\n\n    open: func(path: path, kind: kind, caller: caller) -> result<list<path>, error>;\n}\n"
            1 "deps/shared/shared.wit"
            "package topics:shared@1.0.0;\n\ninterface types {\n    type path = list<string>;\n    enum kind { file, folder }\n    variant error { gone }\n}\n\ninterface base {\n    record caller { name: string }\n}\n")
            $($item)* }
        };
    }
    #[doc(hidden)]
    pub use __isorun_with_a9872ddf95ec1b9e as __system;
    const _: &[u8] = ::core::include_bytes!(
        ::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/with.wit")
    );
    const _: &[u8] = ::core::include_bytes!(
        ::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/deps/shared/shared.wit")
    );
}
