//! The frames of a link, carried by hand.

use std::future::poll_fn;
use std::task::Poll;

use isorun::remote::{Header, Link, LinkStats, MessageKind};
use isorun_tests::poll_once;
use tokio::task::yield_now;

/// The next frame of a link, if it has one.
pub(crate) fn taken(link: &Link) -> Option<Vec<u8>> {
    match poll_once(&mut poll_fn(|task| link.poll_send(task))) {
        Poll::Ready(frame) => frame.map(Into::into),
        Poll::Pending => None,
    }
}

/// All frames that a link has.
pub(crate) fn all_taken(link: &Link) -> Vec<Vec<u8>> {
    std::iter::from_fn(|| taken(link)).collect()
}

pub(crate) fn kinds(frames: &[Vec<u8>]) -> Vec<MessageKind> {
    frames.iter().map(|frame| Header::peek(frame).unwrap().kind()).collect()
}

/// Lets every task that can go on do so.
pub(crate) async fn settle() {
    for _ in 0..100 {
        yield_now().await;
    }
}

/// A link on which nothing is going on.
pub(crate) fn idle() -> LinkStats {
    LinkStats::default()
}

/// A link on which so many calls wait for an answer, and that has dropped so many replies.
pub(crate) fn after(in_flight: usize, replies_dropped: u64) -> LinkStats {
    let mut stats = idle();
    (stats.in_flight, stats.replies_dropped) = (in_flight, replies_dropped);
    stats
}
