//! How much may be under way.

use std::task::Poll;

use super::fake::*;
use crate::error::remote::Status;
use crate::remote::link::{Link, LinkError};
use crate::remote::peer::Peer;
use crate::remote::wire::header::{Header, MessageKind};

#[test]
fn calls_beyond_the_limit_wait_in_the_order_of_their_arrival() {
    let link = link(Peer::default().calls(2));
    let mut callings: Vec<_> = (1..=6).map(|id| start(&link, call(id))).collect();
    assert!(callings.iter_mut().all(is_pending));
    assert_eq!((link.stats().in_flight, link.stats().waiting), (2, 4));
    drop(callings.remove(3));
    let mut order = Vec::new();
    while let Some(frame) = take(&link) {
        order.push(id_of(&frame));
        link.receive(reply_to(&frame));
        assert!(link.stats().in_flight <= 2);
    }
    assert_eq!(order, [1, 2, 3, 5, 6]);
    assert!(callings.iter_mut().all(|calling| matches!(poll(calling), Poll::Ready(Ok(_)))));
    assert_at_rest(&link);
}

#[test]
fn a_large_message_waits_for_room_and_is_not_overtaken() {
    let link = link(Peer::default().bytes(1000));
    let mut small = start(&link, call_of(SESSION, 1, 100));
    let mut large = start(&link, call_of(SESSION, 2, 800));
    let mut later = start(&link, call_of(SESSION, 3, 0));
    assert!(is_pending(&mut small) && is_pending(&mut large) && is_pending(&mut later));
    assert_eq!(take(&link).map(|frame| id_of(&frame)), Some(1));
    assert_eq!(take(&link), None, "there would be room for the third");
    link.receive(reply_to(&call(1)));
    assert_eq!(take(&link).map(|frame| id_of(&frame)), Some(2));
    // Whoever gives up at the head of the line lets those behind it in.
    assert_eq!(take(&link), None);
    drop(large);
    assert_eq!(
        take(&link).map(|frame| kind_of(&frame)),
        Some(MessageKind::Call),
        "let in before the cancel is written"
    );
    assert_eq!(take(&link).map(|frame| kind_of(&frame)), Some(MessageKind::Cancel));
    drop((small, later));
    let _ = take(&link);
    assert_at_rest(&link);
}

#[test]
fn a_waiting_call_that_gives_up_makes_way() {
    let link = link(Peer::default().bytes(600));
    let mut first = start(&link, call_of(SESSION, 1, 100));
    let mut large = start(&link, call_of(SESSION, 2, 400));
    let mut later = start(&link, call_of(SESSION, 3, 100));
    assert!(is_pending(&mut first) && is_pending(&mut large) && is_pending(&mut later));
    take(&link).expect("the first");
    drop(large);
    assert_eq!(take(&link).map(|frame| id_of(&frame)), Some(3));
    drop((first, later));
}

#[test]
fn a_message_larger_than_all_that_may_be_under_way_is_not_sent() {
    let link = link(Peer::default().bytes(200));
    assert!(not_sent(poll(&mut start(&link, call_of(SESSION, 1, 100)))));
    assert_at_rest(&link);
}

#[test]
fn calls_of_the_peer_beyond_its_limits_are_refused_and_not_served() {
    let fake = Fake::quick();
    let link = Link::new(Peer::default().calls(2).bytes(1000), fake.clone());
    for id in 1..=3 {
        link.receive(call(id));
    }
    // A call counts until its reply was taken.
    assert_eq!((fake.ids(), link.stats().serving, link.stats().calls_refused), (vec![1, 2], 2, 1));
    let frames: Vec<_> = std::iter::from_fn(|| take(&link)).collect();
    let statuses: Vec<_> = frames.iter().map(|frame| Header::peek(frame).unwrap().status()).collect();
    assert_eq!(statuses, [Some(Status::Ok), Some(Status::Ok), Some(Status::Busy)]);
    assert_eq!(id_of(&frames[2]), 3);
    link.receive(call_of(SESSION, 4, 1000));
    assert_eq!(Header::peek(&take(&link).unwrap()).unwrap().status(), Some(Status::Busy));
    link.receive(call(5));
    assert_eq!(fake.ids(), [1, 2, 5]);
    take(&link).expect("a reply");
    assert_at_rest(&link);
}

#[test]
fn a_peer_that_does_not_read_its_refusals_is_cut_off() {
    let link = Link::new(Peer::default().calls(1).bytes(200), Fake::quick());
    let mut calls = 0_u64;
    while link.0.state().ended.is_none() {
        calls += 1;
        assert!(calls < 20_000, "{:?}", link.stats());
        assert!(link.stats().queued_bytes < (1 << 20) + 1000);
        link.receive(call(calls));
    }
    let ended = link.0.state().ended.as_ref().map(|ending| ending.result());
    assert!(matches!(ended, Some(Err(LinkError::PeerDoesNotRead { .. }))), "{ended:?}");
    assert_at_rest(&link);
}

#[test]
fn calls_that_come_and_go_while_nobody_takes_frames_leave_nothing() {
    let link = link(Peer::default());
    let mut kept = start(&link, call(1));
    assert!(is_pending(&mut kept));
    for id in 2..10_000 {
        assert!(is_pending(&mut start(&link, call(id))));
    }
    assert!(link.0.state().queue_length() < 200);
    take(&link).expect("the call");
    assert_eq!(take(&link), None);
    drop(kept);
}
