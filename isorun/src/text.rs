//! Names, lists and numbers as messages spell them.

use std::fmt::{self, Write};

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

/// How many characters of a stranger's name a message shows.
const LONGEST_NAME: usize = 256;

/// How many characters of a line in a stranger's words a message shows.
const LONGEST_LINE: usize = 1024;

/// How many lines a message shows of a text that may have several.
const MOST_LINES: usize = 64;

/// The items in backticks, with commas between them: at most ten, then how many more there are. An empty list is "nothing".
pub(crate) fn list(items: &[String]) -> String {
    if items.is_empty() {
        return "nothing".into();
    }
    let named = &items[..items.len().min(MOST_NAMED)];
    let named = separated(named, |item, f| write!(f, "`{}`", printable(item)));
    match items.len().saturating_sub(MOST_NAMED) {
        0 => named.to_string(),
        more => format!("{named} and {more} more"),
    }
}

/// A number with its noun: `1 problem`, `2 problems`.
pub(crate) fn count(number: u64, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// The lines of the items, indented as a part of a longer message: at most ten items, then how many more there are.
pub(crate) fn indent(items: &[String]) -> String {
    let shown = items.iter().take(MOST_NAMED).flat_map(|item| item.lines());
    let mut lines: Vec<String> = shown.map(|line| format!("    {}", printable_line(line))).collect();
    if items.len() > MOST_NAMED {
        lines.push(format!("    and {} more", items.len() - MOST_NAMED));
    }
    lines.join("\n")
}

/// A name that a stranger chose, made safe for a terminal or a log: it stays on its line, cannot command a terminal, cannot change the
/// direction of the text around it, holds nothing that one cannot see, and is not long.
pub(crate) fn printable(name: &str) -> String {
    shown(name, LONGEST_NAME)
}

/// A sentence in a stranger's words, made safe as a [name](printable) is. It may be longer.
pub(crate) fn printable_line(words: &str) -> String {
    shown(words, LONGEST_LINE)
}

/// A text of the host's own that may quote a stranger's words. Its lines stay; each is made safe as a [line](printable_line) is.
pub(crate) fn printable_lines(text: &str) -> String {
    text.lines().take(MOST_LINES).map(printable_line).collect::<Vec<_>>().join("\n")
}

fn shown(text: &str, longest: usize) -> String {
    let safe = |char| if is_harmless(char) { char } else { '\u{fffd}' };
    let mut shown: String = text.chars().take(longest).map(safe).collect();
    if text.chars().nth(longest).is_some() {
        shown.push('…');
    }
    shown
}

/// Whether a character is seen where it stands and changes nothing around it. Those that do not are the control characters, the line
/// and paragraph separators, the marks that set the direction of text, and what Unicode calls default ignorable: joiners, fillers, tags
/// and selectors of variants.
fn is_harmless(char: char) -> bool {
    !matches!(char,
        '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// A signature, cut off where no one reads on: those of a component can be a megabyte each.
pub(crate) fn signature(function: &impl fmt::Display) -> String {
    let mut text = Beginning { text: String::new(), left: 4000 };
    if write!(text, "{function}").is_err() {
        text.text.push('…');
    }
    text.text
}

/// The beginning of a text, after which writing fails, so that the rest is not even put together.
struct Beginning {
    text: String,
    left: usize,
}

impl fmt::Write for Beginning {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let fits = part.floor_char_boundary(self.left);
        self.text.push_str(&part[..fits]);
        self.left -= fits;
        if fits == part.len() { Ok(()) } else { Err(fmt::Error) }
    }
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

    #[test]
    fn what_is_shown_of_a_stranger_stays_in_its_place() {
        assert_eq!(printable("isorun:kv/kv@0.1.0#get ключ 键 é 🙂"), "isorun:kv/kv@0.1.0#get ключ 键 é 🙂");
        assert_eq!(printable("a\x1b[2J\n  help: all is well\r"), "a\u{fffd}[2J\u{fffd}  help: all is well\u{fffd}");
        for bad in [
            '\u{85}',
            '\u{2028}',
            '\u{2029}',
            '\u{202e}',
            '\u{2066}',
            '\u{200b}',
            '\u{200d}',
            '\u{feff}',
            '\u{ad}',
            '\u{e0041}',
        ] {
            assert_eq!(printable(&format!("a{bad}b")), "a\u{fffd}b", "{bad:?}");
        }
        assert_eq!(printable(&"é".repeat(256)), "é".repeat(256));
        assert_eq!(printable(&"é".repeat(257)), "é".repeat(256) + "…");
        assert_eq!(printable_line(&"a".repeat(1 << 20)).chars().count(), 1025);
        assert_eq!(printable_lines("a\n\tb\r\n  c"), "a\n\u{fffd}b\n  c");
        assert_eq!(printable_lines(&"\n".repeat(1000)).lines().count(), 63);
    }

    #[test]
    fn what_is_indented_has_an_end() {
        let items: Vec<String> = (0..12).map(|i| format!("f{i}\n  wanted  \x1b")).collect();
        let text = indent(&items);
        assert!(
            text.starts_with("    f0\n      wanted  \u{fffd}\n    f1\n") && text.ends_with("\n    and 2 more"),
            "{text}"
        );
        assert_eq!(text.lines().count(), 21);
    }
}
