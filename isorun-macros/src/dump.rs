//! `ISORUN_EXPAND_DIR=dir`: writes expansions to files, for people to read.

use std::path::Path;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// Writes an expansion to `dir/<crate>.<name>.rs` if the variable is set. Nobody is told if that fails: a build should not end for it.
pub(crate) fn write(name: &str, tokens: &TokenStream) {
    let Some(dir) = std::env::var_os("ISORUN_EXPAND_DIR") else { return };
    let krate = std::env::var("CARGO_CRATE_NAME").unwrap_or_default();
    let path = Path::new(&dir).join(format!("{krate}.{}.rs", name.trim_start_matches("r#")));
    let _ = std::fs::create_dir_all(&dir);
    let _ = std::fs::write(path, text(tokens.clone()));
}

/// The tokens with a line for each item or statement, which rustfmt can format further.
fn text(tokens: TokenStream) -> String {
    let mut lines = Lines::default();
    lines.put(tokens, 0);
    lines.text + "\n"
}

#[derive(Default)]
struct Lines {
    text: String,
    /// Whether the next token follows without a space.
    tight: bool,
}

impl Lines {
    fn put(&mut self, tokens: TokenStream, depth: usize) {
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            let next = tokens.peek();
            match token {
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                    self.word("{");
                    self.line(depth + 1);
                    self.put(group.stream(), depth + 1);
                    self.line(depth);
                    self.word("}");
                    if begins_item(next) {
                        self.line(depth);
                    }
                }
                TokenTree::Group(group) => {
                    let (open, close) = match group.delimiter() {
                        Delimiter::Parenthesis => ("(", ")"),
                        Delimiter::Bracket => ("[", "]"),
                        _ => ("", ""),
                    };
                    // An attribute has a line of its own.
                    let is_attribute = self.text.ends_with('#');
                    self.tight |= self.text.ends_with(|last: char| last.is_alphanumeric() || "_>!#)".contains(last));
                    self.word(open);
                    self.tight = true;
                    self.put(group.stream(), depth);
                    self.tight = true;
                    self.word(close);
                    if is_attribute {
                        self.line(depth);
                    }
                }
                TokenTree::Punct(punct) => {
                    let mark = punct.as_char();
                    // The colon before a type, not one of those in a path.
                    let is_lone_colon = mark == ':' && punct.spacing() == Spacing::Alone && !self.text.ends_with(':');
                    let is_macro_call = mark == '!' && matches!(next, Some(TokenTree::Group(_)));
                    self.tight |= is_macro_call && self.text.ends_with(|last: char| last.is_alphanumeric());
                    self.tight |= ",;.?".contains(mark) || (mark == ':' && !self.text.ends_with([' ', '=', '>']));
                    self.word(mark.encode_utf8(&mut [0; 4]));
                    let ends_path = mark == ':' && self.text.ends_with("::");
                    self.tight = punct.spacing() == Spacing::Joint || ends_path || "'#&!.$".contains(mark);
                    if is_lone_colon {
                        self.text.push(' ');
                    }
                    if (mark == ';' && next.is_some()) || (mark == ',' && begins_attribute(next)) {
                        self.line(depth);
                    }
                }
                other => self.word(&other.to_string()),
            }
        }
    }

    fn word(&mut self, word: &str) {
        if !self.tight && !self.text.is_empty() && !self.text.ends_with([' ', '\n']) {
            self.text.push(' ');
        }
        self.text.push_str(word);
        self.tight = false;
    }

    fn line(&mut self, depth: usize) {
        self.text.truncate(self.text.trim_end().len());
        self.text.push('\n');
        self.text.push_str(&"    ".repeat(depth));
    }
}

/// Whether the token after a closing brace begins something else, instead of going on as in `}, {` or `}.await`.
fn begins_item(token: Option<&TokenTree>) -> bool {
    match token {
        None => false,
        Some(TokenTree::Punct(punct)) => [':', '#'].contains(&punct.as_char()),
        Some(_) => true,
    }
}

fn begins_attribute(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == '#')
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::text;

    #[test]
    fn what_is_written_is_what_was_expanded() {
        let tokens = quote! {
            #[doc = " A."]
            pub struct A<'a>(&'a ::core::primitive::u8);
            ::isorun::g! { A { x = "x" } }
            ::isorun::g! { B { x: ::core::primitive::u8, #[doc = " Y."] y: u8 } }
            fn f<T: Into<u8>>(x: T, y: &[u8; 4]) -> Result<(), u8> { let _ = x.into()?; Ok(g!(1, y)) }
        };
        let text = text(tokens.clone());
        let tight = |text: String| text.replace(char::is_whitespace, "");
        assert_eq!(
            tight(text.parse::<proc_macro2::TokenStream>().expect("it is Rust").to_string()),
            tight(tokens.to_string())
        );
        assert!(text.contains("\npub struct") && text.contains("    let _ = x.into()?;\n"), "{text}");
        assert!(text.contains("\n::isorun::g!{\n    B {\n        x: ::core::primitive::u8,\n        #[doc"), "{text}");
    }
}
