//! Fuel for a peer, taken off the accounts of those that wait here.

use std::future::poll_fn;
use std::sync::Arc;

use crate::limits::awaiting::Awaiting;
use crate::limits::chain::{Chain, Extent, Payer};
use crate::limits::cx::Cx;
use crate::limits::limit::Exhausted;

/// Fuel that is taken off the accounts of a call for the other side. All that is granted is taken, since nobody can be asked for more while a peer
/// runs, but no more than half of what an account has, so that one peer does not stop everybody else; what the call was not charged for comes
/// back, however it ends.
pub(super) struct Reserved<'a> {
    /// Units that the other side may use.
    pub(super) fuel: u64,
    /// Where it was taken; `None` if no account limits anything.
    taken: Option<(Arc<Chain>, Extent)>,
    cx: &'a Cx,
    /// What was left of the call's grant.
    before: u64,
}

impl<'a> Reserved<'a> {
    /// Takes up to `most` units for a call of this function.
    pub(super) async fn of(
        payer: &Arc<Payer>,
        cx: &'a Cx,
        most: u64,
        function: impl Fn() -> Arc<str>,
    ) -> Result<Reserved<'a>, Exhausted> {
        let before = cx.granted_fuel();
        if payer.account.is_free() && cx.chain().as_ref().is_none_or(|chain| chain.is_free()) {
            return Ok(Reserved { fuel: most, taken: None, cx, before });
        }
        let (chain, mut awaiting) = (Chain::instance(payer, cx.chain()), Awaiting::default());
        poll_fn(|task| awaiting.poll_with(&chain, |chain| chain.take_long(most), &function, task)).await?;
        let fuel = u64::try_from(chain.ledger.left()).unwrap_or(0).min(most);
        let extent = chain.extent();
        chain.lend(extent, fuel, true);
        Ok(Reserved { fuel, taken: Some((chain, extent)), cx, before })
    }
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        if let Some((chain, extent)) = &self.taken {
            chain.ledger.spend(self.before.saturating_sub(self.cx.granted_fuel()));
            chain.lend(*extent, self.fuel, false);
            chain.settle_long(*extent);
        }
    }
}
