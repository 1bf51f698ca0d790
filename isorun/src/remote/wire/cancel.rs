//! The message that nobody waits for a call any longer.

use super::bad::BadMessage;
use super::fields::{Fields, at};
use super::header::{Header, MessageKind};

/// Says which call need not go on. It has no answer of its own: the call's answer says how it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CancelMessage {
    pub(crate) session: u64,
    pub(crate) call: u64,
}

impl CancelMessage {
    pub(crate) fn encode(self) -> Vec<u8> {
        let mut fields = Fields::new(MessageKind::Cancel as u8);
        fields.put_u64(at::SESSION, self.session);
        fields.put_u64(at::CALL, self.call);
        fields.bytes().to_vec()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<CancelMessage, BadMessage> {
        let header = Header::peek_of(MessageKind::Cancel, bytes)?;
        header.whole(bytes)?;
        Ok(CancelMessage { session: header.session(), call: header.call() })
    }
}
