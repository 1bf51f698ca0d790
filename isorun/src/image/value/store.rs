//! Writing a value of a run-time type. It takes the same steps as generated code, led by the type as data.

use super::Value;
use super::labels::{Labels, positions};
use super::mismatch::{EncodeError, Mismatch};
use crate::image::codec::{Lower, payload_offset, store_discriminant, store_flags};
use crate::image::containers::store_block;
use crate::image::encode::Encoder;
use crate::image::params::Row;
use crate::types::{Label, Type};

impl Value {
    /// Writes the value at `at` as a value of type `ty`.
    pub(super) fn store<'t>(
        &self,
        ty: &'t Type,
        labels: &mut Labels<'t>,
        sink: &mut Encoder,
        at: usize,
    ) -> Result<(), EncodeError> {
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
                store_items(items, element, labels, sink, block)?;
            }
            (Value::List(items), Type::FixedList(list)) => {
                self.counts(items.len(), list.length as usize, ty)?;
                store_items(items, &list.element, labels, sink, at)?;
            }
            (Value::Map(pairs), Type::Map(types)) => {
                let pair = types.layout();
                let block = store_block(sink, at, pairs.len(), pair)?;
                for (index, (key, value)) in pairs.iter().enumerate() {
                    let mut row = Row::new(block + index * pair.size as usize);
                    store_field(key, &types.key, labels, sink, &mut row, || format!("[{index}].key"))?;
                    store_field(value, &types.value, labels, sink, &mut row, || format!("[{index}].value"))?;
                }
            }
            (Value::Record(values), Type::Record(fields)) => {
                self.counts(values.len(), fields.len(), ty)?;
                let mut row = Row::new(at);
                let mut by_label = None;
                for (index, field) in fields.iter().enumerate() {
                    // Usually the fields are in the order of the type, so the same position is tried first.
                    let same = values.get(index).filter(|(label, _)| *label == field.label);
                    let found = same.or_else(|| {
                        let by_label = by_label.get_or_insert_with(|| positions(values));
                        by_label.get(&*field.label).map(|index| &values[*index])
                    });
                    let Some((label, value)) = found else {
                        return Err(Mismatch::new(ty, format!("a record without `{}`", field.label)).into());
                    };
                    store_field(value, &field.ty, labels, sink, &mut row, || format!(".{label}"))?;
                }
            }
            (Value::Tuple(values), Type::Tuple(members)) => {
                self.counts(values.len(), members.len(), ty)?;
                let mut row = Row::new(at);
                for (index, (value, member)) in values.iter().zip(members.iter()).enumerate() {
                    store_field(value, member, labels, sink, &mut row, || format!(".{index}"))?;
                }
            }
            (Value::Variant(label, payload), Type::Variant(cases)) => {
                let index = labels.position(cases, label).ok_or_else(|| unknown(label, ty))?;
                store_discriminant(sink, at, cases.len(), index as u32)?;
                let place = at + payload_offset(cases.len(), ty.layout());
                store_payload(payload, cases[index].ty.as_ref(), label, (ty, labels), sink, place)?;
            }
            (Value::Enum(label), Type::Enum(cases)) => {
                let index = labels.position(cases, label).ok_or_else(|| unknown(label, ty))?;
                store_discriminant(sink, at, cases.len(), index as u32)?;
            }
            (Value::Flags(set), Type::Flags(flags)) => {
                let mut bits = 0;
                for label in set {
                    bits |= 1 << labels.position(flags, label).ok_or_else(|| unknown(label, ty))?;
                }
                store_flags(sink, at, flags.len(), bits)?;
            }
            (Value::Option(value), Type::Option(payload)) => {
                store_discriminant(sink, at, 2, u32::from(value.is_some()))?;
                let payload = value.is_some().then_some(&**payload);
                store_payload(value, payload, "some", (ty, labels), sink, at + payload_offset(2, ty.layout()))?;
            }
            (Value::Result(value), Type::Result(payloads)) => {
                store_discriminant(sink, at, 2, u32::from(value.is_err()))?;
                let place = at + payload_offset(2, ty.layout());
                match value {
                    Ok(ok) => store_payload(ok, payloads.ok.as_ref(), "ok", (ty, labels), sink, place)?,
                    Err(err) => store_payload(err, payloads.err.as_ref(), "err", (ty, labels), sink, place)?,
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
pub(super) fn store_field<'t>(
    value: &Value,
    ty: &'t Type,
    labels: &mut Labels<'t>,
    sink: &mut Encoder,
    row: &mut Row,
    place: impl FnOnce() -> String,
) -> Result<(), EncodeError> {
    value.store(ty, labels, sink, row.next(ty.layout())).map_err(|error| error.inside(place))
}

/// Writes elements one after the other from `at`.
fn store_items<'t>(
    items: &[Value],
    element: &'t Type,
    labels: &mut Labels<'t>,
    sink: &mut Encoder,
    at: usize,
) -> Result<(), EncodeError> {
    let size = element.layout().size as usize;
    for (index, item) in items.iter().enumerate() {
        let stored = item.store(element, labels, sink, at + index * size);
        stored.map_err(|error| error.inside(|| format!("[{index}]")))?;
    }
    Ok(())
}

/// Writes the payload of the case `case` of the type `whole`, and checks that there is one exactly if the case has one.
fn store_payload<'t>(
    payload: &Option<Box<Value>>,
    ty: Option<&'t Type>,
    case: &str,
    (whole, labels): (&Type, &mut Labels<'t>),
    sink: &mut Encoder,
    at: usize,
) -> Result<(), EncodeError> {
    match (payload, ty) {
        (Some(payload), Some(ty)) => {
            payload.store(ty, labels, sink, at).map_err(|error| error.inside(|| format!(".{case}")))
        }
        (None, None) => Ok(()),
        (Some(_), None) => Err(Mismatch::new(whole, format!("`{case}` with a payload")).into()),
        (None, Some(_)) => Err(Mismatch::new(whole, format!("`{case}` without a payload")).into()),
    }
}

/// A value has a label that the type `whole` does not have.
fn unknown(label: &Label, whole: &Type) -> Mismatch {
    Mismatch::new(whole, format!("`{label}`, which it does not have"))
}
