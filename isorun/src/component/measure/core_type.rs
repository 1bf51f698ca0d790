//! How much a core type declares.

use wasmparser::{CompositeInnerType, CoreType, ModuleTypeDeclaration, RecGroup, SubType};

/// How many declarations, types, fields, parameters and results are in a core type.
pub(super) fn parts(ty: &CoreType<'_>) -> u64 {
    match ty {
        CoreType::Rec(group) => of_group(group),
        CoreType::Module(declarations) => declarations.iter().fold(0, |sum, declaration| {
            let inside = match declaration {
                ModuleTypeDeclaration::Type(group) => of_group(group),
                _ => 0,
            };
            sum + 1 + inside
        }),
    }
}

fn of_group(group: &RecGroup) -> u64 {
    group.types().map(|ty| 1 + of_type(ty)).sum()
}

/// How many fields, parameters and results a type has.
pub(super) fn of_type(ty: &SubType) -> u64 {
    let parts = match &ty.composite_type.inner {
        CompositeInnerType::Func(ty) => ty.params().len() + ty.results().len(),
        CompositeInnerType::Struct(ty) => ty.fields.len(),
        CompositeInnerType::Array(_) | CompositeInnerType::Cont(_) => 1,
    };
    parts as u64
}
