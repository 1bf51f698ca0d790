//! The header as bytes: where its fields lie, how they are written and read.

use std::time::Duration;

use super::header::BadHeader;

/// The size of the header.
pub(super) const SIZE: usize = 128;

/// The size of the part that is the same in every version of the wire: so that who does not speak a version can still say so, to the right call.
pub(super) const COMMON: usize = 24;

/// How every message begins; the version follows.
pub(super) const MAGIC: [u8; 3] = *b"iso";

/// The version that is written and read here.
pub(super) const VERSION: u8 = 1;

/// The offset of each field. For what each means in which kind of message, see the table in [`wire`](super).
pub(super) mod at {
    pub(in super::super) const VERSION: usize = 3;
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
    pub(in super::super) const MEMORY: usize = 80;
    pub(in super::super) const SETTLED_BELOW: usize = 88;
    pub(in super::super) const INCARNATION: usize = 96;
    pub(in super::super) const EPOCH: usize = 104;
    pub(in super::super) const HOPS: usize = 112;
    pub(in super::super) const LABEL_LENGTH: usize = 114;
    pub(in super::super) const TRAIL_LENGTH: usize = 116;
    pub(in super::super) const RESERVED: usize = 118;
    pub(in super::super) const BODY_LENGTH: usize = 120;
    pub(in super::super) const RESERVED_TOO: usize = 124;
}

/// The flags.
pub(super) mod flag {
    /// Of a call: it may be run twice.
    pub(in super::super) const IDEMPOTENT: u16 = 1;
    /// Of a reply: the function has run, or may have.
    pub(in super::super) const RAN: u16 = 1 << 1;
    /// Of a call: the same call was sent before.
    pub(in super::super) const RETRY: u16 = 1 << 2;
}

/// All ones: "not set", for time, fuel and memory.
const UNSET: u64 = u64::MAX;

/// The bytes of a header.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Fields([u8; SIZE]);

impl Fields {
    /// A header in which nothing is set but its kind.
    #[inline]
    pub(super) fn new(kind: u8) -> Fields {
        let mut fields = Fields([0; SIZE]);
        fields.put(0, [MAGIC[0], MAGIC[1], MAGIC[2], VERSION, kind]);
        fields
    }

    /// The first bytes of a message, if they are those of a header of this version.
    #[inline]
    pub(super) fn read(bytes: &[u8]) -> Result<Fields, BadHeader> {
        match bytes {
            [b'i', b's', b'o', version, ..] if bytes.len() >= COMMON => match (*version, bytes.first_chunk()) {
                (VERSION, Some(header)) => Ok(Fields(*header)),
                (VERSION, None) => Err(malformed("a header that is cut off", bytes.len())),
                (version, _) => Err(BadHeader::Version { version }),
            },
            _ => Err(BadHeader::Foreign),
        }
    }

    pub(super) fn bytes(&self) -> &[u8; SIZE] {
        &self.0
    }

    #[inline]
    pub(super) fn put<const N: usize>(&mut self, at: usize, bytes: [u8; N]) {
        self.0[at..at + N].copy_from_slice(&bytes);
    }

    #[inline]
    pub(super) fn put_u16(&mut self, at: usize, value: u16) {
        self.put(at, value.to_le_bytes());
    }

    #[inline]
    pub(super) fn put_u32(&mut self, at: usize, value: u32) {
        self.put(at, value.to_le_bytes());
    }

    #[inline]
    pub(super) fn put_u64(&mut self, at: usize, value: u64) {
        self.put(at, value.to_le_bytes());
    }

    /// Writes a number that may be absent. One that would be read as absent is made smaller by one, which nobody can tell apart.
    #[inline]
    pub(super) fn put_if_set(&mut self, at: usize, value: Option<u64>) {
        self.put_u64(at, value.map_or(UNSET, |value| value.min(UNSET - 1)));
    }

    #[inline]
    pub(super) fn get<const N: usize>(&self, at: usize) -> [u8; N] {
        let mut bytes = [0; N];
        bytes.copy_from_slice(&self.0[at..at + N]);
        bytes
    }

    #[inline]
    pub(super) fn u8(&self, at: usize) -> u8 {
        self.0[at]
    }

    #[inline]
    pub(super) fn u16(&self, at: usize) -> u16 {
        u16::from_le_bytes(self.get(at))
    }

    #[inline]
    pub(super) fn u32(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.get(at))
    }

    #[inline]
    pub(super) fn u64(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.get(at))
    }

    #[inline]
    pub(super) fn if_set(&self, at: usize) -> Option<u64> {
        Some(self.u64(at)).filter(|&value| value != UNSET)
    }

    /// Refuses flags beside the known ones.
    #[inline]
    pub(super) fn only_flags(&self, known: u16) -> Result<(), BadHeader> {
        if self.u16(at::FLAGS) & !known == 0 { Ok(()) } else { Err(malformed("an unknown flag", at::FLAGS)) }
    }

    /// Refuses a byte that is not zero from one offset up to another.
    #[inline]
    pub(super) fn zero(&self, from: usize, to: usize) -> Result<(), BadHeader> {
        match self.0[from..to].iter().position(|&byte| byte != 0) {
            None => Ok(()),
            Some(place) => Err(malformed("a reserved byte that is not zero", from + place)),
        }
    }
}

/// A span in the unit of the wire.
pub(super) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

pub(super) fn malformed(what: &'static str, offset: usize) -> BadHeader {
    BadHeader::Malformed { what, offset }
}
