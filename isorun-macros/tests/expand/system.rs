pub mod system {
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
                            >>::texts(__this, &a, b, c.get(__reach)?, d),
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
