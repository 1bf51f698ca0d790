//! What a component's own types say, in isorun's words.

use wasmtime::component::types::{self, ComponentItem};

use crate::interface::{Function, function};
use crate::types::Type;

/// Why a component's function is none that isorun can carry.
pub(crate) struct Unsupported(pub(crate) String);

/// Reads a component's types. They share parts, and a small component can name types that are huge when written out; what is read of
/// one component is bounded.
pub(crate) struct Reader {
    left: u32,
}

/// How many types one component's functions may have, written out.
const MAX_TYPES: u32 = 1 << 20;

impl Reader {
    pub(crate) fn new() -> Reader {
        Reader { left: MAX_TYPES }
    }

    /// A function as the component declares it.
    pub(crate) fn function(&mut self, name: &str, ty: &types::ComponentFunc) -> Result<Function, Unsupported> {
        if ty.async_() {
            return Err(Unsupported("`async func`".into()));
        }
        let mut params = Vec::new();
        for (name, ty) in ty.params() {
            params.push((name.to_string(), self.ty(&ty)?));
        }
        let result = ty.results().next().map(|ty| self.ty(&ty)).transpose()?;
        for ty in params.iter().map(|(_, ty)| ty).chain(&result) {
            ty.check().map_err(|error| Unsupported(error.to_string()))?;
        }
        Ok(function(name, params, result))
    }

    /// A type as the component declares it, written out.
    fn ty(&mut self, ty: &types::Type) -> Result<Type, Unsupported> {
        use types::Type as T;
        self.left = match self.left.checked_sub(1) {
            Some(left) => left,
            None => {
                return Err(Unsupported(format!("the types of its functions, written out, are more than {MAX_TYPES}")));
            }
        };
        let unsupported = |what: &str| Err(Unsupported(what.into()));
        Ok(match ty {
            T::Bool => Type::Bool,
            T::S8 => Type::S8,
            T::U8 => Type::U8,
            T::S16 => Type::S16,
            T::U16 => Type::U16,
            T::S32 => Type::S32,
            T::U32 => Type::U32,
            T::S64 => Type::S64,
            T::U64 => Type::U64,
            T::Float32 => Type::F32,
            T::Float64 => Type::F64,
            T::Char => Type::Char,
            T::String => Type::String,
            T::List(list) => Type::list(self.ty(&list.ty())?),
            T::FixedLengthList(list) => Type::fixed_list(self.ty(&list.ty())?, list.len()),
            T::Map(map) => Type::map(self.ty(&map.key())?, self.ty(&map.value())?),
            T::Record(record) => {
                let fields = record.fields().map(|field| Ok((field.name, self.ty(&field.ty)?)));
                Type::record(fields.collect::<Result<Vec<_>, _>>()?)
            }
            T::Tuple(tuple) => Type::tuple(tuple.types().map(|ty| self.ty(&ty)).collect::<Result<Vec<_>, _>>()?),
            T::Variant(variant) => {
                let cases = variant.cases().map(|case| Ok((case.name, case.ty.map(|ty| self.ty(&ty)).transpose()?)));
                Type::variant(cases.collect::<Result<Vec<_>, _>>()?)
            }
            T::Enum(labels) => Type::enumeration(labels.names()),
            T::Option(option) => Type::option(self.ty(&option.ty())?),
            T::Result(result) => {
                let mut side = |ty: Option<types::Type>| ty.map(|ty| self.ty(&ty)).transpose();
                Type::result(side(result.ok())?, side(result.err())?)
            }
            T::Flags(labels) => Type::flags(labels.names()),
            T::Own(_) => return unsupported("`own<_>`: resources"),
            T::Borrow(_) => return unsupported("`borrow<_>`: resources"),
            T::Future(_) => return unsupported("`future<_>`"),
            T::Stream(_) => return unsupported("`stream<_>`"),
            T::ErrorContext => return unsupported("`error-context`"),
        })
    }
}

/// A kind of item that is no function, in the words of the component model.
pub(crate) fn kind(item: &ComponentItem) -> &'static str {
    match item {
        ComponentItem::ComponentFunc(_) => "a function",
        ComponentItem::CoreFunc(_) => "a core function",
        ComponentItem::Module(_) => "a core module",
        ComponentItem::Component(_) => "a component",
        ComponentItem::ComponentInstance(_) => "an instance",
        ComponentItem::Type(_) => "a type",
        ComponentItem::Resource(_) => "a resource",
    }
}
