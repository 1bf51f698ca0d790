//! Why an instance is not made.

use std::fmt;
use std::sync::Arc;

use super::call::CallError;
use crate::limits::places::{Shortage, shortages};
use crate::text::{count, indent, list, printable, printable_line};

/// Why an instance was not made. Nothing of it is left running.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstantiateError {
    /// The wiring does not fit the app's imports. No guest code has run.
    #[error(transparent)]
    Wiring(#[from] WiringReport),
    /// The component trapped while it started, or asked for more memory than an instance may have.
    #[error(fmt = start)]
    Start {
        /// The app.
        app: String,
        /// What happened.
        #[source]
        cause: CallError,
    },
    /// The runtime has no place for another store. Nothing was allocated.
    #[error(
        "no room left for an instance of `{app}`: {short}\n  help: remove instances, or raise `max_stores` in the runtime's builder",
        app = printable(app), short = shortages(short)
    )]
    NoCapacity {
        /// The app.
        app: String,
        /// Everything of which there is too little.
        short: Vec<Shortage>,
    },
    /// The tenant's instances have as many stores as they may. Nothing was allocated.
    #[error(
        "no store was made of `{app}`: the tenant `{tenant}` has as many as it may, which is {limit}\n  help: remove some of its instances, or let it have more with `.set_stores(..)`",
        app = printable(app), tenant = printable(tenant)
    )]
    TenantFull {
        /// The app.
        app: String,
        /// The tenant.
        tenant: String,
        /// How many stores it may have.
        limit: u32,
    },
    /// The tenant was removed from the runtime.
    #[error(
        "the tenant `{tenant}` was removed\n  help: make it again with `runtime.tenant(..)` and use the new handle",
        tenant = printable(tenant)
    )]
    TenantRemoved {
        /// The tenant.
        tenant: String,
    },
    /// The tenant belongs to another runtime.
    #[error("the tenant `{tenant}` belongs to another runtime\n  help: make one here", tenant = printable(tenant))]
    ForeignTenant {
        /// The tenant.
        tenant: String,
    },
    /// There is an instance of the requested name already.
    #[error(
        "there is an instance named `{name}` already\n  help: choose another name, or leave the name out to get one with a number",
        name = printable(name)
    )]
    NameTaken {
        /// The name.
        name: String,
    },
    /// The app was added to another runtime.
    #[error("app `{app}` belongs to another runtime\n  help: add it here too", app = printable(app))]
    Foreign {
        /// The app.
        app: String,
    },
    /// The app was removed from the runtime.
    #[error("app `{app}` was removed\n  help: add it again and instantiate the new handle", app = printable(app))]
    AppRemoved {
        /// The app.
        app: String,
    },
}

/// Shows [`InstantiateError::Start`]. The help of the cause is left out of the long form too: it is about an instance that was running.
fn start(app: &str, cause: &CallError, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let app = printable(app);
    match f.alternate() {
        true => write!(f, "`{app}` failed while it started: {}", cause.headline())?,
        false => write!(f, "`{app}` failed while it started ({})", cause.root_cause().kind())?,
    }
    f.write_str("\n  help: nothing of it is left running; correct the app")?;
    match cause.root_cause() {
        CallError::OutOfBudget { limit, scope, .. } => write!(f, ", or {}", limit.help_at_start(scope)),
        _ => Ok(()),
    }
}

/// Everything that is wrong with a wiring.
#[derive(Clone, Debug)]
pub struct WiringReport {
    pub(crate) app: String,
    pub(crate) imports: usize,
    pub(crate) problems: Vec<WiringProblem>,
}

impl WiringReport {
    /// The app that was to be wired.
    pub fn app(&self) -> &str {
        &self.app
    }

    /// Every problem, those of imports first, in the component's order.
    pub fn problems(&self) -> &[WiringProblem] {
        &self.problems
    }
}

impl std::error::Error for WiringReport {}

impl fmt::Display for WiringReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "cannot wire app `{}`, which has {}: {}",
            printable(&self.app),
            count(self.imports as u64, "import"),
            count(self.problems.len() as u64, "problem")
        )?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n{problem}"))
    }
}

/// One thing that is wrong with a wiring.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WiringProblem {
    /// No instance was given for an import.
    Missing {
        /// The import.
        import: String,
        /// The interface that it is; the same text, unless the import has another name.
        interface: String,
    },
    /// No function was given for an import that is a function at the root of the app's world.
    MissingFunction {
        /// The import.
        import: String,
    },
    /// Several of the given instances export what is imported and none was named for it, or several were named for it.
    Ambiguous {
        /// The import.
        import: String,
        /// The instances that export it.
        candidates: Vec<String>,
    },
    /// The instance named for an import does not export it.
    NotExported {
        /// The import.
        import: String,
        /// The interface that it is; the same text, unless the import has another name.
        interface: String,
        /// The instance.
        instance: String,
        /// What the instance exports instead.
        exports: Arc<[String]>,
    },
    /// The instance exports the interface under several names, and none of them is the interface's own.
    SeveralExports {
        /// The import.
        import: String,
        /// The instance.
        instance: String,
        /// The names under which the instance exports it.
        exports: Vec<String>,
    },
    /// The name that was given for a function of the instance means none there, or several.
    NotOneFunction {
        /// The import.
        import: String,
        /// The instance.
        instance: String,
        /// The name.
        function: String,
        /// The functions that the name could mean.
        candidates: Vec<String>,
    },
    /// The function that was given for an import takes or gives other types.
    FunctionDiffers {
        /// The import.
        import: String,
        /// The instance.
        instance: String,
        /// The function of the instance.
        function: String,
        /// The signature of the import.
        wanted: String,
        /// The signature of the function.
        provided: String,
    },
    /// A function was given for an import that is an interface.
    NotAFunction {
        /// The import.
        import: String,
    },
    /// The instance exports an interface of that name whose functions differ.
    Differs {
        /// The import.
        import: String,
        /// The instance.
        instance: String,
        /// Every difference, with both signatures.
        differences: Vec<String>,
    },
    /// The handle that was given does not reach every function that the app imports.
    Narrowed {
        /// The import.
        import: String,
        /// The instance.
        instance: String,
        /// The functions that the handle does not reach.
        functions: Vec<String>,
    },
    /// An instance was given that no import needs.
    Superfluous {
        /// The instance.
        instance: String,
        /// What it exports.
        exports: Arc<[String]>,
    },
    /// A provider was named for an import that the app does not have.
    UnknownImport {
        /// The name that was given.
        import: String,
        /// The imports that the app has.
        imports: Arc<[String]>,
    },
    /// An instance was given that was removed.
    Removed {
        /// The instance.
        instance: String,
    },
    /// An instance was given that was retired and takes no new users.
    Retiring {
        /// The instance.
        instance: String,
    },
    /// The instance that is replaced would depend on itself.
    Cycle {
        /// The instance that was given.
        instance: String,
        /// The instances that connect it with the one that is replaced, in order.
        through: Vec<String>,
    },
    /// An instance was given that belongs to another runtime.
    Foreign {
        /// The instance.
        instance: String,
    },
}

impl fmt::Display for WiringProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WiringProblem::Missing { import, interface } if import == interface => write!(
                f,
                "  {import}\n    missing: no instance was given for it\n    help: add `.with(&instance)` with an instance that exports it",
                import = printable(import)
            ),
            WiringProblem::Missing { import, interface } => write!(
                f,
                "  {import}\n    missing: no instance was given for it\n    help: add `.with_named(\"{import}\", &instance)` with an instance that exports `{}`",
                printable(interface),
                import = printable(import)
            ),
            WiringProblem::MissingFunction { import } => write!(
                f,
                "  {import}\n    missing: no function was given for it\n    help: add `.with_function(\"{import}\", &instance, \"name\")` with a function of an instance, or one of this program's own from `provide_function`",
                import = printable(import)
            ),
            WiringProblem::SeveralExports { import, instance, exports } => write!(
                f,
                "  {import}\n    ambiguous: `{instance}` exports it as {}\n    help: wire a handle of one of them: `instance.only([\"{}\"])`",
                list(exports),
                exports.first().map_or("".into(), |name| printable(name)),
                import = printable(import),
                instance = printable(instance)
            ),
            WiringProblem::NotOneFunction { import, instance, function, candidates } => match candidates[..] {
                [] => write!(
                    f,
                    "  {import}\n    `{instance}` has no function `{function}`\n    help: write `namespace:package/interface#function`, or any end of it that is unique",
                    import = printable(import),
                    instance = printable(instance),
                    function = printable(function)
                ),
                _ => write!(
                    f,
                    "  {import}\n    ambiguous: `{function}` of `{instance}` may be {}\n    help: write as much of the name as makes it unique",
                    list(candidates),
                    import = printable(import),
                    function = printable(function),
                    instance = printable(instance)
                ),
            },
            WiringProblem::FunctionDiffers { import, instance, function, wanted, provided } => write!(
                f,
                "  {import}\n    `{function}` of `{instance}` has other types\n      wanted    {wanted}\n      provided  {provided}\n    help: give it a function of the same types; names of parameters do not matter",
                import = printable(import),
                function = printable(function),
                instance = printable(instance),
                wanted = printable_line(wanted),
                provided = printable_line(provided)
            ),
            WiringProblem::NotAFunction { import } => write!(
                f,
                "  {import}\n    is an interface, and a function was given for it\n    help: give it an instance, with `.with_named(\"{import}\", &instance)`",
                import = printable(import)
            ),
            WiringProblem::Ambiguous { import, candidates } => write!(
                f,
                "  {import}\n    ambiguous: {} export it\n    help: name one of them with `.with_named(\"{import}\", &instance)`",
                list(candidates),
                import = printable(import)
            ),
            WiringProblem::NotExported { import, interface, instance, exports } => write!(
                f,
                "  {import}\n    `{instance}` does not export {}; it exports {}\n    help: wire an instance that does",
                if import == interface { "it".into() } else { format!("`{}`", printable(interface)) },
                list(exports),
                import = printable(import),
                instance = printable(instance)
            ),
            WiringProblem::Differs { import, instance, differences } => write!(
                f,
                "  {import}\n    `{instance}` exports another edition of it\n{}\n    help: versions of one track must agree, so one side was built from an edited WIT; rebuild it",
                indent(differences),
                import = printable(import),
                instance = printable(instance)
            ),
            WiringProblem::Narrowed { import, instance, functions } => write!(
                f,
                "  {import}\n    not allowed: the handle of `{instance}` does not reach {}\n    help: it was narrowed with `only`; wire a handle that reaches them, or an app that does not import them",
                list(functions),
                import = printable(import),
                instance = printable(instance)
            ),
            WiringProblem::Superfluous { instance, exports } => write!(
                f,
                "  `{instance}`\n    superfluous: no import needs it; it exports {}\n    help: leave it out; a wiring lists exactly what an app uses",
                list(exports),
                instance = printable(instance)
            ),
            WiringProblem::UnknownImport { import, imports } => {
                write!(
                    f,
                    "  {import}\n    the app has no such import; it has {}\n    help: use one of those names",
                    list(imports),
                    import = printable(import)
                )
            }
            WiringProblem::Removed { instance } => {
                write!(
                    f,
                    "  `{instance}`\n    was removed\n    help: instantiate it again and wire the new handle",
                    instance = printable(instance)
                )
            }
            WiringProblem::Retiring { instance } => {
                write!(
                    f,
                    "  `{instance}`\n    is retiring\n    help: wire the instance that has taken its place",
                    instance = printable(instance)
                )
            }
            WiringProblem::Cycle { instance, through } => write!(
                f,
                "  `{instance}`\n    depends on the instance that is replaced, by way of {}\n    help: wire an instance that does not; the graph has no cycles",
                list(through),
                instance = printable(instance)
            ),
            WiringProblem::Foreign { instance } => write!(
                f,
                "  `{instance}`\n    belongs to another runtime\n    help: `export` it there and `import` it here",
                instance = printable(instance)
            ),
        }
    }
}
