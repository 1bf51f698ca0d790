//! Why an app is not added.

use std::collections::BTreeMap;
use std::fmt;

use super::compile_stop::{CompileCost, CompileStop};
use super::inspect::InspectError;
use super::toolchain::Toolchain;
use super::wasi::WasiReason;
use crate::limits::app::{Exceeded, lines};
use crate::text::{count, list, printable, printable_line};

/// Why an app was not added. Nothing of it is left in the runtime.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
    /// The bytes are not a wasm component.
    #[error("`{app}` is not a component: {found}\n  help: {help}", app = printable(app), found = printable_line(found))]
    NotAComponent {
        /// The name given to `add_app`.
        app: String,
        /// What the bytes are instead.
        found: String,
        /// What to do about it.
        help: String,
    },
    /// The bytes begin like a component, but the rest is not a valid one that isorun can run.
    #[error(
        "`{app}` is not a valid component: {message}\n  help: {help}",
        app = printable(app), message = printable_line(message)
    )]
    Invalid {
        /// The name given to `add_app`.
        app: String,
        /// The validator's message, with the offset in the bytes.
        message: String,
        /// What to do about it.
        help: String,
    },
    /// The component exceeds [limits of the runtime](crate::limits::AppLimits). Its types were not compared, and nothing was compiled. If there
    /// are too many bytes, they were not read, and nothing else was counted; what else ends the counting early is told at the limits.
    #[error(
        "`{app}` means more than an app may:\n{}",
        lines(exceeded), app = printable(app)
    )]
    TooMuch {
        /// The name given to `add_app`.
        app: String,
        /// Every limit that it exceeds.
        exceeded: Vec<Exceeded>,
    },
    /// A text that was given to [`allow`](crate::runtime::AddApp::allow) is not a pattern.
    #[error(
        "cannot allow imports of `{app}`: these are not patterns: {}\n  help: a pattern is a namespace `isorun:*`, a package `isorun:kv` or an interface `isorun:kv/kv`, the last two with or without `@` and a version, or a plain name `log`",
        list(patterns), app = printable(app)
    )]
    MalformedPattern {
        /// The name given to `add_app`.
        app: String,
        /// Every text that is not a pattern.
        patterns: Vec<String>,
    },
    /// The component has larger memories or tables than a store of this runtime has room for.
    #[error(
        "`{app}` is too large for this runtime: {message}\n  help: make it smaller; all stores of a runtime have the same room",
        app = printable(app), message = printable_line(message)
    )]
    TooLarge {
        /// The name given to `add_app`.
        app: String,
        /// Which limit was met, in wasmtime's message.
        message: String,
    },
    /// A worker (`RuntimeBuilder::compile_in`) was to compile the component, and did not.
    #[error(
        "`{app}` was not compiled: {by}{}\n  help: {}",
        used.map(|used| format!("\n  used: {used}")).unwrap_or_default(), by.help(), app = printable(app)
    )]
    CompileStopped {
        /// The name given to `add_app`.
        app: String,
        /// What ended it.
        by: CompileStop,
        /// What it had used by then; `None` if no process was started, or if the system does not tell.
        used: Option<CompileCost>,
    },
    /// The component does not fit the interfaces of this runtime.
    #[error(transparent)]
    Mismatch(#[from] AppReport),
    /// There is an app of this name already.
    #[error(
        "there is an app named `{app}` already\n  help: choose another name, or remove that app with `remove_app`",
        app = printable(app)
    )]
    NameTaken {
        /// The name.
        app: String,
    },
}

impl AppError {
    /// Adds the app's name to what is known of its bytes.
    pub(crate) fn of(app: &str, error: InspectError) -> AppError {
        let app = app.into();
        match error {
            InspectError::NotAComponent { found, help } => AppError::NotAComponent { app, found, help },
            InspectError::Invalid { message, help } => AppError::Invalid { app, message, help },
            InspectError::TooMuch { exceeded } => AppError::TooMuch { app, exceeded },
        }
    }
}

/// Everything about an app that does not fit the runtime it was given to.
#[derive(Clone, Debug)]
pub struct AppReport {
    pub(crate) app: String,
    pub(crate) toolchain: Option<Toolchain>,
    pub(crate) problems: Vec<AppProblem>,
    pub(crate) omitted: usize,
}

impl AppReport {
    /// The app's name.
    pub fn app(&self) -> &str {
        &self.app
    }

    /// What made the component, if it says so in a way that is known.
    pub fn toolchain(&self) -> Option<Toolchain> {
        self.toolchain
    }

    /// Every problem, sorted by the name of the import or export; at most 1000 of them. The message shows those about WASI as one.
    pub fn problems(&self) -> &[AppProblem] {
        &self.problems
    }

    /// How many problems there are that [`problems`](AppReport::problems) does not list.
    pub fn omitted(&self) -> usize {
        self.omitted
    }
}

impl AppReport {
    /// Shows all imports of WASI as one problem, because one setting of the toolchain cures them all: first how, then why they are there.
    fn wasi(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut reasons: BTreeMap<WasiReason, Vec<String>> = BTreeMap::new();
        for problem in &self.problems {
            if let Some(reason) = problem.wasi() {
                reasons.entry(reason).or_default().push(problem.item.clone());
            }
        }
        let items = self.problems.iter().filter(|problem| problem.wasi().is_some());
        let items: Vec<String> = items.map(|problem| problem.item.clone()).collect();
        if items.is_empty() {
            return Ok(());
        }
        let imports = count(items.len() as u64, "import");
        write!(f, "\n  {imports} of WASI\n    missing: isorun runs pure components, there is no WASI")?;
        match self.toolchain {
            Some(toolchain) => write!(f, "\n    help: {toolchain} made this component: {}", toolchain.cure())?,
            None => write!(f, "\n    help: {}", Toolchain::CURE)?,
        }
        match self.toolchain.filter(|toolchain| toolchain.is_interpreted()) {
            // What an interpreter imports tells nothing of the program that it runs.
            Some(_) => {
                write!(f, "\n    {}: the interpreter imports them, whether the program uses them or not", list(&items))
            }
            None => reasons
                .iter()
                .try_for_each(|(reason, items)| write!(f, "\n    {}: {reason}; {}", list(items), reason.remedy())),
        }
    }
}

impl std::error::Error for AppReport {}

impl fmt::Display for AppReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "cannot add app `{}`: {} among its imports and exports",
            printable(&self.app),
            count((self.problems.len() + self.omitted) as u64, "problem")
        )?;
        self.wasi(f)?;
        let others = self.problems.iter().filter(|problem| problem.wasi().is_none());
        others.into_iter().try_for_each(|problem| write!(f, "\n{problem}"))?;
        match self.omitted {
            0 => Ok(()),
            omitted => write!(f, "\n  and {omitted} more"),
        }
    }
}

/// One thing about an app that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppProblem {
    /// The import or export as the component names it, with the function if the problem is about one.
    pub item: String,
    /// What is wrong with it.
    pub kind: AppProblemKind,
    /// What to do about it.
    pub help: String,
}

/// The kinds of [`AppProblem`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AppProblemKind {
    /// No interface of this name is registered.
    Undeclared,
    /// The import is not among those that [`allow`](crate::runtime::AddApp::allow) was given.
    NotAllowed,
    /// The import belongs to WASI, which isorun does not provide.
    Wasi {
        /// Why the component has this import.
        reason: WasiReason,
    },
    /// A function that the registered interface does not have.
    UnknownFunction,
    /// A function has another type than the registered interface says.
    Differs {
        /// The component's signature.
        component: String,
        /// The registered signature.
        registered: String,
    },
    /// An item of a kind that isorun does not run: a resource, a stream, a nested component.
    Unsupported {
        /// The kind of item.
        what: String,
    },
}

impl AppProblem {
    fn wasi(&self) -> Option<WasiReason> {
        match self.kind {
            AppProblemKind::Wasi { reason } => Some(reason),
            _ => None,
        }
    }
}

impl fmt::Display for AppProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  {}", printable(&self.item))?;
        match &self.kind {
            AppProblemKind::Undeclared => writeln!(f, "    missing: no interface of this name is registered")?,
            AppProblemKind::NotAllowed => writeln!(f, "    not allowed: this app may not import it")?,
            AppProblemKind::Wasi { .. } => writeln!(f, "    missing: isorun runs pure components, there is no WASI")?,
            AppProblemKind::UnknownFunction => {
                writeln!(f, "    missing: the registered interface has no such function")?
            }
            AppProblemKind::Differs { component, registered } => {
                writeln!(f, "    component has   {}", printable_line(component))?;
                writeln!(f, "    registered is   {}", printable_line(registered))?;
            }
            AppProblemKind::Unsupported { what } => writeln!(f, "    not supported: {}", printable_line(what))?,
        }
        write!(f, "    help: {}", printable_line(&self.help))
    }
}
