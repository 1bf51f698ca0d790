//! What a component's own types say, in isorun's words.

use wasmtime::component::types::{self, ComponentItem};

use crate::interface::{Function, function};
use crate::types::Type;

/// Why a component's function is none that isorun can carry.
pub(crate) struct Unsupported(pub(crate) String);

/// A function as the component declares it.
pub(crate) fn function_of(name: &str, ty: &types::ComponentFunc) -> Result<Function, Unsupported> {
    if ty.async_() {
        return Err(Unsupported("`async func`".into()));
    }
    let mut params = Vec::new();
    for (name, ty) in ty.params() {
        params.push((name.to_string(), type_of(&ty)?));
    }
    let result = ty.results().next().map(|ty| type_of(&ty)).transpose()?;
    Ok(function(name, params, result))
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

fn type_of(ty: &types::Type) -> Result<Type, Unsupported> {
    use types::Type as T;
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
        T::List(list) => Type::list(type_of(&list.ty())?),
        T::FixedLengthList(list) => Type::fixed_list(type_of(&list.ty())?, list.len()),
        T::Map(map) => Type::map(type_of(&map.key())?, type_of(&map.value())?),
        T::Record(record) => {
            let fields = record.fields().map(|field| Ok((field.name, type_of(&field.ty)?)));
            Type::record(fields.collect::<Result<Vec<_>, _>>()?)
        }
        T::Tuple(tuple) => Type::tuple(tuple.types().map(|ty| type_of(&ty)).collect::<Result<Vec<_>, _>>()?),
        T::Variant(variant) => {
            let cases = variant.cases().map(|case| Ok((case.name, case.ty.map(|ty| type_of(&ty)).transpose()?)));
            Type::variant(cases.collect::<Result<Vec<_>, _>>()?)
        }
        T::Enum(labels) => Type::enumeration(labels.names()),
        T::Option(option) => Type::option(type_of(&option.ty())?),
        T::Result(result) => {
            let side = |ty: Option<types::Type>| ty.map(|ty| type_of(&ty)).transpose();
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
