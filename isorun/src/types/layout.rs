//! The sizes and alignments of values in 32-bit memory, as the canonical ABI defines them.

/// The largest block of a list or string, in bytes: 2^28 - 1, a limit of the canonical ABI.
pub(crate) const MAX_BLOCK: u32 = (1 << 28) - 1;

/// The most core values by which parameters are passed; more of them travel through memory
/// (component model, Canonical ABI, `MAX_FLAT_PARAMS`).
pub(crate) const MAX_FLAT_PARAMS: u32 = 16;

/// The most core values by which a result is passed; more of them travel through memory
/// (component model, Canonical ABI, `MAX_FLAT_RESULTS`).
pub(crate) const MAX_FLAT_RESULTS: u32 = 1;

/// Bytes of a value without strings and lists that are as cheap to pass as a few numbers, and part of the price of a call.
pub(crate) const LIGHT: u32 = 128;

/// How much room a value takes: in memory, and as core values.
///
/// All functions are `const`, so that the layout of a Rust type is computed by the compiler, and the layout of a run-time
/// [`Type`](crate::types::Type) by the same code. All arithmetic saturates instead of panicking: a type too large to exist has a
/// layout too large to be accepted (see [`Type::check`](crate::types::Type::check)).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Layout {
    /// Bytes from one element of a list to the next, so it is a multiple of the alignment.
    pub size: u32,
    /// The alignment in bytes: 1, 2, 4 or 8.
    pub align: u32,
    /// How many core values the flattened value has. It may be more than 16, unlike in a function's signature.
    pub flat: u32,
}

impl Layout {
    /// The layout of no value: the parameters of a function that has none, a missing result, a missing payload.
    pub const EMPTY: Layout = Layout { size: 0, align: 1, flat: 0 };

    /// The layout of a string, a list and a map: a pointer and a length.
    pub const POINTER: Layout = Layout { size: 8, align: 4, flat: 2 };

    /// The layout of a number, `bool` or `char` of `size` bytes.
    pub const fn scalar(size: u32) -> Layout {
        Layout { size, align: size, flat: 1 }
    }

    /// The layout of a record with these fields; also of a tuple and of a parameter list.
    pub const fn record(fields: &[Layout]) -> Layout {
        let mut record = Layout::EMPTY;
        let mut i = 0;
        while i < fields.len() {
            record = record.and(fields[i]);
            i += 1;
        }
        record.padded()
    }

    /// The layout of a variant with these cases, `None` for one without payload; also of an option and of a result.
    pub const fn variant(cases: &[Option<Layout>]) -> Layout {
        let payload = Layout::payload(cases);
        let discriminant = Layout::enumeration(cases.len());
        Layout { size: align_up(discriminant.size, payload.align), align: payload.align, flat: 1 }
            .max_align(discriminant.align)
            .grown(payload)
            .padded()
    }

    /// How many bytes the discriminant of a variant or enum has: 1, 2 or 4.
    pub const fn discriminant_size(cases: usize) -> u32 {
        match cases {
            0..=0x100 => 1,
            0x101..=0x1_0000 => 2,
            _ => 4,
        }
    }

    /// The layout of an enum with this many cases.
    pub const fn enumeration(cases: usize) -> Layout {
        Layout::scalar(Layout::discriminant_size(cases))
    }

    /// The layout of flags with this many labels; WIT allows 1 to 32.
    pub const fn flags(labels: usize) -> Layout {
        match labels {
            0..=8 => Layout::scalar(1),
            9..=16 => Layout::scalar(2),
            _ => Layout::scalar(4),
        }
    }

    /// The layout of `count` values that lie in place, one after the other: `list<T, N>`.
    pub const fn repeat(self, count: u32) -> Layout {
        Layout { size: self.size.saturating_mul(count), align: self.align, flat: self.flat.saturating_mul(count) }
    }

    /// Appends a field to a record whose size is not padded yet.
    pub(crate) const fn and(self, field: Layout) -> Layout {
        Layout { size: align_up(self.size, field.align), align: self.align, flat: self.flat }
            .max_align(field.align)
            .grown(field)
    }

    /// Rounds the size up to a multiple of the alignment, so that the next element of a list is aligned as well.
    pub(crate) const fn padded(self) -> Layout {
        Layout { size: align_up(self.size, self.align), align: self.align, flat: self.flat }
    }

    /// The layout of a payload that has room for each of the cases.
    const fn payload(cases: &[Option<Layout>]) -> Layout {
        let mut payload = Layout::EMPTY;
        let mut i = 0;
        while i < cases.len() {
            if let Some(case) = cases[i] {
                payload = payload.max_align(case.align);
                payload.size = max(payload.size, case.size);
                payload.flat = max(payload.flat, case.flat);
            }
            i += 1;
        }
        payload
    }

    const fn max_align(self, align: u32) -> Layout {
        Layout { size: self.size, align: max(self.align, align), flat: self.flat }
    }

    const fn grown(self, by: Layout) -> Layout {
        Layout { size: self.size.saturating_add(by.size), align: self.align, flat: self.flat.saturating_add(by.flat) }
    }
}

/// The next multiple of `align`, which is a power of two.
pub(crate) const fn align_up(offset: u32, align: u32) -> u32 {
    offset.saturating_add(align - 1) & !(align - 1)
}

const fn max(a: u32, b: u32) -> u32 {
    if a > b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    const U8: Layout = Layout::scalar(1);
    const U16: Layout = Layout::scalar(2);
    const U64: Layout = Layout::scalar(8);

    #[test]
    fn a_record_pads_between_its_fields_and_at_its_end() {
        const FIELDS: [Layout; 4] = [U8, U64, U8, Layout::POINTER];
        assert_eq!(Layout::record(&FIELDS), Layout { size: 32, align: 8, flat: 5 });
    }

    #[test]
    fn a_variant_has_room_for_its_largest_case_behind_the_discriminant() {
        const CASES: [Option<Layout>; 3] = [None, Some(U64), Some(Layout::POINTER)];
        assert_eq!(Layout::variant(&CASES), Layout { size: 16, align: 8, flat: 3 });
        assert_eq!(Layout::variant(&[None, Some(U8)]), Layout { size: 2, align: 1, flat: 2 });
        assert_eq!(Layout::variant(&[None, None]), Layout::enumeration(2));
    }

    #[test]
    fn a_wide_discriminant_aligns_its_variant() {
        let mut cases = vec![None; 257];
        cases[0] = Some(U8);
        assert_eq!(Layout::variant(&cases), Layout { size: 4, align: 2, flat: 2 });
        assert_eq!([256, 257, 0x1_0000, 0x1_0001].map(Layout::discriminant_size), [1, 2, 2, 4]);
    }

    #[test]
    fn an_impossible_size_saturates() {
        let huge = Layout::record(&[U16, U64]).repeat(u32::MAX).repeat(u32::MAX);
        assert!(huge.size > u32::MAX - 8 && huge.flat == u32::MAX);
        assert!(Layout::variant(&[Some(huge), None]).size > u32::MAX - 8);
    }
}
