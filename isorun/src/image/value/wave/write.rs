//! Writing values as WAVE.

use std::fmt;

use wasm_wave::lex::Keyword;

use crate::image::value::Value;
use crate::text::separated;

/// Displays as WAVE, on one line. Fields of a record that are `none` are omitted, as WAVE recommends.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Bool(value) => value.fmt(f),
            Value::S8(value) => value.fmt(f),
            Value::U8(value) => value.fmt(f),
            Value::S16(value) => value.fmt(f),
            Value::U16(value) => value.fmt(f),
            Value::S32(value) => value.fmt(f),
            Value::U32(value) => value.fmt(f),
            Value::S64(value) => value.fmt(f),
            Value::U64(value) => value.fmt(f),
            Value::F32(value) if value.is_nan() => f.write_str("nan"),
            Value::F32(value) => value.fmt(f),
            Value::F64(value) if value.is_nan() => f.write_str("nan"),
            Value::F64(value) => value.fmt(f),
            Value::Char(value) => write!(f, "'{}'", escaped(*value)),
            Value::String(value) => {
                f.write_str("\"")?;
                quoted(value, f)?;
                f.write_str("\"")
            }
            Value::List(items) => write!(f, "[{}]", separated(items, fmt::Display::fmt)),
            Value::Map(pairs) => write!(f, "[{}]", separated(pairs, |(key, value), f| write!(f, "({key}, {value})"))),
            Value::Record(fields) => {
                let given: Vec<_> = fields.iter().filter(|(_, value)| *value != Value::Option(None)).collect();
                if given.is_empty() {
                    return f.write_str("{:}");
                }
                write!(f, "{{{}}}", separated(&given, |(label, value), f| write!(f, "{label}: {value}")))
            }
            Value::Tuple(members) => write!(f, "({})", separated(members, fmt::Display::fmt)),
            Value::Variant(label, payload) => write!(f, "{}{}", case(label), in_parentheses(payload)),
            Value::Enum(label) => case(label).fmt(f),
            Value::Flags(labels) => write!(f, "{{{}}}", separated(labels, fmt::Display::fmt)),
            Value::Option(None) => f.write_str("none"),
            Value::Option(payload) => write!(f, "some{}", in_parentheses(payload)),
            Value::Result(Ok(payload)) => write!(f, "ok{}", in_parentheses(payload)),
            Value::Result(Err(payload)) => write!(f, "err{}", in_parentheses(payload)),
        }
    }
}

/// The label of a case, with the prefix `%` if it is a keyword of WAVE.
fn case(label: &str) -> impl fmt::Display {
    fmt::from_fn(move |f| write!(f, "{}{label}", mark(label)))
}

/// What stands before the label of a case, so that it is no keyword of WAVE.
pub(super) fn mark(label: &str) -> &'static str {
    if Keyword::decode(label).is_some() { "%" } else { "" }
}

/// Writes a part of a string, or all of it, as it is written between quotes. Gives how many characters were not plain: each takes as long as
/// dozens of those that are.
pub(super) fn quoted(part: &str, out: &mut impl fmt::Write) -> Result<u64, fmt::Error> {
    let (mut rest, mut odd_ones) = (part, 0);
    while let Some(odd) = rest.find(|char: char| !matches!(char, ' '..='~') || matches!(char, '\\' | '"' | '\'')) {
        let (plain, from) = rest.split_at(odd);
        out.write_str(plain)?;
        let mut chars = from.chars();
        if let Some(char) = chars.next() {
            write!(out, "{}", escaped(char))?;
            odd_ones += 1;
        }
        rest = chars.as_str();
    }
    out.write_str(rest)?;
    Ok(odd_ones)
}

fn in_parentheses(payload: &Option<Box<Value>>) -> impl fmt::Display {
    fmt::from_fn(move |f| payload.as_ref().map_or(Ok(()), |payload| write!(f, "({payload})")))
}

/// A character as it is written between quotes.
fn escaped(char: char) -> impl fmt::Display {
    fmt::from_fn(move |f| match char {
        '\\' | '"' | '\'' | '\t' | '\r' | '\n' => write!(f, "{}", char.escape_default()),
        _ if char.is_control() => write!(f, "{}", char.escape_unicode()),
        _ => write!(f, "{}", char.escape_debug()),
    })
}
