//! The header of a message: where its fields are, how they are written and read.

use std::fmt;
use std::time::Duration;

use super::token::Token;
use crate::error::remote::Status;

/// The size of the header.
pub(super) const SIZE: usize = 88;

/// The offset of each field.
pub(super) mod at {
    pub(in super::super) const KIND: usize = 4;
    pub(in super::super) const STATUS: usize = 5;
    pub(in super::super) const FLAGS: usize = 6;
    pub(in super::super) const SESSION: usize = 8;
    pub(in super::super) const CALL: usize = 16;
    pub(in super::super) const TARGET: usize = 24;
    pub(in super::super) const INTERFACE: usize = 40;
    pub(in super::super) const SIGNATURE: usize = 48;
    pub(in super::super) const FUNCTION: usize = 56;
    pub(in super::super) const REPLY_LIMIT: usize = 60;
    pub(in super::super) const TIME: usize = 64;
    pub(in super::super) const FUEL: usize = 72;
    pub(in super::super) const HOPS: usize = 80;
    pub(in super::super) const TEXT_LENGTH: usize = 82;
    pub(in super::super) const BODY_LENGTH: usize = 84;
}

/// The kinds of messages.
pub(super) const CALL: u8 = 0;
pub(super) const REPLY: u8 = 1;

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

/// A header being written.
pub(super) struct Header([u8; SIZE]);

impl Header {
    pub(super) fn new(kind: u8, status: u8, flags: u16) -> Header {
        let mut header = Header([0; SIZE]);
        header.bytes(0, &[b'i', b's', b'o', 1, kind, status]);
        header.u16(at::FLAGS, flags);
        header
    }

    pub(super) fn bytes(&mut self, at: usize, bytes: &[u8]) {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
    }

    pub(super) fn u16(&mut self, at: usize, value: u16) {
        self.bytes(at, &value.to_le_bytes());
    }

    pub(super) fn u32(&mut self, at: usize, value: u32) {
        self.bytes(at, &value.to_le_bytes());
    }

    pub(super) fn u64(&mut self, at: usize, value: u64) {
        self.bytes(at, &value.to_le_bytes());
    }

    /// The whole message. A text that is too long for its field is cut at a character.
    pub(super) fn finish(mut self, text: &str, body: &[u8]) -> Vec<u8> {
        let text = &text[..text.floor_char_boundary(MAX_TEXT)];
        self.u16(at::TEXT_LENGTH, text.len() as u16);
        self.u32(at::BODY_LENGTH, body.len() as u32);
        let start = SIZE + text.len().next_multiple_of(8);
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
pub(super) struct Parts<'a> {
    header: &'a [u8; SIZE],
    pub(super) text: &'a str,
    pub(super) body: &'a [u8],
}

impl<'a> Parts<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Parts<'a>, BadMessage> {
        match bytes {
            [b'i', b's', b'o', 1, ..] => {}
            [b'i', b's', b'o', _, ..] => {
                return Err(BadMessage { status: Status::WireVersion, what: "a wire version other than 1", offset: 3 });
            }
            _ => return Err(malformed("bytes that are no message of isorun", 0)),
        }
        let Some((header, rest)) = bytes.split_first_chunk::<SIZE>() else {
            return Err(malformed("a header that is cut off", bytes.len()));
        };
        let mut parts = Parts { header, text: "", body: &[] };
        let length = usize::from(parts.u16(at::TEXT_LENGTH));
        let Some((text, body)) = rest.split_at_checked(length.next_multiple_of(8)) else {
            return Err(malformed("a text that is cut off", bytes.len()));
        };
        let (text, padding) = text.split_at(length);
        if padding.iter().any(|&byte| byte != 0) {
            return Err(malformed("padding that is not zero", SIZE + length));
        }
        if body.len() != parts.u32(at::BODY_LENGTH) as usize {
            return Err(malformed("a body of another length than the header says", at::BODY_LENGTH));
        }
        parts.text =
            str::from_utf8(text).map_err(|error| malformed("a text that is not UTF-8", SIZE + error.valid_up_to()))?;
        parts.body = body;
        Ok(parts)
    }

    fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        let mut array = [0; N];
        array.copy_from_slice(&self.header[at..at + N]);
        array
    }

    pub(super) fn u8(&self, at: usize) -> u8 {
        self.header[at]
    }

    pub(super) fn u16(&self, at: usize) -> u16 {
        u16::from_le_bytes(self.array(at))
    }

    pub(super) fn u32(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.array(at))
    }

    pub(super) fn u64(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.array(at))
    }

    pub(super) fn token(&self) -> Token {
        Token::from_bytes(self.array(at::TARGET))
    }
}

pub(super) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

pub(super) fn malformed(what: &'static str, offset: usize) -> BadMessage {
    BadMessage { status: Status::Malformed, what, offset }
}
