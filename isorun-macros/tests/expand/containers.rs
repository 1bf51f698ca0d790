pub mod containers {
    /// Generated from `containers.wit:5`.
    pub type Matrix = [[f32; 4]; 4];
    /// Generated from `containers.wit:6`.
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
    ::isorun::__private::record! {
        All { list = "list", fixed = "fixed", map = "map", tuple = "tuple", one = "one" }
        (list, (fixed, (map, (tuple, (one, ()))))) : (::std::vec::Vec <
        ::std::string::String >, (Matrix, (::isorun::Map < ::std::string::String,
        ::std::vec::Vec < u8 > >, ((u8, char,), ((i64,), ())))))
    }
    ::isorun::__private::interface! {
        Interface, Caller, "topics:containers/containers@1.0.0" { "swap"("all" : All,
        "map" : ::isorun::Map < u32, All >) -> ::isorun::Map < char,
        ::core::option::Option < All > >; }
    }
}
