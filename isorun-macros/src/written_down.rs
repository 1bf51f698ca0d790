//! `ISORUN_EXPAND_DIR=dir`: writes down what a user got.

use std::path::Path;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// Writes an expansion to `dir/<name>.rs` if the variable is set. A file that cannot be written is not worth an error.
pub(crate) fn write(name: &str, tokens: &TokenStream) {
    let Some(dir) = std::env::var_os("ISORUN_EXPAND_DIR") else { return };
    let _ = std::fs::create_dir_all(&dir);
    let _ = std::fs::write(Path::new(&dir).join(format!("{name}.rs")), lines(tokens));
}

/// The tokens with a line for each item or statement: for reading, not for rustfmt's eyes.
fn lines(tokens: &TokenStream) -> String {
    let mut text = String::new();
    put(tokens.clone(), 0, &mut text);
    text.push('\n');
    text
}

fn put(tokens: TokenStream, depth: usize, text: &mut String) {
    let line = |text: &mut String, depth: usize| {
        while text.ends_with(' ') {
            text.pop();
        }
        text.push('\n');
        text.push_str(&"    ".repeat(depth));
    };
    let mut glued = true;
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if !glued {
            text.push(' ');
        }
        glued = false;
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                text.push_str(open);
                if group.delimiter() == Delimiter::Brace && !group.stream().is_empty() {
                    line(text, depth + 1);
                    put(group.stream(), depth + 1, text);
                    line(text, depth);
                } else {
                    put(group.stream(), depth, text);
                }
                text.push_str(close);
                let ends_line = group.delimiter() == Delimiter::Brace
                    || (group.delimiter() == Delimiter::Bracket && text_is_attribute(text, depth));
                let punctuated = matches!(tokens.peek(), Some(TokenTree::Punct(_)) | None);
                if ends_line
                    && (!punctuated || matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == '#'))
                {
                    line(text, depth);
                    glued = true;
                }
            }
            TokenTree::Punct(punct) => {
                text.push(punct.as_char());
                glued = punct.spacing() == Spacing::Joint || matches!(punct.as_char(), '\'' | '#' | '&' | '$' | '!');
                if punct.as_char() == ';' && tokens.peek().is_some() {
                    line(text, depth);
                    glued = true;
                }
            }
            other => text.push_str(&other.to_string()),
        }
        if matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if matches!(punct.as_char(), ',' | ';' | ':' | '.' | '?'))
        {
            glued = true;
        }
    }
}

/// Whether the line that was just ended is an attribute.
fn text_is_attribute(text: &str, _depth: usize) -> bool {
    text.rsplit('\n').next().is_some_and(|last| last.trim_start().starts_with("#["))
}
