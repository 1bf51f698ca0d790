//! Reading a value of a run-time type. It takes the same steps as generated code, led by the type as data.

use super::Value;
use crate::image::codec::{Lift, load_discriminant, load_flags, payload_place};
use crate::image::containers::load_pointer;
use crate::image::medium::Source;
use crate::image::params::Row;
use crate::types::layout::Layout;
use crate::types::{Label, Type};

impl Value {
    /// Reads the value of type `ty` at `at`. The type must have passed [`Type::check`].
    pub(crate) fn load<S: Source>(ty: &Type, source: &mut S, at: usize) -> Result<Value, S::Error> {
        Ok(match ty {
            Type::Bool => Value::Bool(Lift::load(source, at)?),
            Type::S8 => Value::S8(Lift::load(source, at)?),
            Type::U8 => Value::U8(Lift::load(source, at)?),
            Type::S16 => Value::S16(Lift::load(source, at)?),
            Type::U16 => Value::U16(Lift::load(source, at)?),
            Type::S32 => Value::S32(Lift::load(source, at)?),
            Type::U32 => Value::U32(Lift::load(source, at)?),
            Type::S64 => Value::S64(Lift::load(source, at)?),
            Type::U64 => Value::U64(Lift::load(source, at)?),
            Type::F32 => Value::F32(Lift::load(source, at)?),
            Type::F64 => Value::F64(Lift::load(source, at)?),
            Type::Char => Value::Char(Lift::load(source, at)?),
            Type::String => Value::String(Lift::load(source, at)?),
            Type::List(element) => {
                let (pointer, length) = load_pointer(source, at)?;
                let block = source.block(pointer, length, element.layout())?;
                Value::List(load_items(element, length, source, block)?)
            }
            Type::FixedList(list) => Value::List(load_items(&list.element, list.length, source, at)?),
            Type::Map(pair) => {
                let layout = pair.layout();
                let (pointer, length) = load_pointer(source, at)?;
                let block = source.block(pointer, length, layout)?;
                source.parts((length as usize).saturating_mul(3), block)?;
                let mut pairs = Vec::with_capacity(length as usize);
                for index in 0..length as usize {
                    let mut row = Row::new(block + index * layout.size as usize);
                    let key = load_field(&pair.key, source, &mut row)?;
                    let value = load_field(&pair.value, source, &mut row)?;
                    row.finish(source, layout)?;
                    pairs.push((key, value));
                }
                Value::Map(pairs)
            }
            Type::Record(fields) => {
                let types = fields.iter().map(|field| &field.ty);
                let values = load_row(types, ty.layout(), source, at)?;
                Value::Record(fields.iter().map(|field| field.label.clone()).zip(values).collect())
            }
            Type::Tuple(members) => Value::Tuple(load_row(members.iter(), ty.layout(), source, at)?),
            Type::Variant(cases) => {
                let index = load_discriminant(source, at, cases.len())?;
                let case = &cases[index as usize];
                let payload = load_payload(case.ty.as_ref(), cases.len(), ty.layout(), source, at)?;
                Value::Variant(case.label.clone(), payload)
            }
            Type::Enum(labels) => Value::Enum(labels[load_discriminant(source, at, labels.len())? as usize].clone()),
            Type::Flags(labels) => Value::Flags(set_labels(labels, load_flags(source, at, labels.len())?)),
            Type::Option(payload) => {
                let some = load_discriminant(source, at, 2)? == 1;
                Value::Option(load_payload(some.then_some(payload), 2, ty.layout(), source, at)?)
            }
            Type::Result(payloads) => match load_discriminant(source, at, 2)? {
                0 => Value::Result(Ok(load_payload(payloads.ok.as_ref(), 2, ty.layout(), source, at)?)),
                _ => Value::Result(Err(load_payload(payloads.err.as_ref(), 2, ty.layout(), source, at)?)),
            },
        })
    }
}

/// Reads the fields of a record, and checks the padding between them.
pub(super) fn load_row<'t, S: Source>(
    types: impl ExactSizeIterator<Item = &'t Type>,
    record: Layout,
    source: &mut S,
    at: usize,
) -> Result<Vec<Value>, S::Error> {
    source.parts(types.len(), at)?;
    let mut row = Row::new(at);
    let values = types.map(|ty| load_field(ty, source, &mut row)).collect::<Result<_, _>>()?;
    row.finish(source, record)?;
    Ok(values)
}

fn load_field<S: Source>(ty: &Type, source: &mut S, row: &mut Row) -> Result<Value, S::Error> {
    let at = row.next_in(source, ty.layout())?;
    Value::load(ty, source, at)
}

/// Reads elements that lie one after the other from `at`.
fn load_items<S: Source>(element: &Type, length: u32, source: &mut S, at: usize) -> Result<Vec<Value>, S::Error> {
    source.parts(length as usize, at)?;
    let size = element.layout().size as usize;
    let mut items = Vec::with_capacity(length as usize);
    for index in 0..length as usize {
        items.push(Value::load(element, source, at + index * size)?);
    }
    Ok(items)
}

/// Reads the payload of a variant at `at`, if its case has one.
fn load_payload<S: Source>(
    payload: Option<&Type>,
    cases: usize,
    variant: Layout,
    source: &mut S,
    at: usize,
) -> Result<Option<Box<Value>>, S::Error> {
    let place = payload_place(source, at, cases, variant, payload.map_or(Layout::EMPTY, Type::layout))?;
    source.parts(usize::from(payload.is_some()), at)?;
    payload.map(|ty| Value::load(ty, source, place).map(Box::new)).transpose()
}

fn set_labels(labels: &[Label], bits: u32) -> Vec<Label> {
    let set = |index: &usize| bits >> index & 1 == 1;
    labels.iter().enumerate().filter(|(index, _)| set(index)).map(|(_, label)| label.clone()).collect()
}
