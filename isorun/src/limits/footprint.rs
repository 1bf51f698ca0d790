//! What a store takes of its instance and of its tenant as long as it exists: a place among the tenant's stores, and bytes.

use std::sync::Arc;

use super::account::Account;
use super::chain::Payer;
use super::limit::{Amount, Exhausted, Limit};
use super::tenancy::Tenancy;

/// What a store takes. It is given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Footprint {
    payer: Arc<Payer>,
    bytes: u64,
}

/// The instances of this tenant have as many stores as they may.
#[derive(Debug)]
pub(crate) struct TooManyStores {
    pub(crate) tenant: Arc<str>,
    pub(crate) limit: u32,
}

impl Footprint {
    /// That of a store which is about to be made.
    pub(crate) fn new(payer: &Arc<Payer>) -> Result<Footprint, TooManyStores> {
        if let Some(tenant) = &payer.tenant {
            tenant.add_store().map_err(|limit| TooManyStores { tenant: tenant.name.clone(), limit })?;
        }
        Ok(Footprint { payer: payer.clone(), bytes: 0 })
    }

    /// Bytes that are held.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Holds so many bytes more.
    ///
    /// # Errors
    ///
    /// The limit of the instance or of the tenant that this is too much for. Then nothing more is held.
    pub(crate) fn hold(&mut self, bytes: u64) -> Result<(), Exhausted> {
        let own = &self.payer.account;
        own.hold(bytes).map_err(|limit| out_of_memory(own, limit))?;
        if let Some(tenant) = &self.payer.tenant
            && let Err(limit) = tenant.account.hold(bytes)
        {
            own.release(bytes);
            return Err(out_of_memory(&tenant.account, limit));
        }
        self.bytes = self.bytes.saturating_add(bytes);
        Ok(())
    }

    fn accounts(&self) -> impl Iterator<Item = &Account> {
        let tenant = self.payer.tenant.as_deref().map(|tenant| &tenant.account);
        [&self.payer.account].into_iter().chain(tenant)
    }
}

#[cold]
fn out_of_memory(account: &Account, limit: u64) -> Exhausted {
    let (amount, used) = (Amount::Bytes(limit), Amount::Bytes(account.held()));
    Exhausted { limit: Limit::Memory, amount, used, scope: account.scope().clone() }
}

impl Drop for Footprint {
    fn drop(&mut self) {
        self.accounts().for_each(|account| account.release(self.bytes));
        self.payer.tenant.as_deref().into_iter().for_each(Tenancy::remove_store);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::limit::Scope;

    #[test]
    fn what_the_tenant_refuses_is_not_held_by_the_instance_either() {
        let tenant = Arc::new(Tenancy::new("acme".into(), 0, 9));
        tenant.account.set_memory(Some(100));
        let payer = |name: &str| Arc::new(Payer { tenant: Some(tenant.clone()), ..Payer::new(name.into(), 0) });
        let (one, two) = (payer("one"), payer("two"));
        let mut first = Footprint::new(&one).unwrap();
        let mut second = Footprint::new(&two).unwrap();
        first.hold(70).unwrap();
        let refused = second.hold(40).unwrap_err();
        assert_eq!(refused.scope, Scope::Tenant("acme".into()));
        assert_eq!((refused.amount, refused.used), (Amount::Bytes(100), Amount::Bytes(70)));
        assert_eq!((one.account.held(), two.account.held(), tenant.account.held()), (70, 0, 70));
        drop(first);
        second.hold(40).unwrap();
        assert_eq!((one.account.held(), two.account.held(), tenant.account.held()), (0, 40, 40));
        drop(second);
        assert_eq!((tenant.account.held(), tenant.stores()), (0, 0));
    }
}
