//! The chain of a call: the instances that wait for it, who pays for it, and who is told when something runs out.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::account::Account;
use super::bound::Bound;
use super::ledger::Ledger;
use super::limit::Scope;
use super::tenancy::Tenancy;
#[cfg(feature = "engine")]
use crate::error::call::CallError;

/// The way from a store that runs a call back to the first caller, as a linked list that begins with that store.
pub(crate) struct Chain {
    link: Link,
    before: Option<Arc<Chain>>,
    /// How many instances are in the list.
    length: u16,
    /// Whether there is a bound in the list.
    bound: bool,
    /// What the store at this link has taken off the accounts. Only one call at a time runs there.
    pub(crate) ledger: Ledger,
    /// How long the host has held what is at this link and below, in nanoseconds.
    held: AtomicU64,
}

/// One link of a chain.
pub(crate) enum Link {
    /// An instance, which runs or waits.
    Instance(Arc<Payer>),
    /// The end of what a caller grants or waits for, beyond which the call may go on in another way.
    Bound(Arc<Bound>),
}

/// An instance as one that pays.
#[derive(Debug)]
pub(crate) struct Payer {
    /// The instance's name.
    pub(crate) name: Arc<str>,
    pub(crate) account: Account,
    /// By what other runtimes know it while it waits for a call that goes there: a number that they can neither guess nor use otherwise.
    pub(crate) mark: u64,
    pub(crate) tenant: Option<Arc<Tenancy>>,
    /// Whether it pays for what it does without those that call it.
    pub(crate) alone: bool,
    /// How often it has moved, or whatever else its owner counts by it.
    pub(crate) epoch: AtomicU64,
}

/// How far a list reached at some time, before a call in it went on without its callers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    links: usize,
    /// Whether the last link was the end of a call that had gone on by then.
    cut: bool,
}

impl Payer {
    /// An instance that belongs to no tenant.
    pub(crate) fn new(name: Arc<str>, mark: u64) -> Payer {
        let account = Account::new(Scope::Instance(name.clone()));
        Payer { account, name, mark, tenant: None, alone: false, epoch: AtomicU64::new(0) }
    }

    /// Whether its calls are stopped: by its own pause or its tenant's, or one of them because it waits to be granted more.
    #[cfg(feature = "engine")]
    pub(crate) fn is_paused(&self) -> bool {
        self.paused().is_some() || self.account.stopped() > 0
    }

    /// The account for which the instance is paused: its own, or its tenant's.
    #[inline]
    pub(crate) fn paused(&self) -> Option<&Account> {
        let tenant = self.tenant.as_ref().map(|tenant| &tenant.account);
        [Some(&self.account), tenant].into_iter().flatten().find(|account| account.is_paused())
    }
}

impl Chain {
    /// The list with one more instance at its beginning.
    pub(crate) fn instance(payer: &Arc<Payer>, before: &Option<Arc<Chain>>) -> Arc<Chain> {
        Chain::longer(Link::Instance(payer.clone()), before, 1)
    }

    /// The list with the end of a grant at its beginning.
    pub(crate) fn bound(bound: &Arc<Bound>, before: &Option<Arc<Chain>>) -> Arc<Chain> {
        Chain::longer(Link::Bound(bound.clone()), before, 0)
    }

    fn longer(link: Link, before: &Option<Arc<Chain>>, more: u16) -> Arc<Chain> {
        let length = before.as_ref().map_or(0, |before| before.length).saturating_add(more);
        let bound = matches!(link, Link::Bound(_)) || before.as_ref().is_some_and(|before| before.bound);
        Arc::new(Chain {
            bound,
            link,
            before: before.clone(),
            length,
            ledger: Ledger::default(),
            held: AtomicU64::new(0),
        })
    }

    /// Whether `before` is the rest of this list.
    #[inline]
    pub(crate) fn follows(&self, before: &Option<Arc<Chain>>) -> bool {
        match (&self.before, before) {
            (None, None) => true,
            (Some(mine), Some(before)) => Arc::ptr_eq(mine, before),
            _ => false,
        }
    }

    /// How many instances are in the list.
    #[inline]
    pub(crate) fn length(&self) -> u16 {
        self.length
    }

    #[inline]
    pub(crate) fn before(&self) -> Option<&Chain> {
        self.before.as_deref()
    }

    pub(crate) fn link(&self) -> &Link {
        &self.link
    }

    /// The links from this one to the last that has to do with the call: one that goes on after its caller has given up has no callers.
    pub(crate) fn links(&self) -> impl Iterator<Item = &Chain> {
        std::iter::successors(Some(self), |chain| chain.next())
    }

    /// The links that the list had when it reached so far.
    pub(crate) fn links_over(&self, extent: Extent) -> impl Iterator<Item = &Chain> {
        std::iter::successors(Some(self), |chain| chain.before.as_deref()).take(extent.links)
    }

    fn next(&self) -> Option<&Chain> {
        match &self.link {
            Link::Bound(bound) if bound.is_cut() => None,
            _ => self.before.as_deref(),
        }
    }

    /// The instances in the list.
    pub(crate) fn instances(&self) -> impl Iterator<Item = &Arc<Payer>> {
        self.links().filter_map(|chain| match &chain.link {
            Link::Instance(payer) => Some(payer),
            Link::Bound(_) => None,
        })
    }

    /// How far the list reaches now.
    pub(crate) fn extent(&self) -> Extent {
        let last = self.links().last();
        let cut = last.is_some_and(|chain| matches!(&chain.link, Link::Bound(bound) if bound.is_cut()));
        Extent { links: self.links().count(), cut }
    }

    /// The accounts that pay for what is done at this link, each once, and the place in the list that each of them is at.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = (usize, &Account)> {
        self.accounts_over(None)
    }

    /// The accounts that pay, or that have paid when the list reached so far.
    pub(crate) fn accounts_over(&self, extent: Option<Extent>) -> Accounts<'_> {
        Accounts { first: self, next: Some(self), place: 0, extent, alone: false, tenant: None }
    }

    /// Whether an error is about what is used here, too: it is not, if it is about an account that pays only further down.
    #[cfg(feature = "engine")]
    #[cold]
    pub(crate) fn concerns(&self, error: &CallError) -> bool {
        match error {
            CallError::OutOfBudget { scope: scope @ (Scope::Instance(_) | Scope::Tenant(_)), .. } => {
                self.accounts().any(|(_, account)| account.scope() == scope)
            }
            // A method that had no context has not asked a peer on the guest's behalf.
            CallError::Remote(_) => false,
            _ => true,
        }
    }

    /// An account on the way that is paused, whether it pays or not: what an instance calls stops with it, also what pays for itself.
    pub(crate) fn paused(&self) -> Option<&Account> {
        let accounts = self.links().flat_map(|chain| {
            let (own, tenant) = match &chain.link {
                Link::Bound(bound) => (bound.account(), None),
                Link::Instance(payer) => (&payer.account, payer.tenant.as_deref().map(|tenant| &tenant.account)),
            };
            [own].into_iter().chain(tenant)
        });
        accounts.into_iter().find(|account| account.is_paused())
    }

    /// Whether an instance in front of this place has the same tenant.
    fn has_before(&self, place: usize, tenant: &Tenancy) -> bool {
        self.links().take(place).any(|chain| match &chain.link {
            Link::Instance(payer) => payer.tenant.as_deref().is_some_and(|other| std::ptr::eq(other, tenant)),
            Link::Bound(_) => false,
        })
    }

    /// Whether others wait for what is done here, who may have taken what is needed.
    pub(crate) fn waits_above(&self) -> bool {
        self.length > 1
    }

    /// Whether there is the end of a grant on the way.
    pub(crate) fn is_bound(&self) -> bool {
        self.bound
    }

    /// Whether no account of the list limits or stops anything.
    #[inline]
    pub(crate) fn is_free(&self) -> bool {
        let mut next = Some(self);
        while let Some(chain) = next {
            let free = match &chain.link {
                Link::Instance(payer) => {
                    payer.account.is_free() && payer.tenant.as_ref().is_none_or(|tenant| tenant.account.is_free())
                }
                Link::Bound(_) => false,
            };
            if !free {
                return false;
            }
            next = chain.before.as_deref();
        }
        true
    }

    /// How long the host has held what is here, in nanoseconds.
    #[inline]
    pub(crate) fn held(&self) -> u64 {
        self.held.load(Ordering::Relaxed)
    }

    /// Notes that the host has held the store at this link, and so all that waits for it.
    pub(crate) fn was_held(&self, time: Duration) {
        let time = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        for chain in self.links() {
            let add = |held: u64| Some(held.saturating_add(time));
            let _ = chain.held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
        }
    }
}

/// The accounts that pay, from the beginning of a list on. It is written out, since every quantum of every call comes by.
pub(crate) struct Accounts<'a> {
    first: &'a Chain,
    next: Option<&'a Chain>,
    /// The place of the next link.
    place: usize,
    extent: Option<Extent>,
    /// Whether an instance in front pays for itself, and for those behind it.
    alone: bool,
    /// The account of the tenant of the last instance, which comes after the instance's own.
    tenant: Option<&'a Account>,
}

impl<'a> Iterator for Accounts<'a> {
    type Item = (usize, &'a Account);

    #[inline]
    fn next(&mut self) -> Option<(usize, &'a Account)> {
        if let Some(tenant) = self.tenant.take() {
            return Some((self.place - 1, tenant));
        }
        loop {
            let (chain, place) = (self.next?, self.place);
            self.place += 1;
            let last = self.extent.is_some_and(|extent| self.place >= extent.links);
            self.next = match self.extent {
                None => chain.next(),
                Some(_) if last => None,
                Some(_) => chain.before.as_deref(),
            };
            match &chain.link {
                // A grant is charged for all that is done because of it, also for what an instance pays itself.
                Link::Bound(bound) => {
                    let granted = self.extent.is_some_and(|extent| !(last && extent.cut));
                    return Some((place, if granted { bound.granted() } else { bound.account() }));
                }
                Link::Instance(_) if self.alone => {}
                Link::Instance(payer) => {
                    self.alone = payer.alone;
                    let tenant = payer.tenant.as_deref();
                    self.tenant = tenant
                        .filter(|tenant| place == 0 || !self.first.has_before(place, tenant))
                        .map(|tenant| &tenant.account);
                    return Some((place, &payer.account));
                }
            }
        }
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.instances().map(|payer| &payer.name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payer(name: &str, tenant: Option<&Arc<Tenancy>>, alone: bool) -> Arc<Payer> {
        Arc::new(Payer { tenant: tenant.cloned(), alone, ..Payer::new(name.into(), 0) })
    }

    /// A chain that begins with the last of these.
    fn chain(payers: &[Arc<Payer>]) -> Arc<Chain> {
        payers.iter().fold(None, |before, payer| Some(Chain::instance(payer, &before))).unwrap()
    }

    fn paying(chain: &Chain) -> Vec<String> {
        let name = |scope: &Scope| match scope {
            Scope::Instance(name) | Scope::Tenant(name) => name.to_string(),
            other => format!("{other:?}"),
        };
        chain.accounts().map(|(place, account)| format!("{place} {}", name(account.scope()))).collect()
    }

    #[test]
    fn each_account_pays_once() {
        let [acme, other] = ["acme", "other"].map(|name| Arc::new(Tenancy::new(name.into(), 0, 1)));
        let chain = chain(&[
            payer("a", Some(&acme), false),
            payer("b", Some(&other), false),
            payer("c", None, false),
            payer("d", Some(&acme), false),
        ]);
        assert_eq!(paying(&chain), ["0 d", "0 acme", "1 c", "2 b", "2 other", "3 a"]);
    }

    #[test]
    fn above_one_that_pays_for_itself_only_grants_pay() {
        let acme = Arc::new(Tenancy::new("acme".into(), 0, 1));
        let above = chain(&[payer("a", Some(&acme), false)]);
        let granted = Arc::new(Bound::pauses(Account::with_fuel(Scope::Call, 1)));
        let before = Some(Chain::bound(&granted, &Some(above)));
        let alone = Chain::instance(&payer("b", None, true), &before);
        assert_eq!(paying(&alone), ["0 b", "1 Call"]);
        let below = Chain::instance(&payer("c", Some(&acme), false), &Some(alone));
        assert_eq!(paying(&below), ["0 c", "0 acme", "1 b", "2 Call"]);
    }

    #[test]
    fn above_a_call_that_goes_on_by_itself_nobody_pays() {
        let ends = Arc::new(Bound::finishes(
            Account::with_fuel(Scope::Call, 1),
            Account::with_fuel(Scope::Tenant("ceiling".into()), 1),
        ));
        let before = Some(chain(&[payer("a", None, false)]));
        let chain = Chain::instance(&payer("b", None, false), &Some(Chain::bound(&ends, &before)));
        assert_eq!(paying(&chain), ["0 b", "1 Call", "2 a"]);
        ends.cut();
        assert_eq!(paying(&chain), ["0 b", "1 ceiling"]);
    }
}
