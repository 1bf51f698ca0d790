//! Reading a value of a given type from parsed text.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::str::FromStr;

use wasm_wave::ast::{Node, NodeType};
use wasm_wave::parser::ParserError;

use super::error::WaveError;
use crate::image::value::Value;
use crate::image::value::labels::Labels;
use crate::interface::function::Function;
use crate::types::{Label, Type};

/// Reads values from the tree of a parsed text. The nodes of the tree refer to the text.
pub(super) struct Reader<'a> {
    text: &'a str,
    labels: RefCell<Labels<'a>>,
    /// How many fields may yet be looked at. Those that are omitted take no text, so a text says nothing of how many there are.
    fields: Cell<usize>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Reader<'a> {
        Reader::within(text, usize::MAX)
    }

    /// A reader that refuses records which have more than so many fields together.
    pub(super) fn within(text: &'a str, fields: usize) -> Reader<'a> {
        Reader { text, labels: RefCell::default(), fields: Cell::new(fields) }
    }

    /// The value of type `ty` that a node stands for.
    pub(super) fn value(&self, node: &Node, ty: &'a Type) -> Result<Value, WaveError> {
        let as_written = |_: ParserError| self.mismatch(node, ty);
        Ok(match ty {
            Type::Bool => Value::Bool(node.as_bool().map_err(as_written)?),
            Type::S8 => Value::S8(self.number(node, ty)?),
            Type::U8 => Value::U8(self.number(node, ty)?),
            Type::S16 => Value::S16(self.number(node, ty)?),
            Type::U16 => Value::U16(self.number(node, ty)?),
            Type::S32 => Value::S32(self.number(node, ty)?),
            Type::U32 => Value::U32(self.number(node, ty)?),
            Type::S64 => Value::S64(self.number(node, ty)?),
            Type::U64 => Value::U64(self.number(node, ty)?),
            Type::F32 => Value::F32(self.number(node, ty)?),
            Type::F64 => Value::F64(self.number(node, ty)?),
            Type::Char => Value::Char(node.as_char(self.text).map_err(as_written)?),
            Type::String => Value::String(node.as_str(self.text).map_err(as_written)?.into_owned()),
            Type::List(element) => Value::List(self.list(node, element, ty)?),
            Type::FixedList(list) => {
                let items = self.list(node, &list.element, ty)?;
                if items.len() != list.length as usize {
                    return Err(self.error(
                        node,
                        format!("expected {} elements, found {}", list.length, items.len()),
                        ty,
                    ));
                }
                Value::List(items)
            }
            Type::Map(types) => {
                let pairs = node.as_list().map_err(as_written)?.map(|pair| {
                    let [key, value] = self.members(pair, [&types.key, &types.value], ty)?;
                    Ok((key, value))
                });
                Value::Map(pairs.collect::<Result<_, _>>()?)
            }
            Type::Record(_) => self.record(node, ty)?,
            Type::Tuple(members) => {
                let nodes = node.as_tuple().map_err(as_written)?;
                if nodes.len() != members.len() {
                    return Err(self.error(
                        node,
                        format!("expected {} members, found {}", members.len(), nodes.len()),
                        ty,
                    ));
                }
                let values = nodes.zip(members.iter()).map(|(node, ty)| self.value(node, ty));
                Value::Tuple(values.collect::<Result<_, _>>()?)
            }
            Type::Variant(cases) => {
                let (label, payload) = node.as_variant(self.text).map_err(as_written)?;
                let Some(case) = self.labels.borrow_mut().position(cases, label).map(|index| &cases[index]) else {
                    return Err(self.error(node, format!("no case `{label}`"), ty));
                };
                Value::Variant(case.label.clone(), self.payload(node, payload, case.ty.as_ref(), ty)?)
            }
            Type::Enum(labels) => {
                Value::Enum(self.label(node, node.as_enum(self.text).map_err(as_written)?, labels, ty)?)
            }
            Type::Flags(labels) => {
                let set = node.as_flags(self.text).map_err(as_written)?;
                let set = set.map(|label| self.label(node, label.trim_start_matches('%'), labels, ty));
                let set = set.collect::<Result<Vec<_>, _>>()?;
                // The tree does not keep the order of the text, so they are put in the order of the declaration.
                Value::Flags(labels.iter().filter(|label| set.contains(label)).cloned().collect())
            }
            Type::Option(payload) => match node.ty() {
                NodeType::OptionSome | NodeType::OptionNone => {
                    let value = node.as_option().map_err(as_written)?;
                    Value::Option(self.payload(node, value, value.map(|_| &**payload), ty)?)
                }
                _ if may_be_bare(payload) => Value::option(Some(self.value(node, payload)?)),
                _ => return Err(self.mismatch(node, ty)),
            },
            Type::Result(payloads) => match (node.ty(), &payloads.ok) {
                (NodeType::ResultOk | NodeType::ResultErr, _) => match node.as_result().map_err(as_written)? {
                    Ok(ok) => Value::Result(Ok(self.payload(node, ok, payloads.ok.as_ref(), ty)?)),
                    Err(err) => Value::Result(Err(self.payload(node, err, payloads.err.as_ref(), ty)?)),
                },
                (_, Some(ok)) if may_be_bare(ok) => Value::result(Ok(Some(self.value(node, ok)?))),
                _ => return Err(self.mismatch(node, ty)),
            },
        })
    }

    /// The parameters that a tuple stands for; `None` is a call without parameters.
    pub(super) fn params(&self, node: Option<&Node>, function: &'a Function) -> Result<Vec<Value>, WaveError> {
        let nodes: Vec<_> = match node {
            Some(node) => match node.as_tuple() {
                Ok(nodes) => nodes.collect(),
                Err(_) => {
                    return Err(self.wrong_params(node.span().start, function, "parameters must be in parentheses"));
                }
            },
            None => Vec::new(),
        };
        let params = function.params();
        if let Some(extra) = nodes.get(params.len()) {
            return Err(self.wrong_params(
                extra.span().start,
                function,
                "there are more parameters than the function has",
            ));
        }
        let mut values = Vec::with_capacity(params.len());
        for (index, param) in params.iter().enumerate() {
            values.push(match (nodes.get(index), &param.ty) {
                (Some(node), ty) => self.value(node, ty)?,
                (None, Type::Option(_)) => Value::Option(None),
                (None, _) => {
                    let end = node.map_or(self.text.len(), |node| node.span().end).saturating_sub(1);
                    return Err(self.wrong_params(end, function, &format!("parameter `{}` is missing", param.label)));
                }
            });
        }
        Ok(values)
    }

    fn number<N: FromStr>(&self, node: &Node, ty: &Type) -> Result<N, WaveError> {
        node.as_number(self.text).map_err(|_| self.mismatch(node, ty))
    }

    fn list(&self, node: &Node, element: &'a Type, ty: &'a Type) -> Result<Vec<Value>, WaveError> {
        node.as_list().map_err(|_| self.mismatch(node, ty))?.map(|node| self.value(node, element)).collect()
    }

    /// A record: its fields may come in any order, and those that are `option`s may be omitted.
    fn record(&self, node: &Node, ty: &'a Type) -> Result<Value, WaveError> {
        let Type::Record(fields) = ty else { return Err(self.mismatch(node, ty)) };
        match self.fields.get().checked_sub(fields.len()) {
            Some(left) => self.fields.set(left),
            None => {
                let help = "pass the values as an image, with `call_image`";
                return Err(WaveError::at(self.text, node.span().start, "the records have too many fields", help));
            }
        }
        let nodes: Vec<_> = node.as_record(self.text).map_err(|_| self.mismatch(node, ty))?.collect();
        let is_unknown = |label: &str| self.labels.borrow_mut().position(fields, label).is_none();
        if let Some((label, node)) = nodes.iter().find(|(label, _)| is_unknown(label)) {
            return Err(self.error(node, format!("no field `{label}`"), ty));
        }
        // The parser has refused a text in which one label stands twice.
        let given: HashMap<&str, &Node> = nodes.into_iter().collect();
        let values = fields.iter().map(|field| {
            let value = match (given.get(&*field.label), &field.ty) {
                (Some(node), ty) => self.value(node, ty)?,
                (None, Type::Option(_)) => Value::Option(None),
                (None, _) => return Err(self.error(node, format!("field `{}` is missing", field.label), ty)),
            };
            Ok((field.label.clone(), value))
        });
        Ok(Value::Record(values.collect::<Result<_, _>>()?))
    }

    /// The key and the value of a pair of a map.
    fn members(&self, node: &Node, types: [&'a Type; 2], whole: &'a Type) -> Result<[Value; 2], WaveError> {
        match node.as_tuple().map(Iterator::collect::<Vec<_>>).as_deref() {
            Ok([key, value]) => Ok([self.value(key, types[0])?, self.value(value, types[1])?]),
            _ => Err(self.error(node, "expected a pair of key and value".into(), whole)),
        }
    }

    fn payload(
        &self,
        node: &Node,
        payload: Option<&Node>,
        ty: Option<&'a Type>,
        whole: &'a Type,
    ) -> Result<Option<Box<Value>>, WaveError> {
        match (payload, ty) {
            (Some(node), Some(ty)) => Ok(Some(Box::new(self.value(node, ty)?))),
            (None, None) => Ok(None),
            (Some(_), None) => Err(self.error(node, "this case has no payload".into(), whole)),
            (None, Some(_)) => Err(self.error(node, "this case has a payload".into(), whole)),
        }
    }

    fn label(&self, node: &Node, label: &str, labels: &'a [Label], ty: &'a Type) -> Result<Label, WaveError> {
        match self.labels.borrow_mut().position(labels, label) {
            Some(known) => Ok(labels[known].clone()),
            None => Err(self.error(node, format!("no label `{label}`"), ty)),
        }
    }

    fn mismatch(&self, node: &Node, ty: &Type) -> WaveError {
        self.error(node, "this is not a value of the expected type".into(), ty)
    }

    fn error(&self, node: &Node, message: String, ty: &Type) -> WaveError {
        WaveError::at(self.text, node.span().start, message, format!("write a {}", ty.brief()))
    }

    fn wrong_params(&self, at: usize, function: &Function, message: &str) -> WaveError {
        WaveError::at(self.text, at, message, format!("`{}` is `{function}`", function.name()))
    }
}

/// Whether a payload of this type may be written without the `some` or `ok` around it. With an option or a result inside, that would be
/// ambiguous.
fn may_be_bare(payload: &Type) -> bool {
    !matches!(payload, Type::Option(_) | Type::Result(_))
}
