//! Messages as `isorun/src/remote/wire.rs` describes them, made and read without the library's help.

use isorun::wit::Function;
use isorun::{Interface, Token};

/// Bytes of a header.
pub const HEADER: usize = 88;

/// The message of a call with nothing set that need not be.
pub fn call_message(token: Token, interface: &Interface, function: &Function, body: &[u8]) -> Vec<u8> {
    let mut message = vec![0; HEADER];
    message[..4].copy_from_slice(b"iso\x01");
    message[24..40].copy_from_slice(&token.to_bytes());
    message[40..48].copy_from_slice(&interface.id().to_le_bytes());
    message[48..56].copy_from_slice(&function.signature_id().to_le_bytes());
    message[56..60].copy_from_slice(&function.id().to_le_bytes());
    message[60..80].fill(0xff);
    message[80..82].copy_from_slice(&16_u16.to_le_bytes());
    message[84..88].copy_from_slice(&(body.len() as u32).to_le_bytes());
    message.extend_from_slice(body);
    message
}

/// The reply that gives `body` to who sent `call`.
pub fn reply_message(call: &[u8], body: &[u8]) -> Vec<u8> {
    let mut message = call[..HEADER].to_vec();
    (message[4], message[6]) = (1, 2);
    message[60..84].fill(0);
    message[84..88].copy_from_slice(&(body.len() as u32).to_le_bytes());
    message.extend_from_slice(body);
    message
}

/// What follows the header and the text behind it, which is padded.
pub fn body_of(message: &[u8]) -> &[u8] {
    &message[HEADER + usize::from(u16::from_le_bytes([message[82], message[83]])).next_multiple_of(8)..]
}

/// A reply.
#[derive(Debug)]
pub struct Reply {
    /// How the call ended, as `Status` numbers it.
    pub status: u8,
    /// Whether guest code ran.
    pub ran: bool,
    /// The fuel that was used.
    pub fuel: u64,
    /// Why there is no value; empty if there is.
    pub text: String,
    /// The value.
    pub body: Vec<u8>,
}

impl Reply {
    /// Reads a reply, and panics if it is none.
    pub fn read(bytes: &[u8]) -> Reply {
        let u16_at = |at: usize| usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
        let word = |at: usize| bytes[at..].first_chunk().copied().unwrap_or_default();
        let u64_at = |at: usize| u64::from_le_bytes(word(at));
        assert_eq!(bytes[..5], [b'i', b's', b'o', 1, 1], "a reply of version 1");
        assert_eq!((bytes[6] & !2, bytes[7]), (0, 0), "known flags");
        assert!(bytes[5] < 15, "a known status");
        assert_eq!(bytes[60..64], [0; 4], "reserved");
        let (text, length) = (u16_at(82), u64_at(80) as usize >> 32);
        let body = HEADER + text.next_multiple_of(8);
        assert_eq!(bytes.len(), body + length, "the lengths add up");
        assert!(bytes[HEADER + text..body].iter().all(|byte| *byte == 0), "clean padding");
        let text = str::from_utf8(&bytes[HEADER..HEADER + text]).expect("the text is UTF-8").into();
        Reply { status: bytes[5], ran: bytes[6] & 2 != 0, fuel: u64_at(72), text, body: bytes[body..].into() }
    }
}
