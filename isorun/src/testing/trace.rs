//! What has happened to each frame.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::remote::{Header, MessageKind, Status};

/// What has happened on a [fabric](super::Fabric), in order. Printed, it is a line for each event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    events: VecDeque<Event>,
    /// How many events before these are left out.
    forgotten: usize,
}

/// Something that has happened to a frame, or to a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// When: since the fabric was made.
    pub at: Duration,
    /// Where from: what the other end calls this one, or the number of the connection and the end.
    pub from: Arc<str>,
    /// Where to.
    pub to: Arc<str>,
    /// To which frame; `None` if it is about the whole connection.
    pub frame: Option<Frame>,
    /// What.
    pub fate: Fate,
}

/// A frame, as far as its header says what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Frame {
    /// How many bytes it has.
    pub bytes: usize,
    /// What it is, with its session and call; `None` if it is no message.
    pub message: Option<(MessageKind, u64, u64)>,
    /// How a call has ended, if it is a reply.
    pub status: Option<Status>,
}

/// What has happened to a frame, or to a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fate {
    /// It was taken from the link, and is under way for so long.
    Sent(Duration),
    /// It was taken from the link and will arrive once more.
    Doubled(Duration),
    /// It was taken from the link and lost.
    Lost,
    /// It was lost, because nothing passes in this direction.
    Silenced,
    /// It was damaged, and dropped.
    Damaged,
    /// It was damaged, and is under way all the same, for so long.
    SentDamaged(Duration),
    /// It has arrived.
    Arrived,
    /// One end has ended, and the other one learns of it.
    HungUp,
    /// The connection was cut.
    Cut,
    /// Something that the test itself has noted.
    Note(String),
}

/// How many events a trace keeps.
const MOST: usize = 1 << 16;

impl Trace {
    /// What has happened, the earliest first.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        self.events.iter()
    }

    /// How many events it had before those, which a long trace leaves out.
    pub fn forgotten(&self) -> usize {
        self.forgotten
    }

    pub(super) fn push(&mut self, event: Event) {
        if self.events.len() == MOST {
            self.events.pop_front();
            self.forgotten += 1;
        }
        self.events.push_back(event);
    }
}

impl Frame {
    pub(super) fn of(frame: &[u8]) -> Frame {
        let header = Header::peek(frame).ok();
        Frame {
            bytes: frame.len(),
            message: header.map(|header| (header.kind(), header.session(), header.call())),
            status: header.and_then(|header| header.status()),
        }
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.forgotten > 0 {
            writeln!(f, "{} earlier events are left out", self.forgotten)?;
        }
        self.events.iter().try_for_each(|event| writeln!(f, "{event}"))
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.at.as_micros() as f64 / 1000.0;
        write!(f, "{millis:>10.3} ms  ")?;
        if !self.from.is_empty() {
            write!(f, "{} > {}  ", self.from, self.to)?;
        }
        if let Some(frame) = &self.frame {
            write!(f, "{frame} ")?;
        }
        match &self.fate {
            Fate::Sent(delay) => write!(f, "is sent, for {delay:?}"),
            Fate::Doubled(delay) => write!(f, "is sent a second time, for {delay:?}"),
            Fate::Lost => f.write_str("is lost"),
            Fate::Silenced => f.write_str("is lost, as nothing passes"),
            Fate::Damaged => f.write_str("is damaged and dropped"),
            Fate::SentDamaged(delay) => write!(f, "is damaged and sent, for {delay:?}"),
            Fate::Arrived => f.write_str("arrives"),
            Fate::HungUp => f.write_str("hangs up"),
            Fate::Cut => f.write_str("is cut"),
            Fate::Note(text) => write!(f, "{text}"),
        }
    }
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message {
            None => write!(f, "{} bytes that are no message", self.bytes),
            Some((kind, session, call)) => {
                let kind = match kind {
                    MessageKind::Call => "call",
                    MessageKind::Reply => "reply to call",
                    MessageKind::Cancel => "cancel of call",
                };
                // Four digits tell the few sessions of a test apart.
                write!(f, "{kind} {call} of {:04x}", session >> 48)?;
                match self.status {
                    Some(status) => write!(f, " ({status}, {} bytes)", self.bytes),
                    None => write!(f, " ({} bytes)", self.bytes),
                }
            }
        }
    }
}
