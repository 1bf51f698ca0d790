//! The public error types, one file for each moment. Each message says what is wrong, where, and what to do; the data is in the fields.

mod app;
mod call;
mod inspect;
mod instance;
mod remote;
mod runtime;
mod wiring;

pub use app::{AppError, AppProblem, AppProblemKind, AppReport};
pub use call::{Amount, CallError, Resource, Result};
pub use inspect::InspectError;
pub use instance::{Break, NarrowError, ProvideError, RemoveError, ReplaceError};
pub use remote::RemoteError;
pub use runtime::{RegisterError, RuntimeError};
pub use wiring::{InstantiateError, WiringProblem, WiringReport};

/// Items in backticks, with commas; "nothing" if there are none.
pub(crate) fn list(items: &[String]) -> String {
    match items {
        [] => "nothing".into(),
        items => items.iter().map(|item| format!("`{item}`")).collect::<Vec<_>>().join(", "),
    }
}

/// A number of things: `1 problem`, `2 problems`.
pub(crate) fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

fn indent(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().flat_map(|item| item.lines()).map(|line| format!("    {line}")).collect();
    lines.join("\n")
}

/// A stranger's name for a terminal or a log: an import that is a link may hold control characters.
pub(crate) fn printable(name: &str) -> String {
    name.replace(char::is_control, "\u{fffd}")
}
