//! A tenant: several instances that share an account and its limits.

use std::fmt;
use std::sync::Arc;

use super::Runtime;
use crate::error::instance::RemoveError;
use crate::error::tenant::TenantError;
use crate::limits::admission::NO_LIMIT;
use crate::limits::tenancy::{Tenancy, TenantCounters};

/// Several instances that share an account and ceilings: one customer of a server, say. A clone is a handle of the same tenant.
///
/// Its account pays for what its instances do, once where several of them are on the way of one call, and holds the memory of their stores. Its
/// ceilings keep one tenant's flood from another's latency: what is too much is refused with the tenant's name, before anything is allocated.
/// All of it can be changed at any time, and takes effect on what runs.
///
/// It needs the feature `engine`.
///
/// ```no_run
/// # async fn example(runtime: isorun::Runtime, app: isorun::App) -> Result<(), Box<dyn std::error::Error>> {
/// let acme = runtime.tenant("acme").fuel(1_000_000_000).memory(256 << 20).stores(10).calls(4).waiting(100).build()?;
/// let notes = runtime.instantiate(&app).tenant(&acme).await?;
/// acme.pause();
/// acme.add_fuel(1_000_000_000);
/// acme.resume();
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Tenant(Arc<Tenancy>);

/// A tenant that is about to be made.
#[must_use = "a tenant is made by `build`"]
#[derive(Debug)]
pub struct TenantBuilder {
    runtime: Runtime,
    name: String,
    fuel: Option<u64>,
    memory: Option<u64>,
    stores: Option<u32>,
    calls: Option<u32>,
    waiting: usize,
}

impl Runtime {
    /// Begins to make a tenant of this name, under which errors, the graph and metrics speak of it. It has no limits but those that are set.
    pub fn tenant(&self, name: &str) -> TenantBuilder {
        TenantBuilder {
            runtime: self.clone(),
            name: name.into(),
            fuel: None,
            memory: None,
            stores: None,
            calls: None,
            waiting: self.limits().queue,
        }
    }

    /// The tenant of this name, if there is one.
    pub fn find_tenant(&self, name: &str) -> Option<Tenant> {
        self.0.registry.tenant(name).map(Tenant)
    }

    /// Removes a tenant. Its name is free then.
    ///
    /// # Errors
    ///
    /// [`RemoveError::InUse`] while it has instances, or one starts; [`RemoveError::Removed`] if it was removed before;
    /// [`RemoveError::Foreign`] if it belongs to another runtime.
    pub fn remove_tenant(&self, tenant: &Tenant) -> Result<(), RemoveError> {
        match tenant.0.runtime == self.0.number {
            true => self.0.registry.remove_tenant(&tenant.0),
            false => Err(RemoveError::Foreign { name: tenant.name().into() }),
        }
    }
}

impl TenantBuilder {
    /// Sets the units of fuel that its instances may use together; see [`Tenant::set_fuel`].
    pub fn fuel(mut self, units: u64) -> TenantBuilder {
        self.fuel = Some(units);
        self
    }

    /// Sets the bytes that the stores of its instances may hold together; see [`Tenant::set_memory`].
    pub fn memory(mut self, bytes: u64) -> TenantBuilder {
        self.memory = Some(bytes);
        self
    }

    /// Sets how many stores its instances may have at a time; see [`Tenant::set_stores`].
    pub fn stores(mut self, stores: u32) -> TenantBuilder {
        self.stores = Some(stores);
        self
    }

    /// Sets how many calls may be in its instances at a time; see [`Tenant::set_calls`].
    pub fn calls(mut self, calls: u32) -> TenantBuilder {
        self.calls = Some(calls);
        self
    }

    /// Sets how many more calls may wait; see [`Tenant::set_waiting`].
    pub fn waiting(mut self, calls: usize) -> TenantBuilder {
        self.waiting = calls;
        self
    }

    /// Makes the tenant.
    ///
    /// # Errors
    ///
    /// [`TenantError::NameTaken`].
    pub fn build(self) -> Result<Tenant, TenantError> {
        let TenantBuilder { runtime, name, fuel, memory, stores, calls, waiting } = self;
        let tenant = Tenant(Arc::new(Tenancy::new(name.as_str().into(), runtime.0.number, waiting)));
        if fuel.is_some() {
            tenant.set_fuel(fuel);
        }
        tenant.set_memory(memory);
        tenant.set_stores(stores);
        tenant.set_calls(calls);
        match runtime.0.registry.add_tenant(&tenant.0) {
            true => Ok(tenant),
            false => Err(TenantError::NameTaken { name }),
        }
    }
}

impl Tenant {
    /// The name that it was given.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Units of fuel that are left, and that no running call has taken; `None` if there is no limit.
    pub fn fuel(&self) -> Option<u64> {
        self.0.account.fuel()
    }

    /// Sets the units of fuel that are left, or that there is no limit with `None`. A debt is forgotten.
    ///
    /// It takes effect on calls that run, at the end of their quantum, as [`Instance::set_fuel`](crate::Instance::set_fuel) does.
    pub fn set_fuel(&self, units: impl Into<Option<u64>>) {
        self.0.account.set_fuel(units.into());
    }

    /// Adds to the units of fuel that are left. Without effect where there is no limit.
    pub fn add_fuel(&self, units: u64) {
        self.0.account.add_fuel(units);
    }

    /// Units of fuel that were used beyond what there was, which could not be foreseen. [`add_fuel`](Tenant::add_fuel) pays these first.
    pub fn fuel_debt(&self) -> u64 {
        self.0.account.debt()
    }

    /// Bytes that the stores of its instances may hold together; `None` if there is no limit.
    pub fn memory(&self) -> Option<u64> {
        self.0.account.memory()
    }

    /// Sets the bytes that the stores of its instances may hold together, or that there is no limit with `None`: their memories and tables, and what the
    /// engine allocates for them at most. It takes effect at the next growth. A limit below what is held refuses growth and takes nothing
    /// away.
    pub fn set_memory(&self, bytes: impl Into<Option<u64>>) {
        self.0.account.set_memory(bytes.into());
    }

    /// Bytes that the stores of its instances hold.
    pub fn memory_held(&self) -> u64 {
        self.0.account.held()
    }

    /// How many stores its instances may have at a time; `None` if there is no limit.
    pub fn stores(&self) -> Option<u32> {
        self.0.most_stores()
    }

    /// Sets how many stores its instances may have at a time, or that there is no limit with `None`. Where one more is needed,
    /// [`instantiate`](Runtime::instantiate) fails with [`TenantFull`](crate::InstantiateError::TenantFull) and a call with
    /// [`CallError::TenantFull`](crate::CallError::TenantFull). Stores that there are already stay.
    pub fn set_stores(&self, stores: impl Into<Option<u32>>) {
        self.0.set_most_stores(stores.into());
    }

    /// How many calls may be in its instances at a time; `None` if there is no limit.
    pub fn calls(&self) -> Option<u32> {
        u32::try_from(self.0.admission.most()).ok()
    }

    /// Sets how many calls of the host and of peers may be in its instances at a time, those included that wait for their turn there, or that
    /// there is no limit with `None`. With 0, none is let in.
    ///
    /// One more waits, in order of arrival, at most until its deadline. It has not reached its instance yet: an instance that is removed or
    /// retired meanwhile refuses it. A call that an instance makes never waits for this, since the call that it is made in is counted, where it
    /// came in. But a system that makes a call outside of [`within`](crate::Call::within) may wait for the very call that it serves.
    ///
    /// Calls that are in stay when fewer may be, and as many as may come in when more may be.
    pub fn set_calls(&self, calls: impl Into<Option<u32>>) {
        self.0.admission.set_most(calls.into().map_or(NO_LIMIT, u64::from));
    }

    /// How many calls may wait because as many are in its instances as may be.
    pub fn waiting(&self) -> usize {
        self.0.admission.most_waiting()
    }

    /// Sets how many calls may wait because as many are in its instances as may be. One more fails with
    /// [`CallError::TenantFull`](crate::CallError::TenantFull). By default it is [`RuntimeBuilder::max_queue`](crate::RuntimeBuilder::max_queue).
    /// Calls that wait already stay.
    pub fn set_waiting(&self, calls: usize) {
        self.0.admission.set_most_waiting(calls);
    }

    /// Stops every call of its instances at the end of its quantum, with all that is called by it, and lets in none: they wait until
    /// [`resume`](Tenant::resume), as many as the queues of its instances take. Their time does not run while they are stopped, nor that of those who wait for
    /// them. What is instantiated for it waits too before it starts.
    ///
    /// What is stopped keeps its turn in each instance that it is in, also of other tenants: who waits in line behind it there may still come to its
    /// deadline. To end for good what runs, pause, set the fuel to 0, and resume.
    pub fn pause(&self) {
        self.0.account.pause();
    }

    /// Lets the calls go on.
    pub fn resume(&self) {
        self.0.account.resume();
    }

    /// Whether it is paused.
    pub fn is_paused(&self) -> bool {
        self.0.account.is_paused()
    }

    /// What its instances have done so far.
    pub fn counters(&self) -> TenantCounters {
        self.0.counters()
    }

    pub(crate) fn tenancy(&self) -> &Arc<Tenancy> {
        &self.0
    }
}

impl fmt::Debug for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenant").field("name", &self.name()).finish_non_exhaustive()
    }
}

/// Two handles are equal if they stand for the same tenant.
impl PartialEq for Tenant {
    fn eq(&self, other: &Tenant) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Tenant {}
