//! Names, lists and numbers as messages spell them.

use std::fmt;

/// Items as `one` spells them, with commas between.
pub(crate) fn separated<T>(items: &[T], one: impl Fn(&T, &mut fmt::Formatter<'_>) -> fmt::Result) -> impl fmt::Display {
    fmt::from_fn(move |f| {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            one(item, f)?;
        }
        Ok(())
    })
}

/// Items in backticks, with commas; "nothing" if there are none.
pub(crate) fn list(items: &[String]) -> String {
    match items {
        [] => "nothing".into(),
        items => items.iter().map(|item| format!("`{item}`")).collect::<Vec<_>>().join(", "),
    }
}

/// A number of things: `1 problem`, `2 problems`.
pub(crate) fn count(number: u64, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// The lines of all items, moved to the right as a part of a message.
pub(crate) fn indent(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().flat_map(|item| item.lines()).map(|line| format!("    {line}")).collect();
    lines.join("\n")
}

/// A stranger's name for a terminal or a log: an import that is a link may hold control characters.
pub(crate) fn printable(name: &str) -> String {
    name.replace(char::is_control, "\u{fffd}")
}
