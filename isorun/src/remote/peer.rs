//! Who is at the other end, and how much it may ask for at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The other end of a connection: its name, and how much may be under way between it and this side.
///
/// Over a [link](super::Link), the numbers hold for each direction by itself: so many calls of this side wait for an answer of the peer, and so many of the peer are
/// served here. Where messages are answered [one by one](crate::Runtime::serve), clones of a peer are served so many together.
///
/// ```
/// use isorun::remote::Peer;
///
/// let peer = Peer::named("b").calls(64).bytes(16 << 20);
/// assert_eq!(peer.name(), Some("b"));
/// assert_eq!(Peer::default().name(), None);
/// ```
#[derive(Clone, Debug)]
pub struct Peer {
    name: Option<Arc<str>>,
    pub(crate) calls: u32,
    pub(crate) bytes: usize,
    /// What is under way of the messages that are answered one by one; clones share it.
    load: Arc<Load>,
}

#[derive(Debug, Default)]
struct Load {
    calls: AtomicUsize,
    bytes: AtomicUsize,
}

impl Peer {
    /// A peer of this name. It is this side that names it, after it knows who that is: nothing in a message does.
    pub fn named(name: impl Into<Arc<str>>) -> Peer {
        Peer { name: Some(name.into()), ..Peer::default() }
    }

    /// How many calls may be under way in each direction; 256 by default, and at least 1.
    #[must_use]
    pub fn calls(mut self, calls: u32) -> Peer {
        self.calls = calls.max(1);
        self
    }

    /// How many bytes the messages of these calls may have together, in each direction; 64 MiB by default. One message that is larger is
    /// not sent, and refused where it arrives.
    #[must_use]
    pub fn bytes(mut self, bytes: usize) -> Peer {
        self.bytes = bytes;
        self
    }

    /// A message of the peer is here, of so many bytes, if there is room for it.
    pub(crate) fn arrives(&self, bytes: usize) -> Option<Here<'_>> {
        let before =
            (self.load.calls.fetch_add(1, Ordering::Relaxed), self.load.bytes.fetch_add(bytes, Ordering::Relaxed));
        let here = Here { load: &self.load, bytes };
        // What was added is taken off again when this is dropped.
        (before.0 < self.calls as usize && before.1.saturating_add(bytes) <= self.bytes).then_some(here)
    }

    pub(crate) fn shared_name(&self) -> &Option<Arc<str>> {
        &self.name
    }

    /// The name, if it was given one.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

/// A message that is here until it is answered.
pub(crate) struct Here<'a> {
    load: &'a Load,
    bytes: usize,
}

impl Drop for Here<'_> {
    fn drop(&mut self) {
        self.load.calls.fetch_sub(1, Ordering::Relaxed);
        self.load.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// A peer without a name.
impl Default for Peer {
    fn default() -> Peer {
        Peer { name: None, calls: 256, bytes: 64 << 20, load: Arc::default() }
    }
}
