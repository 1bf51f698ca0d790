//! The messages of a remote: an 88-byte header, little-endian, then a label or text, then the body.
//!
//! | offset | size | call | reply |
//! | --- | --- | --- | --- |
//! | 0 | 4 | `iso`, version 1 | same |
//! | 4 | 1 | kind: 0 | kind: 1 |
//! | 5 | 1 | 0 | status |
//! | 6 | 2 | flags; bit 0: idempotent | bit 1: guest code ran |
//! | 8 | 8 | session | echo |
//! | 16 | 8 | call id | echo |
//! | 24 | 16 | target: the export's token | echo |
//! | 40 | 8 | interface id | echo |
//! | 48 | 8 | signature id | the callee's own |
//! | 56 | 4 | function id | echo |
//! | 60 | 4 | largest reply body accepted | 0 |
//! | 64 | 8 | µs left (all ones: the callee's default) | µs spent |
//! | 72 | 8 | fuel granted (all ones: the callee's default) | fuel used |
//! | 80 | 2 | hops left | echo |
//! | 82 | 2 | length of the text that follows, which is padded to 8 | same |
//! | 84 | 4 | body length | same |

pub(crate) mod call;
pub(crate) mod header;
pub(crate) mod reply;
pub(crate) mod token;
pub(crate) mod transport;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::call::CallMessage;
    use super::reply::ReplyMessage;
    use super::token::Token;
    use crate::error::remote::Status;

    fn call() -> CallMessage<'static> {
        CallMessage {
            session: 1,
            call: 2,
            target: Token::from_bytes([3; 16]),
            interface: 4,
            signature: 5,
            function: 6,
            reply_limit: 7,
            time: Some(Duration::from_micros(8)),
            fuel: None,
            hops: 9,
            label: "a:b/c#d",
            body: &[1, 2, 3],
        }
    }

    #[test]
    fn a_call_is_what_it_was_after_its_way() {
        let bytes = call().encode();
        assert_eq!(bytes.len(), 88 + 8 + 3);
        assert_eq!(CallMessage::decode(&bytes), Ok(call()));
    }

    #[test]
    fn a_reply_is_what_it_was_after_its_way() {
        let reply = ReplyMessage {
            status: Status::Trap,
            ran: true,
            session: 1,
            call: 2,
            target: Token::from_bytes([3; 16]),
            interface: 4,
            signature: 5,
            function: 6,
            time: Duration::from_micros(8),
            fuel: 7,
            hops: 9,
            text: "unreachable",
            body: &[],
        };
        assert_eq!(ReplyMessage::decode(&reply.encode()), Ok(reply));
    }

    #[test]
    fn every_cut_and_every_extension_is_refused() {
        let bytes = call().encode();
        for end in 0..bytes.len() {
            assert!(CallMessage::decode(&bytes[..end]).is_err(), "cut at {end}");
        }
        for more in 1..=16 {
            let mut longer = bytes.clone();
            longer.resize(bytes.len() + more, 0);
            assert!(CallMessage::decode(&longer).is_err(), "{more} bytes more");
        }
    }

    #[test]
    fn another_version_and_foreign_bytes_are_told_apart() {
        let mut bytes = call().encode();
        bytes[3] = 2;
        assert_eq!(CallMessage::decode(&bytes).map_err(|bad| bad.status), Err(Status::WireVersion));
        assert_eq!(CallMessage::decode(b"GET / HTTP/1.1\r\n\r\n").map_err(|bad| bad.status), Err(Status::Malformed));
    }

    #[test]
    fn unknown_flags_and_reserved_bytes_are_refused() {
        for at in [5, 6, 7] {
            let mut bytes = call().encode();
            bytes[at] = 0x80;
            assert!(CallMessage::decode(&bytes).is_err(), "byte {at}");
        }
    }
}
