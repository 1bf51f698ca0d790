//! Why bytes are not the message that was expected.

use std::fmt;

use super::header::{BadHeader, MessageKind};
use crate::error::remote::Status;

/// Why bytes are not the message that was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadMessage {
    /// The header, or what must follow it, is not in order.
    Header(BadHeader),
    /// The header is in order, and that of another kind of message.
    Kind(MessageKind),
}

impl BadMessage {
    /// How a callee answers, if there is a call to answer.
    pub(crate) fn status(self) -> Status {
        match self {
            BadMessage::Header(BadHeader::Version { .. }) => Status::WireVersion,
            _ => Status::Malformed,
        }
    }

    /// The byte at which it is wrong.
    pub(crate) fn offset(self) -> usize {
        match self {
            BadMessage::Header(BadHeader::Malformed { offset, .. }) => offset,
            BadMessage::Header(BadHeader::Version { .. }) => super::fields::at::VERSION,
            BadMessage::Header(BadHeader::Foreign) => 0,
            BadMessage::Kind(_) => super::fields::at::KIND,
        }
    }
}

impl From<BadHeader> for BadMessage {
    fn from(bad: BadHeader) -> BadMessage {
        BadMessage::Header(bad)
    }
}

/// On one line, as a part of a message.
impl fmt::Display for BadMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadMessage::Header(bad) => f.write_str(&bad.line()),
            BadMessage::Kind(MessageKind::Call) => f.write_str("it is a call"),
            BadMessage::Kind(MessageKind::Reply) => f.write_str("it is a reply"),
            BadMessage::Kind(MessageKind::Cancel) => f.write_str("it is a cancel"),
        }
    }
}
