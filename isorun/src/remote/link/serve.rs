//! How the calls of a peer are served.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use super::Shared;
use super::local::Local;
use crate::error::instance::ExportError;
use crate::error::remote::Status;
use crate::instance::Instance;
use crate::interface::Interface;
use crate::panics::{caught, woken};
use crate::remote::peer::Peer;
use crate::remote::policy::ExportPolicy;
use crate::remote::wire::header::Header;
use crate::remote::wire::token::Token;

/// Who answers the calls of a peer.
pub(crate) trait Serve: Send + Sync + 'static {
    /// Serves one message. It gives nothing if the message deserves no answer. Besides calls it is given cancels, and what has no header that
    /// can be read: these it deals with when it is polled first, since it is not polled again.
    fn serve(&self, peer: &Peer, message: Bytes) -> Answer;

    /// Whether this call is to be polled where it is received, because it is mostly done at once. Otherwise it is given a task at once.
    fn is_quick(&self, header: &Header) -> bool;

    /// The answer to a call for which the link has no room. It may be told that it has not run, and then it never does; not if it has come before.
    fn refuse(&self, peer: &Peer, header: &Header) -> Option<Vec<u8>> {
        let _ = peer;
        header.refuse(Status::Busy)
    }

    /// Lets peers call an interface of an instance.
    fn export(&self, instance: &Instance, interface: &Interface, policy: &ExportPolicy) -> Result<Token, ExportError>;

    /// Ends exports, without waiting for calls that have come.
    fn withdraw(&self, tokens: &[Token]);
}

/// The answer to come.
pub(crate) type Answer = Pin<Box<dyn Future<Output = Option<Vec<u8>>> + Send>>;

/// Where a call is served that has not ended.
pub(super) enum Running {
    /// It will be known when the task has been made.
    Starting,
    Task(AbortHandle),
    Here(Arc<Local>),
}

impl Running {
    pub(super) fn stop(self) {
        match self {
            Running::Starting => {}
            Running::Task(task) => task.abort(),
            Running::Here(local) => local.stop(),
        }
    }
}

/// A call that counts as served until this is dropped or has given its answer.
pub(super) struct Served {
    link: Weak<Shared>,
    size: usize,
    /// Its number among those that are served elsewhere; 0 while it is not.
    id: u64,
    is_over: bool,
}

impl Served {
    pub(super) fn new(link: &Shared, size: usize) -> Served {
        Served { link: link.me.clone(), size, id: 0, is_over: false }
    }

    fn end(&mut self, reply: Option<Vec<u8>>) {
        self.is_over = true;
        let Some(link) = self.link.upgrade() else { return };
        let mut state = link.state();
        let running = state.running.remove(&self.id);
        state.end_serving(self.size, reply.map(Bytes::from));
        let sender = state.sender();
        drop(state);
        drop(running);
        sender.into_iter().for_each(woken);
    }

    /// Serves the call, here if that is all, elsewhere otherwise.
    pub(super) fn run(mut self, link: &Shared, mut answer: Answer, here_first: bool) {
        if here_first {
            let mut task = Context::from_waker(Waker::noop());
            if let Poll::Ready(reply) = answer.as_mut().poll(&mut task) {
                return self.end(reply);
            }
        }
        let mut state = link.state();
        if state.ended.is_some() {
            // What it holds is dropped after the lock.
            drop(state);
            return;
        }
        let id = state.next_running();
        state.running.insert(id, Running::Starting);
        drop(state);
        self.id = id;
        let work = async move {
            // A server catches the panics of those that it calls. One of its own must not keep the count.
            let reply = caught(Pin::new(&mut answer)).await.unwrap_or_else(|panic| {
                tracing::error!(panic = panic.message, "a call over a link has no answer, because its server panicked");
                None
            });
            self.end(reply);
        };
        let running = match Handle::try_current() {
            Ok(tokio) => Running::Task(tokio.spawn(work).abort_handle()),
            Err(_) => Running::Here(Local::new(link.me.clone(), work)),
        };
        link.started(id, running);
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if !self.is_over {
            self.end(None);
        }
    }
}

impl Shared {
    /// Notes where a call is served, unless it or the link has ended meanwhile.
    fn started(&self, id: u64, running: Running) {
        let mut state = self.state();
        if state.ended.is_some() {
            drop(state);
            return running.stop();
        }
        let Some(starting) = state.running.get_mut(&id) else { return drop(state) };
        let ready = if let Running::Here(local) = &running { Some(local.clone()) } else { None };
        // What was there is `Starting`, which is nothing.
        *starting = running;
        state.ready.extend(ready);
        let sender = state.sender();
        drop(state);
        sender.into_iter().for_each(woken);
    }
}
