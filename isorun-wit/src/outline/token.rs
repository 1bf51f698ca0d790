//! The tokens of WIT, as `wit-parser` divides a text into them.

use std::ops::Range;

/// A token that is no space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token<'t> {
    /// A name or a keyword.
    Word(&'t str),
    /// A name behind `%`, which is no keyword.
    Name(&'t str),
    Number,
    /// A string in quotes.
    Text,
    /// `->`
    Arrow,
    Comment,
    /// The rest of the text, which is a comment that does not end.
    Unclosed,
    /// Any other character, by its first byte.
    Mark(u8),
}

/// Goes through a text token by token. Clones go on from the same place.
#[derive(Clone, Debug)]
pub(crate) struct Tokens<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Tokens<'t> {
    pub(crate) fn new(text: &'t str) -> Tokens<'t> {
        Tokens { text, at: if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 } }
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn skip_while(&mut self, wanted: impl Fn(u8) -> bool) {
        while self.byte(0).is_some_and(&wanted) {
            self.at += 1;
        }
    }

    /// Skips a comment in `/* */`, in which there may be others. Gives whether it ends.
    fn skip_block(&mut self) -> bool {
        let mut depth = 0_usize;
        loop {
            match (self.byte(0), self.byte(1)) {
                (Some(b'/'), Some(b'*')) => (self.at, depth) = (self.at + 2, depth + 1),
                (Some(b'*'), Some(b'/')) => (self.at, depth) = (self.at + 2, depth - 1),
                (Some(_), _) => self.at += 1,
                (None, _) => return false,
            }
            if depth == 0 {
                return true;
            }
        }
    }

    fn skip_string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.byte(0) {
            self.at += 1;
            match byte {
                b'"' => return,
                // What is escaped may be a quote.
                b'\\' => self.at += 1,
                _ => {}
            }
        }
    }
}

/// All letters that are not ASCII count as parts of words: no name may have them, which is for the parser to say.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-' || !byte.is_ascii()
}

impl<'t> Iterator for Tokens<'t> {
    type Item = (Range<usize>, Token<'t>);

    fn next(&mut self) -> Option<Self::Item> {
        self.skip_while(|byte| byte.is_ascii_whitespace());
        let start = self.at;
        let mark = |token: &mut Self, count: usize, found| {
            token.at += count;
            found
        };
        let token = match (self.byte(0)?, self.byte(1)) {
            (b'/', Some(b'/')) => {
                self.skip_while(|byte| byte != b'\n');
                Token::Comment
            }
            (b'/', Some(b'*')) => {
                if self.skip_block() {
                    Token::Comment
                } else {
                    Token::Unclosed
                }
            }
            (b'"', _) => {
                self.skip_string();
                Token::Text
            }
            (b'-', Some(b'>')) => mark(self, 2, Token::Arrow),
            (b'%', Some(next)) if is_word(next) && !next.is_ascii_digit() => {
                self.at += 1;
                self.skip_while(is_word);
                Token::Name(self.text.get(start + 1..self.at).unwrap_or_default())
            }
            (digit, _) if digit.is_ascii_digit() => {
                self.skip_while(|byte| byte.is_ascii_digit());
                Token::Number
            }
            (first, _) if is_word(first) && first != b'-' => {
                self.skip_while(is_word);
                Token::Word(self.text.get(start..self.at).unwrap_or_default())
            }
            (other, _) => mark(self, 1, Token::Mark(other)),
        };
        // A backslash at the end of a text makes the string longer than the text.
        self.at = self.at.min(self.text.len());
        Some((start..self.at, token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<Token<'_>> {
        Tokens::new(text).map(|(_, token)| token).collect()
    }

    #[test]
    fn a_text_is_divided_as_the_parser_divides_it() {
        use Token::{Arrow, Comment, Mark, Name, Number, Text, Word};
        assert_eq!(
            tokens("\u{feff}a-b:func(%type: u8)->x // {\n/* { /* */ } */ @1.0.0-rc"),
            [
                Word("a-b"),
                Mark(b':'),
                Word("func"),
                Mark(b'('),
                Name("type"),
                Mark(b':'),
                Word("u8"),
                Mark(b')'),
                Arrow,
                Word("x"),
                Comment,
                Comment,
                Mark(b'@'),
                Number,
                Mark(b'.'),
                Number,
                Mark(b'.'),
                Number,
                Mark(b'-'),
                Word("rc"),
            ]
        );
        assert_eq!(tokens(r#"("a\"{\\")"#), [Mark(b'('), Text, Mark(b')')]);
    }

    #[test]
    fn what_does_not_end_is_one_token() {
        for text in ["\"a", "\"a\\", "/* /* */", "/**/", "//", "%", "-", "é{", "\"é\\é"] {
            let mut end = 0;
            for (range, _) in Tokens::new(text) {
                assert!(range.start >= end && range.end > range.start && range.end <= text.len(), "{text}: {range:?}");
                end = range.end;
            }
        }
        assert_eq!(tokens("/**/a"), [Token::Comment, Token::Word("a")]);
    }
}
