//! Weighing a value before it is written into a guest.

use super::codec::Lower;
use super::medium::{Sink, block_size};
use super::params::LowerParams;
use super::weight::{of_root, price_of_block};
use crate::types::layout::Layout;

/// The units of parameters that are about to be written into a guest.
///
/// Only strings and lists are looked at. For types that have none this is no work at all.
#[inline]
pub(crate) fn weigh_params<P: LowerParams>(params: &P) -> u64 {
    weighed(P::LAYOUT, |scales| params.store(scales, 0))
}

/// The units of a result that is about to be written into a guest, as for [`weigh_params`].
#[inline]
pub(crate) fn weigh<R: Lower>(result: &R) -> u64 {
    weighed(R::LAYOUT, |scales| result.store(scales, 0))
}

#[inline]
fn weighed(root: Layout, store: impl FnOnce(&mut Scales) -> Result<(), TooHeavy>) -> u64 {
    let mut scales = Scales { units: of_root(root), blocks: 0, scratch: [0; 16] };
    match store(&mut scales) {
        Ok(()) => scales.units as u64,
        Err(TooHeavy) => u64::MAX,
    }
}

/// A medium that keeps nothing of what is written to it, and counts the units.
struct Scales {
    units: usize,
    blocks: u32,
    scratch: [u8; 16],
}

/// More than any guest has room for.
struct TooHeavy;

impl Scales {
    #[inline]
    fn add_block(&mut self, bytes: usize) {
        self.units = self.units.saturating_add(bytes + price_of_block(&mut self.blocks));
    }
}

impl Sink for Scales {
    type Error = TooHeavy;
    const STRICT: bool = false;
    const KEEPS: bool = false;

    #[inline]
    fn slice_mut(&mut self, _: usize, length: usize) -> Result<&mut [u8], TooHeavy> {
        self.scratch.get_mut(..length).ok_or(TooHeavy)
    }

    #[inline]
    fn block(&mut self, length: usize, element: Layout) -> Result<(u32, usize), TooHeavy> {
        let bytes = block_size(length, element).ok_or(TooHeavy)?;
        self.add_block(bytes);
        Ok((0, 0))
    }

    #[inline]
    fn block_of(&mut self, length: usize, element: Layout, _: &[u8]) -> Result<u32, TooHeavy> {
        self.block(length, element).map(|(pointer, _)| pointer)
    }

    #[inline]
    fn string(&mut self, text: &str) -> Result<(u32, u32), TooHeavy> {
        self.add_block(text.len());
        Ok((0, 0))
    }

    #[inline]
    fn write(&mut self, _: usize, _: &[u8]) -> Result<(), TooHeavy> {
        Ok(())
    }

    #[inline]
    fn charge(&mut self, units: usize) -> Result<(), TooHeavy> {
        self.units = self.units.saturating_add(units);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::map::Map;
    use crate::image::weight::{BLOCK, NODE};

    #[test]
    fn values_without_lists_weigh_nothing() {
        assert_eq!(weigh_params(&()), 0);
        assert_eq!(weigh_params(&(1_u8, (2_u64, (Some(3.5_f32), ())))), 0);
        assert_eq!(weigh(&Err::<(), char>('x')), 0);
    }

    #[test]
    fn bytes_strings_and_elements_weigh_what_they_take() {
        assert_eq!(weigh_params(&("four", ())), 4);
        assert_eq!(weigh_params(&(&[0_u8; 1000][..], ())), 1000);
        assert_eq!(weigh(&vec![1.5_f64; 100]), 800);
        // An empty string takes 8 bytes and two core values where it lies, and a block.
        assert_eq!(weigh(&vec![""; 15]), 15 * (8 + 2 * NODE) as u64);
        assert_eq!(weigh(&vec![""; 115]), (115 * (8 + 2 * NODE) + 100 * BLOCK) as u64);
        assert_eq!(weigh(&vec![(1_u8, true); 10]), 10 * (2 + 2 * NODE) as u64);
        let map = Map::from([("a", 1_u8), ("b", 2)]);
        assert_eq!(weigh(&map), 2 * (12 + 3 * NODE + 1) as u64);
    }

    #[test]
    fn what_lies_in_place_counts_where_it_is_large() {
        assert_eq!(weigh(&[0_u8; 100]), 0);
        assert_eq!(weigh(&[0_u8; 1000]), 1000);
    }
}
