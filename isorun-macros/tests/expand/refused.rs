::core::compile_error! {
    "`descriptor` is a resource with its 2 functions, and isorun passes plain values only\n --> refused.wit:4:14\nhelp: let a plain value stand for it, such as an id or a path, that functions take as a parameter"
}
::core::compile_error! {
    "the record `entry` cannot be used: field `at` is `own<descriptor>`\n --> refused.wit:8:12\nhelp: let a plain value stand for it, such as an id or a path, that functions take as a parameter"
}
::core::compile_error! {
    "the record `empty` has no fields, and the component model no longer has such records\n --> refused.wit:9:12\nhelp: leave it out of the signatures, or give it a field"
}
::core::compile_error! {
    "the flags `many` have 33 labels, and the component model allows 32\n --> refused.wit:10:11\nhelp: split them into two types of flags"
}
::core::compile_error! {
    "`open` cannot be called: its result is `result<own<descriptor>, string>`\n --> refused.wit:12:5\nhelp: let a plain value stand for it, such as an id or a path, that functions take as a parameter"
}
::core::compile_error! {
    "`list` cannot be called: parameter `dir` is `borrow<descriptor>`\n --> refused.wit:13:5\nhelp: let a plain value stand for it, such as an id or a path, that functions take as a parameter"
}
::core::compile_error! {
    "`watch` cannot be called: its result is `stream<u8>`\n --> refused.wit:14:5\nhelp: pass the values as a `list`, a piece with each call"
}
::core::compile_error! {
    "`later` cannot be called: its result is `future<u8>`\n --> refused.wit:15:5\nhelp: return the value itself: the caller awaits the call"
}
::core::compile_error! {
    "`slow` is an `async func`, and isorun has plain functions only\n --> refused.wit:16:5\nhelp: remove `async` in the WIT: the host's method may be async anyway, and a call never blocks a thread"
}
::core::compile_error! {
    "`explain` cannot be called: parameter `e` is `error-context`\n --> refused.wit:17:5\nhelp: use an error type of your own, such as a variant or a `string`"
}
/// The interface `topics:refused/refused@1.0.0`.
///
/// Generated from `refused.wit:3`.
#[allow(
    clippy::too_many_arguments,
    rustdoc::bare_urls,
    rustdoc::broken_intra_doc_links,
    rustdoc::invalid_html_tags,
    reason = "signatures and docs are those of the WIT"
)]
pub mod refused {
    /// Generated from `refused.wit:4`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Descriptor;
    /// Generated from `refused.wit:8`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Entry {
        /// `name`.
        pub name: ::std::string::String,
        /// `at`.
        pub at: (),
    }
    /// Generated from `refused.wit:9`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Empty {}
    /// Generated from `refused.wit:10`.
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
    pub struct Many(u32);
    impl Many {
        /// `a0`.
        pub const A0: Self = Self(1);
        /// `a1`.
        pub const A1: Self = Self(2);
        /// `a2`.
        pub const A2: Self = Self(4);
        /// `a3`.
        pub const A3: Self = Self(8);
        /// `a4`.
        pub const A4: Self = Self(16);
        /// `a5`.
        pub const A5: Self = Self(32);
        /// `a6`.
        pub const A6: Self = Self(64);
        /// `a7`.
        pub const A7: Self = Self(128);
        /// `a8`.
        pub const A8: Self = Self(256);
        /// `a9`.
        pub const A9: Self = Self(512);
        /// `a10`.
        pub const A10: Self = Self(1024);
        /// `a11`.
        pub const A11: Self = Self(2048);
        /// `a12`.
        pub const A12: Self = Self(4096);
        /// `a13`.
        pub const A13: Self = Self(8192);
        /// `a14`.
        pub const A14: Self = Self(16384);
        /// `a15`.
        pub const A15: Self = Self(32768);
        /// `a16`.
        pub const A16: Self = Self(65536);
        /// `a17`.
        pub const A17: Self = Self(131072);
        /// `a18`.
        pub const A18: Self = Self(262144);
        /// `a19`.
        pub const A19: Self = Self(524288);
        /// `a20`.
        pub const A20: Self = Self(1048576);
        /// `a21`.
        pub const A21: Self = Self(2097152);
        /// `a22`.
        pub const A22: Self = Self(4194304);
        /// `a23`.
        pub const A23: Self = Self(8388608);
        /// `a24`.
        pub const A24: Self = Self(16777216);
        /// `a25`.
        pub const A25: Self = Self(33554432);
        /// `a26`.
        pub const A26: Self = Self(67108864);
        /// `a27`.
        pub const A27: Self = Self(134217728);
        /// `a28`.
        pub const A28: Self = Self(268435456);
        /// `a29`.
        pub const A29: Self = Self(536870912);
        /// `a30`.
        pub const A30: Self = Self(1073741824);
        /// `a31`.
        pub const A31: Self = Self(2147483648);
        /// `a32`.
        pub const A32: Self = Self(0);
        /// No flag.
        #[must_use]
        pub const fn empty() -> Self {
            Self(0)
        }
        /// Every flag.
        #[must_use]
        pub const fn all() -> Self {
            Self(4294967295)
        }
        /// One bit for each flag, the first in the WIT lowest.
        #[must_use]
        pub const fn bits(self) -> u32 {
            self.0
        }
        /// The flags of these bits; bits that stand for none are dropped.
        #[must_use]
        pub const fn from_bits_truncate(bits: u32) -> Self {
            Self(bits & 4294967295)
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
    impl ::core::ops::BitOr for Many {
        type Output = Self;
        fn bitor(self, other: Self) -> Self {
            Self(self.0 | other.0)
        }
    }
    impl ::core::ops::BitOrAssign for Many {
        fn bitor_assign(&mut self, other: Self) {
            self.0 |= other.0;
        }
    }
    impl ::core::ops::BitAnd for Many {
        type Output = Self;
        fn bitand(self, other: Self) -> Self {
            Self(self.0 & other.0)
        }
    }
    impl ::core::ops::BitAndAssign for Many {
        fn bitand_assign(&mut self, other: Self) {
            self.0 &= other.0;
        }
    }
    impl ::core::ops::Sub for Many {
        type Output = Self;
        fn sub(self, other: Self) -> Self {
            Self(self.0 & !other.0)
        }
    }
    impl ::core::ops::Not for Many {
        type Output = Self;
        fn not(self) -> Self {
            Self(!self.0 & 4294967295)
        }
    }
    impl ::core::fmt::Display for Many {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            let mut separator = "";
            for (index, name) in ::core::iter::Iterator::enumerate(
                ::core::iter::IntoIterator::into_iter([
                    "a0",
                    "a1",
                    "a2",
                    "a3",
                    "a4",
                    "a5",
                    "a6",
                    "a7",
                    "a8",
                    "a9",
                    "a10",
                    "a11",
                    "a12",
                    "a13",
                    "a14",
                    "a15",
                    "a16",
                    "a17",
                    "a18",
                    "a19",
                    "a20",
                    "a21",
                    "a22",
                    "a23",
                    "a24",
                    "a25",
                    "a26",
                    "a27",
                    "a28",
                    "a29",
                    "a30",
                    "a31",
                    "a32",
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
    impl ::core::fmt::Debug for Many {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str("Many(")?;
            ::core::fmt::Display::fmt(self, f)?;
            f.write_str(")")
        }
    }
    /// Generated from `refused.wit:3`.
    pub trait Refused: ::core::marker::Send + ::core::marker::Sync + 'static {
        /// Generated from `refused.wit:12`.
        fn open<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            path: &'a str,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), ::std::string::String>>,
        > + ::core::marker::Send;
        /// Generated from `refused.wit:13`.
        fn list<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            dir: &'a (),
            deep: bool,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::std::vec::Vec<Entry>>,
        > + ::core::marker::Send;
        /// Generated from `refused.wit:14`.
        fn watch<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
        /// Generated from `refused.wit:15`.
        fn later<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
        /// Generated from `refused.wit:16`.
        fn slow<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: u8,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
        /// Generated from `refused.wit:17`.
        fn explain<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            e: &'a (),
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
        /// Generated from `refused.wit:18`.
        fn plain<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: u8,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<u8>,
        > + ::core::marker::Send;
    }
    /// Not generated.
    #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
    pub struct Interface;
    /// Not generated.
    #[derive(::core::clone::Clone, ::core::fmt::Debug)]
    pub struct Caller(());
    impl ::isorun::StaticInterface for Interface {
        type Caller = Caller;
        fn interface() -> &'static ::isorun::Interface {
            ::core::unreachable!()
        }
        fn caller(_: ::isorun::__private::Target) -> Caller {
            ::core::unreachable!()
        }
    }
    impl Caller {
        /// Not generated.
        #[allow(unused_variables, reason = "nothing is called")]
        pub fn open<'a>(
            &'a self,
            path: &'a str,
        ) -> ::isorun::Call<'a, ::core::result::Result<(), ::std::string::String>> {
            ::core::unreachable!()
        }
        /// Not generated.
        #[allow(unused_variables, reason = "nothing is called")]
        pub fn list<'a>(
            &'a self,
            dir: &'a (),
            deep: bool,
        ) -> ::isorun::Call<'a, ::std::vec::Vec<Entry>> {
            ::core::unreachable!()
        }
        /// Not generated.
        #[allow(unused_variables, reason = "nothing is called")]
        pub fn watch<'a>(&'a self) -> ::isorun::Call<'a, ()> {
            ::core::unreachable!()
        }
        /// Not generated.
        #[allow(unused_variables, reason = "nothing is called")]
        pub fn later<'a>(&'a self) -> ::isorun::Call<'a, ()> {
            ::core::unreachable!()
        }
        /// Not generated.
        #[allow(unused_variables, reason = "nothing is called")]
        pub fn slow<'a>(&'a self, a: u8) -> ::isorun::Call<'a, ()> {
            ::core::unreachable!()
        }
        /// Not generated.
        #[allow(unused_variables, reason = "nothing is called")]
        pub fn explain<'a>(&'a self, e: &'a ()) -> ::isorun::Call<'a, ()> {
            ::core::unreachable!()
        }
        /// Not generated.
        #[allow(unused_variables, reason = "nothing is called")]
        pub fn plain<'a>(&'a self, a: u8) -> ::isorun::Call<'a, u8> {
            ::core::unreachable!()
        }
    }
    impl Refused for Caller {
        #[allow(unused_variables, reason = "nothing is called")]
        fn open<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            path: &'a str,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), ::std::string::String>>,
        > + ::core::marker::Send {
            ::core::future::pending()
        }
        #[allow(unused_variables, reason = "nothing is called")]
        fn list<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            dir: &'a (),
            deep: bool,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::std::vec::Vec<Entry>>,
        > + ::core::marker::Send {
            ::core::future::pending()
        }
        #[allow(unused_variables, reason = "nothing is called")]
        fn watch<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            ::core::future::pending()
        }
        #[allow(unused_variables, reason = "nothing is called")]
        fn later<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            ::core::future::pending()
        }
        #[allow(unused_variables, reason = "nothing is called")]
        fn slow<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: u8,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            ::core::future::pending()
        }
        #[allow(unused_variables, reason = "nothing is called")]
        fn explain<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            e: &'a (),
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            ::core::future::pending()
        }
        #[allow(unused_variables, reason = "nothing is called")]
        fn plain<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: u8,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<u8>,
        > + ::core::marker::Send {
            ::core::future::pending()
        }
    }
    impl Refused for ::isorun::Remote<Interface> {
        #[allow(unused_variables, reason = "nothing is called")]
        fn open<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            path: &'a str,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), ::std::string::String>>,
        > + ::core::marker::Send {
            ::core::future::pending()
        }
        #[allow(unused_variables, reason = "nothing is called")]
        fn list<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            dir: &'a (),
            deep: bool,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::std::vec::Vec<Entry>>,
        > + ::core::marker::Send {
            ::core::future::pending()
        }
        #[allow(unused_variables, reason = "nothing is called")]
        fn watch<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            ::core::future::pending()
        }
        #[allow(unused_variables, reason = "nothing is called")]
        fn later<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            ::core::future::pending()
        }
        #[allow(unused_variables, reason = "nothing is called")]
        fn slow<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: u8,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            ::core::future::pending()
        }
        #[allow(unused_variables, reason = "nothing is called")]
        fn explain<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            e: &'a (),
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            ::core::future::pending()
        }
        #[allow(unused_variables, reason = "nothing is called")]
        fn plain<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: u8,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<u8>,
        > + ::core::marker::Send {
            ::core::future::pending()
        }
    }
    #[doc(hidden)]
    #[macro_export]
    macro_rules! __isorun_refused_cb7c9c57524ea34c {
        ($($item:tt)*) => {};
    }
    #[doc(hidden)]
    pub use __isorun_refused_cb7c9c57524ea34c as __system;
    const _: &[u8] = ::core::include_bytes!(
        ::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/refused.wit")
    );
}
