//! Sizes and alignments of values in the canonical ABI's 32-bit memory.

/// The largest block of a list or string, in bytes: 2^28 - 1, a limit of the canonical ABI.
pub(crate) const MAX_BLOCK: u32 = (1 << 28) - 1;

/// The most core values by which parameters are passed; more of them travel through memory
/// (component model, Canonical ABI, `MAX_FLAT_PARAMS`).
pub(crate) const MAX_FLAT_PARAMS: u32 = 16;

/// The same for results (`MAX_FLAT_RESULTS`).
pub(crate) const MAX_FLAT_RESULTS: u32 = 1;

/// How much room a value takes: in memory, and as core values.
///
/// Everything is a `const fn`, so that the layout of a Rust type is known when it is compiled, and the layout of a
/// run-time [`Type`](crate::types::Type) follows from the same lines. All arithmetic saturates: a type too large to exist
/// has a layout too large to be accepted (see [`Type::check`](crate::types::Type::check)), and nothing panics.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Layout {
    /// Bytes from one element of a list to the next.
    pub size: u32,
    /// 1, 2, 4 or 8.
    pub align: u32,
    /// How many core values the flattened value has. Never cut at 16, as function signatures are.
    pub flat: u32,
}

impl Layout {
    /// No value: what a function without parameters or result passes, and the payload of a case that has none.
    pub const EMPTY: Layout = Layout { size: 0, align: 1, flat: 0 };

    /// A pointer and a length: string, list and map.
    pub const POINTER: Layout = Layout { size: 8, align: 4, flat: 2 };

    /// A number, `bool` or `char` of `size` bytes.
    pub const fn scalar(size: u32) -> Layout {
        Layout { size, align: size, flat: 1 }
    }

    /// A record; also a tuple and a parameter list.
    pub const fn record(fields: &[Layout]) -> Layout {
        let mut record = Layout::EMPTY;
        let mut i = 0;
        while i < fields.len() {
            record = record.and(fields[i]);
            i += 1;
        }
        record.padded()
    }

    /// A variant; also an option and a result.
    pub const fn variant(cases: &[Option<Layout>]) -> Layout {
        let payload = Layout::payload(cases);
        let discriminant = Layout::enumeration(cases.len());
        Layout { size: align_up(discriminant.size, payload.align), align: payload.align, flat: 1 }
            .max_align(discriminant.align)
            .grown(payload)
            .padded()
    }

    /// Bytes of the discriminant of a variant or enum: 1, 2 or 4.
    pub const fn discriminant_size(cases: usize) -> u32 {
        match cases {
            0..=0x100 => 1,
            0x101..=0x1_0000 => 2,
            _ => 4,
        }
    }

    /// An enum.
    pub const fn enumeration(cases: usize) -> Layout {
        Layout::scalar(Layout::discriminant_size(cases))
    }

    /// Flags; WIT allows 1 to 32 labels.
    pub const fn flags(labels: usize) -> Layout {
        match labels {
            0..=8 => Layout::scalar(1),
            9..=16 => Layout::scalar(2),
            _ => Layout::scalar(4),
        }
    }

    /// `count` values in place, one after the other: `list<T, N>`.
    pub const fn repeat(self, count: u32) -> Layout {
        Layout { size: self.size.saturating_mul(count), align: self.align, flat: self.flat.saturating_mul(count) }
    }

    /// The record that ends here, with one more field; its size is not yet padded.
    pub(crate) const fn and(self, field: Layout) -> Layout {
        Layout { size: align_up(self.size, field.align), align: self.align, flat: self.flat }
            .max_align(field.align)
            .grown(field)
    }

    /// The size rounded up to the alignment, as the elements of a list need it.
    pub(crate) const fn padded(self) -> Layout {
        Layout { size: align_up(self.size, self.align), align: self.align, flat: self.flat }
    }

    /// A payload that is large enough for every case.
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
