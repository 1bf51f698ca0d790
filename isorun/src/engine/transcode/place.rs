//! Where a value lies on each side of the walk: at an index of a medium, or in core values.
//!
//! A place knows what differs between the two: how a part of the value is reached, and where there is padding to check. Which bits are
//! a value, and which bits stand for it, is said in the codec of the image, and a place only asks it.

use core::mem;

use crate::image::codec::{
    self, Lift, Lower, lift_discriminant, lift_flags, load_discriminant, load_flags, lower_discriminant, lower_flags,
    store_discriminant, store_flags,
};
use crate::image::containers::{load_pointer, store_pointer};
use crate::image::medium::{Sink, Source};
use crate::image::params::Row;
use crate::types::layout::Layout;

/// A value that lies in a medium, at this index.
#[derive(Clone, Copy)]
pub(crate) struct At(pub(crate) usize);

/// A place from which a value is read. Its strings and lists lie in the source, whatever the place is.
pub(crate) trait LiftFrom<I: Source>: Copy {
    /// The fields of a record that have not been reached yet.
    type Fields;

    /// Reads a number, `bool` or `char`.
    fn scalar<V: Lift>(self, source: &mut I) -> Result<V, I::Error>;

    /// Reads the bits of flags.
    fn flags(self, source: &I, labels: usize) -> Result<u32, I::Error>;

    /// Reads the pointer and the length of a string, list or map.
    fn pointer(self, source: &mut I) -> Result<(u32, u32), I::Error>;

    /// Reads which case of a variant or enum is here; it is below the number of cases.
    fn discriminant(self, source: &I, cases: usize) -> Result<u32, I::Error>;

    /// Where the payload of the variant lies, once the unused bytes around it are checked.
    fn payload(self, source: &I, cases: usize, variant: Layout, payload: Layout) -> Result<Self, I::Error>;

    /// Begins with the fields of the record that is here.
    fn fields(self) -> Self::Fields;

    /// Where the next field lies, once the padding before it is checked.
    fn next(fields: &mut Self::Fields, source: &I, field: Layout) -> Result<Self, I::Error>;

    /// Checks the padding behind the last field.
    fn finish(fields: Self::Fields, source: &I, record: Layout) -> Result<(), I::Error>;

    /// The index in the medium, unless the value lies in core values.
    fn index(self) -> Option<usize>;
}

/// A place to which a value is written. Its strings and lists go into the sink, whatever the place is.
pub(crate) trait LowerTo<O: Sink>: Sized {
    /// The fields of a record that have not been reached yet.
    type Fields;

    /// Writes a number, `bool` or `char`, or a string with the text that it points to.
    fn value<V: Lower + ?Sized>(self, sink: &mut O, value: &V) -> Result<(), O::Error>;

    /// Writes the bits of flags.
    fn flags(self, sink: &mut O, labels: usize, bits: u32) -> Result<(), O::Error>;

    /// Writes the pointer and the length of a list or map.
    fn pointer(self, sink: &mut O, pointer: u32, length: u32) -> Result<(), O::Error>;

    /// Writes which case of a variant or enum is here.
    fn discriminant(&mut self, sink: &mut O, cases: usize, case: u32) -> Result<(), O::Error>;

    /// Where the payload of the variant lies.
    fn payload(self, cases: usize, variant: Layout) -> Self;

    /// Begins with the fields of the record that is here.
    fn fields(self) -> Self::Fields;

    /// Where the next field lies.
    fn next(fields: &mut Self::Fields, field: Layout) -> Self;

    /// The index in the medium, unless the value lies in core values.
    fn index(&self) -> Option<usize>;
}

impl<I: Source> LiftFrom<I> for At {
    type Fields = Row;

    #[inline]
    fn scalar<V: Lift>(self, source: &mut I) -> Result<V, I::Error> {
        V::load(source, self.0)
    }

    #[inline]
    fn flags(self, source: &I, labels: usize) -> Result<u32, I::Error> {
        load_flags(source, self.0, labels)
    }

    #[inline]
    fn pointer(self, source: &mut I) -> Result<(u32, u32), I::Error> {
        load_pointer(source, self.0)
    }

    #[inline]
    fn discriminant(self, source: &I, cases: usize) -> Result<u32, I::Error> {
        load_discriminant(source, self.0, cases)
    }

    #[inline]
    fn payload(self, source: &I, cases: usize, variant: Layout, payload: Layout) -> Result<Self, I::Error> {
        codec::payload_place(source, self.0, cases, variant, payload).map(At)
    }

    #[inline]
    fn fields(self) -> Row {
        Row::new(self.0)
    }

    #[inline]
    fn next(fields: &mut Row, source: &I, field: Layout) -> Result<Self, I::Error> {
        fields.next_in(source, field).map(At)
    }

    #[inline]
    fn finish(fields: Row, source: &I, record: Layout) -> Result<(), I::Error> {
        fields.finish(source, record)
    }

    #[inline]
    fn index(self) -> Option<usize> {
        Some(self.0)
    }
}

/// Core values as zero-extended bits. Of a slot that is wider than the value the high bits are junk.
impl<I: Source> LiftFrom<I> for &[u64] {
    type Fields = Self;

    #[inline]
    fn scalar<V: Lift>(self, source: &mut I) -> Result<V, I::Error> {
        V::lift_flat(source, self)
    }

    #[inline]
    fn flags(self, _: &I, labels: usize) -> Result<u32, I::Error> {
        Ok(lift_flags(self, labels))
    }

    #[inline]
    fn pointer(self, _: &mut I) -> Result<(u32, u32), I::Error> {
        Ok((self[0] as u32, self[1] as u32))
    }

    #[inline]
    fn discriminant(self, source: &I, cases: usize) -> Result<u32, I::Error> {
        lift_discriminant(source, self, cases)
    }

    #[inline]
    fn payload(self, _: &I, _: usize, _: Layout, _: Layout) -> Result<Self, I::Error> {
        Ok(&self[1..])
    }

    #[inline]
    fn fields(self) -> Self {
        self
    }

    #[inline]
    fn next(fields: &mut Self, _: &I, field: Layout) -> Result<Self, I::Error> {
        let (field, rest) = fields.split_at(field.flat as usize);
        *fields = rest;
        Ok(field)
    }

    #[inline]
    fn finish(_: Self, _: &I, _: Layout) -> Result<(), I::Error> {
        Ok(())
    }

    #[inline]
    fn index(self) -> Option<usize> {
        None
    }
}

impl<O: Sink> LowerTo<O> for At {
    type Fields = Row;

    #[inline]
    fn value<V: Lower + ?Sized>(self, sink: &mut O, value: &V) -> Result<(), O::Error> {
        value.store(sink, self.0)
    }

    #[inline]
    fn flags(self, sink: &mut O, labels: usize, bits: u32) -> Result<(), O::Error> {
        store_flags(sink, self.0, labels, bits)
    }

    #[inline]
    fn pointer(self, sink: &mut O, pointer: u32, length: u32) -> Result<(), O::Error> {
        store_pointer(sink, self.0, pointer, length)
    }

    #[inline]
    fn discriminant(&mut self, sink: &mut O, cases: usize, case: u32) -> Result<(), O::Error> {
        store_discriminant(sink, self.0, cases, case)
    }

    #[inline]
    fn payload(self, cases: usize, variant: Layout) -> Self {
        At(self.0 + codec::payload_offset(cases, variant))
    }

    #[inline]
    fn fields(self) -> Row {
        Row::new(self.0)
    }

    #[inline]
    fn next(fields: &mut Row, field: Layout) -> Self {
        At(fields.next(field))
    }

    #[inline]
    fn index(&self) -> Option<usize> {
        Some(self.0)
    }
}

/// Core values, which are zero before: those that a case of a variant does not use stay as they are.
impl<O: Sink> LowerTo<O> for &mut [u64] {
    type Fields = Self;

    #[inline]
    fn value<V: Lower + ?Sized>(self, sink: &mut O, value: &V) -> Result<(), O::Error> {
        value.lower_flat(sink, self)
    }

    #[inline]
    fn flags(self, _: &mut O, labels: usize, bits: u32) -> Result<(), O::Error> {
        lower_flags(self, labels, bits);
        Ok(())
    }

    #[inline]
    fn pointer(self, _: &mut O, pointer: u32, length: u32) -> Result<(), O::Error> {
        (self[0], self[1]) = (pointer.into(), length.into());
        Ok(())
    }

    #[inline]
    fn discriminant(&mut self, _: &mut O, _: usize, case: u32) -> Result<(), O::Error> {
        lower_discriminant(self, case);
        Ok(())
    }

    #[inline]
    fn payload(self, _: usize, _: Layout) -> Self {
        &mut self[1..]
    }

    #[inline]
    fn fields(self) -> Self {
        self
    }

    #[inline]
    fn next(fields: &mut Self, field: Layout) -> Self {
        let (field, rest) = mem::take(fields).split_at_mut(field.flat as usize);
        *fields = rest;
        field
    }

    #[inline]
    fn index(&self) -> Option<usize> {
        None
    }
}
