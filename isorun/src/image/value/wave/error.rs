//! Why a text is not a value.

use std::fmt;

use wasm_wave::parser::ParserError;

use crate::text::printable_line;

/// A text is not a value in WAVE syntax, or not of the given type.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct WaveError {
    /// The line, counted from 1.
    pub line: usize,
    /// The character in the line, counted from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl WaveError {
    pub(super) fn at(text: &str, byte: usize, message: impl Into<String>, help: impl Into<String>) -> WaveError {
        let before = &text[..text.floor_char_boundary(byte)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        WaveError {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message: message.into(),
            help: help.into(),
        }
    }

    /// The error for a text that is not WAVE, whatever the type.
    pub(super) fn syntax(text: &str, error: &ParserError) -> WaveError {
        let message = match error.detail() {
            Some(detail) => format!("{}: {detail}", error.kind()),
            None => error.kind().to_string(),
        };
        let help = "write values as in `[1, 2]`, `{a: 1}`, `(1, \"a\")`, `some('x')`, `case(1)`";
        WaveError::at(text, error.span().start, message, help)
    }
}

impl fmt::Display for WaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let WaveError { line, column, message, help } = self;
        let (message, help) = (printable_line(message), printable_line(help));
        write!(f, "cannot read the value: {message}\n  --> {line}:{column}\n  help: {help}")
    }
}

impl std::error::Error for WaveError {}
