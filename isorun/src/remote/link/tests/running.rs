//! Links on a connection, which is a pair of queues here.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use futures_sink::Sink;

use super::fake::*;
use crate::remote::link::{Link, LinkError};
use crate::remote::peer::Peer;
use crate::remote::wire::transport::TransportError;

/// One direction of a connection: it holds so many frames.
#[derive(Default)]
struct Pipe {
    frames: VecDeque<Bytes>,
    capacity: usize,
    is_closed: bool,
    wakers: Vec<Waker>,
}

/// One end of a connection.
struct Frames {
    incoming: Arc<Mutex<Pipe>>,
    outgoing: Arc<Mutex<Pipe>>,
    fed: VecDeque<Bytes>,
    flushes: Arc<AtomicUsize>,
    fails: Arc<AtomicBool>,
}

fn connection(capacity: usize) -> (Frames, Frames) {
    let pipe = || Arc::new(Mutex::new(Pipe { capacity, ..Pipe::default() }));
    let (one, other) = (pipe(), pipe());
    let frames = |incoming: &Arc<Mutex<Pipe>>, outgoing: &Arc<Mutex<Pipe>>| Frames {
        incoming: incoming.clone(),
        outgoing: outgoing.clone(),
        fed: VecDeque::new(),
        flushes: Arc::default(),
        fails: Arc::default(),
    };
    (frames(&one, &other), frames(&other, &one))
}

fn wake(pipe: &mut Pipe) {
    std::mem::take(&mut pipe.wakers).into_iter().for_each(Waker::wake);
}

impl Stream for Frames {
    type Item = Result<Bytes, String>;

    fn poll_next(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.fails.load(Ordering::SeqCst) {
            return Poll::Ready(Some(Err("a cable is cut".into())));
        }
        let mut pipe = self.incoming.lock().unwrap();
        if let Some(frame) = pipe.frames.pop_front() {
            wake(&mut pipe);
            return Poll::Ready(Some(Ok(frame)));
        }
        if pipe.is_closed {
            return Poll::Ready(None);
        }
        pipe.wakers.push(task.waker().clone());
        Poll::Pending
    }
}

impl Frames {
    fn pass_on(&mut self, task: &mut Context<'_>) -> Poll<()> {
        let mut pipe = self.outgoing.lock().unwrap();
        while pipe.frames.len() < pipe.capacity {
            let Some(frame) = self.fed.pop_front() else { return Poll::Ready(()) };
            pipe.frames.push_back(frame);
            wake(&mut pipe);
        }
        if self.fed.is_empty() {
            return Poll::Ready(());
        }
        pipe.wakers.push(task.waker().clone());
        Poll::Pending
    }
}

impl Sink<Bytes> for Frames {
    type Error = std::io::Error;

    fn poll_ready(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        let this = self.get_mut();
        match this.fed.len() < 64 {
            true => Poll::Ready(Ok(())),
            false => this.pass_on(task).map(Ok),
        }
    }

    fn start_send(self: Pin<&mut Self>, frame: Bytes) -> Result<(), Self::Error> {
        self.get_mut().fed.push_back(frame);
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        let this = self.get_mut();
        this.flushes.fetch_add(1, Ordering::SeqCst);
        this.pass_on(task).map(Ok)
    }

    fn poll_close(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.poll_flush(task)
    }
}

impl Drop for Frames {
    fn drop(&mut self) {
        for pipe in [&self.incoming, &self.outgoing] {
            let mut pipe = pipe.lock().unwrap();
            pipe.is_closed = true;
            wake(&mut pipe);
        }
    }
}

fn served(is_quick: bool) -> Link {
    Link::new(Peer::default(), Arc::new(Fake { is_quick, ..Fake::default() }))
}

#[tokio::test]
async fn calls_go_both_ways_over_one_connection() {
    let (near, far) = connection(16);
    let (one, other) = (served(true), served(false));
    let (mine, theirs) = (one.clone(), other.clone());
    let near = tokio::spawn(async move { mine.run(near).await });
    let far = tokio::spawn(async move { theirs.run(far).await });
    for id in 1..100 {
        assert_eq!(start(&one, call(id)).await, Ok(reply_to(&call(id))));
        assert_eq!(start(&other, call(id)).await, Ok(reply_to(&call(id))));
    }
    one.close();
    assert!(near.await.unwrap().is_ok() && far.await.unwrap().is_ok());
    assert_at_rest(&one);
    assert_at_rest(&other);
}

#[tokio::test]
async fn two_ends_that_send_much_over_a_narrow_connection_do_not_wait_for_each_other() {
    let (near, far) = connection(1);
    let (one, other) = (served(true), served(false));
    let (mine, theirs) = (one.clone(), other.clone());
    tokio::spawn(async move { mine.run(near).await });
    tokio::spawn(async move { theirs.run(far).await });
    let both = [&one, &other].into_iter().flat_map(|link| (1..1000).map(move |id| start(link, call(id))));
    let callings: Vec<_> = both.map(tokio::spawn).collect();
    for calling in callings {
        let outcome = tokio::time::timeout(Duration::from_secs(20), calling).await;
        assert!(matches!(outcome, Ok(Ok(Ok(_)))), "{outcome:?}");
    }
    assert_at_rest(&one);
    assert_at_rest(&other);
}

#[tokio::test]
async fn the_end_of_the_stream_closes_the_link() {
    let (near, far) = connection(16);
    let link = link(Peer::default());
    let mut calling = start(&link, call(1));
    assert!(is_pending(&mut calling));
    let running = tokio::spawn({
        let link = link.clone();
        async move { link.run(near).await }
    });
    tokio::task::yield_now().await;
    drop(far);
    assert!(running.await.unwrap().is_ok());
    assert!(matches!(calling.await, Err(TransportError::Lost(why)) if why == "the connection has ended"));
    assert!(not_sent(poll(&mut start(&link, call(2)))));
    assert_at_rest(&link);
}

#[tokio::test]
async fn a_connection_that_fails_closes_the_link_and_says_why() {
    let (near, _far) = connection(16);
    near.fails.store(true, Ordering::SeqCst);
    let link = link(Peer::default());
    let mut calling = start(&link, call(1));
    assert!(is_pending(&mut calling));
    let error = link.run(near).await.unwrap_err();
    assert!(matches!(&error, LinkError::Connection(cause) if cause.to_string() == "a cable is cut"));
    assert!(error.to_string().contains("\n  help: "));
    assert!(matches!(calling.await, Err(TransportError::NotSent(why)) if why.contains("a cable is cut")));
    assert_at_rest(&link);
}

#[tokio::test]
async fn closing_is_seen_while_nothing_can_be_written() {
    let (near, _far) = connection(0);
    let link = link(Peer::default());
    let mut callings: Vec<_> = (1..200).map(|id| start(&link, call(id))).collect();
    assert!(callings.iter_mut().all(is_pending));
    let running = tokio::spawn({
        let link = link.clone();
        async move { link.run(near).await }
    });
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    assert!(!running.is_finished());
    link.close();
    assert!(tokio::time::timeout(Duration::from_secs(5), running).await.unwrap().unwrap().is_ok());
    // What the sink has taken may have gone out, the rest has not.
    let ends = callings.iter_mut().map(poll).fold((0, 0), |(sent, unsent), end| match lost(end) {
        true => (sent + 1, unsent),
        false => (sent, unsent + 1),
    });
    assert_eq!(ends, (64, 135));
    assert_at_rest(&link);
}

#[tokio::test]
async fn dropping_the_run_closes_the_link() {
    let (near, _far) = connection(16);
    let link = link(Peer::default());
    {
        let mut running = pin!(link.run(near));
        assert!(running.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    assert!(not_sent(poll(&mut start(&link, call(1)))));
}

#[test]
fn others_have_their_turn_after_some_frames() {
    let (near, far) = connection(usize::MAX);
    far.outgoing.lock().unwrap().frames.extend((1..=1000).map(|id| Bytes::from(call(id))));
    let fake = Fake::quick();
    let link = Link::new(Peer::default(), fake.clone());
    let mut running = pin!(link.run(near));
    let count = Arc::new(Count::default());
    let waker = Waker::from(count.clone());
    let mut before = 0;
    while fake.ids().len() < 1000 {
        let woken = count.get();
        assert!(running.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        assert!(count.get() > woken || fake.ids().len() == 1000, "it wants to go on");
        assert!(fake.ids().len() - before <= 32);
        before = fake.ids().len();
    }
}

#[test]
fn what_can_be_written_is_written_before_it_is_flushed() {
    let (near, far) = connection(usize::MAX);
    let flushes = near.flushes.clone();
    let link = link(Peer::default());
    let mut callings: Vec<_> = (1..=100).map(|id| start(&link, call(id))).collect();
    assert!(callings.iter_mut().all(is_pending));
    let mut running = pin!(link.run(near));
    for _ in 0..20 {
        assert!(running.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    assert_eq!((flushes.load(Ordering::SeqCst), far.incoming.lock().unwrap().frames.len()), (1, 100));
}
