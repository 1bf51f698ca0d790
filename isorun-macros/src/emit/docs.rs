//! WIT docs as rustdoc, and where they are from.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::Model;
use isorun_wit::Place;

/// The docs of an item, then one line of origin.
pub(super) fn of(docs: Option<&str>, place: &Place) -> TokenStream {
    let mut lines = lines(docs.unwrap_or_default());
    if place.line > 0 {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(format!("Generated from `{}:{}`.", place.file, place.line));
    }
    attributes(&lines)
}

/// The docs of a field, a case or a flag: their WIT docs, or else their WIT name.
pub(super) fn of_part(docs: Option<&str>, wit_name: &str) -> TokenStream {
    match docs {
        Some(docs) => attributes(&lines(docs)),
        None => attributes(&[format!("`{wit_name}`.")]),
    }
}

/// The docs of the whole module.
pub(super) fn of_module(model: &Model) -> TokenStream {
    let mut lines = vec![format!("The interface `{}`.", model.wire_name), String::new()];
    if model.place.line > 0 {
        lines.push(format!("Generated from `{}:{}`.", model.place.file, model.place.line));
    }
    attributes(&lines)
}

fn attributes(lines: &[String]) -> TokenStream {
    let lines = lines.iter().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote!(#(#[doc = #lines])*)
}

/// The lines of a text, changed where rustdoc would take what was written for WIT as a Rust example to compile.
fn lines(docs: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut fence: Option<String> = None;
    let mut in_indented = false;
    let mut after_blank = true;
    let mut in_list = false;
    for line in docs.lines().map(str::trim_end) {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        if let Some(open) = &fence {
            if trimmed.starts_with(open.as_str()) && trimmed.trim_start_matches(['`', '~']).is_empty() {
                fence = None;
            }
            lines.push(line.to_owned());
            continue;
        }
        let is_code = indent >= 4 && !in_list && (after_blank || in_indented);
        if in_indented && !is_code && !trimmed.is_empty() {
            lines.push("```".to_owned());
            in_indented = false;
        }
        if is_code && !in_indented {
            lines.push("```text".to_owned());
            in_indented = true;
        }
        let marker: String = trimmed.chars().take_while(|letter| matches!(letter, '`' | '~')).collect();
        if !in_indented && (marker.starts_with("```") || marker.starts_with("~~~")) {
            let language = trimmed.strip_prefix(marker.as_str()).unwrap_or_default().trim();
            let language = match language {
                "" | "rust" | "rs" => "text",
                other => other,
            };
            lines.push(format!("{}{marker}{language}", &line[..indent]));
            fence = Some(marker);
            continue;
        }
        lines.push(if in_indented { line.get(4..).unwrap_or_default().to_owned() } else { line.to_owned() });
        after_blank = trimmed.is_empty();
        if !trimmed.is_empty() && !in_indented {
            let is_item =
                trimmed.starts_with(['-', '*', '+']) || trimmed.starts_with(|letter: char| letter.is_ascii_digit());
            in_list = is_item || (in_list && indent > 0);
        }
    }
    if in_indented || fence.is_some() {
        lines.push("```".to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn code_of_wit_docs_is_not_a_rust_example() {
        assert_eq!(lines("a\n\n    code\n\nb"), ["a", "", "```text", "code", "", "```", "b"]);
        assert_eq!(lines("```\nx\n```\n```wit\ny\n```"), ["```text", "x", "```", "```wit", "y", "```"]);
        assert_eq!(lines("- item\n\n    more of it"), ["- item", "", "    more of it"]);
        assert_eq!(lines("plain"), ["plain"]);
    }
}
