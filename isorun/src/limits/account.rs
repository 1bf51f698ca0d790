//! An account: what an instance, a tenant or a run may use as long as it lives, whoever calls.
//!
//! Fuel is taken off an account before it is used, and what is left over is given back (see `ledger.rs`), so that a hundred calls at once
//! cannot spend a balance a hundred times. All of it is addition to one number: what the calls have used is exactly what the balance has
//! lost. The number goes below zero only by what could not be foreseen, such as the end of a basic block. That is a debt, which what is
//! added next pays first.
//!
//! # Invariants
//!
//! * What is taken of an account is given back to it, but for what was used. An account that had no balance when a call took what it needs
//!   is left out when that call gives back, though it may have a balance by then: see [`Account::counts`].
//! * An account that limits nothing costs its calls one load.

use std::fmt;
use std::sync::atomic::{AtomicI64, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::watch;

use super::limit::Scope;

/// What an instance, a tenant or a run may use as long as it lives.
pub(crate) struct Account {
    /// Whose account it is.
    scope: Scope,
    /// What calls have to look at: [`LIMITED`] and [`PAUSED`].
    watch: AtomicU8,
    /// Units of fuel that are neither used nor taken; negative for a debt.
    balance: AtomicI64,
    /// Units that it was given since its balance was last set.
    given: AtomicU64,
    /// The number of the change by which it got a balance where it had none; 0 if it had one from the beginning.
    since: AtomicU64,
    /// The number of the change by which the balance was last set.
    set_at: AtomicU64,
    /// Bytes that may be held, and bytes that are.
    memory: AtomicU64,
    held: AtomicU64,
    /// Tells the calls that wait because it is paused when it goes on; made when it is first paused.
    paused: OnceLock<watch::Sender<bool>>,
    /// Calls that are stopped where they are, because the account is paused or because they have run out of something.
    stopped: AtomicU32,
}

/// It has a balance.
const LIMITED: u8 = 1;
const PAUSED: u8 = 2;

/// How often the balance of an account was set, in the whole process.
static CHANGES: AtomicU64 = AtomicU64::new(0);
static CHANGING: Mutex<()> = Mutex::new(());

/// While this is held, no balance is set or added to.
pub(crate) fn changing() -> MutexGuard<'static, ()> {
    // Nothing panics under the lock.
    CHANGING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The number of the last change by which a balance was set.
#[inline]
pub(crate) fn now() -> u64 {
    CHANGES.load(Ordering::Acquire)
}

impl Account {
    /// An account that limits nothing.
    pub(crate) fn new(scope: Scope) -> Account {
        Account {
            scope,
            watch: AtomicU8::new(0),
            balance: AtomicI64::new(0),
            given: AtomicU64::new(0),
            since: AtomicU64::new(0),
            set_at: AtomicU64::new(0),
            memory: AtomicU64::new(u64::MAX),
            held: AtomicU64::new(0),
            paused: OnceLock::new(),
            stopped: AtomicU32::new(0),
        }
    }

    /// An account with so much fuel.
    pub(crate) fn with_fuel(scope: Scope, fuel: u64) -> Account {
        let account = Account::new(scope);
        account.given.store(signed(fuel).unsigned_abs(), Ordering::Relaxed);
        account.balance.store(signed(fuel), Ordering::Relaxed);
        // No call can have come to it before.
        account.watch.store(LIMITED, Ordering::Relaxed);
        account
    }

    pub(crate) fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whether calls have nothing to look at here.
    #[inline]
    pub(crate) fn is_free(&self) -> bool {
        self.watch.load(Ordering::Relaxed) == 0
    }

    fn is_limited(&self) -> bool {
        self.watch.load(Ordering::Acquire) & LIMITED != 0
    }

    /// Units of fuel that are neither used nor taken by running calls; `None` if there is no limit.
    pub(crate) fn fuel(&self) -> Option<u64> {
        self.is_limited().then(|| u64::try_from(self.balance.load(Ordering::Relaxed)).unwrap_or(0))
    }

    /// Units that were used beyond the balance.
    pub(crate) fn debt(&self) -> u64 {
        if self.is_limited() { self.balance.load(Ordering::Relaxed).min(0).unsigned_abs() } else { 0 }
    }

    /// Units that it was given since its balance was last set, and how many of them are used or taken.
    pub(crate) fn given_and_used(&self) -> (u64, u64) {
        let (given, balance) = (self.given.load(Ordering::Relaxed), self.balance.load(Ordering::Relaxed));
        (given, u64::try_from(i128::from(given) - i128::from(balance)).unwrap_or(0))
    }

    /// Sets what is left: also a debt is forgotten. What running calls have taken for their quantum stays theirs, and what they give back is added.
    pub(crate) fn set_fuel(&self, fuel: Option<u64>) {
        let _changing = changing();
        let Some(fuel) = fuel else {
            self.watch.fetch_and(!LIMITED, Ordering::Relaxed);
            return;
        };
        let change = CHANGES.load(Ordering::Relaxed) + 1;
        self.given.store(signed(fuel).unsigned_abs(), Ordering::Relaxed);
        self.balance.store(signed(fuel), Ordering::Relaxed);
        self.set_at.store(change, Ordering::Relaxed);
        if !self.is_limited() {
            self.since.store(change, Ordering::Relaxed);
            self.watch.fetch_or(LIMITED, Ordering::Release);
        }
        // Whoever reads this number sees that the account has a balance.
        CHANGES.store(change, Ordering::Release);
    }

    /// Adds to what is left, if that is limited.
    pub(crate) fn add_fuel(&self, fuel: u64) {
        let _changing = changing();
        if self.is_limited() {
            // No more is given than the balance can hold.
            let added = self.add(signed(fuel));
            let given = self.given.load(Ordering::Relaxed).saturating_add(added);
            self.given.store(given, Ordering::Relaxed);
        }
    }

    /// Adds to the balance as much as it can hold. Gives how much that was.
    fn add(&self, units: i64) -> u64 {
        let sum = |balance: i64| balance.saturating_add(units).min(MOST).max(balance);
        let before = self.balance.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |balance| Some(sum(balance)));
        before.map_or(0, |before| sum(before).abs_diff(before))
    }

    /// Whether a call that has read [`now`] before it took its fuel has taken some here.
    #[inline]
    pub(crate) fn counts(&self, now: u64) -> bool {
        self.is_limited() && self.since.load(Ordering::Relaxed) <= now
    }

    /// Whether the balance was set after that.
    pub(crate) fn was_set_after(&self, now: u64) -> bool {
        self.set_at.load(Ordering::Relaxed) > now
    }

    /// Takes as much as there is, up to `most`, and nothing if that is less than `least`. Gives what was taken, and what was there.
    #[inline]
    pub(crate) fn take(&self, least: u64, most: u64) -> (u64, u64) {
        let mut balance = self.balance.load(Ordering::Relaxed);
        loop {
            let there = u64::try_from(balance).unwrap_or(0);
            let taken = there.min(most);
            if taken < least || taken == 0 {
                return (0, there);
            }
            let left = balance - signed(taken);
            match self.balance.compare_exchange_weak(balance, left, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return (taken, there),
                Err(now) => balance = now,
            }
        }
    }

    /// Gives back what was taken and not used; less than nothing if more was used than taken.
    #[inline]
    pub(crate) fn give_back(&self, units: i64) {
        if units != 0 {
            self.balance.fetch_add(units, Ordering::Relaxed);
        }
    }

    /// Bytes that may be held; `None` if there is no limit.
    pub(crate) fn memory(&self) -> Option<u64> {
        Some(self.memory.load(Ordering::Relaxed)).filter(|bytes| *bytes < u64::MAX)
    }

    pub(crate) fn set_memory(&self, bytes: Option<u64>) {
        self.memory.store(bytes.unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Bytes that are held.
    pub(crate) fn held(&self) -> u64 {
        self.held.load(Ordering::Relaxed)
    }

    /// Counts that so many bytes more are held. If that is more than may be, nothing is counted, and the limit is given.
    pub(crate) fn hold(&self, bytes: u64) -> Result<(), u64> {
        let limit = self.memory.load(Ordering::Relaxed);
        let add = |held: u64| held.checked_add(bytes).filter(|held| *held <= limit || bytes == 0);
        self.held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add).map(drop).map_err(|_| limit)
    }

    /// Counts that so many bytes are held no more.
    pub(crate) fn release(&self, bytes: u64) {
        self.held.fetch_sub(bytes, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn is_paused(&self) -> bool {
        self.watch.load(Ordering::Relaxed) & PAUSED != 0
    }

    /// Stops the calls that are made on this account at their next quantum.
    pub(crate) fn pause(&self) {
        // Both change in one step, so that of a pause and a resumption at once one wins in both.
        self.paused.get_or_init(|| watch::Sender::new(false)).send_modify(|paused| {
            *paused = true;
            self.watch.fetch_or(PAUSED, Ordering::SeqCst);
        });
    }

    /// Lets the calls go on.
    pub(crate) fn resume(&self) {
        if let Some(paused) = self.paused.get() {
            paused.send_modify(|paused| {
                *paused = false;
                self.watch.fetch_and(!PAUSED, Ordering::SeqCst);
            });
        }
    }

    /// Waits until the account is not paused.
    pub(crate) fn resumed(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut paused = self.paused.get().map(watch::Sender::subscribe);
        async move {
            if let Some(paused) = &mut paused {
                // An account that is gone stops nobody.
                let _ = paused.wait_for(|paused| !*paused).await;
            }
        }
    }

    /// Calls that are stopped where they are.
    pub(crate) fn stopped(&self) -> u32 {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Counts a call that is stopped, or one that goes on.
    pub(crate) fn count_stopped(&self, stops: bool) {
        match stops {
            true => self.stopped.fetch_add(1, Ordering::Relaxed),
            false => self.stopped.fetch_sub(1, Ordering::Relaxed),
        };
    }
}

/// More units than anybody can use. What calls have taken when a balance is set to it can still be added.
const MOST: i64 = i64::MAX / 2;

/// More units than anybody can use are as many as are counted.
fn signed(units: u64) -> i64 {
    i64::try_from(units).unwrap_or(MOST).min(MOST)
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("scope", &self.scope).field("fuel", &self.fuel()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_and_not_used_comes_back() {
        let account = Account::with_fuel(Scope::Call, 1000);
        assert_eq!(account.take(100, 600), (600, 1000));
        assert_eq!(account.take(100, 600), (400, 400));
        assert_eq!(account.take(1, 600), (0, 0));
        account.give_back(150);
        assert_eq!(account.take(200, 600), (0, 150));
        account.give_back(-200);
        assert_eq!((account.fuel(), account.debt(), account.given_and_used()), (Some(0), 50, (1000, 1050)));
        account.add_fuel(80);
        assert_eq!((account.fuel(), account.debt()), (Some(30), 0));
        account.set_fuel(None);
        assert_eq!((account.fuel(), account.debt(), account.counts(now())), (None, 0, false));
    }

    #[test]
    fn what_was_taken_before_there_was_a_balance_is_not_given_back() {
        let account = Account::new(Scope::Call);
        let before = now();
        assert!(!account.counts(before));
        account.set_fuel(Some(10));
        assert!(!account.counts(before) && account.counts(now()));
    }

    #[test]
    fn memory_is_held_up_to_the_limit() {
        let account = Account::new(Scope::Call);
        account.set_memory(Some(100));
        assert_eq!((account.hold(60), account.hold(60)), (Ok(()), Err(100)));
        account.set_memory(Some(10));
        assert_eq!((account.hold(1), account.hold(0), account.held()), (Err(10), Ok(()), 60));
        account.release(60);
        assert_eq!((account.hold(10), account.held()), (Ok(()), 10));
    }
}
