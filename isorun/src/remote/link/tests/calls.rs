//! Calls of this side.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::fake::*;
use crate::remote::peer::Peer;
use crate::remote::wire::header::MessageKind;

#[test]
fn a_call_gets_its_own_reply_in_whatever_order_they_come() {
    let link = link(Peer::default());
    let mut callings: Vec<_> = (1..=20).map(|id| start(&link, call(id))).collect();
    assert!(callings.iter_mut().all(is_pending));
    let mut frames: Vec<_> = std::iter::from_fn(|| take(&link)).collect();
    assert_eq!(frames.iter().map(|frame| id_of(frame)).collect::<Vec<_>>(), (1..=20).collect::<Vec<_>>());
    frames.reverse();
    frames.rotate_left(7);
    frames.iter().for_each(|frame| link.receive(reply_to(frame)));
    for (index, calling) in callings.iter_mut().enumerate() {
        assert_eq!(poll(calling), Poll::Ready(Ok(reply_to(&call(index as u64 + 1)))));
    }
    assert_at_rest(&link);
}

#[test]
fn a_reply_that_no_call_waits_for_is_dropped_and_counted() {
    let link = link(Peer::default());
    let mut calling = start(&link, call(1));
    assert!(is_pending(&mut calling));
    // Before the call was sent nobody can have answered it.
    link.receive(reply_to(&call(1)));
    assert_eq!(link.stats().replies_dropped, 1);
    take(&link).expect("the call");
    let good = reply_to(&call(1));
    let mut changed = |at: usize| {
        let mut reply = good.clone();
        reply[at] ^= 1;
        link.receive(reply);
        assert!(is_pending(&mut calling), "byte {at}");
    };
    // Session, id, interface, signature, function.
    [8, 16, 40, 48, 56].into_iter().for_each(&mut changed);
    assert_eq!(link.stats().replies_dropped, 6);
    link.receive(good.clone());
    link.receive(good.clone());
    assert_eq!(poll(&mut calling), Poll::Ready(Ok(good.clone())));
    link.receive(good);
    assert_eq!(link.stats().replies_dropped, 8);
    assert_at_rest(&link);
}

#[test]
fn a_failure_may_have_no_signature_and_one_of_unreadable_bytes_no_function() {
    let link = link(Peer::default());
    for (id, status, zeros) in [(1, 8, 48..56), (2, 9, 40..60), (3, 10, 40..60)] {
        let mut calling = start(&link, call(id));
        assert!(is_pending(&mut calling));
        take(&link).expect("the call");
        let mut reply = reply_to(&call(id));
        (reply[5], reply[6]) = (status, 0);
        reply[zeros].fill(0);
        link.receive(reply.clone());
        assert_eq!(poll(&mut calling), Poll::Ready(Ok(reply)));
    }
    assert_at_rest(&link);
}

#[test]
fn a_call_that_is_dropped_before_its_frame_was_taken_is_never_sent() {
    let link = link(Peer::default());
    let mut first = start(&link, call(1));
    let mut second = start(&link, call(2));
    assert!(is_pending(&mut first) && is_pending(&mut second));
    drop(first);
    assert_eq!(take(&link).map(|frame| id_of(&frame)), Some(2));
    assert_eq!(take(&link), None);
    drop(second);
    assert_eq!(take(&link).map(|frame| kind_of(&frame)), Some(MessageKind::Cancel));
    assert_at_rest(&link);
}

#[test]
fn a_call_that_is_dropped_after_it_was_sent_is_cancelled_and_its_reply_goes_to_nobody() {
    let link = link(Peer::default());
    let mut calling = start(&link, call(1));
    assert!(is_pending(&mut calling));
    take(&link).expect("the call");
    drop(calling);
    let cancel = take(&link).expect("a cancel");
    assert_eq!((kind_of(&cancel), id_of(&cancel), cancel.len()), (MessageKind::Cancel, 1, 128));
    link.receive(reply_to(&call(1)));
    assert_eq!(link.stats().replies_dropped, 1);
    assert_at_rest(&link);
}

#[test]
fn a_call_that_is_dropped_with_its_reply_there_leaves_nothing() {
    let link = link(Peer::default());
    let mut calling = start(&link, call(1));
    assert!(is_pending(&mut calling));
    take(&link).expect("the call");
    link.receive(reply_to(&call(1)));
    drop(calling);
    assert_eq!(take(&link), None);
    assert_at_rest(&link);
}

#[test]
fn a_call_that_is_never_polled_costs_nothing() {
    let link = link(Peer::default());
    drop(start(&link, call(1)));
    assert_eq!(take(&link), None);
    assert_at_rest(&link);
}

#[test]
fn an_id_that_is_under_way_is_not_sent_twice() {
    let link = link(Peer::default());
    let (mut one, mut same) = (start(&link, call(1)), start(&link, call(1)));
    assert!(is_pending(&mut one));
    assert!(not_sent(poll(&mut same)));
    drop(same);
    let mut other_session = start(&link, call_of(SESSION + 1, 1, 0));
    assert!(is_pending(&mut other_session) && is_pending(&mut one));
    drop((one, other_session));
    assert_at_rest(&link);
}

#[test]
fn an_id_that_was_taken_back_can_be_used_again() {
    let link = link(Peer::default());
    for _ in 0..3 {
        assert!(is_pending(&mut start(&link, call(1))));
    }
    let mut calling = start(&link, call(1));
    assert!(is_pending(&mut calling));
    take(&link).expect("the call");
    assert_eq!(take(&link), None);
    link.receive(reply_to(&call(1)));
    assert!(poll(&mut calling).is_ready());
    assert_at_rest(&link);
}

#[test]
fn closing_ends_each_call_as_not_sent_or_lost() {
    let link = link(Peer::default().calls(2));
    let mut callings: Vec<_> = (1..=3).map(|id| start(&link, call(id))).collect();
    assert!(callings.iter_mut().all(is_pending));
    take(&link).expect("the first call");
    link.close();
    assert!(lost(poll(&mut callings[0])));
    assert!(not_sent(poll(&mut callings[1])), "it was queued");
    assert!(not_sent(poll(&mut callings[2])), "it waited");
    assert!(not_sent(poll(&mut start(&link, call(4)))));
    assert_eq!(link.poll_send(&mut Context::from_waker(Waker::noop())), Poll::Ready(None));
    assert_at_rest(&link);
}

#[test]
fn what_is_no_call_is_not_sent() {
    let link = link(Peer::default());
    assert!(not_sent(poll(&mut start(&link, b"GET / HTTP/1.1".to_vec()))));
    assert!(not_sent(poll(&mut start(&link, reply_to(&call(1))))));
    assert_at_rest(&link);
}

#[test]
fn who_waits_is_woken_when_there_is_something_and_not_before() {
    let link = link(Peer::default());
    let (sender, caller) = (Arc::new(Count::default()), Arc::new(Count::default()));
    let (sends, calls) = (Waker::from(sender.clone()), Waker::from(caller.clone()));
    assert!(link.poll_send(&mut Context::from_waker(&sends)).is_pending());
    let mut calling = start(&link, call(1));
    assert!(calling.as_mut().poll(&mut Context::from_waker(&calls)).is_pending());
    assert_eq!((sender.get(), caller.get()), (1, 0));
    take(&link).expect("the call");
    link.receive(reply_to(&call(2)));
    assert_eq!(caller.get(), 0);
    link.receive(reply_to(&call(1)));
    assert_eq!((sender.get(), caller.get()), (1, 1));
    assert!(link.poll_send(&mut Context::from_waker(&sends)).is_pending());
    link.close();
    assert_eq!(sender.get(), 2);
}
