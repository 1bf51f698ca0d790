//! One message, answered.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;

use super::peer::Peer;
use super::wire::transport::{Transport, TransportError};
use crate::runtime::Runtime;

/// The answer to one message, which is made when this is awaited: see [`Runtime::serve`].
#[must_use = "a message is answered when this is awaited"]
pub struct Serve<'a> {
    runtime: &'a Runtime,
    message: &'a [u8],
    peer: Option<Peer>,
}

impl<'a> Serve<'a> {
    pub(crate) fn new(runtime: &'a Runtime, message: &'a [u8]) -> Serve<'a> {
        Serve { runtime, message, peer: None }
    }

    /// Says which peer the message came from. Its name is what systems see of it with [`Cx::peer`](crate::Cx::peer), and messages of peers with
    /// different names never count as the same call. If as much is under way of this peer and its clones as may be, a call is refused.
    ///
    /// Without it, and where a [`Runtime`] is the transport, the peer has no name, and no limit but that of the export.
    pub fn from(mut self, peer: &Peer) -> Serve<'a> {
        self.peer = Some(peer.clone());
        self
    }
}

impl<'a> IntoFuture for Serve<'a> {
    type Output = Option<Vec<u8>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Option<Vec<u8>>> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let server = self.runtime.server();
            let Some(peer) = &self.peer else { return server.serve(&None, self.message).await };
            let here = peer.arrives(self.message.len());
            match here.is_none().then(|| server.overload(peer.shared_name(), self.message)).flatten() {
                Some(refusal) => Some(refusal),
                None => server.serve(peer.shared_name(), self.message).await,
            }
        })
    }
}

/// The shortest way: a runtime in the same process answers.
impl Transport for Runtime {
    async fn call(&self, message: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        let answer = self.server().serve(&None, &message).await;
        answer.ok_or_else(|| TransportError::Lost("the message deserves no answer".into()))
    }
}

impl fmt::Debug for Serve<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Serve").field("bytes", &self.message.len()).field("peer", &self.peer).finish_non_exhaustive()
    }
}
