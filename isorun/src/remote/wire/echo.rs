//! What an answer repeats of its call.

use std::time::Duration;

use super::fields::{COMMON, MAGIC, SIZE, at};
use super::header::MessageKind;
use super::reply::ReplyMessage;
use crate::error::remote::Status;

/// The fields of a call that its answer repeats, so that the caller knows which call is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Echo {
    pub(crate) session: u64,
    pub(crate) call: u64,
    pub(crate) interface: u64,
    pub(crate) function: u32,
    pub(crate) hops: u16,
}

impl Echo {
    /// What can be repeated of bytes that are not in order. They deserve an answer only if they are some kind of call: what is no message of
    /// isorun, of whatever version, gets none, and neither does an answer, or two sides would answer each other for ever.
    ///
    /// A message that is cut off, or of another version, is taken at its first 24 bytes, which are the same in every version.
    pub(crate) fn of(bytes: &[u8]) -> Option<Echo> {
        if bytes.len() < COMMON || !bytes.starts_with(&MAGIC) || bytes[at::KIND] != MessageKind::Call as u8 {
            return None;
        }
        let whole = bytes[at::VERSION] == super::fields::VERSION && bytes.len() >= SIZE;
        let known = if whole { SIZE } else { COMMON };
        Some(Echo {
            session: u64::from_le_bytes(bytes_at(&bytes[..known], at::SESSION)),
            call: u64::from_le_bytes(bytes_at(&bytes[..known], at::CALL)),
            interface: u64::from_le_bytes(bytes_at(&bytes[..known], at::INTERFACE)),
            function: u32::from_le_bytes(bytes_at(&bytes[..known], at::FUNCTION)),
            hops: u16::from_le_bytes(bytes_at(&bytes[..known], at::HOPS)),
        })
    }

    /// An answer to the call in which nothing is said but a status. Of those that leave it open whether the call has run, it says that it has
    /// not, unless the status itself means that nobody knows.
    pub(crate) fn reply(self, status: Status) -> ReplyMessage<'static> {
        ReplyMessage {
            status,
            ran: status.may_have_run(),
            session: self.session,
            call: self.call,
            interface: self.interface,
            signature: 0,
            function: self.function,
            time: Duration::ZERO,
            fuel: 0,
            memory: 0,
            incarnation: 0,
            epoch: 0,
            hops: self.hops,
            body: &[],
        }
    }
}

/// The bytes from an offset, or zeros if there are none.
fn bytes_at<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or([0; N])
}
