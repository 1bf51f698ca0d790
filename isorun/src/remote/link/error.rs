//! Why a link has ended before anybody wanted it to.

use std::error::Error;
use std::sync::Arc;

use crate::text::printable_line;

/// Why a link has ended, other than by [`Link::close`](super::Link::close) or by the end of its connection.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// The connection gave no further frame, or took none.
    #[error("the connection of a link has failed: {}\n  help: connect again, and make a new link", printable_line(&.0.to_string()))]
    Connection(Arc<dyn Error + Send + Sync>),
    /// The peer did not read while more and more was to be said to it.
    #[error(
        "a peer does not read: {bytes} bytes in {frames} frames wait for it, which is more than may\n  help: it sends more calls than it may, or hangs; connect again, or allow it more with `Peer::bytes`"
    )]
    PeerDoesNotRead {
        /// How many bytes wait, without replies.
        bytes: usize,
        /// How many frames wait, without replies.
        frames: usize,
    },
}
