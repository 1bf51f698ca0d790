//! The right to call an export.

use std::fmt;
use std::str::FromStr;

/// Names an export and is the right to call it: 128 bits, random or made of a [name](super::super::ExportPolicy::named) and the runtime's secret.
///
/// Whoever knows it may call, so it is passed on like a password. Its text form is 32 hex digits.
///
/// ```
/// let token: isorun::Token = "000102030405060708090a0b0c0d0e0f".parse()?;
/// assert_eq!(token.to_bytes()[15], 0x0f);
/// assert_eq!(format!("{token:?}"), "Token(0001…)"); // does not end up whole in a log
/// # Ok::<(), isorun::remote::ParseTokenError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Token([u8; 16]);

impl Token {
    /// The token of these bytes, as another side has exported it.
    pub fn from_bytes(bytes: [u8; 16]) -> Token {
        Token(bytes)
    }

    /// The bytes, to pass on.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({:02x}{:02x}…)", self.0[0], self.0[1])
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The text is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a token is 32 hex digits\n  help: copy what `Token` prints, whole")]
pub struct ParseTokenError;

impl FromStr for Token {
    type Err = ParseTokenError;

    fn from_str(text: &str) -> Result<Token, ParseTokenError> {
        let mut bytes = [0; 16];
        if text.len() != 32 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(ParseTokenError);
        }
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).map_err(|_| ParseTokenError)?;
        }
        Ok(Token(bytes))
    }
}
