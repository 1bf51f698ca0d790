/// The interface `topics:results/results@1.0.0`.
///
/// Generated from `results.wit:3`.
#[allow(
    clippy::too_many_arguments,
    rustdoc::bare_urls,
    rustdoc::broken_intra_doc_links,
    rustdoc::invalid_html_tags,
    reason = "signatures and docs are those of the WIT"
)]
pub mod results {
    /// Generated from `results.wit:5`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Reason {
        /// `code`.
        pub code: u8,
    }
    impl ::core::fmt::Display for Reason {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            ::core::fmt::Debug::fmt(self, f)
        }
    }
    impl ::core::error::Error for Reason {}
    /// Generated from `results.wit:6`.
    pub type Gone = ::std::string::String;
    /// Generated from `results.wit:4`.
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
    pub struct Bits(u32);
    impl Bits {
        /// `one`.
        pub const ONE: Self = Self(1);
        /// No flag.
        #[must_use]
        pub const fn empty() -> Self {
            Self(0)
        }
        /// Every flag.
        #[must_use]
        pub const fn all() -> Self {
            Self(1)
        }
        /// One bit for each flag, the first in the WIT lowest.
        #[must_use]
        pub const fn bits(self) -> u32 {
            self.0
        }
        /// The flags of these bits; bits that stand for none are dropped.
        #[must_use]
        pub const fn from_bits_truncate(bits: u32) -> Self {
            Self(bits & 1)
        }
        /// Whether there is no flag.
        #[must_use]
        pub const fn is_empty(self) -> bool {
            self.0 == 0
        }
        /// Whether all flags of `other` are here.
        #[must_use]
        pub const fn contains(self, other: Self) -> bool {
            self.0 & other.0 == other.0
        }
        /// The flags of both.
        #[must_use]
        pub const fn union(self, other: Self) -> Self {
            Self(self.0 | other.0)
        }
        /// Adds the flags of `other`.
        pub const fn insert(&mut self, other: Self) {
            self.0 |= other.0;
        }
        /// Takes the flags of `other` away.
        pub const fn remove(&mut self, other: Self) {
            self.0 &= !other.0;
        }
    }
    impl ::core::ops::BitOr for Bits {
        type Output = Self;
        fn bitor(self, other: Self) -> Self {
            Self(self.0 | other.0)
        }
    }
    impl ::core::ops::BitOrAssign for Bits {
        fn bitor_assign(&mut self, other: Self) {
            self.0 |= other.0;
        }
    }
    impl ::core::ops::BitAnd for Bits {
        type Output = Self;
        fn bitand(self, other: Self) -> Self {
            Self(self.0 & other.0)
        }
    }
    impl ::core::ops::BitAndAssign for Bits {
        fn bitand_assign(&mut self, other: Self) {
            self.0 &= other.0;
        }
    }
    impl ::core::ops::Sub for Bits {
        type Output = Self;
        fn sub(self, other: Self) -> Self {
            Self(self.0 & !other.0)
        }
    }
    impl ::core::ops::Not for Bits {
        type Output = Self;
        fn not(self) -> Self {
            Self(!self.0 & 1)
        }
    }
    impl ::core::fmt::Display for Bits {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            let mut separator = "";
            for (index, name) in ::core::iter::Iterator::enumerate(
                ::core::iter::IntoIterator::into_iter(["one"]),
            ) {
                if self.0 >> index & 1 == 1 {
                    f.write_str(separator)?;
                    f.write_str(name)?;
                    separator = " | ";
                }
            }
            ::core::result::Result::Ok(())
        }
    }
    impl ::core::fmt::Debug for Bits {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str("Bits(")?;
            ::core::fmt::Display::fmt(self, f)?;
            f.write_str(")")
        }
    }
    impl ::core::error::Error for Bits {}
    const _: () = {
        impl ::isorun::__private::Shape for Bits {
            const LAYOUT: ::isorun::__private::Layout = ::isorun::__private::Layout::flags(
                1,
            );
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::flags(["one"])
            }
        }
        impl ::isorun::__private::Lower for Bits {
            fn store<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::store_flags(sink, at, 1, self.0)
            }
            fn lower_flat<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                flat: &mut [u64],
            ) -> ::core::result::Result<(), S::Error> {
                let _ = sink;
                ::isorun::__private::lower_flags(flat, 1, self.0);
                ::core::result::Result::Ok(())
            }
        }
        impl ::isorun::__private::Lift for Bits {
            fn load<S: ::isorun::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                ::core::result::Result::Ok(
                    Self(::isorun::__private::load_flags(source, at, 1)?),
                )
            }
            fn lift_flat<S: ::isorun::__private::Source>(
                source: &mut S,
                flat: &[u64],
            ) -> ::core::result::Result<Self, S::Error> {
                let _ = source;
                ::core::result::Result::Ok(
                    Self(::isorun::__private::lift_flags(flat, 1)),
                )
            }
        }
    };
    const _: () = {
        type __Fields = (u8, ());
        impl ::isorun::__private::Shape for Reason {
            const LAYOUT: ::isorun::__private::Layout = <__Fields as ::isorun::__private::Params>::LAYOUT;
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::record([
                    ("code", <u8 as ::isorun::__private::Shape>::ty()),
                ])
            }
        }
        impl ::isorun::__private::Lower for Reason {
            fn store<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::LowerParams::store(&(&self.code, ()), sink, at)
            }
            fn lower_flat<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                flat: &mut [u64],
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::LowerParams::lower_flat(
                    &(&self.code, ()),
                    sink,
                    flat,
                )
            }
        }
        impl ::isorun::__private::Lift for Reason {
            fn load<S: ::isorun::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                let (code, ()) = <__Fields as ::isorun::__private::LiftParams>::load(
                    source,
                    at,
                )?;
                ::core::result::Result::Ok(Self { code })
            }
            fn lift_flat<S: ::isorun::__private::Source>(
                source: &mut S,
                flat: &[u64],
            ) -> ::core::result::Result<Self, S::Error> {
                let (code, ()) = <__Fields as ::isorun::__private::LiftParams>::lift_flat(
                    source,
                    flat,
                )?;
                ::core::result::Result::Ok(Self { code })
            }
        }
    };
    /// The interface `topics:results/results@1.0.0` as a type: what `register`, `caller` and `export` are told.
    #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
    pub struct Interface;
    impl ::isorun::StaticInterface for Interface {
        type Caller = Caller;
        fn interface() -> &'static ::isorun::Interface {
            static INTERFACE: ::std::sync::LazyLock<::isorun::Interface> = ::std::sync::LazyLock::new(||
            {
                ::isorun::__private::interface(
                    "topics:results/results@1.0.0",
                    [
                        ::isorun::__private::function(
                            "nothing",
                            ::core::iter::empty::<(&str, ::isorun::__private::Type)>(),
                            ::core::option::Option::None,
                        ),
                        ::isorun::__private::function(
                            "bool",
                            ::core::iter::empty::<(&str, ::isorun::__private::Type)>(),
                            ::core::option::Option::Some(
                                <bool as ::isorun::__private::Shape>::ty(),
                            ),
                        ),
                        ::isorun::__private::function(
                            "plain",
                            ::core::iter::empty::<(&str, ::isorun::__private::Type)>(),
                            ::core::option::Option::Some(
                                <::core::result::Result<
                                    (),
                                    (),
                                > as ::isorun::__private::Shape>::ty(),
                            ),
                        ),
                        ::isorun::__private::function(
                            "only-ok",
                            ::core::iter::empty::<(&str, ::isorun::__private::Type)>(),
                            ::core::option::Option::Some(
                                <::core::result::Result<
                                    u8,
                                    (),
                                > as ::isorun::__private::Shape>::ty(),
                            ),
                        ),
                        ::isorun::__private::function(
                            "only-err",
                            ::core::iter::empty::<(&str, ::isorun::__private::Type)>(),
                            ::core::option::Option::Some(
                                <::core::result::Result<
                                    (),
                                    u8,
                                > as ::isorun::__private::Shape>::ty(),
                            ),
                        ),
                        ::isorun::__private::function(
                            "both",
                            ::core::iter::empty::<(&str, ::isorun::__private::Type)>(),
                            ::core::option::Option::Some(
                                <::core::result::Result<
                                    ::std::string::String,
                                    Gone,
                                > as ::isorun::__private::Shape>::ty(),
                            ),
                        ),
                        ::isorun::__private::function(
                            "record-err",
                            ::core::iter::empty::<(&str, ::isorun::__private::Type)>(),
                            ::core::option::Option::Some(
                                <::core::result::Result<
                                    (),
                                    Reason,
                                > as ::isorun::__private::Shape>::ty(),
                            ),
                        ),
                        ::isorun::__private::function(
                            "flags-err",
                            ::core::iter::empty::<(&str, ::isorun::__private::Type)>(),
                            ::core::option::Option::Some(
                                <::core::result::Result<
                                    (),
                                    Bits,
                                > as ::isorun::__private::Shape>::ty(),
                            ),
                        ),
                        ::isorun::__private::function(
                            "deep",
                            ::core::iter::empty::<(&str, ::isorun::__private::Type)>(),
                            ::core::option::Option::Some(
                                <::core::result::Result<
                                    ::core::result::Result<
                                        ::core::option::Option<::core::option::Option<u8>>,
                                        ::std::string::String,
                                    >,
                                    (u8,),
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
    /// Generated from `results.wit:3`.
    pub trait Results: ::core::marker::Send + ::core::marker::Sync + 'static {
        /// Generated from `results.wit:8`.
        fn nothing<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
        /// Generated from `results.wit:9`.
        fn bool<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<bool>,
        > + ::core::marker::Send;
        /// Generated from `results.wit:10`.
        fn plain<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), ()>>,
        > + ::core::marker::Send;
        /// Generated from `results.wit:11`.
        fn only_ok<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<u8, ()>>,
        > + ::core::marker::Send;
        /// Generated from `results.wit:12`.
        fn only_err<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), u8>>,
        > + ::core::marker::Send;
        /// Generated from `results.wit:13`.
        fn both<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<
                ::core::result::Result<::std::string::String, Gone>,
            >,
        > + ::core::marker::Send;
        /// Generated from `results.wit:14`.
        fn record_err<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), Reason>>,
        > + ::core::marker::Send;
        /// Generated from `results.wit:15`.
        fn flags_err<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), Bits>>,
        > + ::core::marker::Send;
        /// Generated from `results.wit:16`.
        fn deep<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<
                ::core::result::Result<
                    ::core::result::Result<
                        ::core::option::Option<::core::option::Option<u8>>,
                        ::std::string::String,
                    >,
                    (u8,),
                >,
            >,
        > + ::core::marker::Send;
    }
    /// Calls the functions of `topics:results/results@1.0.0` on the instance that it was made for.
    #[derive(::core::clone::Clone, ::core::fmt::Debug)]
    pub struct Caller(::isorun::__private::Target);
    impl Caller {
        /// The instance that is called.
        #[must_use]
        pub fn instance(&self) -> &::isorun::Instance {
            self.0.instance()
        }
        /// Generated from `results.wit:8`.
        pub fn nothing(&self) -> ::isorun::Call<'_, ()> {
            self.0.call(0, ())
        }
        /// Generated from `results.wit:9`.
        pub fn bool(&self) -> ::isorun::Call<'_, bool> {
            self.0.call(1, ())
        }
        /// Generated from `results.wit:10`.
        pub fn plain(&self) -> ::isorun::Call<'_, ::core::result::Result<(), ()>> {
            self.0.call(2, ())
        }
        /// Generated from `results.wit:11`.
        pub fn only_ok(&self) -> ::isorun::Call<'_, ::core::result::Result<u8, ()>> {
            self.0.call(3, ())
        }
        /// Generated from `results.wit:12`.
        pub fn only_err(&self) -> ::isorun::Call<'_, ::core::result::Result<(), u8>> {
            self.0.call(4, ())
        }
        /// Generated from `results.wit:13`.
        pub fn both(
            &self,
        ) -> ::isorun::Call<'_, ::core::result::Result<::std::string::String, Gone>> {
            self.0.call(5, ())
        }
        /// Generated from `results.wit:14`.
        pub fn record_err(
            &self,
        ) -> ::isorun::Call<'_, ::core::result::Result<(), Reason>> {
            self.0.call(6, ())
        }
        /// Generated from `results.wit:15`.
        pub fn flags_err(&self) -> ::isorun::Call<'_, ::core::result::Result<(), Bits>> {
            self.0.call(7, ())
        }
        /// Generated from `results.wit:16`.
        pub fn deep(
            &self,
        ) -> ::isorun::Call<
            '_,
            ::core::result::Result<
                ::core::result::Result<
                    ::core::option::Option<::core::option::Option<u8>>,
                    ::std::string::String,
                >,
                (u8,),
            >,
        > {
            self.0.call(8, ())
        }
    }
    impl Results for Caller {
        fn nothing<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            self.0.call(0, ()).within(cx)
        }
        fn bool<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<bool>,
        > + ::core::marker::Send {
            self.0.call(1, ()).within(cx)
        }
        fn plain<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), ()>>,
        > + ::core::marker::Send {
            self.0.call(2, ()).within(cx)
        }
        fn only_ok<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<u8, ()>>,
        > + ::core::marker::Send {
            self.0.call(3, ()).within(cx)
        }
        fn only_err<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), u8>>,
        > + ::core::marker::Send {
            self.0.call(4, ()).within(cx)
        }
        fn both<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<
                ::core::result::Result<::std::string::String, Gone>,
            >,
        > + ::core::marker::Send {
            self.0.call(5, ()).within(cx)
        }
        fn record_err<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), Reason>>,
        > + ::core::marker::Send {
            self.0.call(6, ()).within(cx)
        }
        fn flags_err<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), Bits>>,
        > + ::core::marker::Send {
            self.0.call(7, ()).within(cx)
        }
        fn deep<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<
                ::core::result::Result<
                    ::core::result::Result<
                        ::core::option::Option<::core::option::Option<u8>>,
                        ::std::string::String,
                    >,
                    (u8,),
                >,
            >,
        > + ::core::marker::Send {
            self.0.call(8, ()).within(cx)
        }
    }
    impl Results for ::isorun::Remote<Interface> {
        fn nothing<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            self.target().call(0, ()).within(cx)
        }
        fn bool<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<bool>,
        > + ::core::marker::Send {
            self.target().call(1, ()).within(cx)
        }
        fn plain<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), ()>>,
        > + ::core::marker::Send {
            self.target().call(2, ()).within(cx)
        }
        fn only_ok<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<u8, ()>>,
        > + ::core::marker::Send {
            self.target().call(3, ()).within(cx)
        }
        fn only_err<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), u8>>,
        > + ::core::marker::Send {
            self.target().call(4, ()).within(cx)
        }
        fn both<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<
                ::core::result::Result<::std::string::String, Gone>,
            >,
        > + ::core::marker::Send {
            self.target().call(5, ()).within(cx)
        }
        fn record_err<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), Reason>>,
        > + ::core::marker::Send {
            self.target().call(6, ()).within(cx)
        }
        fn flags_err<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), Bits>>,
        > + ::core::marker::Send {
            self.target().call(7, ()).within(cx)
        }
        fn deep<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<
                ::core::result::Result<
                    ::core::result::Result<
                        ::core::option::Option<::core::option::Option<u8>>,
                        ::std::string::String,
                    >,
                    (u8,),
                >,
            >,
        > + ::core::marker::Send {
            self.target().call(8, ()).within(cx)
        }
    }
    #[doc(hidden)]
    #[macro_export]
    macro_rules! __isorun_results_c1b0b31513157b2b {
        ($($item:tt)*) => {
            ::isorun::__private::system_impl! { ("topics:results/results@1.0.0") () ()
            (::isorun) (0 "results.wit"
            "package topics:results@1.0.0;\n\ninterface results {\n    flags bits { one }\n    record reason { code: u8 }\n    type gone = string;\n\n    nothing: func();\n    %bool: func() -> bool;\n    plain: func() -> result;\n    only-ok: func() -> result<u8>;\n    only-err: func() -> result<_, u8>;\n    both: func() -> result<string, gone>;\n    record-err: func() -> result<_, reason>;\n    flags-err: func() -> result<_, bits>;\n    deep: func() -> result<result<option<option<u8>>, string>, tuple<u8>>;\n}\n")
            $($item)* }
        };
    }
    #[doc(hidden)]
    pub use __isorun_results_c1b0b31513157b2b as __system;
    const _: &[u8] = ::core::include_bytes!(
        ::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/results.wit")
    );
}
