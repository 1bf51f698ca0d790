pub mod arguments {
    /// Generated from `arguments.wit:4`.
    pub trait Arguments: ::core::marker::Send + ::core::marker::Sync + 'static {
        /// Generated from `arguments.wit:11`.
        fn scalars<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: bool,
            b: u8,
            c: u16,
            d: u32,
            e: u64,
            f: i8,
            g: i16,
            h: i32,
            i: i64,
            j: f32,
            k: f64,
            l: char,
            m: Level,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
        /// Generated from `arguments.wit:12`.
        fn borrowed<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: &'a str,
            b: &'a [u8],
            c: &'a Entry,
            d: &'a (u8, ::std::string::String),
            e: &'a ::core::result::Result<u8, ()>,
            f: &'a [u8; 4],
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
        /// Generated from `arguments.wit:13`.
        fn options<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: ::core::option::Option<u8>,
            b: ::core::option::Option<&'a str>,
            c: ::core::option::Option<&'a [Entry]>,
            d: ::core::option::Option<&'a Entry>,
            e: ::core::option::Option<&'a ::core::option::Option<u8>>,
            f: ::core::option::Option<Level>,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
        /// Generated from `arguments.wit:14`.
        fn aliases<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            a: &'a str,
            b: &'a [Name],
            c: ::core::option::Option<&'a str>,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
    }
    /// Calls the functions of `topics:arguments/arguments@1.0.0` on the instance that it was made for.
    #[derive(::core::clone::Clone, ::core::fmt::Debug)]
    pub struct Caller(::isorun::__private::Target);
    impl Caller {
        /// The instance that is called.
        #[must_use]
        pub fn instance(&self) -> &::isorun::Instance {
            self.0.instance()
        }
        /// Generated from `arguments.wit:11`.
        pub fn scalars(
            &self,
            a: bool,
            b: u8,
            c: u16,
            d: u32,
            e: u64,
            f: i8,
            g: i16,
            h: i32,
            i: i64,
            j: f32,
            k: f64,
            l: char,
            m: Level,
        ) -> ::isorun::Call<'_, ()> {
            self.0
                .call(
                    0,
                    (a, (b, (c, (d, (e, (f, (g, (h, (i, (j, (k, (l, (m, ()))))))))))))),
                )
        }
        /// Generated from `arguments.wit:12`.
        pub fn borrowed<'a>(
            &'a self,
            a: &'a str,
            b: &'a [u8],
            c: &'a Entry,
            d: &'a (u8, ::std::string::String),
            e: &'a ::core::result::Result<u8, ()>,
            f: &'a [u8; 4],
        ) -> ::isorun::Call<'a, ()> {
            self.0.call(1, (a, (b, (c, (d, (e, (f, ())))))))
        }
        /// Generated from `arguments.wit:13`.
        pub fn options<'a>(
            &'a self,
            a: ::core::option::Option<u8>,
            b: ::core::option::Option<&'a str>,
            c: ::core::option::Option<&'a [Entry]>,
            d: ::core::option::Option<&'a Entry>,
            e: ::core::option::Option<&'a ::core::option::Option<u8>>,
            f: ::core::option::Option<Level>,
        ) -> ::isorun::Call<'a, ()> {
            self.0.call(2, (a, (b, (c, (d, (e, (f, ())))))))
        }
        /// Generated from `arguments.wit:14`.
        pub fn aliases<'a>(
            &'a self,
            a: &'a str,
            b: &'a [Name],
            c: ::core::option::Option<&'a str>,
        ) -> ::isorun::Call<'a, ()> {
            self.0.call(3, (a, (b, (c, ()))))
        }
    }
    ::isorun::__private::callers! {
        Arguments, Caller, Interface, 'a { 0 scalars(a : bool, b : u8, c : u16, d : u32,
        e : u64, f : i8, g : i16, h : i32, i : i64, j : f32, k : f64, l : char, m :
        Level) (a, (b, (c, (d, (e, (f, (g, (h, (i, (j, (k, (l, (m, ()))))))))))))) -> ();
        1 borrowed(a : & 'a str, b : & 'a[u8], c : & 'a Entry, d : & 'a(u8,
        ::std::string::String,), e : & 'a::core::result::Result < u8, () >, f : & 'a[u8;
        4]) (a, (b, (c, (d, (e, (f, ())))))) -> (); 2 options(a : ::core::option::Option
        < u8 >, b : ::core::option::Option < & 'a str >, c : ::core::option::Option < &
        'a[Entry] >, d : ::core::option::Option < & 'a Entry >, e :
        ::core::option::Option < & 'a::core::option::Option < u8 > >, f :
        ::core::option::Option < Level >) (a, (b, (c, (d, (e, (f, ())))))) -> (); 3
        aliases(a : & 'a str, b : & 'a[Name], c : ::core::option::Option < & 'a str >)
        (a, (b, (c, ()))) -> (); }
    }
}
