//! What crosses a border between runtimes, and what does not.
//!
//! A provider on the other side is called by one message and answers with one. Their bodies are images, the same bytes that two apps of
//! one runtime pass to each other; what is around them is a [`Header`] of 128 bytes. isorun holds no networking code: a [`Transport`] is one
//! function from bytes to bytes, and [`Runtime::serve`](crate::Runtime::serve) is the other end of it.

pub(crate) mod export;
pub(crate) mod exports;
pub(crate) mod link;
pub(crate) mod peer;
pub(crate) mod policy;
pub(crate) mod serve;
pub(crate) mod server;
pub(crate) mod session;
mod told;
pub(crate) mod wire;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

pub use crate::error::remote::{Failure, RemoteError, Status};
pub use export::Exported;
pub use link::{Link, LinkError, LinkStats};
pub use peer::Peer;
pub use policy::{Cancel, Detail, ExportPolicy, ImportPolicy, Revoke};
pub use serve::Serve;
pub use wire::header::{BadHeader, Header, MessageKind};
pub use wire::token::{ParseTokenError, Token};
pub use wire::transport::{Transport, TransportError};

use crate::call::target::Target;
use crate::instance::Instance;
use crate::interface::exports::{Exports, FuncIndex};
use crate::limits::budget::Budget;
use crate::limits::chain::Payer;
use crate::limits::settings::SLICE;
use crate::observe::Observers;
use crate::provider::remote::RemoteProvider;
use crate::provider::{Belonging, Kind, Provider};
use crate::random::Random;
use crate::system::contract::StaticInterface;

/// An implementation of the interface `I` that does its work elsewhere: it sends each call over a transport to the export of a token.
///
/// It implements the interface's host trait, so that code that is generic over the trait runs on it as it runs on a Rust system or a
/// caller. To wire apps with something remote, use [`Runtime::import`](crate::Runtime::import).
pub struct Remote<I> {
    target: Target,
    interface: PhantomData<fn() -> I>,
}

/// The most bytes of a reply that a remote without a runtime accepts.
const MAX_MESSAGE: usize = 8 << 20;

impl<I: StaticInterface> Remote<I> {
    /// Makes a remote. Nothing is sent before the first call. Calls that set no budget get the [default](crate::Budget::default) one.
    pub fn new(token: Token, transport: impl Transport) -> Remote<I> {
        Remote::with(token, transport, &ImportPolicy::default())
    }

    /// As [`new`](Remote::new), under a policy.
    pub fn with(token: Token, transport: impl Transport, policy: &ImportPolicy) -> Remote<I> {
        let interface = I::interface();
        // Without randomness there is no session, and a message that comes twice runs twice.
        let session = Random::from_system().map_or(0, |random| u64::from_le_bytes(random.bytes()));
        let own = (MAX_MESSAGE, policy.clone(), session);
        let kind = Kind::Remote(Box::new(RemoteProvider::new(interface, (token, transport), own)));
        let name = format!("remote {}", interface.name().interface());
        let belonging = Belonging {
            id: 0,
            runtime: None,
            defaults: Budget::default(),
            slice: SLICE,
            message: MAX_MESSAGE,
            observers: Observers::default(),
        };
        let provider =
            Provider::new(Arc::new(Payer::new(name.into(), 0)), belonging, Exports::one(interface.clone()), kind);
        let functions = (0..interface.functions().len() as u32).map(FuncIndex).collect();
        let target = Target::new(Instance::whole(Arc::new(provider)), functions);
        Remote { target, interface: PhantomData }
    }

    /// The typed caller, for calls with a budget of their own.
    pub fn caller(&self) -> I::Caller {
        I::caller(self.target.clone())
    }

    #[doc(hidden)]
    pub fn target(&self) -> &Target {
        &self.target
    }
}

impl<I> Clone for Remote<I> {
    fn clone(&self) -> Remote<I> {
        Remote { target: self.target.clone(), interface: PhantomData }
    }
}

impl<I> fmt::Debug for Remote<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Remote").field(&self.target).finish()
    }
}
