//! Why WIT is refused.

use std::fmt;

use isorun_wit::{Mistake, Place};

/// Most problems that one error holds: a text can have a hundred thousand.
const MAX_PROBLEMS: usize = 1000;

/// Why WIT cannot be used: everything that is wrong with it, in its order.
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
pub struct WitError {
    problems: Vec<WitProblem>,
    omitted: usize,
}

/// One thing that is wrong with WIT.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct WitProblem {
    /// The file, as it was named; empty if the WIT is a text.
    pub file: String,
    /// The line, counted from 1; 0 if the problem has no place, as a file that is not there has none.
    pub line: usize,
    /// The character in the line, counted from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// More to know, such as the place of the other item that a problem is about.
    pub notes: Vec<String>,
    /// What to do about it.
    pub help: String,
}

impl WitError {
    pub(super) fn new(problems: impl IntoIterator<Item = WitProblem>) -> WitError {
        let mut problems: Vec<_> = problems.into_iter().collect();
        problems.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
        let omitted = problems.len().saturating_sub(MAX_PROBLEMS);
        problems.truncate(MAX_PROBLEMS);
        WitError { problems, omitted }
    }

    /// The problems, at least one and at most 1000.
    pub fn problems(&self) -> &[WitProblem] {
        &self.problems
    }

    /// How many problems there are beyond the first 1000.
    pub fn omitted(&self) -> usize {
        self.omitted
    }
}

impl WitProblem {
    pub(super) fn at(place: Place, message: impl Into<String>, help: impl Into<String>) -> WitProblem {
        let Place { file, line, column } = place;
        WitProblem { file, line, column, message: message.into(), notes: Vec::new(), help: help.into() }
    }
}

impl From<Mistake> for WitProblem {
    fn from(mistake: Mistake) -> WitProblem {
        let Mistake { message, places, notes, help, .. } = mistake;
        let mut places = places.into_iter();
        let (place, default) = match places.next() {
            Some(place) => (place, "correct the text at this place"),
            None => (Place::default(), "name a `.wit` file, or a folder of them that is a package"),
        };
        let mut problem = WitProblem::at(place, message, help.unwrap_or_else(|| default.into()));
        problem.notes = places.map(|place| format!("the other one is at {place}")).chain(notes).collect();
        problem
    }
}

impl From<WitProblem> for WitError {
    fn from(problem: WitProblem) -> WitError {
        WitError::new([problem])
    }
}

impl From<Vec<Mistake>> for WitError {
    fn from(mistakes: Vec<Mistake>) -> WitError {
        WitError::new(mistakes.into_iter().map(WitProblem::from))
    }
}

impl fmt::Display for WitProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if self.line > 0 {
            let place = Place { file: self.file.clone(), line: self.line, column: self.column };
            write!(f, "\n  --> {place}")?;
        }
        for note in &self.notes {
            write!(f, "\n  {}", note.replace('\n', "\n  "))?;
        }
        write!(f, "\n  help: {}", self.help)
    }
}

impl fmt::Display for WitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        match self.omitted {
            0 => Ok(()),
            omitted => write!(f, "\nand {omitted} more"),
        }
    }
}

impl std::error::Error for WitError {}
