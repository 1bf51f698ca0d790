//! What must hold of what a relay does with bytes of anyone's making.

use std::time::Duration;

use isorun::remote::{Header, MessageKind, Status};

use crate::choices::Choices;

/// The first bytes say whether the rest is a message, or changes one that is in order, and how long the relay takes.
pub fn header(bytes: &[u8]) {
    let [mode, spent, rest @ ..] = bytes else { return };
    let mut message = match mode % 4 {
        0 => rest.to_vec(),
        kind => in_order(kind - 1),
    };
    if mode % 4 != 0 {
        Choices::new(rest).edit(&mut message);
    }
    let read = Header::peek(&message);
    if let Err(bad) = read {
        assert!(!bad.to_string().is_empty());
    }
    let before = message.clone();
    let forwarded = Header::forward(&mut message, Duration::from_millis(u64::from(*spent)));
    let Ok(header) = read else {
        assert!(forwarded.is_err());
        assert_eq!(message, before, "what is refused is unchanged");
        return;
    };
    assert!(!format!("{header:?}").is_empty());
    let whole = before.len() as u64 == header.message_length();
    match forwarded {
        Err(status) => {
            assert_eq!(message, before, "what is refused is unchanged");
            assert_eq!(whole, status != Status::Malformed, "{status}");
            let answer = header.refuse(status);
            assert_eq!(answer.is_some(), header.kind() == MessageKind::Call);
        }
        Ok(()) => {
            assert!(whole);
            let after = Header::peek(&message).expect("it is in order as before");
            assert_eq!(message[Header::SIZE..], before[Header::SIZE..]);
            let hop = u16::from(header.kind() == MessageKind::Call);
            assert_eq!(after.hops() + hop, header.hops());
            assert_eq!(after.time_left().is_some(), header.time_left().is_some());
            assert!(after.time_left() <= header.time_left());
            // All else is as it was.
            let mut back = message.clone();
            back[64..72].copy_from_slice(&before[64..72]);
            back[112..114].copy_from_slice(&before[112..114]);
            assert_eq!(back, before);
        }
    }
    for answer in [header.cancel(), header.refuse(Status::Busy), header.refuse(Status::Lost)] {
        assert_eq!(answer.is_some(), header.kind() == MessageKind::Call);
        let Some(answer) = answer else { continue };
        let answer_header = Header::peek(&answer).expect("an answer of the library's own is in order");
        assert_eq!((answer_header.session(), answer_header.call()), (header.session(), header.call()));
        assert_eq!(answer_header.message_length(), answer.len() as u64);
        assert_eq!((answer_header.cancel(), answer_header.refuse(Status::Busy)), (None, None));
    }
}

/// A message of this kind.
fn in_order(kind: u8) -> Vec<u8> {
    let mut message = vec![0; Header::SIZE];
    message[..4].copy_from_slice(b"iso\x01");
    (message[4], message[16]) = (kind, 1);
    match MessageKind::Call as u8 == kind {
        true => {
            message[64..88].fill(0xff);
            message[112] = 16;
        }
        false if kind == MessageKind::Reply as u8 => (message[6], message[96]) = (2, 1),
        false => {}
    }
    message
}
