//! What a call has taken off the accounts that pay for it, in one store.
//!
//! wasmtime counts fuel in the store, which nobody can look into while a guest runs. So before each poll of a guest as much is taken off the
//! accounts as it can use before it gives way, and after the poll what is left is given back: nothing is taken while nothing runs. What was used is
//! known exactly where the store is at hand, which is where an import is entered and left, and at the end. In between a quantum of the store
//! counts as what it should have been, and what it went beyond that is booked at the next exact look.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU8, AtomicU64, Ordering};

use super::account::{self, Account};
use super::chain::Chain;

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
    /// Where the guest is: [`RUNS`], [`IMPORT`] or [`GAVE_WAY`].
    place: AtomicU8,
}

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
        self.place.store(RUNS, Ordering::Relaxed);
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

    /// Whether the guest can run until it gives way.
    #[inline]
    pub(crate) fn covers_a_quantum(&self) -> bool {
        self.left() >= i64::try_from(self.interval()).unwrap_or(FREE)
    }

    /// Whether the guest waits for an import.
    #[inline]
    pub(crate) fn is_in_import(&self) -> bool {
        self.place.load(Ordering::Relaxed) == IMPORT
    }

    /// The guest runs on from where it gave way.
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
        let used = self.mark.swap_plain(fuel).saturating_sub(fuel);
        self.spend(used);
    }

    #[inline]
    fn spend(&self, units: u64) {
        let left = self.left().saturating_sub(i64::try_from(units).unwrap_or(FREE));
        self.left.store(left, Ordering::Relaxed);
    }
}

/// A load and a store, where no other thread stores meanwhile.
trait Plain {
    fn swap_plain(&self, value: u64) -> u64;
}

impl Plain for AtomicU64 {
    #[inline]
    fn swap_plain(&self, value: u64) -> u64 {
        let before = self.load(Ordering::Relaxed);
        self.store(value, Ordering::Relaxed);
        before
    }
}

impl Chain {
    /// Takes up to `most` units off the accounts that pay for the store at the beginning of the list, as many of each, or none at all if one
    /// of them has less than `least`. What was taken before is given back first. Gives the smallest balance that there was.
    #[inline]
    pub(crate) fn take(&self, least: u64, most: u64) -> Result<u64, Denied<'_>> {
        self.settle();
        if self.is_free() {
            self.ledger.left.store(FREE, Ordering::Relaxed);
            return Ok(u64::MAX);
        }
        self.take_of_all(least, most)
    }

    #[cold]
    fn take_of_all(&self, least: u64, most: u64) -> Result<u64, Denied<'_>> {
        let now = account::now();
        if let Some(account) = self.paused() {
            return Err(Denied::Paused(account));
        }
        let (mut units, mut smallest, mut counted) = (most, u64::MAX, 0);
        for (place, account) in self.accounts().filter(|(_, account)| account.counts(now)) {
            let (taken, there) = account.take(least, units);
            let too_much = i64::try_from(units - taken).unwrap_or(FREE);
            let before = self.accounts().filter(|(_, account)| account.counts(now)).take(counted);
            before.for_each(|(_, account)| account.give_back(too_much));
            if taken == 0 {
                return Err(Denied::Short(place, account));
            }
            (units, smallest, counted) = (taken, smallest.min(there), counted + 1);
        }
        let ledger = &self.ledger;
        let left = if counted == 0 { FREE } else { i64::try_from(units).unwrap_or(FREE) };
        ledger.left.store(left, Ordering::Relaxed);
        ledger.taken.store(counted > 0, Ordering::Relaxed);
        ledger.now.store(now, Ordering::Relaxed);
        Ok(smallest)
    }

    /// Begins a call with so much fuel in the store, of which `price` is spent at once. Gives the quantum in which it is to run: a small balance is used
    /// up in small ones, since a guest that has less left than a quantum cannot go on.
    #[inline]
    pub(crate) fn open(&self, fuel: u64, price: u64, quantum: u64) -> Result<u64, Denied<'_>> {
        self.ledger.begin(fuel, quantum);
        let most = |quantum: u64| price.saturating_add(quantum.saturating_mul(2));
        let smallest = self.take(price.saturating_add(1), most(quantum))?;
        if smallest >= quantum.saturating_mul(PARTS) {
            return Ok(quantum);
        }
        let small = (smallest / PARTS).max(SMALL).min(smallest.saturating_sub(price)).clamp(1, quantum);
        self.take(price.saturating_add(1), most(small))?;
        let left = u64::try_from(self.ledger.left()).unwrap_or(0).saturating_sub(price);
        let small = small.min(left).max(1);
        self.ledger.set_interval(small);
        Ok(small)
    }

    /// The smallest of what is left in the accounts, with what is taken of them here.
    pub(crate) fn smallest_balance(&self) -> u64 {
        let smallest = self.accounts().filter_map(|(_, account)| account.fuel()).min();
        smallest.map_or(u64::MAX, |fuel| fuel.saturating_add(u64::try_from(self.ledger.left()).unwrap_or(0)))
    }

    /// Gives back what was taken and not used, or charges what was used beyond that.
    #[inline]
    pub(crate) fn settle(&self) {
        let left = self.ledger.left();
        if left == 0 {
            return;
        }
        self.ledger.left.store(0, Ordering::Relaxed);
        let taken = self.ledger.taken.load(Ordering::Relaxed);
        if taken || left < 0 {
            self.settle_with_all(left, taken);
        }
    }

    #[cold]
    fn settle_with_all(&self, left: i64, taken: bool) {
        let now = if taken { self.ledger.now.load(Ordering::Relaxed) } else { account::now() };
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
            let mark = ledger.mark.load(Ordering::Relaxed);
            let used = ledger.interval().min(mark);
            ledger.mark.store(mark - used, Ordering::Relaxed);
            ledger.spend(used);
        }
        self.settle();
    }

    /// A guest comes back from an import. Whether it can go on until the end of its quantum without taking anything.
    #[inline]
    pub(crate) fn can_go_on(&self) -> bool {
        if self.ledger.covers_a_quantum() {
            return true;
        }
        let free = self.is_free();
        if free {
            self.ledger.left.store(FREE, Ordering::Relaxed);
        }
        free
    }
}
