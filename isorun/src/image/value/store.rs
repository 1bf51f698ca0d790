//! Writing a value of a run-time type. It takes the same steps as generated code, led by the type as data.

use super::Value;
use super::mismatch::{EncodeError, Mismatch};
use crate::image::codec::{Lower, payload_offset, store_discriminant, store_flags};
use crate::image::containers::store_block;
use crate::image::encode::Encoder;
use crate::image::params::Row;
use crate::types::layout::Layout;
use crate::types::{Label, Type};

impl Value {
    /// Writes the value at `at` as a value of type `ty`.
    pub(crate) fn store(&self, ty: &Type, sink: &mut Encoder, at: usize) -> Result<(), EncodeError> {
        match (self, ty) {
            (Value::Bool(value), Type::Bool) => value.store(sink, at)?,
            (Value::S8(value), Type::S8) => value.store(sink, at)?,
            (Value::U8(value), Type::U8) => value.store(sink, at)?,
            (Value::S16(value), Type::S16) => value.store(sink, at)?,
            (Value::U16(value), Type::U16) => value.store(sink, at)?,
            (Value::S32(value), Type::S32) => value.store(sink, at)?,
            (Value::U32(value), Type::U32) => value.store(sink, at)?,
            (Value::S64(value), Type::S64) => value.store(sink, at)?,
            (Value::U64(value), Type::U64) => value.store(sink, at)?,
            (Value::F32(value), Type::F32) => value.store(sink, at)?,
            (Value::F64(value), Type::F64) => value.store(sink, at)?,
            (Value::Char(value), Type::Char) => value.store(sink, at)?,
            (Value::String(value), Type::String) => value.store(sink, at)?,
            (Value::List(items), Type::List(element)) => {
                let block = store_block(sink, at, items.len(), element.layout())?;
                store_items(items, element, sink, block)?;
            }
            (Value::List(items), Type::FixedList(list)) => {
                self.counts(items.len(), list.length as usize, ty)?;
                store_items(items, &list.element, sink, at)?;
            }
            (Value::Map(pairs), Type::Map(types)) => {
                let pair = Layout::record(&[types.key.layout(), types.value.layout()]);
                let block = store_block(sink, at, pairs.len(), pair)?;
                for (index, (key, value)) in pairs.iter().enumerate() {
                    let mut row = Row::new(block + index * pair.size as usize);
                    store_field(key, &types.key, sink, &mut row, || format!("[{index}].key"))?;
                    store_field(value, &types.value, sink, &mut row, || format!("[{index}].value"))?;
                }
            }
            (Value::Record(values), Type::Record(fields)) => {
                self.counts(values.len(), fields.len(), ty)?;
                let mut row = Row::new(at);
                for (index, field) in fields.iter().enumerate() {
                    // Usually the fields are in the order of the type, so the same position is tried first.
                    let named = |(label, _): &&(Label, Value)| *label == field.label;
                    let Some((label, value)) = values.get(index).filter(named).or_else(|| values.iter().find(named))
                    else {
                        return Err(Mismatch::new(ty, format!("a record without `{}`", field.label)).into());
                    };
                    store_field(value, &field.ty, sink, &mut row, || format!(".{label}"))?;
                }
            }
            (Value::Tuple(values), Type::Tuple(members)) => {
                self.counts(values.len(), members.len(), ty)?;
                let mut row = Row::new(at);
                for (index, (value, member)) in values.iter().zip(members.iter()).enumerate() {
                    store_field(value, member, sink, &mut row, || format!(".{index}"))?;
                }
            }
            (Value::Variant(label, payload), Type::Variant(cases)) => {
                let index = position(cases.iter().map(|case| &case.label), label, ty)?;
                store_discriminant(sink, at, cases.len(), index as u32)?;
                let place = at + payload_offset(cases.len(), ty.layout());
                store_payload(payload, cases[index].ty.as_ref(), label, ty, sink, place)?;
            }
            (Value::Enum(label), Type::Enum(labels)) => {
                let index = position(labels.iter(), label, ty)?;
                store_discriminant(sink, at, labels.len(), index as u32)?;
            }
            (Value::Flags(set), Type::Flags(labels)) => {
                let mut bits = 0;
                for label in set {
                    bits |= 1 << position(labels.iter(), label, ty)?;
                }
                store_flags(sink, at, labels.len(), bits)?;
            }
            (Value::Option(value), Type::Option(payload)) => {
                store_discriminant(sink, at, 2, u32::from(value.is_some()))?;
                let payload = value.is_some().then_some(&**payload);
                store_payload(value, payload, "some", ty, sink, at + payload_offset(2, ty.layout()))?;
            }
            (Value::Result(value), Type::Result(payloads)) => {
                store_discriminant(sink, at, 2, u32::from(value.is_err()))?;
                let place = at + payload_offset(2, ty.layout());
                match value {
                    Ok(ok) => store_payload(ok, payloads.ok.as_ref(), "ok", ty, sink, place)?,
                    Err(err) => store_payload(err, payloads.err.as_ref(), "err", ty, sink, place)?,
                }
            }
            _ => return Err(Mismatch::new(ty, format!("`{}`", self.kind())).into()),
        }
        Ok(())
    }

    /// Checks that a value has as many parts as its type.
    fn counts(&self, found: usize, expected: usize, ty: &Type) -> Result<(), Mismatch> {
        if found == expected {
            return Ok(());
        }
        Err(Mismatch::new(ty, format!("`{}` of {found}, not of {expected}", self.kind())))
    }
}

/// Writes the next field of a record. If it does not fit, the error names `place`.
pub(super) fn store_field(
    value: &Value,
    ty: &Type,
    sink: &mut Encoder,
    row: &mut Row,
    place: impl FnOnce() -> String,
) -> Result<(), EncodeError> {
    value.store(ty, sink, row.next(ty.layout())).map_err(|error| error.inside(place))
}

/// Writes elements one after the other from `at`.
fn store_items(items: &[Value], element: &Type, sink: &mut Encoder, at: usize) -> Result<(), EncodeError> {
    let size = element.layout().size as usize;
    for (index, item) in items.iter().enumerate() {
        item.store(element, sink, at + index * size).map_err(|error| error.inside(|| format!("[{index}]")))?;
    }
    Ok(())
}

/// Writes the payload of the case `case` of the type `whole`, and checks that there is one exactly if the case has one.
fn store_payload(
    payload: &Option<Box<Value>>,
    ty: Option<&Type>,
    case: &str,
    whole: &Type,
    sink: &mut Encoder,
    at: usize,
) -> Result<(), EncodeError> {
    match (payload, ty) {
        (Some(payload), Some(ty)) => payload.store(ty, sink, at).map_err(|error| error.inside(|| format!(".{case}"))),
        (None, None) => Ok(()),
        (Some(_), None) => Err(Mismatch::new(whole, format!("`{case}` with a payload")).into()),
        (None, Some(_)) => Err(Mismatch::new(whole, format!("`{case}` without a payload")).into()),
    }
}

/// The position of the label among those of the type `whole`.
fn position<'l>(labels: impl Iterator<Item = &'l Label>, label: &Label, whole: &Type) -> Result<usize, Mismatch> {
    let mut labels = labels;
    labels
        .position(|known| known == label)
        .ok_or_else(|| Mismatch::new(whole, format!("`{label}`, which it does not have")))
}
