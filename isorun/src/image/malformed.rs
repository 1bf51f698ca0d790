//! Why bytes are not the image of a value.

use std::fmt;

/// Bytes are not the image of a value: which rule they break, and where.
///
/// Decoding is strict, since a value has exactly one image. Harmless deviations are refused as well: data in padding would be a
/// hidden channel, and blocks that overlap would let a short message become a large value.
///
/// ```
/// use isorun::image::Rule;
/// use isorun::{Type, Value};
///
/// let error = Value::decode(&Type::Bool, &[2]).unwrap_err();
/// assert_eq!((error.rule, error.offset), (Rule::Bool, 0));
/// assert_eq!(
///     error.to_string(),
///     "malformed image: a `bool` is neither 0 nor 1
///   at byte 0
///   help: the sender must write 0 for `false` and 1 for `true`"
/// );
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Malformed {
    /// The rule that is broken.
    pub rule: Rule,
    /// The offset of the first byte that breaks it. For [`Rule::Placement`] and [`Rule::Length`] it is where the block should begin, for
    /// [`Rule::Truncated`] where the bytes end.
    pub offset: u64,
}

/// A rule that every image obeys. The names are stable, because replies to remote calls contain them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Rule {
    /// The bytes end before the value does.
    Truncated,
    /// Bytes follow after the value.
    Trailing,
    /// A list or string does not lie where canonical placement puts it.
    Placement,
    /// A list or string does not lie at a multiple of its alignment. Only values of guests break this rule; in an image it is
    /// [`Rule::Placement`].
    Alignment,
    /// A list or string is longer than 2^28 - 1 bytes.
    Length,
    /// A byte that belongs to no value is not zero.
    Padding,
    /// A `bool` is neither 0 nor 1.
    Bool,
    /// There is no case with this number.
    Discriminant,
    /// A bit is set for which the flags have no label.
    Flags,
    /// A number is not a Unicode scalar value.
    Char,
    /// A string is not UTF-8.
    Utf8,
    /// A NaN is not the canonical one.
    Nan,
    /// There are more than 2^20 lists and strings; or a [`Value`](crate::Value) would have more than 2^24 parts, each part of a part among them;
    /// or what a peer or a program has sent would be more work to read than one transfer may be.
    Parts,
}

impl Rule {
    /// All rules, in the order of their declaration.
    pub const ALL: [Rule; 13] = [
        Rule::Truncated,
        Rule::Trailing,
        Rule::Placement,
        Rule::Alignment,
        Rule::Length,
        Rule::Padding,
        Rule::Bool,
        Rule::Discriminant,
        Rule::Flags,
        Rule::Char,
        Rule::Utf8,
        Rule::Nan,
        Rule::Parts,
    ];

    /// The name of the rule in WIT spelling, such as `placement`.
    pub fn name(self) -> &'static str {
        match self {
            Rule::Truncated => "truncated",
            Rule::Trailing => "trailing",
            Rule::Placement => "placement",
            Rule::Alignment => "alignment",
            Rule::Length => "length",
            Rule::Padding => "padding",
            Rule::Bool => "bool",
            Rule::Discriminant => "discriminant",
            Rule::Flags => "flags",
            Rule::Char => "char",
            Rule::Utf8 => "utf8",
            Rule::Nan => "nan",
            Rule::Parts => "parts",
        }
    }

    /// What is wrong, as a sentence without a full stop: ``a `bool` is neither 0 nor 1``.
    pub fn message(self) -> &'static str {
        match self {
            Rule::Truncated => "the bytes end before the value does",
            Rule::Trailing => "bytes follow after the end of the value",
            Rule::Placement => "a list or string does not lie where canonical placement puts it",
            Rule::Alignment => "a list or string is not aligned",
            Rule::Length => "a list or string is longer than 2^28 - 1 bytes",
            Rule::Padding => "padding is not zero",
            Rule::Bool => "a `bool` is neither 0 nor 1",
            Rule::Discriminant => "a discriminant names no case",
            Rule::Flags => "a bit is set that has no label",
            Rule::Char => "a `char` is not a Unicode scalar value",
            Rule::Utf8 => "a `string` is not UTF-8",
            Rule::Nan => "a NaN is not the canonical one",
            Rule::Parts => "there are more lists, strings and elements than may be passed at a time",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Rule::Truncated | Rule::Trailing => {
                "check that both sides have the same type, and that the transport delivers all bytes"
            }
            Rule::Placement | Rule::Alignment => "the sender must place blocks in pre-order, without gap or overlap",
            Rule::Length => "send it in parts",
            Rule::Padding => "the sender must write zeros wherever no value lies",
            Rule::Bool => "the sender must write 0 for `false` and 1 for `true`",
            Rule::Discriminant => "both sides must agree on the cases and their order",
            Rule::Flags => "both sides must agree on the labels and their order",
            Rule::Char => "the sender must write U+0000 to U+10FFFF without surrogates",
            Rule::Utf8 => "the sender must write complete UTF-8 in each string; for other bytes use `list<u8>`",
            Rule::Nan => "the sender must write 0x7fc00000 or 0x7ff8000000000000 for every NaN",
            Rule::Parts => "send it in parts",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Malformed { rule, offset } = self;
        write!(f, "malformed image: {}\n  at byte {offset}\n  help: {}", rule.message(), rule.help())
    }
}

impl std::error::Error for Malformed {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_listed_once_under_its_own_name() {
        for (index, rule) in Rule::ALL.into_iter().enumerate() {
            assert_eq!(rule as usize, index);
            assert_eq!(rule.name(), format!("{rule:?}").to_lowercase());
        }
    }
}
