//! The messages of a remote: an 88-byte header, little-endian, then a label or text, then the body.
//!
//! | offset | size | call | reply |
//! | --- | --- | --- | --- |
//! | 0 | 4 | `iso`, version 1 | same |
//! | 4 | 1 | kind: 0 | kind: 1 |
//! | 5 | 1 | 0 | status |
//! | 6 | 2 | flags; bit 0: idempotent | bit 1: guest code ran |
//! | 8 | 8 | session | echo |
//! | 16 | 8 | call id | echo |
//! | 24 | 16 | target: the export's token | echo |
//! | 40 | 8 | interface id | echo |
//! | 48 | 8 | signature id | the callee's own |
//! | 56 | 4 | function id | echo |
//! | 60 | 4 | largest reply body accepted | 0 |
//! | 64 | 8 | µs left (all ones: the callee's default) | µs spent |
//! | 72 | 8 | fuel granted (all ones: the callee's default) | fuel used |
//! | 80 | 2 | hops left | echo |
//! | 82 | 2 | length of the text that follows, which is padded to 8 | same |
//! | 84 | 4 | body length | same |

use std::fmt;
use std::time::Duration;

use super::Token;

/// The size of the header.
const HEADER: usize = 88;

/// Kinds of messages.
const CALL: u8 = 0;
const REPLY: u8 = 1;

/// Flag of a reply: guest code has run.
const RAN: u16 = 2;

/// A call on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CallMessage<'a> {
    pub(crate) session: u64,
    pub(crate) call: u64,
    pub(crate) target: Token,
    pub(crate) interface: u64,
    pub(crate) signature: u64,
    pub(crate) function: u32,
    /// The largest reply body that the caller accepts.
    pub(crate) reply_limit: u32,
    /// Time left; `None` leaves it to the callee.
    pub(crate) time: Option<Duration>,
    /// Fuel granted; `None` leaves it to the callee.
    pub(crate) fuel: Option<u64>,
    pub(crate) hops: u16,
    /// What is called, for people.
    pub(crate) label: &'a str,
    pub(crate) body: &'a [u8],
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReplyMessage<'a> {
    pub(crate) status: Status,
    pub(crate) ran: bool,
    pub(crate) session: u64,
    pub(crate) call: u64,
    pub(crate) target: Token,
    pub(crate) interface: u64,
    /// The signature id of the callee's own function.
    pub(crate) signature: u64,
    pub(crate) function: u32,
    pub(crate) time: Duration,
    pub(crate) fuel: u64,
    pub(crate) hops: u16,
    /// Why there is no value; empty if there is.
    pub(crate) text: &'a str,
    pub(crate) body: &'a [u8],
}

/// How a remote call ended, as its reply says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum Status {
    /// The body is the value.
    Ok = 0,
    /// The guest, or the host behind it, was stopped.
    Trap = 1,
    /// The budget ran out.
    OutOfBudget = 2,
    /// The other side does not want to.
    Refused = 3,
    /// The other side is busy, or is being called back by its own callee.
    Busy = 4,
    /// Nothing is exported under this token.
    UnknownTarget = 5,
    /// The export is of another interface.
    UnknownInterface = 6,
    /// The interface has no such function there.
    UnknownFunction = 7,
    /// The function has another type there.
    SignatureMismatch = 8,
    /// The message or its body breaks a rule.
    Malformed = 9,
    /// The message is of a version that the other side does not speak.
    WireVersion = 10,
    /// The message is larger than the other side accepts.
    TooLarge = 11,
    /// The call was cancelled.
    Cancelled = 12,
    /// The same call was made before and its answer is gone.
    Duplicate = 13,
    /// The call has crossed too many borders.
    HopLimit = 14,
}

impl Status {
    const ALL: [Status; 15] = [
        Status::Ok,
        Status::Trap,
        Status::OutOfBudget,
        Status::Refused,
        Status::Busy,
        Status::UnknownTarget,
        Status::UnknownInterface,
        Status::UnknownFunction,
        Status::SignatureMismatch,
        Status::Malformed,
        Status::WireVersion,
        Status::TooLarge,
        Status::Cancelled,
        Status::Duplicate,
        Status::HopLimit,
    ];

    fn from_byte(byte: u8) -> Option<Status> {
        Status::ALL.get(usize::from(byte)).copied()
    }

    /// Whether this status promises that no guest code has run, so that trying again is safe.
    pub fn did_not_run(self) -> bool {
        !matches!(self, Status::Ok | Status::Trap | Status::OutOfBudget | Status::Cancelled | Status::Duplicate)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Status::Ok => "ok",
            Status::Trap => "trap",
            Status::OutOfBudget => "out of budget",
            Status::Refused => "refused",
            Status::Busy => "busy",
            Status::UnknownTarget => "unknown target",
            Status::UnknownInterface => "unknown interface",
            Status::UnknownFunction => "unknown function",
            Status::SignatureMismatch => "signature mismatch",
            Status::Malformed => "malformed",
            Status::WireVersion => "wire version",
            Status::TooLarge => "too large",
            Status::Cancelled => "cancelled",
            Status::Duplicate => "duplicate",
            Status::HopLimit => "hop limit",
        })
    }
}

/// Why bytes are no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadMessage {
    pub(crate) status: Status,
    pub(crate) what: &'static str,
    pub(crate) offset: usize,
}

impl fmt::Display for BadMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.what, self.offset)
    }
}

/// All ones: "not set" for time and fuel.
const UNSET: u64 = u64::MAX;

impl CallMessage<'_> {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut header = Header::new(CALL, 0, 0);
        header.u64(8, self.session);
        header.u64(16, self.call);
        header.bytes(24, &self.target.to_bytes());
        header.u64(40, self.interface);
        header.u64(48, self.signature);
        header.u32(56, self.function);
        header.u32(60, self.reply_limit);
        // A span of all ones would be read as "not set"; it is half a million years either way.
        header.u64(64, self.time.map_or(UNSET, |time| micros(time).min(UNSET - 1)));
        header.u64(72, self.fuel.map_or(UNSET, |fuel| fuel.min(UNSET - 1)));
        header.u16(80, self.hops);
        header.finish(self.label, self.body)
    }
}

impl<'a> CallMessage<'a> {
    pub(crate) fn decode(bytes: &'a [u8]) -> Result<CallMessage<'a>, BadMessage> {
        let parts = Parts::read(bytes)?;
        if parts.u8(4) != CALL {
            return Err(malformed("a message that is not a call", 4));
        }
        if parts.u8(5) != 0 {
            return Err(malformed("a reserved byte that is not zero", 5));
        }
        if parts.u16(6) & !1 != 0 {
            return Err(malformed("an unknown flag", 6));
        }
        Ok(CallMessage {
            session: parts.u64(8),
            call: parts.u64(16),
            target: parts.token(),
            interface: parts.u64(40),
            signature: parts.u64(48),
            function: parts.u32(56),
            reply_limit: parts.u32(60),
            time: Some(parts.u64(64)).filter(|&time| time != UNSET).map(Duration::from_micros),
            fuel: Some(parts.u64(72)).filter(|&fuel| fuel != UNSET),
            hops: parts.u16(80),
            label: parts.text,
            body: parts.body,
        })
    }
}

impl ReplyMessage<'_> {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut header = Header::new(REPLY, self.status as u8, if self.ran { RAN } else { 0 });
        header.u64(8, self.session);
        header.u64(16, self.call);
        header.bytes(24, &self.target.to_bytes());
        header.u64(40, self.interface);
        header.u64(48, self.signature);
        header.u32(56, self.function);
        header.u64(64, micros(self.time));
        header.u64(72, self.fuel);
        header.u16(80, self.hops);
        header.finish(self.text, self.body)
    }
}

impl<'a> ReplyMessage<'a> {
    pub(crate) fn decode(bytes: &'a [u8]) -> Result<ReplyMessage<'a>, BadMessage> {
        let parts = Parts::read(bytes)?;
        if parts.u8(4) != REPLY {
            return Err(malformed("a message that is not a reply", 4));
        }
        let status = Status::from_byte(parts.u8(5)).ok_or(malformed("an unknown status", 5))?;
        if parts.u16(6) & !RAN != 0 {
            return Err(malformed("an unknown flag", 6));
        }
        if parts.u32(60) != 0 {
            return Err(malformed("a reserved field that is not zero", 60));
        }
        Ok(ReplyMessage {
            status,
            ran: parts.u16(6) & RAN != 0,
            session: parts.u64(8),
            call: parts.u64(16),
            target: parts.token(),
            interface: parts.u64(40),
            signature: parts.u64(48),
            function: parts.u32(56),
            time: Duration::from_micros(parts.u64(64)),
            fuel: parts.u64(72),
            hops: parts.u16(80),
            text: parts.text,
            body: parts.body,
        })
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn malformed(what: &'static str, offset: usize) -> BadMessage {
    BadMessage { status: Status::Malformed, what, offset }
}

/// A header being written.
struct Header([u8; HEADER]);

impl Header {
    fn new(kind: u8, status: u8, flags: u16) -> Header {
        let mut header = Header([0; HEADER]);
        header.bytes(0, &[b'i', b's', b'o', 1, kind, status]);
        header.u16(6, flags);
        header
    }

    fn bytes(&mut self, at: usize, bytes: &[u8]) {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn u16(&mut self, at: usize, value: u16) {
        self.bytes(at, &value.to_le_bytes());
    }

    fn u32(&mut self, at: usize, value: u32) {
        self.bytes(at, &value.to_le_bytes());
    }

    fn u64(&mut self, at: usize, value: u64) {
        self.bytes(at, &value.to_le_bytes());
    }

    /// The whole message. A text that is too long for its field is cut at a character.
    fn finish(mut self, text: &str, body: &[u8]) -> Vec<u8> {
        let text = &text[..text.floor_char_boundary(MAX_TEXT)];
        self.u16(82, text.len() as u16);
        self.u32(84, body.len() as u32);
        let start = HEADER + text.len().next_multiple_of(8);
        let mut message = Vec::with_capacity(start + body.len());
        message.extend_from_slice(&self.0);
        message.extend_from_slice(text.as_bytes());
        message.resize(start, 0);
        message.extend_from_slice(body);
        message
    }
}

/// The longest text: its field has 16 bits, and the padded text must still fit.
const MAX_TEXT: usize = 0xfff8;

/// A message taken apart.
struct Parts<'a> {
    header: &'a [u8; HEADER],
    text: &'a str,
    body: &'a [u8],
}

impl<'a> Parts<'a> {
    fn read(bytes: &'a [u8]) -> Result<Parts<'a>, BadMessage> {
        match bytes {
            [b'i', b's', b'o', 1, ..] => {}
            [b'i', b's', b'o', _, ..] => {
                return Err(BadMessage { status: Status::WireVersion, what: "a wire version other than 1", offset: 3 });
            }
            _ => return Err(malformed("bytes that are no message of isorun", 0)),
        }
        let Some((header, rest)) = bytes.split_first_chunk::<HEADER>() else {
            return Err(malformed("a header that is cut off", bytes.len()));
        };
        let mut parts = Parts { header, text: "", body: &[] };
        let length = usize::from(parts.u16(82));
        let Some((text, body)) = rest.split_at_checked(length.next_multiple_of(8)) else {
            return Err(malformed("a text that is cut off", bytes.len()));
        };
        let (text, padding) = text.split_at(length);
        if padding.iter().any(|&byte| byte != 0) {
            return Err(malformed("padding that is not zero", HEADER + length));
        }
        if body.len() != parts.u32(84) as usize {
            return Err(malformed("a body of another length than the header says", 84));
        }
        parts.text = str::from_utf8(text)
            .map_err(|error| malformed("a text that is not UTF-8", HEADER + error.valid_up_to()))?;
        parts.body = body;
        Ok(parts)
    }

    fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        let mut array = [0; N];
        array.copy_from_slice(&self.header[at..at + N]);
        array
    }

    fn u8(&self, at: usize) -> u8 {
        self.header[at]
    }

    fn u16(&self, at: usize) -> u16 {
        u16::from_le_bytes(self.array(at))
    }

    fn u32(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.array(at))
    }

    fn u64(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.array(at))
    }

    fn token(&self) -> Token {
        Token::from_bytes(self.array(24))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call() -> CallMessage<'static> {
        CallMessage {
            session: 1,
            call: 2,
            target: Token::from_bytes([3; 16]),
            interface: 4,
            signature: 5,
            function: 6,
            reply_limit: 7,
            time: Some(Duration::from_micros(8)),
            fuel: None,
            hops: 9,
            label: "a:b/c#d",
            body: &[1, 2, 3],
        }
    }

    #[test]
    fn a_call_is_what_it_was_after_its_way() {
        let bytes = call().encode();
        assert_eq!(bytes.len(), 88 + 8 + 3);
        assert_eq!(CallMessage::decode(&bytes), Ok(call()));
    }

    #[test]
    fn a_reply_is_what_it_was_after_its_way() {
        let reply = ReplyMessage {
            status: Status::Trap,
            ran: true,
            session: 1,
            call: 2,
            target: Token::from_bytes([3; 16]),
            interface: 4,
            signature: 5,
            function: 6,
            time: Duration::from_micros(8),
            fuel: 7,
            hops: 9,
            text: "unreachable",
            body: &[],
        };
        assert_eq!(ReplyMessage::decode(&reply.encode()), Ok(reply));
    }

    #[test]
    fn every_cut_and_every_extension_is_refused() {
        let bytes = call().encode();
        for end in 0..bytes.len() {
            assert!(CallMessage::decode(&bytes[..end]).is_err(), "cut at {end}");
        }
        for more in 1..=16 {
            let mut longer = bytes.clone();
            longer.resize(bytes.len() + more, 0);
            assert!(CallMessage::decode(&longer).is_err(), "{more} bytes more");
        }
    }

    #[test]
    fn another_version_and_foreign_bytes_are_told_apart() {
        let mut bytes = call().encode();
        bytes[3] = 2;
        assert_eq!(CallMessage::decode(&bytes).map_err(|bad| bad.status), Err(Status::WireVersion));
        assert_eq!(CallMessage::decode(b"GET / HTTP/1.1\r\n\r\n").map_err(|bad| bad.status), Err(Status::Malformed));
    }

    #[test]
    fn unknown_flags_and_reserved_bytes_are_refused() {
        for at in [5, 6, 7] {
            let mut bytes = call().encode();
            bytes[at] = 0x80;
            assert!(CallMessage::decode(&bytes).is_err(), "byte {at}");
        }
    }
}
