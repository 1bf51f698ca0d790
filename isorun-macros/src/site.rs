//! Where an attribute stands in the user's crate.

use std::path::PathBuf;

/// The crate and the line of one macro call.
pub(crate) struct Site {
    /// The folder that paths are relative to.
    pub(crate) root: PathBuf,
    /// The environment variable that holds this folder while the crate is compiled.
    pub(crate) root_variable: &'static str,
    /// Crate, file, line and column. No two attributes of a crate have the same.
    pub(crate) location: String,
}

impl Site {
    /// The site of the macro call that is being expanded.
    pub(crate) fn of_this_call() -> Self {
        // trybuild compiles its cases in a crate that it generates, which has no WIT files: `ISORUN_WIT_ROOT` says where they are.
        let variables = ["ISORUN_WIT_ROOT", "CARGO_MANIFEST_DIR"];
        let root = variables.into_iter().find_map(|name| Some((name, std::env::var_os(name)?)));
        let (root_variable, root) = root.unwrap_or(("CARGO_MANIFEST_DIR", ".".into()));
        let here = proc_macro::Span::call_site();
        let package = std::env::var("CARGO_CRATE_NAME").unwrap_or_default();
        Self {
            root: root.into(),
            root_variable,
            location: format!("{package}:{}:{}:{}", here.file(), here.line(), here.column()),
        }
    }
}
