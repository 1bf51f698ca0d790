//! Calls of the peer.

use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use super::fake::*;
use crate::remote::link::{Link, Serve};
use crate::remote::peer::Peer;
use crate::remote::wire::header::MessageKind;

fn serving(fake: &Arc<Fake>) -> Link {
    Link::new(Peer::named("b"), fake.clone() as Arc<dyn Serve>)
}

#[test]
fn a_quick_call_is_answered_where_it_is_received() {
    let fake = Fake::quick();
    let link = serving(&fake);
    link.receive(call(1));
    assert_eq!(take(&link).as_deref(), Some(&*reply_to(&call(1))));
    assert_at_rest(&link);
}

#[test]
fn calls_and_cancels_are_handed_over_in_the_order_in_which_they_come() {
    let fake = Fake::quick();
    let link = serving(&fake);
    let mut cancel = call(1);
    cancel[4] = 2;
    cancel[24..].fill(0);
    for frame in [call(1), cancel, call(2)] {
        link.receive(frame);
    }
    let seen = fake.seen.lock().unwrap().clone();
    assert_eq!(seen, [(MessageKind::Call, 1), (MessageKind::Cancel, 1), (MessageKind::Call, 2)]);
    assert_eq!(std::iter::from_fn(|| take(&link)).count(), 2, "a cancel has no answer");
    assert_at_rest(&link);
}

#[test]
fn bytes_that_are_no_message_do_nothing() {
    let link = serving(&Fake::quick());
    for frame in [&b""[..], b"GET / HTTP/1.1\r\n\r\n", &[0; 128], &call(1)[..100]] {
        link.receive(frame.to_vec());
    }
    assert_eq!(take(&link), None);
    assert_at_rest(&link);
}

#[test]
fn where_there_is_no_runtime_who_polls_for_frames_goes_on_with_the_calls() {
    let fake = Fake::holding();
    let link = serving(&fake);
    let count = Arc::new(Count::default());
    let waker = Waker::from(count.clone());
    for id in 1..=4 {
        link.receive(call(id));
    }
    // The odd ones are answered, those that are held stall nobody.
    let mut task = Context::from_waker(&waker);
    let mut answered = Vec::new();
    while let std::task::Poll::Ready(Some(frame)) = link.poll_send(&mut task) {
        answered.push(id_of(&frame));
    }
    assert_eq!((answered, link.stats().serving), (vec![1, 3], 2));
    let before = count.get();
    fake.answer(4);
    assert_eq!(count.get(), before + 1);
    assert_eq!(take(&link).map(|frame| id_of(&frame)), Some(4));
    fake.answer(2);
    assert_eq!(take(&link).map(|frame| id_of(&frame)), Some(2));
    assert_at_rest(&link);
}

#[test]
fn closing_stops_what_is_served_here() {
    let fake = Fake::holding();
    let link = serving(&fake);
    link.receive(call(2));
    assert_eq!(take(&link), None);
    link.close();
    assert_eq!(*fake.stopped.lock().unwrap(), [2]);
    assert_at_rest(&link);
    // What comes later is not served.
    link.receive(call(3));
    assert_eq!(fake.ids(), [2]);
}

#[test]
fn dropping_the_last_clone_stops_what_is_served_here() {
    let fake = Fake::holding();
    let link = serving(&fake);
    let clone = link.clone();
    link.receive(call(2));
    assert_eq!(take(&link), None);
    drop(link);
    assert!(fake.stopped.lock().unwrap().is_empty());
    drop(clone);
    assert_eq!(*fake.stopped.lock().unwrap(), [2]);
}

#[tokio::test]
async fn a_slow_call_does_not_stall_others() {
    let fake = Fake::holding();
    let link = serving(&fake);
    for id in 1..=5 {
        link.receive(call(id));
    }
    let mut answered = Vec::new();
    for _ in 0..3 {
        let frame = std::future::poll_fn(|task| link.poll_send(task)).await.expect("a reply");
        answered.push(id_of(&frame));
    }
    assert_eq!(answered, [1, 3, 5]);
    fake.answer(2);
    fake.answer(4);
    for _ in 0..2 {
        std::future::poll_fn(|task| link.poll_send(task)).await.expect("a reply");
    }
    assert_at_rest(&link);
}

#[tokio::test]
async fn closing_or_dropping_stops_the_tasks_of_what_is_served() {
    for closes in [true, false] {
        let fake = Fake::holding();
        let link = serving(&fake);
        link.receive(call(2));
        tokio::task::yield_now().await;
        if closes {
            link.close();
        } else {
            drop(link.clone());
        }
        let kept = closes.then(|| link.clone());
        drop(link);
        for _ in 0..1000 {
            if !fake.stopped.lock().unwrap().is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert_eq!(*fake.stopped.lock().unwrap(), [2], "closes: {closes}");
        kept.iter().for_each(assert_at_rest);
    }
}
