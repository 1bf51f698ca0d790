//! A call as a message.

use std::time::Duration;

use super::header::{self, BadMessage, Header, Parts, at, malformed, micros};
use super::token::Token;

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

/// All ones: "not set" for time and fuel.
const UNSET: u64 = u64::MAX;

impl CallMessage<'_> {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut header = Header::new(header::CALL, 0, 0);
        header.u64(at::SESSION, self.session);
        header.u64(at::CALL, self.call);
        header.bytes(at::TARGET, &self.target.to_bytes());
        header.u64(at::INTERFACE, self.interface);
        header.u64(at::SIGNATURE, self.signature);
        header.u32(at::FUNCTION, self.function);
        header.u32(at::REPLY_LIMIT, self.reply_limit);
        // A span of all ones would be read as "not set"; it is half a million years either way.
        header.u64(at::TIME, self.time.map_or(UNSET, |time| micros(time).min(UNSET - 1)));
        header.u64(at::FUEL, self.fuel.map_or(UNSET, |fuel| fuel.min(UNSET - 1)));
        header.u16(at::HOPS, self.hops);
        header.finish(self.label, self.body)
    }
}

impl<'a> CallMessage<'a> {
    pub(crate) fn decode(bytes: &'a [u8]) -> Result<CallMessage<'a>, BadMessage> {
        let parts = Parts::read(bytes)?;
        if parts.u8(at::KIND) != header::CALL {
            return Err(malformed("a message that is not a call", at::KIND));
        }
        if parts.u8(at::STATUS) != 0 {
            return Err(malformed("a reserved byte that is not zero", at::STATUS));
        }
        if parts.u16(at::FLAGS) & !1 != 0 {
            return Err(malformed("an unknown flag", at::FLAGS));
        }
        Ok(CallMessage {
            session: parts.u64(at::SESSION),
            call: parts.u64(at::CALL),
            target: parts.token(),
            interface: parts.u64(at::INTERFACE),
            signature: parts.u64(at::SIGNATURE),
            function: parts.u32(at::FUNCTION),
            reply_limit: parts.u32(at::REPLY_LIMIT),
            time: Some(parts.u64(at::TIME)).filter(|&time| time != UNSET).map(Duration::from_micros),
            fuel: Some(parts.u64(at::FUEL)).filter(|&fuel| fuel != UNSET),
            hops: parts.u16(at::HOPS),
            label: parts.text,
            body: parts.body,
        })
    }
}
