//! What an app may be: limits that are counted before anything is compiled.

use std::fmt;

macro_rules! limits {
    ($($(#[$doc:meta])* $field:ident: $variant:ident = $default:expr, $words:literal, $help:literal;)*) => {
        /// How large an app may be, and how much it may mean.
        ///
        /// A component of a few kilobytes can stand for millions of instances, or take its compiler hours. So all of this is counted in one pass
        /// over its bytes, before types are compared and before anything is compiled, and an app that is past a limit is refused with each
        /// limit that it exceeds: [`AppError::TooMuch`](crate::AppError::TooMuch). What passes the defaults takes seconds to compile, not minutes.
        ///
        /// Two things end the counting early, so that not everything else is reported. Of too many `bytes`, nothing is counted. What is past
        /// both the limit and the default of `items` or of `nesting` is not laid out further, so that `core_instances`, `memories`, `tables`,
        /// `engine_bytes` and what instances add to the other numbers may be missing, or less than there is.
        ///
        /// ```
        /// let builder = isorun::Runtime::builder().app_limits(|limits| {
        ///     limits.bytes = 1 << 20;
        ///     limits.core_instances = 10;
        /// });
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct AppLimits {
            $($(#[$doc])* #[doc = concat!("\n\nDefault: ", stringify!($default), ".")] pub $field: u64,)*
        }

        impl Default for AppLimits {
            fn default() -> AppLimits {
                AppLimits { $($field: $default,)* }
            }
        }

        /// One of the [`AppLimits`], by the name of its field.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum AppLimit {
            $(#[doc = concat!("[`", stringify!($field), "`](AppLimits::", stringify!($field), ").")] $variant,)*
        }

        impl AppLimits {
            pub(crate) fn get(&self, limit: AppLimit) -> u64 {
                match limit {
                    $(AppLimit::$variant => self.$field,)*
                }
            }
        }

        impl AppLimit {
            pub(crate) const ALL: &[AppLimit] = &[$(AppLimit::$variant,)*];

            /// The name of its field.
            pub fn name(self) -> &'static str {
                match self {
                    $(AppLimit::$variant => stringify!($field),)*
                }
            }

            /// What is counted, and how there come to be fewer.
            fn words(self) -> (&'static str, &'static str) {
                match self {
                    $(AppLimit::$variant => ($words, $help),)*
                }
            }
        }
    };
}

limits! {
    /// Bytes of a component. More of them are refused before they are read.
    bytes: Bytes = 64 << 20, "bytes", "remove names and debug information (`wasm-tools strip`)";
    /// Bytes of the bodies of functions, which are what is compiled.
    code: Code = 16 << 20, "bytes of code", "build it for size, without what it does not use";
    /// How deep modules, components, types and instances lie in each other.
    nesting: Nesting = 32, "levels of nesting", "make it flatter";
    /// Definitions of the component and of the components in it: types with their fields, imports, exports, aliases, instances. What is
    /// instantiated or copied counts each time, as often as that is. Where a component is instantiated with other arguments each time, it is
    /// read again, and every 64 bytes that are read count too if there are more of these than definitions are allowed.
    items: Items = 1 << 18, "definitions", "instantiate less in it, or pass less to what it instantiates";
    /// Types of functions, fields, imports and exports, written out, each as often as something has it. For each function of a core module
    /// that is defined or imported, its parameters and results count, since the compiler makes code that passes them on.
    types: Types = 1 << 20, "types, written out", "use smaller types, or fewer functions that have them";
    /// Instances of core modules in one store, those between components included.
    core_instances: CoreInstances = 64, "core instances", "link its modules into fewer";
    /// Linear memories in one store.
    memories: Memories = 8, "memories", "let its modules share memories";
    /// Tables in one store.
    tables: Tables = 64, "tables", "let its modules share tables";
    /// Functions that are compiled: those of core modules, and one for each that passes between components and the host.
    functions: Functions = 1 << 16, "functions", "build it without what it does not use";
    /// Bytes of one function's body, or of all that initialises a module's globals and tables.
    function_bytes: FunctionBytes = 1 << 20, "bytes of one function, or of what initialises a module's globals and tables", "split the function, or the globals and tables over several modules";
    /// Locals of all functions together.
    locals: Locals = 1 << 20, "locals", "build it with optimisation";
    /// Values that one function may have to pass where its control flow meets: for each block and each branch to it, every local that was
    /// set in it, and for each loop, every local that it touches; and what is passed to and from functions that it calls.
    function_values: FunctionValues = 1 << 18, "values in one function's control flow", "split the function, or nest its loops less deep";
    /// The time that the compiler takes for control flow: of each function, the square of every thousand of its
    /// [`function_values`](AppLimits::function_values), summed up over all functions.
    control_flow: ControlFlow = 100_000, "squares of thousands of values in control flow", "split the functions with the most branches";
    /// How deep loops lie in each other in one function.
    loop_depth: LoopDepth = 64, "loops in each other", "put inner loops into functions of their own";
    /// Globals of all modules together.
    globals: Globals = 100_000, "globals", "keep data in memory";
    /// Data segments of all modules together, and element segments.
    segments: Segments = 30_000, "segments", "join data that lies side by side";
    /// Elements of all tables and element segments together, as they are at the start.
    elements: Elements = 1 << 20, "elements of tables", "make its tables smaller";
    /// Imports and exports of all core modules together.
    links: Links = 100_000, "imports and exports of modules", "link its modules into fewer";
    /// Bytes of all names by which modules and components import and export.
    name_bytes: NameBytes = 8 << 20, "bytes of names", "use shorter names";
    /// Bytes that the engine allocates for one store of the app, beside memories and tables: an upper bound.
    engine_bytes: EngineBytes = 8 << 20, "bytes that the engine allocates for a store", "use fewer globals, functions in tables, and exports";
}

/// A limit that an app exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exceeded {
    /// Which limit.
    pub what: AppLimit,
    /// How many there are, at least: counting may end once it is past the limit.
    pub found: u64,
    /// How many there may be.
    pub limit: u64,
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Exceeded { what, found, limit } = self;
        let (words, help) = what.words();
        let name = what.name();
        write!(
            f,
            "  {words}: {found}, more than the {limit} of `{name}`\n    help: {help}; or raise `{name}` in the runtime's `app_limits`"
        )
    }
}

/// The lines of a message about all of them.
pub(crate) fn lines(exceeded: &[Exceeded]) -> String {
    exceeded.iter().map(Exceeded::to_string).collect::<Vec<_>>().join("\n")
}

/// Bytes that are so many are not read.
pub(crate) fn too_many_bytes(found: usize, limits: &AppLimits) -> Option<Exceeded> {
    let found = found as u64;
    (found > limits.bytes).then_some(Exceeded { what: AppLimit::Bytes, found, limit: limits.bytes })
}
