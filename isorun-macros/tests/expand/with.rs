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
    /// Generated from `with.wit:5`.
    pub trait With: ::core::marker::Send + ::core::marker::Sync + 'static {
        /// Generated from `with.wit:9`.
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
    ::isorun::__private::callers! {
        With, Caller, Interface, 'a { 0 open(path : & 'a[::std::string::String], kind :
        Kind, caller : & 'a CallerType) (path, (kind, (caller, ()))) ->
        ::core::result::Result < ::std::vec::Vec < Path >, Error >; }
    }
    #[doc(hidden)]
    pub use __isorun_with_1518ac613e4492cd as __system;
}
