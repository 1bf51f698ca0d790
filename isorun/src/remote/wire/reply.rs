//! An answer as a message.

use std::time::Duration;

use super::bad::BadMessage;
use super::fields::{Fields, SIZE, at, flag, malformed, micros};
use super::header::{Header, MessageKind};
use crate::error::remote::Status;

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReplyMessage<'a> {
    pub(crate) status: Status,
    /// The function has run, or may have.
    pub(crate) ran: bool,
    pub(crate) session: u64,
    pub(crate) call: u64,
    pub(crate) interface: u64,
    /// The signature id of the callee's own function; 0 if it has none.
    pub(crate) signature: u64,
    pub(crate) function: u32,
    pub(crate) time: Duration,
    pub(crate) fuel: u64,
    /// Bytes by which memories and tables grew.
    pub(crate) memory: u64,
    /// The process that answers; 0 if a relay does, for a callee that it did not reach.
    pub(crate) incarnation: u64,
    /// Which ownership of the export it is; 0 if it has none.
    pub(crate) epoch: u64,
    pub(crate) hops: u16,
    /// The value, or the record that says why there is none.
    pub(crate) body: &'a [u8],
}

impl ReplyMessage<'_> {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut fields = Fields::new(MessageKind::Reply as u8);
        fields.put(at::STATUS, [self.status as u8]);
        fields.put_u16(at::FLAGS, if self.ran { flag::RAN } else { 0 });
        fields.put_u64(at::SESSION, self.session);
        fields.put_u64(at::CALL, self.call);
        fields.put_u64(at::INTERFACE, self.interface);
        fields.put_u64(at::SIGNATURE, self.signature);
        fields.put_u32(at::FUNCTION, self.function);
        fields.put_u64(at::TIME, micros(self.time));
        fields.put_u64(at::FUEL, self.fuel);
        fields.put_u64(at::MEMORY, self.memory);
        fields.put_u64(at::INCARNATION, self.incarnation);
        fields.put_u64(at::EPOCH, self.epoch);
        fields.put_u16(at::HOPS, self.hops);
        fields.put_u32(at::BODY_LENGTH, self.body.len() as u32);
        let mut message = Vec::with_capacity(SIZE + self.body.len());
        message.extend_from_slice(fields.bytes());
        message.extend_from_slice(self.body);
        message
    }
}

impl<'a> ReplyMessage<'a> {
    pub(crate) fn decode(bytes: &'a [u8]) -> Result<ReplyMessage<'a>, BadMessage> {
        let header = Header::peek_of(MessageKind::Reply, bytes)?;
        header.whole(bytes)?;
        let fields = header.fields();
        let status = header.status().ok_or(malformed("an unknown status", at::STATUS))?;
        Ok(ReplyMessage {
            status,
            ran: header.ran(),
            session: fields.u64(at::SESSION),
            call: fields.u64(at::CALL),
            interface: fields.u64(at::INTERFACE),
            signature: fields.u64(at::SIGNATURE),
            function: fields.u32(at::FUNCTION),
            time: Duration::from_micros(fields.u64(at::TIME)),
            fuel: fields.u64(at::FUEL),
            memory: fields.u64(at::MEMORY),
            incarnation: fields.u64(at::INCARNATION),
            epoch: fields.u64(at::EPOCH),
            hops: fields.u16(at::HOPS),
            body: &bytes[SIZE..],
        })
    }
}
