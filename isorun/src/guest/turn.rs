//! One call's turn in a store, and the start of a store for one call. Both decide what happens to the store, also if they are cancelled.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use wasmtime::Store;

use super::policy::is_the_apps;
use super::prototype::{Live, Prototype, Stores};
use crate::engine::cause;
use crate::error::call::{CallError, CallResult};
use crate::image::weight;
use crate::interface::exports::FuncIndex;
use crate::limits::chain::Chain;
use crate::limits::cx::Cx;
use crate::limits::settings::Settings;
use crate::limits::slow;
use crate::panics::Panicked;
use crate::store::State;
use crate::text::printable;

/// One call's turn in a store. If it is dropped before its end, the call was cancelled, and the store is thrown away.
pub(super) struct Turn<'a> {
    instance: &'a Arc<str>,
    stores: &'a Stores,
    /// `None` once the turn has ended.
    live: Option<Box<Live>>,
    cx: &'a Cx,
    function: FuncIndex,
    begun: Begun,
}

/// How a call came to its store.
#[derive(Clone, Copy, Default)]
pub(super) struct Begun {
    /// Units of fuel that the app took to start for this call.
    pub(super) started: u64,
    /// Whether the call had used none of its time before.
    pub(super) had_all_time: bool,
}

/// Why a call returned from wasmtime without a value.
pub(super) enum Stop {
    Error(wasmtime::Error),
    Panic(Panicked),
}

impl Stop {
    /// The error of a call that granted `fuel` units, in a runtime with these limits.
    #[cold]
    pub(super) fn explain(self, instance: &Arc<str>, function: Arc<str>, fuel: u64, limits: &Settings) -> CallError {
        let instance = instance.clone();
        match self {
            Stop::Error(error) => cause::explain(&error, instance, function, fuel, limits),
            Stop::Panic(Panicked { message, provider }) => {
                CallError::HostPanic { instance, function, provider, message: message.into() }
            }
        }
    }
}

impl<'a> Turn<'a> {
    #[inline]
    pub(super) fn new(
        instance: &'a Arc<str>,
        stores: &'a Stores,
        live: Box<Live>,
        cx: &'a Cx,
        function: FuncIndex,
        begun: Begun,
    ) -> Turn<'a> {
        Turn { instance, stores, live: Some(live), cx, function, begun }
    }

    #[inline]
    pub(super) fn parts(&mut self) -> CallResult<(&mut Store<State>, &Arc<Chain>)> {
        let live = self.live.as_deref_mut().ok_or_else(|| CallError::bug("a call went on after its end"))?;
        Ok((&mut live.store, &live.chain))
    }

    /// Ends the turn of a call that has a value, of so many units of work, and gives the store back to the pool.
    ///
    /// The call has done what it was to do, so it gets its value even if what is left of its fuel does not quite pay for it.
    #[inline]
    pub(super) fn end(&mut self, units: u64) {
        if let Some(live) = self.live.take() {
            if let Some(place) = self.cx.place() {
                place.gives(units);
            }
            let used = self.charge(&live, units);
            self.stores.end(live, used);
        }
    }

    /// Ends the turn of a call that has no value, and drops the store.
    #[cold]
    pub(super) fn failed(&mut self, stop: Stop) -> Box<CallError> {
        let Some(live) = self.live.take() else { return CallError::bug("a call ended twice").into() };
        if !live.chain.ledger.has_run() {
            // An account had too little for its beginning, so the store is as it was.
            let label = live.prototype.exports.label(self.function);
            let error = stop.explain(self.instance, label, live.granted(), &live.prototype.limits);
            self.stores.put(Some(live));
            return error.into();
        }
        let used = self.charge(&live, 0);
        let label = live.prototype.exports.label(self.function);
        let error = stop.explain(self.instance, label, live.granted(), &live.prototype.limits);
        self.lose(live, error.clone(), used);
        error.into()
    }

    /// Charges what the store used to the call's context. Returns the fuel of the whole call, including that of a start.
    #[inline]
    fn charge(&self, live: &Live, units: u64) -> u64 {
        let left = live.fuel().saturating_sub(units.saturating_mul(weight::FUEL));
        let used = live.granted().saturating_sub(left);
        live.chain.close(left);
        self.cx.settle(used, live.store.data().meter.used());
        self.begun.started.saturating_add(used)
    }

    #[cold]
    fn cancelled(&self, live: Box<Live>) {
        let used = self.charge(&live, 0);
        let (instance, function) = (self.instance.clone(), live.prototype.exports.label(self.function));
        let cause = match self.cx.end() {
            Some(deadline) if deadline.has_passed() => {
                let waits_for = live.store.data().awaited().cloned();
                slow::name(waits_for.clone());
                CallError::late(deadline, instance, function, waits_for)
            }
            _ => CallError::Cancelled { instance, function },
        };
        self.lose(live, cause, used);
    }

    fn lose(&self, live: Box<Live>, cause: CallError, used: u64) {
        let prototype = live.prototype.clone();
        // The memory is freed before the pool gets the cause, so that whoever sees the cause can rely on the memory being free.
        drop(live);
        lose(self.stores, &prototype, cause, used, self.begun.had_all_time);
    }
}

impl Drop for Turn<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(live) = self.live.take() {
            match live.chain.ledger.has_run() {
                true => self.cancelled(live),
                // It waited for an account, and is as it was.
                false => self.stores.put(Some(live)),
            }
        }
    }
}

/// A store whose call has not begun yet. If this is dropped, it goes back to the pool.
pub(super) struct Resting<'a> {
    stores: &'a Stores,
    /// `None` once the call begins.
    live: Option<Box<Live>>,
}

impl<'a> Resting<'a> {
    pub(super) fn new(stores: &'a Stores, live: Box<Live>) -> Resting<'a> {
        Resting { stores, live: Some(live) }
    }

    pub(super) fn live(&mut self) -> CallResult<&mut Live> {
        self.live.as_deref_mut().ok_or_else(|| no_store().into())
    }

    /// The call begins.
    pub(super) fn take(mut self) -> CallResult<Box<Live>> {
        Ok(self.live.take().ok_or_else(no_store)?)
    }
}

impl Drop for Resting<'_> {
    fn drop(&mut self) {
        if let Some(live) = self.live.take() {
            self.stores.put(Some(live));
        }
    }
}

fn no_store() -> CallError {
    CallError::bug("the store of a call was gone before it began")
}

/// The start of a store for a call. If it is dropped before its end, the permit is given back: unharmed if the caller gave up, after a fault
/// if the start has taken all the time of the call.
pub(super) struct Start<'a> {
    instance: &'a Arc<str>,
    stores: &'a Stores,
    prototype: &'a Prototype,
    cx: &'a Cx,
    /// Units of fuel that the start has used, noted when its future is dropped.
    spent: &'a AtomicU64,
    had_all_time: bool,
    ended: bool,
}

impl<'a> Start<'a> {
    pub(super) fn new(
        instance: &'a Arc<str>,
        stores: &'a Stores,
        prototype: &'a Prototype,
        cx: &'a Cx,
        spent: &'a AtomicU64,
        had_all_time: bool,
    ) -> Start<'a> {
        Start { instance, stores, prototype, cx, spent, had_all_time, ended: false }
    }

    /// The start has ended, well or badly, and the caller decides what becomes of the permit.
    pub(super) fn end(mut self) {
        self.ended = true;
    }
}

impl Drop for Start<'_> {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let spent = self.spent.load(Ordering::Relaxed);
        self.cx.settle(spent, 0);
        match self.cx.end() {
            Some(deadline) if deadline.has_passed() => {
                let cause = CallError::late(deadline, self.instance.clone(), "start".into(), None);
                lose(self.stores, self.prototype, cause, spent, self.had_all_time);
            }
            _ => self.stores.put(None),
        }
    }
}

/// Tells the pool that a store is lost, and why.
#[cold]
pub(super) fn lose(stores: &Stores, prototype: &Prototype, cause: CallError, used: u64, had_all_time: bool) {
    let frames = cause.frames().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    tracing::warn!(instance = printable(&prototype.payer.name), cause = cause.headline(), frames, "store lost");
    let limits = &prototype.limits;
    let the_apps = is_the_apps(&cause, &limits.budget, limits.instance_memory, had_all_time);
    stores.fault(Arc::new(cause), the_apps, used);
}
