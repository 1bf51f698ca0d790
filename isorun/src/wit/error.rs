//! Why a WIT text is refused.

use std::fmt;
use std::ops::Range;

/// Why a WIT text cannot be used: everything that is wrong with it, in the order of the text.
///
/// ```
/// use isorun::Interface;
///
/// let error = Interface::from_wit(
///     "package my:fs;
///     interface fs {
///         resource file;
///         open: func(path: string) -> file;
///     }",
/// )
/// .unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`open`: result holds `own<file>`
///   --> 4:9
///   help: pass an id, a path or the data itself instead of a resource"
/// );
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WitError(Vec<WitProblem>);

/// One thing that is wrong with a WIT text.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct WitProblem {
    /// The line, counted from 1.
    pub line: usize,
    /// The character in the line, counted from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl WitError {
    pub(super) fn new(mut problems: Vec<WitProblem>) -> WitError {
        problems.sort_by_key(|problem| (problem.line, problem.column));
        WitError(problems)
    }

    /// The problems, at least one.
    pub fn problems(&self) -> &[WitProblem] {
        &self.0
    }
}

impl WitProblem {
    /// A problem with the given bytes of the text; `None` means the text as a whole.
    pub(super) fn at(text: &str, bytes: Option<Range<usize>>, message: String, help: &str) -> WitProblem {
        let start = text.floor_char_boundary(bytes.map_or(0, |bytes| bytes.start));
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        WitProblem {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message,
            help: help.to_owned(),
        }
    }
}

impl From<WitProblem> for WitError {
    fn from(problem: WitProblem) -> WitError {
        WitError(vec![problem])
    }
}

impl fmt::Display for WitProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  --> {}:{}\n  help: {}", self.message, self.line, self.column, self.help)
    }
}

impl fmt::Display for WitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for WitError {}
