//! A call: its budget, its slices on the caller's own task, its outcome and receipt.

mod driver;
mod run;
mod signal;
pub(crate) mod target;
mod turns;
#[cfg(feature = "engine")]
pub(crate) mod until;
pub(crate) mod work;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::task::coop;

use crate::clock::Instant;
use crate::error::call::{CallError, CallResult, Result};
use crate::give_way::Inside;
use crate::image::Image;
use crate::interface::exports::FuncIndex;
use crate::limits::border::Border;
use crate::limits::budget::{Budget, Grant};
use crate::limits::cx::{Cx, MAX_DEPTH};
use crate::limits::deadline::Deadline;
use crate::limits::receipt::Receipt;
use crate::limits::slow;
use crate::limits::trace::Trace;
use crate::limits::tracer::{Place, Traced};
use crate::observe::Callee;
use crate::provider::{Provider, Served};
use driver::Driver;
pub use run::{Run, Step};
use work::{CallCx, OwnedWork, Spent, Started, Work, owned};

/// A call that is about to be made, or is being made: a future of `T`.
///
/// Nothing happens before the first poll. The guest runs on the task that polls, in slices of time: after about a millisecond
/// ([`yield_every`](crate::RuntimeBuilder::yield_every)) it lets other tasks of the thread run, and the timers and sockets of the executor, so a
/// guest that loops does not block them. Calls that have used up a slice take turns.
///
/// # Errors
///
/// A typed call can fail with every variant of [`CallError`], except `UnknownFunction`, `AmbiguousFunction` and `Arguments`, which are those
/// of calls by name.
///
/// # Cancel safety
///
/// Dropping it before the first poll, or while it waits for its turn, has no effect. Dropping it while the guest runs stops the guest. Its
/// memory may be half changed, so the store is thrown away, and what becomes of the instance is up to its `Restart`
/// policy: by default it is poisoned. Where the instance is made with [`GiveUp::Finish`](crate::GiveUp::Finish), which is the default for `Serial` instances of
/// a tenant, the guest goes on to its end instead.
///
/// # Spawning
///
/// A call borrows its handle and its arguments, so that making one costs no copy. A task that is spawned owns what it needs: move a clone
/// of the handle, or of a typed caller, into it.
///
/// ```no_run
/// # async fn example(kv: isorun::Instance) -> Result<(), Box<dyn std::error::Error>> {
/// let task = tokio::spawn(async move { kv.call("get", r#"("name")"#).await });
/// let value = task.await??;
/// # let _ = value;
/// # Ok(()) }
/// ```
///
/// # Example
///
/// ```no_run
/// # use std::time::Duration;
/// # async fn example(call: isorun::Call<'_, u32>) -> isorun::Result<()> {
/// let value = call.fuel(5_000_000).timeout(Duration::from_millis(50)).await?;
/// # Ok(()) }
/// ```
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<'a, T> {
    provider: &'a Arc<Provider>,
    function: FuncIndex,
    grant: Grant,
    parent: Option<&'a Cx>,
    /// `None` once the call has ended.
    work: Option<Pin<Box<dyn Work<'a, T> + Send + 'a>>>,
    /// Whether the call was polled before.
    begun: bool,
    driver: Driver,
    /// Where to note what the call used, if its caller asked for a receipt.
    spent: Option<Arc<Spent>>,
    /// Where the call is in a trace, if its caller or one above has asked for one.
    place: Option<Place>,
}

impl<'a, T> Call<'a, T> {
    /// A call with these arguments, of which `start` makes the work, and `own` the same as one that borrows nothing.
    pub(crate) fn new<A, S, O, F>(
        provider: &'a Arc<Provider>,
        function: FuncIndex,
        arguments: A,
        start: S,
        own: O,
    ) -> Call<'a, T>
    where
        A: Send + 'a,
        S: FnOnce(A, CallCx<'a>) -> F + Send + 'a,
        O: FnOnce(A) -> OwnedWork<T> + Send + 'a,
        F: Future<Output = CallResult<T>> + Send + 'a,
    {
        Call {
            provider,
            function,
            grant: Grant::default(),
            parent: None,
            work: Some(Box::pin(Started::new(arguments, start, own))),
            begun: false,
            driver: Driver::new(None),
            spent: None,
            place: None,
        }
    }

    /// Grants at most this many units of fuel to the call and everything that it calls; what a unit is worth is in `docs/budgets.md`.
    pub fn fuel(mut self, units: u64) -> Call<'a, T> {
        self.grant.fuel = Some(units);
        self
    }

    /// Ends the call when this span has passed since its first poll. Waiting for the instance's turn counts.
    pub fn timeout(mut self, span: Duration) -> Call<'a, T> {
        self.grant.timeout = Some(span);
        self
    }

    /// Ends the call at this moment. Of this and a [`timeout`](Call::timeout), the earlier wins.
    pub fn deadline(mut self, moment: impl Into<Instant>) -> Call<'a, T> {
        self.grant.deadline = Some(moment.into());
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

    /// Returns a [`Receipt`] of what the call used together with its result, whether it succeeded or failed.
    pub fn receipt(mut self) -> CallWithReceipt<'a, T> {
        let spent = Arc::<Spent>::default();
        self.spent = Some(spent.clone());
        CallWithReceipt { call: self, spent, is_timed: true, started: None }
    }

    /// As [`receipt`](Call::receipt), for who knows the time already: the receipt says that it took none.
    pub(crate) fn receipt_without_time(self) -> CallWithReceipt<'a, T> {
        CallWithReceipt { is_timed: false, ..self.receipt() }
    }

    /// Returns a [`Trace`] together with the result, whether the call succeeded or failed: what it used itself, and each call that was made because of
    /// it, as a tree. Its [`receipt`](Trace::receipt) is that of the call.
    ///
    /// Each call takes longer for it, so a guest that makes many of them does less in its time; the fuel is the same. Other calls, also of the same
    /// instances at the same time, are not traced and take no longer. A call that is made within a traced one can be traced by itself as well.
    ///
    /// # Cancel safety
    ///
    /// As that of the call. The trace of one that is dropped is lost. If it was made within another that is traced, it is still a part of that one's.
    ///
    /// ```no_run
    /// # async fn example(call: isorun::Call<'_, u32>) -> isorun::Result<()> {
    /// let (result, trace) = call.trace().await;
    /// println!("{trace}");
    /// # result?; Ok(()) }
    /// ```
    pub fn trace(mut self) -> CallWithTrace<'a, T> {
        let first = Place::first();
        self.place = Some(first.clone());
        CallWithTrace { call: self, traced: Traced(first) }
    }

    /// Makes a run of the call: it is paused where its fuel or time is used up, and goes on when it is granted more. A run owns what it needs, so
    /// its arguments are copied.
    ///
    /// A call that is made [within](Call::within) another cannot be paused by itself, since it uses what that one was granted: the run ends with an
    /// error that says so. Whoever pauses that one pauses this one too.
    pub fn pausable(mut self) -> Run<T>
    where
        T: Send + 'static,
    {
        let work = self.work.take().filter(|_| self.parent.is_none()).and_then(Work::owned);
        let work = work.unwrap_or_else(|| {
            owned((), |(), _| async {
                let error = "a call that is made within another cannot be paused by itself\n  help: make the outermost call pausable, which pauses this one too";
                Err(CallError::system(error).into())
            })
        });
        Run::new(self.provider.clone(), self.function, self.grant.clone(), work)
    }

    /// Says that the function may run more than once for this call, because a second time changes nothing. Then a remote sends a message again
    /// whose answer was lost; see [`ImportPolicy::retries`](crate::remote::ImportPolicy::retries). Elsewhere it has no effect.
    pub fn idempotent(mut self) -> Call<'a, T> {
        self.grant.idempotent = true;
        self
    }

    /// Sets the budget of a call that came in a message, from its arrival on, and what it brought along.
    pub(crate) fn granted(mut self, budget: Budget, arrived: Instant, border: Arc<Border>) -> Call<'a, T> {
        self.grant = Grant {
            fuel: Some(budget.fuel),
            timeout: Some(budget.time),
            since: Some(arrived),
            deadline: None,
            memory: Some(budget.memory),
            border: Some(border),
            idempotent: false,
        };
        self
    }

    #[inline]
    fn poll_result(&mut self, task: &mut Context<'_>) -> Poll<Result<T>> {
        let polled = self.poll_call(task);
        if let (Some(place), Poll::Ready(result)) = (&self.place, &polled) {
            place.ended(result.as_ref().err().map(CallError::kind));
        }
        polled
    }

    #[inline]
    fn poll_call(&mut self, task: &mut Context<'_>) -> Poll<Result<T>> {
        let Some(inside) = Inside::enter(MAX_DEPTH) else {
            if !self.begun {
                // A trace has it all the same.
                self.begin();
            }
            return Poll::Ready(self.fail(CallError::TooDeep {
                instance: self.provider.name().clone(),
                function: self.provider.label(self.function),
                limit: MAX_DEPTH,
            }));
        };
        if !self.begun {
            // Calls count against tokio's cooperative budget as tokio's own resources do, so that a task which makes one call after another
            // lets other tasks run in between.
            ready!(coop::poll_proceed(task)).made_progress();
            let fuel = self.begin();
            // Only a call within another can be late before it starts; one that has no time at all is so by its span. Others need no look at
            // the clock.
            let within = self.parent.is_some();
            let late = |deadline: &Deadline| deadline.is_over() || (within && deadline.has_passed());
            if let Some(deadline) = self.driver.end.filter(late) {
                return Poll::Ready(self.late(deadline));
            }
            if fuel == 0 {
                let error = CallError::out_of_fuel(self.provider.name().clone(), self.provider.label(self.function));
                return Poll::Ready(self.fail(error));
            }
        }
        let Some(work) = &mut self.work else {
            // A call that is polled after its end stays pending, because its result was returned already.
            return Poll::Pending;
        };
        match ready!(self.driver.poll(&inside, self.provider.slice(), task, |task| work.as_mut().poll(task))) {
            Ok(result) => {
                self.work = None;
                Poll::Ready(result.map_err(|error| *error))
            }
            Err(deadline) => Poll::Ready(self.late(deadline)),
        }
    }

    /// Opens the account of the call and returns the fuel that it has.
    #[inline]
    fn begin(&mut self) -> u64 {
        self.begun = true;
        let mut cx = match self.parent {
            None => Cx::first(self.provider.defaults(), &self.grant),
            Some(parent) if self.provider.may_leave() => parent.apart(&self.grant),
            Some(parent) => parent.child(&self.grant),
        };
        if self.place.is_some() || cx.place().is_some() {
            self.trace_begin(&mut cx);
        }
        self.driver.end = cx.end();
        let fuel = cx.granted_fuel();
        if let Some(work) = &mut self.work {
            work.as_mut().begin(CallCx { cx, parent: self.parent, spent: self.spent.clone() });
        }
        fuel
    }

    #[cold]
    fn late(&mut self, deadline: Deadline) -> Result<T> {
        // Stops the guest if it is still running.
        let (waits_for, goes_on) = slow::awaited_by(|| self.work = None);
        let (instance, function) = (self.provider.name().clone(), self.provider.label(self.function));
        Err(CallError::late(deadline, instance, function, waits_for).and_goes_on(goes_on))
    }

    /// Begins to trace the call: by itself, as a part of the trace of the one within which it is made, or both.
    #[cold]
    fn trace_begin(&mut self, cx: &mut Cx) {
        match &self.place {
            Some(place) => cx.trace_from(place),
            None => self.place = cx.place().cloned(),
        }
        // It can end before anything is called.
        if let Some(place) = &self.place {
            let (app, label) = (self.provider.app(), self.provider.label(self.function));
            place.is_of(self.provider.name(), &app, &label, self.provider.is_remote());
        }
    }

    /// Ends the call without a value.
    #[cold]
    fn fail(&mut self, error: CallError) -> Result<T> {
        // Stops the guest if it is still running.
        self.work = None;
        Err(error)
    }
}

impl<T> Future for Call<'_, T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Result<T>> {
        self.get_mut().poll_result(task)
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
pub struct CallWithReceipt<'a, T> {
    call: Call<'a, T>,
    spent: Arc<Spent>,
    is_timed: bool,
    started: Option<Instant>,
}

impl<T> CallWithReceipt<'_, T> {
    /// Gives the call up, as dropping it does. What it has used until now.
    pub(crate) fn give_up(&mut self) -> Receipt {
        self.call.work = None;
        self.receipt()
    }

    fn receipt(&self) -> Receipt {
        self.spent.receipt(self.started.map_or(Duration::ZERO, |started| started.elapsed()))
    }
}

impl<T> Future for CallWithReceipt<'_, T> {
    type Output = (Result<T>, Receipt);

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<(Result<T>, Receipt)> {
        let this = self.get_mut();
        if this.is_timed && this.started.is_none() {
            this.started = Some(Instant::now());
        }
        let result = ready!(this.call.poll_result(task));
        Poll::Ready((result, this.receipt()))
    }
}

/// A [`Call`] that also gives its [`Trace`].
#[must_use = "a call does nothing until it is awaited"]
#[derive(Debug)]
pub struct CallWithTrace<'a, T> {
    call: Call<'a, T>,
    /// Dropped after the call, which makes its last notes when it is dropped.
    traced: Traced,
}

impl<T> Future for CallWithTrace<'_, T> {
    type Output = (Result<T>, Trace);

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<(Result<T>, Trace)> {
        let this = self.get_mut();
        let result = ready!(this.call.poll_result(task));
        Poll::Ready((result, this.traced.tree()))
    }
}

/// A call of a function with parameters and result as images, on behalf of the consumer that has this value of a system.
pub(crate) fn by_image<'a>(
    provider: &'a Arc<Provider>,
    value: &'a Option<Arc<Served>>,
    function: FuncIndex,
    params: Image,
) -> Call<'a, Image> {
    Call::new(
        provider,
        function,
        params,
        move |params, cx| async move { provider.call_by_host(value.as_deref(), &cx, function, params).await },
        move |params| {
            owned((provider.clone(), value.clone(), params), move |(provider, value, params), cx| async move {
                provider.call_by_host(value.as_deref(), &cx, function, params).await
            })
        },
    )
}
