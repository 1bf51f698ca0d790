//! Checking an image without making a value of it.
//!
//! What a peer sends is checked before a guest sees any of it. That takes no memory, and for lists of integers hardly
//! any time: their block is skipped, because every bit pattern is a value.

use super::codec::{Lift, load_discriminant, load_flags, payload_place};
use super::containers::load_pointer;
use super::decode::Decoder;
use super::malformed::Malformed;
use super::medium::Source;
use super::params::Row;
use crate::interface::function::Function;
use crate::types::Type;
use crate::types::layout::Layout;

/// Checks that `body` is the image of parameters of `function`.
///
/// # Errors
///
/// [`Malformed`], exactly if [`decode_params`](super::decode::decode_params) would fail.
pub(crate) fn check_params(function: &Function, body: &[u8]) -> Result<(), Malformed> {
    let layout = function.params_layout();
    let mut decoder = Decoder::new(body, layout)?;
    check_row(function.params().iter().map(|param| &param.ty), layout, &mut decoder, 0)?;
    decoder.finish()
}

/// Checks that `body` is the image of a result of `function`; it must be empty if the function has no result.
///
/// # Errors
///
/// [`Malformed`], exactly if [`decode`](super::decode::decode) would fail.
pub(crate) fn check_result(function: &Function, body: &[u8]) -> Result<(), Malformed> {
    let mut decoder = Decoder::new(body, function.result_layout())?;
    if let Some(ty) = function.result() {
        check(ty, &mut decoder, 0)?;
    }
    decoder.finish()
}

/// Checks the value of type `ty` at `at`.
pub(super) fn check(ty: &Type, source: &mut Decoder<'_>, at: usize) -> Result<(), Malformed> {
    match ty {
        // Every bit pattern is a value, and the bounds of the block were checked before.
        Type::S8 | Type::U8 | Type::S16 | Type::U16 | Type::S32 | Type::U32 | Type::S64 | Type::U64 => Ok(()),
        Type::Bool => bool::load(source, at).map(drop),
        Type::F32 => f32::load(source, at).map(drop),
        Type::F64 => f64::load(source, at).map(drop),
        Type::Char => char::load(source, at).map(drop),
        Type::String => {
            let (pointer, length) = load_pointer(source, at)?;
            source.str(pointer, length).map(drop)
        }
        Type::List(element) => {
            let (pointer, length) = load_pointer(source, at)?;
            let block = source.block(pointer, length, element.layout())?;
            check_items(element, length, source, block)
        }
        Type::FixedList(list) => check_items(&list.element, list.length, source, at),
        Type::Map(types) => {
            let pair = Layout::record(&[types.key.layout(), types.value.layout()]);
            let (pointer, length) = load_pointer(source, at)?;
            let block = source.block(pointer, length, pair)?;
            for index in 0..length as usize {
                check_row([&types.key, &types.value], pair, source, block + index * pair.size as usize)?;
            }
            Ok(())
        }
        Type::Record(fields) => check_row(fields.iter().map(|field| &field.ty), ty.layout(), source, at),
        Type::Tuple(members) => check_row(members.iter(), ty.layout(), source, at),
        Type::Variant(cases) => {
            let case = load_discriminant(source, at, cases.len())?;
            check_payload(cases[case as usize].ty.as_ref(), cases.len(), ty.layout(), source, at)
        }
        Type::Enum(labels) => load_discriminant(source, at, labels.len()).map(drop),
        Type::Flags(labels) => load_flags(source, at, labels.len()).map(drop),
        Type::Option(payload) => {
            let some = load_discriminant(source, at, 2)? == 1;
            check_payload(some.then_some(payload), 2, ty.layout(), source, at)
        }
        Type::Result(payloads) => {
            let ok = load_discriminant(source, at, 2)? == 0;
            let payload = if ok { &payloads.ok } else { &payloads.err };
            check_payload(payload.as_ref(), 2, ty.layout(), source, at)
        }
    }
}

fn check_row<'t>(
    types: impl IntoIterator<Item = &'t Type>,
    record: Layout,
    source: &mut Decoder<'_>,
    at: usize,
) -> Result<(), Malformed> {
    let mut row = Row::new(at);
    for ty in types {
        let at = row.next_in(source, ty.layout())?;
        check(ty, source, at)?;
    }
    row.finish(source, record)
}

fn check_items(element: &Type, length: u32, source: &mut Decoder<'_>, at: usize) -> Result<(), Malformed> {
    if is_any_bits(element) {
        return Ok(());
    }
    let size = element.layout().size as usize;
    (0..length as usize).try_for_each(|index| check(element, source, at + index * size))
}

fn check_payload(
    payload: Option<&Type>,
    cases: usize,
    variant: Layout,
    source: &mut Decoder<'_>,
    at: usize,
) -> Result<(), Malformed> {
    let place = payload_place(source, at, cases, variant, payload.map_or(Layout::EMPTY, Type::layout))?;
    payload.map_or(Ok(()), |ty| check(ty, source, place))
}

/// Whether every bit pattern is a value of the type.
fn is_any_bits(ty: &Type) -> bool {
    matches!(ty, Type::S8 | Type::U8 | Type::S16 | Type::U16 | Type::S32 | Type::U32 | Type::S64 | Type::U64)
}
