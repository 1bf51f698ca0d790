//! An app's instance as a provider: each call takes its turn in one of the instance's stores.
//!
//! # Invariants
//!
//! * A store is entered by one call at a time.
//! * A call that does not end with a value costs its store: the memory is freed at once, and the pool keeps the cause.

pub(crate) mod capacity;
mod enter;
pub(crate) mod forward;
mod metered;
pub(crate) mod policy;
pub(crate) mod pool;
pub(crate) mod portable;
pub(crate) mod prototype;
mod turn;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::engine::cause;
use crate::engine::guest::{FromGuest, Guest, ToGuest, TypedFunction};
use crate::error::call::{CallError, CallResult};
use crate::give_way::give_way;
use crate::interface::exports::FuncIndex;
use crate::limits::chain::Payer;
use crate::limits::cx::Cx;
use crate::limits::footprint::Footprint;
use crate::limits::places::shortages;
use crate::limits::slow::{InLine, PAUSE, PLACES};
use crate::limits::tenancy::Entered;
use crate::panics::caught;
use crate::provider::counters::Counters;
use crate::provider::drain::Drain;
use crate::provider::finish::Ceiling;
use crate::store::Frame;

use forward::{Behind, Forward};
use metered::metered;
use policy::{Floor, Policy};
use pool::{Permit, Refused, StorePool};
use portable::{FromImage, IntoImage};
use prototype::{Live, NotStarted, Prototype, Stores};
use turn::{Begun, Resting, Start, Stop, Turn, lose};

/// How a call comes to a store.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    /// When its turn comes.
    Its,
    /// While all others are made to wait, by whoever does that.
    Held,
}

/// What a call finds that has waited for its turn.
enum Taken {
    Here(Box<Live>, Begun),
    Elsewhere(Arc<Forward>),
}

/// An app's instance, as what is behind a handle.
pub(crate) struct GuestProvider {
    payer: Arc<Payer>,
    floor: Floor,
    ceiling: Option<Ceiling>,
    /// How many calls may wait for their turn, or for the end of a pause, and how many wait for that.
    queue: usize,
    held_up: AtomicUsize,
    /// How many instances may wait for one of its calls, each for the next.
    depth: u16,
    pub(crate) stores: Stores,
    /// Keeps track of calls that have gone on elsewhere.
    pub(crate) gone_on: Drain,
}

impl GuestProvider {
    /// An instance of the prototype, whose first store may have been started already.
    pub(crate) fn new(prototype: Arc<Prototype>, first: Option<Box<Live>>, policy: Policy) -> GuestProvider {
        let (payer, depth, capacity) = (prototype.payer.clone(), prototype.limits.depth, prototype.capacity.clone());
        let stores = StorePool::new(Behind::App(prototype), first, policy, capacity);
        GuestProvider {
            payer,
            floor: policy.floor,
            ceiling: policy.ceiling,
            queue: policy.queue,
            held_up: AtomicUsize::new(0),
            depth,
            stores,
            gone_on: Drain::default(),
        }
    }

    pub(crate) fn payer(&self) -> &Arc<Payer> {
        &self.payer
    }

    /// What was counted so far.
    pub(crate) fn counters(&self) -> Counters {
        let mut counters = self.stores.counters();
        counters.waiting += self.held_up.load(Ordering::Relaxed);
        counters
    }

    /// How far its calls go on when their callers give them up; `None` if they end. What becomes of those that go on elsewhere is decided there.
    #[inline]
    pub(crate) fn ceiling(&self) -> Option<Ceiling> {
        self.ceiling.filter(|_| self.prototype().is_some())
    }

    /// What its stores are made from; `None` if its calls go on elsewhere, or if it is removed.
    pub(crate) fn prototype(&self) -> Option<Arc<Prototype>> {
        match self.stores.model()? {
            Behind::App(prototype) => Some(prototype),
            Behind::Other(_) => None,
        }
    }

    /// Whether its calls go on elsewhere.
    pub(crate) fn is_forwarder(&self) -> bool {
        matches!(self.stores.model(), Some(Behind::Other(_)))
    }

    /// Refuses a call that is not to wait for its turn.
    #[inline]
    pub(crate) fn check(&self, cx: &Cx, function: FuncIndex) -> CallResult<()> {
        match cx.is_deep(self.depth) || cx.is_awaited_by(&self.payer) || self.floor.is_above(cx) {
            false => Ok(()),
            true => Err(self.unfit(cx, function).into()),
        }
    }

    /// Calls a function of the app when its turn comes. `N` is the most core values that its parameters can have.
    #[inline]
    pub(crate) fn run<P, R, const N: usize>(
        &self,
        cx: &Cx,
        function: FuncIndex,
        params: P,
    ) -> impl Future<Output = CallResult<R>> + Send
    where
        P: ToGuest + IntoImage,
        R: FromGuest + FromImage + 'static,
    {
        self.run_in::<P, R, N>(Line::Its, cx, function, params)
    }

    /// Calls a function of the app as [`run`](GuestProvider::run) does, or while others are made to wait.
    pub(crate) async fn run_in<P, R, const N: usize>(
        &self,
        line: Line,
        cx: &Cx,
        function: FuncIndex,
        params: P,
    ) -> CallResult<R>
    where
        P: ToGuest + IntoImage,
        R: FromGuest + FromImage + 'static,
    {
        self.check(cx, function)?;
        let mut entered = match Entered::at_once(self.payer.tenant.as_ref(), cx) {
            Some(entered) => entered,
            None => Box::pin(self.enter(cx)).await?,
        };
        if self.payer.paused().is_some() {
            Box::pin(self.resumed(cx)).await?;
        }
        // Most calls find an idle store. Waiting for one is boxed, so that the future of a call that need not wait stays small.
        let found = match line {
            Line::Its => self.stores.try_take(),
            Line::Held => self.stores.take_held(),
        };
        let (mut live, begun) = match found {
            Some(live) => (live, Begun { started: 0, had_all_time: !cx.is_nested() }),
            None if line == Line::Held => {
                return Err(CallError::bug("a store that was held is gone").into());
            }
            None => match Box::pin(self.wait(cx)).await? {
                Taken::Here(live, begun) => (live, begun),
                Taken::Elsewhere(forward) => {
                    let result = self.go_on(&forward, cx, function, params).await;
                    if result.is_ok() {
                        entered.succeeds();
                    }
                    return result;
                }
            },
        };
        let typed = match live.prepare::<P, R, N>(cx, function, params.units()) {
            Ok(typed) => typed,
            Err(error) if cx.is_nested() && error.is_of_an_account() => {
                let typed;
                (live, typed) = Box::pin(self.prepare_again(live, cx, function, params.units())).await?;
                typed
            }
            Err(error) => {
                self.stores.put(Some(live));
                return Err(error);
            }
        };
        let mut turn = Turn::new(&self.payer.name, &self.stores, live, cx, function, begun);
        let result = {
            let (store, chain) = turn.parts()?;
            cx.enter();
            let call = pin!(typed.call_async(store, Guest(params)));
            caught(pin!(metered(chain, call, || self.label(function)))).await
        };
        match result {
            Ok(Ok(Guest(value))) => {
                turn.end(value.units());
                entered.succeeds();
                Ok(value)
            }
            Ok(Err(error)) => Err(turn.failed(Stop::Error(error))),
            Err(panic) => Err(turn.failed(Stop::Panic(panic))),
        }
    }

    /// Prepares a call once more when those that wait for it have given back what they had taken, as they do when it gives way.
    async fn prepare_again<P: ToGuest, R: FromGuest + 'static, const N: usize>(
        &self,
        live: Box<Live>,
        cx: &Cx,
        function: FuncIndex,
        units: u64,
    ) -> CallResult<(Box<Live>, TypedFunction<P, R, N>)> {
        let mut resting = Resting::new(&self.stores, live);
        give_way().await;
        let typed = resting.live()?.prepare::<P, R, N>(cx, function, units)?;
        Ok((resting.take()?, typed))
    }

    /// Waits for a permit. If there is no store for it, starts the app in a new one, out of the call's budget. Also returns the fuel that the
    /// start used.
    async fn wait(&self, cx: &Cx) -> CallResult<Taken> {
        let mut taking = pin!(self.stores.take(cx.is_nested()));
        // It is dropped before what waits, so that it still sees what is waited for.
        let in_line = InLine(Some(|| match self.stores.wants_a_place() {
            true => PLACES.into(),
            false if self.payer.account.stopped() > 0 => PAUSE.into(),
            false => self.payer.name.clone(),
        }));
        let permit = taking.as_mut().await;
        in_line.ended();
        let had_all_time = self.has_all_time(cx);
        let (prototype, place) = match permit.map_err(|refused| self.refusal(refused))? {
            Permit::Store(live) => return Ok(Taken::Here(live, Begun { started: 0, had_all_time })),
            Permit::Empty(Behind::App(prototype), place) => (prototype, place),
            Permit::Elsewhere(Behind::Other(forward)) => return Ok(Taken::Elsewhere(forward)),
            Permit::Empty(Behind::Other(_), _) | Permit::Elsewhere(Behind::App(_)) => {
                return Err(CallError::bug("a store was to be made of something else than an app").into());
            }
        };
        let holds = match Footprint::new(&self.payer) {
            Ok(holds) => holds,
            Err(full) => {
                drop(place);
                self.stores.put(None);
                return Err(self.no_store(full).into());
            }
        };
        let spent = AtomicU64::new(0);
        let start = Start::new(&self.payer.name, &self.stores, &prototype, cx, &spent, had_all_time);
        // A start takes time that its fuel does not show, so a guest that causes one start after another has to let other tasks run between them.
        tokio::task::consume_budget().await;
        let frame = Frame::of(cx, 0);
        let (fuel, memory) = (cx.granted_fuel(), cx.memory());
        cx.enter();
        let starting = prototype.start((place, holds), (fuel, memory), frame, cx.chain(), &spent);
        let (stop, used) = match caught(pin!(starting)).await {
            Ok(Ok(live)) => {
                let used = fuel.saturating_sub(live.fuel());
                cx.settle(used, live.store.data().meter.used());
                start.end();
                return Ok(Taken::Here(live, Begun { started: used, had_all_time }));
            }
            // The places say that there is room, so this is the engine's own count. Some of the app may have started.
            Ok(Err(NotStarted { error, .. })) if cause::is_no_capacity(&error) => {
                cx.settle(spent.load(Ordering::Relaxed), 0);
                start.end();
                self.stores.put(None);
                let (instance, message) = (self.payer.name.clone(), error.to_string().into());
                return Err(CallError::NoCapacity { instance, message }.into());
            }
            Ok(Err(NotStarted { error, fuel: left })) => (Stop::Error(error), fuel.saturating_sub(left)),
            Err(panic) => (Stop::Panic(panic), spent.load(Ordering::Relaxed)),
        };
        start.end();
        let error = stop.explain(&self.payer.name, "start".into(), fuel, &prototype.limits);
        cx.settle(used, 0);
        if error.is_of_an_account() {
            // Nothing that the instance kept is lost, and the next call may find more in the account.
            self.stores.put(None);
            return Err(error.into());
        }
        lose(&self.stores, &prototype, error.clone(), used, had_all_time);
        Err(error.into())
    }

    /// Whether a call that has been in the line has next to all its time left.
    fn has_all_time(&self, cx: &Cx) -> bool {
        let whole = self.prototype().map(|prototype| prototype.limits.budget.time);
        !cx.is_nested() && whole.is_some_and(|whole| cx.time_left() >= whole - whole / 16)
    }

    /// The error of a call that is refused before it waits for its turn.
    #[cold]
    fn unfit(&self, cx: &Cx, function: FuncIndex) -> CallError {
        let (instance, function) = (self.payer.name.clone(), self.label(function));
        match cx.granted_fuel() {
            0 => CallError::out_of_fuel(instance, function),
            _ if cx.is_awaited_by(&self.payer) => CallError::ReEntered { instance, function },
            _ if cx.is_deep(self.depth) => CallError::TooDeep { instance, function, limit: self.depth },
            _ => {
                let (granted, floor) = self.floor.of(cx);
                CallError::BelowFloor { instance, function, granted, floor }
            }
        }
    }

    /// The error of a call that the pool has refused.
    #[cold]
    fn refusal(&self, refused: Refused) -> CallError {
        let instance = self.payer.name.clone();
        match refused {
            Refused::Busy { waiting } => CallError::Busy { instance, waiting },
            Refused::NoPlace(short) => CallError::NoCapacity { instance, message: shortages(&short).into() },
            Refused::Poisoned(cause) => {
                CallError::Poisoned { instance, restarts: self.stores.forgiven_faults(), cause }
            }
            Refused::Retiring => CallError::Retiring { instance },
            Refused::Removed => CallError::Removed { instance },
        }
    }

    /// The name of the app behind the instance; `None` if there is none.
    pub(crate) fn app(&self) -> Option<Arc<str>> {
        self.prototype().map(|prototype| prototype.app.clone())
    }

    /// The name of a function for messages.
    #[cold]
    fn label(&self, function: FuncIndex) -> Arc<str> {
        self.stores.model().map_or_else(|| "a function".into(), |behind| behind.exports().label(function))
    }
}
