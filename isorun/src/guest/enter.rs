//! How a call comes into the tenant of the instance that it is made of.

use std::pin::pin;
use std::sync::Arc;

use super::GuestProvider;
use crate::error::call::{CallError, CallResult};
use crate::limits::admission::Full;
use crate::limits::cx::Cx;
use crate::limits::footprint::TooManyStores;
use crate::limits::limit::Ceiling;
use crate::limits::slow::{InLine, OF_TENANT, PAUSE};
use crate::limits::tenancy::Entered;

impl GuestProvider {
    /// Waits until there is room in the tenant for one more call.
    pub(super) async fn enter<'a>(&'a self, cx: &'a Cx) -> CallResult<Entered<'a>> {
        let Some(tenancy) = &self.payer.tenant else {
            return Err(CallError::bug("a call waited for a tenant that there is not").into());
        };
        let mut entering = pin!(tenancy.admission.enter());
        // It is dropped before what waits, as in `wait`.
        let in_line = InLine(Some(|| format!("{OF_TENANT}{}", tenancy.name).into()));
        let entered = entering.as_mut().await;
        in_line.ended();
        match entered {
            Ok(()) => Ok(Entered::admitted(tenancy, cx)),
            Err(Full(waiting)) => {
                tenancy.refuse();
                let (instance, tenant) = (self.payer.name.clone(), tenancy.name.clone());
                let (what, limit) = (Ceiling::Waiting, waiting as u64);
                Err(CallError::TenantFull { instance, tenant, what, limit }.into())
            }
        }
    }

    /// Waits until neither the instance nor its tenant is paused, so that what cannot run takes neither a store nor a place.
    pub(super) async fn resumed(&self) {
        // It is dropped before what waits, as in `wait`.
        let in_line = InLine(Some(|| PAUSE.into()));
        while let Some(account) = self.payer.paused() {
            account.resumed().await;
        }
        in_line.ended();
    }

    /// The error of a call that needs a store, of which the tenant has as many as it may.
    #[cold]
    pub(super) fn no_store(&self, TooManyStores { tenant, limit }: TooManyStores) -> CallError {
        let (instance, limit): (Arc<str>, u64) = (self.payer.name.clone(), limit.into());
        CallError::TenantFull { instance, tenant, what: Ceiling::Stores, limit }
    }
}
