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
use crate::engine::guest::{FromGuest, ToGuest};
use crate::error::call::{CallError, CallResult};
use crate::interface::exports::FuncIndex;
use crate::limits::account::Account;
use crate::limits::bound::{Bound, Told};
use crate::limits::cx::Cx;
use crate::limits::deadline::Deadline;
use crate::limits::limit::Scope;
use crate::limits::tracer::Traced;

/// How far a call goes on without its caller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ceiling {
    /// Units of fuel from the moment on at which its caller gave it up.
    pub(crate) fuel: u64,
    /// Time from its beginning.
    pub(crate) time: Duration,
}

/// The work of a call, and the fuel and memory that it has used.
type Work<R> = Pin<Box<dyn Future<Output = (CallResult<R>, (u64, u64))> + Send>>;

/// Calls a function of an app as [`GuestProvider::run`](crate::guest::GuestProvider::run) does, but to its end. Where there is no tokio
/// runtime that could go on with it, it is the same.
pub(crate) async fn run_to_its_end<P, R, const N: usize>(
    provider: &Arc<Provider>,
    ceiling: Ceiling,
    cx: &Cx,
    function: FuncIndex,
    params: P,
) -> CallResult<R>
where
    P: ToGuest + 'static,
    R: FromGuest + 'static,
{
    let guest = provider.guest()?;
    let Ok(tokio) = Handle::try_current() else { return guest.run::<P, R, N>(cx, function, params).await };
    guest.check(cx, function)?;
    let granted = Account::with_fuel(Scope::Call, cx.granted_fuel());
    let bound = Arc::new(Bound::finishes(granted, Account::with_fuel(Scope::Call, ceiling.fuel)));
    let own = cx.finishing(&bound, ceiling.time);
    let (end, owner, traced) = (own.end(), provider.clone(), own.place().cloned().map(Traced));
    let work: Work<R> = Box::pin(async move {
        let result = match &owner.kind {
            Kind::Guest(guest) => guest.run::<P, R, N>(&own, function, params).await,
            _ => Err(CallError::bug("a guest has become host code").into()),
        };
        (result, own.used())
    });
    Finishing { work: Some(work), bound, provider, cx, end, tokio, traced }.await
}

/// A call as its caller sees it.
struct Finishing<'a, R: Send + 'static> {
    /// `None` once it has ended or was given up.
    work: Option<Work<R>>,
    bound: Arc<Bound>,
    provider: &'a Provider,
    cx: &'a Cx,
    /// When the call ends, whoever waits for it.
    end: Option<Deadline>,
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
            this.cx.charge(fuel, memory);
            return Poll::Ready(result);
        }
        let Some(Told { exhausted, instance, function }) = this.bound.take_told() else { return Poll::Pending };
        this.give_up();
        Poll::Ready(Err(CallError::met(exhausted, instance, function).into()))
    }
}

impl<R: Send + 'static> Finishing<'_, R> {
    /// Lets the call go on without its caller, if it has begun. What it has used so far is its caller's.
    #[cold]
    fn give_up(&mut self) {
        let Some(work) = self.work.take() else { return };
        self.traced = None;
        self.cx.charge(self.bound.account().given_and_used().1, 0);
        if self.bound.has_begun() {
            self.bound.cut();
            tracing::debug!(instance = &**self.provider.name(), "a call goes on without its caller");
            self.tokio.spawn(until(self.end, self.provider.slice(), work));
        }
    }
}

impl<R: Send + 'static> Drop for Finishing<'_, R> {
    fn drop(&mut self) {
        self.give_up();
    }
}
