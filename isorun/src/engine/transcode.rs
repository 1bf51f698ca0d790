//! Moves a value from one medium to another along a component's own type tables, without building it.
//!
//! This is how two guests in two stores exchange values whose types no Rust program knows: guest memory to image, image to guest
//! memory. Which checks apply is the media's business: a strict source refuses what no canonical `store` writes.

use wasmtime::component::__internal::InterfaceType;
use wasmtime::component::__internal::wasmtime_environ::component::{CanonicalAbiInfo, ComponentTypes};
use wasmtime::{Error, Result};

use crate::image::malformed::Rule;
use crate::image::medium::{Sink, Source};
use crate::types::layout::Layout;

/// The type tables of a component.
#[derive(Clone, Copy)]
pub(crate) struct Types<'t>(pub(crate) &'t ComponentTypes);

impl<'t> Types<'t> {
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

    /// The fields of a record or tuple; nothing for other types.
    fn fields(self, ty: InterfaceType) -> Fields<'t> {
        match ty {
            InterfaceType::Record(i) => Fields::Record(self.0[i].fields.iter()),
            InterfaceType::Tuple(i) => Fields::Tuple(self.0[i].types.iter()),
            InterfaceType::FixedLengthList(i) => Fields::Same(self.0[i].element, self.0[i].size),
            _ => Fields::Same(ty, 0),
        }
    }

    /// How many cases a variant-like type has, where their payload lies, and the payload of case `index`.
    fn case(self, ty: InterfaceType, index: Option<usize>) -> (usize, u32, Option<InterfaceType>) {
        let pick = |cases: [Option<InterfaceType>; 2]| index.and_then(|index| cases.get(index).copied().flatten());
        match ty {
            InterfaceType::Variant(i) => {
                let payload =
                    index.and_then(|index| self.0[i].cases.get_index(index)).and_then(|(_, payload)| *payload);
                (self.0[i].cases.len(), self.0[i].info.payload_offset32, payload)
            }
            InterfaceType::Enum(i) => (self.0[i].names.len(), self.0[i].info.payload_offset32, None),
            InterfaceType::Option(i) => (2, self.0[i].info.payload_offset32, pick([None, Some(self.0[i].ty)])),
            InterfaceType::Result(i) => (2, self.0[i].info.payload_offset32, pick([self.0[i].ok, self.0[i].err])),
            _ => (0, 0, None),
        }
    }
}

fn layout(abi: &CanonicalAbiInfo) -> Layout {
    // A type with more core values than wasmtime counts is always passed through memory.
    Layout { size: abi.size32, align: abi.align32, flat: abi.flat_count.map_or(u32::MAX, u32::from) }
}

enum Fields<'t> {
    Record(core::slice::Iter<'t, wasmtime::component::__internal::wasmtime_environ::component::RecordField>),
    Tuple(core::slice::Iter<'t, InterfaceType>),
    Same(InterfaceType, u32),
}

impl Iterator for Fields<'_> {
    type Item = InterfaceType;

    fn next(&mut self) -> Option<InterfaceType> {
        match self {
            Fields::Record(fields) => fields.next().map(|field| field.ty),
            Fields::Tuple(types) => types.next().copied(),
            Fields::Same(_, 0) => None,
            Fields::Same(ty, left) => {
                *left -= 1;
                Some(*ty)
            }
        }
    }
}

/// From `source` at `from` to `sink` at `to`.
pub(crate) fn memory<I: Source, O: Sink>(
    types: Types<'_>,
    ty: InterfaceType,
    source: &mut I,
    from: usize,
    sink: &mut O,
    to: usize,
) -> Result<()>
where
    Error: From<I::Error> + From<O::Error>,
{
    match ty {
        InterfaceType::String => {
            let (pointer, length) = string(source, pair_at(source, from)?, sink)?;
            write_pair(sink, to, pointer, length)?;
        }
        InterfaceType::List(_) | InterfaceType::Map(_) => {
            let (pointer, length) = list(types, ty, source, pair_at(source, from)?, sink)?;
            write_pair(sink, to, pointer, length)?;
        }
        InterfaceType::FixedLengthList(_) if plain(types, ty) => {
            sink.write(to, source.slice(from, types.layout(ty).size as usize)?)?;
        }
        InterfaceType::Record(_) | InterfaceType::Tuple(_) | InterfaceType::FixedLengthList(_) => {
            let mut end = 0;
            for field in types.fields(ty) {
                let layout = types.layout(field);
                let at = align(end, layout.align);
                source.padding(from + end, from + at)?;
                memory(types, field, source, from + at, sink, to + at)?;
                end = at + layout.size as usize;
            }
            source.padding(from + end, from + types.layout(ty).size as usize)?;
        }
        InterfaceType::Variant(_) | InterfaceType::Enum(_) | InterfaceType::Option(_) | InterfaceType::Result(_) => {
            let (cases, offset, _) = types.case(ty, None);
            let width = Layout::discriminant_size(cases) as usize;
            let index = read(source, from, width)?;
            let payload = case(types, ty, source, index, from)?;
            write(sink, to, index, width)?;
            let (offset, mut end) = (offset as usize, width);
            if let Some(payload) = payload {
                source.padding(from + width, from + offset)?;
                memory(types, payload, source, from + offset, sink, to + offset)?;
                end = offset + types.layout(payload).size as usize;
            }
            source.padding(from + end, from + types.layout(ty).size as usize)?;
        }
        scalar => {
            let width = types.layout(scalar).size as usize;
            let bits = normal::<I, O>(types, scalar, source, read(source, from, width)?, from)?;
            write(sink, to, bits, width)?;
        }
    }
    Ok(())
}

/// From core values, whose strings and lists lie in `source`, to `sink` at `to`.
pub(crate) fn from_flat<I: Source, O: Sink>(
    types: Types<'_>,
    ty: InterfaceType,
    source: &mut I,
    flat: &[u64],
    sink: &mut O,
    to: usize,
) -> Result<()>
where
    Error: From<I::Error> + From<O::Error>,
{
    match ty {
        InterfaceType::String => {
            let (pointer, length) = string(source, (flat[0] as u32, flat[1] as u32), sink)?;
            write_pair(sink, to, pointer, length)?;
        }
        InterfaceType::List(_) | InterfaceType::Map(_) => {
            let (pointer, length) = list(types, ty, source, (flat[0] as u32, flat[1] as u32), sink)?;
            write_pair(sink, to, pointer, length)?;
        }
        InterfaceType::Record(_) | InterfaceType::Tuple(_) | InterfaceType::FixedLengthList(_) => {
            let (mut end, mut first) = (0, 0);
            for field in types.fields(ty) {
                let layout = types.layout(field);
                let at = align(end, layout.align);
                let last = first + layout.flat as usize;
                from_flat(types, field, source, &flat[first..last], sink, to + at)?;
                (end, first) = (at + layout.size as usize, last);
            }
        }
        InterfaceType::Variant(_) | InterfaceType::Enum(_) | InterfaceType::Option(_) | InterfaceType::Result(_) => {
            let (cases, offset, _) = types.case(ty, None);
            let index = u64::from(flat[0] as u32);
            let payload = case(types, ty, source, index, 0)?;
            write(sink, to, index, Layout::discriminant_size(cases) as usize)?;
            if let Some(payload) = payload {
                let last = 1 + types.layout(payload).flat as usize;
                from_flat(types, payload, source, &flat[1..last], sink, to + offset as usize)?;
            }
        }
        scalar => {
            let width = types.layout(scalar).size as usize;
            let bits = normal::<I, O>(types, scalar, source, truncate(scalar, flat[0]), 0)?;
            write(sink, to, bits, width)?;
        }
    }
    Ok(())
}

/// From `source` at `from` to core values, whose strings and lists go into `sink`. `flat` is zeroed.
pub(crate) fn to_flat<I: Source, O: Sink>(
    types: Types<'_>,
    ty: InterfaceType,
    source: &mut I,
    from: usize,
    sink: &mut O,
    flat: &mut [u64],
) -> Result<()>
where
    Error: From<I::Error> + From<O::Error>,
{
    match ty {
        InterfaceType::String => {
            let (pointer, length) = string(source, pair_at(source, from)?, sink)?;
            (flat[0], flat[1]) = (pointer.into(), length.into());
        }
        InterfaceType::List(_) | InterfaceType::Map(_) => {
            let (pointer, length) = list(types, ty, source, pair_at(source, from)?, sink)?;
            (flat[0], flat[1]) = (pointer.into(), length.into());
        }
        InterfaceType::Record(_) | InterfaceType::Tuple(_) | InterfaceType::FixedLengthList(_) => {
            let (mut end, mut first) = (0, 0);
            for field in types.fields(ty) {
                let layout = types.layout(field);
                let at = align(end, layout.align);
                let last = first + layout.flat as usize;
                source.padding(from + end, from + at)?;
                to_flat(types, field, source, from + at, sink, &mut flat[first..last])?;
                (end, first) = (at + layout.size as usize, last);
            }
            source.padding(from + end, from + types.layout(ty).size as usize)?;
        }
        InterfaceType::Variant(_) | InterfaceType::Enum(_) | InterfaceType::Option(_) | InterfaceType::Result(_) => {
            let (cases, offset, _) = types.case(ty, None);
            let width = Layout::discriminant_size(cases) as usize;
            let index = read(source, from, width)?;
            let payload = case(types, ty, source, index, from)?;
            flat[0] = index;
            let (offset, mut end) = (offset as usize, width);
            if let Some(payload) = payload {
                let layout = types.layout(payload);
                source.padding(from + width, from + offset)?;
                to_flat(types, payload, source, from + offset, sink, &mut flat[1..1 + layout.flat as usize])?;
                end = offset + layout.size as usize;
            }
            source.padding(from + end, from + types.layout(ty).size as usize)?;
        }
        scalar => {
            let width = types.layout(scalar).size as usize;
            let bits = normal::<I, O>(types, scalar, source, read(source, from, width)?, from)?;
            flat[0] = extend(scalar, bits);
        }
    }
    Ok(())
}

/// Copies the text behind a pointer; gives where it lies in `sink`.
fn string<I: Source, O: Sink>(source: &mut I, (pointer, length): (u32, u32), sink: &mut O) -> Result<(u32, u32)>
where
    Error: From<I::Error> + From<O::Error>,
{
    let text = source.text(pointer, length)?;
    Ok(sink.string(&text)?)
}

/// Copies the elements behind a pointer; gives where they lie in `sink`.
fn list<I: Source, O: Sink>(
    types: Types<'_>,
    ty: InterfaceType,
    source: &mut I,
    (pointer, length): (u32, u32),
    sink: &mut O,
) -> Result<(u32, u32)>
where
    Error: From<I::Error> + From<O::Error>,
{
    let (element, entry) = match ty {
        InterfaceType::Map(i) => {
            let map = &types.0[i];
            (layout(&map.entry_abi), Some((map.key, map.value, map.value_offset32 as usize)))
        }
        InterfaceType::List(i) => (types.layout(types.0[i].element), None),
        _ => return Ok((0, 0)),
    };
    let from = source.block(pointer, length, element)?;
    // The type may have a million parts. Where there is an element, its bytes have been paid for; an empty list is free.
    if matches!(ty, InterfaceType::List(i) if length > 0 && plain(types, types.0[i].element)) {
        let bytes = source.slice(from, length as usize * element.size as usize)?;
        return Ok((sink.block_of(length as usize, element, bytes)?, length));
    }
    let (placed, to) = sink.block(length as usize, element)?;
    for index in 0..length as usize {
        let at = index * element.size as usize;
        match (ty, entry) {
            (_, Some((key, value, offset))) => {
                let key_end = types.layout(key).size as usize;
                let value_end = offset + types.layout(value).size as usize;
                memory(types, key, source, from + at, sink, to + at)?;
                source.padding(from + at + key_end, from + at + offset)?;
                memory(types, value, source, from + at + offset, sink, to + at + offset)?;
                source.padding(from + at + value_end, from + at + element.size as usize)?;
            }
            (InterfaceType::List(i), None) => memory(types, types.0[i].element, source, from + at, sink, to + at)?,
            _ => {}
        }
    }
    Ok((placed, length))
}

/// Whether every bit pattern is a value that stands for itself, so that a list can be copied whole:
/// integers, and records of them without padding.
fn plain(types: Types<'_>, ty: InterfaceType) -> bool {
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
        InterfaceType::FixedLengthList(i) => plain(types, types.0[i].element),
        InterfaceType::Record(_) | InterfaceType::Tuple(_) => {
            let mut end = 0;
            for field in types.fields(ty) {
                let layout = types.layout(field);
                if align(end, layout.align) != end || !plain(types, field) {
                    return false;
                }
                end += layout.size as usize;
            }
            end == types.layout(ty).size as usize
        }
        _ => false,
    }
}

/// The payload type of the case with discriminant `index`.
fn case<I: Source>(
    types: Types<'_>,
    ty: InterfaceType,
    source: &I,
    index: u64,
    at: usize,
) -> Result<Option<InterfaceType>, I::Error> {
    let index = usize::try_from(index).unwrap_or(usize::MAX);
    let (cases, _, payload) = types.case(ty, Some(index));
    if index >= cases {
        return Err(source.malformed(Rule::Discriminant, at));
    }
    Ok(payload)
}

/// Checks a scalar and gives the bits that `sink` is to hold.
#[inline]
fn normal<I: Source, O: Sink>(
    types: Types<'_>,
    ty: InterfaceType,
    source: &I,
    bits: u64,
    at: usize,
) -> Result<u64, I::Error> {
    let canonical = |nan: bool, bits: u64, quiet: u64| match (nan && bits != quiet, I::STRICT, O::STRICT) {
        (true, true, _) => Err(source.malformed(Rule::Nan, at)),
        (true, false, true) => Ok(quiet),
        _ => Ok(bits),
    };
    match ty {
        InterfaceType::Bool if I::STRICT && bits > 1 => Err(source.malformed(Rule::Bool, at)),
        InterfaceType::Bool => Ok((bits != 0).into()),
        InterfaceType::Char => match char::from_u32(bits as u32) {
            Some(_) => Ok(bits),
            None => Err(source.malformed(Rule::Char, at)),
        },
        InterfaceType::Float32 => canonical(f32::from_bits(bits as u32).is_nan(), bits, 0x7fc0_0000),
        InterfaceType::Float64 => canonical(f64::from_bits(bits).is_nan(), bits, 0x7ff8_0000_0000_0000),
        InterfaceType::Flags(i) => {
            let labels = types.0[i].names.len();
            let used = if labels >= 64 { u64::MAX } else { (1 << labels) - 1 };
            match bits & !used {
                0 => Ok(bits),
                _ if I::STRICT => Err(source.malformed(Rule::Flags, at)),
                _ => Ok(bits & used),
            }
        }
        _ => Ok(bits),
    }
}

/// Cuts a core value down to the bits that its type uses.
#[inline]
fn truncate(ty: InterfaceType, bits: u64) -> u64 {
    match ty {
        InterfaceType::S8 | InterfaceType::U8 => bits & 0xff,
        InterfaceType::S16 | InterfaceType::U16 => bits & 0xffff,
        InterfaceType::S64 | InterfaceType::U64 | InterfaceType::Float64 => bits,
        _ => bits & 0xffff_ffff,
    }
}

/// The core value of a scalar: a signed one keeps its sign in 32 bits.
#[inline]
fn extend(ty: InterfaceType, bits: u64) -> u64 {
    match ty {
        InterfaceType::S8 => u64::from(i32::from(bits as i8) as u32),
        InterfaceType::S16 => u64::from(i32::from(bits as i16) as u32),
        _ => bits,
    }
}

fn align(offset: usize, align: u32) -> usize {
    offset.next_multiple_of(align as usize)
}

#[inline]
fn read<I: Source>(source: &I, at: usize, width: usize) -> Result<u64, I::Error> {
    Ok(match width {
        1 => u8::from_le_bytes(source.bytes(at)?).into(),
        2 => u16::from_le_bytes(source.bytes(at)?).into(),
        4 => u32::from_le_bytes(source.bytes(at)?).into(),
        _ => u64::from_le_bytes(source.bytes(at)?),
    })
}

#[inline]
fn write<O: Sink>(sink: &mut O, at: usize, bits: u64, width: usize) -> Result<(), O::Error> {
    sink.write(at, &bits.to_le_bytes()[..width])
}

fn pair_at<I: Source>(source: &I, at: usize) -> Result<(u32, u32), I::Error> {
    Ok((u32::from_le_bytes(source.bytes(at)?), u32::from_le_bytes(source.bytes(at + 4)?)))
}

fn write_pair<O: Sink>(sink: &mut O, at: usize, pointer: u32, length: u32) -> Result<(), O::Error> {
    let bits = u64::from(pointer) | u64::from(length) << 32;
    sink.write(at, &bits.to_le_bytes())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use crate::Runtime;

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
