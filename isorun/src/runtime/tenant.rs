//! A tenant: several instances that share an account and its limits.

use std::fmt;
use std::sync::Arc;

use crate::limits::tenancy::Tenancy;

/// Several instances that share an account: one customer of a server, say. A clone is a handle of the same tenant.
#[derive(Clone)]
pub struct Tenant(Arc<Tenancy>);

impl Tenant {
    /// The name that it was given.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Units of fuel that are left, and that no running call has taken; `None` if there is no limit.
    pub fn fuel(&self) -> Option<u64> {
        self.0.account.fuel()
    }

    /// Sets the units of fuel that are left, or that there is no limit with `None`.
    pub fn set_fuel(&self, units: impl Into<Option<u64>>) {
        self.0.account.set_fuel(units.into());
    }

    /// Adds to the units of fuel that are left. Without effect where there is no limit.
    pub fn add_fuel(&self, units: u64) {
        self.0.account.add_fuel(units);
    }

    /// Stops every call that its instances make, or that is made of them, at its next quantum, and lets in none.
    pub fn pause(&self) {
        self.0.account.pause();
    }

    /// Lets the calls go on.
    pub fn resume(&self) {
        self.0.account.resume();
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
