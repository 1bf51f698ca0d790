//! Why an instance has no recipe, why a text is none, and why nothing is made of one.

use std::fmt;

use super::app::AppError;
use super::instance::ExportError;
use super::wiring::InstantiateError;
use crate::text::{printable, printable_line};

/// Why an instance has no recipe.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecipeError {
    /// It is a system, a remote, or an instance that was replaced by another one.
    #[error(
        "`{}` has no recipe: there is no app behind it\n  help: take that of an app's instance, or of the one that has replaced it",
        printable(instance)
    )]
    NotAnApp {
        /// The instance.
        instance: String,
    },
    /// Some of what it is wired to cannot be exported.
    #[error(
        "`{}` has no recipe: not all that it is wired to can be exported{}\n  help: see what is said of each",
        printable(instance),
        lines(problems)
    )]
    Wires {
        /// The instance.
        instance: String,
        /// Each import whose provider is not exported.
        problems: Vec<NotExported>,
    },
    /// It was removed.
    #[error("`{}` was removed\n  help: take the recipe before", printable(instance))]
    Removed {
        /// The instance.
        instance: String,
    },
    /// It belongs to another runtime.
    #[error("`{}` belongs to another runtime\n  help: ask that one", printable(instance))]
    Foreign {
        /// The instance.
        instance: String,
    },
}

/// An import whose provider is not exported.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NotExported {
    /// The import.
    pub import: String,
    /// Why.
    pub error: ExportError,
}

impl fmt::Display for NotExported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  {}\n    {}", printable(&self.import), printable_line(&self.error.to_string()))
    }
}

/// Why a text is no recipe.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is not that of a recipe: {problem}\n  help: pass on exactly what `Recipe` displays")]
#[non_exhaustive]
pub struct ParseRecipeError {
    /// The number of the line, from 1.
    pub line: usize,
    /// What is wrong with it. What the text says there is escaped, and cut.
    pub problem: String,
}

/// Everything because of which nothing was made of a recipe. What was made on the way is gone.
#[derive(Debug, thiserror::Error)]
#[error("cannot make `{}` anew{}\n  help: see what is said of each", printable(instance), lines(problems))]
#[non_exhaustive]
pub struct RebuildError {
    /// The instance, as the recipe calls it.
    pub instance: String,
    /// Every problem.
    pub problems: Vec<RebuildProblem>,
}

/// One thing because of which nothing is made of a recipe.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RebuildProblem {
    /// The resolver does not bring the app.
    #[error("the app `{}` was not brought: {}", printable(app), printable_line(why))]
    NoApp {
        /// The app.
        app: String,
        /// What the resolver says.
        why: String,
    },
    /// The resolver has brought other bytes than those of this hash.
    #[error("the bytes that were brought for the app `{}` have another hash", printable(app))]
    OtherApp {
        /// The app.
        app: String,
    },
    /// The app is not added.
    #[error("{0}")]
    App(#[source] AppError),
    /// There is no tenant of this name.
    #[error("there is no tenant `{}`", printable(tenant))]
    NoTenant {
        /// The tenant.
        tenant: String,
    },
    /// An import is not wired.
    #[error("{}: {}", printable(import), printable_line(why))]
    Wire {
        /// The import.
        import: String,
        /// Why.
        why: String,
    },
    /// No instance is made.
    #[error("{0}")]
    Instantiate(#[source] InstantiateError),
}

fn lines(problems: &[impl fmt::Display]) -> String {
    problems.iter().map(|problem| format!("\n  {}", problem.to_string().replace('\n', "\n  "))).collect()
}
