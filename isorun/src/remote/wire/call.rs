//! A call as a message.

use std::time::Duration;

use super::bad::BadMessage;
use super::echo::Echo;
use super::fields::{Fields, SIZE, at, flag, malformed, micros};
use super::header::{Header, MessageKind};
use super::token::Token;

/// The most marks in a trail.
pub(crate) const MAX_TRAIL: usize = 32;

/// The longest label: its field has 16 bits, and the padded label must still fit.
const MAX_LABEL: usize = 0xfff8;

/// A call on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CallMessage<'a> {
    /// Who counts the calls; 0 if nobody keeps the answers to recognise a call that comes twice.
    pub(crate) session: u64,
    /// The number of the call in its session, from 1.
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
    /// Memory granted, in bytes; `None` leaves it to the callee.
    pub(crate) memory: Option<u64>,
    /// The lowest call of the session that is still open. Answers to those below it are not asked for again.
    pub(crate) settled_below: u64,
    /// The process that the call is meant for; 0 for any.
    pub(crate) incarnation: u64,
    /// The ownership of the export that the call is meant for; 0 for any.
    pub(crate) epoch: u64,
    pub(crate) hops: u16,
    /// The call may be run twice.
    pub(crate) idempotent: bool,
    /// The same call was sent before.
    pub(crate) retry: bool,
    /// What is called, for people.
    pub(crate) label: &'a str,
    /// The marks of the instances that wait for this call. Those after the 32nd are not sent.
    pub(crate) trail: Vec<u64>,
    pub(crate) body: &'a [u8],
}

impl CallMessage<'_> {
    /// The message. A label that is too long for its field is cut at a character.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let label = &self.label[..self.label.floor_char_boundary(MAX_LABEL)];
        let trail = &self.trail[..self.trail.len().min(MAX_TRAIL)];
        let mut fields = Fields::new(MessageKind::Call as u8);
        let idempotent = if self.idempotent { flag::IDEMPOTENT } else { 0 };
        let retry = if self.retry { flag::RETRY } else { 0 };
        fields.put_u16(at::FLAGS, idempotent | retry);
        fields.put_u64(at::SESSION, self.session);
        fields.put_u64(at::CALL, self.call);
        fields.put(at::TARGET, self.target.to_bytes());
        fields.put_u64(at::INTERFACE, self.interface);
        fields.put_u64(at::SIGNATURE, self.signature);
        fields.put_u32(at::FUNCTION, self.function);
        fields.put_u32(at::REPLY_LIMIT, self.reply_limit);
        fields.put_if_set(at::TIME, self.time.map(micros));
        fields.put_if_set(at::FUEL, self.fuel);
        fields.put_if_set(at::MEMORY, self.memory);
        fields.put_u64(at::SETTLED_BELOW, self.settled_below);
        fields.put_u64(at::INCARNATION, self.incarnation);
        fields.put_u64(at::EPOCH, self.epoch);
        fields.put_u16(at::HOPS, self.hops);
        fields.put_u16(at::LABEL_LENGTH, label.len() as u16);
        fields.put_u16(at::TRAIL_LENGTH, trail.len() as u16);
        fields.put_u32(at::BODY_LENGTH, self.body.len() as u32);

        let trail_starts = SIZE + label.len().next_multiple_of(8);
        let mut message = Vec::with_capacity(trail_starts + 8 * trail.len() + self.body.len());
        message.extend_from_slice(fields.bytes());
        message.extend_from_slice(label.as_bytes());
        message.resize(trail_starts, 0);
        for mark in trail {
            message.extend_from_slice(&mark.to_le_bytes());
        }
        message.extend_from_slice(self.body);
        message
    }

    /// What an answer repeats of the call.
    pub(crate) fn echo(&self) -> Echo {
        Echo {
            session: self.session,
            call: self.call,
            interface: self.interface,
            function: self.function,
            hops: self.hops,
        }
    }
}

impl<'a> CallMessage<'a> {
    pub(crate) fn decode(bytes: &'a [u8]) -> Result<CallMessage<'a>, BadMessage> {
        let header = Header::peek_of(MessageKind::Call, bytes)?;
        header.whole(bytes)?;
        let fields = header.fields();
        let rest = &bytes[SIZE..];
        let (label, rest) = rest.split_at(usize::from(fields.u16(at::LABEL_LENGTH)));
        let (padding, rest) = rest.split_at(label.len().next_multiple_of(8) - label.len());
        if padding.iter().any(|&byte| byte != 0) {
            return Err(malformed("padding that is not zero", SIZE + label.len()).into());
        }
        let label = str::from_utf8(label)
            .map_err(|error| malformed("a label that is not UTF-8", SIZE + error.valid_up_to()))?;
        let (trail, body) = rest.split_at(8 * usize::from(fields.u16(at::TRAIL_LENGTH)));
        let (trail, _) = trail.as_chunks::<8>();
        let flags = fields.u16(at::FLAGS);
        Ok(CallMessage {
            session: fields.u64(at::SESSION),
            call: fields.u64(at::CALL),
            target: Token::from_bytes(fields.get(at::TARGET)),
            interface: fields.u64(at::INTERFACE),
            signature: fields.u64(at::SIGNATURE),
            function: fields.u32(at::FUNCTION),
            reply_limit: fields.u32(at::REPLY_LIMIT),
            time: fields.if_set(at::TIME).map(Duration::from_micros),
            fuel: fields.if_set(at::FUEL),
            memory: fields.if_set(at::MEMORY),
            settled_below: fields.u64(at::SETTLED_BELOW),
            incarnation: fields.u64(at::INCARNATION),
            epoch: fields.u64(at::EPOCH),
            hops: fields.u16(at::HOPS),
            idempotent: flags & flag::IDEMPOTENT != 0,
            retry: flags & flag::RETRY != 0,
            label,
            trail: trail.iter().map(|mark| u64::from_le_bytes(*mark)).collect(),
            body,
        })
    }
}
