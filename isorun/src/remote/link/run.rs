//! A link on a connection.

use std::error::Error;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use futures_sink::Sink;

use super::ending::Ending;
use super::{Link, LinkError};

/// Carries frames until the link or the connection has ended. See [`Link::run`].
pub(super) async fn run<F, B, E>(link: &Link, frames: F) -> Result<(), LinkError>
where
    F: Stream<Item = Result<B, E>> + Sink<Bytes>,
    B: Into<Bytes>,
    E: Into<Box<dyn Error + Send + Sync>>,
    F::Error: Into<Box<dyn Error + Send + Sync>>,
{
    // However this ends: what was taken from the link and not delivered is lost with the connection.
    let _ending = EndOnDrop(link);
    let mut frames = pin!(frames);
    let mut is_flushed = true;
    loop {
        let round = std::future::poll_fn(|task| round(link, frames.as_mut(), &mut is_flushed, task)).await;
        match round {
            Round::More => tokio::task::yield_now().await,
            Round::Ended(ending) => {
                link.0.end(ending);
                // The first reason counts, which may be another one.
                return link.0.state().ended.as_ref().map_or(Ok(()), Ending::result);
            }
        }
    }
}

enum Round {
    /// There is more to do at once, after others have had their turn.
    More,
    Ended(Ending),
}

/// How many frames are read, and written, before others have their turn.
const FRAMES: usize = 32;

/// Reads what is there, writes what there is, and flushes when nothing more is to be written. It never waits for one before it does the
/// other: two ends that both wait until the other reads would wait for ever.
fn round<F, B, E>(link: &Link, mut frames: Pin<&mut F>, is_flushed: &mut bool, task: &mut Context<'_>) -> Poll<Round>
where
    F: Stream<Item = Result<B, E>> + Sink<Bytes>,
    B: Into<Bytes>,
    E: Into<Box<dyn Error + Send + Sync>>,
    F::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let mut read = 0;
    let reads_more = loop {
        if read == FRAMES {
            break true;
        }
        match frames.as_mut().poll_next(task) {
            Poll::Ready(Some(Ok(frame))) => link.receive(frame),
            Poll::Ready(Some(Err(error))) => return failed(error),
            Poll::Ready(None) => return Poll::Ready(Round::Ended(Ending::Disconnected)),
            Poll::Pending => break false,
        }
        read += 1;
    };
    let mut written = 0;
    let writes_more = loop {
        if written == FRAMES {
            break true;
        }
        let is_writable = match frames.as_mut().poll_ready(task) {
            Poll::Ready(Ok(())) => true,
            Poll::Ready(Err(error)) => return failed(error),
            Poll::Pending => false,
        };
        // Even if nothing can be written, calls are served and the end of the link is seen.
        match link.poll_frame(task, is_writable) {
            Poll::Ready(Some(frame)) => {
                if let Err(error) = frames.as_mut().start_send(frame) {
                    return failed(error);
                }
                *is_flushed = false;
            }
            // Why it has ended is known to the link, and stays.
            Poll::Ready(None) => return Poll::Ready(Round::Ended(Ending::Closed)),
            Poll::Pending => break false,
        }
        written += 1;
    };
    if !*is_flushed && !writes_more {
        match frames.as_mut().poll_flush(task) {
            Poll::Ready(Ok(())) => *is_flushed = true,
            Poll::Ready(Err(error)) => return failed(error),
            Poll::Pending => {}
        }
    }
    match reads_more || writes_more {
        true => Poll::Ready(Round::More),
        false => Poll::Pending,
    }
}

fn failed(error: impl Into<Box<dyn Error + Send + Sync>>) -> Poll<Round> {
    Poll::Ready(Round::Ended(Ending::Failed(LinkError::Connection(error.into().into()))))
}

struct EndOnDrop<'a>(&'a Link);

impl Drop for EndOnDrop<'_> {
    fn drop(&mut self) {
        self.0.0.end(Ending::Disconnected);
    }
}
