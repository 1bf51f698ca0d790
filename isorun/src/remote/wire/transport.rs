//! How bytes reach the other side.

use std::future::Future;
use std::pin::Pin;

use crate::text::printable_line;

/// Carries one message to the other side and brings its answer back. Framing, connections and encryption are up to the transport.
///
/// It may try again as long as no byte has left, and must not send a message twice: only isorun says in a message that it is
/// [sent again](super::super::ImportPolicy::retries), so that it cannot run for a second time.
///
/// An async closure is one, a [`Link`](super::super::Link) is one, and a [`Runtime`](crate::Runtime) is one to itself, for two runtimes of one process:
///
/// ```
/// # use isorun::{Runtime, Transport, TransportError};
/// # fn example(other: Runtime) -> impl Transport {
/// move |message: Vec<u8>| {
///     let other = other.clone();
///     async move {
///         println!("{} bytes go to the other runtime", message.len());
///         other.call(message).await
///     }
/// }
/// # }
/// ```
pub trait Transport: Send + Sync + 'static {
    /// Sends a message and returns the answer to this message, not to another one.
    fn call(&self, message: Vec<u8>) -> impl Future<Output = Result<Vec<u8>, TransportError>> + Send;
}

impl<F, A> Transport for F
where
    F: Fn(Vec<u8>) -> A + Send + Sync + 'static,
    A: Future<Output = Result<Vec<u8>, TransportError>> + Send,
{
    fn call(&self, message: Vec<u8>) -> impl Future<Output = Result<Vec<u8>, TransportError>> + Send {
        self(message)
    }
}

/// Why a message has no answer. What the caller must know is whether the other side may have run it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// No byte of the message has left: the other side has not run it.
    #[error("not sent: {}", printable_line(.0))]
    NotSent(String),
    /// The message, or part of it, has left, and no answer came: the other side may have run it.
    #[error("lost after it was sent: {}", printable_line(.0))]
    Lost(String),
}

/// A transport whose type is forgotten.
pub(crate) trait AnyTransport: Send + Sync {
    fn call(&self, message: Vec<u8>) -> Answer<'_>;
}

/// The answer to come.
pub(crate) type Answer<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, TransportError>> + Send + 'a>>;

impl<T: Transport> AnyTransport for T {
    fn call(&self, message: Vec<u8>) -> Answer<'_> {
        Box::pin(Transport::call(self, message))
    }
}
