//! What will be generated, as plain data: no syntax trees, no files, and every name decided.

pub(crate) mod build;

use proc_macro2::TokenStream;

use crate::world_part::WorldPart;
use isorun_wit::{Place, WitFile};

/// One interface and everything that its module contains.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    /// `isorun:kv/kv@0.1.0`.
    pub(crate) wire_name: String,
    /// `Kv`.
    pub(crate) trait_name: String,
    pub(crate) docs: Option<String>,
    pub(crate) place: Place,
    /// The types of the interface in the order of the WIT, then those that are only reached through them.
    pub(crate) types: Vec<TypeDef>,
    pub(crate) functions: Vec<Function>,
    /// The functions that are left out, each with the feature that it is behind.
    pub(crate) gated: Vec<(String, String)>,
    /// The interfaces whose types other modules have, from `with(..)`.
    pub(crate) shared: Vec<SharedInterface>,
    pub(crate) files: Vec<WitFile>,
    /// The part of a world that this interface is, if it was chosen in one.
    pub(crate) world: Option<WorldPart>,
    pub(crate) options: Options,
}

/// What the user chose; the same for all artefacts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// Where isorun is, as seen from inside the module.
    pub(crate) krate: TokenStream,
    /// The same from outside of it, where the attribute stands.
    pub(crate) krate_outside: TokenStream,
    pub(crate) derives: Vec<TokenStream>,
    pub(crate) features: Vec<String>,
    /// The variable that holds the folder of the crate at its compile time.
    pub(crate) root_variable: &'static str,
}

/// `with("ns:pkg/types" = crate::types)`.
#[derive(Clone, Debug)]
pub(crate) struct SharedInterface {
    /// As the user wrote it.
    pub(crate) name: String,
    /// The path of its module, as seen from inside of two modules where the attribute stands.
    pub(crate) path: TokenStream,
    /// The interfaces that are there, if this one is not among them.
    pub(crate) unknown: Option<Vec<String>>,
    /// Whether any type comes from it.
    pub(crate) is_used: bool,
}

/// The most labels that flags may have: the component model has withdrawn flags of more than 32 bits.
pub(crate) const MOST_FLAGS: usize = 32;

/// A type with a name.
#[derive(Clone, Debug)]
pub(crate) struct TypeDef {
    pub(crate) wit_name: String,
    pub(crate) rust_name: String,
    pub(crate) docs: Option<String>,
    pub(crate) place: Place,
    pub(crate) kind: TypeKind,
    /// Whether functions return it as the error of a `result`.
    pub(crate) is_error: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum TypeKind {
    Record(Vec<Field>),
    Variant(Vec<Case>),
    Enum(Vec<Label>),
    Flags(Vec<Label>),
    Alias(Type),
    /// The type `name` of another module.
    Shared {
        interface: usize,
        name: String,
        like: SharedKind,
    },
    /// A resource, and the number of its functions. It is refused.
    Resource {
        functions: usize,
    },
}

/// What must be known about a type that another module defines.
#[derive(Clone, Debug)]
pub(crate) enum SharedKind {
    /// It is passed as it is: an enum or flags.
    Value,
    /// It is passed by reference: a record or a variant.
    Reference,
    /// It is another name for this type.
    Alias(Type),
}

#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) wit_name: String,
    pub(crate) rust_name: String,
    pub(crate) docs: Option<String>,
    pub(crate) ty: Type,
}

#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) label: Label,
    pub(crate) payload: Option<Type>,
}

/// A case of an enum or variant, or a flag.
#[derive(Clone, Debug)]
pub(crate) struct Label {
    pub(crate) wit_name: String,
    pub(crate) rust_name: String,
    pub(crate) docs: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) wit_name: String,
    pub(crate) rust_name: String,
    pub(crate) docs: Option<String>,
    pub(crate) place: Place,
    pub(crate) params: Vec<Param>,
    pub(crate) result: Option<Type>,
    /// `async func`; refused.
    pub(crate) is_async: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Param {
    pub(crate) wit_name: String,
    pub(crate) rust_name: String,
    pub(crate) ty: Type,
}

#[derive(Clone, Debug)]
pub(crate) enum Type {
    Scalar(Scalar),
    String,
    List(Box<Type>),
    FixedList(Box<Type>, u32),
    Map(Box<Type>, Box<Type>),
    Option(Box<Type>),
    Result(Option<Box<Type>>, Option<Box<Type>>),
    Tuple(Vec<Type>),
    /// `types[index]` of the model.
    Named(usize),
    /// `own`, `borrow`, `stream`, `future`, `error-context`, as the WIT spells it; refused.
    Unsupported(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    Bool,
    U8,
    U16,
    U32,
    U64,
    S8,
    S16,
    S32,
    S64,
    F32,
    F64,
    Char,
}

impl Scalar {
    /// `u32`, `s32`, `char`.
    pub(crate) fn wit(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::S8 => "s8",
            Self::S16 => "s16",
            Self::S32 => "s32",
            Self::S64 => "s64",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::Char => "char",
        }
    }

    /// `u32`, `i32`, `char`.
    pub(crate) fn rust(self) -> &'static str {
        match self {
            Self::S8 => "i8",
            Self::S16 => "i16",
            Self::S32 => "i32",
            Self::S64 => "i64",
            other => other.wit(),
        }
    }
}

/// How an argument is passed by those who call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Passing<'a> {
    /// As it is: numbers, `bool`, `char`, enums, flags.
    Value,
    /// `&str`.
    Str,
    /// `&[T]`.
    Slice(&'a Type),
    /// `Option` of what its content is passed as, where an option in an option is a reference.
    Option(&'a Type),
    /// `&T`.
    Reference,
}

impl Model {
    /// The type itself behind its other names.
    pub(crate) fn dealias<'a>(&'a self, mut ty: &'a Type) -> &'a Type {
        while let Type::Named(index) = ty {
            match &self.types[*index].kind {
                TypeKind::Alias(other) | TypeKind::Shared { like: SharedKind::Alias(other), .. } => ty = other,
                _ => break,
            }
        }
        ty
    }

    /// How a value of this type is passed as an argument.
    pub(crate) fn passing<'a>(&'a self, ty: &'a Type) -> Passing<'a> {
        match self.dealias(ty) {
            Type::Scalar(_) => Passing::Value,
            Type::String => Passing::Str,
            Type::List(element) => Passing::Slice(element),
            Type::Option(content) => Passing::Option(content),
            Type::Named(index) => match &self.types[*index].kind {
                TypeKind::Enum(_) | TypeKind::Flags(_) | TypeKind::Shared { like: SharedKind::Value, .. } => {
                    Passing::Value
                }
                _ => Passing::Reference,
            },
            _ => Passing::Reference,
        }
    }

    /// The function that a Rust method of this name is for.
    pub(crate) fn function(&self, rust_name: &str) -> Option<usize> {
        self.functions.iter().position(|function| function.rust_name == rust_name.trim_start_matches("r#"))
    }
}
