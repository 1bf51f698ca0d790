//! Waiting for the accounts: until they have what is needed, or until the host lets the call go on.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::account::Account;
use super::bound::Told;
use super::chain::{Chain, Payer};
use super::held::Held;
use super::ledger::Denied;
use super::limit::{Amount, Exhausted, Limit};
use super::tenancy::Tenancy;
use crate::clock::Instant;

/// Waits until what is needed can be taken off the accounts of a chain.
#[derive(Default)]
pub(crate) struct Awaiting {
    /// Few calls are, so it is kept out of the way.
    stopped: Option<Box<Stopped>>,
    /// Whether it has let those above give back what they had taken.
    let_go: bool,
}

/// Comes when an account is not paused any more.
type Resumed = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A call that is stopped where it is, and counts as that for each instance that it is in.
struct Stopped {
    /// Those that were counted. The chain may have become shorter when the call goes on.
    instances: Vec<Arc<Payer>>,
    paused: Option<Paused>,
}

/// A call that waits because the host has paused an account.
struct Paused {
    /// Wakes the call when it goes on.
    resumed: Resumed,
    since: Instant,
    held: Held,
}

impl Awaiting {
    /// Takes up to `most` units, and waits where that is of use if there are less than `least`: while an account is paused, and while a caller can
    /// grant more or let the call go on without it. The caller is told of what has run out, and in which function.
    ///
    /// # Errors
    ///
    /// What has run out, if nobody is to be told, so that the call ends.
    #[inline]
    pub(crate) fn poll(
        &mut self,
        chain: &Arc<Chain>,
        (least, most): (u64, u64),
        function: impl FnOnce() -> Arc<str>,
        task: &mut Context<'_>,
    ) -> Poll<Result<u64, Exhausted>> {
        if self.stopped.is_none() && chain.is_free() {
            return Poll::Ready(Ok(chain.take(least, most).unwrap_or(u64::MAX)));
        }
        self.poll_with(chain, |chain| chain.take(least, most), function, task)
    }

    /// The same, where what is needed is taken in this way.
    #[cold]
    pub(crate) fn poll_with(
        &mut self,
        chain: &Arc<Chain>,
        take: impl Fn(&Chain) -> Result<u64, Denied<'_>>,
        function: impl FnOnce() -> Arc<str>,
        task: &mut Context<'_>,
    ) -> Poll<Result<u64, Exhausted>> {
        loop {
            if let Some(Paused { resumed, since, held }) =
                self.stopped.as_mut().and_then(|stopped| stopped.paused.as_mut())
            {
                if resumed.as_mut().poll(task).is_pending() {
                    held.say();
                    return Poll::Pending;
                }
                chain.was_held(since.elapsed());
            }
            self.stopped = None;
            match take(chain) {
                Ok(smallest) => {
                    self.let_go = false;
                    return Poll::Ready(Ok(smallest));
                }
                Err(Denied::Paused(account)) => {
                    let resumed: Resumed = Box::pin(account.resumed());
                    self.stopped = Some(Box::new(Stopped::new(
                        chain,
                        Some(Paused { resumed, since: Instant::now(), held: Held::new() }),
                    )));
                    continue;
                }
                // Those that wait for this call give back what they have taken when it gives way.
                Err(Denied::Short(..)) if chain.waits_above() && !std::mem::replace(&mut self.let_go, true) => {
                    task.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Err(Denied::Short(place, account)) => {
                    let exhausted = out_of_fuel(account);
                    let Some(bound) = chain.told_of(place) else { return Poll::Ready(Err(exhausted)) };
                    bound.wait(task.waker().clone());
                    let instance = chain.instances().next().map(|payer| payer.name.clone());
                    bound.tell(Told { exhausted, at: instance.map(|instance| (instance, function())) });
                    // One that can go on without its caller does so at its next poll.
                    self.stopped = bound.pauses_calls().then(|| Box::new(Stopped::new(chain, None)));
                    return Poll::Pending;
                }
            }
        }
    }
}

/// What a call meets whose account has too little.
#[cold]
pub(crate) fn out_of_fuel(account: &Account) -> Exhausted {
    let (given, used) = account.given_and_used();
    let (amount, used) = (Amount::Fuel(given), Amount::Fuel(used));
    Exhausted { limit: Limit::Fuel, amount, used, scope: account.scope().clone() }
}

impl Stopped {
    fn new(chain: &Arc<Chain>, paused: Option<Paused>) -> Stopped {
        let stopped = Stopped { instances: chain.instances().cloned().collect(), paused };
        stopped.count(true);
        stopped
    }

    /// Counts the call in each instance that it is in, and once in each of their tenants.
    fn count(&self, stops: bool) {
        for (place, payer) in self.instances.iter().enumerate() {
            payer.account.count_stopped(stops);
            let is_known = |tenant: &&Arc<Tenancy>| {
                let mut before = self.instances[..place].iter().filter_map(|payer| payer.tenant.as_ref());
                before.any(|other| Arc::ptr_eq(other, tenant))
            };
            if let Some(tenant) = payer.tenant.as_ref().filter(|tenant| !is_known(tenant)) {
                tenant.account.count_stopped(stops);
            }
        }
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        self.count(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::bound::Bound;
    use crate::limits::limit::Scope;

    /// A caller that is told, and goes on, is not counted for ever among those that are stopped.
    #[test]
    fn who_was_counted_as_stopped_is_counted_off_wherever_the_chain_ends_by_then() {
        let tenant = Arc::new(Tenancy::new("acme".into(), 0, 0));
        let payer = |name: &str| Arc::new(Payer { tenant: Some(tenant.clone()), ..Payer::new(name.into(), 0) });
        let (above, below) = (payer("above"), payer("below"));
        let bound = Arc::new(Bound::finishes(Account::with_fuel(Scope::Call, 1), Account::new(Scope::Call)));
        let chain = Chain::bound(&bound, &Some(Chain::instance(&above, &None)));
        let chain = Chain::instance(&below, &Some(chain));
        let stopped = || [&above.account, &below.account, &tenant.account].map(Account::stopped);
        let waits = Stopped::new(&chain, None);
        assert_eq!(stopped(), [1, 1, 1], "a tenant that is on the way twice is counted once");
        bound.cut();
        drop(waits);
        assert_eq!(stopped(), [0, 0, 0]);
    }
}
