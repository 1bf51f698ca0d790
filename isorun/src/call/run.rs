//! A call that is paused where it runs out of something, and goes on when it is granted more.

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::task::coop;

use super::driver::Driver;
use super::work::{CallCx, OwnedWork, Spent};
use crate::clock::Instant;
use crate::error::call::{CallError, Result};
use crate::give_way::Inside;
use crate::interface::exports::FuncIndex;
use crate::limits::account::Account;
use crate::limits::bound::{Bound, Told};
use crate::limits::budget::{Budget, Grant};
use crate::limits::cx::{Cx, MAX_DEPTH, UNBOUNDED};
use crate::limits::deadline::Deadline;
use crate::limits::limit::{Limit, Scope};
use crate::observe::Callee;
use crate::provider::Provider;

/// A call that is paused where it runs out of fuel or time, is granted more, and goes on where it was: see
/// [`Call::pausable`](super::Call::pausable).
///
/// Nothing happens before the first [`next`](Run::next), nor while nobody waits for it: a paused run costs no processor time. It keeps its turn
/// in each instance that it is in, whose [state](crate::instance::InstanceState) says so, and the memory that it holds. It owns all that it
/// needs, so it outlives the task that made it. Dropping it is dropping the call: it is cancelled, or
/// [finished](crate::GiveUp::Finish) where its instance is made so.
///
/// # What can be waited for
///
/// * Fuel that the call was granted, at the end of a quantum: what it uses is [granted](Run::grant) in any number of parts, and is in sum what one
///   call without a pause uses.
/// * Fuel of an account: of an instance or tenant on the way. Then `whose` says whose, and the run goes on when that has been given more.
/// * Time that the call was granted. It goes on running while the call is paused, unless the host has [paused](crate::Instance::pause) the instance;
///   so does [that of an import](crate::runtime::Instantiate::with_timeout), which cannot be granted more. [`Cx::deadline`](crate::Cx::deadline) is `None` below.
///
/// Not the memory by which it grows, nor the stack, nor what a message may hold: those end it. What is passed to others is paid for at once, so that a run may use more
/// than it was granted by as much as one message costs, and is paused then. So does what runs out in a [remote](crate::Remote), which is
/// granted what is left at the beginning of its call, and answers once; and in what a system's method calls that is not `async`.
///
/// ```no_run
/// use isorun::call::Step;
///
/// # async fn example(call: isorun::Call<'_, u32>) -> isorun::Result<u32> {
/// let mut run = call.fuel(1_000_000).pausable();
/// loop {
///     match run.next().await? {
///         Step::Done(value) => break Ok(value),
///         Step::Paused { used, .. } if used < 50_000_000 => {
///             run.grant_fuel(1_000_000);
///         }
///         // Dropping the run gives the call up.
///         Step::Paused { which, .. } => panic!("it is out of {which} again"),
///     }
/// }
/// # }
/// ```
#[must_use = "a run does nothing until its next step is awaited"]
pub struct Run<T> {
    provider: Arc<Provider>,
    function: FuncIndex,
    grant: Grant,
    bound: Arc<Bound>,
    /// `None` once the call has ended.
    work: Option<OwnedWork<T>>,
    begun: bool,
    /// Time that was granted before the call began.
    later: Duration,
    driver: Driver,
    spent: Arc<Spent>,
}

/// What a [`Run`] has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Step<T> {
    /// The call has ended, with this value.
    Done(T),
    /// It is paused.
    Paused {
        /// Units of fuel that it has used so far, nested calls included, as far as is known: what it went beyond a quantum is known at the end.
        used: u64,
        /// What it has run out of: fuel or time.
        which: Limit,
        /// Whose that was.
        whose: Scope,
    },
}

impl<T> Run<T> {
    pub(super) fn new(provider: Arc<Provider>, function: FuncIndex, grant: Grant, work: OwnedWork<T>) -> Run<T> {
        let fuel = grant.fuel.unwrap_or(provider.defaults().fuel);
        let bound = Arc::new(Bound::pauses(Account::with_fuel(Scope::Call, fuel)));
        let (work, driver, spent) = (Some(work), Driver::new(None), Arc::default());
        Run { provider, function, grant, bound, work, begun: false, later: Duration::ZERO, driver, spent }
    }

    /// Lets the call run until it has ended or is paused.
    ///
    /// # Errors
    ///
    /// All that the call itself can fail with; the run has ended then. After its end it stays pending.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves the call where it is, and the next one goes on from there.
    pub async fn next(&mut self) -> Result<Step<T>> {
        poll_fn(|task| self.poll_next(task)).await
    }

    /// Grants so much more: fuel to what is left, time from now or from the end of what is left, and bytes by which memories may grow.
    pub fn grant(&mut self, more: Budget) {
        self.bound.account().add_fuel(more.fuel);
        self.bound.add_memory(more.memory);
        match self.driver.end {
            Some(end) if self.begun => {
                let from = Deadline { at: end.at.max(Instant::now()), ..end };
                self.driver.end = from.with_more(more.time);
            }
            Some(_) | None => self.later = self.later.saturating_add(more.time),
        }
    }

    /// Grants so many more units of fuel, and nothing else.
    pub fn grant_fuel(&mut self, units: u64) {
        self.grant(Budget { fuel: units, time: Duration::ZERO, memory: 0 });
    }

    /// Grants so much more time, from now or from the end of what is left, and nothing else.
    pub fn grant_time(&mut self, span: Duration) {
        self.grant(Budget { fuel: 0, time: span, memory: 0 });
    }

    /// Units of fuel that the call has used so far, as in [`Step::Paused`]; exactly what it has used once it has ended.
    pub fn used(&self) -> u64 {
        self.bound.used()
    }

    fn poll_next(&mut self, task: &mut Context<'_>) -> Poll<Result<Step<T>>> {
        let Some(inside) = Inside::enter(MAX_DEPTH) else {
            let (instance, function) = (self.provider.name().clone(), self.provider.label(self.function));
            self.work = None;
            return Poll::Ready(Err(CallError::TooDeep { instance, function, limit: MAX_DEPTH }));
        };
        // Who does nothing but ask again lets others run, who may have what it needs.
        ready!(coop::poll_proceed(task)).made_progress();
        if !self.begun {
            self.begin();
        }
        let Some(work) = &mut self.work else { return Poll::Pending };
        // Between the call and the guest that has to look again there may be what polls only what was woken.
        self.bound.wake();
        if self.driver.is_late() {
            return Poll::Ready(Ok(self.paused(Limit::Time, Scope::Call)));
        }
        match self.driver.poll(&inside, self.provider.slice(), task, |task| work.as_mut().poll(task)) {
            Poll::Ready(Ok(result)) => {
                self.work = None;
                Poll::Ready(result.map(Step::Done).map_err(|error| *error))
            }
            Poll::Ready(Err(_)) => Poll::Ready(Ok(self.paused(Limit::Time, Scope::Call))),
            Poll::Pending => match self.bound.take_told() {
                Some(Told { exhausted, .. }) => Poll::Ready(Ok(self.paused(exhausted.limit, exhausted.scope))),
                None => Poll::Pending,
            },
        }
    }

    fn begin(&mut self) {
        self.begun = true;
        let defaults = self.provider.defaults();
        let mut cx = Cx::first(defaults, &Grant { fuel: Some(UNBOUNDED), ..self.grant.clone() });
        self.driver.end = cx.end().and_then(|end| end.with_more(self.later));
        cx.without_end();
        cx.bind(&self.bound);
        if let Some(work) = &mut self.work {
            work.as_mut().begin(CallCx { cx, parent: None, spent: Some(self.spent.clone()) });
        }
    }

    fn paused(&self, which: Limit, whose: Scope) -> Step<T> {
        Step::Paused { used: self.used(), which, whose }
    }
}

impl<T> fmt::Debug for Run<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("instance", self.provider.name())
            .field("grant", &self.grant)
            .finish_non_exhaustive()
    }
}
