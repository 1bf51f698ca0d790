//! The account of an instance: what it may use as long as it lives.

use super::Instance;

impl Instance {
    /// Units of fuel that are left in the instance's account, and that no running call has taken; `None` if there is no limit.
    ///
    /// The account pays for what its app does, in every call, and for what is done by those that the app calls, unless they [pay for
    /// themselves](crate::runtime::Instantiate::pays_for_itself).
    pub fn fuel(&self) -> Option<u64> {
        self.provider().payer().account.fuel()
    }

    /// Sets the units of fuel that are left in the instance's account, or that there is no limit with `None`, which is the default.
    ///
    /// It takes effect on calls that run, at the end of their quantum, which is some 100 000 units. What they have taken of the account for that quantum stays theirs,
    /// and what they do not use of it is added to what is left when the quantum ends. A paused call sees it when it is resumed.
    /// A system has an account, too, which pays for nothing: what it does is not metered.
    pub fn set_fuel(&self, units: impl Into<Option<u64>>) {
        self.provider().payer().account.set_fuel(units.into());
    }

    /// Adds to the units of fuel that are left in the instance's account. Without effect where there is no limit.
    pub fn add_fuel(&self, units: u64) {
        self.provider().payer().account.add_fuel(units);
    }

    /// Units of fuel that were used beyond what the account had, which could not be foreseen: less than what runs between two looks.
    /// [`add_fuel`](Instance::add_fuel) pays these first, and [`set_fuel`](Instance::set_fuel) forgets them.
    pub fn fuel_debt(&self) -> u64 {
        self.provider().payer().account.debt()
    }

    /// Bytes that the instance's stores may hold together; `None` if there is no limit but that of each store, which is
    /// [`max_instance_memory`](crate::RuntimeBuilder::max_instance_memory).
    pub fn memory(&self) -> Option<u64> {
        self.provider().payer().account.memory()
    }

    /// Sets the bytes that the instance's stores may hold together, or that there is no limit with `None`: their memories and tables, and what the
    /// engine allocates for them at most. It takes effect at the next growth. A limit below what is held takes nothing away: who grows then
    /// is stopped. A system or remote holds nothing that is counted.
    pub fn set_memory(&self, bytes: impl Into<Option<u64>>) {
        self.provider().payer().account.set_memory(bytes.into());
    }

    /// Bytes that the instance's stores hold.
    pub fn memory_held(&self) -> u64 {
        self.provider().payer().account.held()
    }

    /// Stops every call of the instance at the end of its quantum, with all that is called by it, and lets in none: they wait until
    /// [`resume`](Instance::resume), as many as its queue takes. Their time does not run while they are stopped, nor that of those who wait for them.
    ///
    /// What is stopped keeps its turn in each instance that it is in: who waits in line behind it in one that others share may still come to its deadline.
    /// A system or a remote is not paused by this: what it does is not metered here.
    pub fn pause(&self) {
        self.provider().payer().account.pause();
    }

    /// Lets the calls of the instance go on.
    pub fn resume(&self) {
        self.provider().payer().account.resume();
    }

    /// Whether the instance itself is paused. Its [state](Instance::state) tells of its tenant's pause too.
    pub fn is_paused(&self) -> bool {
        self.provider().payer().account.is_paused()
    }
}
