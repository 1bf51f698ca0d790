//! What tests of a distributed program are made of: a network that fails as a seed says, and a transport that fails on demand.
//!
//! Code that calls over a network meets what no test on one machine shows by itself: an answer that is lost, a message that comes twice, a peer that
//! is gone for a while, a server that has started anew. Whether a program is right then depends on an order of events that a test cannot wait for.
//! Here it does not have to. isorun reads one clock, draws its random bytes from one [seed](crate::RuntimeBuilder::seed) and opens no
//! socket, and so everything that happens between several runtimes can happen in one thread, in a time that does not pass by itself, and again:
//!
//! * [`Fabric`] carries the frames of [links](crate::remote::Link) and loses, delays, doubles and reorders them as its seed says. A test runs a
//!   thousand seeds in the time that one timeout takes outside. The one that fails is run again, and its [`Trace`] says what happened to each frame.
//! * [`MockTransport`] is one [transport](crate::Transport) for a unit test, which fails exactly where it is told to.
//!
//! The program under test is the one that runs in production: the same runtimes, links, policies and systems. isorun tests itself in the same way.
//!
//! This module needs the feature `testing`, which is for tests. It has tokio's clock be one that can be paused, at the cost of an atomic load each time
//! that the clock is read.

mod carrier;
mod connection;
mod dice;
mod fabric;
mod faults;
mod mock;
mod remembered;
mod trace;

#[doc(hidden)]
pub use crate::bug::{Bug, plant};
pub use connection::{Connection, Way};
pub use fabric::Fabric;
pub use faults::Faults;
pub use mock::MockTransport;
pub use remembered::Remembered;
pub use trace::{Event, Fate, Frame, Trace};
