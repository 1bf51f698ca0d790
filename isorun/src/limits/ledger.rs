//! What a call has taken off the accounts that pay for it, in one store.
//!
//! wasmtime counts fuel in the store, which nobody can look into while a guest runs. So before each poll of a guest as much is taken off the
//! accounts as it can use before it gives way, and after the poll what is left is given back: nothing is taken while nothing runs. What was used is
//! known exactly where the store is at hand, which is where an import is entered and left, and at the end. In between a quantum of the store
//! counts as what it should have been, and what it went beyond that is booked at the next exact look.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU8, AtomicU64, Ordering};

use super::account::{self, Account};
use super::chain::{Chain, Extent};
use super::limit::Scope;

/// What a call has taken in one store. Only the poll of that call changes it, so all of this is plain loads and stores.
#[derive(Debug)]
pub(crate) struct Ledger {
    /// Units that were taken and not used yet, as far as is known; less than nothing if more was used.
    left: AtomicI64,
    /// Whether they were taken off some account.
    taken: AtomicBool,
    /// The number of the last change of the accounts, when they were taken.
    now: AtomicU64,
    /// The fuel in the store when it was last known.
    mark: AtomicU64,
    /// Units of fuel after which the store gives way.
    interval: AtomicU64,
    /// Where the guest is: [`NEW`], [`RUNS`], [`IMPORT`] or [`GAVE_WAY`].
    place: AtomicU8,
}

/// A call has been given the store, and has not run.
const NEW: u8 = 3;
/// The guest runs. If it gives way, it has come to the end of a quantum.
const RUNS: u8 = 0;
/// It waits for an import.
const IMPORT: u8 = 1;
/// It has left an import and gives way, and all that it used is booked.
const GAVE_WAY: u8 = 2;

/// More than any call uses between two looks, where nothing has to be taken.
const FREE: i64 = i64::MAX / 2;

/// How many quanta a balance is used up in, if it is a small one, and the least that such a quantum has unless the balance is smaller.
const PARTS: u64 = 64;
const SMALL: u64 = 1000;

/// The least that a call has to have of each account to begin, if it is granted as much. A quantum that is no longer than a basic block would count for
/// far less than what is used in it.
const LEAST: u64 = 100;

/// Why nothing was taken: the account at this place of the chain.
pub(crate) enum Denied<'a> {
    /// It is paused.
    Paused(&'a Account),
    /// It has less than the least that was needed.
    Short(usize, &'a Account),
}

impl Default for Ledger {
    fn default() -> Ledger {
        Ledger {
            left: AtomicI64::new(0),
            taken: AtomicBool::new(false),
            now: AtomicU64::new(0),
            mark: AtomicU64::new(0),
            interval: AtomicU64::new(0),
            place: AtomicU8::new(RUNS),
        }
    }
}

impl Ledger {
    /// Begins a call in a store that has so much fuel, and gives way whenever it has used `interval` of it.
    #[inline]
    pub(crate) fn begin(&self, fuel: u64, interval: u64) {
        self.mark.store(fuel, Ordering::Relaxed);
        self.interval.store(interval, Ordering::Relaxed);
        self.place.store(NEW, Ordering::Relaxed);
    }

    /// Whether the call that was given the store has run in it.
    #[inline]
    pub(crate) fn has_run(&self) -> bool {
        self.place.load(Ordering::Relaxed) != NEW
    }

    /// Units of fuel after which the store gives way.
    #[inline]
    pub(crate) fn interval(&self) -> u64 {
        self.interval.load(Ordering::Relaxed)
    }

    /// The store gives way after another number of units from now on.
    pub(crate) fn set_interval(&self, interval: u64) {
        self.interval.store(interval, Ordering::Relaxed);
    }

    /// Units that were taken and not used yet; less than nothing if more was used.
    #[inline]
    pub(crate) fn left(&self) -> i64 {
        self.left.load(Ordering::Relaxed)
    }

    /// Units that the guest uses at most until it gives way, or until it has used all of its fuel.
    #[inline]
    pub(crate) fn quantum(&self) -> u64 {
        self.interval().min(self.mark.load(Ordering::Relaxed))
    }

    /// Whether the guest can run until it gives way.
    #[inline]
    pub(crate) fn covers_a_quantum(&self) -> bool {
        self.left() >= i64::try_from(self.quantum()).unwrap_or(FREE)
    }

    /// Whether the guest waits for an import.
    #[inline]
    pub(crate) fn is_in_import(&self) -> bool {
        self.place.load(Ordering::Relaxed) == IMPORT
    }

    /// The guest begins, or runs on from where it gave way.
    #[inline]
    pub(crate) fn runs(&self) {
        self.place.store(RUNS, Ordering::Relaxed);
    }

    /// The guest calls an import, with so much fuel left.
    #[inline]
    pub(crate) fn enter(&self, fuel: u64) {
        self.book(fuel);
        self.place.store(IMPORT, Ordering::Relaxed);
    }

    /// The guest comes back from an import, with so much fuel left: whatever was used there is booked elsewhere.
    #[inline]
    pub(crate) fn leave(&self, fuel: u64) {
        self.mark.store(fuel, Ordering::Relaxed);
        self.place.store(RUNS, Ordering::Relaxed);
    }

    /// The guest, which has so much fuel left, gives way by itself.
    #[inline]
    pub(crate) fn gives_way(&self, fuel: u64) {
        self.book(fuel);
        self.place.store(GAVE_WAY, Ordering::Relaxed);
    }

    /// Books what was used until so much fuel was left.
    #[inline]
    pub(crate) fn book(&self, fuel: u64) {
        self.left.store(self.left_at(fuel), Ordering::Relaxed);
        self.mark.store(fuel, Ordering::Relaxed);
    }

    /// Nothing has to be taken, and nobody pays for what is used.
    #[inline]
    fn set_free(&self) {
        self.left.store(FREE, Ordering::Relaxed);
        self.now.store(0, Ordering::Relaxed);
    }

    /// Units that were taken and not used yet by a guest that has so much fuel left.
    #[inline]
    pub(crate) fn left_at(&self, fuel: u64) -> i64 {
        let mark = self.mark.load(Ordering::Relaxed);
        let used = i64::try_from(mark.abs_diff(fuel)).unwrap_or(FREE);
        // More fuel may be left than was thought, where a quantum counts as a whole one and was not.
        self.left().saturating_sub(if fuel <= mark { used } else { -used })
    }

    /// Books what was used.
    #[inline]
    pub(crate) fn spend(&self, units: u64) {
        let left = self.left().saturating_sub(i64::try_from(units).unwrap_or(FREE));
        self.left.store(left, Ordering::Relaxed);
    }
}

/// The quantum in which a balance is used up, of which `price` is spent at once.
fn part_of(balance: u64, price: u64, quantum: u64) -> u64 {
    (balance / PARTS).max(SMALL).min(balance.saturating_sub(price)).clamp(LEAST, quantum)
}

impl Chain {
    /// Takes up to `most` units off the accounts that pay for the store at the beginning of the list, as many of each, or none at all if one
    /// of them has less than `least`. What was taken before is given back first. Gives the smallest balance that there was.
    #[inline]
    pub(crate) fn take(&self, least: u64, most: u64) -> Result<u64, Denied<'_>> {
        self.settle();
        if self.is_free() {
            self.ledger.set_free();
            return Ok(u64::MAX);
        }
        self.take_of_all(least, most)
    }

    #[cold]
    fn take_of_all(&self, least: u64, most: u64) -> Result<u64, Denied<'_>> {
        match self.paused() {
            Some(account) => Err(Denied::Paused(account)),
            None => self.take_paused_or_not(least, most),
        }
    }

    /// As [`take`](Chain::take), also while an account is paused.
    #[cold]
    pub(crate) fn take_paused_or_not(&self, least: u64, most: u64) -> Result<u64, Denied<'_>> {
        self.settle();
        let now = account::now();
        self.ledger.taken.store(false, Ordering::Relaxed);
        self.ledger.now.store(now, Ordering::Relaxed);
        let (mut units, mut smallest, mut counted) = (most, u64::MAX, 0);
        for (nth, (place, account)) in self.accounts().enumerate().filter(|(_, (_, account))| account.counts(now)) {
            let (taken, there) = account.take(least, units);
            let too_much = i64::try_from(units - taken).unwrap_or(FREE);
            // Any of them may have been set meanwhile, and counts no more.
            if too_much > 0 {
                let before = self.accounts().take(nth).filter(|(_, account)| account.counts(now));
                before.for_each(|(_, account)| account.give_back(too_much));
            }
            if taken == 0 {
                let short = self.shortest(now, least).unwrap_or((place, account));
                return Err(Denied::Short(short.0, short.1));
            }
            (units, smallest, counted) = (taken, smallest.min(there), counted + 1);
        }
        let ledger = &self.ledger;
        let left = if counted == 0 { FREE } else { i64::try_from(units).unwrap_or(FREE) };
        ledger.left.store(left, Ordering::Relaxed);
        ledger.taken.store(counted > 0, Ordering::Relaxed);
        Ok(smallest)
    }

    /// The account that has the least, of those that have less than this.
    fn shortest(&self, now: u64, than: u64) -> Option<(usize, &Account)> {
        let all = self.accounts().filter(|(_, account)| account.counts(now));
        let short = all.filter_map(|one| one.1.fuel().filter(|fuel| *fuel < than.max(1)).map(|fuel| (fuel, one)));
        short.min_by_key(|(fuel, _)| *fuel).map(|(_, one)| one)
    }

    /// Begins a call with so much fuel in the store, of which `price` is spent at once. Gives the quantum in which it is to run: a small balance is used
    /// up in small ones, since a guest that has less left than a quantum cannot go on.
    #[inline]
    pub(crate) fn open(&self, fuel: u64, price: u64, quantum: u64) -> Result<u64, Denied<'_>> {
        self.ledger.begin(fuel, quantum);
        let least = price.saturating_add(LEAST.min(fuel.saturating_sub(price)).max(1));
        let most = |quantum: u64| price.saturating_add(quantum.saturating_mul(2));
        let smallest = self.take(least, most(quantum))?;
        let small = part_of(smallest, price, quantum);
        if small == quantum {
            return Ok(quantum);
        }
        self.take(least, most(small))?;
        // Others may have taken some meanwhile.
        let left = u64::try_from(self.ledger.left()).unwrap_or(0).saturating_sub(price);
        let small = small.min(left).max(LEAST);
        self.ledger.set_interval(small);
        Ok(small)
    }

    /// The quantum of a call that was denied what it needs to begin, and waits for it. What there is then may be little.
    #[cold]
    pub(crate) fn open_later(&self, price: u64, quantum: u64) -> u64 {
        let smallest = self.smallest_balance();
        let quantum = part_of(if smallest <= price { SMALL } else { smallest }, price, quantum);
        self.ledger.set_interval(quantum);
        quantum
    }

    /// The smallest of what is left in the accounts, with what those on the way have taken and not used yet.
    pub(crate) fn smallest_balance(&self) -> u64 {
        let taken = self.links().filter(|chain| chain.ledger.taken.load(Ordering::Relaxed));
        let taken = taken.map(|chain| u64::try_from(chain.ledger.left()).unwrap_or(0)).sum::<u64>();
        let smallest = self.accounts().filter_map(|(_, account)| account.fuel()).min();
        smallest.map_or(u64::MAX, |fuel| fuel.saturating_add(taken))
    }

    /// Whether all accounts but one have so much.
    pub(crate) fn can_all_but(&self, one: &Account, units: u64) -> bool {
        let mut others = self.accounts().filter(|(_, account)| !std::ptr::eq(*account, one));
        others.all(|(_, account)| account.fuel().is_none_or(|fuel| fuel >= units))
    }

    /// Gives back what was taken and not used, or charges what was used beyond that.
    #[inline]
    pub(crate) fn settle(&self) {
        let left = self.ledger.left();
        if left == 0 {
            return;
        }
        self.ledger.left.store(0, Ordering::Relaxed);
        if self.ledger.taken.load(Ordering::Relaxed) || left < FREE / 2 {
            self.settle_with_all(left);
        }
    }

    /// As [`take`](Chain::take), for all that a call may use until its end. What the balance was set to meanwhile has nothing to do with that, nor has
    /// who pays by then: see [`settle_long`](Chain::settle_long).
    pub(crate) fn take_long(&self, most: u64) -> Result<u64, Denied<'_>> {
        let _unchanged = account::changing();
        // Of what others use too, half is left to them.
        let there = |account: &Account| match account.scope() {
            Scope::Instance(_) | Scope::Tenant(_) => account.fuel().map(|fuel| fuel.div_ceil(2)),
            _ => account.fuel(),
        };
        let there = self.accounts().filter_map(|(_, account)| there(account)).min();
        self.take(1, there.map_or(most, |there| there.min(most)).max(1))
    }

    /// Gives back what was [taken for long](Chain::take_long) over this extent, to those accounts whose balance was not set since.
    pub(crate) fn settle_long(&self, extent: Extent) {
        let _unchanged = account::changing();
        let (ledger, now) = (&self.ledger, self.ledger.now.load(Ordering::Relaxed));
        if ledger.taken.swap(false, Ordering::Relaxed) {
            let left = ledger.left.swap(0, Ordering::Relaxed);
            let taken_of = |account: &&Account| account.counts(now) && !account.was_set_after(now);
            let accounts = self.accounts_over(Some(extent)).map(|(_, account)| account);
            accounts.filter(taken_of).for_each(|account| account.give_back(left));
        }
    }

    #[cold]
    fn settle_with_all(&self, left: i64) {
        // What is found out later about a quantum is the matter of those that have paid for it.
        let now = self.ledger.now.load(Ordering::Relaxed);
        self.ledger.taken.store(false, Ordering::Relaxed);
        self.accounts().filter(|(_, account)| account.counts(now)).for_each(|(_, account)| account.give_back(left));
    }

    /// The call has ended, with so much fuel left.
    #[inline]
    pub(crate) fn close(&self, fuel: u64) {
        self.ledger.book(fuel);
        self.settle();
    }

    /// A poll of the store has ended: books what it has used, and gives back what is left.
    #[inline]
    pub(crate) fn end_poll(&self) {
        let ledger = &self.ledger;
        if ledger.place.load(Ordering::Relaxed) == RUNS {
            ledger.book(ledger.mark.load(Ordering::Relaxed).saturating_sub(ledger.interval()));
        }
        self.settle();
    }

    /// A guest comes back from an import with so much fuel left. Whether it can go on until the end of its quantum without taking anything.
    #[inline]
    pub(crate) fn can_go_on(&self, fuel: u64) -> bool {
        if self.ledger.left_at(fuel) >= i64::try_from(self.ledger.interval().min(fuel)).unwrap_or(FREE) {
            return true;
        }
        let free = self.is_free();
        if free {
            self.ledger.set_free();
        }
        free
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::limits::chain::Payer;
    use crate::limits::limit::Scope;
    use crate::limits::tenancy::Tenancy;

    const QUANTUM: u64 = 100_000;

    /// An instance with so much fuel, if that is limited.
    fn payer(name: &str, fuel: Option<u64>) -> Arc<Payer> {
        let payer = Payer::new(name.into(), 0);
        payer.account.set_fuel(fuel);
        Arc::new(payer)
    }

    /// What is left, debts included.
    fn balance(account: &Account) -> i64 {
        account.fuel().unwrap() as i64 - account.debt() as i64
    }

    /// The guest runs until it gives way.
    fn poll_to_the_end_of_a_quantum(chain: &Chain) {
        chain.ledger.runs();
        chain.end_poll();
    }

    fn short(denied: Result<u64, Denied<'_>>) -> Scope {
        match denied {
            Err(Denied::Short(_, account)) => account.scope().clone(),
            Err(Denied::Paused(_)) => panic!("it is paused"),
            Ok(there) => panic!("there are {there}"),
        }
    }

    #[test]
    fn what_a_call_uses_is_what_the_balance_loses() {
        let payer = payer("one", Some(10_000_000));
        let chain = Chain::instance(&payer, &None);
        assert_eq!(chain.open(1_000_000, 0, QUANTUM).ok(), Some(QUANTUM));
        assert_eq!(balance(&payer.account), 10_000_000 - 200_000);
        // The guest comes to the end of two quanta, the second of them 70 units later, and to its own.
        poll_to_the_end_of_a_quantum(&chain);
        assert_eq!(balance(&payer.account), 10_000_000 - 100_000);
        assert!(chain.take(QUANTUM, 2 * QUANTUM).is_ok());
        poll_to_the_end_of_a_quantum(&chain);
        assert!(chain.take(QUANTUM, 2 * QUANTUM).is_ok());
        chain.close(1_000_000 - 200_070 - 5);
        assert_eq!(balance(&payer.account), 10_000_000 - 200_075);
    }

    #[test]
    fn a_quantum_that_was_not_a_whole_one_is_given_back() {
        let payer = payer("one", Some(10_000_000));
        let chain = Chain::instance(&payer, &None);
        assert!(chain.open(1_000_000, 0, QUANTUM).is_ok());
        poll_to_the_end_of_a_quantum(&chain);
        chain.close(1_000_000 - 40_000);
        assert_eq!(balance(&payer.account), 10_000_000 - 40_000);
    }

    #[test]
    fn a_small_balance_is_used_up_in_small_quanta() {
        let payer = payer("one", Some(640_000));
        let chain = Chain::instance(&payer, &None);
        assert_eq!(chain.open(1_000_000, 0, QUANTUM).ok(), Some(10_000));
        assert_eq!(balance(&payer.account), 640_000 - 20_000);
        chain.settle();
        payer.account.set_fuel(Some(700));
        assert_eq!(chain.open(1_000_000, 0, QUANTUM).ok(), Some(700));
        chain.settle();
        assert_eq!(balance(&payer.account), 700);
    }

    /// What a guest can use is bounded by its grant, too: then that ends it, and not an account that has enough for it.
    #[test]
    fn no_more_is_needed_than_is_left_of_the_grant() {
        let payer = payer("one", Some(10_000_000));
        let chain = Chain::instance(&payer, &None);
        assert!(chain.open(150_000, 0, QUANTUM).is_ok());
        poll_to_the_end_of_a_quantum(&chain);
        payer.account.set_fuel(Some(60_000));
        assert_eq!(chain.ledger.quantum(), 50_000);
        assert!(chain.take(chain.ledger.quantum(), 2 * QUANTUM).is_ok());
        assert!(chain.ledger.covers_a_quantum());
    }

    #[test]
    fn a_debt_is_paid_before_anything_else() {
        let payer = payer("one", Some(1000));
        let chain = Chain::instance(&payer, &None);
        assert!(chain.open(1_000_000, 0, QUANTUM).is_ok());
        // One basic block.
        chain.close(1_000_000 - 300_000);
        assert_eq!((payer.account.fuel(), payer.account.debt()), (Some(0), 299_000));
        payer.account.add_fuel(299_000);
        assert_eq!(short(chain.open(1_000_000, 0, QUANTUM)), Scope::Instance("one".into()));
        payer.account.add_fuel(99);
        assert_eq!(short(chain.open(1_000_000, 0, QUANTUM)), Scope::Instance("one".into()));
        payer.account.add_fuel(1);
        assert!(chain.open(1_000_000, 0, QUANTUM).is_ok());
    }

    #[test]
    fn a_limit_that_is_set_while_a_call_runs_holds_from_its_next_quantum_on() {
        let payer = payer("one", None);
        let chain = Chain::instance(&payer, &None);
        assert_eq!(chain.open(1_000_000, 0, QUANTUM).ok(), Some(QUANTUM));
        payer.account.set_fuel(Some(150_000));
        // What it began with was taken of nobody.
        assert!(chain.ledger.covers_a_quantum());
        poll_to_the_end_of_a_quantum(&chain);
        assert_eq!(balance(&payer.account), 150_000);
        assert_eq!(chain.take(QUANTUM, 2 * QUANTUM).ok(), Some(150_000));
        poll_to_the_end_of_a_quantum(&chain);
        assert_eq!(balance(&payer.account), 50_000);
        assert_eq!(short(chain.take(QUANTUM, 2 * QUANTUM)), Scope::Instance("one".into()));
        chain.close(1_000_000 - 200_000);
        assert_eq!(balance(&payer.account), 50_000);
    }

    #[test]
    fn a_limit_that_is_taken_away_and_set_again_while_a_call_runs_is_what_it_was_set_to() {
        let payer = payer("one", Some(10_000_000));
        let chain = Chain::instance(&payer, &None);
        assert!(chain.open(1_000_000, 0, QUANTUM).is_ok());
        payer.account.set_fuel(None);
        payer.account.set_fuel(Some(500));
        chain.close(1_000_000 - 10);
        assert_eq!(balance(&payer.account), 500, "nothing was taken of this balance");
    }

    #[test]
    fn the_largest_balance_takes_back_what_was_taken_of_a_smaller_one() {
        let payer = payer("one", Some(10_000_000));
        let chain = Chain::instance(&payer, &None);
        assert!(chain.open(1_000_000, 0, QUANTUM).is_ok());
        payer.account.set_fuel(Some(u64::MAX));
        payer.account.add_fuel(u64::MAX);
        chain.close(1_000_000);
        assert!(balance(&payer.account) >= i64::MAX / 2);
        let (given, used) = payer.account.given_and_used();
        assert!(given >= u64::MAX / 4 && used == 0, "{used} of {given}");
    }

    #[test]
    fn all_that_pay_give_back_what_the_smallest_of_them_does_not_have() {
        let tenant = Arc::new(Tenancy::new("acme".into(), 0, 1));
        tenant.account.set_fuel(Some(70_000));
        let of_tenant = |name: &str, fuel| {
            let payer = Payer { tenant: Some(tenant.clone()), ..Payer::new(name.into(), 0) };
            payer.account.set_fuel(fuel);
            Arc::new(payer)
        };
        let (above, below) = (of_tenant("above", Some(500_000)), of_tenant("below", Some(90_000)));
        let chain = Chain::instance(&below, &Some(Chain::instance(&above, &None)));
        let left = || [&above.account, &below.account, &tenant.account].map(balance);
        assert_eq!(chain.take(1, 200_000).ok(), Some(70_000));
        assert_eq!(left(), [430_000, 20_000, 0]);
        chain.settle();
        assert_eq!(left(), [500_000, 90_000, 70_000]);
        assert_eq!(short(chain.take(100_000, 200_000)), Scope::Tenant("acme".into()), "it is the smallest");
        assert_eq!(left(), [500_000, 90_000, 70_000]);
    }

    #[test]
    fn what_an_instance_calls_stops_when_it_is_paused_whoever_pays() {
        let above = payer("above", None);
        let below = Arc::new(Payer { alone: true, ..Payer::new("below".into(), 0) });
        let chain = Chain::instance(&below, &Some(Chain::instance(&above, &None)));
        above.account.set_fuel(Some(0));
        assert!(chain.take(1, 1).is_ok(), "it does not pay");
        above.account.pause();
        let denied = chain.take(1, 1).unwrap_err();
        assert!(matches!(denied, Denied::Paused(account) if std::ptr::eq(account, &above.account)));
    }
}
