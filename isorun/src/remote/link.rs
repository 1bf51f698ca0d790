//! A connection's worth of state: calls in both directions over one stream of frames.

mod call;
mod ending;
mod error;
mod local;
mod run;
mod serve;
mod state;
mod stats;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use futures_core::Stream;
use futures_sink::Sink;

use super::peer::Peer;
use super::policy::ExportPolicy;
use super::wire::header::{Header, MessageKind};
use super::wire::token::Token;
use super::wire::transport::{Transport, TransportError};
use crate::error::instance::ExportError;
use crate::instance::Instance;
use crate::panics::woken;
use crate::system::contract::StaticInterface;
use call::LinkCall;
use ending::Ending;
use serve::Served;
use state::State;

pub use error::LinkError;
pub(crate) use serve::{Answer, Serve};
pub use stats::LinkStats;

/// One end of a connection to a [`Peer`]: it carries the calls that this side makes, and serves those that the peer makes.
///
/// Both ends are alike. A link holds no socket: [`run`](Link::run) takes any stream and sink of frames, each frame one message. A clone is the
/// same link. When the last one is dropped, it is closed.
///
/// A link is a [`Transport`]. At most as many calls are in flight as the peer's [limits](Peer) say; the others wait, in the order of their
/// arrival, so that memory stays bounded. The same limits hold for what the peer calls here: what is beyond them is refused before it is looked
/// at, and the peer is told that it has not run. Two ends that have the same limits see that only where replies pile up that are not read, or where the peer still serves
/// calls that were dropped on this side.
///
/// A link lasts as long as its connection. After that make a new one; what was imported over the old one stays with that. To have imports outlive a
/// connection, put the link that is current behind a transport of your own, and call [named](super::ExportPolicy::named) exports:
///
/// ```
/// # use std::sync::{Arc, PoisonError, RwLock};
/// # use isorun::{Transport, remote::Link};
/// # fn example(link: Link) -> impl Transport {
/// let current = Arc::new(RwLock::new(link));
/// // Whoever connects again puts the new link into `current`.
/// move |message: Vec<u8>| {
///     let link = current.read().unwrap_or_else(PoisonError::into_inner).clone();
///     async move { link.call(message).await }
/// }
/// # }
/// ```
///
/// A link sends nothing by itself, so the transport has to notice that a connection is dead, by keepalive or pings, and to [close](Link::close) it.
///
/// # Cancel safety
///
/// Dropping a call takes it back if its frame was not taken yet, and tells the peer to cancel it otherwise. Its answer goes to nobody else.
///
/// # Examples
///
/// Two ends in one process, joined without a socket:
///
/// ```
/// use std::future::poll_fn;
/// use isorun::remote::Link;
///
/// async fn join(one: &Link, other: &Link) {
///     tokio::join!(carry(one, other), carry(other, one));
/// }
///
/// async fn carry(from: &Link, to: &Link) {
///     while let Some(frame) = poll_fn(|task| from.poll_send(task)).await {
///         to.receive(frame);
///     }
///     to.close(); // as a connection would end
/// }
/// ```
///
/// Over a socket, frames come from a codec such as tokio-util's, whose limit must be as large as the largest message, which has up to 64 KiB
/// more than [`max_message`](crate::RuntimeBuilder::max_message). One frame that is larger ends the connection, and every call on it:
///
/// ```text
/// let socket = TcpStream::connect("b.example:7000").await?;
/// socket.set_nodelay(true)?;
/// let frames = LengthDelimitedCodec::builder().max_frame_length(64 << 20).new_framed(socket);
/// link.run(frames).await?;
/// ```
#[derive(Clone)]
pub struct Link(Arc<Shared>);

/// What the clones of a link share.
struct Shared {
    me: Weak<Shared>,
    peer: Peer,
    server: Arc<dyn Serve>,
    state: Mutex<State>,
}

/// How many of the calls that are served here are polled before others have their turn.
const TURNS: usize = 32;

impl Link {
    pub(crate) fn new(peer: Peer, server: Arc<dyn Serve>) -> Link {
        let state = Mutex::new(State::new(&peer));
        Link(Arc::new_cyclic(|me| Shared { me: me.clone(), peer, server, state }))
    }

    /// Carries frames until the stream ends, something fails or the link is closed. In either case the link is closed afterwards.
    ///
    /// It reads as long as it runs, whatever it has to write, and writes what there is before it flushes. An error of either half ends
    /// both.
    ///
    /// # Errors
    ///
    /// [`LinkError`] if the connection fails, or if the peer does not read what it has caused.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the link, because frames that the sink has taken may be lost with it.
    pub async fn run<F, B, E>(&self, frames: F) -> Result<(), LinkError>
    where
        F: Stream<Item = Result<B, E>> + Sink<Bytes>,
        B: Into<Bytes>,
        E: Into<Box<dyn Error + Send + Sync>>,
        <F as Sink<Bytes>>::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        run::run(self, frames).await
    }

    /// Takes one frame from the peer: a whole message. It never waits. A call of a system or a remote is begun here, on this thread, so a
    /// method that is not `async` and blocks keeps the link from reading; calls of apps are given a task, or where there is no tokio runtime to the one who calls [`poll_send`](Link::poll_send).
    ///
    /// Calls are begun in the order in which they are received. What is no message, or comes after the end of the link, is dropped.
    pub fn receive(&self, frame: impl Into<Bytes>) {
        self.0.receive(frame.into());
    }

    /// The next frame for the peer; `None` once the link is closed.
    ///
    /// A frame counts as sent when it was taken: a call whose frame was taken may have run, whatever happens to it then. The task that got
    /// `Pending` last is woken when there is a frame. Where there is no tokio runtime, this also goes on with the calls that are served.
    pub fn poll_send(&self, task: &mut Context<'_>) -> Poll<Option<Bytes>> {
        self.poll_frame(task, true)
    }

    /// Closes the link, on this side. Calls end with [`NotSent`](TransportError::NotSent) if their frame was not taken, and with
    /// [`Lost`](TransportError::Lost) otherwise; those that the peer has made are given up, and answers that were not taken are lost. [`run`](Link::run) returns. The peer notices when its
    /// connection ends.
    pub fn close(&self) {
        self.0.end(Ending::Closed);
    }

    /// Exports an interface of an instance of this runtime for as long as the link lasts: with it the export ends. Its token is told to the peer by the
    /// program, for example as an argument of a call.
    ///
    /// # Errors
    ///
    /// Those of [`Runtime::export`](crate::Runtime::export), and [`ExportError::LinkEnded`] if the link has ended.
    pub fn offer<I: StaticInterface>(&self, instance: &Instance) -> Result<Token, ExportError> {
        self.offer_with::<I>(instance, &ExportPolicy::default())
    }

    /// As [`offer`](Link::offer), under a policy.
    ///
    /// # Errors
    ///
    /// Those of [`Runtime::export_with`](crate::Runtime::export_with), and [`ExportError::LinkEnded`] if the link has ended.
    pub fn offer_with<I: StaticInterface>(
        &self,
        instance: &Instance,
        policy: &ExportPolicy,
    ) -> Result<Token, ExportError> {
        let token = self.0.server.export(instance, I::interface(), policy)?;
        let is_kept = self.0.state().keep(token);
        if !is_kept {
            self.0.server.withdraw(&[token]);
            return Err(ExportError::LinkEnded { instance: instance.name().into() });
        }
        Ok(token)
    }

    /// What the link is doing.
    pub fn stats(&self) -> LinkStats {
        self.0.state().stats()
    }

    /// The other end, as it was named.
    pub fn peer(&self) -> &Peer {
        &self.0.peer
    }

    /// Goes on with the calls that are served here. Then it gives the next frame, if one is wanted.
    fn poll_frame(&self, task: &mut Context<'_>, is_wanted: bool) -> Poll<Option<Bytes>> {
        let mut turns = 0;
        let mut waker: Option<Waker> = None;
        loop {
            let mut state = self.0.state();
            if turns < TURNS
                && let Some(local) = state.ready.pop_front()
            {
                drop(state);
                local.poll();
                turns += 1;
                continue;
            }
            if is_wanted && let Some(frame) = state.next() {
                return Poll::Ready(Some(frame));
            }
            if state.ended.is_some() {
                return Poll::Ready(None);
            }
            let goes_on = !state.ready.is_empty();
            let is_known = state.sender.as_ref().is_some_and(|sender| sender.will_wake(task.waker()));
            let old = if is_known {
                waker.take()
            } else if let Some(waker) = waker.take() {
                state.sender.replace(waker)
            } else {
                // A waker is cloned where no lock is held; then it is looked again whether there is something.
                drop(state);
                waker = Some(task.waker().clone());
                continue;
            };
            drop(state);
            drop(old);
            if goes_on {
                task.waker().wake_by_ref();
            }
            return Poll::Pending;
        }
    }
}

impl Transport for Link {
    fn call(&self, message: Vec<u8>) -> impl Future<Output = Result<Vec<u8>, TransportError>> + Send {
        LinkCall::new(&self.0, message)
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics between two states, so it is whole even if the lock is poisoned.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn receive(&self, frame: Bytes) {
        match Header::peek(&frame) {
            Ok(header) => match header.kind() {
                MessageKind::Reply => self.reply(&header, frame),
                MessageKind::Call => self.serve(Some(&header), frame),
                MessageKind::Cancel => self.serve_at_once(frame),
            },
            // Some of these deserve an answer, which says what is wrong with them.
            Err(_) => self.serve(None, frame),
        }
    }

    fn reply(&self, header: &Header, frame: Bytes) {
        let mut state = self.state();
        let answered = state.answer(header, frame);
        // Calls that waited for room may have got it.
        let sender = state.sender();
        drop(state);
        if let Ok(Some(waker)) = answered {
            woken(waker);
        }
        sender.into_iter().for_each(woken);
    }

    fn serve(&self, header: Option<&Header>, frame: Bytes) {
        let size = frame.len();
        let mut state = self.state();
        if state.ended.is_some() {
            return drop(state);
        }
        let is_served = state.begin_serving(size);
        drop(state);
        if is_served {
            let served = Served::new(self, size);
            let is_quick = header.is_none_or(|header| self.server.is_quick(header));
            let answer = self.server.serve(&self.peer, frame);
            return served.run(self, answer, is_quick);
        }
        drop(frame);
        if let Some(refusal) = header.and_then(|header| self.server.refuse(&self.peer, header)) {
            self.notify(refusal);
        }
    }

    fn serve_at_once(&self, frame: Bytes) {
        if self.state().ended.is_none() {
            let mut answer = self.server.serve(&self.peer, frame);
            let _ = answer.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        }
    }

    /// Queues a refusal or a cancel. That ends the link if the peer lets too many of them lie.
    fn notify(&self, notice: Vec<u8>) {
        let mut state = self.state();
        let notified = state.notify(Bytes::from(notice));
        let sender = state.sender();
        drop(state);
        sender.into_iter().for_each(woken);
        if let Err((bytes, frames)) = notified {
            self.end(Ending::Failed(LinkError::PeerDoesNotRead { bytes, frames }));
        }
    }

    fn end(&self, ending: Ending) {
        // The text may be somebody's code, which does not run under the lock.
        let why = ending.to_string();
        let mut remains = self.state().end(ending, why);
        self.server.withdraw(&std::mem::take(&mut remains.offers));
        remains.let_go();
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.end(Ending::Closed);
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").field("peer", &self.0.peer).field("stats", &self.stats()).finish()
    }
}
