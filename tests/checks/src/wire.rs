//! Messages as `docs/wire.md` describes them, made and read without the library's help.

use isorun::wit::Function;
use isorun::{Interface, Token, Type, Value};

/// Bytes of a header.
pub const HEADER: usize = 128;

/// Where a header says how long the body is.
pub const BODY_LENGTH: usize = 120;

/// Where a header says how many hops are left.
pub const HOPS: usize = 112;

/// The message of a call with nothing set that need not be.
pub fn call_message(token: Token, interface: &Interface, function: &Function, body: &[u8]) -> Vec<u8> {
    let mut message = vec![0; HEADER];
    message[..4].copy_from_slice(b"iso\x01");
    message[16] = 1;
    message[24..40].copy_from_slice(&token.to_bytes());
    message[40..48].copy_from_slice(&interface.id().to_le_bytes());
    message[48..56].copy_from_slice(&function.signature_id().to_le_bytes());
    message[56..60].copy_from_slice(&function.id().to_le_bytes());
    message[60..88].fill(0xff);
    message[HOPS..HOPS + 2].copy_from_slice(&16_u16.to_le_bytes());
    message[BODY_LENGTH..BODY_LENGTH + 4].copy_from_slice(&(body.len() as u32).to_le_bytes());
    message.extend_from_slice(body);
    message
}

/// The reply that gives `body` to who sent `call`.
pub fn reply_message(call: &[u8], body: &[u8]) -> Vec<u8> {
    let mut message = call[..HEADER].to_vec();
    (message[4], message[6]) = (1, 2);
    message[24..40].fill(0);
    message[60..112].fill(0);
    message[96] = 1;
    message[114..128].fill(0);
    message[BODY_LENGTH..BODY_LENGTH + 4].copy_from_slice(&(body.len() as u32).to_le_bytes());
    message.extend_from_slice(body);
    message
}

/// The reply that says that `call` ran and trapped, with this text.
pub fn trap_message(call: &[u8], detail: &str) -> Vec<u8> {
    let texts = [Value::String("trap".into()), Value::String(detail.into())];
    let [kind, detail] = texts;
    let empty = || Value::String(String::new());
    let number = || Value::U64(0);
    let fields = [kind, Value::Option(None), number(), number(), Value::Option(None), Value::Option(None), number()];
    let fields = fields.into_iter().chain([empty(), empty(), detail]).collect();
    let record = Value::Tuple(fields).encode(&failure_type()).expect("a value of that type");
    let mut reply = reply_message(call, record.as_bytes());
    reply[5] = 1;
    reply
}

/// The record of a failure as a tuple, which has the same layout.
fn failure_type() -> Type {
    let limit = || Type::enumeration(["fuel", "time", "memory", "message", "stack"]);
    let fields = [Type::String, Type::option(limit()), Type::U64, Type::U64, Type::option(Type::U64)];
    let rest = [Type::option(Type::String), Type::U64, Type::String, Type::String, Type::String];
    Type::tuple(fields.into_iter().chain(rest))
}

/// What follows the header, the label, which is padded, and the trail.
pub fn body_of(message: &[u8]) -> &[u8] {
    let u16_at = |at: usize| usize::from(u16::from_le_bytes([message[at], message[at + 1]]));
    &message[HEADER + u16_at(114).next_multiple_of(8) + 8 * u16_at(116)..]
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
    /// The record that says why there is no value, as text; empty if there is one.
    pub text: String,
    /// The value; empty if there is none.
    pub body: Vec<u8>,
}

impl Reply {
    /// Reads a reply, and panics if it is none.
    pub fn read(bytes: &[u8]) -> Reply {
        let word = |at: usize| bytes[at..].first_chunk().copied().unwrap_or_default();
        let u64_at = |at: usize| u64::from_le_bytes(word(at));
        assert_eq!(bytes[..5], [b'i', b's', b'o', 1, 1], "a reply of version 1");
        assert_eq!((bytes[6] & !2, bytes[7]), (0, 0), "known flags");
        assert!(bytes[5] < 18, "a known status");
        assert!(bytes[24..40].iter().chain(&bytes[60..64]).all(|byte| *byte == 0), "reserved");
        assert!(
            bytes[88..96].iter().chain(&bytes[114..120]).chain(&bytes[124..128]).all(|byte| *byte == 0),
            "reserved"
        );
        assert_eq!(bytes.len(), HEADER + u64_at(BODY_LENGTH) as usize, "the lengths add up");
        let (status, ran) = (bytes[5], bytes[6] & 2 != 0);
        let (text, body) = match status {
            0 => (String::new(), bytes[HEADER..].to_vec()),
            _ => {
                let failure = Value::decode(&failure_type(), &bytes[HEADER..]).expect("the record of a failure");
                (failure.to_wave(), Vec::new())
            }
        };
        Reply { status, ran, fuel: u64_at(72), text, body }
    }
}
