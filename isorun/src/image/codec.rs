//! The codec: how a Rust type that stands for a WIT type is read and written, in a guest's memory or in an image.
//!
//! Each type says it once, generic over the medium; the names are the canonical ABI's own. Generated code writes the
//! impls of records, variants, enums and flags, and the functions below keep its bodies short. `codec/tests.rs` begins
//! with one of each, written by hand: that is the pattern. Three sentences carry it:
//!
//! * A record is the cons list of its fields, `(A, (B, (C, ())))`, as parameters are: see [`params`](super::params).
//! * A variant names its case to [`store_case`] and [`lower_case`], and asks [`load_case`] and [`lift_case`] for it.
//! * An enum is its discriminant and flags are their bits, so a number is all that is passed.
//!
//! # Invariants
//!
//! * An index into a [`Source`] is either inside a block that was checked as a whole, or checked where it is read.
//! * `flat` has at least [`LAYOUT.flat`](Layout::flat) slots, and those that `lower_flat` leaves alone are zero.

use super::malformed::Rule;
use super::medium::{Sink, Source};
use crate::types::Type;
use crate::types::layout::{Layout, align_up};

/// What every Rust type that stands for a WIT type knows without a value.
pub trait Shape {
    /// Its size, alignment and core values.
    const LAYOUT: Layout;

    /// The WIT type, its names resolved.
    fn ty() -> Type;
}

/// A value that can be written.
pub trait Lower: Shape {
    /// Writes the value at `at`, and its lists and strings to blocks of their own.
    fn store<S: Sink>(&self, sink: &mut S, at: usize) -> Result<(), S::Error>;

    /// Writes the value as core values, and its lists and strings to blocks.
    ///
    /// Core values are held as zero-extended bits, whatever their type. Joining the types of two cases of a variant
    /// is then the identity.
    fn lower_flat<S: Sink>(&self, sink: &mut S, flat: &mut [u64]) -> Result<(), S::Error>;

    /// Writes the elements of a list, one after the other from `at`. Numbers are copied as a whole.
    fn store_list<S: Sink>(items: &[Self], sink: &mut S, at: usize) -> Result<(), S::Error>
    where
        Self: Sized,
    {
        let size = Self::LAYOUT.size as usize;
        for (index, item) in items.iter().enumerate() {
            item.store(sink, at + index * size)?;
        }
        Ok(())
    }
}

/// A value that can be read.
pub trait Lift: Shape + Sized {
    /// Reads the value at `at`.
    fn load<S: Source>(source: &mut S, at: usize) -> Result<Self, S::Error>;

    /// Reads the value from core values. Of a slot that is wider than the value the high bits are junk.
    fn lift_flat<S: Source>(source: &mut S, flat: &[u64]) -> Result<Self, S::Error>;

    /// Reads the elements of a list of which [`Source::block`] has checked the block. Numbers are copied as a whole.
    fn load_list<S: Source>(source: &mut S, at: usize, length: usize) -> Result<Vec<Self>, S::Error> {
        let size = Self::LAYOUT.size as usize;
        let mut items = Vec::with_capacity(length);
        for index in 0..length {
            items.push(Self::load(source, at + index * size)?);
        }
        Ok(items)
    }
}

/// The layouts of the cases of a variant, and what follows from them; made in a `const`.
#[derive(Clone, Copy, Debug)]
pub struct Cases<const N: usize> {
    /// The layout of the variant.
    pub layout: Layout,
    payloads: [Layout; N],
}

impl<const N: usize> Cases<N> {
    /// Cases with these payloads.
    pub const fn new(cases: [Option<Layout>; N]) -> Cases<N> {
        let mut payloads = [Layout::EMPTY; N];
        let mut i = 0;
        while i < N {
            if let Some(payload) = cases[i] {
                payloads[i] = payload;
            }
            i += 1;
        }
        Cases { layout: Layout::variant(&cases), payloads }
    }
}

/// Writes a variant whose case `case` holds `payload`, `()` for none.
pub fn store_case<S: Sink, P: Lower + ?Sized, const N: usize>(
    sink: &mut S,
    at: usize,
    cases: &Cases<N>,
    case: u32,
    payload: &P,
) -> Result<(), S::Error> {
    store_discriminant(sink, at, N, case)?;
    payload.store(sink, at + payload_offset(N, cases.layout))
}

/// Which case of a variant stands at `at`, below the number of cases, and the index of its payload.
///
/// The bytes which this case leaves unused must be zero if reading is strict.
pub fn load_case<S: Source, const N: usize>(source: &S, at: usize, cases: &Cases<N>) -> Result<(u32, usize), S::Error> {
    let case = load_discriminant(source, at, N)?;
    let payload = payload_place(source, at, N, cases.layout, cases.payloads[case as usize])?;
    Ok((case, payload))
}

/// The index of a payload in the variant at `at`, once the unused bytes around it are checked.
pub(crate) fn payload_place<S: Source>(
    source: &S,
    at: usize,
    cases: usize,
    variant: Layout,
    payload: Layout,
) -> Result<usize, S::Error> {
    let place = at + payload_offset(cases, variant);
    source.padding(at + Layout::discriminant_size(cases) as usize, place)?;
    source.padding(place + payload.size as usize, at + variant.size as usize)?;
    Ok(place)
}

/// Where the payloads of a variant begin: aligned as its discriminant or, if that is more, as the payloads.
pub(crate) const fn payload_offset(cases: usize, variant: Layout) -> usize {
    align_up(Layout::discriminant_size(cases), variant.align) as usize
}

/// Writes a variant as core values: its case, then those of the payload.
pub fn lower_case<S: Sink, P: Lower + ?Sized>(
    sink: &mut S,
    flat: &mut [u64],
    case: u32,
    payload: &P,
) -> Result<(), S::Error> {
    lower_discriminant(flat, case);
    payload.lower_flat(sink, &mut flat[1..])
}

/// Which case of a variant the core values hold, and those of its payload.
pub fn lift_case<'f, S: Source, const N: usize>(
    source: &S,
    flat: &'f [u64],
    _: &Cases<N>,
) -> Result<(u32, &'f [u64]), S::Error> {
    Ok((lift_discriminant(source, flat, N)?, &flat[1..]))
}

/// Writes the case of an enum or variant of `cases` cases.
pub fn store_discriminant<S: Sink>(sink: &mut S, at: usize, cases: usize, case: u32) -> Result<(), S::Error> {
    store_bits(sink, at, Layout::discriminant_size(cases), case)
}

/// The case of an enum or variant of `cases` cases, below that number.
pub fn load_discriminant<S: Source>(source: &S, at: usize, cases: usize) -> Result<u32, S::Error> {
    let case = load_bits(source, at, Layout::discriminant_size(cases))?;
    if (case as usize) < cases { Ok(case) } else { Err(source.malformed(Rule::Discriminant, at)) }
}

/// Writes a case as a core value.
pub fn lower_discriminant(flat: &mut [u64], case: u32) {
    flat[0] = u64::from(case);
}

/// The case of an enum or variant of `cases` cases, below that number.
pub fn lift_discriminant<S: Source>(source: &S, flat: &[u64], cases: usize) -> Result<u32, S::Error> {
    let case = flat[0] as u32;
    if (case as usize) < cases { Ok(case) } else { Err(source.malformed(Rule::Discriminant, 0)) }
}

/// Writes flags of `labels` labels; other bits are dropped.
pub fn store_flags<S: Sink>(sink: &mut S, at: usize, labels: usize, bits: u32) -> Result<(), S::Error> {
    store_bits(sink, at, Layout::flags(labels).size, bits & mask(labels))
}

/// The bits of flags of `labels` labels. Other bits are refused if reading is strict, else dropped.
pub fn load_flags<S: Source>(source: &S, at: usize, labels: usize) -> Result<u32, S::Error> {
    let bits = load_bits(source, at, Layout::flags(labels).size)?;
    if S::STRICT && bits & !mask(labels) != 0 {
        return Err(source.malformed(Rule::Flags, at));
    }
    Ok(bits & mask(labels))
}

/// Writes flags as a core value; bits without a label are dropped.
pub fn lower_flags(flat: &mut [u64], labels: usize, bits: u32) {
    flat[0] = u64::from(bits & mask(labels));
}

/// The bits of flags of `labels` labels; other bits are dropped.
pub fn lift_flags(flat: &[u64], labels: usize) -> u32 {
    flat[0] as u32 & mask(labels)
}

/// The bits that have a label, of at most 32.
const fn mask(labels: usize) -> u32 {
    if labels >= 32 { u32::MAX } else { (1 << labels) - 1 }
}

fn store_bits<S: Sink>(sink: &mut S, at: usize, size: u32, bits: u32) -> Result<(), S::Error> {
    sink.write(at, &bits.to_le_bytes()[..size as usize])
}

fn load_bits<S: Source>(source: &S, at: usize, size: u32) -> Result<u32, S::Error> {
    Ok(match size {
        1 => u32::from(u8::from_le_bytes(source.bytes(at)?)),
        2 => u32::from(u16::from_le_bytes(source.bytes(at)?)),
        _ => u32::from_le_bytes(source.bytes(at)?),
    })
}

#[cfg(test)]
mod tests;
