//! What reading WIT gives.

use std::ops::{Deref, DerefMut};

use super::error::WitProblem;
use crate::interface::Interface;

/// The interfaces that were read from WIT, in its order, and those that were left out.
///
/// It is used like a `Vec` of the interfaces: `read[0]`, `read.iter()`, `read.remove(0)`. Where their number is known, `read.try_into()` gives an
/// array. Apps that import what was left out are refused with the reason.
///
/// ```
/// use isorun::Interface;
///
/// let read = Interface::from_wit(
///     "package my:fs;
///     interface names { exists: func(path: string) -> bool; }
///     interface files { resource file; open: func(path: string) -> file; }",
/// )?;
/// assert_eq!(read[0].name().to_string(), "my:fs/names");
/// assert_eq!(read.len(), 1);
///
/// let files = &read.left_out()[0];
/// assert_eq!(files.interface(), "my:fs/files");
/// assert_eq!(files.problems()[0].message, "`open`: result holds `own<file>`");
/// # Ok::<(), isorun::wit::WitError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interfaces {
    pub(super) interfaces: Vec<Interface>,
    pub(super) left_out: Vec<LeftOut>,
}

/// An interface that was left out, because isorun does not carry it or because it is behind a feature that was not asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    pub(super) interface: String,
    pub(super) problems: Vec<WitProblem>,
}

impl Interfaces {
    /// The interfaces that were left out, in the order of the WIT. Apps that import them cannot be added.
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }

    /// The interfaces that were read.
    pub fn into_vec(self) -> Vec<Interface> {
        self.interfaces
    }
}

impl LeftOut {
    /// The name of the interface: `my:fs/files@1.0.0`.
    pub fn interface(&self) -> &str {
        &self.interface
    }

    /// Why it was left out, in the order of the WIT; at least one reason.
    pub fn problems(&self) -> &[WitProblem] {
        &self.problems
    }
}

impl Deref for Interfaces {
    type Target = Vec<Interface>;

    fn deref(&self) -> &Vec<Interface> {
        &self.interfaces
    }
}

impl DerefMut for Interfaces {
    fn deref_mut(&mut self) -> &mut Vec<Interface> {
        &mut self.interfaces
    }
}

impl IntoIterator for Interfaces {
    type Item = Interface;
    type IntoIter = std::vec::IntoIter<Interface>;

    fn into_iter(self) -> Self::IntoIter {
        self.interfaces.into_iter()
    }
}

impl<'a> IntoIterator for &'a Interfaces {
    type Item = &'a Interface;
    type IntoIter = std::slice::Iter<'a, Interface>;

    fn into_iter(self) -> Self::IntoIter {
        self.interfaces.iter()
    }
}

/// Succeeds if there are exactly `N`, and gives all of them back otherwise.
impl<const N: usize> TryFrom<Interfaces> for [Interface; N] {
    type Error = Vec<Interface>;

    fn try_from(read: Interfaces) -> Result<[Interface; N], Vec<Interface>> {
        read.interfaces.try_into()
    }
}
