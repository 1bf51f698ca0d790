//! Why a call has no value, as a record that crosses borders.

use std::fmt;
use std::time::Duration;

use crate::image::codec::{lift_discriminant, load_discriminant, lower_discriminant, store_discriminant};
use crate::image::{Image, Lift, Lower, Malformed, Shape, Sink, Source, decode_params, encode_params};
use crate::limits::limit::{Amount, Limit};
use crate::types::Type;
use crate::types::layout::Layout;

/// Why a remote call has no value: the record `failure` of `isorun:wire/failures`, which a reply carries in place of a value.
///
/// All of it is a peer's word, unless the call was refused before it was sent. What does not apply is empty, `None` or 0. The message of a
/// [`RemoteError`](super::RemoteError) is made from it, with texts that are safe for a terminal; the fields hold them as they came.
///
/// ```
/// # use std::time::Duration;
/// # use isorun::CallError;
/// use isorun::remote::RemoteError;
///
/// /// When to call again, if the other side says so.
/// fn again(error: &CallError) -> Option<Duration> {
///     match error {
///         CallError::Remote(RemoteError::Refused { failure, .. }) => failure.retry_after,
///         _ => None,
///     }
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// What happened, in a word or two that do not change between versions, such as `poisoned`.
    pub kind: String,
    /// What ran out, or would have.
    pub limit: Option<Limit>,
    /// How much of it there was: units of fuel, microseconds, or bytes.
    pub amount: u64,
    /// How much of it was used, or would have been.
    pub used: u64,
    /// After which time the other side expects that trying again is worth it.
    pub retry_after: Option<Duration>,
    /// The rule that the message or its body breaks: the [name](crate::image::Rule::name) of a rule of images, for example.
    pub rule: Option<String>,
    /// At which byte of the body, or of the message if its header is what is wrong.
    pub offset: u64,
    /// The function's signature here.
    pub caller_signature: String,
    /// The function's signature on the other side.
    pub callee_signature: String,
    /// More for people to read, if the other side tells it. Empty in most cases.
    pub detail: String,
}

/// After which time one may come again that found no room: so long that a crowd that comes back is spread, and so short that few wait in vain.
const RETRY_AFTER: Duration = Duration::from_millis(50);

/// The most bytes of a signature, and of the detail, that are written.
const MAX_TEXT: usize = 4 << 10;

/// The most bytes of a kind or of the name of a rule that are written.
const MAX_WORD: usize = 128;

/// The most bytes of a record that are read: several times what is written, so that a later version may say more.
const MAX_RECORD: usize = 64 << 10;

/// A record is laid out like the tuple of its fields.
type Fields<Text> =
    (Text, (Option<Case>, (u64, (u64, (Option<u64>, (Option<Text>, (u64, (Text, (Text, (Text, ()))))))))));

impl Failure {
    /// The record that says nothing but a kind.
    pub(crate) fn of(kind: impl Into<String>) -> Failure {
        Failure { kind: kind.into(), ..Failure::default() }
    }

    /// The record of a limit that was met.
    pub(crate) fn of_limit(kind: impl Into<String>, limit: Limit, amount: u64, used: u64) -> Failure {
        Failure { limit: Some(limit), amount, used, ..Failure::of(kind) }
    }

    /// The record of a body that breaks a rule.
    pub(crate) fn of_rule(kind: impl Into<String>, bad: Malformed) -> Failure {
        Failure { rule: Some(bad.rule.name().into()), offset: bad.offset, ..Failure::of(kind) }
    }

    /// The record that says to come again.
    pub(crate) fn and_again(self) -> Failure {
        Failure { retry_after: Some(RETRY_AFTER), ..self }
    }

    /// The record as the body of a reply. Texts that are too long are cut at a character.
    pub(crate) fn encode(&self) -> Image {
        let fields: Fields<&str> = (
            cut(&self.kind, MAX_WORD),
            (
                self.limit.map(Case),
                (
                    self.amount,
                    (
                        self.used,
                        (
                            self.retry_after.map(|span| u64::try_from(span.as_micros()).unwrap_or(u64::MAX)),
                            (
                                self.rule.as_deref().map(|rule| cut(rule, MAX_WORD)),
                                (
                                    self.offset,
                                    (
                                        cut(&self.caller_signature, MAX_TEXT),
                                        (cut(&self.callee_signature, MAX_TEXT), (cut(&self.detail, MAX_TEXT), ())),
                                    ),
                                ),
                            ),
                        ),
                    ),
                ),
            ),
        );
        // It has a few kilobytes at most, so there is always room for it.
        encode_params(&fields).unwrap_or_default()
    }

    /// Reads the body of a reply.
    pub(crate) fn decode(body: &[u8]) -> Result<Failure, BadFailure> {
        if body.len() > MAX_RECORD {
            return Err(BadFailure::TooLarge(body.len()));
        }
        let (kind, (limit, (amount, (used, (retry, (rule, (offset, (caller, (callee, (detail, ())))))))))): Fields<
            String,
        > = decode_params(body).map_err(BadFailure::Malformed)?;
        // No more is kept of a peer's texts than this side would write itself.
        let shorter = |mut text: String, most| {
            text.truncate(text.floor_char_boundary(most));
            text
        };
        Ok(Failure {
            kind: shorter(kind, MAX_WORD),
            limit: limit.map(|Case(limit)| limit),
            amount,
            used,
            retry_after: retry.map(Duration::from_micros),
            rule: rule.map(|rule| shorter(rule, MAX_WORD)),
            offset,
            caller_signature: shorter(caller, MAX_TEXT),
            callee_signature: shorter(callee, MAX_TEXT),
            detail: shorter(detail, MAX_TEXT),
        })
    }

    /// How much there was and how much was used, in the unit of the limit.
    pub(super) fn amounts(&self) -> Option<(Limit, Amount, Amount)> {
        let limit = self.limit?;
        let amount = |number| match limit {
            Limit::Fuel => Amount::Fuel(number),
            Limit::Time => Amount::Time(Duration::from_micros(number)),
            Limit::Memory | Limit::Message | Limit::Stack => Amount::Bytes(number),
        };
        Some((limit, amount(self.amount), amount(self.used)))
    }
}

fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// Why the body of a reply is no record of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadFailure {
    /// It has so many bytes.
    TooLarge(usize),
    Malformed(Malformed),
}

/// On one line, as a part of a message.
impl fmt::Display for BadFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadFailure::TooLarge(bytes) => {
                write!(f, "the record of its failure takes {bytes} bytes, more than {MAX_RECORD}")
            }
            BadFailure::Malformed(Malformed { rule, offset, .. }) => {
                write!(f, "the record of its failure is malformed: {} at byte {offset}", rule.message())
            }
        }
    }
}

/// The enum `limit` of the record.
#[derive(Clone, Copy)]
struct Case(Limit);

impl Case {
    const ALL: [(Limit, &'static str); 5] = [
        (Limit::Fuel, "fuel"),
        (Limit::Time, "time"),
        (Limit::Memory, "memory"),
        (Limit::Message, "message"),
        (Limit::Stack, "stack"),
    ];

    fn number(self) -> u32 {
        Case::ALL.iter().position(|(limit, _)| *limit == self.0).unwrap_or(0) as u32
    }

    fn of(number: u32) -> Case {
        Case(Case::ALL.get(number as usize).map_or(Limit::Fuel, |(limit, _)| *limit))
    }
}

impl Shape for Case {
    const LAYOUT: Layout = Layout::enumeration(Case::ALL.len());

    fn ty() -> Type {
        Type::enumeration(Case::ALL.map(|(_, label)| label))
    }
}

impl Lower for Case {
    fn store<S: Sink>(&self, sink: &mut S, at: usize) -> Result<(), S::Error> {
        store_discriminant(sink, at, Case::ALL.len(), self.number())
    }

    fn lower_flat<S: Sink>(&self, _: &mut S, flat: &mut [u64]) -> Result<(), S::Error> {
        lower_discriminant(flat, self.number());
        Ok(())
    }
}

impl Lift for Case {
    fn load<S: Source>(source: &mut S, at: usize) -> Result<Case, S::Error> {
        Ok(Case::of(load_discriminant(source, at, Case::ALL.len())?))
    }

    fn lift_flat<S: Source>(source: &mut S, flat: &[u64]) -> Result<Case, S::Error> {
        Ok(Case::of(lift_discriminant(source, flat, Case::ALL.len())?))
    }
}

#[cfg(test)]
mod tests;
