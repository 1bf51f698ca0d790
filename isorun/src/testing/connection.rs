//! A connection between two links.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::fabric::Shared;
use super::faults::Faults;
use super::trace::{Fate, Frame};
use crate::remote::Link;

/// A connection between two links, as [`Fabric::connect`](super::Fabric::connect) has made it. What it does to frames can be changed while it runs. A
/// clone is the same connection.
#[derive(Clone)]
pub struct Connection(Arc<Inner>);

struct Inner {
    fabric: Arc<Shared>,
    links: [Link; 2],
    names: [Arc<str>; 2],
    state: Mutex<State>,
}

struct State {
    faults: [Faults; 2],
    /// Whether nothing passes.
    silent: [bool; 2],
    is_cut: bool,
}

/// One of the two directions of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From the link that was named first to the other one.
    There = 0,
    /// The other direction.
    Back = 1,
}

impl Connection {
    pub(super) fn new(fabric: Arc<Shared>, links: [Link; 2], names: [Arc<str>; 2], faults: Faults) -> Connection {
        let state = State { faults: [faults.clone(), faults], silent: [false; 2], is_cut: false };
        Connection(Arc::new(Inner { fabric, links, names, state: Mutex::new(state) }))
    }

    /// Does this from now on to frames in both directions.
    pub fn faults(&self, faults: &Faults) {
        self.faults_on(Way::There, faults);
        self.faults_on(Way::Back, faults);
    }

    /// Does this from now on to frames in one direction.
    pub fn faults_on(&self, way: Way, faults: &Faults) {
        self.state().faults[way as usize] = faults.clone();
    }

    /// Lets nothing pass in either direction, until it is [healed](Connection::heal). Frames that are sent or arrive meanwhile are lost, and nobody is told.
    pub fn partition(&self) {
        self.state().silent = [true; 2];
    }

    /// Lets nothing pass in one direction, until it is [healed](Connection::heal): a connection that is half open.
    pub fn half_open(&self, dead: Way) {
        self.state().silent[dead as usize] = true;
    }

    /// Lets frames pass again in both directions. What is lost stays lost, and the [faults](Connection::faults) stay what they are.
    pub fn heal(&self) {
        self.state().silent = [false; 2];
    }

    /// Cuts it: both links are closed at once, and what is under way is lost.
    pub fn cut(&self) {
        let was_cut = std::mem::replace(&mut self.state().is_cut, true);
        if !was_cut {
            self.note(Way::There, None, Fate::Cut);
            self.0.links.iter().for_each(Link::close);
        }
    }

    /// The links that it connects, the one that was named first before the other one.
    pub fn links(&self) -> [Link; 2] {
        self.0.links.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn faults_of(&self, way: Way) -> Faults {
        self.state().faults[way as usize].clone()
    }

    pub(super) fn is_silent(&self, way: Way) -> bool {
        self.state().silent[way as usize]
    }

    pub(super) fn is_cut(&self) -> bool {
        self.state().is_cut
    }

    pub(super) fn note(&self, way: Way, frame: Option<Frame>, fate: Fate) {
        let [one, other] = self.0.names.clone();
        let ends = if way == Way::There { [one, other] } else { [other, one] };
        self.0.fabric.push(ends, frame, fate);
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Connection")
            .field("between", &self.0.names)
            .field("faults", &state.faults)
            .field("silent", &state.silent)
            .field("is_cut", &state.is_cut)
            .finish()
    }
}
