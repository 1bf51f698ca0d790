//! A call that goes on to its end on the account of its instance when its caller gives it up.
//!
//! A caller that grants too little or hangs up would else cost an instance that many share its memory. Such a call owns what it needs. Its
//! caller polls it as long as it waits for it, and then it is a task of its own on the tokio runtime that was current when it began.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::runtime::Handle;

use super::{Kind, Provider};
use crate::call::until::until;
use crate::clock::Instant;
use crate::engine::guest::{FromGuest, ImageParams, ImageResult, ToGuest};
use crate::error::call::{CallError, CallResult};
use crate::guest::Line;
use crate::guest::portable::{FromImage, IntoImage};
use crate::image::Image;
use crate::interface::exports::FuncIndex;
use crate::limits::account::Account;
use crate::limits::bound::{Bound, Told};
use crate::limits::cx::Cx;
use crate::limits::deadline::Deadline;
use crate::limits::limit::Scope;
use crate::limits::slow;
use crate::limits::tracer::Traced;
use crate::observe::Callee;
use crate::types::layout::{Layout, MAX_FLAT_PARAMS};

/// How far a call goes on without its caller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ceiling {
    /// Units of fuel from the moment on at which its caller gave it up.
    pub(crate) fuel: u64,
    /// Time from that moment on.
    pub(crate) time: Duration,
}

/// The work of a call, and the fuel and memory that it has used.
type Work<R> = Pin<Box<dyn Future<Output = (CallResult<R>, (u64, u64))> + Send>>;

/// Calls a function of an app as [`GuestProvider::run`](crate::guest::GuestProvider::run) does, but to its end. Where there is no tokio
/// runtime that could go on with it, it is the same.
pub(crate) fn run_to_its_end<'a, P, R, const N: usize>(
    provider: &'a Arc<Provider>,
    ceiling: Ceiling,
    cx: &'a Cx,
    function: FuncIndex,
    params: P,
) -> impl Future<Output = CallResult<R>> + Send + 'a
where
    P: ToGuest + IntoImage + 'static,
    R: FromGuest + FromImage + 'static,
{
    run_in_to_its_end::<P, R, N>(Line::Its, provider, ceiling, cx, function, params)
}

/// Calls `save` of an app whose other calls are made to wait. If it is dropped, the app goes on to its end, and has its memory then.
pub(crate) fn save_to_its_end<'a>(
    provider: &'a Arc<Provider>,
    ceiling: Ceiling,
    cx: &'a Cx,
    save: FuncIndex,
) -> impl Future<Output = CallResult<ImageResult>> + Send + 'a {
    let params = ImageParams::of(Image::from_bytes(Vec::new()), Layout::EMPTY);
    run_in_to_its_end::<_, _, { MAX_FLAT_PARAMS as usize }>(Line::Held, provider, ceiling, cx, save, params)
}

async fn run_in_to_its_end<P, R, const N: usize>(
    line: Line,
    provider: &Arc<Provider>,
    ceiling: Ceiling,
    cx: &Cx,
    function: FuncIndex,
    params: P,
) -> CallResult<R>
where
    P: ToGuest + IntoImage + 'static,
    R: FromGuest + FromImage + 'static,
{
    let guest = provider.guest()?;
    let Ok(tokio) = Handle::try_current() else {
        return guest.run_in::<P, R, N>(line, cx, function, params).await;
    };
    guest.check(cx, function)?;
    let granted = Account::with_fuel(Scope::Call, cx.granted_fuel());
    let bound = Arc::new(Bound::finishes(granted, Account::with_fuel(Scope::GivenUp, ceiling.fuel)));
    let own = cx.finishing(&bound, ceiling.time);
    let (owner, traced) = (provider.clone(), own.place().cloned().map(Traced));
    let work: Work<R> = Box::pin(async move {
        let result = match &owner.kind {
            Kind::Guest(guest) => guest.run_in::<P, R, N>(line, &own, function, params).await,
            _ => Err(CallError::bug("a guest has become host code").into()),
        };
        (result, own.used())
    });
    Finishing {
        work: Some(work),
        bound,
        provider,
        function,
        began: Instant::now(),
        cx,
        time: ceiling.time,
        tokio,
        traced,
    }
    .await
}

/// The call from the moment on at which its caller has gone.
async fn rest<R>(
    provider: Arc<Provider>,
    function: FuncIndex,
    end: Option<Deadline>,
    began: Instant,
    paid: u64,
    work: Work<R>,
) {
    let (error, fuel) = match until(end, provider.slice(), work).await {
        Ok((result, (fuel, _))) => (result.err().map(|error| *error), fuel.saturating_sub(paid)),
        // It is dropped by then, and its instance has counted what it used.
        Err(deadline) => (Some(CallError::late(deadline, provider.name().clone(), provider.label(function), None)), 0),
    };
    provider.observers().rest_ended(&*provider, function, error.as_ref(), (fuel, began.elapsed()));
}

/// A call as its caller sees it.
struct Finishing<'a, R: Send + 'static> {
    /// `None` once it has ended or was given up.
    work: Option<Work<R>>,
    bound: Arc<Bound>,
    provider: &'a Arc<Provider>,
    function: FuncIndex,
    began: Instant,
    cx: &'a Cx,
    /// How long it may go on without its caller.
    time: Duration,
    tokio: Handle,
    /// What is noted of the calls below it. That ends where the call is given up: what is used from then on is not its caller's.
    traced: Option<Traced>,
}

impl<R: Send + 'static> Future for Finishing<'_, R> {
    type Output = CallResult<R>;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<CallResult<R>> {
        let this = self.get_mut();
        let Some(work) = &mut this.work else { return Poll::Pending };
        if let Poll::Ready((result, (fuel, memory))) = work.as_mut().poll(task) {
            (this.work, this.traced) = (None, None);
            // What it has used after its caller had too little is not its caller's.
            let fuel = if this.bound.is_cut() { this.bound.used() } else { fuel };
            this.cx.charge(fuel, memory);
            return Poll::Ready(result);
        }
        let Some(Told { exhausted, at }) = this.bound.take_told() else { return Poll::Pending };
        let goes_on = this.give_up();
        let here = || (this.provider.name().clone(), this.provider.label(this.function));
        let (instance, function) = at.unwrap_or_else(here);
        Poll::Ready(Err(CallError::met(exhausted, instance, function).and_goes_on(goes_on).into()))
    }
}

impl<R: Send + 'static> Finishing<'_, R> {
    /// Lets the call go on without its caller, if it has begun: that is the answer. What it has used so far is its caller's.
    #[cold]
    fn give_up(&mut self) -> bool {
        let Some(work) = self.work.take() else { return false };
        self.traced = None;
        let paid = self.bound.used();
        self.cx.charge(paid, 0);
        let goes_on = self.bound.has_begun();
        if goes_on {
            self.bound.cut();
            self.bound.wake();
            let end = Deadline::after(self.time);
            end.into_iter().for_each(|end| self.bound.end_at(end));
            if !self.cx.is_nested() {
                slow::goes_on();
            }
            tracing::debug!(instance = &**self.provider.name(), "a call goes on without its caller");
            self.tokio.spawn(rest(self.provider.clone(), self.function, end, self.began, paid, work));
        }
        goes_on
    }
}

impl<R: Send + 'static> Drop for Finishing<'_, R> {
    fn drop(&mut self) {
        self.give_up();
    }
}
