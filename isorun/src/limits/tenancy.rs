//! A tenant as what its instances share.

use std::sync::Arc;

use super::account::Account;
use super::limit::Scope;

/// What the instances of one tenant share.
#[derive(Debug)]
pub(crate) struct Tenancy {
    pub(crate) name: Arc<str>,
    /// The number of the runtime that it belongs to.
    pub(crate) runtime: u64,
    pub(crate) account: Account,
}

impl Tenancy {
    pub(crate) fn new(name: Arc<str>, runtime: u64) -> Tenancy {
        Tenancy { account: Account::new(Scope::Tenant(name.clone())), name, runtime }
    }
}
