/// The interface `topics:containers/containers@1.0.0`.
///
/// Generated from `containers.wit:3`.
#[allow(
    clippy::too_many_arguments,
    rustdoc::bare_urls,
    rustdoc::broken_intra_doc_links,
    rustdoc::invalid_html_tags,
    reason = "signatures and docs are those of the WIT"
)]
pub mod containers {
    /// Generated from `containers.wit:4`.
    pub type Matrix = [[f32; 4]; 4];
    /// Generated from `containers.wit:5`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct All {
        /// `list`.
        pub list: ::std::vec::Vec<::std::string::String>,
        /// `fixed`.
        pub fixed: Matrix,
        /// `map`.
        pub map: ::isorun::Map<::std::string::String, ::std::vec::Vec<u8>>,
        /// `tuple`.
        pub tuple: (u8, char),
        /// `one`.
        pub one: (i64,),
    }
    ::isorun::__private::record! {
        All { list = "list", fixed = "fixed", map = "map", tuple = "tuple", one = "one" }
        (list, (fixed, (map, (tuple, (one, ()))))) : (::std::vec::Vec <
        ::std::string::String >, (Matrix, (::isorun::Map < ::std::string::String,
        ::std::vec::Vec < u8 > >, ((u8, char,), ((i64,), ())))))
    }
    /// The interface `topics:containers/containers@1.0.0` as a type, which names it to `register`, `caller` and `export`.
    #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
    pub struct Interface;
    ::isorun::__private::interface! {
        Interface, Caller, "topics:containers/containers@1.0.0" { "swap"("all" : All,
        "map" : ::isorun::Map < u32, All >) -> ::isorun::Map < char,
        ::core::option::Option < All > >; }
    }
    /// Generated from `containers.wit:3`.
    pub trait Containers: ::core::marker::Send + ::core::marker::Sync + 'static {
        /// Generated from `containers.wit:7`.
        fn swap<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            all: &'a All,
            map: &'a ::isorun::Map<u32, All>,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::isorun::Map<char, ::core::option::Option<All>>>,
        > + ::core::marker::Send;
    }
    /// Calls the functions of `topics:containers/containers@1.0.0` on the instance that it was made for.
    #[derive(::core::clone::Clone, ::core::fmt::Debug)]
    pub struct Caller(::isorun::__private::Target);
    impl Caller {
        /// The instance that is called.
        #[must_use]
        pub fn instance(&self) -> &::isorun::Instance {
            self.0.instance()
        }
        /// Generated from `containers.wit:7`.
        pub fn swap<'a>(
            &'a self,
            all: &'a All,
            map: &'a ::isorun::Map<u32, All>,
        ) -> ::isorun::Call<'a, ::isorun::Map<char, ::core::option::Option<All>>> {
            self.0.call(0, (all, (map, ())))
        }
    }
    ::isorun::__private::callers! {
        Containers, Caller, Interface, 'a { 0 swap(all : & 'a All, map : &
        'a::isorun::Map < u32, All >) (all, (map, ())) -> ::isorun::Map < char,
        ::core::option::Option < All > >; }
    }
    #[doc(hidden)]
    #[macro_export]
    macro_rules! __isorun_containers_4d0d52ef095876eb {
        ($($item:tt)*) => {
            ::isorun::__private::system_impl! { ("topics:containers/containers@1.0.0") ()
            () (::isorun) (0 "containers.wit"
            "package topics:containers@1.0.0;\n\ninterface containers {\n    type matrix = list<list<f32, 4>, 4>;\n    record all { %list: list<string>, fixed: matrix, %map: map<string, list<u8>>, %tuple: tuple<u8, char>, one: tuple<s64> }\n\n    swap: func(all: all, %map: map<u32, all>) -> map<char, option<all>>;\n}\n")
            $($item)* }
        };
    }
    #[doc(hidden)]
    pub use __isorun_containers_4d0d52ef095876eb as __system;
    const _: &[u8] = ::core::include_bytes!(
        ::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/containers.wit")
    );
}
