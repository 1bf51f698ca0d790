//! What a link is doing.

/// What a link is doing at this moment, and what it has turned away since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LinkStats {
    /// Calls of this side that are queued, or that the peer has not answered.
    pub in_flight: usize,
    /// Calls of this side that wait until there is room for them.
    pub waiting: usize,
    /// Calls of the peer that are served, or whose reply was not taken yet.
    pub serving: usize,
    /// Bytes of all frames that wait to be taken.
    pub queued_bytes: usize,
    /// Replies that no call waits for: of an unknown or an abandoned call, of another session, interface, function or signature, or a
    /// second reply.
    pub replies_dropped: u64,
    /// Calls of the peer that were refused because it had too many under way.
    pub calls_refused: u64,
}
