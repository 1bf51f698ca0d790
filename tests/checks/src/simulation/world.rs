//! A world of three nodes.

use std::time::Duration;

use isorun::Token;
use isorun::remote::{Link, Peer};
use isorun::testing::{Connection, Fabric, Faults};

use super::called::Called;
use super::line::Line;
use super::log::Log;
use super::node::{A, B, C, NAMES, Node};
use super::register::Disk;
use super::steps::Callers;
use super::{Course, Form, invariants};
use crate::choices::Choices;

/// A world of three nodes.
pub(super) struct World {
    pub(super) form: Form,
    pub(super) fabric: Fabric,
    pub(super) log: Log,
    pub(super) disk: Disk,
    pub(super) nodes: [Node; 3],
    /// From *a* to *b*, from *a* to *c*, from *b* to *c*.
    pub(super) lines: [Line; 3],
    /// From *c* back to *b*, for a guest that has moved.
    pub(super) back: Line,
    pub(super) connections: [Option<Connection>; 3],
    pub(super) calls: Vec<Called>,
    pub(super) callers: Option<Callers>,
    /// Who owns the register, and since which epoch.
    pub(super) owner: (usize, u64),
    /// The end at *b* of a connection to a peer that follows no rule.
    pub(super) hostile: Option<Link>,
    /// What that peer does to the answers that it passes on.
    pub(super) lies: super::steps::Lies,
}

/// Which nodes each line is between.
pub(super) const BETWEEN: [(usize, usize); 3] = [(A, B), (A, C), (B, C)];

/// The most steps of a world.
const STEPS: usize = 40;

/// How late a call may end: tokio's timers go by milliseconds.
pub(super) const TICK: Duration = Duration::from_millis(2);

impl World {
    pub(super) fn new(form: Form) -> World {
        World {
            form,
            // What the network does is drawn from the schedule, by the faults that it has; one seed for all keeps shrinking simple.
            fabric: Fabric::new(1),
            log: Log::default(),
            disk: Disk::default(),
            nodes: [Node::new(A), Node::new(B), Node::new(C)],
            lines: Default::default(),
            back: Line::default(),
            connections: [None, None, None],
            calls: Vec::new(),
            callers: None,
            owner: (B, 1),
            hostile: None,
            lies: Default::default(),
        }
    }

    /// Does what the choices say, and looks at the promises after each step.
    pub(super) async fn live(&mut self, choices: &mut Choices<'_>) -> Result<(), String> {
        for node in [A, C, B] {
            self.start(node).await;
        }
        let register = self.own();
        self.callers = Some(Callers::new(self, register));
        (0..3).for_each(|pair| self.connect(pair, 256));
        let mut steps = 0;
        while !choices.rest().is_empty() && steps < STEPS {
            self.step(choices).await;
            let span = [0, 1, 4, 15, 60][choices.below(5)];
            tokio::time::sleep(Duration::from_millis(span)).await;
            invariants::at_any_time(self)?;
            steps += 1;
        }
        self.rest().await;
        invariants::at_any_time(self)?;
        invariants::at_rest(self)
    }

    /// Lets everything come to its end.
    async fn rest(&mut self) {
        self.fabric.note("all is well again");
        self.hostile.take().iter().for_each(Link::close);
        for connection in self.connections.iter().flatten() {
            connection.faults(&Faults::none());
            connection.heal();
        }
        for node in [B, C] {
            if self.nodes[node].runtime.is_none() {
                self.start(node).await;
            }
        }
        tokio::time::sleep(Duration::from_secs(10)).await;
    }

    pub(super) async fn start(&mut self, node: usize) {
        self.nodes[node].start(self.form, &self.log, &self.lines[2]).await;
        if self.owner.0 == node && self.callers.is_some() {
            self.own();
        }
    }

    /// Has the owner of the register begin.
    pub(super) fn own(&self) -> Option<Token> {
        let (node, epoch) = self.owner;
        self.nodes[node].own(epoch, &self.disk, &self.log)
    }

    /// Connects the nodes of a line, in the place of the connection that they may have.
    pub(super) fn connect(&mut self, pair: usize, calls: u32) {
        let (one, other) = BETWEEN[pair];
        self.disconnect(pair);
        let (Some(here), Some(there)) = (&self.nodes[one].runtime, &self.nodes[other].runtime) else { return };
        let to = |node: usize| Peer::named(NAMES[node]).calls(calls);
        let (link, far) = (here.link(to(other)), there.link(to(one)));
        self.connections[pair] = Some(self.fabric.connect(&link, &far));
        self.lines[pair].set(Some(link));
        if BETWEEN[pair] == (B, C) {
            self.back.set(Some(far));
        }
    }

    /// Cuts the connection of a line, if it has one.
    pub(super) fn disconnect(&mut self, pair: usize) {
        self.connections[pair].take().iter().for_each(Connection::cut);
        self.lines[pair].set(None);
        if BETWEEN[pair] == (B, C) {
            self.back.set(None);
        }
    }

    /// Ends a node from one moment to the next, and its connections.
    pub(super) fn crash(&mut self, node: usize) {
        for (pair, (one, other)) in BETWEEN.into_iter().enumerate() {
            if one == node || other == node {
                self.disconnect(pair);
            }
        }
        if node == B {
            self.hostile.take().iter().for_each(Link::close);
        }
        self.nodes[node].crash();
    }

    pub(super) fn course(&self) -> Course {
        Course { trace: self.fabric.trace(), ends: self.calls.iter().map(Called::to_string).collect() }
    }
}
