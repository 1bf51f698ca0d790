//! How a call comes into the tenant of the instance that it is made of.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::GuestProvider;
use crate::clock::Instant;
use crate::error::call::{CallError, CallResult};
use crate::limits::admission::Full;
use crate::limits::cx::Cx;
use crate::limits::footprint::TooManyStores;
use crate::limits::held::Held;
use crate::limits::limit::Ceiling;
use crate::limits::slow::{InLine, OF_TENANT};
use crate::limits::tenancy::Entered;

/// A call that waits for the end of a pause. As many may wait for that as for their turn.
struct HeldUp<'a>(&'a AtomicUsize);

impl HeldUp<'_> {
    fn new(guest: &GuestProvider) -> CallResult<HeldUp<'_>> {
        let more = |waiting: usize| Some(waiting + 1).filter(|waiting| *waiting <= guest.queue);
        match guest.held_up.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more) {
            Ok(_) => Ok(HeldUp(&guest.held_up)),
            Err(waiting) => Err(CallError::Busy { instance: guest.payer.name.clone(), waiting }.into()),
        }
    }
}

impl Drop for HeldUp<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

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

    /// Waits until neither the instance nor its tenant is paused, so that what cannot run takes neither a store nor a place. The time of the call, and of
    /// those that wait for it, does not run meanwhile.
    pub(super) async fn resumed(&self, cx: &Cx) -> CallResult<()> {
        let _held_up = HeldUp::new(self)?;
        while let Some(account) = self.payer.paused() {
            let (since, held, mut resumed) = (Instant::now(), Held::new(), pin!(account.resumed()));
            poll_fn(|task| {
                let polled = resumed.as_mut().poll(task);
                if polled.is_pending() {
                    held.say();
                }
                polled
            })
            .await;
            drop(held);
            cx.was_held(since.elapsed());
        }
        Ok(())
    }

    /// The error of a call that needs a store, of which the tenant has as many as it may.
    #[cold]
    pub(super) fn no_store(&self, TooManyStores { tenant, limit }: TooManyStores) -> CallError {
        let (instance, limit): (Arc<str>, u64) = (self.payer.name.clone(), limit.into());
        CallError::TenantFull { instance, tenant, what: Ceiling::Stores, limit }
    }
}
