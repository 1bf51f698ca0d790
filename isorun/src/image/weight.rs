//! How much work it is to pass a value: one measure for every crossing, whatever is on its two sides.
//!
//! Fuel counts what a guest executes. What the host does to pass a guest's values is counted here, in *units*: about the time that it takes to
//! read, check and write one byte. A transfer is bounded in units, and the guest pays for them with fuel.

use crate::types::layout::{LIGHT, Layout};

/// Units of a number, a case or a record within a list that is passed element by element.
pub(crate) const NODE: usize = 8;

/// Units of a string or list, beside its bytes: what an allocation takes on either side.
pub(crate) const BLOCK: usize = 64;

/// So many strings and lists of one value are part of the price of a call. They weigh their bytes only, so that who passes a few large
/// ones need not think of more than those.
pub(crate) const FREE_BLOCKS: u32 = 16;

/// Units of fuel for each unit that is passed.
///
/// Measured beside dense code, of which thirty units of fuel take a nanosecond: a byte takes 0.03 ns to pass where the caches hold it, and ten
/// times that where they do not; an empty string in a list 14 to 40 ns, a number in a record 1 to 4 ns.
pub(crate) const FUEL: u64 = 4;

/// Units for one more string or list, beside its bytes, of a value that had so many `before`.
#[inline]
pub(crate) fn price_of_block(before: &mut u32) -> usize {
    *before = before.saturating_add(1);
    if *before > FREE_BLOCKS { BLOCK } else { 0 }
}

/// Units for the parts of an element, if the elements of a list are passed one by one.
pub(crate) fn parts(element: Layout) -> usize {
    // A type of very many core values is not counted, but no part of it is smaller than a byte.
    NODE * element.flat.min(element.size).max(1) as usize
}

/// Units of what lies at the root of a value, in place: none if that is part of the price of a call.
pub(crate) const fn of_root(root: Layout) -> usize {
    if root.size > LIGHT { root.size as usize } else { 0 }
}
