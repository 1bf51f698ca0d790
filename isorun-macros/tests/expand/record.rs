pub mod record {
    /// A point.
    ///
    /// Generated from `record.wit:7`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Point {
        /// From left to right.
        pub x: f64,
        /// `y`.
        pub y: f64,
    }
    /// Generated from `record.wit:13`.
    #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
    pub struct Line {
        /// `from`.
        pub from: Point,
        /// `to`.
        pub to: Point,
        /// `name`.
        pub name: ::core::option::Option<::std::string::String>,
    }
    ::isorun::__private::record! {
        Point { x = "x", y = "y" } (x, (y, ())) : (f64, (f64, ()))
    }
    ::isorun::__private::record! {
        Line { from = "from", to = "to", name = "name" } (from, (to, (name, ()))) :
        (Point, (Point, (::core::option::Option < ::std::string::String >, ())))
    }
}
