//! A runtime at one end of a connection.

use std::sync::{Arc, Weak};

use bytes::Bytes;

use super::{Inner, Runtime};
use crate::error::instance::ExportError;
use crate::error::remote::Status;
use crate::instance::Instance;
use crate::interface::Interface;
use crate::remote::link::{Answer, Link, Serve};
use crate::remote::peer::Peer;
use crate::remote::policy::ExportPolicy;
use crate::remote::session::Refused;
use crate::remote::wire::header::Header;
use crate::remote::wire::token::Token;

impl Runtime {
    /// One end of a connection to this peer, over which calls go in both directions. What carries its frames is up to the program.
    ///
    /// The link does not keep the runtime alive. Calls of the peer get no answer when that is gone.
    ///
    /// ```no_run
    /// # #[isorun::interface("tests/wit/greeter.wit")]
    /// # mod greeter {}
    /// # async fn example<S>(runtime: isorun::Runtime, token: isorun::Token, frames: S) -> Result<(), Box<dyn std::error::Error>>
    /// # where S: futures_core::Stream<Item = Result<bytes::BytesMut, std::io::Error>> + futures_sink::Sink<bytes::Bytes, Error = std::io::Error>
    /// #     + Send + 'static {
    /// use isorun::remote::Peer;
    ///
    /// let link = runtime.link(Peer::named("b").calls(64));
    /// let running = link.clone();
    /// // `frames` is a socket with a codec that delimits frames, a WebSocket, or a pair of channels.
    /// tokio::spawn(async move { running.run(frames).await });
    /// let polite = runtime.import::<greeter::Interface>(token, link);
    /// println!("{}", polite.caller::<greeter::Interface>()?.greet("Ada").await?);
    /// # Ok(()) }
    /// ```
    pub fn link(&self, peer: Peer) -> Link {
        Link::new(peer, Arc::new(End(Arc::downgrade(&self.0))))
    }
}

/// The runtime behind a link, as long as there is one.
struct End(Weak<Inner>);

impl End {
    fn runtime(&self) -> Option<Runtime> {
        self.0.upgrade().map(Runtime)
    }
}

impl Serve for End {
    fn serve(&self, peer: &Peer, message: Bytes) -> Answer {
        let (runtime, peer) = (self.runtime(), peer.shared_name().clone());
        Box::pin(async move { runtime?.server().serve(&peer, &message).await })
    }

    fn is_quick(&self, header: &Header) -> bool {
        self.runtime().is_none_or(|runtime| runtime.server().is_quick(header))
    }

    fn refuse(&self, peer: &Peer, header: &Header) -> Option<Vec<u8>> {
        let refused = self.runtime().map(|runtime| runtime.server().refuse(peer.shared_name(), header));
        match refused {
            None | Some(Refused::Noted) => header.refuse(Status::Busy),
            // Its answer is on the way. The caller would believe any other one.
            Some(Refused::Runs) => None,
            Some(Refused::Before) => header.refuse(Status::Duplicate),
        }
    }

    fn export(&self, instance: &Instance, interface: &Interface, policy: &ExportPolicy) -> Result<Token, ExportError> {
        match self.runtime() {
            Some(runtime) => runtime.export_interface_with(instance, interface, policy),
            None => Err(ExportError::Removed { instance: instance.name().into() }),
        }
    }

    fn withdraw(&self, tokens: &[Token]) {
        if let Some(runtime) = self.runtime() {
            tokens.iter().for_each(|token| runtime.server().exports.withdraw(token));
        }
    }
}
