//! Whether the type that a user wrote can be the one that the WIT asks for.
//!
//! Only tokens are known here, so the answer is "certainly not" or nothing: an alias, or a type of the user's own, is left to
//! the compiler, which sees the generated call.

use syn::Type as Written;

use crate::implementation::{generics, plain};
use crate::model::{Model, Passing, Type};
use crate::signature::scalar_of;

/// Whether an argument of type `written` can certainly not take a `ty`.
pub(super) fn never_takes(model: &Model, written: &Written, ty: &Type) -> bool {
    let written = plain(written);
    if let Written::Reference(reference) = written {
        return reference.mutability.is_some() || never_borrows(model, &reference.elem, ty);
    }
    match (model.dealias(ty), generics(written, "Option").as_deref()) {
        (Type::Option(content), Some([written])) => never_takes(model, written, content),
        _ => never_is(model, written, ty),
    }
}

/// Whether `&written` can certainly not be passed for a `ty`.
fn never_borrows(model: &Model, written: &Written, ty: &Type) -> bool {
    match (model.passing(ty), plain(written)) {
        (Passing::Str, Written::Path(path)) => {
            path.path.is_ident("String") || class(written).is_some_and(|class| !matches!(class, Class::Str))
        }
        (Passing::Slice(element), Written::Slice(slice)) => never_is(model, &slice.elem, element),
        (Passing::Str | Passing::Slice(_), written) => class(written).is_some(),
        (_, written) => never_is(model, written, ty),
    }
}

/// Whether `written` is certainly another type than `ty`.
pub(super) fn never_is(model: &Model, written: &Written, ty: &Type) -> bool {
    let Some(class) = class(written) else { return false };
    match (class, model.dealias(ty)) {
        (Class::Scalar(written), Type::Scalar(scalar)) => scalar_of(&written) != Some(*scalar),
        (Class::String, Type::String) => false,
        (Class::Vec(written), Type::List(element)) => written.is_some_and(|written| never_is(model, written, element)),
        (Class::Array(written), Type::FixedList(element, _)) => never_is(model, written, element),
        (Class::Option(written), Type::Option(content)) => {
            written.is_some_and(|written| never_is(model, written, content))
        }
        (Class::Result(written), Type::Result(ok, err)) => written.is_some_and(|(written_ok, written_err)| {
            never_is_side(model, written_ok, ok.as_deref()) || never_is_side(model, written_err, err.as_deref())
        }),
        (Class::Tuple(written), Type::Tuple(types)) => {
            written.len() != types.len() || written.iter().zip(types).any(|(written, ty)| never_is(model, written, ty))
        }
        _ => true,
    }
}

/// The same for what may be absent, the result of a function or a side of a `result`: then Rust has `()`.
pub(super) fn never_is_side(model: &Model, written: &Written, ty: Option<&Type>) -> bool {
    match ty {
        Some(ty) => never_is(model, written, ty),
        None => class(written).is_some_and(|class| !matches!(class, Class::Tuple(types) if types.is_empty())),
    }
}

/// A type whose meaning is certain from its tokens.
enum Class<'a> {
    Scalar(String),
    Str,
    String,
    Vec(Option<&'a Written>),
    Slice,
    Array(&'a Written),
    Option(Option<&'a Written>),
    Result(Option<(&'a Written, &'a Written)>),
    Tuple(Vec<&'a Written>),
    Reference,
}

const PRIMITIVES: [&str; 17] = [
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128",
    "usize", "!",
];

fn class(written: &Written) -> Option<Class<'_>> {
    match plain(written) {
        Written::Tuple(tuple) => Some(Class::Tuple(tuple.elems.iter().collect())),
        Written::Array(array) => Some(Class::Array(&array.elem)),
        Written::Slice(_) => Some(Class::Slice),
        Written::Reference(_) => Some(Class::Reference),
        Written::Path(path) if path.qself.is_none() && is_standard(&path.path) => {
            let last = path.path.segments.last()?;
            let name = last.ident.to_string();
            match name.as_str() {
                "str" => Some(Class::Str),
                "String" => Some(Class::String),
                "Vec" => Some(Class::Vec(generics(written, "Vec")?.first().copied())),
                "Option" => Some(Class::Option(generics(written, "Option")?.first().copied())),
                "Result" => match generics(written, "Result")?.as_slice() {
                    [ok, err] => Some(Class::Result(Some((ok, err)))),
                    _ => None,
                },
                primitive if PRIMITIVES.contains(&primitive) => Some(Class::Scalar(name)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether a path is one name, or begins in the standard library.
fn is_standard(path: &syn::Path) -> bool {
    path.segments.len() == 1
        || path.segments.first().is_some_and(|first| ["std", "core", "alloc"].iter().any(|name| first.ident == name))
}

#[cfg(test)]
mod tests {
    use super::{never_is, never_takes};
    use crate::model::{Model, Scalar, Type};

    fn written(text: &str) -> syn::Type {
        syn::parse_str(text).expect("a type")
    }

    #[test]
    fn only_certain_differences_count() {
        let model = Model::default();
        let bytes = Type::List(Box::new(Type::Scalar(Scalar::U8)));
        for (text, never) in [
            ("&[u8]", false),
            ("Vec<u8>", false),
            ("std::vec::Vec<u8>", false),
            ("Bytes", false),
            ("&[Byte]", false),
            ("&Vec<u8>", true),
            ("Vec<u16>", true),
            ("&[i8]", true),
            ("String", true),
            ("&mut [u8]", true),
            ("&str", true),
            ("u8", true),
        ] {
            assert_eq!(never_takes(&model, &written(text), &bytes), never, "{text}");
        }
        for (text, never) in
            [("&str", false), ("String", false), ("Path", false), ("&String", true), ("&[u8]", true), ("&Path", false)]
        {
            assert_eq!(never_takes(&model, &written(text), &Type::String), never, "{text}");
        }
        let result = Type::Result(Some(Box::new(bytes)), None);
        for (text, never) in [
            ("Result<Vec<u8>, ()>", false),
            ("io::Result<Vec<u8>>", false),
            ("Result<Vec<u8>>", false),
            ("Result<Vec<u8>, String>", true),
            ("Vec<u8>", true),
            ("()", true),
            ("Result<Bytes, Nothing>", false),
        ] {
            assert_eq!(never_is(&model, &written(text), &result), never, "{text}");
        }
    }

    #[test]
    fn options_may_be_owned_or_hold_a_reference() {
        let model = Model::default();
        let name = Type::Option(Box::new(Type::String));
        for (text, never) in [
            ("Option<&str>", false),
            ("Option<String>", false),
            ("&Option<String>", false),
            ("Option<&String>", true),
            ("Option<u8>", true),
            ("&str", true),
            ("String", true),
        ] {
            assert_eq!(never_takes(&model, &written(text), &name), never, "{text}");
        }
    }
}
