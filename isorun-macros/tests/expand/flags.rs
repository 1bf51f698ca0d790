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
    impl Rights {
        /// `read`.
        pub const READ: Self = Self(1);
        /// `write`.
        pub const WRITE: Self = Self(2);
        /// `read-only-once`.
        pub const READ_ONLY_ONCE: Self = Self(4);
        /// No flag.
        #[must_use]
        pub const fn empty() -> Self {
            Self(0)
        }
        /// Every flag.
        #[must_use]
        pub const fn all() -> Self {
            Self(7)
        }
        /// One bit for each flag, the first in the WIT lowest.
        #[must_use]
        pub const fn bits(self) -> u32 {
            self.0
        }
        /// The flags of these bits; bits that stand for none are dropped.
        #[must_use]
        pub const fn from_bits_truncate(bits: u32) -> Self {
            Self(bits & 7)
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
    impl ::core::ops::BitOr for Rights {
        type Output = Self;
        fn bitor(self, other: Self) -> Self {
            Self(self.0 | other.0)
        }
    }
    impl ::core::ops::BitOrAssign for Rights {
        fn bitor_assign(&mut self, other: Self) {
            self.0 |= other.0;
        }
    }
    impl ::core::ops::BitAnd for Rights {
        type Output = Self;
        fn bitand(self, other: Self) -> Self {
            Self(self.0 & other.0)
        }
    }
    impl ::core::ops::BitAndAssign for Rights {
        fn bitand_assign(&mut self, other: Self) {
            self.0 &= other.0;
        }
    }
    impl ::core::ops::Sub for Rights {
        type Output = Self;
        fn sub(self, other: Self) -> Self {
            Self(self.0 & !other.0)
        }
    }
    impl ::core::ops::Not for Rights {
        type Output = Self;
        fn not(self) -> Self {
            Self(!self.0 & 7)
        }
    }
    impl ::core::fmt::Display for Rights {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            let mut separator = "";
            for (index, name) in ::core::iter::Iterator::enumerate(
                ::core::iter::IntoIterator::into_iter([
                    "read",
                    "write",
                    "read-only-once",
                ]),
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
    impl ::core::fmt::Debug for Rights {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str("Rights(")?;
            ::core::fmt::Display::fmt(self, f)?;
            f.write_str(")")
        }
    }
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
    impl Nine {
        /// `a`.
        pub const A: Self = Self(1);
        /// `b`.
        pub const B: Self = Self(2);
        /// `c`.
        pub const C: Self = Self(4);
        /// `d`.
        pub const D: Self = Self(8);
        /// `e`.
        pub const E: Self = Self(16);
        /// `f`.
        pub const F: Self = Self(32);
        /// `g`.
        pub const G: Self = Self(64);
        /// `h`.
        pub const H: Self = Self(128);
        /// `i`.
        pub const I: Self = Self(256);
        /// No flag.
        #[must_use]
        pub const fn empty() -> Self {
            Self(0)
        }
        /// Every flag.
        #[must_use]
        pub const fn all() -> Self {
            Self(511)
        }
        /// One bit for each flag, the first in the WIT lowest.
        #[must_use]
        pub const fn bits(self) -> u32 {
            self.0
        }
        /// The flags of these bits; bits that stand for none are dropped.
        #[must_use]
        pub const fn from_bits_truncate(bits: u32) -> Self {
            Self(bits & 511)
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
    impl ::core::ops::BitOr for Nine {
        type Output = Self;
        fn bitor(self, other: Self) -> Self {
            Self(self.0 | other.0)
        }
    }
    impl ::core::ops::BitOrAssign for Nine {
        fn bitor_assign(&mut self, other: Self) {
            self.0 |= other.0;
        }
    }
    impl ::core::ops::BitAnd for Nine {
        type Output = Self;
        fn bitand(self, other: Self) -> Self {
            Self(self.0 & other.0)
        }
    }
    impl ::core::ops::BitAndAssign for Nine {
        fn bitand_assign(&mut self, other: Self) {
            self.0 &= other.0;
        }
    }
    impl ::core::ops::Sub for Nine {
        type Output = Self;
        fn sub(self, other: Self) -> Self {
            Self(self.0 & !other.0)
        }
    }
    impl ::core::ops::Not for Nine {
        type Output = Self;
        fn not(self) -> Self {
            Self(!self.0 & 511)
        }
    }
    impl ::core::fmt::Display for Nine {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            let mut separator = "";
            for (index, name) in ::core::iter::Iterator::enumerate(
                ::core::iter::IntoIterator::into_iter([
                    "a",
                    "b",
                    "c",
                    "d",
                    "e",
                    "f",
                    "g",
                    "h",
                    "i",
                ]),
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
    impl ::core::fmt::Debug for Nine {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str("Nine(")?;
            ::core::fmt::Display::fmt(self, f)?;
            f.write_str(")")
        }
    }
    const _: () = {
        impl ::isorun::__private::Shape for Rights {
            const LAYOUT: ::isorun::__private::Layout = ::isorun::__private::Layout::flags(
                3,
            );
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::flags(["read", "write", "read-only-once"])
            }
        }
        impl ::isorun::__private::Lower for Rights {
            fn store<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::store_flags(sink, at, 3, self.0)
            }
            fn lower_flat<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                flat: &mut [u64],
            ) -> ::core::result::Result<(), S::Error> {
                let _ = sink;
                ::isorun::__private::lower_flags(flat, 3, self.0);
                ::core::result::Result::Ok(())
            }
        }
        impl ::isorun::__private::Lift for Rights {
            fn load<S: ::isorun::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                ::core::result::Result::Ok(
                    Self(::isorun::__private::load_flags(source, at, 3)?),
                )
            }
            fn lift_flat<S: ::isorun::__private::Source>(
                source: &mut S,
                flat: &[u64],
            ) -> ::core::result::Result<Self, S::Error> {
                let _ = source;
                ::core::result::Result::Ok(
                    Self(::isorun::__private::lift_flags(flat, 3)),
                )
            }
        }
    };
    const _: () = {
        impl ::isorun::__private::Shape for Nine {
            const LAYOUT: ::isorun::__private::Layout = ::isorun::__private::Layout::flags(
                9,
            );
            fn ty() -> ::isorun::__private::Type {
                ::isorun::__private::Type::flags([
                    "a",
                    "b",
                    "c",
                    "d",
                    "e",
                    "f",
                    "g",
                    "h",
                    "i",
                ])
            }
        }
        impl ::isorun::__private::Lower for Nine {
            fn store<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                at: usize,
            ) -> ::core::result::Result<(), S::Error> {
                ::isorun::__private::store_flags(sink, at, 9, self.0)
            }
            fn lower_flat<S: ::isorun::__private::Sink>(
                &self,
                sink: &mut S,
                flat: &mut [u64],
            ) -> ::core::result::Result<(), S::Error> {
                let _ = sink;
                ::isorun::__private::lower_flags(flat, 9, self.0);
                ::core::result::Result::Ok(())
            }
        }
        impl ::isorun::__private::Lift for Nine {
            fn load<S: ::isorun::__private::Source>(
                source: &mut S,
                at: usize,
            ) -> ::core::result::Result<Self, S::Error> {
                ::core::result::Result::Ok(
                    Self(::isorun::__private::load_flags(source, at, 9)?),
                )
            }
            fn lift_flat<S: ::isorun::__private::Source>(
                source: &mut S,
                flat: &[u64],
            ) -> ::core::result::Result<Self, S::Error> {
                let _ = source;
                ::core::result::Result::Ok(
                    Self(::isorun::__private::lift_flags(flat, 9)),
                )
            }
        }
    };
    /// The interface `topics:flags/flags@1.0.0` as a type: what `register`, `caller` and `export` are told.
    #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
    pub struct Interface;
    impl ::isorun::StaticInterface for Interface {
        type Caller = Caller;
        fn interface() -> &'static ::isorun::Interface {
            static INTERFACE: ::std::sync::LazyLock<::isorun::Interface> = ::std::sync::LazyLock::new(||
            {
                ::isorun::__private::interface(
                    "topics:flags/flags@1.0.0",
                    [
                        ::isorun::__private::function(
                            "grant",
                            [
                                ("rights", <Rights as ::isorun::__private::Shape>::ty()),
                                (
                                    "more",
                                    <::core::option::Option<
                                        Rights,
                                    > as ::isorun::__private::Shape>::ty(),
                                ),
                            ],
                            ::core::option::Option::Some(
                                <Rights as ::isorun::__private::Shape>::ty(),
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
    impl Flags for Caller {
        fn grant<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            rights: Rights,
            more: ::core::option::Option<Rights>,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<Rights>,
        > + ::core::marker::Send {
            self.0.call(0, (rights, (more, ()))).within(cx)
        }
    }
    impl Flags for ::isorun::Remote<Interface> {
        fn grant<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            rights: Rights,
            more: ::core::option::Option<Rights>,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<Rights>,
        > + ::core::marker::Send {
            self.target().call(0, (rights, (more, ()))).within(cx)
        }
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
