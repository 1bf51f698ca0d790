//! Types and signatures as text for people: in WIT spelling, and as a Rust programmer would write them.

use crate::model::{Function, Model, Passing, Scalar, Type, TypeDef};
use crate::text;

/// `read: func(path: string) -> result<list<u8>, error>`.
pub(crate) fn wit(model: &Model, function: &Function) -> String {
    let params: Vec<String> =
        function.params.iter().map(|param| format!("{}: {}", param.wit_name, wit_type(model, &param.ty))).collect();
    let result = function.result.as_ref().map(|ty| format!(" -> {}", wit_type(model, ty))).unwrap_or_default();
    format!("{}: func({}){result}", function.wit_name, text::joined(&params))
}

/// `fn read(&self, path: &str) -> Result<Vec<u8>, fs::Error>`, where `module` is `fs`.
pub(crate) fn rust(model: &Model, function: &Function, module: &str) -> String {
    let params: String = function
        .params
        .iter()
        .map(|param| format!(", {}: {}", param.rust_name, rust_argument(model, &param.ty, module)))
        .collect();
    let result = function.result.as_ref().map(|ty| format!(" -> {}", rust_type(model, ty, module))).unwrap_or_default();
    format!("fn {}(&self{params}){result}", function.rust_name)
}

/// `result<list<u8>, error>`.
pub(crate) fn wit_type(model: &Model, ty: &Type) -> String {
    wit_type_among(&model.types, ty)
}

/// The same while the model is built: `types` are those that it has so far.
pub(crate) fn wit_type_among(types: &[TypeDef], ty: &Type) -> String {
    let inner = |ty: &Type| wit_type_among(types, ty);
    match ty {
        Type::Scalar(scalar) => scalar.wit().to_owned(),
        Type::String => "string".to_owned(),
        Type::List(element) => format!("list<{}>", inner(element)),
        Type::FixedList(element, length) => format!("list<{}, {length}>", inner(element)),
        Type::Map(key, value) => format!("map<{}, {}>", inner(key), inner(value)),
        Type::Option(content) => format!("option<{}>", inner(content)),
        Type::Result(None, None) => "result".to_owned(),
        Type::Result(Some(ok), None) => format!("result<{}>", inner(ok)),
        Type::Result(None, Some(err)) => format!("result<_, {}>", inner(err)),
        Type::Result(Some(ok), Some(err)) => format!("result<{}, {}>", inner(ok), inner(err)),
        Type::Tuple(members) => format!("tuple<{}>", text::joined(members.iter().map(inner))),
        Type::Named(index) => types[*index].wit_name.clone(),
        Type::Unsupported(text) => text.clone(),
    }
}

/// `Result<Vec<u8>, fs::Error>`.
pub(crate) fn rust_type(model: &Model, ty: &Type, module: &str) -> String {
    let inner = |ty: &Type| rust_type(model, ty, module);
    let side = |ty: &Option<Box<Type>>| ty.as_ref().map_or_else(|| "()".to_owned(), |ty| inner(ty));
    match ty {
        Type::Scalar(scalar) => scalar.rust().to_owned(),
        Type::String => "String".to_owned(),
        Type::List(element) => format!("Vec<{}>", inner(element)),
        Type::FixedList(element, length) => format!("[{}; {length}]", inner(element)),
        Type::Map(key, value) => format!("isorun::Map<{}, {}>", inner(key), inner(value)),
        Type::Option(content) => format!("Option<{}>", inner(content)),
        Type::Result(ok, err) => format!("Result<{}, {}>", side(ok), side(err)),
        Type::Tuple(types) if types.len() == 1 => format!("({},)", inner(&types[0])),
        Type::Tuple(types) => format!("({})", text::joined(types.iter().map(inner))),
        Type::Named(index) => format!("{module}::{}", model.types[*index].rust_name),
        Type::Unsupported(text) => text.clone(),
    }
}

/// `&str`, `&[u8]`, `Option<&str>`, `&fs::Entry`, `u32`.
pub(crate) fn rust_argument(model: &Model, ty: &Type, module: &str) -> String {
    match model.passing(ty) {
        Passing::Value => rust_type(model, ty, module),
        Passing::Str => "&str".to_owned(),
        Passing::Slice(element) => format!("&[{}]", rust_type(model, element, module)),
        Passing::Option(content) => match model.passing(content) {
            Passing::Option(_) => format!("Option<&{}>", rust_type(model, content, module)),
            _ => format!("Option<{}>", rust_argument(model, content, module)),
        },
        Passing::Reference => format!("&{}", rust_type(model, ty, module)),
    }
}

/// The scalar that is this Rust primitive.
pub(crate) fn scalar_of(rust: &str) -> Option<Scalar> {
    use Scalar::{Bool, Char, F32, F64, S8, S16, S32, S64, U8, U16, U32, U64};
    [Bool, Char, F32, F64, S8, S16, S32, S64, U8, U16, U32, U64].into_iter().find(|scalar| scalar.rust() == rust)
}
