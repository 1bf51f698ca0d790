//! A component's types, made isorun's own.

use std::collections::HashMap;
use std::sync::Arc;

use wasmparser::component_types::{
    ComponentDefinedType, ComponentDefinedTypeId, ComponentEntityType, ComponentFuncTypeId, ComponentInstanceTypeId,
    ComponentValType,
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
    /// The types of functions that were read, each as a function without a name.
    functions: HashMap<ComponentFuncTypeId, Result<Function, String>>,
    /// The items of the types of instances that were read.
    instances: HashMap<ComponentInstanceTypeId, Arc<[Item]>>,
    types_left: u32,
    labels_left: u32,
    /// How many items more all instances together may have, each instance counted as often as it is imported or exported.
    items_left: usize,
}

/// How many items the instances of one component may have.
const MAX_ITEMS: usize = 1 << 20;

const TOO_MANY: &str = "an instance by which the component has more than 1048576 items";

/// How many types one component's functions may have, written out.
const MAX_TYPES: u32 = 1 << 20;

/// How many fields, cases and flags the types of one component may have, each type counted once.
const MAX_LABELS: u32 = 1 << 20;

/// The longest name of a function, parameter, field, case or flag, in bytes, as in WIT.
const LONGEST_NAME: usize = 255;

/// The longest name of an import or export: that of an interface has three names in it, and a version.
const LONGEST_PATH: usize = 1024;

const TOO_LONG: &str = "something with a name of more than 1024 bytes";

/// A name, unless it is too long to be copied to wherever it is used.
fn short(name: &str) -> Result<&str, String> {
    match name.len() {
        ..=LONGEST_NAME => Ok(name),
        length => Err(format!("a name of {length} bytes, more than {LONGEST_NAME}")),
    }
}

/// The name of an import or export, or its beginning if it is too long.
fn short_path(name: &str) -> Result<&str, Arc<str>> {
    match name.len() {
        ..=LONGEST_PATH => Ok(name),
        _ => Err(format!("{}…", &name[..name.floor_char_boundary(LONGEST_PATH)]).into()),
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(types: TypesRef<'a>) -> Reader<'a> {
        Reader {
            types,
            read: HashMap::new(),
            functions: HashMap::new(),
            instances: HashMap::new(),
            types_left: MAX_TYPES,
            labels_left: MAX_LABELS,
            items_left: MAX_ITEMS,
        }
    }

    /// An import or export, with the items of an instance.
    pub(super) fn item(&mut self, name: &ComponentExternName<'_>, ty: ComponentEntityType) -> Item {
        let kind = match ty {
            ComponentEntityType::Instance(id) => {
                let items = self.items(id);
                match self.items_left.checked_sub(items.len()) {
                    Some(left) => {
                        self.items_left = left;
                        Kind::Instance(items)
                    }
                    None => Kind::Other(TOO_MANY),
                }
            }
            _ => return self.member(name.name, ty),
        };
        let implements = name.implements.map(Into::into);
        match short_path(name.name) {
            Ok(name) => Item { name: name.into(), implements, kind },
            Err(cut) => Item { name: cut, implements, kind: Kind::Other(TOO_LONG) },
        }
    }

    /// The items of an instance. An instance inside an instance is of no use to anyone here, whatever is in it.
    fn items(&mut self, id: ComponentInstanceTypeId) -> Arc<[Item]> {
        if let Some(items) = self.instances.get(&id) {
            return items.clone();
        }
        let types = self.types;
        let items: Arc<[Item]> = types[id].exports.iter().map(|(name, item)| self.member(name, item.ty)).collect();
        self.instances.insert(id, items.clone());
        items
    }

    fn member(&mut self, name: &str, ty: ComponentEntityType) -> Item {
        let kind = match ty {
            ComponentEntityType::Func(id) => Kind::Function(self.function(name, id)),
            ty => other(&ty),
        };
        match short_path(name) {
            Ok(name) => Item { name: name.into(), implements: None, kind },
            Err(cut) => Item { name: cut, implements: None, kind: Kind::Other(TOO_LONG) },
        }
    }

    /// A function as the component declares it, or why isorun cannot carry it. A component can have one type for very many functions, so what
    /// was read of it is shared.
    fn function(&mut self, name: &str, id: ComponentFuncTypeId) -> Result<Function, String> {
        let name = short(name)?;
        if !self.functions.contains_key(&id) {
            let read = self.function_type(id);
            self.functions.insert(id, read);
        }
        match self.functions.get(&id) {
            Some(Ok(ty)) => Ok(ty.renamed(name)),
            Some(Err(what)) => Err(what.clone()),
            None => Err("a function of no type".into()),
        }
    }

    /// A function of this type, without a name.
    fn function_type(&mut self, id: ComponentFuncTypeId) -> Result<Function, String> {
        let types = self.types;
        let ty = &types[id];
        if ty.async_ {
            return Err("`async func`".into());
        }
        let mut params = Vec::new();
        for (name, ty) in &ty.params {
            params.push((short(name)?, self.ty(*ty)?));
        }
        let result = self.optional(ty.result)?;
        for ty in params.iter().map(|(_, ty)| ty).chain(&result) {
            ty.check().map_err(|error| error.to_string())?;
        }
        Ok(function("", params, result))
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
                let fields = record.fields.iter().map(|(name, ty)| Ok((short(name)?, self.ty(*ty)?)));
                Type::record(fields.collect::<Result<Vec<_>, String>>()?)
            }
            T::Tuple(tuple) => Type::tuple(tuple.types.iter().map(|ty| self.ty(*ty)).collect::<Result<Vec<_>, _>>()?),
            T::Variant(variant) => {
                self.labels(variant.cases.len())?;
                let cases = variant.cases.iter().map(|(name, case)| Ok((short(name)?, self.optional(case.ty)?)));
                Type::variant(cases.collect::<Result<Vec<_>, String>>()?)
            }
            T::Enum(labels) => {
                self.labels(labels.len())?;
                Type::enumeration(labels.iter().map(|label| short(label)).collect::<Result<Vec<_>, _>>()?)
            }
            T::Flags(labels) => {
                self.labels(labels.len())?;
                Type::flags(labels.iter().map(|label| short(label)).collect::<Result<Vec<_>, _>>()?)
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
