//! A walk through the image of a value, along its type, in steps.
//!
//! A stranger's value may be large, and so may the work that it makes. A walk keeps its place on a stack of its own, so that it can stop
//! after so much work and go on later, and does not need the thread's stack for types that are nested deep.
//!
//! # Invariants
//!
//! * A walk is as strict as decoding, meets values in the same order, and so gives the same error for the same bytes.
//! * What one turn of the loop in [`step`](Walk::step) does is bounded: by a constant where the trace writes nothing, otherwise by the length
//!   of one label. The units that it is charged grow with what it did.
//! * Where the trace writes nothing, the units of a whole walk are at most a constant times the bytes of the image: whatever may be nested
//!   without taking bytes is passed over at once.

use super::codec::{load_discriminant, load_flags, payload_offset};
use super::containers::load_pointer;
use super::decode::Decoder;
use super::malformed::{Malformed, Rule};
use super::medium::Source;
use super::params;
use super::weight::parts;
use crate::types::layout::Layout;
use crate::types::{Case, Field, Label, Pair, Type};

/// How much is done in one step, in units. One is about the work for a number in a list. Measured in a release build, a step takes from 0.05 ms,
/// where numbers are checked, to 0.7 ms, where they are written.
const STEP: u64 = 30_000;

/// How many bytes of a string, or of padding, are checked for one unit.
const BYTES_PER_UNIT: usize = 32;

/// How many bytes of a string, or of padding, are looked at in one turn of the loop.
const PIECE: usize = 4096;

/// A string of at most so many bytes is done together with what it is a part of.
const SHORT: usize = 64;

/// What a walk leaves behind.
pub(super) trait Trace {
    /// Why the trace ends before the value does.
    type Error: From<Malformed>;

    /// Whether anything is written. If not, the walk passes over what needs no look.
    const WRITES: bool;

    /// Writes a part of the text.
    fn put(&mut self, part: &str) -> Result<(), Self::Error>;

    /// Writes a piece of a string that is between quotes.
    fn quoted(&mut self, piece: &str) -> Result<(), Self::Error>;

    /// Writes the label of a case.
    fn case(&mut self, label: &str) -> Result<(), Self::Error>;

    /// Checks a number, a `bool` or a `char`, and writes it.
    fn scalar(&mut self, ty: &Type, source: &mut Decoder<'_>, at: usize) -> Result<(), Self::Error>;

    /// The units of work for what was written so far.
    fn units(&self) -> u64;
}

/// A walk through the image of one value, or of the parameters of a function.
pub(super) struct Walk<'t, 'b, T> {
    decoder: Decoder<'b>,
    /// What is yet to be done, the next on top.
    stack: Vec<Task<'t>>,
    trace: T,
}

/// Something that is yet to be done.
#[derive(Clone, Copy)]
enum Task<'t> {
    /// A value.
    Value(&'t Type, usize),
    /// The next elements of a list.
    Items(Items<'t>),
    /// The next members of a record or a tuple.
    Members(Members<'t>),
    /// A string.
    Text { at: usize, left: usize },
    /// Bytes that must be zero.
    Zeros { at: usize, end: usize },
    /// Text after a value.
    Put(&'static str),
}

/// The elements of a list, from one of them on.
#[derive(Clone, Copy)]
struct Items<'t> {
    element: Element<'t>,
    at: usize,
    /// The bytes of an element.
    size: usize,
    left: u32,
    first: bool,
}

#[derive(Clone, Copy)]
enum Element<'t> {
    Value(&'t Type),
    Pair(&'t Pair),
}

/// The members of a record or a tuple, from one of them on.
#[derive(Clone, Copy)]
struct Members<'t> {
    row: Row<'t>,
    next: usize,
    place: params::Row,
    /// The layout of the whole.
    record: Layout,
    /// Whether nothing was written so far.
    first: bool,
}

#[derive(Clone, Copy)]
enum Row<'t> {
    Tuple(&'t [Type]),
    Pair(&'t Pair),
    Record(&'t [Field]),
}

impl<'t> Row<'t> {
    fn get(self, index: usize) -> Option<(Option<&'t Label>, &'t Type)> {
        match (self, index) {
            (Row::Tuple(types), _) => types.get(index).map(|ty| (None, ty)),
            (Row::Pair(pair), 0) => Some((None, &pair.key)),
            (Row::Pair(pair), 1) => Some((None, &pair.value)),
            (Row::Pair(_), _) => None,
            (Row::Record(fields), _) => fields.get(index).map(|field| (Some(&field.label), &field.ty)),
        }
    }
}

impl<'t, 'b, T: Trace> Walk<'t, 'b, T> {
    /// A walk through a value of this type; through no value if there is no type.
    pub(super) fn value(ty: Option<&'t Type>, body: &'b [u8], trace: T) -> Result<Walk<'t, 'b, T>, T::Error> {
        let decoder = Decoder::new(body, ty.map_or(Layout::EMPTY, Type::layout))?;
        Ok(Walk { decoder, stack: ty.map(|ty| Task::Value(ty, 0)).into_iter().collect(), trace })
    }

    /// A walk through parameters.
    pub(super) fn params(
        params: &'t [Field],
        layout: Layout,
        body: &'b [u8],
        trace: T,
    ) -> Result<Walk<'t, 'b, T>, T::Error> {
        let mut walk = Walk { decoder: Decoder::new(body, layout)?, stack: Vec::new(), trace };
        walk.members(Row::Record(params), layout, 0);
        Ok(walk)
    }

    /// The same walk, which ends with [`Rule::Parts`] where reading the value would be more work than so many units of
    /// [`weight`](super::weight).
    pub(super) fn within(self, units: usize) -> Self {
        Walk { decoder: self.decoder.within(units), ..self }
    }

    /// Walks on to the end, and lets other tasks of the thread run after each step.
    pub(super) async fn finish(mut self) -> Result<T, T::Error> {
        while !self.step(STEP)? {
            crate::give_way::give_way().await;
        }
        self.decoder.finish()?;
        Ok(self.trace)
    }

    /// Walks to the end in steps of so many units, and gives how many steps it took.
    #[cfg(test)]
    pub(super) fn in_steps(mut self, units: u64) -> Result<(T, u64), T::Error> {
        let mut steps = 1;
        while !self.step(units)? {
            steps += 1;
        }
        self.decoder.finish()?;
        Ok((self.trace, steps))
    }

    /// Walks on until so many units are used up. Gives whether the end is reached.
    fn step(&mut self, units: u64) -> Result<bool, T::Error> {
        let (mut used, begin) = (0, self.trace.units());
        while let Some(task) = self.stack.pop() {
            used += self.take_on(task, units)?;
            if used + (self.trace.units() - begin) >= units {
                return Ok(self.stack.is_empty());
            }
        }
        Ok(true)
    }

    /// Does a part of a task, puts what is left of it back, and gives the units of what was done. At most `units` are used up, and what one
    /// value takes.
    fn take_on(&mut self, task: Task<'t>, units: u64) -> Result<u64, T::Error> {
        match task {
            Task::Value(ty, at) => self.visit(ty, at)?,
            Task::Put(text) => self.trace.put(text)?,
            Task::Items(items) => return self.items_on(items, units),
            Task::Members(members) => return self.members_on(members, units),
            Task::Text { at, left } => return self.text_on(at, left),
            Task::Zeros { at, end } => {
                let to = end.min(at + PIECE);
                self.decoder.padding(at, to)?;
                if to < end {
                    self.stack.push(Task::Zeros { at: to, end });
                }
                return Ok(1 + ((to - at) / BYTES_PER_UNIT) as u64);
            }
        }
        Ok(1)
    }

    /// Does the next elements of a list: those that leave no task behind, and one that does.
    fn items_on(&mut self, mut items: Items<'t>, units: u64) -> Result<u64, T::Error> {
        let (mut used, enough) = (0, self.trace.units() + units);
        while items.left > 0 {
            if used >= units || self.trace.units() >= enough {
                self.stack.push(Task::Items(items));
                return Ok(used);
            }
            if !items.first {
                self.trace.put(", ")?;
            }
            let at = items.at;
            items.at += items.size;
            items.left -= 1;
            items.first = false;
            used += 1;
            match items.element {
                Element::Value(ty) if is_leaf(ty) => self.leaf(ty, at)?,
                Element::Value(ty) => {
                    if self.leaves_tasks(Task::Items(items), |walk| walk.visit(ty, at))? {
                        return Ok(used);
                    }
                }
                Element::Pair(pair) => {
                    self.stack.push(Task::Items(items));
                    self.trace.put("(")?;
                    self.members(Row::Pair(pair), pair.layout(), at);
                    return Ok(used);
                }
            }
        }
        self.trace.put("]")?;
        Ok(used + 1)
    }

    /// Does the next members of a record or a tuple: those that leave no task behind, and one that does.
    fn members_on(&mut self, mut members: Members<'t>, units: u64) -> Result<u64, T::Error> {
        let (mut used, enough) = (0, self.trace.units() + units);
        while let Some((label, ty)) = members.row.get(members.next) {
            if used >= units || self.trace.units() >= enough {
                self.stack.push(Task::Members(members));
                return Ok(used);
            }
            used += 1;
            members.next += 1;
            let at = members.place.next_in(&self.decoder, ty.layout())?;
            // A field that is `none` is left out, as WAVE recommends. Its unused bytes are checked all the same.
            let is_left_out = match (label, ty) {
                (Some(_), Type::Option(_)) if T::WRITES => load_discriminant(&self.decoder, at, 2)? == 0,
                _ => false,
            };
            if is_left_out {
                if self.leaves_tasks(Task::Members(members), |walk| walk.payload("", None, 2, ty.layout(), at))? {
                    return Ok(used);
                }
                continue;
            }
            match (label, members.first) {
                (Some(_), true) => self.trace.put("{")?,
                (_, false) => self.trace.put(", ")?,
                (None, true) => {}
            }
            if let Some(label) = label {
                self.trace.put(label)?;
                self.trace.put(": ")?;
            }
            members.first = false;
            if is_leaf(ty) {
                self.leaf(ty, at)?;
            } else if self.leaves_tasks(Task::Members(members), |walk| walk.visit(ty, at))? {
                return Ok(used);
            }
        }
        members.place.finish(&self.decoder, members.record)?;
        self.trace.put(match (members.row, members.first) {
            (Row::Record(_), true) => "{:}",
            (Row::Record(_), false) => "}",
            _ => ")",
        })?;
        Ok(used + 1)
    }

    /// Begins with a part of a task. Gives whether that leaves tasks behind, which are done before the rest of the whole task then.
    #[inline]
    fn leaves_tasks(
        &mut self,
        rest: Task<'t>,
        begin: impl FnOnce(&mut Self) -> Result<(), T::Error>,
    ) -> Result<bool, T::Error> {
        let below = self.stack.len();
        self.stack.push(rest);
        begin(self)?;
        let left = self.stack.len() > below + 1;
        if !left {
            self.stack.truncate(below);
        }
        Ok(left)
    }

    /// Begins with a value: a leaf is done at once, and what consists of others becomes a task.
    fn visit(&mut self, ty: &'t Type, at: usize) -> Result<(), T::Error> {
        let ty = if T::WRITES { ty } else { ty.innermost() };
        match ty {
            _ if is_leaf(ty) => self.leaf(ty, at)?,
            Type::String => {
                let (pointer, length) = load_pointer(&mut self.decoder, at)?;
                let at = self.decoder.block(pointer, length, Layout::scalar(1))?;
                self.trace.put("\"")?;
                let length = length as usize;
                if length > SHORT {
                    self.stack.push(Task::Text { at, left: length });
                } else {
                    let _ = self.text(at, length)?;
                    self.trace.put("\"")?;
                }
            }
            Type::List(element) => {
                let (pointer, length) = load_pointer(&mut self.decoder, at)?;
                let at = self.decoder.block(pointer, length, element.layout())?;
                self.items(element, length, at)?;
            }
            Type::FixedList(list) => self.items(&list.element, list.length, at)?,
            Type::Map(pair) => {
                let layout = pair.layout();
                let (pointer, length) = load_pointer(&mut self.decoder, at)?;
                let at = self.decoder.block(pointer, length, layout)?;
                self.decoder.charge((length as usize).saturating_mul(parts(layout)))?;
                self.trace.put("[")?;
                let (element, size) = (Element::Pair(pair), layout.size as usize);
                self.stack.push(Task::Items(Items { element, at, size, left: length, first: true }));
            }
            Type::Record(_) | Type::Tuple(_) if !T::WRITES && ty.is_any_bytes() => {}
            Type::Record(fields) => self.members(Row::Record(fields), ty.layout(), at),
            Type::Tuple(members) => {
                self.trace.put("(")?;
                self.members(Row::Tuple(members), ty.layout(), at);
            }
            Type::Variant(cases) => {
                let Case { label, ty: payload } = &cases[load_discriminant(&self.decoder, at, cases.len())? as usize];
                self.trace.case(label)?;
                self.payload("", payload.as_ref(), cases.len(), ty.layout(), at)?;
            }
            Type::Option(payload) => match load_discriminant(&self.decoder, at, 2)? {
                0 => self.payload("none", None, 2, ty.layout(), at)?,
                _ => self.payload("some", Some(payload), 2, ty.layout(), at)?,
            },
            Type::Result(payloads) => match load_discriminant(&self.decoder, at, 2)? {
                0 => self.payload("ok", payloads.ok.as_ref(), 2, ty.layout(), at)?,
                _ => self.payload("err", payloads.err.as_ref(), 2, ty.layout(), at)?,
            },
            _ => {}
        }
        Ok(())
    }

    fn members(&mut self, row: Row<'t>, record: Layout, at: usize) {
        self.stack.push(Task::Members(Members { row, next: 0, place: params::Row::new(at), record, first: true }));
    }

    fn items(&mut self, element: &'t Type, length: u32, at: usize) -> Result<(), T::Error> {
        // The bounds of the block were checked before.
        if !T::WRITES && element.is_any_bytes() {
            return Ok(());
        }
        self.decoder.charge((length as usize).saturating_mul(parts(element.layout())))?;
        self.trace.put("[")?;
        let size = element.layout().size as usize;
        let element = Element::Value(if T::WRITES { element } else { element.innermost() });
        self.stack.push(Task::Items(Items { element, at, size, left: length, first: true }));
        Ok(())
    }

    /// Writes the `name` of a case, and makes a task of its payload, if it has one. The bytes that the case does not use are checked first.
    fn payload(
        &mut self,
        name: &str,
        payload: Option<&'t Type>,
        cases: usize,
        variant: Layout,
        at: usize,
    ) -> Result<(), T::Error> {
        self.trace.put(name)?;
        let place = at + payload_offset(cases, variant);
        self.decoder.padding(at + Layout::discriminant_size(cases) as usize, place)?;
        let (unused, end) = (place + payload.map_or(0, |ty| ty.layout().size as usize), at + variant.size as usize);
        let few = end - unused <= BYTES_PER_UNIT;
        if few {
            self.decoder.padding(unused, end)?;
        }
        match payload {
            Some(ty) if few && is_leaf(ty) => {
                self.trace.put("(")?;
                self.leaf(ty, place)?;
                self.trace.put(")")?;
            }
            Some(ty) => {
                self.trace.put("(")?;
                if T::WRITES {
                    self.stack.push(Task::Put(")"));
                }
                self.stack.push(Task::Value(ty, place));
            }
            None => {}
        }
        if !few {
            self.stack.push(Task::Zeros { at: unused, end });
        }
        Ok(())
    }

    /// Does a value that has no parts.
    fn leaf(&mut self, ty: &'t Type, at: usize) -> Result<(), T::Error> {
        match ty {
            Type::Enum(labels) => {
                let case = load_discriminant(&self.decoder, at, labels.len())?;
                self.trace.case(&labels[case as usize])
            }
            Type::Flags(labels) => {
                let bits = load_flags(&self.decoder, at, labels.len())?;
                if !T::WRITES {
                    return Ok(());
                }
                self.trace.put("{")?;
                let set = labels.iter().enumerate().filter(|(index, _)| bits >> index & 1 == 1);
                for (count, (_, label)) in set.enumerate() {
                    self.trace.put(if count > 0 { ", " } else { "" })?;
                    self.trace.put(label)?;
                }
                self.trace.put("}")
            }
            _ => self.trace.scalar(ty, &mut self.decoder, at),
        }
    }

    /// Does the next piece of a string of which `left` bytes are left.
    fn text_on(&mut self, at: usize, left: usize) -> Result<u64, T::Error> {
        let done = self.text(at, left)?;
        if done < left {
            self.stack.push(Task::Text { at: at + done, left: left - done });
        } else {
            self.trace.put("\"")?;
        }
        Ok(1 + (done / BYTES_PER_UNIT) as u64)
    }

    /// Does the first piece of the `left` bytes of a string, and gives its length.
    fn text(&mut self, at: usize, left: usize) -> Result<usize, T::Error> {
        let length = left.min(PIECE);
        let bytes = self.decoder.slice(at, length)?;
        let piece = match str::from_utf8(bytes) {
            Ok(piece) => piece,
            // The piece ends within a character, with which the next one begins.
            Err(error) if error.error_len().is_none() && length < left => {
                str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default()
            }
            Err(error) => return Err(self.decoder.malformed(Rule::Utf8, at + error.valid_up_to()).into()),
        };
        self.trace.quoted(piece)?;
        Ok(piece.len())
    }
}

/// Whether a value of the type has no parts, and no bytes elsewhere.
fn is_leaf(ty: &Type) -> bool {
    !matches!(
        ty,
        Type::String
            | Type::List(_)
            | Type::FixedList(_)
            | Type::Map(_)
            | Type::Record(_)
            | Type::Tuple(_)
            | Type::Variant(_)
            | Type::Option(_)
            | Type::Result(_)
    )
}
