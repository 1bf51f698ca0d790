//! What happens in a world, one step after the other.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Waker};

use isorun::remote::{Header, ImportPolicy, Peer};
use isorun::testing::{Connection, Way};
use isorun::{Runtime, StaticInterface, Token, Transport, TransportError};

use super::called::{Called, Kind, Terms};
#[cfg(feature = "guests")]
use super::guest::Away;
#[cfg(feature = "guests")]
use super::node::Node;
use super::node::{A, B, C};
use super::policies::{self, IMPORTS};
use super::world::World;
use super::{Form, invariants, registers, work};
use crate::choices::Choices;

/// What node *a* calls.
pub(super) struct Callers {
    /// Work of *b*, of *c*, and of *c* by way of *b*, each with every kind of import.
    work: [[work::Caller; IMPORTS]; 3],
    /// The register of each epoch so far.
    registers: Vec<registers::Caller>,
    lied: work::Caller,
    token_of_register: [Option<Token>; 3],
}

/// What a peer that follows no rule does to the answers that it passes on.
#[derive(Clone, Default)]
pub(super) struct Lies(Arc<Mutex<(Option<Runtime>, Vec<u8>)>>);

impl Transport for Lies {
    async fn call(&self, message: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        let (honest, change) = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(honest) = honest else { return Err(TransportError::NotSent("it is down".into())) };
        let reply = honest.serve(&message).from(&Peer::named("m")).await;
        drop(honest);
        let mut reply = reply.ok_or_else(|| TransportError::Lost("no answer".into()))?;
        Choices::new(&change).edit(&mut reply);
        Ok(reply)
    }
}

impl Callers {
    pub(super) fn new(world: &World, register: Option<Token>) -> Callers {
        let runtime = world.nodes[A].runtime.as_ref().expect("it never crashes");
        let token = |node: usize, which: usize| world.nodes[node].work[which].2.expect("it is exported");
        let import = |token, line: usize| {
            std::array::from_fn(|kind| {
                let line = world.lines[line].clone();
                let import = runtime.import_with::<work::Interface>(token, line, &policies::import(kind));
                import.caller::<work::Interface>().expect("it has the interface")
            })
        };
        let lied = runtime.import::<work::Interface>(token(B, 0), world.lies.clone());
        let mut callers = Callers {
            work: [import(token(B, 0), 0), import(token(C, 0), 1), import(token(B, 1), 0)],
            registers: Vec::new(),
            lied: lied.caller::<work::Interface>().expect("it has the interface"),
            token_of_register: [None; 3],
        };
        callers.learn(world, register);
        callers
    }

    /// Learns of a new owner of the register.
    fn learn(&mut self, world: &World, token: Option<Token>) {
        let (node, epoch) = world.owner;
        let known = &mut self.token_of_register[node];
        *known = token.or(*known);
        let (Some(token), Some(runtime)) = (*known, &world.nodes[A].runtime) else { return };
        let policy = ImportPolicy::default().epoch(epoch);
        let line = world.lines[if node == B { 0 } else { 1 }].clone();
        let import = runtime.import_with::<registers::Interface>(token, line, &policy);
        self.registers.push(import.caller::<registers::Interface>().expect("it has the interface"));
    }
}

impl World {
    /// One step.
    pub(super) async fn step(&mut self, choices: &mut Choices<'_>) {
        match choices.below(40) {
            0 => self.replace_or_move(choices),
            1..=14 => self.call(choices),
            15..=18 => self.use_register(choices),
            19 | 20 => self.drop_a_call(choices),
            21..=24 => self.weather(choices),
            25 | 26 => self.cut(choices),
            27 | 28 => self.part(choices),
            29 | 30 => self.connections.iter().flatten().for_each(Connection::heal),
            31 | 32 => self.crash_or_start(choices).await,
            33 | 34 => self.revoke_or_export(choices),
            35 | 36 => self.pass_ownership(choices),
            37 => self.attack(choices),
            38 => self.lie(choices),
            _ => (0..3).for_each(|pair| self.connect(pair, 256)),
        }
    }

    fn begin(&mut self, kind: Kind, terms: Terms, caller: work::Caller) {
        let id = self.calls.len() as u64 + 1;
        self.fabric.note(format!("call {id} of {kind:?} with {terms:?}"));
        let call = async move {
            let load = vec![7; terms.load];
            let call = match kind {
                Kind::Pass => caller.pass(id, terms.effort, &load),
                _ => caller.run(id, terms.effort, &load),
            };
            call.fuel(terms.fuel).timeout(terms.time).receipt().await
        };
        self.calls.push(Called::begin((id, kind, terms), 0, call));
    }

    fn call(&mut self, choices: &mut Choices<'_>) {
        let kind = [Kind::Run(B), Kind::Run(C), Kind::Relayed, Kind::Pass][choices.below(4)];
        let import = choices.below(IMPORTS);
        let terms = policies::terms(choices, import);
        let Some(callers) = &self.callers else { return };
        let target = match kind {
            Kind::Run(C) => 1,
            Kind::Relayed => 2,
            _ => 0,
        };
        let caller = callers.work[target][import].clone();
        self.begin(kind, terms, caller);
    }

    fn use_register(&mut self, choices: &mut Choices<'_>) {
        let writes = choices.below(2) == 1;
        // Mostly the latest owner, and sometimes one that is none any more.
        let back = [0, 0, 0, 1][choices.below(4)];
        let terms = policies::terms(choices, 0);
        let Some(callers) = &self.callers else { return };
        let Some(caller) = callers.registers.iter().rev().nth(back).cloned() else { return };
        let id = self.calls.len() as u64 + 1;
        let acknowledged = invariants::acknowledged(self);
        self.fabric.note(format!("call {id}, which {}", if writes { "writes" } else { "reads" }));
        self.calls.push(match writes {
            true => Called::begin((id, Kind::Write, terms), acknowledged, async move {
                caller.write(id, terms.effort).fuel(terms.fuel).timeout(terms.time).receipt().await
            }),
            false => Called::begin((id, Kind::Read, terms), acknowledged, async move {
                caller.read(id, terms.effort).fuel(terms.fuel).timeout(terms.time).receipt().await
            }),
        });
    }

    fn drop_a_call(&mut self, choices: &mut Choices<'_>) {
        let mut under_way: Vec<_> = self.calls.iter_mut().filter(|call| call.is_under_way()).collect();
        let which = choices.below(under_way.len());
        if let Some(call) = under_way.get_mut(which) {
            self.fabric.note(format!("call {} is dropped", call.id));
            call.give_up();
        }
    }

    fn weather(&mut self, choices: &mut Choices<'_>) {
        let (pair, ways, faults) = (choices.below(3), choices.below(3), policies::faults(choices));
        let Some(connection) = &self.connections[pair] else { return };
        match ways {
            0 => connection.faults(&faults),
            1 => connection.faults_on(Way::There, &faults),
            _ => connection.faults_on(Way::Back, &faults),
        }
    }

    /// Cuts a connection, and makes a new one, mostly.
    fn cut(&mut self, choices: &mut Choices<'_>) {
        let (pair, again) = (choices.below(3), choices.below(4));
        self.disconnect(pair);
        if again < 3 {
            self.connect(pair, if again == 2 { 2 } else { 256 });
        }
    }

    fn part(&mut self, choices: &mut Choices<'_>) {
        let (pair, how) = (choices.below(3), choices.below(4));
        let Some(connection) = &self.connections[pair] else { return };
        match how {
            0 | 1 => connection.partition(),
            2 => connection.half_open(Way::There),
            _ => connection.half_open(Way::Back),
        }
    }

    async fn crash_or_start(&mut self, choices: &mut Choices<'_>) {
        let (node, at_once) = (B + choices.below(2), choices.below(2) == 0);
        let is_up = self.nodes[node].runtime.is_some();
        if is_up {
            self.fabric.note(format!("node {node} crashes"));
            self.crash(node);
        }
        if !is_up || at_once {
            self.fabric.note(format!("node {node} starts"));
            self.start(node).await;
            (0..3).filter(|pair| self.connections[*pair].is_none()).collect::<Vec<_>>().into_iter().for_each(|pair| {
                self.connect(pair, 256);
            });
        }
    }

    fn revoke_or_export(&mut self, choices: &mut Choices<'_>) {
        let (node, which, how) = (B + choices.below(2), choices.below(2), policies::revoke(choices));
        let policy = |name: &str, choices: &mut Choices<'_>| policies::export(choices, name);
        let node = &mut self.nodes[node];
        let (Some(runtime), Some((name, _, token))) = (&node.runtime, node.work.get_mut(which)) else { return };
        match token.take() {
            Some(token) => {
                self.fabric.note(format!("`{name}` is revoked: {how:?}"));
                node.revoke(runtime.clone(), token, how);
            }
            None => {
                let name = *name;
                self.fabric.note(format!("`{name}` is exported"));
                node.export(which, &policy(name, choices));
            }
        }
    }

    /// Puts the same app in the place of the one of a node, or moves that of *b* to *c*. Where there are no guests, nothing happens.
    fn replace_or_move(&mut self, choices: &mut Choices<'_>) {
        let (node, moves) = (B + choices.below(2), choices.below(2) == 1);
        #[cfg(feature = "guests")]
        match (self.form, moves) {
            (Form::Systems, _) => {}
            (Form::Guests, false) => self.replace(node),
            (Form::Guests, true) => self.relocate(),
        }
        #[cfg(not(feature = "guests"))]
        let _ = (node, moves);
    }

    #[cfg(feature = "guests")]
    fn replace(&mut self, node: usize) {
        let Node { runtime: Some(runtime), guests: Some(guests), tasks, .. } = &mut self.nodes[node] else { return };
        self.fabric.note(format!("the app of node {node} is replaced"));
        let replaced = runtime.replace(&guests.work, &guests.app).into_future();
        tasks.push(tokio::spawn(async move { drop(replaced.await) }));
    }

    #[cfg(feature = "guests")]
    fn relocate(&mut self) {
        let Some(there) = self.nodes[C].runtime.clone() else { return };
        let mut away = Away { there, to: self.lines[2].clone(), back: self.back.clone() };
        let Node { runtime: Some(runtime), guests: Some(guests), tasks, .. } = &mut self.nodes[B] else { return };
        let (fabric, runtime, work) = (self.fabric.clone(), runtime.clone(), guests.work.clone());
        fabric.note("the guest of b begins to move to c");
        tasks.push(tokio::spawn(async move {
            let moved = runtime.relocate(&work, &mut away).losing_state().await;
            fabric.note(match moved {
                Ok(_) => "the guest of b has moved to c".into(),
                Err(error) => format!("the guest of b stays: {}", error.to_string().lines().next().unwrap_or_default()),
            });
        }));
    }

    /// Gives the register to the other node, or to the same one once more.
    fn pass_ownership(&mut self, choices: &mut Choices<'_>) {
        let (node, epoch) = self.owner;
        let next = if choices.below(3) == 0 { node } else { B + C - node };
        let how = policies::revoke(choices);
        if self.nodes[next].runtime.is_none() {
            return;
        }
        let token = self.callers.as_ref().and_then(|callers| callers.token_of_register[node]);
        if let (Some(runtime), Some(token)) = (self.nodes[node].runtime.clone(), token) {
            self.nodes[node].revoke(runtime, token, how);
        }
        self.owner = (next, epoch + 1);
        self.fabric.note(format!("node {next} owns the register, in epoch {}", epoch + 1));
        let token = self.own();
        if let Some(mut callers) = self.callers.take() {
            callers.learn(self, token);
            self.callers = Some(callers);
        }
    }

    /// A peer of *b* sends what it should not: what others have sent before, changed or not, or anything.
    fn attack(&mut self, choices: &mut Choices<'_>) {
        let (how, which, over_link) = (choices.below(4), choices.below(4), choices.below(2) == 1);
        let mut message = self.lines[0].recorded(which).unwrap_or_default();
        // A guest that has moved is called in the name of *b* too.
        if self.form != Form::Systems || !is_call_of_work(self, &message) {
            message.clear();
        }
        match how {
            0 => {}
            1 => message = choices.rest().iter().take(40).copied().collect(),
            _ => choices.edit(&mut message),
        }
        let Some(runtime) = self.nodes[B].runtime.clone() else { return };
        self.fabric.note(format!("m sends {} bytes to b", message.len()));
        if over_link {
            let link = self.hostile.get_or_insert_with(|| runtime.link(Peer::named("m").calls(4))).clone();
            link.receive(message);
            // It reads, but not all.
            let _ = link.poll_send(&mut Context::from_waker(Waker::noop()));
        } else {
            let peer = Peer::named("m");
            let served = async move { drop(runtime.serve(&message).from(&peer).await) };
            self.nodes[B].tasks.push(tokio::spawn(served));
        }
    }

    /// A callee of *a* changes its answers.
    fn lie(&mut self, choices: &mut Choices<'_>) {
        let change = choices.rest().iter().take(24).copied().collect();
        let terms = policies::terms(choices, 0);
        *self.lies.0.lock().unwrap_or_else(PoisonError::into_inner) = (self.nodes[B].runtime.clone(), change);
        let Some(callers) = &self.callers else { return };
        let caller = callers.lied.clone();
        self.begin(Kind::Lied, terms, caller);
    }
}

/// Whether a message calls the work of *b* itself. Other work is done in the name of *b*, where nobody can tell for whom.
fn is_call_of_work(world: &World, message: &[u8]) -> bool {
    let Some(token) = world.nodes[B].work.first().and_then(|(_, _, token)| *token) else { return false };
    let run = work::Interface::interface().function("run").map(|(_, function)| function.id());
    Header::peek(message).is_ok_and(|header| header.target() == Some(token) && Some(header.function()) == run)
}
