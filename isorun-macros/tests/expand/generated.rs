/// The interface `topics:generated/generated@1.0.0`.
///
/// Generated from `generated.wit:3`.
#[allow(
    clippy::too_many_arguments,
    rustdoc::bare_urls,
    rustdoc::broken_intra_doc_links,
    rustdoc::invalid_html_tags,
    reason = "signatures and docs are those of the WIT"
)]
pub mod generated {
    /// Generated from `generated.wit:4`.
    pub type InterfaceType = u8;
    /// Generated from `generated.wit:5`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct CallerType {
        /// `x`.
        pub x: InterfaceType,
    }
    /// Generated from `generated.wit:6`.
    #[derive(
        ::core::clone::Clone,
        ::core::marker::Copy,
        ::core::fmt::Debug,
        ::core::cmp::PartialEq,
        ::core::cmp::Eq,
        ::core::hash::Hash,
        ::core::cmp::PartialOrd,
        ::core::cmp::Ord,
    )]
    pub enum GeneratedType {
        /// `yes`.
        Yes,
    }
    const _: () = {
        type __Fields = (InterfaceType, ());
        impl ::isorun::__private::Shape for CallerType {
            const LAYOUT: ::isorun::__private::Layout = <__Fields as ::isorun::__private::Params>::LAYOUT;
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::record([
                    ("x", <InterfaceType as ::isorun::__private::Shape>::ty()),
                ])
            }
        }
        impl ::isorun::__private::Lower for CallerType {
            fn store<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::LowerParams::store(&(&self.x, ()), sink, at)
            }
            fn lower_flat<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                flat: &mut [u64],
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::LowerParams::lower_flat(&(&self.x, ()), sink, flat)
            }
        }
        impl ::isorun::__private::Lift for CallerType {
            fn load<S: ::isorun::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                let (x, ()) = <__Fields as ::isorun::__private::LiftParams>::load(
                    source,
                    at,
                )?;
                ::core::result::Result::Ok(Self { x })
            }
            fn lift_flat<S: ::isorun::__private::Source>(
                source: &mut S,
                flat: &[u64],
            ) -> ::core::result::Result<Self, S::Error> {
                let (x, ()) = <__Fields as ::isorun::__private::LiftParams>::lift_flat(
                    source,
                    flat,
                )?;
                ::core::result::Result::Ok(Self { x })
            }
        }
    };
    const _: () = {
        fn __case(index: u32) -> GeneratedType {
            match index {
                _ => GeneratedType::Yes,
            }
        }
        impl ::isorun::__private::Shape for GeneratedType {
            const LAYOUT: ::isorun::__private::Layout = ::isorun::__private::Layout::enumeration(
                1,
            );
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::enumeration(["yes"])
            }
        }
        impl ::isorun::__private::Lower for GeneratedType {
            fn store<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::store_discriminant(sink, at, 1, *self as u32)
            }
            fn lower_flat<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                flat: &mut [u64],
            ) -> ::core::result::Result<(), S::Error> {
                let _ = sink;
                ::isorun::__private::lower_discriminant(flat, *self as u32);
                ::core::result::Result::Ok(())
            }
        }
        impl ::isorun::__private::Lift for GeneratedType {
            fn load<S: ::isorun::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                ::core::result::Result::Ok(
                    __case(::isorun::__private::load_discriminant(source, at, 1)?),
                )
            }
            fn lift_flat<S: ::isorun::__private::Source>(
                source: &mut S,
                flat: &[u64],
            ) -> ::core::result::Result<Self, S::Error> {
                ::core::result::Result::Ok(
                    __case(::isorun::__private::lift_discriminant(source, flat, 1)?),
                )
            }
        }
    };
    /// The interface `topics:generated/generated@1.0.0` as a type: what `register`, `caller` and `export` are told.
    #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
    pub struct Interface;
    impl ::isorun::StaticInterface for Interface {
        type Caller = Caller;
        fn interface() -> &'static ::isorun::Interface {
            static INTERFACE: ::std::sync::LazyLock<::isorun::Interface> = ::std::sync::LazyLock::new(||
            {
                ::isorun::__private::interface(
                    "topics:generated/generated@1.0.0",
                    [
                        ::isorun::__private::function(
                            "check",
                            [
                                ("caller", <CallerType as ::isorun::__private::Shape>::ty()),
                            ],
                            ::core::option::Option::Some(
                                <GeneratedType as ::isorun::__private::Shape>::ty(),
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
    /// Generated from `generated.wit:3`.
    pub trait Generated: ::core::marker::Send + ::core::marker::Sync + 'static {
        /// Generated from `generated.wit:8`.
        fn check<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            caller: &'a CallerType,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<GeneratedType>,
        > + ::core::marker::Send;
    }
    /// Calls the functions of `topics:generated/generated@1.0.0` on the instance that it was made for.
    #[derive(::core::clone::Clone, ::core::fmt::Debug)]
    pub struct Caller(::isorun::__private::Target);
    impl Caller {
        /// The instance that is called.
        #[must_use]
        pub fn instance(&self) -> &::isorun::Instance {
            self.0.instance()
        }
        /// Generated from `generated.wit:8`.
        pub fn check<'a>(
            &'a self,
            caller: &'a CallerType,
        ) -> ::isorun::Call<'a, GeneratedType> {
            self.0.call(0, (caller, ()))
        }
    }
    impl Generated for Caller {
        fn check<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            caller: &'a CallerType,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<GeneratedType>,
        > + ::core::marker::Send {
            self.0.call(0, (caller, ())).within(cx)
        }
    }
    impl Generated for ::isorun::Remote<Interface> {
        fn check<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            caller: &'a CallerType,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<GeneratedType>,
        > + ::core::marker::Send {
            self.target().call(0, (caller, ())).within(cx)
        }
    }
    #[doc(hidden)]
    #[macro_export]
    macro_rules! __isorun_generated_03954ab9fe7f0850 {
        ($($item:tt)*) => {
            ::isorun::__private::system_impl! { ("topics:generated/generated@1.0.0") ()
            () (::isorun) (0 "generated.wit"
            "package topics:generated@1.0.0;\n\ninterface generated {\n    type %interface = u8;\n    record caller { x: %interface }\n    enum generated { yes }\n\n    check: func(caller: caller) -> generated;\n}\n")
            $($item)* }
        };
    }
    #[doc(hidden)]
    pub use __isorun_generated_03954ab9fe7f0850 as __system;
    const _: &[u8] = ::core::include_bytes!(
        ::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/generated.wit")
    );
}
