//! A call: its budget, its slices on the caller's own task, its outcome and receipt.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use crate::budget::{Budget, Cx, Deadline, Grant, Receipt};
use crate::error::{Amount, CallError, Resource, Result};
use crate::image::codec::Lift;
use crate::image::guest::{Outcome, Params};
use crate::image::params::LowerParams;
use crate::image::{Image, decode, encode};
use crate::instance::{Instance, Provider};
use crate::system::BoxFuture;

/// A call that is about to be made, or is being made: a future of `T`.
///
/// Nothing happens before the first poll. The guest runs on the polling task, in slices: after every few million units of fuel it gives
/// the thread away, so a guest that loops blocks nobody.
///
/// # Errors
///
/// Every variant of [`CallError`] except those of untyped calls.
///
/// # Cancel safety
///
/// Dropping it before the first poll, or while it waits for its turn, does nothing. Dropping it while the guest runs stops the guest and
/// poisons the instance, since its memory may be half changed.
///
/// ```no_run
/// # use std::time::Duration;
/// # async fn example(call: isorun::Call<'_, u32>) -> isorun::Result<()> {
/// let value = call.fuel(5_000_000).deadline(Duration::from_millis(50)).await?;
/// # Ok(()) }
/// ```
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<'a, T> {
    grant: Grant,
    parent: Option<&'a Cx>,
    timed: bool,
    state: CallState<'a, T>,
}

enum CallState<'a, T> {
    Ready(Box<dyn FnOnce(Start<'a>) -> Running<'a, T> + Send + 'a>),
    Running(Running<'a, T>),
    Done,
}

type Running<'a, T> = BoxFuture<'a, (Result<T>, Receipt)>;

/// What a call is given when it starts.
pub(crate) struct Start<'a> {
    parent: Option<&'a Cx>,
    grant: Grant,
    timed: bool,
}

impl<'a, T> Call<'a, T> {
    pub(crate) fn new(start: impl FnOnce(Start<'a>) -> Running<'a, T> + Send + 'a) -> Call<'a, T> {
        Call { grant: Grant::default(), parent: None, timed: false, state: CallState::Ready(Box::new(start)) }
    }

    /// Grants at most this many units of fuel; a million are about 20 µs of a tight loop.
    pub fn fuel(mut self, units: u64) -> Call<'a, T> {
        self.grant.fuel = Some(units);
        self
    }

    /// Ends the call when this span has passed since its first poll. Waiting for the instance's turn counts.
    pub fn deadline(mut self, span: Duration) -> Call<'a, T> {
        self.grant.time = Some(span);
        self
    }

    /// Lets the memories and tables of all called instances grow by at most this many bytes.
    pub fn memory(mut self, bytes: u64) -> Call<'a, T> {
        self.grant.memory = Some(bytes);
        self
    }

    /// Makes the call under what is left of another call's budget, and charges it to that one.
    pub fn within(mut self, cx: &'a Cx) -> Call<'a, T> {
        self.parent = Some(cx);
        self
    }

    /// Also tells what the call used, whether it ended well or not.
    pub fn receipt(mut self) -> CallWithReceipt<'a, T> {
        self.timed = true;
        CallWithReceipt(self)
    }

    /// The call of a message that came over `MAX_HOPS - hops` borders.
    pub(crate) fn granted(mut self, budget: Budget, hops: u16) -> Call<'a, T> {
        self.grant =
            Grant { fuel: Some(budget.fuel), time: Some(budget.time), memory: Some(budget.memory), hops: Some(hops) };
        self
    }

    fn poll_both(&mut self, task: &mut Context<'_>) -> Poll<(Result<T>, Receipt)> {
        if let CallState::Ready(_) = self.state
            && let CallState::Ready(start) = std::mem::replace(&mut self.state, CallState::Done)
        {
            self.state = CallState::Running(start(Start { parent: self.parent, grant: self.grant, timed: self.timed }));
        }
        let CallState::Running(future) = &mut self.state else {
            // Polled after its end, like any finished future it stays pending: there is nothing to give twice.
            return Poll::Pending;
        };
        let outcome = std::task::ready!(future.as_mut().poll(task));
        self.state = CallState::Done;
        Poll::Ready(outcome)
    }
}

impl<T> Future for Call<'_, T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Result<T>> {
        self.get_mut().poll_both(task).map(|(result, _)| result)
    }
}

impl<T> fmt::Debug for Call<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("grant", &self.grant).field("parent", &self.parent).finish_non_exhaustive()
    }
}

/// A [`Call`] that also gives its [`Receipt`].
#[must_use = "a call does nothing until it is awaited"]
#[derive(Debug)]
pub struct CallWithReceipt<'a, T>(Call<'a, T>);

impl<T> Future for CallWithReceipt<'_, T> {
    type Output = (Result<T>, Receipt);

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<(Result<T>, Receipt)> {
        self.get_mut().0.poll_both(task)
    }
}

/// An instance seen through one interface: what a generated caller holds.
#[doc(hidden)]
#[derive(Clone)]
pub struct Target {
    instance: Instance,
    /// The provider's handle of each function, in the interface's order.
    handles: Arc<[u32]>,
}

impl Target {
    pub(crate) fn new(instance: Instance, handles: Arc<[u32]>) -> Target {
        Target { instance, handles }
    }

    /// The instance that is called.
    pub fn instance(&self) -> &Instance {
        &self.instance
    }

    /// The provider's handle for function `function` of the interface.
    pub(crate) fn handle(&self, function: u32) -> u32 {
        self.handles.get(function as usize).copied().unwrap_or(u32::MAX)
    }

    /// A call of function `function` of the interface.
    pub fn call<'a, P, R>(&'a self, function: u32, params: P) -> Call<'a, R>
    where
        P: LowerParams + Send + Sync + 'a,
        R: Lift + Send + Sync + 'static,
    {
        Call::new(move |start| {
            Box::pin(async move {
                let handle = self.handle(function);
                let scope = Scope::begin(&self.instance, handle, start);
                let result = scope.bounded(invoke(&self.instance, &scope.cx, handle, params)).await;
                scope.end(result)
            })
        })
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.instance.fmt(f)
    }
}

/// The shortest way between Rust values and what is behind the instance.
async fn invoke<P, R>(instance: &Instance, cx: &Cx, handle: u32, params: P) -> Result<R>
where
    P: LowerParams + Send + Sync,
    R: Lift + Send + Sync + 'static,
{
    if let Provider::Guest(guest) = instance.provider() {
        let Outcome(value) = guest.run(cx, handle, Params(params)).await?;
        return Ok(value);
    }
    let params = encode::encode_params(&params)?;
    let image = instance.call_image(cx, handle, params).await?;
    Ok(decode::decode(image.as_bytes())?)
}

/// A call of an instance's function with parameters and result as images.
pub(crate) fn by_image<'a>(instance: &'a Instance, handle: u32, params: Image) -> Call<'a, Image> {
    Call::new(move |start| Box::pin(started_by_image(instance, handle, params, start)))
}

/// The same as a part of a call that has been started.
pub(crate) async fn started_by_image(
    instance: &Instance,
    handle: u32,
    params: Image,
    start: Start<'_>,
) -> (Result<Image>, Receipt) {
    let scope = Scope::begin(instance, handle, start);
    let result = scope.bounded(instance.call_image(&scope.cx, handle, params)).await;
    scope.end(result)
}

/// A call from its start to its end: its context, and what it was granted.
struct Scope<'a> {
    instance: &'a Instance,
    handle: u32,
    cx: Cx,
    parent: Option<&'a Cx>,
    granted: (u64, u64),
    started: Option<Instant>,
}

impl<'a> Scope<'a> {
    fn begin(instance: &'a Instance, handle: u32, start: Start<'a>) -> Scope<'a> {
        let cx = Cx::child(start.parent, &instance.defaults(), start.grant);
        let granted = (cx.fuel(), cx.memory());
        Scope { instance, handle, cx, parent: start.parent, granted, started: start.timed.then(Instant::now) }
    }

    /// Gives the future's value, or says that the deadline came first. The future is dropped before that is said.
    async fn bounded<T>(&self, future: impl Future<Output = Result<T>>) -> Result<T> {
        let Some(deadline) = self.cx.granted() else { return future.await };
        // Only a call within another can be late before it starts.
        if self.parent.is_some() && Instant::now() >= deadline.at {
            return Err(self.late(deadline));
        }
        let mut future = pin!(future);
        let mut timer = None;
        poll_fn(|task| {
            if let Poll::Ready(result) = future.as_mut().poll(task) {
                return Poll::Ready(result);
            }
            // A guest that computes comes by at the end of each slice; the timer is for one that waits.
            if Instant::now() >= deadline.at || timer_fired(&mut timer, deadline, task) {
                return Poll::Ready(Err(self.late(deadline)));
            }
            Poll::Pending
        })
        .await
    }

    #[cold]
    fn late(&self, deadline: Deadline) -> CallError {
        CallError::OutOfBudget {
            resource: Resource::Deadline,
            limit: Amount::Time(deadline.span),
            instance: self.instance.shared_name(),
            function: self.instance.label(self.handle),
        }
    }

    fn end<T>(self, result: Result<T>) -> (Result<T>, Receipt) {
        let receipt = Receipt {
            fuel: self.granted.0 - self.cx.fuel(),
            memory: self.granted.1 - self.cx.memory(),
            time: self.started.map(|started| started.elapsed()).unwrap_or_default(),
        };
        if let Some(parent) = self.parent {
            parent.charge(receipt.fuel, receipt.memory);
        }
        (result, receipt)
    }
}

/// Waits for the deadline with tokio's timer; outside of a tokio runtime only slices look at the clock.
fn timer_fired(timer: &mut Option<Pin<Box<tokio::time::Sleep>>>, deadline: Deadline, task: &mut Context<'_>) -> bool {
    if timer.is_none() && tokio::runtime::Handle::try_current().is_ok() {
        *timer = Some(Box::pin(tokio::time::sleep_until(deadline.at.into())));
    }
    timer.as_mut().is_some_and(|timer| timer.as_mut().poll(task).is_ready())
}
