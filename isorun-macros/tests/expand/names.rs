pub mod names {
    /// Generated from `names.wit:5`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Type {
        /// `self`.
        pub self_: u8,
        /// `async`.
        pub async_: bool,
        /// `cx`.
        pub cx: char,
        /// `crate`.
        pub crate_: u8,
    }
    /// Generated from `names.wit:6`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub enum Result {
        /// `ok`.
        Ok(u8),
        /// `err`.
        Err,
        /// `none`.
        None,
        /// `some`.
        Some,
    }
    /// Generated from `names.wit:7`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub enum Option {
        /// `self`.
        Self_,
        /// `x`.
        X,
    }
    /// Generated from `names.wit:9`.
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
    pub enum String {
        /// `box`.
        Box,
        /// `fn`.
        Fn,
    }
    /// Generated from `names.wit:8`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Vec {
        /// `box`.
        pub box_: String,
    }
    /// Generated from `names.wit:10`.
    pub type Box = ::std::vec::Vec<Vec>;
    /// Generated from `names.wit:11`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct HttpV2 {
        /// `TLS`.
        pub tls: bool,
        /// `is-64-bit`.
        pub is_64_bit: bool,
        /// `is64-bit`.
        pub is64_bit: bool,
    }
    /// Generated from `names.wit:12`.
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
    pub enum Is64Bit {
        /// `yes`.
        Yes,
    }
    /// Generated from `names.wit:13`.
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
    pub enum Is64Bit2 {
        /// `yes`.
        Yes,
    }
    /// Generated from `names.wit:14`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Future {
        /// `send`.
        pub send: u8,
    }
    ::isorun::__private::record! {
        Type { self_ = "self", async_ = "async", cx = "cx", crate_ = "crate" } (self_,
        (async_, (cx, (crate_, ())))) : (u8, (bool, (char, (u8, ()))))
    }
    ::isorun::__private::variant! {
        error Result { 0, 0 => Ok(payload : u8) = "ok", 1, 1 => Err = "err", 2, 2 => None
        = "none", 3, _ => Some = "some" }
    }
    ::isorun::__private::variant! {
        Option { 0, 0 => Self_ = "self", 1, _ => X = "x" }
    }
    ::isorun::__private::enumeration! {
        String { 0 => Box = "box", _ => Fn = "fn" }
    }
    ::isorun::__private::record! {
        Vec { box_ = "box" } (box_, ()) : (String, ())
    }
    ::isorun::__private::record! {
        HttpV2 { tls = "TLS", is_64_bit = "is-64-bit", is64_bit = "is64-bit" } (tls,
        (is_64_bit, (is64_bit, ()))) : (bool, (bool, (bool, ())))
    }
    ::isorun::__private::enumeration! {
        Is64Bit { _ => Yes = "yes" }
    }
    ::isorun::__private::enumeration! {
        Is64Bit2 { _ => Yes = "yes" }
    }
    ::isorun::__private::record! {
        Future { send = "send" } (send, ()) : (u8, ())
    }
    /// Generated from `names.wit:4`.
    pub trait Names: ::core::marker::Send + ::core::marker::Sync + 'static {
        /// Generated from `names.wit:16`.
        fn match_<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            type_: &'a Type,
            cx: u8,
            this: u8,
            self_: u8,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<Result>,
        > + ::core::marker::Send;
        /// Generated from `names.wit:17`.
        fn clone<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            f: &'a Vec,
            s: &'a [Vec],
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
        /// Generated from `names.wit:18`.
        fn instance<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<Option, Result>>,
        > + ::core::marker::Send;
        /// Generated from `names.wit:19`.
        fn http_get<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            http_v2: &'a HttpV2,
            is_64_bit: Is64Bit,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<Is64Bit2>,
        > + ::core::marker::Send;
        /// Generated from `names.wit:20`.
        fn r_box<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            future: &'a Future,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<(Box,)>,
        > + ::core::marker::Send;
    }
    /// Calls the functions of `topics:names/names@1.0.0` on the instance that it was made for.
    #[derive(::core::clone::Clone, ::core::fmt::Debug)]
    pub struct Caller(::isorun::__private::Target);
    impl Caller {
        /// The instance that is called.
        #[must_use]
        pub fn instance_(&self) -> &::isorun::Instance {
            self.0.instance()
        }
        /// Generated from `names.wit:16`.
        pub fn match_<'a>(
            &'a self,
            type_: &'a Type,
            cx: u8,
            this: u8,
            self_: u8,
        ) -> ::isorun::Call<'a, Result> {
            self.0.call(0, (type_, (cx, (this, (self_, ())))))
        }
        /// Generated from `names.wit:17`.
        pub fn clone<'a>(&'a self, f: &'a Vec, s: &'a [Vec]) -> ::isorun::Call<'a, ()> {
            self.0.call(1, (f, (s, ())))
        }
        /// Generated from `names.wit:18`.
        pub fn instance(
            &self,
        ) -> ::isorun::Call<'_, ::core::result::Result<Option, Result>> {
            self.0.call(2, ())
        }
        /// Generated from `names.wit:19`.
        pub fn http_get<'a>(
            &'a self,
            http_v2: &'a HttpV2,
            is_64_bit: Is64Bit,
        ) -> ::isorun::Call<'a, Is64Bit2> {
            self.0.call(3, (http_v2, (is_64_bit, ())))
        }
        /// Generated from `names.wit:20`.
        pub fn r_box<'a>(&'a self, future: &'a Future) -> ::isorun::Call<'a, (Box,)> {
            self.0.call(4, (future, ()))
        }
    }
    ::isorun::__private::callers! {
        Names, Caller, Interface, 'a { 0 match_(type_ : & 'a Type, cx : u8, this : u8,
        self_ : u8) (type_, (cx, (this, (self_, ())))) -> Result; 1 clone(f : & 'a Vec, s
        : & 'a[Vec]) (f, (s, ())) -> (); 2 instance() () -> ::core::result::Result <
        Option, Result >; 3 http_get(http_v2 : & 'a HttpV2, is_64_bit : Is64Bit)
        (http_v2, (is_64_bit, ())) -> Is64Bit2; 4 r_box(future : & 'a Future) (future,
        ()) -> (Box,); }
    }
}
