//! The header of a message, for whoever passes messages on.

use std::fmt;
use std::time::Duration;

use super::bad::BadMessage;
use super::call::MAX_TRAIL;
use super::cancel::CancelMessage;
use super::echo::Echo;
use super::fields::{Fields, SIZE, at, flag, malformed, micros};
use super::reply::ReplyMessage;
use super::token::Token;
use crate::error::remote::{Failure, Status};

/// The first 128 bytes of a message: what a transport or a relay can know of it without knowing any interface.
///
/// A transport that carries several calls at a time tells answers apart by [`session`](Header::session) and [`call`](Header::call), and one
/// that is asked to give up sends [`cancel`](Header::cancel). A relay passes bodies on as they are; [`forward`](Header::forward) does to
/// the header what a relay must do, and [`refuse`](Header::refuse) answers in the callee's place.
///
/// ```
/// use std::time::{Duration, Instant};
/// use isorun::remote::{Header, MessageKind, Status};
/// use isorun::{Transport, TransportError};
///
/// /// Passes a call on, unless it is larger than this relay wants. `None`: it deserves no answer.
/// async fn relay(mut message: Vec<u8>, arrived: Instant, next: &impl Transport) -> Option<Vec<u8>> {
///     let header = Header::peek(&message).ok()?;
///     if header.kind() != MessageKind::Call {
///         return None;
///     }
///     if header.body_length() > 1 << 20 {
///         return header.refuse(Status::TooLarge);
///     }
///     if let Err(status) = Header::forward(&mut message, arrived.elapsed()) {
///         return header.refuse(status);
///     }
///     match next.call(message).await {
///         Ok(answer) => Some(answer),
///         Err(TransportError::NotSent(_)) => header.refuse(Status::Refused),
///         // It may have run, and the caller must know that.
///         Err(_) => header.refuse(Status::Lost),
///     }
/// }
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Header(Fields);

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum MessageKind {
    /// Asks for a function to be run.
    Call = 0,
    /// Says how a call ended.
    Reply = 1,
    /// Says that nobody waits for a call any longer. It has no answer of its own.
    Cancel = 2,
}

impl Header {
    /// The size of a header in bytes.
    pub const SIZE: usize = SIZE;

    /// Reads the header at the beginning of a message. Nothing behind it need be there yet.
    ///
    /// ```
    /// # use isorun::remote::{BadHeader, Header};
    /// assert_eq!(Header::peek(b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n"), Err(BadHeader::Foreign));
    /// ```
    ///
    /// # Errors
    ///
    /// [`BadHeader`] if it is none of this version, or if it has a flag that is not known, a reserved byte that is not zero, or fields that
    /// contradict each other.
    #[inline]
    pub fn peek(message: &[u8]) -> Result<Header, BadHeader> {
        let header = Header(Fields::read(message)?);
        match header.0.u8(at::KIND) {
            0 => header.check_call()?,
            1 => header.check_reply()?,
            2 => header.check_cancel()?,
            _ => return Err(malformed("an unknown kind of message", at::KIND)),
        }
        Ok(header)
    }

    /// The header of a message that must be of a certain kind.
    #[inline]
    pub(super) fn peek_of(kind: MessageKind, message: &[u8]) -> Result<Header, BadMessage> {
        let header = Header::peek(message)?;
        if header.kind() == kind { Ok(header) } else { Err(BadMessage::Kind(header.kind())) }
    }

    fn check_call(&self) -> Result<(), BadHeader> {
        self.0.zero(at::STATUS, at::FLAGS)?;
        self.0.only_flags(flag::IDEMPOTENT | flag::RETRY)?;
        if self.call() == 0 {
            return Err(malformed("a call without a number", at::CALL));
        }
        if self.0.u64(at::SETTLED_BELOW) > self.call() {
            return Err(malformed("a call that is settled already", at::SETTLED_BELOW));
        }
        if usize::from(self.0.u16(at::TRAIL_LENGTH)) > MAX_TRAIL {
            return Err(malformed("a trail that is too long", at::TRAIL_LENGTH));
        }
        self.0.zero(at::RESERVED, at::BODY_LENGTH)?;
        self.0.zero(at::RESERVED_TOO, SIZE)
    }

    fn check_reply(&self) -> Result<(), BadHeader> {
        let Some(status) = self.status() else {
            return Err(malformed("an unknown status", at::STATUS));
        };
        self.0.only_flags(flag::RAN)?;
        if self.ran() && status.did_not_run() || !self.ran() && status.may_have_run() {
            return Err(malformed("a status that contradicts whether the call has run", at::FLAGS));
        }
        if status == Status::Ok && self.0.u64(at::INCARNATION) == 0 {
            return Err(malformed("a value of no callee", at::INCARNATION));
        }
        self.0.zero(at::TARGET, at::INTERFACE)?;
        self.0.zero(at::REPLY_LIMIT, at::TIME)?;
        self.0.zero(at::SETTLED_BELOW, at::INCARNATION)?;
        self.0.zero(at::LABEL_LENGTH, at::BODY_LENGTH)?;
        self.0.zero(at::RESERVED_TOO, SIZE)
    }

    fn check_cancel(&self) -> Result<(), BadHeader> {
        self.0.zero(at::STATUS, at::SESSION)?;
        if self.call() == 0 {
            return Err(malformed("a cancel without the number of a call", at::CALL));
        }
        self.0.zero(at::TARGET, SIZE)
    }

    /// Checks that a message has the length that its header says.
    #[inline]
    pub(super) fn whole(&self, message: &[u8]) -> Result<(), BadHeader> {
        if message.len() as u64 == self.message_length() {
            Ok(())
        } else {
            Err(malformed("a message of another length than its header says", at::BODY_LENGTH))
        }
    }

    pub(super) fn fields(&self) -> &Fields {
        &self.0
    }

    /// What the message is.
    #[inline]
    pub fn kind(&self) -> MessageKind {
        match self.0.u8(at::KIND) {
            0 => MessageKind::Call,
            1 => MessageKind::Reply,
            _ => MessageKind::Cancel,
        }
    }

    fn is(&self, kind: MessageKind) -> bool {
        self.kind() == kind
    }

    /// Who counts the calls. A call, its reply and its cancel have the same; 0 if nobody recognises a call that comes twice.
    #[inline]
    pub fn session(&self) -> u64 {
        self.0.u64(at::SESSION)
    }

    /// The number of the call in its session. A call, its reply and its cancel have the same. A reply to nothing in particular has 0.
    #[inline]
    pub fn call(&self) -> u64 {
        self.0.u64(at::CALL)
    }

    /// The export that is called; `None` if the message is no call. Whoever has it may call, so do not log it.
    pub fn target(&self) -> Option<Token> {
        self.is(MessageKind::Call).then(|| Token::from_bytes(self.0.get(at::TARGET)))
    }

    /// The [id](crate::Interface::id) of the interface; 0 in a cancel.
    pub fn interface(&self) -> u64 {
        self.0.u64(at::INTERFACE)
    }

    /// The [id](crate::wit::Function::id) of the function; 0 in a cancel.
    pub fn function(&self) -> u32 {
        self.0.u32(at::FUNCTION)
    }

    /// The [id](crate::wit::Function::signature_id) of the function's signature: the caller's own in a call, the callee's own in a reply, 0 if
    /// there is none.
    pub fn signature(&self) -> u64 {
        self.0.u64(at::SIGNATURE)
    }

    /// How the call ended; `None` if the message is no reply.
    #[inline]
    pub fn status(&self) -> Option<Status> {
        if self.is(MessageKind::Reply) { Status::from_byte(self.0.u8(at::STATUS)) } else { None }
    }

    /// Whether the message is a reply that says that the function has run, or may have. If a reply does not, it is safe to call again.
    #[inline]
    pub fn ran(&self) -> bool {
        self.is(MessageKind::Reply) && self.0.u16(at::FLAGS) & flag::RAN != 0
    }

    /// Whether the message is a call that may be run twice.
    pub fn is_idempotent(&self) -> bool {
        self.is(MessageKind::Call) && self.0.u16(at::FLAGS) & flag::IDEMPOTENT != 0
    }

    /// Whether the message is a call that was sent before.
    pub fn is_retry(&self) -> bool {
        self.is(MessageKind::Call) && self.0.u16(at::FLAGS) & flag::RETRY != 0
    }

    /// How much time a call has left, counted from its arrival; `None` if that is left to the callee, or if the message is no call.
    pub fn time_left(&self) -> Option<Duration> {
        self.granted(at::TIME).map(Duration::from_micros)
    }

    /// How much time the callee spent; `None` if the message is no reply.
    pub fn time_spent(&self) -> Option<Duration> {
        self.used(at::TIME).map(Duration::from_micros)
    }

    /// How much fuel a call may use; `None` if that is left to the callee, or if the message is no call.
    pub fn fuel_granted(&self) -> Option<u64> {
        self.granted(at::FUEL)
    }

    /// How much fuel was used, as the callee says; `None` if the message is no reply.
    pub fn fuel_used(&self) -> Option<u64> {
        self.used(at::FUEL)
    }

    /// By how many bytes memories may grow because of a call; `None` if that is left to the callee, or if the message is no call.
    pub fn memory_granted(&self) -> Option<u64> {
        self.granted(at::MEMORY)
    }

    /// By how many bytes memories grew because of the call, as the callee says; `None` if the message is no reply.
    pub fn memory_used(&self) -> Option<u64> {
        self.used(at::MEMORY)
    }

    fn granted(&self, at: usize) -> Option<u64> {
        if self.is(MessageKind::Call) { self.0.if_set(at) } else { None }
    }

    fn used(&self, at: usize) -> Option<u64> {
        self.is(MessageKind::Reply).then(|| self.0.u64(at))
    }

    /// The largest body of a reply that the caller accepts, in bytes; `None` if the message is no call.
    pub fn reply_limit(&self) -> Option<u32> {
        self.is(MessageKind::Call).then(|| self.0.u32(at::REPLY_LIMIT))
    }

    /// The lowest call of the session whose answer may still be asked for; `None` if the message is no call.
    pub fn settled_below(&self) -> Option<u64> {
        self.is(MessageKind::Call).then(|| self.0.u64(at::SETTLED_BELOW))
    }

    /// The process that a call is meant for, or that a reply comes from; `None` if a call may be run by any, or if a reply comes from a relay.
    pub fn incarnation(&self) -> Option<u64> {
        Some(self.0.u64(at::INCARNATION)).filter(|&incarnation| incarnation != 0)
    }

    /// The ownership that a call is meant for, or that a reply comes from; `None` if it is any, or none.
    pub fn epoch(&self) -> Option<u64> {
        Some(self.0.u64(at::EPOCH)).filter(|&epoch| epoch != 0)
    }

    /// How many borders between runtimes the call may yet cross; 0 in a cancel.
    pub fn hops(&self) -> u16 {
        self.0.u16(at::HOPS)
    }

    /// The bytes of the body.
    pub fn body_length(&self) -> u32 {
        self.0.u32(at::BODY_LENGTH)
    }

    /// The bytes of the whole message: header, label, trail and body.
    #[inline]
    pub fn message_length(&self) -> u64 {
        let label = u64::from(self.0.u16(at::LABEL_LENGTH)).next_multiple_of(8);
        SIZE as u64 + label + 8 * u64::from(self.0.u16(at::TRAIL_LENGTH)) + u64::from(self.body_length())
    }

    /// The message that says that nobody waits for this call any longer; `None` if the message is no call.
    ///
    /// Send it to where the call was sent. It is harmless wherever the call is not known, or has ended.
    pub fn cancel(&self) -> Option<Vec<u8>> {
        let cancel = CancelMessage { session: self.session(), call: self.call() };
        self.is(MessageKind::Call).then(|| cancel.encode())
    }

    /// A reply to this call that its callee has no part in; `None` if the message is no call, and for [`Ok`](Status::Ok) and
    /// [`Trap`](Status::Trap), which only a callee can know of.
    ///
    /// With [`Busy`](Status::Busy) and [`Refused`](Status::Refused) it says to come again after a while, so a caller may send the call once more. It says that the call has not run, except with [`Lost`](Status::Lost) and [`Duplicate`](Status::Duplicate). Give any other status only
    /// if the call was not passed on, or it will be made twice.
    pub fn refuse(&self, status: Status) -> Option<Vec<u8>> {
        if !self.is(MessageKind::Call) || matches!(status, Status::Ok | Status::Trap) {
            return None;
        }
        let failure = Failure::of(status.to_string());
        let again = matches!(status, Status::Busy | Status::Refused);
        let failure = if again { failure.and_again() } else { failure }.encode();
        let echo = Echo {
            session: self.session(),
            call: self.call(),
            interface: self.interface(),
            function: self.function(),
            hops: self.hops(),
        };
        Some(ReplyMessage { body: failure.as_bytes(), ..echo.reply(status) }.encode())
    }

    /// Changes a message as a relay must that passes it on: a call has one hop less, and less time by what was `spent` on it here. A reply and
    /// a cancel stay as they are.
    ///
    /// # Errors
    ///
    /// The status to [refuse](Header::refuse) the call with. The message is unchanged then, and is not to be passed on:
    /// [`HopLimit`](Status::HopLimit) if there is no hop left, [`OutOfBudget`](Status::OutOfBudget) if there is no time left, and
    /// [`Malformed`](Status::Malformed) or [`WireVersion`](Status::WireVersion) if this is no whole message of this version.
    pub fn forward(message: &mut [u8], spent: Duration) -> Result<(), Status> {
        let read = Header::peek(message).and_then(|header| header.whole(message).map(|()| header));
        let header = read.map_err(|bad| BadMessage::from(bad).status())?;
        if !header.is(MessageKind::Call) {
            return Ok(());
        }
        let mut fields = header.0;
        fields.put_u16(at::HOPS, header.hops().checked_sub(1).ok_or(Status::HopLimit)?);
        if let Some(left) = header.time_left() {
            let left = left.checked_sub(spent).map_or(0, micros);
            if left == 0 {
                return Err(Status::OutOfBudget);
            }
            fields.put_u64(at::TIME, left);
        }
        if let Some(header) = message.first_chunk_mut::<SIZE>() {
            *header = *fields.bytes();
        }
        Ok(())
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the target: it is a secret.
        f.debug_struct("Header")
            .field("kind", &self.kind())
            .field("status", &self.status())
            .field("session", &self.session())
            .field("call", &self.call())
            .field("function", &self.function())
            .field("hops", &self.hops())
            .field("body_length", &self.body_length())
            .finish_non_exhaustive()
    }
}

/// Why bytes are no header of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadHeader {
    /// They are no message of isorun, or too few to tell which. They deserve no answer.
    Foreign,
    /// They are a message of another version of the wire.
    Version {
        /// Which one.
        version: u8,
    },
    /// They are a message of this version, and break a rule.
    Malformed {
        /// What is wrong.
        what: &'static str,
        /// At which byte of the message.
        offset: usize,
    },
}

impl BadHeader {
    /// What is wrong, on one line.
    pub(super) fn line(self) -> String {
        match self {
            BadHeader::Foreign => "bytes that are no message of isorun".into(),
            BadHeader::Version { version } => format!("a message of wire version {version}, and this is version 1"),
            BadHeader::Malformed { what, offset } => format!("{what} at byte {offset}"),
        }
    }
}

impl fmt::Display for BadHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let help = match self {
            BadHeader::Foreign => "look who sends it; drop it without an answer",
            BadHeader::Version { .. } => "run the same version of isorun on both sides",
            BadHeader::Malformed { .. } => "check that the transport delivers all bytes, and each message by itself",
        };
        write!(f, "not the header of a message: {}\n  help: {help}", self.line())
    }
}

impl std::error::Error for BadHeader {}
