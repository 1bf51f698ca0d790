//! The types of a WIT text, found by the parser's ids.

use std::collections::HashMap;

use wit_parser::{Handle, Resolve, Type as Parsed, TypeDefKind, TypeId};

use crate::types::{Type, TypeError};

/// Every type of a text, or why isorun does not support it.
pub(super) struct TypeTable(HashMap<TypeId, Result<Type, Refusal>>);

/// Why a type is refused.
#[derive(Clone, Debug)]
pub(super) enum Refusal {
    /// It holds something that is not a plain value.
    Kind { spelling: String, help: &'static str },
    /// It has only plain values, but [`Type::check`] refuses it.
    Type(TypeError),
}

impl Refusal {
    pub(super) const RESOURCE_HELP: &str = "pass an id, a path or the data itself instead of a resource";

    fn kind(spelling: impl Into<String>, help: &'static str) -> Refusal {
        Refusal::Kind { spelling: spelling.into(), help }
    }
}

impl TypeTable {
    /// Takes the types in the parser's order, in which every type comes after those that it consists of.
    pub(super) fn new(resolve: &Resolve) -> TypeTable {
        let mut table = TypeTable(HashMap::new());
        for (id, parsed) in resolve.types.iter() {
            // A refused type is not used to build others, so no type grows deeper or larger than the check allows.
            let ty = table
                .definition(resolve, &parsed.kind)
                .and_then(|ty| ty.check().map_or_else(|error| Err(Refusal::Type(error)), |()| Ok(ty)));
            table.0.insert(id, ty);
        }
        table
    }

    /// The type that a name in the text refers to.
    pub(super) fn get(&self, parsed: &Parsed) -> Result<Type, Refusal> {
        Ok(match parsed {
            Parsed::Bool => Type::Bool,
            Parsed::S8 => Type::S8,
            Parsed::U8 => Type::U8,
            Parsed::S16 => Type::S16,
            Parsed::U16 => Type::U16,
            Parsed::S32 => Type::S32,
            Parsed::U32 => Type::U32,
            Parsed::S64 => Type::S64,
            Parsed::U64 => Type::U64,
            Parsed::F32 => Type::F32,
            Parsed::F64 => Type::F64,
            Parsed::Char => Type::Char,
            Parsed::String => Type::String,
            Parsed::ErrorContext => {
                return Err(Refusal::kind("error-context", "use a `variant` or a `string` for the error"));
            }
            Parsed::Id(id) => match self.0.get(id) {
                Some(ty) => return ty.clone(),
                None => return Err(Refusal::kind("a type of itself", "refer to elements of a list by index")),
            },
        })
    }

    fn optional(&self, parsed: &Option<Parsed>) -> Result<Option<Type>, Refusal> {
        parsed.as_ref().map(|ty| self.get(ty)).transpose()
    }

    fn definition(&self, resolve: &Resolve, kind: &TypeDefKind) -> Result<Type, Refusal> {
        Ok(match kind {
            TypeDefKind::Type(ty) => self.get(ty)?,
            TypeDefKind::List(element) => Type::list(self.get(element)?),
            TypeDefKind::FixedLengthList(element, length) => Type::fixed_list(self.get(element)?, *length),
            TypeDefKind::Map(key, value) => Type::map(self.get(key)?, self.get(value)?),
            TypeDefKind::Option(payload) => Type::option(self.get(payload)?),
            TypeDefKind::Result(result) => Type::result(self.optional(&result.ok)?, self.optional(&result.err)?),
            TypeDefKind::Record(record) => {
                let fields = record.fields.iter().map(|field| Ok((field.name.as_str(), self.get(&field.ty)?)));
                Type::record(fields.collect::<Result<Vec<_>, _>>()?)
            }
            TypeDefKind::Tuple(tuple) => {
                Type::tuple(tuple.types.iter().map(|ty| self.get(ty)).collect::<Result<Vec<_>, _>>()?)
            }
            TypeDefKind::Variant(variant) => {
                let cases = variant.cases.iter().map(|case| Ok((case.name.as_str(), self.optional(&case.ty)?)));
                Type::variant(cases.collect::<Result<Vec<_>, _>>()?)
            }
            TypeDefKind::Enum(labels) => Type::enumeration(labels.cases.iter().map(|case| case.name.as_str())),
            TypeDefKind::Flags(labels) => Type::flags(labels.flags.iter().map(|flag| flag.name.as_str())),
            TypeDefKind::Handle(Handle::Own(id)) => return Err(handle("own", resolve, *id)),
            TypeDefKind::Handle(Handle::Borrow(id)) => return Err(handle("borrow", resolve, *id)),
            TypeDefKind::Resource => return Err(Refusal::kind("resource", Refusal::RESOURCE_HELP)),
            TypeDefKind::Stream(_) => {
                return Err(Refusal::kind("stream", "pass a `list`, in several calls if it is long"));
            }
            TypeDefKind::Future(_) => {
                return Err(Refusal::kind("future", "return the value itself: callers can wait for it"));
            }
            TypeDefKind::Unknown => return Err(Refusal::kind("an unknown type", "define it in the text")),
        })
    }
}

fn handle(kind: &str, resolve: &Resolve, resource: TypeId) -> Refusal {
    let name = resolve.types[resource].name.as_deref().unwrap_or("resource");
    Refusal::kind(format!("{kind}<{name}>"), Refusal::RESOURCE_HELP)
}
