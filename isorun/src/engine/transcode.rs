//! Moves a value from one medium to another along a component's own type tables, without building it.
//!
//! This is how two guests in two stores exchange values whose types no Rust program knows: guest memory to image, image to guest
//! memory. There is one walk for all of it, which goes along the types. What depends on where the value lies on either side, at an
//! index of a medium or in core values, is left to its [place]. Which checks apply is the media's business: a strict source refuses
//! what no canonical `store` writes.

mod place;

use core::iter::repeat_n;

use wasmtime::component::__internal::InterfaceType;
use wasmtime::component::__internal::wasmtime_environ::component::{CanonicalAbiInfo, ComponentTypes, RecordField};
use wasmtime::{Error, Result, bail};

pub(crate) use self::place::At;
use self::place::{LiftFrom, LowerTo};
use crate::image::codec::{Lift, Lower};
use crate::image::medium::{Sink, Source};
use crate::image::weight::NODE;
use crate::types::layout::{Layout, align_up};

/// The type tables of a component.
#[derive(Clone, Copy)]
pub(crate) struct Types<'t>(pub(crate) &'t ComponentTypes);

impl Types<'_> {
    pub(crate) fn layout(self, ty: InterfaceType) -> Layout {
        layout(self.0.canonical_abi(&ty))
    }

    /// The only field of a record or tuple of one, which lies where the whole does; else the type itself.
    #[inline]
    pub(crate) fn innermost(self, ty: InterfaceType) -> InterfaceType {
        match ty {
            InterfaceType::Tuple(i) => match &self.0[i].types[..] {
                [only] => self.innermost(*only),
                _ => ty,
            },
            InterfaceType::Record(i) => match &self.0[i].fields[..] {
                [only] => self.innermost(only.ty),
                _ => ty,
            },
            _ => ty,
        }
    }

    /// Whether every bit pattern is a value that stands for itself, so that a list can be copied whole: integers, and records of them
    /// without padding.
    fn is_plain(self, ty: InterfaceType) -> bool {
        #[cfg(test)]
        tests::LOOKS.set(tests::LOOKS.get() + 1);
        match ty {
            InterfaceType::S8
            | InterfaceType::U8
            | InterfaceType::S16
            | InterfaceType::U16
            | InterfaceType::S32
            | InterfaceType::U32
            | InterfaceType::S64
            | InterfaceType::U64 => true,
            // Elements lie side by side, so one stands for all; their number is the component's to choose, and may be millions.
            InterfaceType::FixedLengthList(i) => self.is_plain(self.0[i].element),
            InterfaceType::Record(i) => self.are_plain(self.0[i].fields.iter().map(field_type), self.layout(ty)),
            InterfaceType::Tuple(i) => self.are_plain(self.0[i].types.iter().copied(), self.layout(ty)),
            _ => false,
        }
    }

    /// Whether the fields of this record are plain and leave no padding.
    fn are_plain(self, fields: impl Iterator<Item = InterfaceType>, record: Layout) -> bool {
        let mut end = 0;
        for field in fields {
            let layout = self.layout(field);
            if align_up(end, layout.align) != end || !self.is_plain(field) {
                return false;
            }
            end += layout.size;
        }
        end == record.size
    }
}

fn layout(abi: &CanonicalAbiInfo) -> Layout {
    // A type with more core values than wasmtime counts is always passed through memory.
    Layout { size: abi.size32, align: abi.align32, flat: abi.flat_count.map_or(u32::MAX, u32::from) }
}

fn field_type(field: &RecordField) -> InterfaceType {
    field.ty
}

/// Two media, and the types of what is moved between them.
pub(crate) struct Transcoder<'a, I, O> {
    types: Types<'a>,
    source: &'a mut I,
    sink: &'a mut O,
    /// Parts of the value that were visited since the source was told of them.
    visited: usize,
}

/// How many parts are visited before the source is told of them: a few more than are part of the price of a call.
const UNTOLD: usize = 64;

impl<'a, I: Source, O: Sink> Transcoder<'a, I, O>
where
    Error: From<I::Error> + From<O::Error>,
{
    pub(crate) fn new(types: Types<'a>, source: &'a mut I, sink: &'a mut O) -> Self {
        Transcoder { types, source, sink, visited: 0 }
    }

    /// Moves the value of type `ty` at `from` to `to`.
    pub(crate) fn value<F: LiftFrom<I>, T: LowerTo<O>>(&mut self, ty: InterfaceType, from: F, to: T) -> Result<()> {
        // A type can be deep where its values have no bytes of their own for it, so its parts are counted, and not only bytes.
        self.visited += 1;
        if self.visited > UNTOLD {
            // A value that passes from app to app is walked twice: out of the one, and into the other.
            self.source.charge(2 * NODE * std::mem::take(&mut self.visited))?;
        }
        let types = self.types.0;
        match ty {
            InterfaceType::Bool => self.scalar::<bool>(from, to),
            InterfaceType::S8 => self.scalar::<i8>(from, to),
            InterfaceType::U8 => self.scalar::<u8>(from, to),
            InterfaceType::S16 => self.scalar::<i16>(from, to),
            InterfaceType::U16 => self.scalar::<u16>(from, to),
            InterfaceType::S32 => self.scalar::<i32>(from, to),
            InterfaceType::U32 => self.scalar::<u32>(from, to),
            InterfaceType::S64 => self.scalar::<i64>(from, to),
            InterfaceType::U64 => self.scalar::<u64>(from, to),
            InterfaceType::Float32 => self.scalar::<f32>(from, to),
            InterfaceType::Float64 => self.scalar::<f64>(from, to),
            InterfaceType::Char => self.scalar::<char>(from, to),
            InterfaceType::String => {
                let (pointer, length) = from.pointer(self.source)?;
                let text = self.source.text(pointer, length)?;
                Ok(to.value(self.sink, &*text)?)
            }
            InterfaceType::List(i) => {
                let (pointer, length) = from.pointer(self.source)?;
                let placed = self.list(types[i].element, pointer, length)?;
                Ok(to.pointer(self.sink, placed, length)?)
            }
            InterfaceType::Map(i) => {
                let map = &types[i];
                let (pointer, length) = from.pointer(self.source)?;
                let placed = self.map([map.key, map.value], layout(&map.entry_abi), pointer, length)?;
                Ok(to.pointer(self.sink, placed, length)?)
            }
            InterfaceType::FixedLengthList(i) => {
                let list = &types[i];
                match (from.index(), to.index()) {
                    (Some(from), Some(to)) if self.types.is_plain(list.element) => {
                        self.source.charge(list.abi.size32 as usize)?;
                        Ok(self.sink.write(to, self.source.slice(from, list.abi.size32 as usize)?)?)
                    }
                    _ => self.fields(repeat_n(list.element, list.size as usize), layout(&list.abi), from, to),
                }
            }
            InterfaceType::Record(i) => {
                let record = &types[i];
                self.fields(record.fields.iter().map(field_type), layout(&record.abi), from, to)
            }
            InterfaceType::Tuple(i) => {
                let tuple = &types[i];
                self.fields(tuple.types.iter().copied(), layout(&tuple.abi), from, to)
            }
            InterfaceType::Variant(i) => {
                let variant = &types[i];
                let payload = |case| variant.cases.get_index(case).and_then(|(_, payload)| *payload);
                self.variant(variant.cases.len(), payload, layout(&variant.abi), from, to)
            }
            InterfaceType::Enum(i) => {
                let labels = &types[i];
                self.variant(labels.names.len(), |_| None, layout(&labels.abi), from, to)
            }
            InterfaceType::Option(i) => {
                let option = &types[i];
                self.variant(2, |case| (case == 1).then_some(option.ty), layout(&option.abi), from, to)
            }
            InterfaceType::Result(i) => {
                let result = &types[i];
                self.variant(2, |case| if case == 0 { result.ok } else { result.err }, layout(&result.abi), from, to)
            }
            InterfaceType::Flags(i) => {
                let labels = types[i].names.len();
                let bits = from.flags(self.source, labels)?;
                Ok(to.flags(self.sink, labels, bits)?)
            }
            InterfaceType::Own(_)
            | InterfaceType::Borrow(_)
            | InterfaceType::Future(_)
            | InterfaceType::Stream(_)
            | InterfaceType::ErrorContext(_) => bail!(REFUSED),
        }
    }

    #[inline]
    fn scalar<V: Lift + Lower>(&mut self, from: impl LiftFrom<I>, to: impl LowerTo<O>) -> Result<()> {
        let value: V = from.scalar(self.source)?;
        Ok(to.value(self.sink, &value)?)
    }

    /// Moves the elements of a list; gives the pointer to them in the sink.
    fn list(&mut self, ty: InterfaceType, pointer: u32, length: u32) -> Result<u32> {
        let ty = self.types.innermost(ty);
        let element = self.types.layout(ty);
        let (length, size) = (length as usize, element.size as usize);
        let from = self.source.block(pointer, length as u32, element)?;
        // The type may have a million parts. Where there is an element, its bytes have been paid for; an empty list is free.
        if length > 0 && self.types.is_plain(ty) {
            let bytes = self.source.slice(from, length * size)?;
            return Ok(self.sink.block_of(length, element, bytes)?);
        }
        let (placed, to) = self.sink.block(length, element)?;
        for at in (0..length).map(|index| index * size) {
            self.value(ty, At(from + at), At(to + at))?;
        }
        Ok(placed)
    }

    /// Moves the entries of a map, each of which is a tuple of key and value; gives the pointer to them in the sink.
    fn map(&mut self, types: [InterfaceType; 2], entry: Layout, pointer: u32, length: u32) -> Result<u32> {
        let (length, size) = (length as usize, entry.size as usize);
        let from = self.source.block(pointer, length as u32, entry)?;
        let (placed, to) = self.sink.block(length, entry)?;
        for at in (0..length).map(|index| index * size) {
            self.fields(types.into_iter(), entry, At(from + at), At(to + at))?;
        }
        Ok(placed)
    }

    /// Moves the fields of a record, one after the other.
    fn fields<F: LiftFrom<I>, T: LowerTo<O>>(
        &mut self,
        types: impl Iterator<Item = InterfaceType>,
        record: Layout,
        from: F,
        to: T,
    ) -> Result<()> {
        let (mut from, mut to) = (from.fields(), to.fields());
        for ty in types {
            let field = self.types.layout(ty);
            let place = F::next(&mut from, self.source, field)?;
            self.value(ty, place, T::next(&mut to, field))?;
        }
        Ok(F::finish(from, self.source, record)?)
    }

    /// Moves a variant, whose cases have the payloads that `payload` gives.
    fn variant<F: LiftFrom<I>, T: LowerTo<O>>(
        &mut self,
        cases: usize,
        payload: impl FnOnce(usize) -> Option<InterfaceType>,
        variant: Layout,
        from: F,
        mut to: T,
    ) -> Result<()> {
        let case = from.discriminant(self.source, cases)?;
        to.discriminant(self.sink, cases, case)?;
        let payload = payload(case as usize);
        let place = payload.map_or(Layout::EMPTY, |ty| self.types.layout(ty));
        let from = from.payload(self.source, cases, variant, place)?;
        match payload {
            Some(ty) => self.value(ty, from, to.payload(cases, variant)),
            None => Ok(()),
        }
    }
}

/// Such a type is refused when an app is added, so no function that has one can be called.
const REFUSED: &str = "a value of a type that isorun refuses was passed between guests; this is a bug of isorun";

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use crate::runtime::Runtime;

    thread_local! {
        /// How often a type was looked at to see whether it is plain.
        pub(super) static LOOKS: Cell<u64> = const { Cell::new(0) };
    }

    const OPTIONS: &str = r#"(memory (core memory $code "memory")) (realloc (core func $code "realloc"))"#;

    /// How often types are looked at when a guest passes so many lists to another, of which the first has so many elements and the
    /// others none.
    async fn looks(wit: &str, types: &str, lists: u32, elements: u32) -> u64 {
        let parameter = format!("{types} (type $lists (list (list $element)))");
        let memory = r#"(memory (export "memory") 32)
            (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0x100000))"#;
        let provider = format!(
            r#"(component {parameter}
                (core module $code {memory} (func (export "take") (param i32 i32)))
                (core instance $code (instantiate $code))
                (func $take (param "v" $lists) (canon lift (core func $code "take") {OPTIONS}))
                (instance $sink (export "take" (func $take)))
                (export "test:plain/sink" (instance $sink)))"#
        );
        let guest = format!(
            r#"(component {parameter}
                (import "test:plain/sink" (instance $sink (export "take" (func (param "v" $lists)))))
                (core module $memory {memory})
                (core instance $code (instantiate $memory))
                (core func $take (canon lower (func $sink "take") {OPTIONS}))
                (core module $run
                    (import "" "memory" (memory 32))
                    (import "" "take" (func $take (param i32 i32)))
                    (func (export "run")
                        (i32.store (i32.const 4) (i32.const {elements}))
                        (call $take (i32.const 0) (i32.const {lists}))))
                (core instance $run (instantiate $run
                    (with "" (instance (export "memory" (memory $code "memory")) (export "take" (func $take))))))
                (func (export "run") (canon lift (core func $run "run"))))"#
        );
        let runtime = Runtime::builder().max_stores(2).build().unwrap();
        let wit = format!("package test:plain; interface sink {{ {wit} take: func(v: list<list<element>>); }}");
        runtime.register_wit(&wit).unwrap();
        let provider = runtime.add_app("provider", &wat::parse_str(&provider).unwrap()).await.unwrap();
        let provider = runtime.instantiate(&provider).await.unwrap();
        let guest = runtime.add_app("guest", &wat::parse_str(&guest).unwrap()).await.unwrap();
        let guest = runtime.instantiate(&guest).with(&provider).await.unwrap();
        LOOKS.set(0);
        guest.call("run", "()").await.unwrap();
        LOOKS.get()
    }

    /// The component chooses its types and how many lists it passes, and neither costs it fuel.
    #[tokio::test]
    async fn a_large_type_is_not_looked_at_for_lists_that_are_empty() {
        let long = ("type element = list<u8, 268435455>;", "(type $element (list u8 268435455))");
        assert!(looks(long.0, long.1, 10_000, 0).await < 10, "a long list of fixed length");
        // Ten levels of pairs: a thousand parts.
        let mut wit = "type e0 = tuple<u8, u8>;".to_owned();
        let mut wat = "(type $e0 (tuple u8 u8))".to_owned();
        for level in 1..10 {
            let inner = level - 1;
            wit.push_str(&format!("type e{level} = tuple<e{inner}, e{inner}>;"));
            wat.push_str(&format!("(type $e{level} (tuple $e{inner} $e{inner}))"));
        }
        wit.push_str("type element = e9;");
        wat.push_str("(type $element (tuple $e9))");
        let wit = wit.replace("= e9", "= tuple<e9>");
        assert!(looks(&wit, &wat, 10_000, 0).await < 10, "a type of many parts");
        assert!(looks(&wit, &wat, 10_000, 1).await > 1000, "looks are counted");
    }

    #[tokio::test]
    async fn one_element_stands_for_all_of_a_list_of_fixed_length() {
        let (wit, wat) = ("type element = list<u8, 100000>;", "(type $element (list u8 100000))");
        assert!(looks(wit, wat, 1, 1).await < 10);
    }
}
