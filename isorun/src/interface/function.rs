//! Functions of interfaces as data.

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::id;
use crate::text::separated;
use crate::types::{Field, Label, Layout, Type};

/// A function of an interface. Clones share the same function.
///
/// It displays as its signature, `func(key: string) -> option<list<u8>>`.
#[derive(Clone)]
pub struct Function(Arc<Inner>);

struct Inner {
    name: Label,
    /// Shared by functions of one type, of which a small component can have very many.
    params: Arc<[Field]>,
    result: Option<Type>,
    params_layout: Layout,
    id: u32,
    /// Computed on first use, because most functions are never called through a remote.
    signature_id: OnceLock<u64>,
}

/// The case of an error type that stands for "whoever provides this has failed", with a `string` that says how, or without.
pub(crate) const PROVIDER_DOWN: &str = "provider-down";

/// What the case `provider-down` is in a function's error type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProviderDown {
    /// A label of an enum.
    Label,
    /// A case of a variant, without a payload.
    Case,
    /// A case of a variant, with text.
    CaseWithText,
}

impl Function {
    /// Its name in WIT spelling.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Its parameters.
    pub fn params(&self) -> &[Field] {
        &self.0.params
    }

    /// The type of its result, if it has one.
    pub fn result(&self) -> Option<&Type> {
        self.0.result.as_ref()
    }

    /// The layout of all parameters as one tuple.
    pub fn params_layout(&self) -> Layout {
        self.0.params_layout
    }

    /// The layout of the result, [`Layout::EMPTY`] if there is none.
    pub fn result_layout(&self) -> Layout {
        self.result().map_or(Layout::EMPTY, Type::layout)
    }

    /// Whether it passes a few numbers at most, and nothing whose size is known only when it is called.
    #[cfg(feature = "engine")]
    pub(crate) fn passes_only_numbers(&self) -> bool {
        let is_small = |layout: Layout| layout.size <= crate::types::layout::LIGHT;
        let mut types = self.params().iter().map(|param| &param.ty).chain(self.result());
        is_small(self.params_layout()) && is_small(self.result_layout()) && types.all(Type::lies_in_place)
    }

    /// Whether another function takes and gives the same types. Its name, and those of its parameters, may be others.
    pub(crate) fn has_types_of(&self, other: &Function) -> bool {
        let types = |function: &Function| function.params().iter().map(|param| param.ty.clone()).collect::<Vec<_>>();
        types(self) == types(other) && self.result() == other.result()
    }

    /// How its result says that the provider has failed, if it can: with a `string` that says how, or without.
    pub(crate) fn provider_down(&self) -> Option<ProviderDown> {
        let Type::Result(payloads) = self.result()? else { return None };
        match payloads.err.as_ref()? {
            Type::Enum(labels) if labels.iter().any(|label| **label == *PROVIDER_DOWN) => Some(ProviderDown::Label),
            Type::Variant(cases) => match &cases.iter().find(|case| *case.label == *PROVIDER_DOWN)?.ty {
                None => Some(ProviderDown::Case),
                Some(Type::String) => Some(ProviderDown::CaseWithText),
                Some(_) => None,
            },
            _ => None,
        }
    }

    /// The id that stands for it in messages, unique within its interface.
    pub fn id(&self) -> u32 {
        self.0.id
    }

    /// The id that stands for its signature in messages. Parameter names, types and labels all go into it.
    pub fn signature_id(&self) -> u64 {
        *self.0.signature_id.get_or_init(|| id::of_signature(self))
    }
}

/// Two functions are equal if they have the same name and the same signature.
impl PartialEq for Function {
    fn eq(&self, other: &Function) -> bool {
        let (a, b) = (&self.0, &other.0);
        Arc::ptr_eq(a, b) || (a.name == b.name && a.params == b.params && a.result == b.result)
    }
}

impl Eq for Function {}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let params = separated(self.params(), |param, f| write!(f, "{}: {}", param.label, param.ty));
        write!(f, "func({params})")?;
        self.result().map_or(Ok(()), |ty| write!(f, " -> {ty}"))
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Function({}: {self})", self.name())
    }
}

/// Makes a function. Generated code calls it, and the reader of components does.
#[doc(hidden)]
pub fn function<L: Into<Label>>(
    name: impl Into<Label>,
    params: impl IntoIterator<Item = (L, Type)>,
    result: Option<Type>,
) -> Function {
    let params: Arc<[_]> = params.into_iter().map(|(label, ty)| Field { label: label.into(), ty }).collect();
    let params_layout = Layout::record(&params.iter().map(|param| param.ty.layout()).collect::<Vec<_>>());
    let name = name.into();
    let id = id::of_function(&name);
    Function(Arc::new(Inner { name, params, result, params_layout, id, signature_id: OnceLock::new() }))
}

impl Function {
    /// A function of the same type under another name.
    pub(crate) fn renamed(&self, name: &str) -> Function {
        let Inner { params, result, params_layout, .. } = &*self.0;
        Function(Arc::new(Inner {
            name: name.into(),
            params: params.clone(),
            result: result.clone(),
            params_layout: *params_layout,
            id: id::of_function(name),
            signature_id: OnceLock::new(),
        }))
    }
}
