/// The interface `topics:system/system@1.0.0`.
///
/// Generated from `system.wit:3`.
#[allow(
    clippy::too_many_arguments,
    rustdoc::bare_urls,
    rustdoc::broken_intra_doc_links,
    rustdoc::invalid_html_tags,
    reason = "signatures and docs are those of the WIT"
)]
pub mod system {
    /// Generated from `system.wit:4`.
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
    pub enum Level {
        /// `low`.
        Low,
        /// `high`.
        High,
    }
    /// Generated from `system.wit:5`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Entry {
        /// `name`.
        pub name: ::std::string::String,
    }
    /// Generated from `system.wit:6`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub enum Error {
        /// `gone`.
        Gone,
    }
    ::isorun::__private::enumeration! {
        Level { 0 => Low = "low", _ => High = "high" }
    }
    ::isorun::__private::record! {
        Entry { name = "name" } (name, ()) : (::std::string::String, ())
    }
    ::isorun::__private::variant! {
        error Error { 0, _ => Gone = "gone" }
    }
    /// The interface `topics:system/system@1.0.0` as a type, which names it to `register`, `caller` and `export`.
    #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
    pub struct Interface;
    ::isorun::__private::interface! {
        Interface, Caller, "topics:system/system@1.0.0" { "none"(); "values"("a" : u8,
        "b" : u8, "c" : Level, "d" : Level); "texts"("a" : ::std::string::String, "b" :
        ::std::string::String, "c" : ::std::vec::Vec < u8 >, "d" : ::std::vec::Vec < u8
        >); "records"("a" : Entry, "b" : Entry, "c" : (u8, u8,)); "options"("a" :
        ::core::option::Option < u8 >, "b" : ::core::option::Option <
        ::std::string::String >, "c" : ::core::option::Option < ::std::string::String >,
        "d" : ::core::option::Option < ::std::string::String >, "e" :
        ::core::option::Option < Entry >, "f" : ::core::option::Option <
        ::core::option::Option < u8 > >); "waits"("a" : ::std::string::String, "b" :
        ::std::vec::Vec < Entry >) -> ::core::result::Result < u64, Error >; "knows"("cx"
        : u8) -> ::core::result::Result < (), Error >; "stops"() -> u8; }
    }
    /// Generated from `system.wit:3`.
    pub trait System: ::core::marker::Send + ::core::marker::Sync + 'static {
        /// Generated from `system.wit:8`.
        fn none<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
        /// Generated from `system.wit:9`.
        fn values<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: u8,
            b: u8,
            c: Level,
            d: Level,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
        /// Generated from `system.wit:10`.
        fn texts<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: &'a str,
            b: &'a str,
            c: &'a [u8],
            d: &'a [u8],
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
        /// Generated from `system.wit:11`.
        fn records<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: &'a Entry,
            b: &'a Entry,
            c: &'a (u8, u8),
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
        /// Generated from `system.wit:12`.
        fn options<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: ::core::option::Option<u8>,
            b: ::core::option::Option<&'a str>,
            c: ::core::option::Option<&'a str>,
            d: ::core::option::Option<&'a str>,
            e: ::core::option::Option<&'a Entry>,
            f: ::core::option::Option<&'a ::core::option::Option<u8>>,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
        /// Generated from `system.wit:13`.
        fn waits<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: &'a str,
            b: &'a [Entry],
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<u64, Error>>,
        > + ::core::marker::Send;
        /// Generated from `system.wit:14`.
        fn knows<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            cx: u8,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), Error>>,
        > + ::core::marker::Send;
        /// Generated from `system.wit:15`.
        fn stops<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<u8>,
        > + ::core::marker::Send;
    }
    /// Calls the functions of `topics:system/system@1.0.0` on the instance that it was made for.
    #[derive(::core::clone::Clone, ::core::fmt::Debug)]
    pub struct Caller(::isorun::__private::Target);
    impl Caller {
        /// The instance that is called.
        #[must_use]
        pub fn instance(&self) -> &::isorun::Instance {
            self.0.instance()
        }
        /// Generated from `system.wit:8`.
        pub fn none(&self) -> ::isorun::Call<'_, ()> {
            self.0.call(0, ())
        }
        /// Generated from `system.wit:9`.
        pub fn values(
            &self,
            a: u8,
            b: u8,
            c: Level,
            d: Level,
        ) -> ::isorun::Call<'_, ()> {
            self.0.call(1, (a, (b, (c, (d, ())))))
        }
        /// Generated from `system.wit:10`.
        pub fn texts<'a>(
            &'a self,
            a: &'a str,
            b: &'a str,
            c: &'a [u8],
            d: &'a [u8],
        ) -> ::isorun::Call<'a, ()> {
            self.0.call(2, (a, (b, (c, (d, ())))))
        }
        /// Generated from `system.wit:11`.
        pub fn records<'a>(
            &'a self,
            a: &'a Entry,
            b: &'a Entry,
            c: &'a (u8, u8),
        ) -> ::isorun::Call<'a, ()> {
            self.0.call(3, (a, (b, (c, ()))))
        }
        /// Generated from `system.wit:12`.
        pub fn options<'a>(
            &'a self,
            a: ::core::option::Option<u8>,
            b: ::core::option::Option<&'a str>,
            c: ::core::option::Option<&'a str>,
            d: ::core::option::Option<&'a str>,
            e: ::core::option::Option<&'a Entry>,
            f: ::core::option::Option<&'a ::core::option::Option<u8>>,
        ) -> ::isorun::Call<'a, ()> {
            self.0.call(4, (a, (b, (c, (d, (e, (f, ())))))))
        }
        /// Generated from `system.wit:13`.
        pub fn waits<'a>(
            &'a self,
            a: &'a str,
            b: &'a [Entry],
        ) -> ::isorun::Call<'a, ::core::result::Result<u64, Error>> {
            self.0.call(5, (a, (b, ())))
        }
        /// Generated from `system.wit:14`.
        pub fn knows(
            &self,
            cx: u8,
        ) -> ::isorun::Call<'_, ::core::result::Result<(), Error>> {
            self.0.call(6, (cx, ()))
        }
        /// Generated from `system.wit:15`.
        pub fn stops(&self) -> ::isorun::Call<'_, u8> {
            self.0.call(7, ())
        }
    }
    ::isorun::__private::callers! {
        System, Caller, Interface, 'a { 0 none() () -> (); 1 values(a : u8, b : u8, c :
        Level, d : Level) (a, (b, (c, (d, ())))) -> (); 2 texts(a : & 'a str, b : & 'a
        str, c : & 'a[u8], d : & 'a[u8]) (a, (b, (c, (d, ())))) -> (); 3 records(a : & 'a
        Entry, b : & 'a Entry, c : & 'a(u8, u8,)) (a, (b, (c, ()))) -> (); 4 options(a :
        ::core::option::Option < u8 >, b : ::core::option::Option < & 'a str >, c :
        ::core::option::Option < & 'a str >, d : ::core::option::Option < & 'a str >, e :
        ::core::option::Option < & 'a Entry >, f : ::core::option::Option < &
        'a::core::option::Option < u8 > >) (a, (b, (c, (d, (e, (f, ())))))) -> (); 5
        waits(a : & 'a str, b : & 'a[Entry]) (a, (b, ())) -> ::core::result::Result <
        u64, Error >; 6 knows(cx : u8) (cx, ()) -> ::core::result::Result < (), Error >;
        7 stops() () -> u8; }
    }
    #[doc(hidden)]
    #[macro_export]
    macro_rules! __isorun_system_d9475476b481f4af {
        ($($item:tt)*) => {
            ::isorun::__private::system_impl! { ("topics:system/system@1.0.0") () ()
            (::isorun) (0 "system.wit"
            "package topics:system@1.0.0;\n\ninterface system {\n    enum level { low, high }\n    record entry { name: string }\n    variant error { gone }\n\n    none: func();\n    values: func(a: u8, b: u8, c: level, d: level);\n    texts: func(a: string, b: string, c: list<u8>, d: list<u8>);\n    records: func(a: entry, b: entry, c: tuple<u8, u8>);\n    options: func(a: option<u8>, b: option<string>, c: option<string>, d: option<string>, e: option<entry>, f: option<option<u8>>);\n    waits: func(a: string, b: list<entry>) -> result<u64, error>;\n    knows: func(cx: u8) -> result<_, error>;\n    stops: func() -> u8;\n}\n")
            $($item)* }
        };
    }
    #[doc(hidden)]
    pub use __isorun_system_d9475476b481f4af as __system;
    const _: &[u8] = ::core::include_bytes!(
        ::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/system.wit")
    );
}
#[cfg(unix)]
const _: () = {
    #[allow(clippy::too_many_arguments, reason = "the signatures are those of the WIT")]
    trait __System<T>
    where
        T: Send + Sync + 'static,
    {
        fn none(&self);
        fn values(&self, _: u8, _: &u8, _: system::Level, _: &system::Level);
        fn texts(&self, _: &str, _: String, _: &[u8], _: Vec<u8>);
        fn records(&self, _: &system::Entry, _: system::Entry, _: (u8, u8));
        fn options(
            &self,
            _: Option<u8>,
            _: Option<&str>,
            _: Option<String>,
            _: &Option<String>,
            _: Option<&system::Entry>,
            _: Option<&Option<u8>>,
        ) -> impl ::core::future::Future<Output = ()> + ::core::marker::Send;
        fn waits(
            &self,
            _: &isorun::Cx,
            _: String,
            _: &[system::Entry],
        ) -> impl ::core::future::Future<
            Output = Result<u64, system::Error>,
        > + ::core::marker::Send;
        fn knows(
            &self,
            _: &isorun::Cx,
            _: u8,
        ) -> isorun::Result<Result<(), system::Error>>;
        fn stops(&self) -> isorun::Result<u8>;
    }
    impl<T> __System<T> for Mine<T>
    where
        T: Send + Sync + 'static,
    {
        fn none(&self) {}
        fn values(&self, a: u8, b: &u8, _c: system::Level, d: &system::Level) {}
        fn texts(&self, a: &str, mut b: String, c: &[u8], d: Vec<u8>) {}
        fn records(&self, a: &system::Entry, b: system::Entry, (one, two): (u8, u8)) {}
        async fn options(
            &self,
            a: Option<u8>,
            b: Option<&str>,
            c: Option<String>,
            d: &Option<String>,
            e: Option<&system::Entry>,
            f: Option<&Option<u8>>,
        ) {}
        async fn waits(
            &self,
            cx: &isorun::Cx,
            a: String,
            b: &[system::Entry],
        ) -> Result<u64, system::Error> {
            Ok(0)
        }
        fn knows(
            &self,
            cx: &isorun::Cx,
            level: u8,
        ) -> isorun::Result<Result<(), system::Error>> {
            Ok(Ok(()))
        }
        fn stops(&self) -> isorun::Result<u8> {
            Ok(0)
        }
    }
    /// Docs of the user's.
    impl<T> system::System for Mine<T>
    where
        T: Send + Sync + 'static,
    {
        fn none<'a>(
            &'a self,
            _: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            ::core::future::ready(
                ::isorun::__private::IntoOutcome::<
                    (),
                >::into_outcome(<Self as __System<T>>::none(self)),
            )
        }
        fn values<'a>(
            &'a self,
            _: &'a ::isorun::Cx,
            a: u8,
            b: u8,
            c: system::Level,
            d: system::Level,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            ::core::future::ready(
                ::isorun::__private::IntoOutcome::<
                    (),
                >::into_outcome(<Self as __System<T>>::values(self, a, &b, c, &d)),
            )
        }
        fn texts<'a>(
            &'a self,
            _: &'a ::isorun::Cx,
            a: &'a str,
            b: &'a str,
            c: &'a [u8],
            d: &'a [u8],
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            ::core::future::ready(
                ::isorun::__private::IntoOutcome::<
                    (),
                >::into_outcome(
                    <Self as __System<
                        T,
                    >>::texts(
                        self,
                        a,
                        ::std::borrow::ToOwned::to_owned(b),
                        c,
                        ::std::borrow::ToOwned::to_owned(d),
                    ),
                ),
            )
        }
        fn records<'a>(
            &'a self,
            _: &'a ::isorun::Cx,
            a: &'a system::Entry,
            b: &'a system::Entry,
            c: &'a (u8, u8),
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            ::core::future::ready(
                ::isorun::__private::IntoOutcome::<
                    (),
                >::into_outcome(
                    <Self as __System<
                        T,
                    >>::records(
                        self,
                        a,
                        ::core::clone::Clone::clone(b),
                        ::core::clone::Clone::clone(c),
                    ),
                ),
            )
        }
        fn options<'a>(
            &'a self,
            _: &'a ::isorun::Cx,
            a: ::core::option::Option<u8>,
            b: ::core::option::Option<&'a str>,
            c: ::core::option::Option<&'a str>,
            d: ::core::option::Option<&'a str>,
            e: ::core::option::Option<&'a system::Entry>,
            f: ::core::option::Option<&'a ::core::option::Option<u8>>,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send {
            async move {
                ::isorun::__private::IntoOutcome::<
                    (),
                >::into_outcome(
                    <Self as __System<
                        T,
                    >>::options(
                            self,
                            a,
                            b,
                            ::core::option::Option::map(
                                c,
                                ::std::borrow::ToOwned::to_owned,
                            ),
                            &::core::option::Option::map(
                                d,
                                ::std::borrow::ToOwned::to_owned,
                            ),
                            e,
                            f,
                        )
                        .await,
                )
            }
        }
        fn waits<'a>(
            &'a self,
            __cx: &'a ::isorun::Cx,
            a: &'a str,
            b: &'a [system::Entry],
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<u64, system::Error>>,
        > + ::core::marker::Send {
            async move {
                ::isorun::__private::IntoOutcome::<
                    ::core::result::Result<u64, system::Error>,
                >::into_outcome(
                    <Self as __System<
                        T,
                    >>::waits(self, __cx, ::std::borrow::ToOwned::to_owned(a), b)
                        .await,
                )
            }
        }
        fn knows<'a>(
            &'a self,
            __cx: &'a ::isorun::Cx,
            cx: u8,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<::core::result::Result<(), system::Error>>,
        > + ::core::marker::Send {
            ::core::future::ready(
                ::isorun::__private::IntoOutcome::<
                    ::core::result::Result<(), system::Error>,
                >::into_outcome(<Self as __System<T>>::knows(self, __cx, cx)),
            )
        }
        fn stops<'a>(
            &'a self,
            _: &'a ::isorun::Cx,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<u8>,
        > + ::core::marker::Send {
            ::core::future::ready(
                ::isorun::__private::IntoOutcome::<
                    u8,
                >::into_outcome(<Self as __System<T>>::stops(self)),
            )
        }
    }
    impl<T> ::isorun::System<system::Interface> for Mine<T>
    where
        T: Send + Sync + 'static,
    {
        fn functions<__Table: ::isorun::__private::Functions<Self>>(
            __functions: &mut __Table,
        ) {
            __functions
                .sync::<
                    (),
                    (),
                    { ::isorun::__private::slots::<()>() },
                    { ::isorun::__private::result_slots::<()>() },
                >(
                    0,
                    |__this, __reach, ()| {
                        let _ = __reach;
                        ::isorun::__private::IntoOutcome::<
                            (),
                        >::into_outcome(<Self as __System<T>>::none(__this))
                    },
                );
            __functions
                .sync::<
                    (u8, (u8, (system::Level, (system::Level, ())))),
                    (),
                    {
                        ::isorun::__private::slots::<
                            (u8, (u8, (system::Level, (system::Level, ())))),
                        >()
                    },
                    { ::isorun::__private::result_slots::<()>() },
                >(
                    1,
                    |__this, __reach, (a, (b, (c, (d, ()))))| {
                        let _ = __reach;
                        ::isorun::__private::IntoOutcome::<
                            (),
                        >::into_outcome(
                            <Self as __System<T>>::values(__this, a, &b, c, &d),
                        )
                    },
                );
            __functions
                .sync::<
                    (
                        ::std::string::String,
                        (
                            ::std::string::String,
                            (::isorun::__private::Bytes, (::std::vec::Vec<u8>, ())),
                        ),
                    ),
                    (),
                    {
                        ::isorun::__private::slots::<
                            (
                                ::std::string::String,
                                (
                                    ::std::string::String,
                                    (::isorun::__private::Bytes, (::std::vec::Vec<u8>, ())),
                                ),
                            ),
                        >()
                    },
                    { ::isorun::__private::result_slots::<()>() },
                >(
                    2,
                    |__this, __reach, (a, (b, (c, (d, ()))))| {
                        let _ = __reach;
                        ::isorun::__private::IntoOutcome::<
                            (),
                        >::into_outcome(
                            <Self as __System<
                                T,
                            >>::texts(__this, &a, b, c.get(__reach), d),
                        )
                    },
                );
            __functions
                .sync::<
                    (system::Entry, (system::Entry, ((u8, u8), ()))),
                    (),
                    {
                        ::isorun::__private::slots::<
                            (system::Entry, (system::Entry, ((u8, u8), ()))),
                        >()
                    },
                    { ::isorun::__private::result_slots::<()>() },
                >(
                    3,
                    |__this, __reach, (a, (b, (c, ())))| {
                        let _ = __reach;
                        ::isorun::__private::IntoOutcome::<
                            (),
                        >::into_outcome(<Self as __System<T>>::records(__this, &a, b, c))
                    },
                );
            __functions
                .asynchronous::<
                    (
                        ::core::option::Option<u8>,
                        (
                            ::core::option::Option<::std::string::String>,
                            (
                                ::core::option::Option<::std::string::String>,
                                (
                                    ::core::option::Option<::std::string::String>,
                                    (
                                        ::core::option::Option<system::Entry>,
                                        (::core::option::Option<::core::option::Option<u8>>, ()),
                                    ),
                                ),
                            ),
                        ),
                    ),
                    (),
                    {
                        ::isorun::__private::slots::<
                            (
                                ::core::option::Option<u8>,
                                (
                                    ::core::option::Option<::std::string::String>,
                                    (
                                        ::core::option::Option<::std::string::String>,
                                        (
                                            ::core::option::Option<::std::string::String>,
                                            (
                                                ::core::option::Option<system::Entry>,
                                                (::core::option::Option<::core::option::Option<u8>>, ()),
                                            ),
                                        ),
                                    ),
                                ),
                            ),
                        >()
                    },
                    { ::isorun::__private::result_slots::<()>() },
                >(
                    4,
                    |__this, _, (a, (b, (c, (d, (e, (f, ()))))))| ::std::boxed::Box::pin(async move {
                        ::isorun::__private::IntoOutcome::<
                            (),
                        >::into_outcome(
                            <Self as __System<
                                T,
                            >>::options(
                                    __this,
                                    a,
                                    ::core::option::Option::as_deref(&b),
                                    c,
                                    &d,
                                    ::core::option::Option::as_ref(&e),
                                    ::core::option::Option::as_ref(&f),
                                )
                                .await,
                        )
                    }),
                );
            __functions
                .asynchronous::<
                    (::std::string::String, (::std::vec::Vec<system::Entry>, ())),
                    ::core::result::Result<u64, system::Error>,
                    {
                        ::isorun::__private::slots::<
                            (::std::string::String, (::std::vec::Vec<system::Entry>, ())),
                        >()
                    },
                    {
                        ::isorun::__private::result_slots::<
                            ::core::result::Result<u64, system::Error>,
                        >()
                    },
                >(
                    5,
                    |__this, __cx, (a, (b, ()))| ::std::boxed::Box::pin(async move {
                        ::isorun::__private::IntoOutcome::<
                            ::core::result::Result<u64, system::Error>,
                        >::into_outcome(
                            <Self as __System<T>>::waits(__this, __cx, a, &b).await,
                        )
                    }),
                );
            __functions
                .sync_cx::<
                    (u8, ()),
                    ::core::result::Result<(), system::Error>,
                    { ::isorun::__private::slots::<(u8, ())>() },
                    {
                        ::isorun::__private::result_slots::<
                            ::core::result::Result<(), system::Error>,
                        >()
                    },
                >(
                    6,
                    |__this, __reach, __cx, (cx, ())| {
                        let _ = __reach;
                        ::isorun::__private::IntoOutcome::<
                            ::core::result::Result<(), system::Error>,
                        >::into_outcome(<Self as __System<T>>::knows(__this, __cx, cx))
                    },
                );
            __functions
                .sync::<
                    (),
                    u8,
                    { ::isorun::__private::slots::<()>() },
                    { ::isorun::__private::result_slots::<u8>() },
                >(
                    7,
                    |__this, __reach, ()| {
                        let _ = __reach;
                        ::isorun::__private::IntoOutcome::<
                            u8,
                        >::into_outcome(<Self as __System<T>>::stops(__this))
                    },
                );
        }
    }
};
