//! What crosses a border between runtimes, and what does not.
//!
//! A provider on the other side is called by one message and answers with one. Their bodies are images, the same bytes that two apps of
//! one runtime pass to each other; what is around them is in [`message`]. isorun holds no networking code: a [`Transport`] is one
//! function from bytes to bytes, and [`Runtime::serve`](crate::Runtime::serve) is the other end of it.

pub(crate) mod client;
pub(crate) mod message;
pub(crate) mod server;
mod token;
mod transport;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Weak;

pub use message::Status;
pub use token::{ParseTokenError, Token};
pub use transport::{Transport, TransportError};

use crate::call::Target;
use crate::instance::provides::Provides;
use crate::instance::{Instance, Provider};
use crate::system::StaticInterface;

use client::RemoteProvider;

/// The interface `I`, its work done elsewhere: a transport and the token of an export behind it.
///
/// It implements the interface's host trait, so that code that is generic over the trait runs on it as it runs on a Rust system or a
/// caller. To wire apps with something remote, use [`Runtime::import`](crate::Runtime::import).
pub struct Remote<I> {
    target: Target,
    interface: PhantomData<fn() -> I>,
}

/// The most bytes of a reply that a remote without a runtime accepts.
const MAX_MESSAGE: usize = 64 << 20;

impl<I: StaticInterface> Remote<I> {
    /// Nothing is sent before the first call. Calls that set no budget get the [default](crate::Budget::default) one.
    pub fn new(token: Token, transport: impl Transport) -> Remote<I> {
        let interface = I::interface();
        let provider = Provider::Remote(RemoteProvider::new(interface, token, transport, MAX_MESSAGE));
        let name = format!("remote {}", interface.name().interface());
        let handles = (0..interface.functions().len() as u32).collect();
        let instance = Instance::new(0, name.into(), Weak::new(), Provides::one(interface.clone()), provider);
        Remote { target: Target::new(instance, handles), interface: PhantomData }
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
