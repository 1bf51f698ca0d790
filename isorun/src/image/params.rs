//! Parameter lists, records and tuples: values that lie one after the other.
//!
//! The canonical ABI lays all three out alike, so the codec has one form for them: the cons list `(A, (B, (C, ())))`. It can
//! have any length, which tuples of Rust cannot without an implementation for each length. `put(key: &str, value: &[u8])` lowers
//! `(key, (value, ()))` and lifts `(String, (Vec<u8>, ()))`.

use super::codec::{Lift, Lower, Shape};
use super::medium::{Sink, Source};
use crate::types::layout::{Layout, MAX_FLAT_PARAMS, MAX_FLAT_RESULTS, align_up};

/// A cons list of WIT types.
pub trait Params {
    /// The layouts of all fields, as a linked list: a constant cannot be an array whose length depends on the type.
    #[doc(hidden)]
    const FIELDS: Option<&'static Link>;

    /// The layout of the record that holds them all.
    const LAYOUT: Layout = layout(Self::FIELDS);
}

/// A cons list of values that can be written.
pub trait LowerParams: Params {
    /// Writes the fields after those that were written before.
    #[doc(hidden)]
    fn store_fields<S: Sink>(&self, sink: &mut S, row: Row) -> Result<(), S::Error>;

    /// Writes the fields as core values.
    fn lower_flat<S: Sink>(&self, sink: &mut S, flat: &mut [u64]) -> Result<(), S::Error>;

    /// Writes the fields as one record at `at`.
    fn store<S: Sink>(&self, sink: &mut S, at: usize) -> Result<(), S::Error> {
        self.store_fields(sink, Row::new(at))
    }
}

/// A cons list of values that can be read.
pub trait LiftParams: Params + Sized {
    /// Reads the fields after those that were read before.
    #[doc(hidden)]
    fn load_fields<S: Source>(source: &mut S, row: &mut Row) -> Result<Self, S::Error>;

    /// Reads the fields from core values.
    fn lift_flat<S: Source>(source: &mut S, flat: &[u64]) -> Result<Self, S::Error>;

    /// Reads the fields from one record at `at`.
    fn load<S: Source>(source: &mut S, at: usize) -> Result<Self, S::Error> {
        let mut row = Row::new(at);
        let fields = Self::load_fields(source, &mut row)?;
        row.finish(source, Self::LAYOUT)?;
        Ok(fields)
    }
}

/// How many core values pass the parameters: 0 if there are none, or if they need more than 16 and are passed through memory.
pub const fn slots<P: Params>() -> usize {
    if P::LAYOUT.flat > MAX_FLAT_PARAMS { 0 } else { P::LAYOUT.flat as usize }
}

/// How many core values pass a result: 0 if there is none, or if it needs more than one and is passed through memory.
pub const fn result_slots<R: Shape>() -> usize {
    if R::LAYOUT.flat <= MAX_FLAT_RESULTS { R::LAYOUT.flat as usize } else { 0 }
}

/// The layout of one field of a cons list, and a link to that of the next.
#[doc(hidden)]
#[derive(Debug)]
pub struct Link {
    field: Layout,
    rest: Option<&'static Link>,
}

const fn layout(mut link: Option<&'static Link>) -> Layout {
    let mut record = Layout::EMPTY;
    while let Some(Link { field, rest }) = link {
        record = record.and(*field);
        link = *rest;
    }
    record.padded()
}

/// The position up to which the fields of a record have been read or written.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Row {
    start: usize,
    end: u32,
}

impl Row {
    /// The start of the record at `at`.
    pub(crate) fn new(at: usize) -> Row {
        Row { start: at, end: 0 }
    }

    /// The index of the next field.
    pub(crate) fn next(&mut self, field: Layout) -> usize {
        let offset = align_up(self.end, field.align);
        self.end = offset.saturating_add(field.size);
        self.start + offset as usize
    }

    /// Checks the padding before the next field, and gives the field's index.
    pub(crate) fn next_in<S: Source>(&mut self, source: &S, field: Layout) -> Result<usize, S::Error> {
        let end = self.start + self.end as usize;
        let at = self.next(field);
        source.padding(end, at)?;
        Ok(at)
    }

    /// Checks the padding after the last field.
    pub(crate) fn finish<S: Source>(self, source: &S, record: Layout) -> Result<(), S::Error> {
        source.padding(self.start + self.end as usize, self.start + record.size as usize)
    }
}

impl Params for () {
    const FIELDS: Option<&'static Link> = None;
}

impl LowerParams for () {
    fn store_fields<S: Sink>(&self, _: &mut S, _: Row) -> Result<(), S::Error> {
        Ok(())
    }

    fn lower_flat<S: Sink>(&self, _: &mut S, _: &mut [u64]) -> Result<(), S::Error> {
        Ok(())
    }
}

impl LiftParams for () {
    fn load_fields<S: Source>(_: &mut S, _: &mut Row) -> Result<(), S::Error> {
        Ok(())
    }

    fn lift_flat<S: Source>(_: &mut S, _: &[u64]) -> Result<(), S::Error> {
        Ok(())
    }
}

impl<H: Shape, T: Params> Params for (H, T) {
    const FIELDS: Option<&'static Link> = Some(&Link { field: H::LAYOUT, rest: T::FIELDS });
}

impl<H: Lower, T: LowerParams> LowerParams for (H, T) {
    #[inline]
    fn store_fields<S: Sink>(&self, sink: &mut S, mut row: Row) -> Result<(), S::Error> {
        self.0.store(sink, row.next(H::LAYOUT))?;
        self.1.store_fields(sink, row)
    }

    #[inline]
    fn lower_flat<S: Sink>(&self, sink: &mut S, flat: &mut [u64]) -> Result<(), S::Error> {
        self.0.lower_flat(sink, flat)?;
        self.1.lower_flat(sink, &mut flat[H::LAYOUT.flat as usize..])
    }
}

impl<H: Lift, T: LiftParams> LiftParams for (H, T) {
    #[inline]
    fn load_fields<S: Source>(source: &mut S, row: &mut Row) -> Result<Self, S::Error> {
        let at = row.next_in(source, H::LAYOUT)?;
        Ok((H::load(source, at)?, T::load_fields(source, row)?))
    }

    #[inline]
    fn lift_flat<S: Source>(source: &mut S, flat: &[u64]) -> Result<Self, S::Error> {
        let rest = &flat[H::LAYOUT.flat as usize..];
        Ok((H::lift_flat(source, flat)?, T::lift_flat(source, rest)?))
    }
}
