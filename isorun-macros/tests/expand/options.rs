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
    const _: () = {
        type __Fields = (u8, ());
        impl crate::reexported::__private::Shape for Old {
            const LAYOUT: crate::reexported::__private::Layout = <__Fields as crate::reexported::__private::Params>::LAYOUT;
            fn ty() -> crate::reexported::__private::Type {
                crate::reexported::__private::Type::record([
                    ("a", <u8 as crate::reexported::__private::Shape>::ty()),
                ])
            }
        }
        impl crate::reexported::__private::Lower for Old {
            fn store<S: crate::reexported::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                crate::reexported::__private::LowerParams::store(
                    &(&self.a, ()),
                    sink,
                    at,
                )
            }
            fn lower_flat<S: crate::reexported::__private::Sink>(
                &self,
                sink: &mut S,
                flat: &mut [u64],
            ) -> ::core::result::Result<(), S::Error> {
                crate::reexported::__private::LowerParams::lower_flat(
                    &(&self.a, ()),
                    sink,
                    flat,
                )
            }
        }
        impl crate::reexported::__private::Lift for Old {
            fn load<S: crate::reexported::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                let (a, ()) = <__Fields as crate::reexported::__private::LiftParams>::load(
                    source,
                    at,
                )?;
                ::core::result::Result::Ok(Self { a })
            }
            fn lift_flat<S: crate::reexported::__private::Source>(
                source: &mut S,
                flat: &[u64],
            ) -> ::core::result::Result<Self, S::Error> {
                let (a, ()) = <__Fields as crate::reexported::__private::LiftParams>::lift_flat(
                    source,
                    flat,
                )?;
                ::core::result::Result::Ok(Self { a })
            }
        }
    };
    const _: () = {
        fn __case(index: u32) -> Newer {
            match index {
                _ => Newer::A,
            }
        }
        impl crate::reexported::__private::Shape for Newer {
            const LAYOUT: crate::reexported::__private::Layout = crate::reexported::__private::Layout::enumeration(
                1,
            );
            fn ty() -> crate::reexported::__private::Type {
                crate::reexported::__private::Type::enumeration(["a"])
            }
        }
        impl crate::reexported::__private::Lower for Newer {
            fn store<S: crate::reexported::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                crate::reexported::__private::store_discriminant(
                    sink,
                    at,
                    1,
                    *self as u32,
                )
            }
            fn lower_flat<S: crate::reexported::__private::Sink>(
                &self,
                sink: &mut S,
                flat: &mut [u64],
            ) -> ::core::result::Result<(), S::Error> {
                let _ = sink;
                crate::reexported::__private::lower_discriminant(flat, *self as u32);
                ::core::result::Result::Ok(())
            }
        }
        impl crate::reexported::__private::Lift for Newer {
            fn load<S: crate::reexported::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                ::core::result::Result::Ok(
                    __case(
                        crate::reexported::__private::load_discriminant(source, at, 1)?,
                    ),
                )
            }
            fn lift_flat<S: crate::reexported::__private::Source>(
                source: &mut S,
                flat: &[u64],
            ) -> ::core::result::Result<Self, S::Error> {
                ::core::result::Result::Ok(
                    __case(
                        crate::reexported::__private::lift_discriminant(source, flat, 1)?,
                    ),
                )
            }
        }
    };
    const _: () = {
        type __Fields = (Newer, ());
        impl crate::reexported::__private::Shape for Fast {
            const LAYOUT: crate::reexported::__private::Layout = <__Fields as crate::reexported::__private::Params>::LAYOUT;
            fn ty() -> crate::reexported::__private::Type {
                crate::reexported::__private::Type::record([
                    ("a", <Newer as crate::reexported::__private::Shape>::ty()),
                ])
            }
        }
        impl crate::reexported::__private::Lower for Fast {
            fn store<S: crate::reexported::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                crate::reexported::__private::LowerParams::store(
                    &(&self.a, ()),
                    sink,
                    at,
                )
            }
            fn lower_flat<S: crate::reexported::__private::Sink>(
                &self,
                sink: &mut S,
                flat: &mut [u64],
            ) -> ::core::result::Result<(), S::Error> {
                crate::reexported::__private::LowerParams::lower_flat(
                    &(&self.a, ()),
                    sink,
                    flat,
                )
            }
        }
        impl crate::reexported::__private::Lift for Fast {
            fn load<S: crate::reexported::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                let (a, ()) = <__Fields as crate::reexported::__private::LiftParams>::load(
                    source,
                    at,
                )?;
                ::core::result::Result::Ok(Self { a })
            }
            fn lift_flat<S: crate::reexported::__private::Source>(
                source: &mut S,
                flat: &[u64],
            ) -> ::core::result::Result<Self, S::Error> {
                let (a, ()) = <__Fields as crate::reexported::__private::LiftParams>::lift_flat(
                    source,
                    flat,
                )?;
                ::core::result::Result::Ok(Self { a })
            }
        }
    };
    /// The interface `topics:options/options@1.2.0` as a type: what `register`, `caller` and `export` are told.
    #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
    pub struct Interface;
    impl crate::reexported::StaticInterface for Interface {
        type Caller = Caller;
        fn interface() -> &'static crate::reexported::Interface {
            static INTERFACE: ::std::sync::LazyLock<crate::reexported::Interface> = ::std::sync::LazyLock::new(||
            {
                crate::reexported::__private::interface(
                    "topics:options/options@1.2.0",
                    [
                        crate::reexported::__private::function(
                            "old-way",
                            [
                                ("old", <Old as crate::reexported::__private::Shape>::ty()),
                            ],
                            ::core::option::Option::None,
                        ),
                        crate::reexported::__private::function(
                            "fast-way",
                            [
                                (
                                    "fast",
                                    <Fast as crate::reexported::__private::Shape>::ty(),
                                ),
                            ],
                            ::core::option::Option::None,
                        ),
                    ],
                )
            });
            &INTERFACE
        }
        fn caller(target: crate::reexported::__private::Target) -> Caller {
            Caller(target)
        }
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
    impl Options for Caller {
        fn old_way<'a>(
            &'a self,
            cx: &'a crate::reexported::Cx,
            old: &'a Old,
        ) -> impl ::core::future::Future<
            Output = crate::reexported::Result<()>,
        > + ::core::marker::Send {
            self.0.call(0, (old, ())).within(cx)
        }
        fn fast_way<'a>(
            &'a self,
            cx: &'a crate::reexported::Cx,
            fast: &'a Fast,
        ) -> impl ::core::future::Future<
            Output = crate::reexported::Result<()>,
        > + ::core::marker::Send {
            self.0.call(1, (fast, ())).within(cx)
        }
    }
    impl Options for crate::reexported::Remote<Interface> {
        fn old_way<'a>(
            &'a self,
            cx: &'a crate::reexported::Cx,
            old: &'a Old,
        ) -> impl ::core::future::Future<
            Output = crate::reexported::Result<()>,
        > + ::core::marker::Send {
            self.target().call(0, (old, ())).within(cx)
        }
        fn fast_way<'a>(
            &'a self,
            cx: &'a crate::reexported::Cx,
            fast: &'a Fast,
        ) -> impl ::core::future::Future<
            Output = crate::reexported::Result<()>,
        > + ::core::marker::Send {
            self.target().call(1, (fast, ())).within(cx)
        }
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
