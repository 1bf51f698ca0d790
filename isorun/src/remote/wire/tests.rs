use std::time::Duration;

use super::bad::BadMessage;
use super::call::CallMessage;
use super::cancel::CancelMessage;
use super::echo::Echo;
use super::header::{BadHeader, Header, MessageKind};
use super::reply::ReplyMessage;
use super::token::Token;
use crate::error::remote::{Failure, Status};

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
        memory: Some(9),
        settled_below: 2,
        incarnation: 10,
        epoch: 11,
        hops: 12,
        idempotent: true,
        retry: false,
        label: "a:b/c#d",
        trail: vec![13, 14],
        body: &[1, 2, 3],
    }
}

fn reply() -> ReplyMessage<'static> {
    ReplyMessage {
        ran: true,
        signature: 5,
        time: Duration::from_micros(8),
        fuel: 7,
        memory: 6,
        incarnation: 10,
        epoch: 11,
        body: &[1],
        ..call().echo().reply(Status::Ok)
    }
}

fn bad(message: &[u8]) -> BadMessage {
    CallMessage::decode(message).unwrap_err()
}

#[test]
fn messages_are_what_they_were_after_their_way() {
    let bytes = call().encode();
    assert_eq!(bytes.len(), 128 + 8 + 16 + 3);
    assert_eq!(bytes.capacity(), bytes.len(), "one allocation");
    assert_eq!(CallMessage::decode(&bytes), Ok(call()));
    assert_eq!(ReplyMessage::decode(&reply().encode()), Ok(reply()));
    let cancel = CancelMessage { session: 1, call: 2 };
    assert_eq!(CancelMessage::decode(&cancel.encode()), Ok(cancel));
    assert_eq!(Header::peek(&bytes).unwrap().cancel(), Some(cancel.encode()));
}

#[test]
fn every_cut_and_every_extension_is_refused() {
    let bytes = call().encode();
    for end in 0..bytes.len() {
        let bad = bad(&bytes[..end]);
        assert_eq!(bad == BadMessage::Header(BadHeader::Foreign), end < 24, "cut at {end}: {bad}");
        assert_eq!(Echo::of(&bytes[..end]).map(|echo| (echo.session, echo.call)), (end >= 24).then_some((1, 2)));
    }
    for more in 1..=16 {
        let mut longer = bytes.clone();
        longer.resize(bytes.len() + more, 0);
        assert!(CallMessage::decode(&longer).is_err(), "{more} bytes more");
    }
}

#[test]
fn versions_kinds_and_foreign_bytes_are_told_apart() {
    let mut bytes = call().encode();
    bytes[3] = 2;
    assert_eq!(bad(&bytes), BadMessage::Header(BadHeader::Version { version: 2 }));
    assert_eq!(bad(&bytes).status(), Status::WireVersion);
    assert_eq!(Echo::of(&bytes).map(|echo| (echo.session, echo.call)), Some((1, 2)));
    assert_eq!(bad(b"GET / HTTP/1.1\r\nHost: example.org\r\n"), BadMessage::Header(BadHeader::Foreign));
    assert_eq!(bad(&reply().encode()), BadMessage::Kind(MessageKind::Reply));
    assert_eq!(Echo::of(&reply().encode()), None);
    assert_eq!(Echo::of(&CancelMessage { session: 1, call: 2 }.encode()), None);
    assert_eq!(Echo::of(&call().encode()), Some(call().echo()));
}

/// Whatever one flipped bit makes of a header: it is refused, or it says something else.
#[test]
fn no_bit_is_without_a_meaning() {
    let cancel = CancelMessage { session: 1, call: 2 }.encode();
    for whole in [call().encode(), reply().encode(), cancel] {
        let header = Header::peek(&whole).unwrap();
        for bit in 0..Header::SIZE * 8 {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(Header::peek(&flipped) != Ok(header), "bit {bit} of {header:?}");
        }
    }
}

#[test]
fn reserved_bytes_and_unknown_flags_are_refused() {
    for (whole, reserved) in [
        (call().encode(), &[5, 6, 7, 118, 119, 124, 127][..]),
        (reply().encode(), &[6, 7, 24, 39, 60, 63, 88, 95, 114, 115, 116, 118, 124, 127]),
        (CancelMessage { session: 1, call: 2 }.encode(), &[5, 6, 7, 24, 64, 96, 112, 120, 127]),
    ] {
        for &at in reserved {
            let mut bytes = whole.clone();
            bytes[at] |= 0x80;
            let refused = Header::peek(&bytes).unwrap_err();
            assert!(matches!(refused, BadHeader::Malformed { .. }), "byte {at}: {refused}");
        }
    }
}

#[test]
fn fields_that_contradict_each_other_are_refused() {
    for message in [
        CallMessage { call: 0, settled_below: 0, ..call() }.encode(),
        CallMessage { settled_below: 3, ..call() }.encode(),
        ReplyMessage { ran: false, ..reply() }.encode(),
        ReplyMessage { incarnation: 0, ..reply() }.encode(),
        ReplyMessage { status: Status::Busy, ..reply() }.encode(),
        ReplyMessage { status: Status::Lost, ran: false, ..reply() }.encode(),
        CancelMessage { session: 1, call: 0 }.encode(),
    ] {
        assert!(matches!(Header::peek(&message), Err(BadHeader::Malformed { .. })), "{:?}", &message[..24]);
    }
    let mut long = call().encode();
    long[116] = 33;
    assert!(Header::peek(&long).is_err(), "33 marks");
}

#[test]
fn what_is_too_long_for_its_field_is_cut() {
    let label = "é".repeat(40_000);
    let bytes = CallMessage { label: &label, trail: (0..40).collect(), ..call() }.encode();
    let decoded = CallMessage::decode(&bytes).unwrap();
    assert_eq!((decoded.label.len(), decoded.trail.len()), (0xfff8, 32));
}

#[test]
fn a_relay_takes_a_hop_and_its_time() {
    let mut bytes = call().encode();
    Header::forward(&mut bytes, Duration::from_nanos(2500)).unwrap();
    let left = Some(Duration::from_micros(5));
    assert_eq!(CallMessage::decode(&bytes), Ok(CallMessage { time: left, hops: 11, ..call() }));

    for (message, spent, status) in [
        (CallMessage { hops: 0, ..call() }, 0, Status::HopLimit),
        (call(), 8, Status::OutOfBudget),
        (call(), 9_000_000_000, Status::OutOfBudget),
    ] {
        let (mut bytes, before) = (message.encode(), message.encode());
        assert_eq!(Header::forward(&mut bytes, Duration::from_micros(spent)), Err(status));
        assert_eq!(bytes, before);
    }
    let mut unlimited = CallMessage { time: None, ..call() }.encode();
    Header::forward(&mut unlimited, Duration::MAX).unwrap();
    assert_eq!(Header::peek(&unlimited).unwrap().time_left(), None);
    let mut answer = reply().encode();
    Header::forward(&mut answer, Duration::MAX).unwrap();
    assert_eq!(answer, reply().encode());
    assert_eq!(Header::forward(&mut bytes[..140], Duration::ZERO), Err(Status::Malformed));
}

#[test]
fn a_relay_answers_in_the_place_of_its_callee() {
    let header = Header::peek(&call().encode()).unwrap();
    for (status, ran) in [(Status::Busy, false), (Status::OutOfBudget, false), (Status::Lost, true)] {
        let bytes = header.refuse(status).unwrap();
        let reply = ReplyMessage::decode(&bytes).unwrap();
        assert_eq!((reply.status, reply.ran, reply.session, reply.call), (status, ran, 1, 2));
        assert_eq!((reply.interface, reply.function, reply.hops, reply.incarnation), (4, 6, 12, 0));
        let failure = Failure::decode(reply.body).unwrap();
        assert_eq!((failure.kind, failure.retry_after.is_some()), (status.to_string(), status == Status::Busy));
        assert_eq!(Header::peek(&bytes).unwrap().refuse(Status::Busy), None);
        assert_eq!(Header::peek(&bytes).unwrap().cancel(), None);
    }
    assert_eq!((header.refuse(Status::Ok), header.refuse(Status::Trap)), (None, None));
}
