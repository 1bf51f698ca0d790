//! An export: what peers call, as far as its policy lets them.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use foldhash::fast::RandomState;
use tokio::sync::Notify;

use super::policy::{Cancel, Detail, ExportPolicy};
use super::wire::token::Token;
use crate::call::target::Target;
use crate::clock::Instant;
use crate::error::instance::ExportError;
#[cfg(feature = "engine")]
use crate::guest::policy::Reuse;
use crate::interface::Interface;
use crate::interface::exports::FuncIndex;
use crate::interface::function::Function;
use crate::interface::name::InterfaceName;
use crate::limits::admission::Admission;
use crate::limits::budget::Budget;
use crate::limits::settings::Settings;
#[cfg(feature = "engine")]
use crate::provider::finish::Ceiling;
use crate::provider::system::Consumer;
use crate::provider::{Kind, Provider, Served};

/// An interface of an instance that peers may call.
pub(crate) struct Export {
    pub(super) token: Token,
    pub(super) interface: Interface,
    /// The position of each function that is served, by its id. Two functions have one id only where there are very many; the first is meant then.
    positions: HashMap<u32, u32, RandomState>,
    pub(super) target: Target,
    /// What serves this export, if it is a system's that makes one for each consumer.
    pub(super) value: Option<Arc<Served>>,
    pub(super) name: Option<Arc<str>>,
    pub(super) floor: Option<Budget>,
    pub(super) cap: Budget,
    pub(super) on_cancel: Cancel,
    pub(super) detail: Detail,
    pub(super) until: Option<Instant>,
    epoch: u64,
    pub(super) admission: Admission,
    bytes: usize,
    /// Bytes of the messages that are here.
    held: AtomicUsize,
    /// How many calls are here, from their arrival to their answer.
    here: AtomicUsize,
    served: AtomicU64,
    refused: AtomicU64,
    /// Whether it was ended, so that who has found it just before is turned away.
    ended: AtomicBool,
    /// Whether calls that are here are to end.
    stopping: AtomicBool,
    pub(super) stopped: Notify,
    /// Told when the last call has left.
    idle: Notify,
}

/// What [`Runtime::exports`](crate::Runtime::exports) tells of an export, as of one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exported {
    /// Its token. Whoever has it may call, so do not log it.
    pub token: Token,
    /// Its [name](ExportPolicy::named).
    pub name: Option<String>,
    /// The interface.
    pub interface: InterfaceName,
    /// The functions of it that are served.
    pub functions: Vec<String>,
    /// The name of the instance.
    pub instance: String,
    /// Its [epoch](ExportPolicy::epoch).
    pub epoch: u64,
    /// Calls that run now.
    pub running: u64,
    /// Calls that wait now for their turn.
    pub waiting: usize,
    /// Bytes of the messages of those.
    pub bytes: usize,
    /// Calls so far that were in order and let in.
    pub served: u64,
    /// Calls so far that were turned away after the export was found: no room, below the floor, cancelled or late in the line, or a body out of order.
    pub refused: u64,
}

impl Export {
    pub(super) fn new(
        token: Token,
        interface: &Interface,
        target: Target,
        policy: &ExportPolicy,
        limits: &Settings,
    ) -> Export {
        let only = policy.only.as_ref().map(|only| only.iter().map(String::as_str).collect::<HashSet<_>>());
        let mut positions = HashMap::default();
        for (position, function) in interface.functions().iter().enumerate() {
            if only.as_ref().is_none_or(|only| only.contains(function.name())) {
                positions.entry(function.id()).or_insert(position as u32);
            }
        }
        let provider = target.provider().clone();
        let consumer = Consumer { instance: None, app: None, export: Some(policy.consumer.as_deref().unwrap_or("")) };
        let value = match provider.kind() {
            Kind::System(system) => system.value(&consumer),
            _ => None,
        };
        Export {
            token,
            interface: interface.clone(),
            positions,
            target,
            value,
            name: policy.name.clone(),
            floor: policy.floor,
            cap: policy.cap.unwrap_or(limits.budget),
            on_cancel: policy.on_cancel.unwrap_or_else(|| default_on_cancel(&provider)),
            detail: policy.detail,
            until: policy.until,
            epoch: policy.epoch,
            admission: Admission::new(
                policy.calls.unwrap_or_else(|| default_calls(&provider, limits.stores)).max(1),
                policy.waiting.unwrap_or(1024),
            ),
            bytes: policy.bytes.unwrap_or(64 << 20),
            held: AtomicUsize::new(0),
            here: AtomicUsize::new(0),
            served: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            ended: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
            stopped: Notify::new(),
            idle: Notify::new(),
        }
    }

    pub(crate) fn token(&self) -> Token {
        self.token
    }

    /// The function of an id, with its index at the instance, if it is served.
    pub(super) fn function(&self, id: u32) -> Option<(FuncIndex, &Function)> {
        let position = *self.positions.get(&id)?;
        let function = self.interface.functions().get(position as usize)?;
        Some((self.target.function(position), function))
    }

    /// The indices of all functions that are served.
    #[cfg(feature = "engine")]
    pub(super) fn served_functions(&self) -> Vec<FuncIndex> {
        let mut functions: Vec<_> = self.positions.values().map(|position| self.target.function(*position)).collect();
        functions.sort_unstable();
        functions.dedup();
        functions
    }

    pub(super) fn provider(&self) -> &Arc<Provider> {
        self.target.provider()
    }

    /// Its own epoch, or that of its instance.
    pub(super) fn epoch(&self) -> u64 {
        match self.epoch {
            0 => self.provider().payer().epoch.load(Ordering::Relaxed),
            epoch => epoch,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() >= until)
    }

    /// Whether it is code of the host, which is done at once in most cases.
    pub(super) fn is_of_the_host(&self) -> bool {
        matches!(self.provider().kind(), Kind::System(_) | Kind::Remote(_))
    }

    /// How far a guest goes on that a peer has given up.
    #[cfg(feature = "engine")]
    pub(super) fn ceiling(&self, defaults: &Budget) -> Option<Ceiling> {
        (self.on_cancel == Cancel::Finish).then_some(Ceiling { fuel: defaults.fuel, time: defaults.time })
    }

    /// A message of so many bytes is here, if there is room for it.
    pub(super) fn arrives(&self, bytes: usize) -> Option<Here<'_>> {
        // Counted first, so that whoever waits for the last call to leave waits for this one too.
        self.here.fetch_add(1, Ordering::SeqCst);
        let here = Here { export: self, bytes };
        let before = self.held.fetch_add(bytes, Ordering::Relaxed);
        // What was added is taken off again when this is dropped.
        (before.saturating_add(bytes) <= self.bytes).then_some(here)
    }

    pub(super) fn note_served(&self) {
        self.served.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn note_refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Lets nobody in from now on. Whoever came before is [here](Export::arrives).
    pub(super) fn end(&self) {
        self.ended.store(true, Ordering::SeqCst);
    }

    pub(super) fn is_ended(&self) -> bool {
        self.ended.load(Ordering::SeqCst)
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Ends the calls that are here.
    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        self.stopped.notify_waiters();
    }

    /// Waits until no call is here.
    pub(super) async fn idle(&self) {
        loop {
            let idle = self.idle.notified();
            if self.here.load(Ordering::SeqCst) == 0 {
                return;
            }
            idle.await;
        }
    }

    pub(super) fn describe(&self) -> Exported {
        let functions = self.interface.functions().iter();
        Exported {
            token: self.token,
            name: self.name.as_deref().map(Into::into),
            interface: self.interface.name().clone(),
            functions: functions
                .filter(|function| self.function(function.id()).is_some_and(|(_, served)| served == *function))
                .map(|function| function.name().into())
                .collect(),
            instance: self.provider().name().to_string(),
            epoch: self.epoch(),
            running: self.admission.running(),
            waiting: self.admission.waiting(),
            bytes: self.held.load(Ordering::Relaxed),
            served: self.served.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
        }
    }
}

impl fmt::Debug for Export {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.describe().fmt(f)
    }
}

/// A call that is here, until its answer.
pub(super) struct Here<'a> {
    export: &'a Export,
    bytes: usize,
}

impl Drop for Here<'_> {
    fn drop(&mut self) {
        self.export.held.fetch_sub(self.bytes, Ordering::Relaxed);
        if self.export.here.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.export.idle.notify_waiters();
        }
    }
}

/// The names in a policy that the interface does not have, as an error.
pub(super) fn check(interface: &Interface, policy: &ExportPolicy) -> Result<(), ExportError> {
    let only = policy.only.iter().flatten();
    let unknown: Vec<_> = only.filter(|name| interface.function(name).is_none()).cloned().collect();
    match unknown.is_empty() {
        true => Ok(()),
        false => Err(ExportError::UnknownFunctions {
            interface: interface.name().to_string(),
            functions: unknown,
            available: interface.functions().iter().map(|function| function.name().into()).collect(),
        }),
    }
}

fn default_on_cancel(provider: &Provider) -> Cancel {
    match provider.kind() {
        #[cfg(feature = "engine")]
        Kind::Guest(guest) if guest.stores.policy().reuse == Reuse::Serial => Cancel::Finish,
        _ => Cancel::Stop,
    }
}

/// How many calls may run at a time: few enough that others that use the same instance, or the same runtime, come in between.
#[cfg_attr(not(feature = "engine"), expect(unused_variables, reason = "only guests need stores"))]
fn default_calls(provider: &Provider, stores: u32) -> u64 {
    match provider.kind() {
        #[cfg(feature = "engine")]
        Kind::Guest(guest) => match guest.stores.policy().reuse {
            Reuse::Serial => 8,
            Reuse::Pool(own) => 2 * u64::from(own.get()),
            Reuse::Fresh => u64::from(stores / 4),
        },
        _ => 256,
    }
}
