//! Names, lists and numbers as messages spell them.

use std::fmt;

/// Shows the items with commas between them. `one` writes a single item.
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

/// How many items of a list a message names. An instance can have a hundred thousand users, and nobody reads them all; the data of the
/// error has every one.
pub(crate) const MOST_NAMED: usize = 10;

/// The items in backticks, with commas between them: at most ten, then how many more there are. An empty list is "nothing".
pub(crate) fn list(items: &[String]) -> String {
    if items.is_empty() {
        return "nothing".into();
    }
    let named = &items[..items.len().min(MOST_NAMED)];
    let named = separated(named, |item, f| write!(f, "`{item}`"));
    match items.len().saturating_sub(MOST_NAMED) {
        0 => named.to_string(),
        more => format!("{named} and {more} more"),
    }
}

/// A number with its noun: `1 problem`, `2 problems`.
pub(crate) fn count(number: u64, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// The lines of all items, indented as a part of a longer message.
pub(crate) fn indent(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().flat_map(|item| item.lines()).map(|line| format!("    {line}")).collect();
    lines.join("\n")
}

/// A name that a stranger chose, made safe for a terminal or a log: the name of an import may hold control characters, and each of them
/// becomes U+FFFD.
pub(crate) fn printable(name: &str) -> String {
    name.replace(char::is_control, "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_names_ten_and_counts_the_rest() {
        let names: Vec<String> = (0..100_000).map(|i| format!("app-{i}")).collect();
        assert_eq!(list(&[]), "nothing");
        assert_eq!(list(&names[..2]), "`app-0`, `app-1`");
        assert!(list(&names[..10]).ends_with("`app-8`, `app-9`"));
        assert!(list(&names[..11]).ends_with("`app-9` and 1 more"));
        assert!(list(&names).ends_with("`app-9` and 99990 more"));
    }
}
