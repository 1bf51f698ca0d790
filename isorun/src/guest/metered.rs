//! The work of a guest, polled only while the accounts that pay for it have what it may use.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use crate::limits::awaiting::Awaiting;
use crate::limits::chain::Chain;

/// Work of a guest. Before each poll a quantum is taken off the accounts, and after it what was not used is given back.
pub(super) struct Metered<'a, F, L> {
    work: Pin<&'a mut F>,
    chain: &'a Arc<Chain>,
    /// Names the function that runs.
    label: L,
    awaiting: Awaiting,
}

/// Polls `work`, which runs a function in the store at the beginning of the chain.
#[inline]
pub(super) fn metered<'a, T, F, L>(chain: &'a Arc<Chain>, work: Pin<&'a mut F>, label: L) -> Metered<'a, F, L>
where
    F: Future<Output = wasmtime::Result<T>>,
    L: Fn() -> Arc<str> + Unpin,
{
    Metered { work, chain, label, awaiting: Awaiting::default() }
}

impl<T, F, L> Future for Metered<'_, F, L>
where
    F: Future<Output = wasmtime::Result<T>>,
    L: Fn() -> Arc<str> + Unpin,
{
    type Output = wasmtime::Result<T>;

    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<wasmtime::Result<T>> {
        let Metered { work, chain, label, awaiting } = self.get_mut();
        let ledger = &chain.ledger;
        if !ledger.is_in_import() {
            if !ledger.covers_a_quantum() {
                let most = ledger.interval().saturating_mul(2);
                ready!(awaiting.poll(chain, (ledger.quantum(), most), label, task))?;
            }
            if !ledger.has_run() {
                chain.begins();
            }
            ledger.runs();
        }
        let polled = work.as_mut().poll(task);
        if polled.is_pending() {
            chain.end_poll();
        }
        polled
    }
}
