//! Why an instance has no caller for an interface, why a handle is not narrowed, and why something is not removed.

use crate::text::{MOST_NAMED, indent, list, printable};

/// Why an instance has no caller for an interface.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The instance does not export the interface.
    #[error(
        "`{}` does not export `{}`\n  it exports: {}\n  help: use an instance that does",
        printable(instance),
        printable(interface),
        list(exports)
    )]
    NotExported {
        /// The instance.
        instance: String,
        /// The interface.
        interface: String,
        /// What it exports instead.
        exports: Vec<String>,
    },
    /// The instance exports an interface of that name whose functions differ.
    #[error(
        "`{}` exports another edition of `{}`\n{}\n  help: versions of one track must agree, so one side was built from an edited WIT; rebuild it",
        printable(instance),
        printable(interface),
        indent(differences)
    )]
    Differs {
        /// The instance.
        instance: String,
        /// The interface.
        interface: String,
        /// Every difference, with both signatures.
        differences: Vec<String>,
    },
    /// The instance exports the interface under several names, and none of them is the interface's own.
    #[error(
        "`{instance}` exports `{interface}` as {}\n  help: use a handle of one of them: `instance.only([\"{}\"])`",
        list(exports),
        exports.first().map_or("", String::as_str)
    )]
    Ambiguous {
        /// The instance.
        instance: String,
        /// The interface.
        interface: String,
        /// The names under which the instance exports it.
        exports: Vec<String>,
    },
    /// The instance exports it, but the handle was narrowed to other functions.
    #[error(
        "this handle of `{}` does not reach all of `{}`\n  out of reach: {}\n  help: it was narrowed with `only`; include those functions too, or call the ones that it reaches by name",
        printable(instance),
        printable(interface),
        list(functions)
    )]
    Narrowed {
        /// The instance.
        instance: String,
        /// The interface.
        interface: String,
        /// The functions that the handle does not reach.
        functions: Vec<String>,
    },
    /// The instance was removed.
    #[error(
        "`{}` was removed\n  help: get a new handle from `instantiate`, `provide` or `import`, and use that",
        printable(instance)
    )]
    Removed {
        /// The instance.
        instance: String,
    },
    /// The policy names functions that the interface does not have.
    #[error(
        "`{}` has no {}\n  it has: {}\n  help: name functions as the interface does, without it: `get`",
        printable(interface),
        list(functions),
        list(available)
    )]
    UnknownFunctions {
        /// The interface.
        interface: String,
        /// The names that mean nothing.
        functions: Vec<String>,
        /// The functions that it has.
        available: Vec<String>,
    },
    /// The export is to have a name, from which no token can be made.
    #[error(
        "the export `{}` cannot have a name, because the runtime has no secret\n  help: give it one with `.secret(..)` in its builder, the same in every process that is to have the same tokens",
        printable(name)
    )]
    NoSecret {
        /// The name.
        name: String,
    },
    /// The link for which it was to be exported has ended.
    #[error(
        "`{}` is not exported, because the link to its peer has ended\n  help: make a new link",
        printable(instance)
    )]
    LinkEnded {
        /// The instance.
        instance: String,
    },
    /// The interface is exported under this name already.
    #[error(
        "`{}` is exported under the name `{}` already\n  help: choose another name, or `revoke` the export that has it",
        printable(interface),
        printable(name)
    )]
    NameTaken {
        /// The name.
        name: String,
        /// The interface.
        interface: String,
    },
    /// The instance belongs to another runtime; only that one can export it.
    #[error("`{}` belongs to another runtime\n  help: export it there", printable(instance))]
    Foreign {
        /// The instance.
        instance: String,
    },
}

/// Why a handle was not narrowed: some of the names mean no function that it reaches, or several.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "cannot narrow `{}`\n{}\n  it has: {}\n  help: write `namespace:package/interface#function`, or any end of it that is unique",
    printable(instance),
    lines(problems),
    list(available)
)]
#[non_exhaustive]
pub struct NarrowError {
    /// The instance.
    pub instance: String,
    /// Each name that was given, and what is wrong with it.
    pub problems: Vec<String>,
    /// The functions that the handle reaches, at most 10 000 of them.
    pub available: Vec<String>,
}

/// Why an app or an instance was not removed. It is as it was before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RemoveError {
    /// Instances or exports depend on it.
    #[error("`{}` is in use by {}\n  help: {}", printable(name), users(by), ends(by))]
    InUse {
        /// What was to be removed.
        name: String,
        /// Everything that depends on it: the names of instances, and `an export of` an interface or `a running call` in these words. The
        /// message names the first ten.
        by: Vec<String>,
    },
    /// It was removed before.
    #[error("`{}` was removed before\n  help: a handle does not outlive `remove`; drop it", printable(name))]
    Removed {
        /// What was to be removed.
        name: String,
    },
    /// It is being replaced or retired.
    #[error("`{}` is being replaced or retired\n  help: wait for that to end", printable(name))]
    InProgress {
        /// What was to be removed.
        name: String,
    },
    /// It belongs to another runtime.
    #[error("`{}` belongs to another runtime\n  help: remove it there", printable(name))]
    Foreign {
        /// What was to be removed.
        name: String,
    },
}

/// The problems, a line each: at most ten, then how many more there are.
fn lines(problems: &[String]) -> String {
    // What is wrong with a name stands after the name, which a stranger may have chosen, so a line break in it is no line break here.
    indent(&problems.iter().map(|problem| problem.replace('\n', "\u{fffd}")).collect::<Vec<_>>())
}

/// How an export and a running call begin among the users of an instance.
const EXPORT: &str = "an export of ";
const OCCUPATIONS: [&str; 3] = ["a running call", "a replacement", "a retirement"];
/// How an app that starts begins among the users.
pub(crate) const START: &str = "the start of ";

/// Who uses an instance, in words: names of instances in backticks, other things as they are.
fn users(by: &[String]) -> String {
    let one = |user: &String| match user.strip_prefix(EXPORT) {
        Some(interface) => format!("its export of `{}`", printable(interface)),
        None if user.starts_with(START) => format!("{START}`{}`", printable(&user[START.len()..])),
        None => match OCCUPATIONS.iter().find_map(|what| Some((what, user.strip_prefix(what)?))) {
            Some((what, "")) => (*what).into(),
            Some((what, of)) if of.starts_with(" of ") => format!("{what} of `{}`", printable(&of[4..])),
            _ => format!("`{}`", printable(user)),
        },
    };
    let named = by.iter().take(MOST_NAMED).map(one).collect::<Vec<_>>().join(", ");
    match by.len().saturating_sub(MOST_NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// How each kind of user is brought to an end.
fn ends(by: &[String]) -> String {
    let is_export = |user: &&String| user.starts_with(EXPORT);
    let is_busy = |user: &&String| OCCUPATIONS.iter().any(|what| user.starts_with(what));
    let exports = by.iter().any(|user| is_export(&user)).then_some("end the export by `revoke` with its token");
    let calls = by.iter().any(|user| is_busy(&user)).then_some("wait for the call, as `retire` does");
    let is_start = |user: &&String| user.starts_with(START);
    let starts = by.iter().any(|user| is_start(&user)).then_some("wait until it has started, or drop what starts it");
    let is_other = |user: &String| !is_export(&user) && !is_busy(&user) && !is_start(&user);
    let others = by.iter().any(is_other).then_some("remove those first");
    [others, exports, calls, starts].into_iter().flatten().collect::<Vec<_>>().join("; ")
}
