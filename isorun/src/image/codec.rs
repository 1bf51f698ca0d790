//! The codec: how a Rust type that stands for a WIT type is read and written, in a guest's memory or in an image.
//!
//! Each type implements it once, generic over the medium; the names are those of the canonical ABI. The implementations for records,
//! variants, enums and flags are generated, and the functions below keep their bodies short. `codec/tests.rs` begins with one of each
//! that is written by hand, as the pattern to follow:
//!
//! * A record is the cons list of its fields, `(A, (B, (C, ())))`, like a parameter list: see [`params`](super::params).
//! * A variant passes its case to [`store_case`] and [`lower_case`], and gets it from [`load_case`] and [`lift_case`].
//! * An enum is its discriminant and flags are their bits, so both are passed as a number.
//!
//! # Invariants
//!
//! * An index into a [`Source`] is either inside a block that was checked as a whole, or checked where it is read.
//! * `flat` has at least [`LAYOUT.flat`](Layout::flat) slots, and those that `lower_flat` leaves alone are zero.

use super::malformed::Rule;
use super::medium::{Sink, Source};
use super::weight::parts;
use crate::types::Type;
use crate::types::layout::{Layout, align_up};

/// What is known of a Rust type that stands for a WIT type, without a value of it.
pub trait Shape {
    /// Its size, its alignment and the number of its core values.
    const LAYOUT: Layout;

    /// The WIT type, with the names of types resolved.
    fn ty() -> Type;
}

/// A value that can be written.
pub trait Lower: Shape {
    /// Writes the value at `at`, and its lists and strings to blocks of their own.
    fn store<S: Sink>(&self, sink: &mut S, at: usize) -> Result<(), S::Error>;

    /// Writes the value as core values, and its lists and strings to blocks.
    ///
    /// A core value of any type is held as its bits, zero-extended to 64. Then the `join` of the types of two cases, which the canonical
    /// ABI defines for variants, changes no bits.
    fn lower_flat<S: Sink>(&self, sink: &mut S, flat: &mut [u64]) -> Result<(), S::Error>;

    /// Writes the elements of a list, one after the other from `at`. Numbers override this to copy all of them at once.
    fn store_list<S: Sink>(items: &[Self], sink: &mut S, at: usize) -> Result<(), S::Error>
    where
        Self: Sized,
    {
        sink.charge(items.len().saturating_mul(parts(Self::LAYOUT)))?;
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

    /// Reads the value from core values. If a slot is wider than the value, its high bits have no meaning and must be ignored.
    fn lift_flat<S: Source>(source: &mut S, flat: &[u64]) -> Result<Self, S::Error>;

    /// Reads the elements of a list whose block [`Source::block`] has checked. Numbers override this to copy all of them at once.
    fn load_list<S: Source>(source: &mut S, at: usize, length: usize) -> Result<Vec<Self>, S::Error> {
        source.charge(length.saturating_mul(parts(Self::LAYOUT)))?;
        let size = Self::LAYOUT.size as usize;
        let mut items = Vec::with_capacity(length);
        for index in 0..length {
            items.push(Self::load(source, at + index * size)?);
        }
        Ok(items)
    }
}

/// The layout of a variant and of each of its cases, computed by the compiler.
#[derive(Clone, Copy, Debug)]
pub struct Cases<const N: usize> {
    /// The layout of the variant.
    pub layout: Layout,
    payloads: [Layout; N],
}

impl<const N: usize> Cases<N> {
    /// Cases with these payloads, `None` for a case without one.
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

/// Writes a variant: case number `case` with its payload, which is `()` if the case has none.
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

/// Reads which case the variant at `at` has, a number below `N`, and gives the index of its payload.
///
/// If reading is strict, the bytes that this case does not use must be zero.
pub fn load_case<S: Source, const N: usize>(source: &S, at: usize, cases: &Cases<N>) -> Result<(u32, usize), S::Error> {
    let case = load_discriminant(source, at, N)?;
    let payload = payload_place(source, at, N, cases.layout, cases.payloads[case as usize])?;
    Ok((case, payload))
}

/// Checks the unused bytes of the variant at `at`, and gives the index of its payload.
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

/// The offset of a variant's payloads: the end of the discriminant, rounded up to the alignment of the variant.
pub(crate) const fn payload_offset(cases: usize, variant: Layout) -> usize {
    align_up(Layout::discriminant_size(cases), variant.align) as usize
}

/// Writes a variant as core values: the number of its case, then the core values of the payload.
pub fn lower_case<S: Sink, P: Lower + ?Sized>(
    sink: &mut S,
    flat: &mut [u64],
    case: u32,
    payload: &P,
) -> Result<(), S::Error> {
    lower_discriminant(flat, case);
    payload.lower_flat(sink, &mut flat[1..])
}

/// Reads which case of a variant the core values hold, and gives the core values of its payload.
pub fn lift_case<'f, S: Source, const N: usize>(
    source: &S,
    flat: &'f [u64],
    _: &Cases<N>,
) -> Result<(u32, &'f [u64]), S::Error> {
    Ok((lift_discriminant(source, flat, N)?, &flat[1..]))
}

/// Writes the case number of an enum or variant that has `cases` cases.
pub fn store_discriminant<S: Sink>(sink: &mut S, at: usize, cases: usize, case: u32) -> Result<(), S::Error> {
    store_bits(sink, at, Layout::discriminant_size(cases), case)
}

/// Reads the case number of an enum or variant that has `cases` cases, and checks that it is one of them.
pub fn load_discriminant<S: Source>(source: &S, at: usize, cases: usize) -> Result<u32, S::Error> {
    let case = load_bits(source, at, Layout::discriminant_size(cases))?;
    if (case as usize) < cases { Ok(case) } else { Err(source.malformed(Rule::Discriminant, at)) }
}

/// Writes a case number as a core value.
pub fn lower_discriminant(flat: &mut [u64], case: u32) {
    flat[0] = u64::from(case);
}

/// Reads the case number of an enum or variant that has `cases` cases from core values, and checks that it is one of them.
pub fn lift_discriminant<S: Source>(source: &S, flat: &[u64], cases: usize) -> Result<u32, S::Error> {
    let case = flat[0] as u32;
    if (case as usize) < cases { Ok(case) } else { Err(source.malformed(Rule::Discriminant, 0)) }
}

/// Writes flags that have `labels` labels; bits without a label are cleared.
pub fn store_flags<S: Sink>(sink: &mut S, at: usize, labels: usize, bits: u32) -> Result<(), S::Error> {
    store_bits(sink, at, Layout::flags(labels).size, bits & mask(labels))
}

/// Reads flags that have `labels` labels. Bits without a label are refused if reading is strict, and cleared if it is not.
pub fn load_flags<S: Source>(source: &S, at: usize, labels: usize) -> Result<u32, S::Error> {
    let bits = load_bits(source, at, Layout::flags(labels).size)?;
    if S::STRICT && bits & !mask(labels) != 0 {
        return Err(source.malformed(Rule::Flags, at));
    }
    Ok(bits & mask(labels))
}

/// Writes flags as a core value; bits without a label are cleared.
pub fn lower_flags(flat: &mut [u64], labels: usize, bits: u32) {
    flat[0] = u64::from(bits & mask(labels));
}

/// Reads flags that have `labels` labels from a core value; bits without a label are cleared.
pub fn lift_flags(flat: &[u64], labels: usize) -> u32 {
    flat[0] as u32 & mask(labels)
}

/// The bits that have a label, for at most 32 labels.
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
