//! A component's types, made isorun's own.

use std::collections::HashMap;

use wasmparser::component_types::{
    ComponentDefinedType, ComponentDefinedTypeId, ComponentEntityType, ComponentFuncTypeId, ComponentValType,
};
use wasmparser::types::TypesRef;
use wasmparser::{ComponentExternName, PrimitiveValType};

use super::item::{Item, Kind, other};
use crate::interface::function::{Function, function};
use crate::types::Type;

/// Reads a component's types. They share parts, and a small component can name types that are huge when written out; what is read of
/// one component is bounded. How deep they nest is bounded by the validator, so that recursion is.
pub(super) struct Reader<'a> {
    types: TypesRef<'a>,
    /// The types that were read, and how many each is when written out.
    read: HashMap<ComponentDefinedTypeId, (Type, u32)>,
    types_left: u32,
    labels_left: u32,
}

/// How many types one component's functions may have, written out.
const MAX_TYPES: u32 = 1 << 20;

/// How many fields, cases and flags the types of one component may have, each type counted once.
const MAX_LABELS: u32 = 1 << 20;

impl<'a> Reader<'a> {
    pub(super) fn new(types: TypesRef<'a>) -> Reader<'a> {
        Reader { types, read: HashMap::new(), types_left: MAX_TYPES, labels_left: MAX_LABELS }
    }

    /// An import or export, with the items of an instance.
    pub(super) fn item(&mut self, name: &ComponentExternName<'_>, ty: ComponentEntityType) -> Item {
        let kind = match ty {
            ComponentEntityType::Instance(id) => {
                let types = self.types;
                // An instance inside an instance is of no use to anyone here, whatever is in it.
                let items = types[id].exports.iter().map(|(name, item)| self.member(name, item.ty));
                Kind::Instance(items.collect())
            }
            _ => return self.member(name.name, ty),
        };
        Item { name: name.name.into(), implements: name.implements.map(Into::into), kind }
    }

    fn member(&mut self, name: &str, ty: ComponentEntityType) -> Item {
        let kind = match ty {
            ComponentEntityType::Func(id) => Kind::Function(self.function(name, id)),
            ty => other(&ty),
        };
        Item { name: name.into(), implements: None, kind }
    }

    /// A function as the component declares it, or why isorun cannot carry it.
    fn function(&mut self, name: &str, id: ComponentFuncTypeId) -> Result<Function, String> {
        let types = self.types;
        let ty = &types[id];
        if ty.async_ {
            return Err("`async func`".into());
        }
        let mut params = Vec::new();
        for (name, ty) in &ty.params {
            params.push((name.as_str(), self.ty(*ty)?));
        }
        let result = self.optional(ty.result)?;
        for ty in params.iter().map(|(_, ty)| ty).chain(&result) {
            ty.check().map_err(|error| error.to_string())?;
        }
        Ok(function(name, params, result))
    }

    fn optional(&mut self, ty: Option<ComponentValType>) -> Result<Option<Type>, String> {
        ty.map(|ty| self.ty(ty)).transpose()
    }

    /// A type as the component declares it, written out.
    fn ty(&mut self, ty: ComponentValType) -> Result<Type, String> {
        let id = match ty {
            ComponentValType::Primitive(ty) => {
                self.charge(1)?;
                return primitive(ty);
            }
            ComponentValType::Type(id) => id,
        };
        if let Some((ty, count)) = self.read.get(&id) {
            let (ty, count) = (ty.clone(), *count);
            self.charge(count)?;
            return Ok(ty);
        }
        let before = self.types_left;
        self.charge(1)?;
        let ty = self.defined(id)?;
        self.read.insert(id, (ty.clone(), before - self.types_left));
        Ok(ty)
    }

    fn defined(&mut self, id: ComponentDefinedTypeId) -> Result<Type, String> {
        use ComponentDefinedType as T;
        let types = self.types;
        Ok(match &types[id] {
            T::Primitive(ty) => primitive(*ty)?,
            T::List { element, .. } => Type::list(self.ty(*element)?),
            T::FixedLengthList { element, length, .. } => Type::fixed_list(self.ty(*element)?, *length),
            T::Map { key, value, .. } => Type::map(self.ty(*key)?, self.ty(*value)?),
            T::Record(record) => {
                self.labels(record.fields.len())?;
                let fields = record.fields.iter().map(|(name, ty)| Ok((name.as_str(), self.ty(*ty)?)));
                Type::record(fields.collect::<Result<Vec<_>, String>>()?)
            }
            T::Tuple(tuple) => Type::tuple(tuple.types.iter().map(|ty| self.ty(*ty)).collect::<Result<Vec<_>, _>>()?),
            T::Variant(variant) => {
                self.labels(variant.cases.len())?;
                let cases = variant.cases.iter().map(|(name, case)| Ok((name.as_str(), self.optional(case.ty)?)));
                Type::variant(cases.collect::<Result<Vec<_>, String>>()?)
            }
            T::Enum(labels) => {
                self.labels(labels.len())?;
                Type::enumeration(labels.iter().map(|label| label.as_str()))
            }
            T::Flags(labels) => {
                self.labels(labels.len())?;
                Type::flags(labels.iter().map(|label| label.as_str()))
            }
            T::Option { ty, .. } => Type::option(self.ty(*ty)?),
            T::Result { ok, err, .. } => Type::result(self.optional(*ok)?, self.optional(*err)?),
            T::Own(_) => return Err("`own<_>`: resources".into()),
            T::Borrow(_) => return Err("`borrow<_>`: resources".into()),
            T::Future { .. } => return Err("`future<_>`".into()),
            T::Stream { .. } => return Err("`stream<_>`".into()),
        })
    }

    fn charge(&mut self, types: u32) -> Result<(), String> {
        self.types_left = self
            .types_left
            .checked_sub(types)
            .ok_or_else(|| format!("the types of its functions, written out, are more than {MAX_TYPES}"))?;
        Ok(())
    }

    fn labels(&mut self, labels: usize) -> Result<(), String> {
        let left = u32::try_from(labels).ok().and_then(|labels| self.labels_left.checked_sub(labels));
        self.labels_left =
            left.ok_or_else(|| format!("the types of its functions have more than {MAX_LABELS} labels"))?;
        Ok(())
    }
}

fn primitive(ty: PrimitiveValType) -> Result<Type, String> {
    use PrimitiveValType as P;
    Ok(match ty {
        P::Bool => Type::Bool,
        P::S8 => Type::S8,
        P::U8 => Type::U8,
        P::S16 => Type::S16,
        P::U16 => Type::U16,
        P::S32 => Type::S32,
        P::U32 => Type::U32,
        P::S64 => Type::S64,
        P::U64 => Type::U64,
        P::F32 => Type::F32,
        P::F64 => Type::F64,
        P::Char => Type::Char,
        P::String => Type::String,
        P::ErrorContext => return Err("`error-context`".into()),
    })
}
