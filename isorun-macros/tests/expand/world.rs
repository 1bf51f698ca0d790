pub mod world {
    /// Generated from `world.wit:6`.
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
    ::isorun::__private::enumeration! {
        Level { 0 => Low = "low", _ => High = "high" }
    }
    ::isorun::__private::interface! {
        Interface, Caller, "$root" { "log"("line" : Line); }
    }
    /// What an app sees.
    ///
    /// Generated from `world.wit:10`.
    pub trait App: ::core::marker::Send + ::core::marker::Sync + 'static {
        /// Writes a line.
        ///
        /// Generated from `world.wit:14`.
        fn log<'a>(
            &'a self,
            cx: &'a ::isorun::Cx,
            line: &'a Line,
        ) -> impl ::core::future::Future<
            Output = ::isorun::Result<()>,
        > + ::core::marker::Send;
    }
    ::isorun::__private::callers! {
        App, Caller, Interface, 'a { 0 log(line : & 'a Line) (line, ()) -> (); }
    }
    #[doc(hidden)]
    #[macro_export]
    macro_rules! __isorun_world_d25aca58c4f77cfc {
        ($($item:tt)*) => {
            ::isorun::__private::system_impl! { ("$root" "app" "imports" "") () ()
            (::isorun) (0 "world.wit"
            "// attribute: world = \"app\", imports\n// shows: interface, App, Level, macro_rules\npackage topics:worlds@1.0.0;\n\ninterface types {\n    enum level { low, high }\n}\n\n/// What an app sees.\nworld app {\n    use types.{level};\n    record line { level: level, text: string }\n    /// Writes a line.\n    import log: func(line: line);\n    export run: func();\n}\n")
            $($item)* }
        };
    }
}
