//! Messages, a server and frames, as the tests need them.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use bytes::Bytes;
use tokio::sync::oneshot;

use crate::error::instance::ExportError;
use crate::instance::Instance;
use crate::interface::Interface;
use crate::remote::link::serve::Answer;
use crate::remote::link::{Link, Serve};
use crate::remote::peer::Peer;
use crate::remote::policy::ExportPolicy;
use crate::remote::wire::header::{Header, MessageKind};
use crate::remote::wire::token::Token;
use crate::remote::wire::transport::{Transport, TransportError};

pub(super) type Outcome = Result<Vec<u8>, TransportError>;
pub(super) type Calling = Pin<Box<dyn Future<Output = Outcome> + Send>>;

pub(super) const SESSION: u64 = 7;

/// A call whose body has so many bytes.
pub(super) fn call_of(session: u64, call: u64, body: usize) -> Vec<u8> {
    let mut message = vec![0; 128 + body];
    message[..5].copy_from_slice(b"iso\x01\x00");
    message[8..16].copy_from_slice(&session.to_le_bytes());
    message[16..24].copy_from_slice(&call.to_le_bytes());
    message[40..48].copy_from_slice(&3_u64.to_le_bytes());
    message[48..56].copy_from_slice(&4_u64.to_le_bytes());
    message[56..60].copy_from_slice(&5_u32.to_le_bytes());
    message[120..124].copy_from_slice(&(body as u32).to_le_bytes());
    message
}

pub(super) fn call(id: u64) -> Vec<u8> {
    call_of(SESSION, id, 0)
}

/// The reply to a call, whose body is the call's id.
pub(super) fn reply_to(call: &[u8]) -> Vec<u8> {
    let mut message = vec![0; 136];
    message[..60].copy_from_slice(&call[..60]);
    message[4..8].copy_from_slice(&[1, 0, 2, 0]);
    message[24..40].fill(0);
    // A process, because a value comes from one.
    message[96] = 1;
    message[120] = 8;
    message[128..].copy_from_slice(&call[16..24]);
    message
}

pub(super) fn id_of(message: &[u8]) -> u64 {
    Header::peek(message).expect("a message of the test").call()
}

pub(super) fn kind_of(message: &[u8]) -> MessageKind {
    Header::peek(message).expect("a message of the test").kind()
}

/// A server that notes what it is given and answers when it is told to.
#[derive(Default)]
pub(super) struct Fake {
    pub(super) is_quick: bool,
    /// Whether calls with an even id wait until [`Fake::answer`].
    pub(super) holds: bool,
    pub(super) seen: Mutex<Vec<(MessageKind, u64)>>,
    pub(super) held: Mutex<HashMap<u64, oneshot::Sender<()>>>,
    /// Calls of which the future was dropped before its end.
    pub(super) stopped: Arc<Mutex<Vec<u64>>>,
}

struct Note(Arc<Mutex<Vec<u64>>>, u64, bool);

impl Note {
    fn done(mut self) {
        self.2 = true;
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        if !self.2 {
            self.0.lock().unwrap().push(self.1);
        }
    }
}

impl Fake {
    pub(super) fn quick() -> Arc<Fake> {
        Arc::new(Fake { is_quick: true, ..Fake::default() })
    }

    pub(super) fn holding() -> Arc<Fake> {
        Arc::new(Fake { holds: true, ..Fake::default() })
    }

    pub(super) fn answer(&self, id: u64) {
        let held = self.held.lock().unwrap().remove(&id);
        let _ = held.expect("a call that is held").send(());
    }

    pub(super) fn ids(&self) -> Vec<u64> {
        self.seen.lock().unwrap().iter().map(|(_, id)| *id).collect()
    }
}

impl Serve for Fake {
    fn serve(&self, _: &Peer, message: Bytes) -> Answer {
        let Ok(header) = Header::peek(&message) else { return Box::pin(async { None }) };
        self.seen.lock().unwrap().push((header.kind(), header.call()));
        if header.kind() != MessageKind::Call {
            return Box::pin(async { None });
        }
        let id = header.call();
        let mut wait = None;
        if self.holds && id % 2 == 0 {
            let (sender, receiver) = oneshot::channel();
            self.held.lock().unwrap().insert(id, sender);
            wait = Some(receiver);
        }
        let note = Note(self.stopped.clone(), id, false);
        Box::pin(async move {
            if let Some(wait) = wait {
                let _ = wait.await;
            }
            note.done();
            Some(reply_to(&message))
        })
    }

    fn is_quick(&self, _: &Header) -> bool {
        self.is_quick
    }

    fn export(&self, instance: &Instance, _: &Interface, _: &ExportPolicy) -> Result<Token, ExportError> {
        Err(ExportError::Foreign { instance: instance.name().into() })
    }

    fn withdraw(&self, _: &[Token]) {}
}

pub(super) fn link(peer: Peer) -> Link {
    Link::new(peer, Fake::quick())
}

/// A call that owns its link.
pub(super) fn start(link: &Link, message: Vec<u8>) -> Calling {
    let link = link.clone();
    Box::pin(async move { Transport::call(&link, message).await })
}

pub(super) fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// The next frame, if there is one now.
pub(super) fn take(link: &Link) -> Option<Bytes> {
    match link.poll_send(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(frame) => frame,
        Poll::Pending => None,
    }
}

pub(super) fn is_pending(calling: &mut Calling) -> bool {
    poll(calling).is_pending()
}

pub(super) fn not_sent(outcome: Poll<Outcome>) -> bool {
    matches!(outcome, Poll::Ready(Err(TransportError::NotSent(_))))
}

pub(super) fn lost(outcome: Poll<Outcome>) -> bool {
    matches!(outcome, Poll::Ready(Err(TransportError::Lost(_))))
}

/// Takes frames from one link to the other, as a connection would.
pub(super) async fn carry(from: Link, to: Link) {
    while let Some(frame) = poll_fn(|task| from.poll_send(task)).await {
        to.receive(frame);
        tokio::task::coop::consume_budget().await;
    }
    to.close();
}

/// Counts how often it was woken.
#[derive(Default)]
pub(super) struct Count(pub(super) std::sync::atomic::AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    }
}

impl Count {
    pub(super) fn get(&self) -> usize {
        self.0.load(std::sync::atomic::Ordering::SeqCst)
    }
}

/// Nothing is under way, and nothing is kept.
pub(super) fn assert_at_rest(link: &Link) {
    let stats = link.stats();
    assert_eq!((stats.in_flight, stats.waiting, stats.serving, stats.queued_bytes), (0, 0, 0, 0), "{stats:?}");
    assert_eq!(link.0.state().entries(), 0);
}
