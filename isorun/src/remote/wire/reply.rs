//! An answer as a message.

use std::time::Duration;

use super::header::{self, BadMessage, Header, Parts, at, malformed, micros};
use super::token::Token;
use crate::error::remote::Status;

/// Flag of a reply: guest code has run.
const RAN: u16 = 2;

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

impl ReplyMessage<'_> {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut header = Header::new(header::REPLY, self.status as u8, if self.ran { RAN } else { 0 });
        header.u64(at::SESSION, self.session);
        header.u64(at::CALL, self.call);
        header.bytes(at::TARGET, &self.target.to_bytes());
        header.u64(at::INTERFACE, self.interface);
        header.u64(at::SIGNATURE, self.signature);
        header.u32(at::FUNCTION, self.function);
        header.u64(at::TIME, micros(self.time));
        header.u64(at::FUEL, self.fuel);
        header.u16(at::HOPS, self.hops);
        header.finish(self.text, self.body)
    }
}

impl<'a> ReplyMessage<'a> {
    pub(crate) fn decode(bytes: &'a [u8]) -> Result<ReplyMessage<'a>, BadMessage> {
        let parts = Parts::read(bytes)?;
        if parts.u8(at::KIND) != header::REPLY {
            return Err(malformed("a message that is not a reply", at::KIND));
        }
        let status = Status::from_byte(parts.u8(at::STATUS)).ok_or(malformed("an unknown status", at::STATUS))?;
        if parts.u16(at::FLAGS) & !RAN != 0 {
            return Err(malformed("an unknown flag", at::FLAGS));
        }
        if parts.u32(at::REPLY_LIMIT) != 0 {
            return Err(malformed("a reserved field that is not zero", at::REPLY_LIMIT));
        }
        Ok(ReplyMessage {
            status,
            ran: parts.u16(at::FLAGS) & RAN != 0,
            session: parts.u64(at::SESSION),
            call: parts.u64(at::CALL),
            target: parts.token(),
            interface: parts.u64(at::INTERFACE),
            signature: parts.u64(at::SIGNATURE),
            function: parts.u32(at::FUNCTION),
            time: Duration::from_micros(parts.u64(at::TIME)),
            fuel: parts.u64(at::FUEL),
            hops: parts.u16(at::HOPS),
            text: parts.text,
            body: parts.body,
        })
    }
}
