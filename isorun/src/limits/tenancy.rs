//! A tenant as what its instances share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::account::Account;
use super::admission::{Admission, NO_LIMIT};
use super::cx::Cx;
use super::limit::Scope;

/// What the instances of one tenant share.
#[derive(Debug)]
pub(crate) struct Tenancy {
    pub(crate) name: Arc<str>,
    /// The number of the runtime that it belongs to.
    pub(crate) runtime: u64,
    pub(crate) account: Account,
    /// Calls that the host and peers make of its instances.
    pub(crate) admission: Admission,
    /// Stores of its instances, and how many there may be.
    stores: AtomicU32,
    most_stores: AtomicU32,
    /// What the calls have come to that entered the tenant.
    calls: AtomicU64,
    failures: AtomicU64,
    refused: AtomicU64,
    fuel: AtomicU64,
}

/// What a tenant's instances have done since it was made, as of one moment. The numbers only grow, except those that say "now".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TenantCounters {
    /// Calls that have entered the tenant and ended, with a value or without: those that the host, a peer or an instance of no or another tenant
    /// has made of its instances. What its instances call of each other is part of these.
    pub calls: u64,
    /// Those of them that ended without a value.
    pub failures: u64,
    /// Calls that were refused because of a ceiling of the tenant.
    pub refused: u64,
    /// Units of fuel that the calls used which entered it, in calls below them too.
    pub fuel: u64,
    /// Calls of the host and of peers that run now in its instances, or wait there for their turn.
    pub running: u64,
    /// Calls of the host and of peers that wait now because as many are in the tenant as may be.
    pub waiting: usize,
    /// Stores of its instances that exist now.
    pub stores: u32,
    /// Bytes that these stores hold now.
    pub memory: u64,
    /// Calls that are stopped now in its instances: by a pause, or because something has run out that may yet be granted.
    pub stopped: u32,
}

impl Tenancy {
    /// A tenant without limits, for which so many calls may wait where it gets some.
    pub(crate) fn new(name: Arc<str>, runtime: u64, waiting: usize) -> Tenancy {
        Tenancy {
            account: Account::new(Scope::Tenant(name.clone())),
            name,
            runtime,
            admission: Admission::new(NO_LIMIT, waiting),
            stores: AtomicU32::new(0),
            most_stores: AtomicU32::new(u32::MAX),
            calls: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            fuel: AtomicU64::new(0),
        }
    }

    /// Counts one more store. If there are as many as may be, that is the answer.
    pub(crate) fn add_store(&self) -> Result<(), u32> {
        let most = self.most_stores.load(Ordering::Relaxed);
        let add = |stores: u32| Some(stores + 1).filter(|stores| *stores <= most);
        let added = self.stores.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
        added.map(drop).map_err(|_| {
            self.refuse();
            most
        })
    }

    pub(crate) fn remove_store(&self) {
        self.stores.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn stores(&self) -> u32 {
        self.stores.load(Ordering::Relaxed)
    }

    /// How many stores there may be; `None` if there is no limit.
    pub(crate) fn most_stores(&self) -> Option<u32> {
        Some(self.most_stores.load(Ordering::Relaxed)).filter(|most| *most < u32::MAX)
    }

    pub(crate) fn set_most_stores(&self, most: Option<u32>) {
        self.most_stores.store(most.unwrap_or(u32::MAX), Ordering::Relaxed);
    }

    /// Counts a call that is refused.
    #[cold]
    pub(crate) fn refuse(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn counters(&self) -> TenantCounters {
        TenantCounters {
            calls: self.calls.load(Ordering::Relaxed),
            failures: self.failures.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
            fuel: self.fuel.load(Ordering::Relaxed),
            running: self.admission.running(),
            waiting: self.admission.waiting(),
            stores: self.stores(),
            memory: self.account.held(),
            stopped: self.account.stopped(),
        }
    }
}

/// A call that is made of an instance. If it has come into the instance's tenant from outside, it is counted when this is dropped.
#[must_use = "the call is in its tenant until this is dropped"]
pub(crate) struct Entered<'a>(Option<Inside<'a>>);

struct Inside<'a> {
    tenancy: &'a Tenancy,
    cx: &'a Cx,
    /// Whether it is one of those of which only so many may be in at a time.
    admitted: bool,
    failed: bool,
}

impl<'a> Entered<'a> {
    /// Makes a call of an instance of this tenant. `None` if it has to wait until there is room.
    #[inline]
    pub(crate) fn at_once(tenancy: Option<&'a Arc<Tenancy>>, cx: &'a Cx) -> Option<Entered<'a>> {
        let Some(tenancy) = tenancy else { return Some(Entered(None)) };
        match cx.is_nested() {
            false => tenancy.admission.try_enter().then(|| Entered::new(tenancy, cx, true)),
            true if cx.is_made_in(tenancy) => Some(Entered(None)),
            // Whoever made the first call of the tree is counted, so that no call that is under way waits for another.
            true => Some(Entered::new(tenancy, cx, false)),
        }
    }

    /// A call that was admitted.
    pub(crate) fn admitted(tenancy: &'a Arc<Tenancy>, cx: &'a Cx) -> Entered<'a> {
        Entered::new(tenancy, cx, true)
    }

    fn new(tenancy: &'a Arc<Tenancy>, cx: &'a Cx, admitted: bool) -> Entered<'a> {
        Entered(Some(Inside { tenancy, cx, admitted, failed: true }))
    }

    /// The call has a value.
    #[inline]
    pub(crate) fn succeeds(&mut self) {
        if let Some(inside) = &mut self.0 {
            inside.failed = false;
        }
    }
}

impl Drop for Inside<'_> {
    #[inline]
    fn drop(&mut self) {
        let tenancy = self.tenancy;
        tenancy.calls.fetch_add(1, Ordering::Relaxed);
        tenancy.fuel.fetch_add(self.cx.used().0, Ordering::Relaxed);
        if self.failed {
            tenancy.failures.fetch_add(1, Ordering::Relaxed);
        }
        if self.admitted {
            tenancy.admission.leave();
        }
    }
}
