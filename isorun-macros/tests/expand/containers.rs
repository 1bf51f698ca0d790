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
    const _: () = {
        type __Fields = (
            ::std::vec::Vec<::std::string::String>,
            (
                Matrix,
                (
                    ::isorun::Map<::std::string::String, ::std::vec::Vec<u8>>,
                    ((u8, char), ((i64,), ())),
                ),
            ),
        );
        impl ::isorun::__private::Shape for All {
            const LAYOUT: ::isorun::__private::Layout = <__Fields as ::isorun::__private::Params>::LAYOUT;
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::record([
                    (
                        "list",
                        <::std::vec::Vec<
                            ::std::string::String,
                        > as ::isorun::__private::Shape>::ty(),
                    ),
                    ("fixed", <Matrix as ::isorun::__private::Shape>::ty()),
                    (
                        "map",
                        <::isorun::Map<
                            ::std::string::String,
                            ::std::vec::Vec<u8>,
                        > as ::isorun::__private::Shape>::ty(),
                    ),
                    ("tuple", <(u8, char) as ::isorun::__private::Shape>::ty()),
                    ("one", <(i64,) as ::isorun::__private::Shape>::ty()),
                ])
            }
        }
        impl ::isorun::__private::Lower for All {
            fn store<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::LowerParams::store(
                    &(
                        &self.list,
                        (&self.fixed, (&self.map, (&self.tuple, (&self.one, ())))),
                    ),
                    sink,
                    at,
                )
            }
            fn lower_flat<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                flat: &mut [u64],
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::LowerParams::lower_flat(
                    &(
                        &self.list,
                        (&self.fixed, (&self.map, (&self.tuple, (&self.one, ())))),
                    ),
                    sink,
                    flat,
                )
            }
        }
        impl ::isorun::__private::Lift for All {
            fn load<S: ::isorun::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                let (list, (fixed, (map, (tuple, (one, ()))))) = <__Fields as ::isorun::__private::LiftParams>::load(
                    source,
                    at,
                )?;
                ::core::result::Result::Ok(Self {
                    list,
                    fixed,
                    map,
                    tuple,
                    one,
                })
            }
            fn lift_flat<S: ::isorun::__private::Source>(
                source: &mut S,
                flat: &[u64],
            ) -> ::core::result::Result<Self, S::Error> {
                let (list, (fixed, (map, (tuple, (one, ()))))) = <__Fields as ::isorun::__private::LiftParams>::lift_flat(
                    source,
                    flat,
                )?;
                ::core::result::Result::Ok(Self {
                    list,
                    fixed,
                    map,
                    tuple,
                    one,
                })
            }
        }
    };
    /// The interface `topics:containers/containers@1.0.0` as a type: what `register`, `caller` and `export` are told.
    #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
    pub struct Interface;
    impl ::isorun::StaticInterface for Interface {
        type Caller = Caller;
        fn interface() -> &'static ::isorun::Interface {
            static INTERFACE: ::std::sync::LazyLock<::isorun::Interface> = ::std::sync::LazyLock::new(||
            {
                ::isorun::__private::interface(
                    "topics:containers/containers@1.0.0",
                    [
                        ::isorun::__private::function(
                            "swap",
                            [
                                ("all", <All as ::isorun::__private::Shape>::ty()),
                                (
                                    "map",
                                    <::isorun::Map<
                                        u32,
                                        All,
                                    > as ::isorun::__private::Shape>::ty(),
                                ),
                            ],
                            ::core::option::Option::Some(
                                <::isorun::Map<
                                    char,
                                    ::core::option::Option<All>,
                                > as ::isorun::__private::Shape>::ty(),
                            ),
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
    impl Containers for Caller {
        fn swap<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            all: &'a All,
            map: &'a ::isorun::Map<u32, All>,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::isorun::Map<char, ::core::option::Option<All>>>,
        > + ::core::marker::Send {
            self.0.call(0, (all, (map, ()))).within(cx)
        }
    }
    impl Containers for ::isorun::Remote<Interface> {
        fn swap<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            all: &'a All,
            map: &'a ::isorun::Map<u32, All>,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::isorun::Map<char, ::core::option::Option<All>>>,
        > + ::core::marker::Send {
            self.target().call(0, (all, (map, ()))).within(cx)
        }
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
