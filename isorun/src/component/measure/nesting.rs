//! How deep the types of a section lie in each other, counted without recursion.

use std::ops::Range;

use wasmparser::{
    BinaryReader, ComponentAlias, ComponentDefinedType, ComponentExternName, ComponentImport, ComponentType,
    ComponentTypeRef, Result, WasmFeatures,
};

use super::core_type;

/// What was found in a section of types.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Nesting {
    /// How many types of instances and components lie in each other.
    pub(super) depth: u64,
    /// How many declarations, fields and cases there are in all.
    pub(super) items: u64,
}

/// The bytes that begin the type of a component and of an instance.
const COMPONENT: u8 = 0x41;
const INSTANCE: u8 = 0x42;

/// As many declarations as the parser reads of one type.
const MOST: usize = 1_000_000;

/// Looks through a section of types. The parser reads a type in a type by recursion, so that three bytes a level end the process; nobody
/// may read the section with it before this was done.
pub(super) fn scan(bytes: &[u8], range: Range<usize>, features: WasmFeatures) -> Result<Nesting> {
    let start = range.start;
    let mut reader = BinaryReader::new_features(bytes.get(range).unwrap_or_default(), start, features);
    let mut found = Nesting::default();
    // Of each list that is open: how many of its elements are still to come, and whether it is of declarations.
    let mut open = vec![(reader.read_var_u32()?, false)];
    while let Some((left, declarations)) = open.last_mut() {
        let Some(less) = left.checked_sub(1) else {
            open.pop();
            continue;
        };
        *left = less;
        found.items += 1;
        let is_type = !*declarations
            || match reader.read_u8()? {
                0 => {
                    found.items += core_type::parts(&reader.read()?);
                    false
                }
                2 => {
                    reader.read::<ComponentAlias<'_>>()?;
                    false
                }
                3 => {
                    reader.read::<ComponentImport<'_>>()?;
                    false
                }
                4 => {
                    reader.read::<ComponentExternName<'_>>()?;
                    reader.read::<ComponentTypeRef>()?;
                    false
                }
                1 => true,
                // The parser stops here, and says why.
                _ => return Ok(found),
            };
        if !is_type {
            continue;
        }
        let mut ahead = reader.clone();
        match ahead.read_u8()? {
            COMPONENT | INSTANCE => {
                let declarations = ahead.read_size(MOST, "declarations of a type")?;
                reader = ahead;
                open.push((u32::try_from(declarations).unwrap_or(u32::MAX), true));
                found.depth = found.depth.max(open.len() as u64 - 1);
            }
            _ => found.items += parts(&reader.read()?),
        }
    }
    Ok(found)
}

/// How many fields, cases or parameters a type has itself.
fn parts(ty: &ComponentType<'_>) -> u64 {
    let parts = match ty {
        ComponentType::Func(ty) => ty.params.len(),
        ComponentType::Defined(ComponentDefinedType::Record(fields)) => fields.len(),
        ComponentType::Defined(ComponentDefinedType::Variant(cases)) => cases.len(),
        ComponentType::Defined(ComponentDefinedType::Tuple(types)) => types.len(),
        ComponentType::Defined(ComponentDefinedType::Flags(labels) | ComponentDefinedType::Enum(labels)) => {
            labels.len()
        }
        _ => 0,
    };
    parts as u64
}
