//! Messages byte by byte, in `golden/*.hex`: they are encoded to exactly those bytes and decoded from them. The files were made from the
//! specification and not by this code, so a change of the format shows here.

use std::time::Duration;

use super::call::CallMessage;
use super::cancel::CancelMessage;
use super::header::Header;
use super::reply::ReplyMessage;
use super::token::Token;
use crate::error::remote::{Failure, Status};
use crate::limits::limit::Limit;

/// The bytes of a file: hex digits, and after `#` what they mean.
fn bytes(text: &str) -> Vec<u8> {
    let digits = text.lines().flat_map(|line| line.split('#').next().unwrap().chars());
    let digits: Vec<u8> = digits.filter_map(|digit| digit.to_digit(16)).map(|digit| digit as u8).collect();
    let (pairs, rest) = digits.as_chunks::<2>();
    assert!(rest.is_empty(), "half a byte");
    pairs.iter().map(|[high, low]| high << 4 | low).collect()
}

macro_rules! golden {
    ($name:literal) => {
        bytes(include_str!(concat!("golden/", $name, ".hex")))
    };
}

#[test]
fn calls() {
    let full = CallMessage {
        session: 0x0102_0304_0506_0708,
        call: 9,
        target: Token::from_bytes([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]),
        interface: 0x1112_1314_1516_1718,
        signature: 0x2122_2324_2526_2728,
        function: 0x3132_3334,
        reply_limit: 65536,
        time: Some(Duration::from_secs(5)),
        fuel: Some(1_000_000),
        memory: Some(16 << 20),
        settled_below: 7,
        incarnation: 0x4142_4344_4546_4748,
        epoch: 3,
        hops: 15,
        idempotent: true,
        retry: true,
        label: "a:b/c@1.0.0#d",
        trail: vec![0xa1a2_a3a4_a5a6_a7a8, 0xb1b2_b3b4_b5b6_b7b8],
        body: &[1, 2, 3],
    };
    let minimal = CallMessage {
        session: 0,
        call: 1,
        target: Token::from_bytes([0; 16]),
        interface: 0,
        signature: 0,
        function: 0,
        reply_limit: 0,
        time: None,
        fuel: None,
        memory: None,
        settled_below: 0,
        incarnation: 0,
        epoch: 0,
        hops: 0,
        idempotent: false,
        retry: false,
        label: "",
        trail: Vec::new(),
        body: &[],
    };
    for (call, golden) in [(full, golden!("call-full")), (minimal, golden!("call-minimal"))] {
        assert_eq!(call.encode(), golden);
        assert_eq!(CallMessage::decode(&golden), Ok(call));
    }
}

/// The reply of all files, with a body of its own.
fn reply(status: Status, ran: bool, body: &[u8]) -> ReplyMessage<'_> {
    ReplyMessage {
        status,
        ran,
        session: 0x0102_0304_0506_0708,
        call: 9,
        interface: 0x1112_1314_1516_1718,
        signature: 0x2122_2324_2526_2728,
        function: 0x3132_3334,
        time: Duration::from_micros(1500),
        fuel: 900,
        memory: 65536,
        incarnation: 0x4142_4344_4546_4748,
        epoch: 3,
        hops: 15,
        body,
    }
}

#[test]
fn a_reply_with_a_value() {
    let golden = golden!("reply-ok");
    let reply = reply(Status::Ok, true, &[42, 0, 0, 0]);
    assert_eq!(reply.encode(), golden);
    assert_eq!(ReplyMessage::decode(&golden), Ok(reply));
}

#[test]
fn replies_without_a_value() {
    let busy = Failure { retry_after: Some(Duration::from_millis(20)), ..Failure::of("busy") };
    let mismatch = Failure {
        caller_signature: "func(n:u32)".into(),
        callee_signature: "func(n:u64)".into(),
        ..Failure::of("signature mismatch")
    };
    let malformed = Failure { rule: Some("placement".into()), offset: 4, ..Failure::of("malformed") };
    let budget = Failure::of_limit("out of budget", Limit::Fuel, 1000, 1001);
    for (status, ran, failure, golden) in [
        (Status::Trap, true, Failure { detail: "unreachable".into(), ..Failure::of("trap") }, golden!("reply-trap")),
        (Status::OutOfBudget, true, budget, golden!("reply-out-of-budget")),
        (Status::Busy, false, busy, golden!("reply-busy")),
        (Status::SignatureMismatch, false, mismatch, golden!("reply-signature-mismatch")),
        (Status::Malformed, false, malformed, golden!("reply-malformed")),
        (Status::Lost, true, Failure::of("lost"), golden!("reply-lost")),
    ] {
        let body = failure.encode();
        let reply = reply(status, ran, body.as_bytes());
        assert_eq!(reply.encode(), golden, "{status}");
        assert_eq!(ReplyMessage::decode(&golden), Ok(reply), "{status}");
        assert_eq!(Failure::decode(&golden[Header::SIZE..]), Ok(failure), "{status}");
    }
}

#[test]
fn a_cancel() {
    let (golden, cancel) = (golden!("cancel"), CancelMessage { session: 0x0102_0304_0506_0708, call: 9 });
    assert_eq!(cancel.encode(), golden);
    assert_eq!(CancelMessage::decode(&golden), Ok(cancel));
}
